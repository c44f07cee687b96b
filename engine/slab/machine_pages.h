// Slabs on the machine's own page allocator.
#pragma once

#include "engine/buddy/page_allocator.h"
#include "engine/slab/page_source.h"

namespace pageframe {

class MachinePages : public SlabPageSource {
public:
    /// `moves`: receives the pages that compaction moves to make room.
    MachinePages(BuddyState& buddy, CpuId cpu, Recorder* recorder, std::vector<MovedPage>* moves = nullptr)
        : buddy_(buddy), recorder_(recorder), moves_(moves), cpu_(cpu) {}

    Pfn take(GfpFlags gfp_flags, Order order, NodeId node) override;
    void give_back(Pfn pfn, Order order) override;
    NodeId node_of(Pfn pfn) override { return buddy_.zones[buddy_.zone_of(pfn)].node; }
    std::vector<NodeId> nodes_from(NodeId node, GfpFlags gfp_flags) override;
    std::uint32_t start_in_sequence(Pfn pfn, const std::vector<ObjectIndex>& sequence,
                                    std::uint64_t& random_state) override;

private:
    BuddyState& buddy_;
    Recorder* recorder_;
    std::vector<MovedPage>* moves_;
    CpuId cpu_;
};

}  // namespace pageframe
