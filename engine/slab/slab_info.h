// What a cache amounts to: for /proc/slabinfo, and for tables of caches.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/slab/slab.h"

namespace pageframe {

/// struct slabinfo
struct SlabInfo {
    std::uint32_t active_objects = 0;  ///< as the kernel counts: all but those free on nodes' partial lists
    std::uint32_t objects = 0;
    std::uint32_t active_slabs = 0;
    std::uint32_t slabs = 0;
    std::uint32_t limit = 0, batch = 0, shared = 0, shared_available = 0;  ///< classic SLAB
    // Beyond slabinfo: what is really so.
    std::uint32_t objects_in_use = 0;
    std::uint64_t requested_bytes = 0;  ///< by callers of kmalloc(), or object_size for each object
    std::uint64_t memory_bytes = 0;
};

SlabInfo slab_info(const SlabState& state, CacheId cache);

/// A slab that a debugging check found damaged: it counts as full, but nobody has its free objects.
bool is_quarantined(const SlabState& state, SlabId slab);

/// What an object is at this moment, for pictures of a slab.
enum class ObjectState : std::uint8_t {
    in_use,
    on_cpu_freelist,   ///< free, and the CPU's to take without a lock
    on_slab_freelist,  ///< free
    in_cpu_array,      ///< classic SLAB: free, in a CPU's array
    lost,              ///< free, and on no list: a mistake has cost it
};

/// By index, one for each object of the slab.
std::vector<ObjectState> object_states(const SlabState& state, SlabId slab);
/// A freelist's indexes in order, from `first` on; no longer than there are objects.
std::vector<ObjectIndex> freelist_of(const SlabState& state, SlabId slab, ObjectIndex first);

}  // namespace pageframe
