// SLUB's decisions: mm/slub.c of Linux 6.1.
//
// The way of a request:
//
//     allocate()                          slab_alloc_node(): the CPU's freelist has an object: done
//       slow_allocate()                   ___slab_alloc(), otherwise the first of
//         the CPU slab's own freelist       get_freelist(): what other CPUs gave back
//         the CPU's partial list            slub_percpu_partial()
//         the node's partial list           get_partial_node(): takes more of them for the CPU
//         other nodes' partial lists        get_any_partial(): if they have more than min_partial
//         a new slab                        allocate_slab(): from the page allocator
//
// and of a free:
//
//     free()                              do_slab_free(): the CPU's own slab: head of its freelist, done
//       slow_free()                       __slab_free(): the slab's own freelist, and
//         it was full: to the CPU's partial list   put_cpu_partial(); when that is long, all of it to the node
//         it is empty and the node has enough      discard_slab(): to the page allocator
//
// Caches with a debugging flag have no CPU slabs: every object is taken from and given back to a slab on
// the node's partial list (slub_debug.cpp).
//
// Simplified: no preemption in the middle of an operation, no memory cgroups, KASAN, KFENCE or
// pfmemalloc slabs; RCU-freed slabs go back at once; get_any_partial() always looks when the cache's
// remote_node_defrag_ratio is not 0 (the kernel skips it for 2 of 100 requests, by the cycle counter).
#pragma once

#include <span>
#include <vector>

#include "engine/slab/page_source.h"
#include "engine/slab/slab_events.h"

namespace pageframe {

class Slub {
public:
    Slub(SlabState& state, CpuId cpu, SlabPageSource& source, Recorder* recorder)
        : emitter_(state, recorder), state_(emitter_.state()), source_(source), cpu_(cpu) {}

    /// kmem_cache_alloc_node(). Slab no_slab when there is no memory.
    ObjectReference allocate(CacheId cache, GfpFlags gfp_flags, NodeId node = no_node, std::uint32_t requested = 0);
    /// kmem_cache_alloc_bulk(): all or nothing.
    bool allocate_bulk(CacheId cache, GfpFlags gfp_flags, std::uint32_t count, std::vector<ObjectReference>& objects);
    void free(CacheId cache, ObjectReference object);
    /// kmem_cache_free_bulk(); reorders `objects`.
    void free_bulk(CacheId cache, std::span<ObjectReference> objects);
    /// flush_cpu_slab() on one CPU.
    void flush(CacheId cache, CpuId cpu);
    /// kmem_cache_shrink(): flushes the CPUs in the order given, then every node. True when no slab is left.
    bool shrink(CacheId cache, std::span<const CpuId> cpus);
    /// free_partial() for kmem_cache_destroy(): after a flush, the empty slabs.
    void free_empty_slabs(CacheId cache);

    /// A check has found them damaged.
    void restore_red_zones(ObjectReference object);

    /// This CPU's slab and freelist.
    SlabId own_slab(CacheId cache) const { return own(cache).slab; }
    ObjectIndex own_freelist(CacheId cache) const { return own(cache).freelist; }

private:
    struct Request {
        CacheId cache;
        GfpFlags gfp_flags;
        NodeId node;
        std::uint32_t requested;
    };

    // slub_allocate.cpp
    ObjectReference slow_allocate(const Request& request);
    ObjectReference take_from_cpu(const Request& request, bool slow);
    bool load_from_cpu(const Request& request);
    SlabId new_slab(const Request& request);
    bool node_has_memory(NodeId node) const { return node < state_.node_count; }

    // slub_partial.cpp
    bool get_partial(const Request& request);
    bool get_partial_node(const Request& request, NodeId node);
    std::vector<NodeId> nodes_with_plenty(const Request& request) const;
    void put_cpu_partial(CacheId cache, SlabId slab, bool drain);
    void unfreeze_partials(CacheId cache);
    void deactivate(CacheId cache, CpuId cpu, Deactivate::Why why);
    void discard(SlabId slab);
    void discard(const std::vector<SlabId>& slabs);
    void shrink_node(CacheId cache, NodeId node);

