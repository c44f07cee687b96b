// How broken up a zone's free memory is: the two indices of mm/vmstat.c.
//
//     unusable free space index   the part of the free memory that lies in blocks too small for a request
//                                 of this order: 0 all usable .. 1000 none
//     fragmentation index         only where a request of this order would fail: 0 because memory is
//                                 scarce .. 1000 because it is broken up; -1000 where it would succeed
//
// Both in thousandths, computed as the kernel does it, in integers: no floating point is involved.
#pragma once

#include "engine/buddy/buddy.h"

namespace pageframe {

/// struct contig_page_info: what the free lists say about requests of one order.
struct FreeBlocks {
    std::uint64_t frames = 0;    ///< free frames, in blocks of any order
    std::uint64_t blocks = 0;    ///< free blocks of any order
    std::uint64_t suitable = 0;  ///< blocks of the wanted order that could be cut from them
};

/// fill_contig_page_info()
FreeBlocks count_free_blocks(const Zone& zone, Order order);

/// unusable_free_index(): no free memory counts as all of it unusable.
int unusable_free_index(const Zone& zone, Order order);

/// fragmentation_index()
int fragmentation_index(const Zone& zone, Order order);

}  // namespace pageframe
