// The whole machine as one copyable value. A copy shares what neither side has changed since
// (core/chunk_array.h); the past and the present have this one type.
#pragma once

#include <cstdint>

#include "engine/buddy/buddy.h"
#include "engine/paging/paging.h"
#include "engine/slab/slab.h"
#include "engine/tlb/tlb.h"
#include "engine/vmalloc/vmalloc.h"

namespace pageframe {

struct State {
    BuddyState buddy;
    PagingState paging;  ///< page tables, and what stands in memory
    TlbState tlb;
    VmallocState vmalloc;
    SlabState slab;
};

/// The state hash: equal states have equal hashes, on every machine.
std::uint64_t hash_state(const State& state);

}  // namespace pageframe
