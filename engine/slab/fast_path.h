// SLUB's fast paths: slab_alloc_node() and do_slab_free() of mm/slub.c where the CPU's own slab will do.
//
//     take:  cpu.freelist --> [ 3 ] --> next        the object is the caller's
//     free:  [ 3 ] --> cpu.freelist                 of the slab that the CPU takes from: no look at any list
//
// Everything out of the ordinary (no object, another slab, a mistake, a damaged object, another node) is
// left untouched: SlabAllocator does it from the start, and does the ordinary just the same. So does it while
// somebody records, and at the first write to what a copy of the state has as well. Only a cache of SLUB's
// that may be used has a CPU slab (check_slab()), so that one look at the CPU's share says it all.
#pragma once

#include "engine/slab/slab_events.h"

namespace pageframe {

// `number`: the cache's, or anything. `id`: the slab that the address's page says, as virt_to_slab() does: a page
// freed behind a slab's back is another's meanwhile.

/// Taken, undamaged, and the pointer is of that taking: nothing about giving it back is remarkable.
inline bool is_plainly_held(const SlabObject& object, OperationNumber taken_by) {
    return object.allocated && object.marks == 0 && (taken_by == no_operation || taken_by == object.allocated_by);
}

/// kmem_cache_alloc_node(): the object's address; 0: SlabAllocator::allocate() is to be asked.
[[gnu::always_inline]] inline std::uint64_t allocate_fast(SilentEmitter<SlabState> emitter, std::uint32_t number,
                                                          CpuId cpu, NodeId node, std::uint32_t requested) {
    const SlabState& state = emitter.state();
    if (number >= state.cache_limit) return 0;
    const auto cache = static_cast<CacheId>(number);
    CpuCache* const own = emitter.own(&SlabState::cpu_caches, state.cpu_cache_index(cache, cpu));
    if (own == nullptr || own->freelist == no_object) [[unlikely]]
        return 0;
    const SlabId id = own->slab;
    const ObjectIndex index = own->freelist;
    if (node != no_node && state.slabs[id].node != node) return 0;
    SlabObject* const record = emitter.own(&SlabState::objects, own->places.record_of(index));
    if (record == nullptr || record->marks != 0) [[unlikely]]
        return 0;
    const std::uint64_t address = own->places.address_of(index);
    emitter.emit_on(TakeObject{id, state.operation, requested, cache, index, record->next, cpu, 0}, *own, *record);
    return address;
}

/// kmem_cache_free(); false: SlabAllocator::free() is to be asked.
[[gnu::always_inline]] inline bool free_fast(SilentEmitter<SlabState> emitter, std::uint32_t number, CpuId cpu,
                                             SlabId id, std::uint64_t address, OperationNumber taken_by) {
    const SlabState& state = emitter.state();
    if (number >= state.cache_limit) return false;
    const auto cache = static_cast<CacheId>(number);
    CpuCache* const own = emitter.own(&SlabState::cpu_caches, state.cpu_cache_index(cache, cpu));
    if (own == nullptr || own->slab != id) [[unlikely]]
        return false;
    const ObjectIndex index = own->places.index_at(address);
    if (index == no_object) return false;
    SlabObject* const record = emitter.own(&SlabState::objects, own->places.record_of(index));
    if (record == nullptr || !is_plainly_held(*record, taken_by)) [[unlikely]]
        return false;
    emitter.emit_on(ReleaseObject{id, state.operation, index, own->freelist}, *record);
    emitter.emit_on(PushCpuFreelist{id, cache, index, index, 1, cpu}, *own, *record);
    return true;
}

}  // namespace pageframe
