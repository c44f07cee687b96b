// The slab allocator's state: caches, each CPU's and each node's share of them, slabs and their objects
// (struct kmem_cache, kmem_cache_cpu, kmem_cache_node and slab of mm/slub.c, Linux 6.1).
//
//     cache "task_struct"
//       CPU 0   slab ------> [##..#.]  its free objects: `freelist`, taken and given back without a lock
//               partial ---> [#..#..] -> [.....#]     kept aside for this CPU (slabs frozen)
//       node 0  partial ---> [##....] -> [.#....]     for everybody, under the node's list_lock
//               full slabs are on no list            # in use, . free
//
// A slab is 2^order frames cut into objects. Free objects are linked by index: the kernel keeps the link
// in the free object itself, at `offset`; here it stands in the object's record. Slabs, objects and caches
// have ids, reused after they are gone; a new id is the one freed last.
//
// Invariants (executed by check_slab(), slab_check.cpp), of caches whose freelists nobody has corrupted:
//   per node:  sum of `objects` over its slabs == total_objects, number of slabs == nr_slabs
//              walking the partial list meets nr_partial slabs, none frozen, all with a free object
//   per slab:  inuse + length of its own freelist == objects, and no object is met twice
//              objects in use + free ones on every list == objects
//              frozen == it is a CPU's slab or on a CPU's partial list
//   every frame of a slab says so in slab_of_frame, and no other frame does
//
// A second allocator, the classic SLAB of mm/slab.c, keeps its own lists here too: see classic.h.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/core/chunk_array.h"
#include "engine/core/hash.h"
#include "engine/core/types.h"
#include "engine/slab/slub_options.h"

namespace pageframe {

class ConstructorLog;

using CacheId = std::uint16_t;
using SlabId = std::uint32_t;
using ObjectIndex = std::uint16_t;

inline constexpr CacheId no_cache = 0xffff;
inline constexpr SlabId no_slab = 0xffffffffU;
inline constexpr ObjectIndex no_object = 0xffff;

/// PAGE_OFFSET: where the direct map of all memory begins (four-level tables, no KASLR).
inline constexpr std::uint64_t direct_map_start = 0xffff888000000000ULL;

enum class SlabAllocatorKind : std::uint8_t { slub, slab };

/// Where a slab is.
enum class SlabPlace : std::uint8_t {
    nowhere,       ///< id not in use
    floating,      ///< between two lists, in the middle of an operation
    cpu,           ///< the slab a CPU takes from
    cpu_partial,   ///< on a CPU's partial list
    node_partial,  ///< on its node's partial list
    full,          ///< every object in use: on no list, or on the debugger's
    node_free,     ///< classic SLAB: on its node's list of free slabs
};

/// SlabObject::marks: what a write has damaged since the object was last set up.
inline constexpr std::uint8_t damaged_left_red_zone = 1, damaged_right_red_zone = 2, damaged_padding = 4,
                              damaged_while_free = 8, damaged_free_pointer = 16;

/// One object's record. The object's bytes are elsewhere (memory contents), if anybody looks at them.
struct SlabObject {
    ObjectIndex next = no_object;  ///< the free object after this one
    std::uint8_t allocated = 0;
    std::uint8_t marks = 0;                       ///< damaged_*
    OperationNumber allocated_by = no_operation;  ///< the last one that took it
    OperationNumber freed_by = no_operation;      ///< the last one that gave it back
    std::uint32_t requested = 0;                  ///< bytes the caller of kmalloc() wanted
};
static_assert(sizeof(SlabObject) == 16);

/// offset / distance for offsets below 4 GiB that are a multiple of it; anything for others.
constexpr std::uint32_t reciprocal_of(std::uint32_t distance) {
    return static_cast<std::uint32_t>(((std::uint64_t{1} << 32) + distance - 1) / distance);
}
constexpr std::uint32_t multiply_by_reciprocal(std::uint32_t offset, std::uint32_t reciprocal) {
    return static_cast<std::uint32_t>((std::uint64_t{offset} * reciprocal) >> 32);
}

/// Where a slab's objects are: from an index to an address and a record, and back. Without objects: knows no
/// address.
struct ObjectPlaces {
    std::uint64_t first_address = 0;
    std::uint32_t first_record = 0;  ///< in SlabState::objects
    std::uint32_t distance = 0;      ///< bytes from one object to the next
    std::uint32_t reciprocal = 0;    ///< of it: reciprocal_size in the kernel
    std::uint32_t objects = 0;