    // slub_free.cpp
    void free_list(CacheId cache, SlabId slab, ObjectIndex head, ObjectIndex tail, ObjectIndex count);
    void slow_free(CacheId cache, SlabId slab, ObjectIndex head, ObjectIndex tail, ObjectIndex count);
    std::size_t free_last_run(CacheId cache, std::span<ObjectReference> objects);

    // slub_debug.cpp
    ObjectReference debug_allocate(const Request& request);
    ObjectReference single_from_partial(const Request& request);
    ObjectReference single_from_node(const Request& request, NodeId node);
    ObjectReference single_from_new_slab(const Request& request);
    ObjectReference take_single(const Request& request, SlabId slab);
    void debug_free(CacheId cache, SlabId slab, ObjectIndex head, ObjectIndex tail, ObjectIndex count);
    void mark_full(CacheId cache, SlabId slab);
    bool check_free_object(CacheId cache, ObjectReference object);
    void check_free_pointer(CacheId cache, ObjectReference object);

    const CacheGeometry& geometry(CacheId cache) const { return state_.caches[cache].geometry; }
    const CpuCache& own(CacheId cache) const { return state_.cpu_cache(cache, cpu_); }
    NodeId local_node() const { return state_.cpu_node[cpu_]; }
    bool keeps_enough(CacheId cache, NodeId node) const {
        return state_.cache_node(cache, node).partial.count >= geometry(cache).min_partial;
    }
    void lock(CacheId cache, NodeId node) { emitter_.emit(TakeListLock{cache, cpu_, node}); }

    SlabEmitter emitter_;
    const SlabState& state_;
    SlabPageSource& source_;
    CpuId cpu_;
};

// The fast paths, in their caller's own code: no lock, no search, a handful of stores. (Left to itself, the linker takes
// them from a file that is compiled for size.)

[[gnu::always_inline]] inline ObjectReference Slub::allocate(CacheId cache, GfpFlags gfp_flags, NodeId node,
                                                             std::uint32_t requested) {
    emitter_.tell(RequestObject{gfp_flags, cache, cpu_, node});
    const Request request{cache, gfp_flags, node, requested};
    const CpuCache& cpu = own(cache);
    if (cpu.freelist != no_object && (node == no_node || state_.slabs[cpu.slab].node == node)) [[likely]]
        return take_from_cpu(request, false);
    return slow_allocate(request);
}

inline ObjectReference Slub::take_from_cpu(const Request& request, bool slow) {
    const CpuCache& cpu = own(request.cache);
    const ObjectReference object{cpu.slab, cpu.freelist};
    const SlabObject& record = state_.object(state_.slabs[object.slab], object.index);
    if (record.marks != 0) [[unlikely]]
        check_free_pointer(request.cache, object);
    const ObjectIndex next = state_.object(state_.slabs[object.slab], object.index).next;
    emitter_.emit(TakeObject{object.slab, state_.operation, request.requested, request.cache, object.index, next, cpu_,
                             static_cast<std::uint8_t>(slow)});
    return object;
}

[[gnu::always_inline]] inline void Slub::free(CacheId cache, ObjectReference object) {
    const CpuCache& cpu = own(cache);
    const bool fast = object.slab == cpu.slab;
    const ObjectIndex next = fast ? cpu.freelist : state_.slabs[object.slab].freelist;
    emitter_.emit(ReleaseObject{object.slab, state_.operation, object.index, next});
    if (fast) [[likely]]
        emitter_.emit(PushCpuFreelist{object.slab, cache, object.index, object.index, 1, cpu_});
    else
        slow_free(cache, object.slab, object.index, object.index, 1);
}

}  // namespace pageframe
