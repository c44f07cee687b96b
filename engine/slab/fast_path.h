// SLUB's fast paths: slab_alloc_node() and do_slab_free() of mm/slub.c where the CPU's own slab will do.
//
//     take:  cpu.freelist --> [ 3 ] --> next        the object is the caller's
//     free:  [ 3 ] --> cpu.freelist                 of the slab that the CPU takes from: no look at any list
//
// Everything out of the ordinary (no object, another slab, a mistake, a damaged object, another node) is
// left untouched: SlabAllocator does it from the start, and does the ordinary just the same. So does it while
// somebody records. Only a cache of SLUB's that may be used has a CPU slab (check_slab()), so that one look
// at the CPU's share says it all.
#pragma once

#include "engine/slab/slab_events.h"

namespace pageframe {

/// kmem_cache_alloc_node(): the object's address; 0: SlabAllocator::allocate() is to be asked.
[[gnu::always_inline]] inline std::uint64_t allocate_fast(SilentEmitter<SlabState> emitter, CacheId cache, CpuId cpu,
                                                          NodeId node, std::uint32_t requested) {
    const SlabState& state = emitter.state();
    if (cache >= state.cache_limit) return 0;
    const CpuCache& own = state.cpu_cache(cache, cpu);
    const ObjectReference object{own.slab, own.freelist};
    if (object.index == no_object) return 0;
    const Slab& slab = state.slabs[object.slab];
    if (node != no_node && slab.node != node) return 0;
    const SlabObject& record = state.object(slab, object.index);
    if (record.marks != 0) return 0;
    const std::uint64_t address = object_address(slab, object.index);
    emitter.emit(TakeObject{object.slab, state.operation, requested, cache, object.index, record.next, cpu, 0});
    return address;
}

/// kmem_cache_free(); false: SlabAllocator::free() is to be asked.
[[gnu::always_inline]] inline bool free_fast(SilentEmitter<SlabState> emitter, CacheId cache, CpuId cpu,
                                             std::uint64_t address, OperationNumber taken_by) {
    const SlabState& state = emitter.state();
    if (cache >= state.cache_limit) return false;
    const CpuCache& own = state.cpu_cache(cache, cpu);
    if (own.slab == no_slab) return false;
    const Slab& slab = state.slabs[own.slab];
    const ObjectIndex index = object_index_at(slab, address);
    if (index == no_object) return false;
    const SlabObject& record = state.object(slab, index);
    if (!record.allocated || record.marks != 0 || (taken_by != no_operation && taken_by != record.allocated_by))
        return false;
    const SlabId id = own.slab;
    emitter.emit(ReleaseObject{id, state.operation, index, own.freelist});
    emitter.emit(PushCpuFreelist{id, cache, index, index, 1, cpu});
    return true;
}

}  // namespace pageframe
