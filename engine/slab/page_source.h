// Where slabs get their frames, their dice, their constructors and their bytes: the machine, or a recording, which has
// no bytes.
#pragma once

#include <vector>

#include "engine/core/types.h"
#include "engine/slab/slab.h"

namespace pageframe {

/// Why an object is painted: it has been taken or given back; a check has found it damaged, or its red zones alone.
enum class Painted : std::uint8_t { anew, restored, red_zones_restored };

class SlabPageSource {
public:
    virtual ~SlabPageSource() = default;

    /// A block of 2^order frames; no_pfn when there is none.
    virtual Pfn take(GfpFlags gfp_flags, Order order, NodeId node) = 0;
    /// A slab's frames go back.
    virtual void give_back(Pfn pfn, Order order) = 0;
    virtual NodeId node_of(Pfn pfn) = 0;
    /// The nodes a request from `node` may look at, by distance, itself first.
    virtual std::vector<NodeId> nodes_from(NodeId node, GfpFlags gfp_flags) = 0;
    /// prandom_u32_max(): where in the cache's random sequence the new slab at `pfn` begins. `random_state`
    /// goes on.
    virtual std::uint32_t start_in_sequence(Pfn pfn, const std::vector<ObjectIndex>& sequence,
                                            std::uint64_t& random_state) = 0;
    /// setup_slab_debug() and setup_object_debug(): the bytes of a debugged cache's new slab.
    virtual void paint_slab(SlabId) {}
    /// init_object(), restore_bytes()
    virtual void paint_object(ObjectReference, Painted) {}
    /// The cache's constructor runs for an object of a new slab.
    virtual void construct(CacheId, std::uint64_t) {}
};

}  // namespace pageframe
