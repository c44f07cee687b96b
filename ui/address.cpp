#include "ui/address.h"

namespace pageframe::ui {

Pfn frame_of_address(const State& state, std::uint64_t address) {
    const Pfn frames = state.buddy.frame_count();
    if (in_direct_map(address)) {
        const std::uint64_t frame = (address - layout::direct_map) >> page_shift;
        return frame < frames ? static_cast<Pfn>(frame) : no_pfn;
    }
    for (SpaceId space = 0; space < state.paging.spaces.size(); ++space) {
        const Pfn top = top_of(state.paging, space);
        if (top == no_pfn) continue;
        const WalkResult walk = walk_tables(state.paging, top, address);
        if (walk.present && walk.pfn < frames) return walk.pfn;
    }
    return no_pfn;
}

}  // namespace pageframe::ui
