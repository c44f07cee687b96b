// The state hash joins the subsystems' hashes.
#include "engine/machine/state.h"

namespace pageframe {

std::uint64_t hash_state(const State& state) {
    Hash hash;
    hash_buddy(state.buddy, hash);
    // What was never used adds nothing.
    if (state.paging.started() || state.paging.memory.frames_reached() != 0) hash_paging(state.paging, hash);
    if (state.tlb.started()) hash_tlb(state.tlb, hash);
    if (state.vmalloc.started || !state.vmalloc.pages.empty()) hash_vmalloc(state.vmalloc, hash);
    hash_slab(state.slab, hash);
    return hash.value();
}

}  // namespace pageframe
