// What the slab allocator's events do to lists and tables: used by their apply() alone.
#pragma once

#include <algorithm>
#include <bit>

#include "engine/slab/slab.h"

namespace pageframe {

enum class SlabListEnd : std::uint8_t { head, tail };

inline void list_add(SlabState& state, SlabList& list, SlabId id, SlabListEnd end) {
    Slab& slab = state.slabs.write(id);
    slab.previous = end == SlabListEnd::head ? no_slab : list.tail;
    slab.next = end == SlabListEnd::head ? list.head : no_slab;
    if (slab.previous != no_slab)
        state.slabs.write(slab.previous).next = id;
    else
        list.head = id;
    if (slab.next != no_slab)
        state.slabs.write(slab.next).previous = id;
    else
        list.tail = id;
    ++list.count;
}

inline void list_remove(SlabState& state, SlabList& list, SlabId id) {
    Slab& slab = state.slabs.write(id);
    if (slab.previous != no_slab)
        state.slabs.write(slab.previous).next = slab.next;
    else
        list.head = slab.next;
    if (slab.next != no_slab)
        state.slabs.write(slab.next).previous = slab.previous;
    else
        list.tail = slab.previous;
    slab.next = slab.previous = no_slab;
    --list.count;
}

template <class T>
void make_room(ChunkArray<T>& array, std::size_t needed) {
    if (needed > array.size()) array.grow(std::max(needed, 2 * array.size()), T{});
}

/// A run of 2^size_class records: one given back before, or new ones. Runs of up to a chunk never cross
/// one, because they are aligned to their length.
inline std::uint32_t take_run(SlabState& state, std::uint8_t size_class) {
    std::uint32_t& free_run = state.free_runs[size_class];
    if (free_run != no_slab) {
        const std::uint32_t first = free_run;
        free_run = state.objects[first].requested;
        return first;
    }
    const std::uint32_t length = 1U << size_class;
    const std::uint32_t first = (state.object_limit + length - 1) & ~(length - 1);
    state.object_limit = first + length;
    make_room(state.objects, state.object_limit);
    return first;
}

inline void give_back_run(SlabState& state, std::uint32_t first, std::uint8_t size_class) {
    state.objects.write(first).requested = state.free_runs[size_class];
    state.free_runs[size_class] = first;
}

inline std::uint8_t size_class_of(std::uint32_t objects) {
    return static_cast<std::uint8_t>(std::bit_width(std::max(1U, objects) - 1));
}

/// The id that the next new slab will get.
inline SlabId next_slab_id(const SlabState& state) {
    return state.free_slab != no_slab ? state.free_slab : state.slab_limit;
}
inline CacheId next_cache_id(const SlabState& state) {
    return state.free_cache != no_cache ? state.free_cache : static_cast<CacheId>(state.cache_limit);
}

/// Enters a slab of `objects` objects in the tables; its freelist is not made yet.
void add_slab(SlabState& state, SlabId id, CacheId cache, Pfn pfn, Order order, NodeId node, std::uint32_t objects);
/// Takes it out of them.
void remove_slab(SlabState& state, SlabId id);
/// Enters a cache as the newest of all.
void add_cache(SlabState& state, CacheId id, const CacheRequest& request);
void remove_cache(SlabState& state, CacheId id);

}  // namespace pageframe