    std::uint64_t address_of(ObjectIndex index) const { return first_address + std::uint64_t{index} * distance; }
    std::uint32_t record_of(ObjectIndex index) const { return first_record + index; }
    /// no_object for an address inside an object or beside all.
    ObjectIndex index_at(std::uint64_t address) const {
        // An address before the first object wraps round, and is beyond the last.
        if ((address - first_address) >> 32 != 0) return no_object;
        const std::uint32_t number = number_at(address);
        return number < objects ? static_cast<ObjectIndex>(number) : no_object;
    }
    /// The same as a number, of an address in the slab's own frames: `objects` or more for one inside an object or
    /// beside all. The lower halves of the addresses say it all: what lies before the first object wraps round.
    std::uint32_t number_at(std::uint64_t address) const {
        const auto offset = static_cast<std::uint32_t>(address) - static_cast<std::uint32_t>(first_address);
        const std::uint32_t number = multiply_by_reciprocal(offset, reciprocal);
        return number * distance == offset ? number : ~0U;
    }
    bool operator==(const ObjectPlaces&) const = default;
};

struct Slab {
    Pfn pfn = no_pfn;
    SlabId next = no_slab;  ///< on the list of `place`
    SlabId previous = no_slab;
    SlabId next_of_cache = no_slab;  ///< all slabs of the cache, the newest first
    SlabId previous_of_cache = no_slab;
    std::uint32_t first_object = 0;  ///< its records in SlabState::objects
    OperationNumber taken_by = no_operation;
    CacheId cache = no_cache;
    ObjectIndex objects = 0;
    ObjectIndex inuse = 0;  ///< in use, or on a CPU's lockless freelist
    ObjectIndex freelist = no_object;
    std::uint16_t partial_slabs = 0;  ///< slabs on the CPU's partial list from this one on
    std::uint16_t colour = 0;         ///< classic SLAB: bytes before the first object
    Order order = 0;
    NodeId node = 0;
    CpuId cpu = 0;  ///< of places cpu and cpu_partial
    std::uint8_t frozen = 0;
    SlabPlace place = SlabPlace::nowhere;
    std::uint8_t size_class = 0;           ///< log2 of the records reserved for it
    std::uint8_t management_off_slab = 0;  ///< classic SLAB
    std::array<std::uint8_t, 3> reserved{};
    // What of the cache's geometry turns an address into an object and back, kept where that is asked.
    std::uint32_t object_distance = 0;  ///< from one object to the next
    std::uint32_t reciprocal = 0;       ///< of it
    std::uint32_t first_offset = 0;     ///< bytes before the first object: colour, left red zone

    ObjectPlaces places() const {
        const std::uint64_t start = direct_map_start + (std::uint64_t{pfn} << page_shift);
        return {start + first_offset, first_object, object_distance, reciprocal, objects};
    }
};
static_assert(sizeof(Slab) == 64);  // a power of two, for ChunkArray

/// struct kmem_cache_cpu, with counts as CONFIG_SLUB_STATS has them.
struct CpuCache {
    SlabId slab = no_slab;
    SlabId partial = no_slab;
    ObjectIndex freelist = no_object;
    // Classic SLAB, struct array_cache: the CPU's stack of free objects is in SlabState::arrays.
    std::uint16_t avail = 0;
    std::uint32_t touched = 0;          ///< refilled since the reaper looked
    std::uint32_t list_lock_taken = 0;  ///< the nodes' locks, which CPUs wait for
    std::uint32_t slow_allocations = 0;
    std::uint32_t slow_frees = 0;
    std::uint32_t fast_allocations = 0;
    std::uint32_t fast_frees = 0;
    ObjectPlaces places;  ///< of `slab`: the fast paths look at no slab

