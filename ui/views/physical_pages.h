// What show_phy_pages() prints: a line for each page, and whether they stand together in memory.
//
//     SHOW_PHY_PAGES                                            3 pages
//     page  virtual address     physical address   PFN  contiguous
//        0  ffffc900 00000 000         0x1010000  4112           -
//        1  ffffc900 00001 000         0x1011000  4113         yes
//        2  ffffc900 00002 000         0x1013000  4115      no, +2
//     Physically contiguous: no. First break at page 2. 2 pieces.
//
// It stands in the walk's place while the step speaks of such a call: lines that have not been told yet are not
// there, the one told now is amber. A line is picked as a frame is.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "engine/paging/paging_events.h"
#include "ui/view.h"

namespace pageframe::ui {

/// What has been told of the call so far.
struct PhysicalPages {
    std::span<const EventRecord> rows;  ///< empty: the step speaks of no such call
    std::optional<ShowPagesEnd> end;    ///< once it is complete

    ShowPage row(std::size_t index) const;
    /// The line of an address; nothing: it lies in none.
    std::optional<std::size_t> row_of(std::uint64_t address) const;
};
PhysicalPages physical_pages_of(const Playback& playback);

/// "yes", "no, +2": two frames behind the one before, where the next one would be contiguous; "-" for the first.
std::string contiguity_text(const PhysicalPages& pages, std::size_t index);
/// The table's last line.
std::string summary_of(const ShowPagesEnd& end);

class PhysicalPagesTable {
public:
    /// False, and nothing is drawn: the step speaks of something else, or another address was picked.
    bool draw(const ViewContext& context);
    bool scrolls() const { return overflow_ > 0; }
    void reset() { *this = {}; }

private:
    struct Columns;
    Columns columns_for(const ViewContext& context, const PhysicalPages& pages) const;
    void scroll(const ViewContext& context, const Rectangle& area, std::size_t rows,
                std::optional<std::size_t> look_at);
    void draw_row(const ViewContext& context, const PhysicalPages& pages, const Columns& columns, std::size_t index,
                  const Rectangle& row, bool looked_at) const;

    std::uint32_t revision_ = 0;
    std::uint64_t picked_ = no_address;
    float scrolled_ = 0;
    float overflow_ = 0;
};

}  // namespace pageframe::ui
