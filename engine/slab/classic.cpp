#include "engine/slab/classic.h"

#include <algorithm>

#include "engine/slab/constructors.h"

namespace pageframe {

std::uint32_t ColourSlab::free_limit_of(const SlabState& state, CacheId cache, NodeId node) {
    const auto cpus = std::count(state.cpu_node.begin(), state.cpu_node.end(), node);
    const CacheGeometry& geometry = state.caches[cache].geometry;
    return (1 + static_cast<std::uint32_t>(cpus)) * array_limits(geometry.size, state.cpu_count()).batch +
           geometry.objects;
}

// ---------------------------------------------------------------- taking

ObjectReference ClassicSlab::allocate(CacheId cache, GfpFlags gfp_flags, NodeId node, std::uint32_t requested) {
    emitter_.tell(RequestObject{gfp_flags, cache, cpu_, node});
    const Request request{cache, gfp_flags, node < state_.node_count ? node : no_node, requested};
    if (request.node != no_node && request.node != local_node()) return allocate_on_node(request);
    if (own(cache).avail != 0) [[likely]]
        return take_top(request);
    return refill(request) ? take_top(request) : ObjectReference{};
}

ObjectReference ClassicSlab::take_top(const Request& request) {
    const ObjectReference top = state_.arrays[state_.cpu_array(request.cache, cpu_) + own(request.cache).avail - 1U];
    emitter_.emit(TakeFromArray{top.slab, state_.operation, request.requested, request.cache, top.index, cpu_});
    return top;
}

/// ____cache_alloc_node(): one object of another node, past the array.
ObjectReference ClassicSlab::allocate_on_node(const Request& request) {
    lock(request.cache, request.node);
    SlabId slab = first_slab(request.cache, request.node);
    if (slab == no_slab) slab = grow(request, request.node);
    if (slab == no_slab) return {};
    // It passes through the array, which has room for one more than its limit.
    emitter_.emit(FillArray{slab, request.cache, state_.slabs[slab].freelist, cpu_});
    const bool full = state_.slabs[slab].freelist == no_object;
    emitter_.emit(MoveSlab{slab, request.cache, full ? SlabPlace::full : SlabPlace::node_partial, SlabListEnd::head});
    return take_top(request);
}

bool ClassicSlab::refill(const Request& request) {
    const CacheId cache = request.cache;
    const NodeId node = local_node();
    constexpr std::uint32_t quiet_batch = 16;  // BATCHREFILL_LIMIT
    std::uint32_t batch = limits(cache).batch;
    if (!own(cache).touched) batch = std::min(batch, quiet_batch);
    lock(cache, node);
    const std::uint32_t shared = std::min(state_.cache_node(cache, node).shared_avail, batch);
    if (shared != 0) {
        emitter_.emit(TakeFromShared{shared, cache, cpu_, node});
        return true;
    }
    fill_from_slabs(cache, node, batch);
    if (own(cache).avail != 0) return true;
    const SlabId made = grow(request, node);
    if (made == no_slab) return false;
    lock(cache, node);
    fill_from_slabs(cache, state_.slabs[made].node, batch);
    return own(cache).avail != 0;
}

/// Partial slabs first, then free ones.
void ClassicSlab::fill_from_slabs(CacheId cache, NodeId node, std::uint32_t batch) {
    while (batch > 0) {
        const SlabId slab = first_slab(cache, node);
        if (slab == no_slab) return;
        for (; batch > 0 && state_.slabs[slab].freelist != no_object; --batch)
            emitter_.emit(FillArray{slab, cache, state_.slabs[slab].freelist, cpu_});
        const bool full = state_.slabs[slab].freelist == no_object;
        emitter_.emit(MoveSlab{slab, cache, full ? SlabPlace::full : SlabPlace::node_partial, SlabListEnd::head});
    }
}

SlabId ClassicSlab::first_slab(CacheId cache, NodeId node) const {
    const CacheNode& own = state_.cache_node(cache, node);
    return own.partial.head != no_slab ? own.partial.head : own.free.head;
}

/// cache_grow(): the colours take turns; constructors run now, once for each object.
SlabId ClassicSlab::grow(const Request& request, NodeId node) {
    const CacheGeometry& geometry = state_.caches[request.cache].geometry;
    const Pfn pfn = source_.take(request.gfp_flags | geometry.allocation_flags, geometry.order, node);
    if (pfn == no_pfn) {
        emitter_.tell(SlabOutOfMemory{request.gfp_flags, request.cache});
        return no_slab;
    }
    const SlabId id = next_slab_id(state_);
    const NodeId got = source_.node_of(pfn);
    emitter_.emit(NewSlab{id, pfn, request.cache, static_cast<ObjectIndex>(geometry.objects), geometry.order, got});
    const std::uint32_t colour = state_.cache_node(request.cache, got).colour_next;
    std::uint32_t start = colour * geometry.colour_bytes;
    if (!geometry.management_off_slab) start += geometry.management_bytes;
    const std::uint32_t next = colour + 1 >= geometry.colours ? 0 : colour + 1;
    emitter_.emit(ColourSlab{id, request.cache, static_cast<std::uint16_t>(start), next});
    construct_objects(emitter_, source_, id);
    return id;
}

// ---------------------------------------------------------------- giving back

void ClassicSlab::free(CacheId cache, ObjectReference object) {
    const Slab& slab = state_.slabs[object.slab];
    if (slab.node != local_node()) {
        // cache_free_alien(), without alien caches.
        lock(cache, slab.node);
        emitter_.emit(ReleaseObject{object.slab, state_.operation, object.index, slab.freelist});
        return put_back(cache, object);
    }
    if (own(cache).avail >= limits(cache).limit) [[unlikely]]
        flush(cache);
    emitter_.emit(PutInArray{object.slab, state_.operation, cache, object.index, cpu_});
}

void ClassicSlab::flush(CacheId cache) {
    const NodeId node = local_node();
    const ArrayLimits limit = limits(cache);
    std::uint32_t batch = limit.batch;
    lock(cache, node);
    const std::uint32_t shared = state_.cache_node(cache, node).shared_avail;
    if (shared < limit.shared) {
        batch = std::min(batch, limit.shared - shared);
        emitter_.emit(GiveToShared{batch, cache, cpu_, node});
    } else {
        for (std::uint32_t i = 0; i < batch; ++i) put_back(cache, state_.arrays[state_.cpu_array(cache, cpu_) + i]);
    }
    emitter_.emit(DropEntries{batch, cache, cpu_, node, false});
}

/// free_block() for one object.
void ClassicSlab::put_back(CacheId cache, ObjectReference object) {
    emitter_.emit(PutBack{object.slab, cache, object.index});
    const Slab& slab = state_.slabs[object.slab];
    const CacheNode& node = state_.cache_node(cache, slab.node);
    if (slab.inuse != 0) {
        // Always to the end: the most time for its other objects to come back too.
        emitter_.emit(MoveSlab{object.slab, cache, SlabPlace::node_partial, SlabListEnd::tail});
    } else if (node.free_objects > node.free_limit && !state_.caches[cache].corrupted) {
        emitter_.emit(MoveSlab{object.slab, cache, SlabPlace::floating, SlabListEnd::head});
        destroy_slab(object.slab);
    } else {
        emitter_.emit(MoveSlab{object.slab, cache, SlabPlace::node_free, SlabListEnd::head});
    }
}

void ClassicSlab::destroy_slab(SlabId id) {
    const Slab slab = state_.slabs[id];
    emitter_.emit(ForgetFree{slab.objects, slab.cache, slab.node});
    emitter_.emit(DiscardSlab{id, slab.pfn, slab.order});
    source_.give_back(slab.pfn, slab.order);
}

void ClassicSlab::drain_array(CacheId cache, CpuId cpu, NodeId node, bool shared) {
    const std::size_t base = shared ? state_.shared_array(cache, node) : state_.cpu_array(cache, cpu);
    const std::uint32_t count =
        shared ? state_.cache_node(cache, node).shared_avail : state_.cpu_cache(cache, cpu).avail;
    if (count == 0) return;
    lock(cache, node);
    for (std::uint32_t i = 0; i < count; ++i) put_back(cache, state_.arrays[base + i]);
    emitter_.emit(DropEntries{count, cache, cpu, node, shared});
}

bool ClassicSlab::shrink(CacheId cache) {
    for (std::size_t cpu = 0; cpu < state_.cpu_count(); ++cpu)
        drain_array(cache, static_cast<CpuId>(cpu), state_.cpu_node[cpu], false);
    std::uint32_t left = 0;
    for (NodeId node = 0; node < state_.node_count; ++node) {
        drain_array(cache, cpu_, node, true);
        // After a double free an array may still name an object of a slab that looks free.
        while (!state_.caches[cache].corrupted && state_.cache_node(cache, node).free.tail != no_slab) {
            const SlabId id = state_.cache_node(cache, node).free.tail;
            lock(cache, node);
            emitter_.emit(MoveSlab{id, cache, SlabPlace::floating, SlabListEnd::head});
            destroy_slab(id);
        }
        left += state_.cache_node(cache, node).nr_slabs;
    }
    return left == 0;
}

}  // namespace pageframe
