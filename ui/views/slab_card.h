// One slab as a card: its objects as a grid, row by row in the order of their addresses.
//
//     +-----------------------------+
//     | slab 28592      19 / 31     |
//     | [##][##][##][##][##][##]    |   ## in use: filled       o->  freelist, from object to object
//     | [##][o-----------------> ]  |   [] free: outline        .    on the CPU's own freelist
//     | [ ][ ][x ]                  |   x  damaged              ?    lost: free, and on no list
//     +-----------------------------+
//
// What the step took is amber, what it changed cyan. Small objects lose the marks that only large ones have
// room for; fill and outline stay.
#pragma once

#include <array>

#include "ui/slab_focus.h"
#include "ui/view.h"

namespace pageframe::ui {

/// How large objects are drawn.
struct CardScale {
    float width;  ///< of an object, at least
    float height;
    float gap;
    float padding;
    float header;
};
inline constexpr std::array<CardScale, 6> card_scales = {{
    {26, 18, 3, 10, 24},
    {20, 14, 2, 9, 22},
    {15, 11, 2, 8, 20},
    {10, 8, 2, 7, 19},
    {6, 5, 1, 6, 18},
    {3, 3, 1, 5, 17},
}};
inline constexpr unsigned smallest_card_scale = card_scales.size() - 1;

/// A card's measures for slabs of so many objects.
struct CardLayout {
    CardScale scale{};
    unsigned columns = 1;
    unsigned rows = 1;
    float cell = 0;  ///< width of an object
    float width = 0;
    float height = 0;
    float strip = 0;  ///< height of the bar that shows where the objects begin (classic SLAB)

    Rectangle object(const Rectangle& card, unsigned index) const {
        return {card.x + scale.padding + static_cast<float>(index % columns) * (cell + scale.gap),
                card.y + scale.header + strip + static_cast<float>(index / columns) * (scale.height + scale.gap), cell,
                scale.height};
    }
};
CardLayout card_layout(const Painter& painter, const SlabState& state, CacheId cache, unsigned scale);

/// `focus` says what stands out.
void draw_slab_card(const ViewContext& context, SlabId slab, const CardLayout& layout, const Rectangle& card);
/// Where a slab was that went back to the page allocator in this step.
void draw_gone_card(const ViewContext& context, Pfn pfn, const CardLayout& layout, const Rectangle& card);

}  // namespace pageframe::ui
