// The classic SLAB's decisions: mm/slab.c about 2.6.20.
//
//     allocate()                    ____cache_alloc(): the top of the CPU's array: done
//       refill()                    cache_alloc_refill(): a batch for the array, from
//         the node's shared array     transfer_objects()
//         partial slabs, then free    full, partial and free lists: a slab changes list as its state changes
//         a new slab                  cache_grow(): coloured, constructors run, to the free list
//
//     free()                        ___cache_free(): the top of the CPU's array: done
//       flush()                     cache_flusharray(): a batch of the oldest, to
//         the shared array            until that is full
//         their slabs                 free_block(): an empty slab stays on the free list, until the node
//                                     has more free objects than its limit
//
// Simplified: no alien caches (an object of another node goes straight back to its slab), no reaping by
// time (kmem_cache_shrink() does what the reaper would), a request for a certain node takes from this
// CPU's array only if the object lies there.
#pragma once

#include <span>
#include <vector>

#include "engine/slab/page_source.h"
#include "engine/slab/slab_events.h"

namespace pageframe {

class ClassicSlab {
public:
    ClassicSlab(SlabState& state, CpuId cpu, SlabPageSource& source, Recorder* recorder)
        : emitter_(state, recorder), state_(emitter_.state()), source_(source), cpu_(cpu) {}

    ObjectReference allocate(CacheId cache, GfpFlags gfp_flags, NodeId node = no_node, std::uint32_t requested = 0);
    void free(CacheId cache, ObjectReference object);
    /// __cache_shrink(): every array back to the slabs, every free slab back to the page allocator. True
    /// when no slab is left.
    bool shrink(CacheId cache);

private:
    struct Request {
        CacheId cache;
        GfpFlags gfp_flags;
        NodeId node;
        std::uint32_t requested;
    };
    ObjectReference take_top(const Request& request);
    ObjectReference allocate_on_node(const Request& request);
    bool refill(const Request& request);
    void fill_from_slabs(CacheId cache, NodeId node, std::uint32_t batch);
    SlabId first_slab(CacheId cache, NodeId node) const;
    SlabId grow(const Request& request, NodeId node);
    void flush(CacheId cache);
    void put_back(CacheId cache, ObjectReference object);
    void drain_array(CacheId cache, CpuId cpu, NodeId node, bool shared);
    void destroy_slab(SlabId slab);

    const CpuCache& own(CacheId cache) const { return state_.cpu_cache(cache, cpu_); }
    NodeId local_node() const { return state_.cpu_node[cpu_]; }
    ArrayLimits limits(CacheId cache) const {
        return array_limits(state_.caches[cache].geometry.size, state_.cpu_count());
    }
    void lock(CacheId cache, NodeId node) { emitter_.emit(TakeListLock{cache, cpu_, node}); }

    SlabEmitter emitter_;
    const SlabState& state_;
    SlabPageSource& source_;
    CpuId cpu_;
};

}  // namespace pageframe
