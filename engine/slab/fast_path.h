// SLUB's fast paths: slab_alloc_node() and do_slab_free() of mm/slub.c where the CPU's own slab will do,
// ___slab_alloc() where the CPU has another, and __slab_free() where the object's slab stays where it is.
//
//     take:  cpu.freelist --> [ 3 ] --> next        the object is the caller's
//     take:  cpu.freelist <-- slab.freelist         first, when it is empty: what the CPU has otherwise
//     free:  [ 3 ] --> cpu.freelist                 of the slab that the CPU takes from: no look at any list
//     free:  [ 7 ] --> slab.freelist                of any other, neither full before nor empty after
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

/// Neither gone, nor told of what is done to its objects.
inline bool is_ordinary(const KmemCache& cache) { return cache.in_use() && !cache.geometry.debugged(); }

/// Which cache a request is most likely of. Who takes what was just given back waits for all that is looked up with
/// the cache, and then with the object's index: a guess comes before.
enum class Likely : std::uint8_t { any_cache, the_last_one };

template <Likely likely>
[[gnu::always_inline]] inline CpuCache* own_cpu_cache(SilentEmitter<SlabState> emitter, std::size_t index) {
    if constexpr (likely == Likely::the_last_one) return emitter.own_again(&SlabState::cpu_caches, index);
    return emitter.own_beside(&SlabState::cpu_caches, index);
}
template <Likely likely>
[[gnu::always_inline]] inline SlabObject* own_record(SilentEmitter<SlabState> emitter, std::size_t index) {
    if constexpr (likely == Likely::the_last_one) return emitter.own_beside(&SlabState::objects, index);
    return emitter.own(&SlabState::objects, index);
}

/// The first object of the CPU's freelist; 0 when something is wrong with it.
template <Likely likely>
[[gnu::always_inline]] inline std::uint64_t take_first(SilentEmitter<SlabState> emitter, CpuCache& own, CacheId cache,
                                                       CpuId cpu, std::uint32_t requested, std::uint8_t slow) {
    const ObjectIndex index = own.freelist;
    SlabObject* const record = own_record<likely>(emitter, own.places.record_of(index));
    if (record == nullptr || record->marks != 0) [[unlikely]]
        return 0;
    const std::uint64_t address = own.places.address_of(index);
    const OperationNumber operation = emitter.state().operation;
    emitter.emit_on(TakeObject{own.slab, operation, requested, cache, index, record->next, cpu, slow}, own, *record);
    return address;
}

/// kmem_cache_alloc_node(): the object's address; 0: SlabAllocator::allocate() is to be asked.
template <Likely likely>
[[gnu::always_inline]] inline std::uint64_t allocate_fast(SilentEmitter<SlabState> emitter, std::uint32_t number,
                                                          CpuId cpu, NodeId node, std::uint32_t requested) {
    const SlabState& state = emitter.state();
    if (number >= state.cache_limit) return 0;
    const auto cache = static_cast<CacheId>(number);
    CpuCache* const own = own_cpu_cache<likely>(emitter, state.cpu_cache_index(cache, cpu));
    if (own == nullptr || own->freelist == no_object) [[unlikely]]
        return 0;
    if (node != no_node && state.slabs[own->slab].node != node) return 0;
    return take_first<likely>(emitter, *own, cache, cpu, requested, 0);
}

/// ___slab_alloc() before it looks at any node's list: the objects that others gave back to the CPU's slab, then the
/// slabs of its partial list. `put_aside(slab)`: it is not wanted, and has been deactivated. False when there are none.
template <class Emitter, class PutAside>
bool load_from_cpu(Emitter&& emitter, CacheId cache, CpuId cpu, PutAside put_aside) {
    const SlabState& state = emitter.state();
    auto from = LoadSlab::From::own_slab;
    for (;;) {
        const SlabId id = state.cpu_cache(cache, cpu).slab;
        if (id != no_slab && !put_aside(id)) {
            if (state.cpu_cache(cache, cpu).freelist != no_object) return true;
            if (state.slabs[id].freelist != no_object) {
                emitter.emit(LoadSlab{id, cache, cpu, from});
                return true;
            }
            emitter.emit(LetGoFull{id, cache, cpu});
        }
        const SlabId partial = state.cpu_cache(cache, cpu).partial;
        if (partial == no_slab) return false;
        emitter.emit(TakeCpuPartial{partial, cache, cpu});
        from = LoadSlab::From::cpu_partial;
    }
}

