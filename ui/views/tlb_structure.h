// One structure of a TLB as a grid of sets and ways.
#pragma once

#include "ui/access.h"
#include "ui/view.h"

namespace pageframe::ui {

inline constexpr float tlb_label_height = 18;

struct TlbGrid {
    unsigned structure = 0;
    std::uint32_t first_set = 0, sets = 1;  ///< shown
    std::uint32_t columns = 1, rows = 1;
    Rectangle place;  ///< with its label
    float pitch = 8;
};

/// What the pictures of one CPU's structures have in common.
struct TlbScene {
    const ViewContext& context;
    const Access& access;
    CpuId cpu;
};

/// Does it hold anything, or was it asked for a small page in this step?
bool is_of_interest(const TlbScene& scene, unsigned structure);
/// As many sets as `width` has room for, around the one of this access's page. Its place is still to be set.
TlbGrid shape_grid(const TlbScene& scene, unsigned structure, float pitch, float width);
float grid_width(const TlbScene& scene, const TlbGrid& grid);
inline float grid_height(const TlbGrid& grid) { return tlb_label_height + static_cast<float>(grid.rows) * grid.pitch; }
void draw_grid(const TlbScene& scene, const TlbGrid& grid);
/// Would an access by this entry find what the page tables do not say any more? They were changed, and this
/// CPU's TLB was not flushed since.
bool is_stale(const State& state, CpuId cpu, const TlbEntry& entry);
/// "DTLB 4 KiB"
std::string grid_name(const TlbScene& scene, unsigned structure);

}  // namespace pageframe::ui
