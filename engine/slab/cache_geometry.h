// How a cache cuts its slabs into objects: calculate_sizes() and calculate_order() of mm/slub.c, and the
// alignment and merging rules of mm/slab_common.c (Linux 6.1).
//
//     one slab of 2^order pages                                 one object's place of `size` bytes
//     +--------+--------+-----     ------+------+      /  red_left_pad | object_size .. inuse | ... padding
//     | object | object |  ...    object | rest | ----<   red zone     | the caller's bytes   | free pointer,
//     +--------+--------+-----     ------+------+      \                 free pointer inside  | who took it
//     0        size     2*size           objects*size                   at `offset` when free
//
// The order is the smallest that holds enough objects (4 * (fls(CPUs) + 1), or slub_min_objects) and wastes
// at most a sixteenth, then an eighth, then a quarter; then with fewer objects. The numbers are pure
// functions of the request, the number of CPUs and the boot options (slub_options.h).
//
// Simplified: no KASAN.
#pragma once

#include <cstdint>

#include "engine/core/gfp.h"
#include "engine/core/types.h"

namespace pageframe {

struct SlubOptions;
using SlabFlags = std::uint32_t;

/// slab_flags_t, include/linux/slab.h and mm/slub.c.
namespace slab_flag {
inline constexpr SlabFlags consistency_checks = 0x100, red_zone = 0x400, poison = 0x800, kmalloc = 0x1000,
                           hwcache_align = 0x2000, cache_dma = 0x4000, cache_dma32 = 0x8000, store_user = 0x10000,
                           reclaim_account = 0x20000, panic = 0x40000, typesafe_by_rcu = 0x80000,
                           memory_spread = 0x100000, trace = 0x200000, debug_objects = 0x400000, noleaktrace = 0x800000,
                           failslab = 0x2000000, account = 0x4000000, no_user_flags = 0x10000000;
/// Internal ones: set by the allocator, not by a caller.
inline constexpr SlabFlags cmpxchg_double = 0x40000000, object_poison = 0x80000000;

/// SLAB_DEBUG_FLAGS: a cache with any of these takes the slow way for every object.
inline constexpr SlabFlags debug = consistency_checks | red_zone | poison | store_user | trace;
/// DEBUG_METADATA_FLAGS: these need bytes beside an object.
inline constexpr SlabFlags debug_metadata = red_zone | poison | store_user;
inline constexpr SlabFlags no_cmpxchg = consistency_checks | store_user | trace;
/// SLAB_NEVER_MERGE and SLAB_MERGE_SAME.
inline constexpr SlabFlags never_merge =
    red_zone | poison | store_user | trace | typesafe_by_rcu | noleaktrace | failslab;
inline constexpr SlabFlags merge_same = reclaim_account | cache_dma | cache_dma32 | account;
/// What kmem_cache_create() accepts (SLAB_FLAGS_PERMITTED), and what it keeps (CACHE_CREATE_MASK).
inline constexpr SlabFlags core = hwcache_align | cache_dma | cache_dma32 | panic | typesafe_by_rcu | debug_objects;
inline constexpr SlabFlags created = core | debug | noleaktrace | reclaim_account | account | no_user_flags;
inline constexpr SlabFlags permitted = created | memory_spread;
}  // namespace slab_flag

/// What kmem_cache_create() is asked for.
struct CacheRequest {
    std::uint32_t size = 0;
    std::uint32_t align = 0;
    SlabFlags flags = 0;
    bool constructor = false;
    bool operator==(const CacheRequest&) const = default;
};

/// struct kmem_cache as far as it says how objects lie.
struct CacheGeometry {
    std::uint32_t object_size = 0;  ///< what the caller asked for
    std::uint32_t size = 0;         ///< from one object to the next
    std::uint32_t inuse = 0;        ///< the object, and the red zone behind it
    std::uint32_t offset = 0;       ///< of the free pointer, from the object's start
    std::uint32_t align = 0;
    std::uint32_t red_left_pad = 0;  ///< red zone before the object
    std::uint32_t objects = 0;       ///< in a slab of `order`
    std::uint32_t min_objects = 0;   ///< in a slab of `min_order`, taken when memory is short
    std::uint32_t min_partial = 0;   ///< so many partial slabs a node keeps, even when they are empty
    std::uint32_t cpu_partial = 0;
    std::uint32_t cpu_partial_slabs = 0;  ///< so many slabs a CPU keeps beside the one it takes from
    GfpFlags allocation_flags = 0;        ///< added to every request to the page allocator
    SlabFlags flags = 0;
    // Classic SLAB (classic_geometry.h).
    std::uint32_t colours = 0;           ///< starts that slabs take in turn, 0: one
    std::uint32_t colour_bytes = 0;      ///< from one to the next
    std::uint32_t management_bytes = 0;  ///< struct slab and its bufctl array
    Order order = 0;
    Order min_order = 0;
    bool management_off_slab = false;

    bool has(SlabFlags flag) const { return (flags & flag) != 0; }
    bool debugged() const { return has(slab_flag::debug); }
    /// kmem_cache_has_cpu_partial()
    bool has_cpu_partial() const { return !debugged(); }
    /// get_info_end(): where the records of who took an object begin.
    std::uint32_t info_end() const { return free_pointer_outside() ? offset + pointer_bytes : inuse; }
    /// freeptr_outside_object()
    bool free_pointer_outside() const { return offset >= inuse; }
    bool operator==(const CacheGeometry&) const = default;
};

inline constexpr std::uint32_t cache_line_bytes = 64;
/// sizeof(struct track): who took an object, who gave it back.
inline constexpr std::uint32_t track_bytes = 32;
inline constexpr std::uint32_t most_min_partial = 10, least_min_partial = 5;
/// MAX_OBJS_PER_PAGE: oo_objects has 16 bits, of which the kernel uses 15.
inline constexpr std::uint32_t most_slab_objects = 32767;

constexpr std::uint32_t align_to(std::uint32_t value, std::uint32_t alignment) {
    return (value + alignment - 1) / alignment * alignment;
}

/// get_order(): the smallest block that holds so many bytes.
constexpr Order order_of_bytes(std::uint64_t bytes) {
    Order order = 0;
    while (order < 52 && (page_size << order) < bytes) ++order;
    return order;
}

/// calculate_alignment()
std::uint32_t calculate_alignment(const CacheRequest& request);

/// kmem_cache_open(): false when no slab can hold such an object. `cpus`: present CPUs, or possible ones
/// when only one is present. The request's flags are those that kmem_cache_flags() has made of it.
bool calculate_geometry(const CacheRequest& request, unsigned cpus, const SlubOptions& options,
                        CacheGeometry& geometry);

/// What find_mergeable() asks of an existing cache: may the request share it?
bool can_merge(const CacheRequest& request, const CacheGeometry& existing);

}  // namespace pageframe
