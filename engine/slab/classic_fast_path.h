// The classic SLAB's fast paths: ____cache_alloc() and __cache_free() of mm/slab.c where the CPU's array will do.
//
//     take:  array [ a b c ]  -->  c            the top is the caller's
//     free:  array [ a b ]  <--  c              while there is room, and the object lies on the CPU's node
//
// As in fast_path.h: everything out of the ordinary is left untouched, and ClassicSlab does it from the start.
#pragma once

#include "engine/slab/fast_path.h"

namespace pageframe {

/// kmem_cache_alloc_node(): the object's address; 0: SlabAllocator::allocate() is to be asked.
inline std::uint64_t allocate_from_array(SilentEmitter<SlabState> emitter, std::uint32_t number, CpuId cpu, NodeId node,
                                         std::uint32_t requested) {
    const SlabState& state = emitter.state();
    if (number >= state.cache_limit || node != no_node) return 0;
    const auto cache = static_cast<CacheId>(number);
    CpuCache* const own = emitter.own(&SlabState::cpu_caches, state.cpu_cache_index(cache, cpu));
    if (own == nullptr || own->avail == 0 || !is_ordinary(state.caches[cache])) return 0;
    const ObjectReference top = state.arrays[state.cpu_array(cache, cpu) + own->avail - 1U];
    const ObjectPlaces places = state.slabs[top.slab].places();
    SlabObject* const record = emitter.own(&SlabState::objects, places.record_of(top.index));
    if (record == nullptr || record->marks != 0) return 0;
    emitter.emit_on(TakeFromArray{top.slab, state.operation, requested, cache, top.index, cpu}, *own, *record);
    return places.address_of(top.index);
}

/// kmem_cache_free(); false: SlabAllocator::free() is to be asked.
inline bool free_to_array(SilentEmitter<SlabState> emitter, std::uint32_t number, CpuId cpu, SlabId id,
                          std::uint64_t address, OperationNumber taken_by) {
    const SlabState& state = emitter.state();
    const Slab& slab = state.slabs[id];
    const CacheId cache = slab.cache;
    if (cache != number || slab.node != state.cpu_node[cpu]) return false;
    const KmemCache& owner = state.caches[cache];
    CpuCache* const own = emitter.own(&SlabState::cpu_caches, state.cpu_cache_index(cache, cpu));
    if (own == nullptr || !is_ordinary(owner)) return false;
    if (own->avail >= array_limits(owner.geometry.size, state.cpu_count()).limit) return false;
    const ObjectPlaces places = slab.places();
    const ObjectIndex index = places.index_at(address);
    if (index == no_object) return false;
    SlabObject* const record = emitter.own(&SlabState::objects, places.record_of(index));
    if (record == nullptr || !is_plainly_held(*record, taken_by)) return false;
    ObjectReference* const top = emitter.own(&SlabState::arrays, state.cpu_array(cache, cpu) + own->avail);
    if (top == nullptr) return false;
    emitter.emit_on(PutInArray{id, state.operation, cache, index, cpu}, *own, *top, *record);
    return true;
}

}  // namespace pageframe
