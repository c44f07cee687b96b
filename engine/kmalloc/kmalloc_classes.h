// kmalloc's size classes: which cache serves a request, and what it is called (kmalloc_slab(),
// kmalloc_type(), kmalloc_info[] of mm/slab_common.c and include/linux/slab.h, Linux 6.1, x86-64 with
// ZONE_DMA and memory cgroups).
//
//     bytes    1..8  ..16  ..32  ..64  ..96  ..128  ..192  ..256  ..512 ... ..8192   more
//     class       8    16    32    64    96    128    192    256    512      8192    whole pages, 2^order
//
// Powers of two, and 96 and 192 between them, because many structures are a little larger than 64 or 128.
// Four flavours of each: plain, accounted to a memory cgroup, reclaimable, and for DMA.
//
// The classic SLAB of the 2.6 kernels calls them size-32 ... size-131072 and size-32(DMA) ...: no class
// below 32 and no 96 (its cache lines are 64 bytes), and up to 128 KiB from caches.
#pragma once

#include <bit>
#include <cstdint>
#include <string>

#include "engine/core/gfp.h"
#include "engine/slab/cache_geometry.h"
#include "engine/slab/slab.h"

namespace pageframe {

/// enum kmalloc_cache_type
enum class KmallocType : std::uint8_t { normal, cgroup, reclaim, dma };
inline constexpr unsigned kmalloc_type_count = 4;

inline constexpr std::uint64_t zero_size_pointer = 0x10;  ///< ZERO_SIZE_PTR: what kmalloc(0) gives
inline constexpr unsigned no_kmalloc_class = 0xff;

/// KMALLOC_MAX_CACHE_SIZE: more than this comes from the page allocator.
constexpr std::uint32_t largest_kmalloc_class(SlabAllocatorKind allocator) {
    return allocator == SlabAllocatorKind::slub ? 8192 : 131072;
}

/// Classic SLAB has the ordinary caches and those for DMA only.
constexpr KmallocType kmalloc_type(GfpFlags gfp_flags, SlabAllocatorKind allocator) {
    if (gfp_flags & gfp::dma) return KmallocType::dma;
    if (allocator == SlabAllocatorKind::slab) return KmallocType::normal;
    if (gfp_flags & gfp::reclaimable) return KmallocType::reclaim;
    if (gfp_flags & gfp::account) return KmallocType::cgroup;
    return KmallocType::normal;
}

// The kernel's indexes: these two, and n >= 3 for 2^n bytes.
inline constexpr unsigned kmalloc_index_96 = 1, kmalloc_index_192 = 2;
inline constexpr unsigned smallest_kmalloc_shift = 3, smallest_classic_shift = 5;

/// kmalloc_index(): an index into kmalloc_caches; no_kmalloc_class when the request is 0 or too large.
constexpr unsigned kmalloc_class(std::uint64_t bytes, SlabAllocatorKind allocator) {
    if (bytes == 0 || bytes > largest_kmalloc_class(allocator)) return no_kmalloc_class;
    const bool slub = allocator == SlabAllocatorKind::slub;
    if (slub && bytes > 64 && bytes <= 96) return kmalloc_index_96;
    if (bytes > 128 && bytes <= 192) return kmalloc_index_192;
    const unsigned smallest = slub ? smallest_kmalloc_shift : smallest_classic_shift;
    const auto shift = static_cast<unsigned>(std::bit_width(bytes - 1));
    return shift < smallest ? smallest : shift;
}

/// kmalloc_slab(): the cache that serves the request; no_cache: none, or not made yet.
inline CacheId kmalloc_cache(const SlabState& state, std::uint64_t bytes, GfpFlags gfp_flags) {
    const unsigned index = kmalloc_class(bytes, state.allocator);
    if (index == no_kmalloc_class) return no_cache;
    return state.kmalloc_caches[static_cast<unsigned>(kmalloc_type(gfp_flags, state.allocator))][index];
}

/// Bytes of an object of this class.
std::uint32_t kmalloc_class_bytes(unsigned index);
/// "kmalloc-rcl-1k", "dma-kmalloc-96"; "size-1024", "size-96(DMA)".
std::string kmalloc_cache_name(KmallocType type, unsigned index, SlabAllocatorKind allocator);
/// How the cache of a class is made: powers of two are aligned to their size.
CacheRequest kmalloc_cache_request(KmallocType type, unsigned index, SlabAllocatorKind allocator);

/// kmalloc_size_roundup(): what a request could have asked for at the same price.
std::uint64_t kmalloc_size_roundup(std::uint64_t bytes, SlabAllocatorKind allocator);

}  // namespace pageframe