    void take_from(SlabId id, const Slab& its) {
        slab = id;
        places = its.places();
    }
    void let_go() {
        slab = no_slab;
        freelist = no_object;
        places = {};
    }
};
static_assert(sizeof(CpuCache) == 64);

struct SlabList {
    SlabId head = no_slab;
    SlabId tail = no_slab;
    std::uint32_t count = 0;
};

/// struct kmem_cache_node
struct CacheNode {
    SlabList partial;
    SlabList full;  ///< SLUB: only with SLAB_STORE_USER, for the debugger
    SlabList free;  ///< classic SLAB
    std::uint32_t nr_slabs = 0;
    std::uint32_t total_objects = 0;
    std::uint32_t free_objects = 0;  ///< classic SLAB
    std::uint32_t free_limit = 0;
    std::uint32_t colour_next = 0;
    std::uint32_t shared_avail = 0;  ///< of the array that the node's CPUs share
    std::uint32_t free_touched = 0;  ///< a free slab was used since the reaper looked
};
static_assert(sizeof(CacheNode) == 64);

/// One cache. Names are kept up to 63 characters.
struct KmemCache {
    std::array<char, 64> name{};
    CacheGeometry geometry;
    CacheRequest request;     ///< as it was created
    CacheId next = no_cache;  ///< the caches, the newest first (slab_caches)
    CacheId previous = no_cache;
    SlabId slabs = no_slab;     ///< all its slabs
    std::int16_t refcount = 0;  ///< names that share it; -1: never shared; 0: id not in use
    std::uint16_t remote_node_defrag_ratio = 1000;
    std::uint8_t corrupted = 0;  ///< a mistake has broken a freelist: the invariants no longer hold
    /// 1: kmem_cache_destroy() found objects in use: it goes on, and can't be destroyed. 2: tried again, and not to
    /// be shared any more.
    std::uint8_t destroyed = 0;
    std::uint8_t user_bytes = 0;  ///< usersize: kmalloc's caches may be copied to user space, and are not shared
    std::array<std::uint8_t, 93> reserved{};

    std::string_view name_text() const;
    bool in_use() const { return refcount != 0; }
};
static_assert(sizeof(KmemCache) == 256);

inline constexpr unsigned slab_size_classes = 16;

/// An object by its slab and its index in it.
struct ObjectReference {
    SlabId slab = no_slab;
    ObjectIndex index = no_object;
    bool operator==(const ObjectReference&) const = default;
};

/// Classic SLAB: entries of a CPU's array and of a node's shared one, at most.
inline constexpr std::size_t cpu_array_entries = 128, shared_array_entries = 512;

struct SlabState {
    ChunkArray<KmemCache> caches;        ///< by CacheId
    ChunkArray<CpuCache> cpu_caches;     ///< by CacheId * cpu count + CPU
    ChunkArray<CacheNode> cache_nodes;   ///< by CacheId * node count + node
    ChunkArray<Slab> slabs;              ///< by SlabId
    ChunkArray<SlabObject> objects;      ///< runs of 2^k records, one run for each slab
    ChunkArray<ObjectReference> arrays;  ///< classic SLAB: per cache, every CPU's and every node's array
    ChunkArray<SlabId> slab_of_frame;    ///< by pfn, as far as any slab ever reached
    /// SLAB_FREELIST_RANDOM: the order of each cache's new freelists. Empty: by index.
    std::vector<std::vector<ObjectIndex>> random_sequences;

    std::vector<NodeId> cpu_node;
    std::uint32_t cpus = 0;  ///< as many as in cpu_node: multiplied with for every object
    std::uint8_t node_count = 1;
    SlabAllocatorKind allocator = SlabAllocatorKind::slub;
    bool merge = true;  ///< slab_merge
    bool freelist_random = false;
    SlubOptions slub;
    std::uint32_t geometry_cpus = 0;  ///< CPUs that calculate_order() counts; 0: those there are
    std::uint64_t random_state = 0;
    OperationNumber operation = no_operation;  ///< the one that runs now
    /// Names of caches and the arrays of bulk operations, by Operation::text: shared by all states of a run,
    /// growing with it, and part of no state's value.
    std::shared_ptr<const std::vector<std::string>> strings;
    std::shared_ptr<ConstructorLog> constructors;  ///< what they did: shared in the same way (constructors.h)

