// The areas of the vmalloc region in a row, and which one is looked at.
#pragma once

#include <vector>

#include "ui/access.h"
#include "ui/view.h"

namespace pageframe::ui {

/// A stretch of the region: an area, or what is free between two.
struct RegionPart {
    std::uint64_t start = 0, end = 0;
    AreaTree tree = AreaTree::free;
    AreaIndex area = no_vmap_area;  ///< of busy and lazy ones
    bool operator==(const RegionPart&) const = default;
};

/// The region's parts in order, at most `most` of them, around the one at `middle` (index into the result).
struct Region {
    std::vector<RegionPart> parts;
    std::size_t before = 0, after = 0;  ///< areas left out on either side
};
Region region_around(const VmallocState& state, std::uint64_t address, std::size_t most);

/// The area that is looked at: the access's, else the one taken last; no_vmap_area: there is none.
AreaIndex area_in_view(const VmallocState& state, const Access& access);

/// Pages of an area that can be mapped: without the guard page behind it.
std::uint64_t mapped_bytes(const VmapArea& area);
/// Its variable's name in the scenario, or "".
std::string area_name(const ViewContext& context, const VmapArea& area);

void draw_region(const ViewContext& context, const Region& region, AreaIndex looked_at, const Rectangle& row);
/// Parallel strokes: unmapped, and not yet free.
void draw_hatching(const Painter& painter, const Rectangle& area, Colour colour);
/// "1.5 TiB"
std::string gap_text(std::uint64_t bytes);

}  // namespace pageframe::ui
