#include "engine/slab/slab_info.h"

#include "engine/slab/classic_geometry.h"

namespace pageframe {

SlabInfo slab_info(const SlabState& state, CacheId id) {
    const KmemCache& cache = state.caches[id];
    SlabInfo info;
    std::uint32_t free = 0;
    std::uint32_t free_slabs = 0;
    for (NodeId node = 0; node < state.node_count; ++node) {
        const CacheNode& own = state.cache_node(id, node);
        info.slabs += own.nr_slabs;
        info.objects += own.total_objects;
        for (SlabId slab = own.partial.head; slab != no_slab; slab = state.slabs[slab].next)
            free += static_cast<std::uint32_t>(state.slabs[slab].objects - state.slabs[slab].inuse);
        if (state.allocator == SlabAllocatorKind::slab) free += own.free.count * cache.geometry.objects;
        free_slabs += own.free.count;
        info.shared_available += own.shared_avail;
    }
    info.active_objects = info.objects - free;
    info.active_slabs = info.slabs - free_slabs;
    if (state.allocator == SlabAllocatorKind::slab) {
        const ArrayLimits limits = array_limits(cache.geometry.size, state.cpu_count());
        info.limit = limits.limit;
        info.batch = limits.batch;
        info.shared = limits.shared == 0 ? 0 : 8;
    }
    for (SlabId slab = cache.slabs; slab != no_slab; slab = state.slabs[slab].next_of_cache) {
        info.memory_bytes += page_size << state.slabs[slab].order;
        for (ObjectIndex i = 0; i < state.slabs[slab].objects; ++i) {
            const SlabObject& object = state.object(state.slabs[slab], i);
            if (!object.allocated) continue;
            ++info.objects_in_use;
            info.requested_bytes += object.requested != 0 ? object.requested : cache.geometry.object_size;
        }
    }
    return info;
}

bool is_quarantined(const SlabState& state, SlabId id) {
    const Slab& slab = state.slabs[id];
    const CacheGeometry& geometry = state.caches[slab.cache].geometry;
    if (state.allocator != SlabAllocatorKind::slub || slab.place != SlabPlace::full) return false;
    if (!geometry.has(slab_flag::consistency_checks)) return false;
    for (ObjectIndex index = 0; index < slab.objects; ++index)
        if (!state.object(slab, index).allocated) return true;
    return false;
}

std::vector<ObjectIndex> freelist_of(const SlabState& state, SlabId id, ObjectIndex first) {
    const Slab& slab = state.slabs[id];
    std::vector<ObjectIndex> list;
    for (ObjectIndex i = first; i < slab.objects && list.size() < slab.objects; i = state.object(slab, i).next)
        list.push_back(i);
    return list;
}

std::vector<ObjectState> object_states(const SlabState& state, SlabId id) {
    const Slab& slab = state.slabs[id];
    std::vector<ObjectState> states(slab.objects, ObjectState::lost);
    for (ObjectIndex i = 0; i < slab.objects; ++i)
        if (state.object(slab, i).allocated) states[i] = ObjectState::in_use;
    for (ObjectIndex i : freelist_of(state, id, slab.freelist)) states[i] = ObjectState::on_slab_freelist;
    if (slab.place == SlabPlace::cpu && state.allocator == SlabAllocatorKind::slub)
        for (ObjectIndex i : freelist_of(state, id, state.cpu_cache(slab.cache, slab.cpu).freelist))
            states[i] = ObjectState::on_cpu_freelist;
    if (state.allocator == SlabAllocatorKind::slab)
        for (ObjectState& one : states)
            if (one == ObjectState::lost) one = ObjectState::in_cpu_array;
    return states;
}

}  // namespace pageframe
