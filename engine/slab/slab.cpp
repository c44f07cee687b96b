#include "engine/slab/slab.h"

#include <utility>

#include "engine/slab/slab_lists.h"

namespace pageframe {

std::string_view KmemCache::name_text() const {
    std::size_t length = 0;
    while (length < name.size() && name[length] != '\0') ++length;
    return {name.data(), length};
}

void start_slab(SlabState& state, std::shared_ptr<ChunkPool> pool, const std::vector<NodeId>& cpu_node,
                std::uint8_t node_count, std::uint64_t seed) {
    state = {};
    state.caches = ChunkArray<KmemCache>(pool, 0, {});
    state.cpu_caches = ChunkArray<CpuCache>(pool, 0, {});
    state.cache_nodes = ChunkArray<CacheNode>(pool, 0, {});
    state.slabs = ChunkArray<Slab>(pool, 0, {});
    state.objects = ChunkArray<SlabObject>(pool, 0, {});
    state.arrays = ChunkArray<ObjectReference>(pool, 0, {});
    state.slab_of_frame = ChunkArray<SlabId>(pool, 0, no_slab);
    state.cpu_node = cpu_node;
    state.cpus = static_cast<std::uint32_t>(cpu_node.size());
    state.node_count = node_count;
    state.random_state = seed;
    state.free_runs.fill(no_slab);
    for (auto& type : state.kmalloc_caches) type.fill(no_cache);
}

namespace {

/// The slab that an address lies in, and how far from its first byte.
SlabId slab_around(const SlabState& state, std::uint64_t address, std::uint32_t& offset) {
    if (address < direct_map_start) return no_slab;
    const std::uint64_t frame = (address - direct_map_start) >> page_shift;
    if (frame >= state.slab_of_frame.size()) return no_slab;
    const SlabId id = state.slab_of_frame[frame];
    if (id == no_slab) return no_slab;
    offset =
        static_cast<std::uint32_t>(address - direct_map_start - (std::uint64_t{state.slabs[id].pfn} << page_shift));
    return id;
}

}  // namespace

ObjectReference object_around(const SlabState& state, std::uint64_t address) {
    std::uint32_t offset = 0;
    const SlabId id = slab_around(state, address, offset);
    if (id == no_slab) return {};
    const Slab& slab = state.slabs[id];
    if (offset < slab.colour) return {id, no_object};
    const std::uint32_t index = (offset - slab.colour) / state.caches[slab.cache].geometry.size;
    return {id, index < slab.objects ? static_cast<ObjectIndex>(index) : no_object};
}

void add_slab(SlabState& state, SlabId id, CacheId cache, Pfn pfn, Order order, NodeId node, std::uint32_t objects) {
    if (id == state.slab_limit) {
        ++state.slab_limit;
        make_room(state.slabs, state.slab_limit);
    } else {
        state.free_slab = state.slabs[id].next;
    }
    KmemCache& owner = state.caches.write(cache);
    Slab& slab = state.slabs.write(id);
    slab = {};
    slab.pfn = pfn;
    slab.cache = cache;
    slab.order = order;
    slab.node = node;
    slab.objects = static_cast<ObjectIndex>(objects);
    slab.taken_by = state.operation;
    slab.place = SlabPlace::floating;
    slab.size_class = size_class_of(objects);
    slab.first_object = take_run(state, slab.size_class);
    slab.object_distance = owner.geometry.size;
    slab.reciprocal = reciprocal_of(owner.geometry.size);
    slab.first_offset = owner.geometry.red_left_pad;
    slab.next_of_cache = std::exchange(owner.slabs, id);
    if (slab.next_of_cache != no_slab) state.slabs.write(slab.next_of_cache).previous_of_cache = id;

    for (std::uint32_t i = 0; i < objects; ++i) state.objects.write(slab.first_object + i) = {};
    const std::size_t end = std::size_t{pfn} + frames_in(order);
    if (end > state.slab_of_frame.size())
        state.slab_of_frame.grow(std::max(end, 2 * state.slab_of_frame.size()), no_slab);
    for (Pfn i = 0; i < frames_in(order); ++i) state.slab_of_frame.write(pfn + i) = id;
    ++state.slab_count;
}

void remove_slab(SlabState& state, SlabId id) {
    Slab& slab = state.slabs.write(id);
    for (Pfn i = 0; i < frames_in(slab.order); ++i) state.slab_of_frame.write(slab.pfn + i) = no_slab;
    if (slab.previous_of_cache != no_slab)
        state.slabs.write(slab.previous_of_cache).next_of_cache = slab.next_of_cache;
    else
        state.caches.write(slab.cache).slabs = slab.next_of_cache;
    if (slab.next_of_cache != no_slab) state.slabs.write(slab.next_of_cache).previous_of_cache = slab.previous_of_cache;
    give_back_run(state, slab.first_object, slab.size_class);
    slab = {};
    slab.next = std::exchange(state.free_slab, id);
    --state.slab_count;
}

void add_cache(SlabState& state, CacheId id, const CacheRequest& request) {
    if (id == state.cache_limit) {
        ++state.cache_limit;
        make_room(state.caches, state.cache_limit);
        make_room(state.cpu_caches, state.caches.size() * state.cpu_count());
        make_room(state.cache_nodes, state.caches.size() * state.node_count);
        if (state.allocator == SlabAllocatorKind::slab)
            make_room(state.arrays, state.caches.size() * state.arrays_per_cache());
    } else {
        state.free_cache = state.caches[id].next;
    }
    KmemCache& cache = state.caches.write(id);
    cache = {};
    cache.request = request;
    cache.refcount = 1;
    cache.next = std::exchange(state.newest_cache, id);
    if (cache.next != no_cache)
        state.caches.write(cache.next).previous = id;
    else
        state.oldest_cache = id;
    for (std::size_t cpu = 0; cpu < state.cpu_count(); ++cpu) state.write_cpu_cache(id, static_cast<CpuId>(cpu)) = {};
    for (NodeId node = 0; node < state.node_count; ++node) state.write_cache_node(id, node) = {};
}

void remove_cache(SlabState& state, CacheId id) {
    KmemCache& cache = state.caches.write(id);
    if (cache.previous != no_cache)
        state.caches.write(cache.previous).next = cache.next;
    else
        state.newest_cache = cache.next;
    if (cache.next != no_cache)
        state.caches.write(cache.next).previous = cache.previous;
    else
        state.oldest_cache = cache.previous;
    cache = {};
    cache.next = std::exchange(state.free_cache, id);
}

namespace {

void hash_list(const SlabState& state, const SlabList& list, Hash& hash) {
    hash.add(list.count);
    for (SlabId id = list.head; id != no_slab; id = state.slabs[id].next) hash.add(state.slabs[id].pfn);
}

void hash_object(const SlabState& state, ObjectReference object, Hash& hash) {
    hash.add(state.slabs[object.slab].pfn);
    hash.add(object.index);
}

void hash_cache(const SlabState& state, CacheId id, Hash& hash) {
    const KmemCache& cache = state.caches[id];
    hash.add(cache.name_text());
    hash.add(cache.geometry.object_size);
    hash.add(cache.geometry.size);
    hash.add(cache.geometry.flags);
    hash.add(cache.geometry.order);
    hash.add(cache.refcount);
    hash.add(cache.corrupted);
    for (std::size_t cpu = 0; cpu < state.cpu_count(); ++cpu) {
        const CpuCache& own = state.cpu_cache(id, static_cast<CpuId>(cpu));
        hash.add(own.slab == no_slab ? no_pfn : state.slabs[own.slab].pfn);
        hash.add(own.freelist);
        hash.add(own.list_lock_taken);
        hash.add(own.slow_allocations);
        hash.add(own.slow_frees);
        hash.add(own.fast_allocations);
        hash.add(own.fast_frees);
        hash.add(own.avail);
        for (std::size_t i = 0; i < own.avail; ++i)
            hash_object(state, state.arrays[state.cpu_array(id, static_cast<CpuId>(cpu)) + i], hash);
        for (SlabId slab = own.partial; slab != no_slab; slab = state.slabs[slab].next) hash.add(state.slabs[slab].pfn);
    }
    for (NodeId node = 0; node < state.node_count; ++node) {
        const CacheNode& own = state.cache_node(id, node);
        hash_list(state, own.partial, hash);
        hash_list(state, own.full, hash);
        hash_list(state, own.free, hash);
        hash.add(own.nr_slabs);
        hash.add(own.total_objects);
        hash.add(own.free_objects);
        hash.add(own.colour_next);
        hash.add(own.shared_avail);
        for (std::size_t i = 0; i < own.shared_avail; ++i)
            hash_object(state, state.arrays[state.shared_array(id, node) + i], hash);
    }
}

void hash_slab_record(const SlabState& state, const Slab& slab, Hash& hash) {
    hash.add(slab.pfn);
    hash.add(slab.cache);
    hash.add(slab.inuse);
    hash.add(slab.freelist);
    hash.add(slab.frozen);
    hash.add(slab.place);
    hash.add(slab.colour);
    for (ObjectIndex i = 0; i < slab.objects; ++i) {
        const SlabObject& object = state.object(slab, i);
        hash.add(object.next);
        hash.add(object.allocated);
        hash.add(object.marks);
        hash.add(object.allocated_by);
        hash.add(object.freed_by);
        hash.add(object.requested);
    }
}

}  // namespace

void hash_slab(const SlabState& state, Hash& hash) {
    if (state.cache_limit == 0) return;
    hash.add(state.cache_limit);
    hash.add(state.random_state);
    for (CacheId id = state.newest_cache; id != no_cache; id = state.caches[id].next) hash_cache(state, id, hash);
    for (SlabId id = 0; id < state.slab_limit; ++id)
        if (state.slabs[id].place != SlabPlace::nowhere) hash_slab_record(state, state.slabs[id], hash);
}

}  // namespace pageframe
