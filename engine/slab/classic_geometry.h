// How the classic SLAB of the 2.6 kernels and the textbooks cuts a slab: cache_estimate(),
// calculate_slab_order() and kmem_cache_create() of mm/slab.c, about 2.6.20, on the 32-bit machine with
// cache lines of 32 bytes that the textbooks describe.
//
//     | colour | struct slab, bufctl[n] | object 0 | object 1 | ...          | rest |
//       0, 32,   the slab's management:   objects of `size` bytes
//       64, ...  how many are in use,
//                which is the next free
//
// What is left over at the end is moved to the front, a cache line more in each new slab, so that objects
// with the same index lie in different lines of the processor's cache: the colours. For objects of an
// eighth of a page or more the management lies elsewhere, unless what is left over has room for it.
//
// Simplified: debugging flags are ignored (CONFIG_DEBUG_SLAB off). Off-slab management takes no object of
// a size-N cache.
#pragma once

#include "engine/slab/cache_geometry.h"

namespace pageframe {

inline constexpr std::uint32_t classic_line_bytes = 32;
inline constexpr std::uint32_t classic_word_bytes = 4;
inline constexpr std::uint32_t bufctl_bytes = 4;  ///< kmem_bufctl_t
inline constexpr std::uint32_t slab_descriptor_bytes =
    28;                                       ///< struct slab: list, colouroff, s_mem, inuse, free, nodeid
inline constexpr Order slab_break_order = 1;  ///< BREAK_GFP_ORDER_HI: machines of more than 32 MiB

/// One order's worth of objects.
struct ClassicEstimate {
    std::uint32_t objects = 0;
    std::uint32_t left_over = 0;
};
ClassicEstimate cache_estimate(Order order, std::uint32_t size, std::uint32_t align, bool off_slab);

/// False when no slab can hold such an object.
bool calculate_classic_geometry(const CacheRequest& request, CacheGeometry& geometry);

/// enable_cpucache(): entries of a CPU's array, how many move at once, and of the node's shared array.
struct ArrayLimits {
    std::uint32_t limit = 0;
    std::uint32_t batch = 0;
    std::uint32_t shared = 0;
};
constexpr ArrayLimits array_limits(std::uint32_t size, std::size_t cpus) {
    ArrayLimits limits;
    limits.limit = size > 131072 ? 1 : size > page_size ? 8 : size > 1024 ? 24 : size > 256 ? 54 : 120;
    limits.batch = (limits.limit + 1) / 2;
    limits.shared = size <= page_size && cpus > 1 ? 8 * limits.batch : 0;
    return limits;
}

}  // namespace pageframe
