#include "engine/slab/machine_pages.h"

#include <algorithm>

#include "engine/core/random.h"

namespace pageframe {

/// alloc_slab_page(): the frames say whose they are.
Pfn MachinePages::take(GfpFlags gfp_flags, Order order, NodeId node) {
    const Pfn pfn = PageAllocator(buddy_, cpu_, recorder_, moves_).alloc_pages(gfp_flags, order, node);
    if (pfn != no_pfn) BuddyEmitter(buddy_, recorder_).emit(UseBlock{pfn, order, FrameUse::slab});
    return pfn;
}

void MachinePages::give_back(Pfn pfn, Order order) {
    PageAllocator(buddy_, cpu_, recorder_, moves_).free_pages(pfn, order);
}

/// The nodes of the zonelist's zones that the request may use, each once.
std::vector<NodeId> MachinePages::nodes_from(NodeId node, GfpFlags gfp_flags) {
    std::vector<NodeId> nodes;
    const Zonelist& list = buddy_.zonelists[node].fallback;
    for (std::uint8_t i = 0; i < list.count; ++i) {
        const Zone& zone = buddy_.zones[list.zones[i]];
        if (zone.kind > highest_zone_of(gfp_flags)) continue;
        if (std::find(nodes.begin(), nodes.end(), zone.node) == nodes.end()) nodes.push_back(zone.node);
    }
    return nodes;
}

std::uint32_t MachinePages::start_in_sequence(Pfn, const std::vector<ObjectIndex>& sequence,
                                              std::uint64_t& random_state) {
    Random random(random_state);
    const std::uint32_t start = random.below(static_cast<std::uint32_t>(sequence.size()));
    random_state = random.state();
    return start;
}

}  // namespace pageframe