/// When the CPU's freelist is empty and the CPU has more: as allocate_fast(), of any node.
inline std::uint64_t allocate_from_cpu(SilentEmitter<SlabState> emitter, std::uint32_t number, CpuId cpu, NodeId node,
                                       std::uint32_t requested) {
    const SlabState& state = emitter.state();
    if (number >= state.cache_limit || node != no_node) return 0;
    const auto cache = static_cast<CacheId>(number);
    CpuCache* const own = emitter.own(&SlabState::cpu_caches, state.cpu_cache_index(cache, cpu));
    if (own == nullptr || own->freelist != no_object) return 0;
    const bool given_back = own->slab != no_slab && state.slabs[own->slab].freelist != no_object;
    const SlabId next = given_back ? own->slab : own->partial;
    if (next == no_slab) return 0;
    // Nothing may be done before it is known that the object can be taken.
    const Slab& slab = state.slabs[next];
    if (slab.freelist == no_object) return 0;
    const SlabObject* const record = emitter.own(&SlabState::objects, slab.places().record_of(slab.freelist));
    if (record == nullptr || record->marks != 0) return 0;
    load_from_cpu(emitter, cache, cpu, [](SlabId) { return false; });
    return take_first<Likely::any_cache>(emitter, *own, cache, cpu, requested, 1);
}

/// kmem_cache_free(); false: SlabAllocator::free() is to be asked.
template <Likely likely>
[[gnu::always_inline]] inline bool free_fast(SilentEmitter<SlabState> emitter, std::uint32_t number, CpuId cpu,
                                             SlabId id, std::uint64_t address, OperationNumber taken_by) {
    const SlabState& state = emitter.state();
    if (number >= state.cache_limit) return false;
    const auto cache = static_cast<CacheId>(number);
    CpuCache* const own = own_cpu_cache<likely>(emitter, state.cpu_cache_index(cache, cpu));
    if (own == nullptr || own->slab != id) [[unlikely]]
        return false;
    const std::uint32_t which = own->places.number_at(address);
    if (which >= own->places.objects) return false;
    const auto index = static_cast<ObjectIndex>(which);
    SlabObject* const record = own_record<likely>(emitter, own->places.record_of(index));
    if (record == nullptr || !is_plainly_held(*record, taken_by)) [[unlikely]]
        return false;
    emitter.emit_on(ReleaseObject{id, state.operation, index, own->freelist}, *record);
    emitter.emit_on(PushCpuFreelist{id, cache, index, index, 1, cpu}, *own, *record);
    return true;
}

/// The same of a slab that is not this CPU's: it has a free object already, so that it is on a list, and stays there,
/// as it has another in use or a CPU keeps it. No lock is taken.
inline bool free_to_slab(SilentEmitter<SlabState> emitter, std::uint32_t number, CpuId cpu, SlabId id,
                         std::uint64_t address, OperationNumber taken_by) {
    const SlabState& state = emitter.state();
    Slab* const slab = emitter.own(&SlabState::slabs, id);
    if (slab == nullptr || slab->cache != number || slab->freelist == no_object) return false;
    if (slab->inuse < 2 && !slab->frozen) return false;
    const CacheId cache = slab->cache;
    CpuCache* const own = emitter.own(&SlabState::cpu_caches, state.cpu_cache_index(cache, cpu));
    if (own == nullptr || own->slab == id || !is_ordinary(state.caches[cache])) return false;
    const ObjectPlaces places = slab->places();
    const ObjectIndex index = places.index_at(address);
    if (index == no_object) return false;
    SlabObject* const record = emitter.own(&SlabState::objects, places.record_of(index));
    if (record == nullptr || !is_plainly_held(*record, taken_by)) return false;
    emitter.emit_on(ReleaseObject{id, state.operation, index, slab->freelist}, *record);
    emitter.emit_on(PushSlabFreelist{id, cache, index, index, 1, cpu}, *own, *slab, *record);
    return true;
}

}  // namespace pageframe