    CacheId newest_cache = no_cache;
    CacheId oldest_cache = no_cache;
    CacheId free_cache = no_cache;  ///< ids to use again: the next stands in `next`
    SlabId free_slab = no_slab;
    std::uint32_t cache_limit = 0;  ///< ids given out so far
    std::uint32_t slab_limit = 0;
    std::uint32_t object_limit = 0;
    std::uint32_t slab_count = 0;
    /// Runs of records to use again, by size class; the next stands in `requested` of the first.
    std::array<std::uint32_t, slab_size_classes> free_runs{};

    /// kmalloc's caches by type and class, made when first used.
    std::array<std::array<CacheId, 18>, 4> kmalloc_caches{};

    std::size_t cpu_count() const { return cpus; }
    unsigned counted_cpus() const { return geometry_cpus != 0 ? geometry_cpus : cpus; }
    std::size_t cpu_cache_index(CacheId cache, CpuId cpu) const { return std::size_t{cache} * cpus + cpu; }
    const CpuCache& cpu_cache(CacheId cache, CpuId cpu) const { return cpu_caches[cpu_cache_index(cache, cpu)]; }
    CpuCache& write_cpu_cache(CacheId cache, CpuId cpu) { return cpu_caches.write(cpu_cache_index(cache, cpu)); }
    const CacheNode& cache_node(CacheId cache, NodeId node) const {
        return cache_nodes[std::size_t{cache} * node_count + node];
    }
    CacheNode& write_cache_node(CacheId cache, NodeId node) {
        return cache_nodes.write(std::size_t{cache} * node_count + node);
    }
    const SlabObject& object(const Slab& slab, ObjectIndex index) const { return objects[slab.first_object + index]; }
    SlabObject& write_object(const Slab& slab, ObjectIndex index) { return objects.write(slab.first_object + index); }
    std::size_t arrays_per_cache() const { return cpu_count() * cpu_array_entries + node_count * shared_array_entries; }
    std::size_t cpu_array(CacheId cache, CpuId cpu) const {
        return cache * arrays_per_cache() + cpu * cpu_array_entries;
    }
    std::size_t shared_array(CacheId cache, NodeId node) const {
        return cache * arrays_per_cache() + cpu_count() * cpu_array_entries + node * shared_array_entries;
    }
    /// virt_to_slab(): no_slab for a frame of something else.
    SlabId slab_at(Pfn pfn) const { return pfn < slab_of_frame.size() ? slab_of_frame[pfn] : no_slab; }
    bool has_cache(CacheId id) const { return id < cache_limit && caches[id].in_use(); }
};

/// Gives an empty state its storage, which costs nothing until the first cache.
void start_slab(SlabState& state, std::shared_ptr<ChunkPool> pool, const std::vector<NodeId>& cpu_node,
                std::uint8_t node_count, std::uint64_t seed);

inline std::uint64_t object_address(const Slab& slab, ObjectIndex index) { return slab.places().address_of(index); }
inline std::uint64_t object_address(const SlabState& state, ObjectReference object) {
    return object_address(state.slabs[object.slab], object.index);
}
/// Which of the slab's objects has this address; no_object for an address inside an object or beside all.
inline ObjectIndex object_index_at(const Slab& slab, std::uint64_t address) { return slab.places().index_at(address); }
/// The slab that the byte at this address belongs to.
inline SlabId slab_of_address(const SlabState& state, std::uint64_t address) {
    // An address below the direct map wraps round, and is beyond all frames.
    const std::uint64_t frame = (address - direct_map_start) >> page_shift;
    return frame < state.slab_of_frame.size() ? state.slab_of_frame[frame] : no_slab;
}
/// The object with this address, in whichever slab.
inline ObjectReference object_at(const SlabState& state, std::uint64_t address) {
    const SlabId id = slab_of_address(state, address);
    if (id == no_slab) return {};
    return {id, object_index_at(state.slabs[id], address)};
}
/// The object that this byte lies in, red zones and padding included.
ObjectReference object_around(const SlabState& state, std::uint64_t address);

void hash_slab(const SlabState& state, Hash& hash);

}  // namespace pageframe
