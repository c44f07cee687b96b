// What the kernel's command line tells SLUB: slub_min_order=, slub_max_order=, slub_min_objects= and slub_debug=
// (setup_slub_debug() and kmem_cache_flags() of mm/slub.c, Linux 6.1).
//
//     slub_debug=FZ;P,dentry,kmalloc-*        blocks of letters; one with names is for those caches alone
//
//     F consistency checks   Z red zones   P poison   U who took it   T trace   A failslab   - none so far
//     O no bytes beside an object where that would make a cache's smallest slab larger (in any block: for all)
//
// No letters: F, Z, P and U. A cache has the flags of the first block that names it, else those of the last block
// without names. A name ends with a comma or the block; what follows a * in it counts for nothing. The kernel's way
// of reading has an edge that is kept: of several ; in a row, and of one at the end, some belong to the name before.
//
// Left out: T writes no log. A is read and says nothing: the kernel is one without CONFIG_FAILSLAB.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/slab/cache_geometry.h"

namespace pageframe {

struct SlubDebug {
    SlabFlags everywhere = 0;          ///< slub_debug
    std::string blocks;                ///< slub_debug_string: all of it when a block has names
    bool spare_higher_orders = false;  ///< disable_higher_order_debug
    bool operator==(const SlubDebug&) const = default;
};

struct SlubOptions {
    std::uint32_t min_order = 0;
    std::uint32_t max_order = 3;
    std::uint32_t min_objects = 0;  ///< 0: by the number of CPUs
    SlubDebug debug;
    bool operator==(const SlubOptions&) const = default;
};

struct SlubNumber {
    const char* name;
    std::uint32_t SlubOptions::* member;
    std::uint32_t most;  ///< that a kernel starts with, whatever the others are
};
inline constexpr SlubNumber slub_numbers[] = {
    {"slub_min_order", &SlubOptions::min_order, largest_order},
    {"slub_max_order", &SlubOptions::max_order, largest_order},
    {"slub_min_objects", &SlubOptions::min_objects, 16384},
};

/// What stands behind "slub_debug=". '\0', or the letter that means nothing (the kernel would go on without it).
char parse_slub_debug(std::string_view text, SlubDebug& debug);

/// kmem_cache_flags(): the flags a cache of this name gets when `flags` are asked for.
SlabFlags with_slub_debug(const SlubDebug& debug, SlabFlags flags, std::string_view name);

}  // namespace pageframe
