// Where things stand in the picture of a walk, and the colours of its levels.
//
//     | 63..48 |  PGD 402  |  PUD 0  |  PMD 0  |  PTE 1  |  offset 0x234 |     fields
//     |   the TLB: asked, missed, hit                                    |     band
//     | [table]      [table]   [table]   [table]          [frame]        |     one column a field
//     | the entries that the walk reads, a row each                      |     rows, where there is room
//
// A walk that ends at a huge page has fewer fields: what would be an index is part of the offset.
#pragma once

#include <array>
#include <optional>

#include "engine/paging/paging.h"
#include "ui/painter.h"

namespace pageframe::ui {

/// Calm, and one for each level: its field, its table's entries, its row.
Colour level_colour(const Palette& palette, Level level);

struct WalkLayout {
    Rectangle sign;                                ///< empty: no room
    std::array<Rectangle, top_level + 1> field{};  ///< by level; empty: part of the offset
    Rectangle offset;
    Rectangle band;
    std::array<Rectangle, top_level + 1> table{};  ///< the cells of each
    Rectangle frame;                               ///< where it leads to
    Rectangle rows;                                ///< empty: no room
    Level last = 0;                                ///< the level at which the offset begins
    int columns = 16;                              ///< of a table's cells
    float pitch_x = 7, pitch_y = 6;
    bool grouped = true;  ///< room for the bits in groups of four

    Rectangle cell(Level level, unsigned index) const;
    /// Which entry of a table is at this place.
    std::optional<unsigned> entry_at(Level level, Point at) const;
};

/// `last`: the level whose entry maps the page.
WalkLayout lay_out_walk(const Painter& painter, const Rectangle& area, Level last);

inline constexpr float walk_row_height = 18;

}  // namespace pageframe::ui
