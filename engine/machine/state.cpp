// The state hash joins the subsystems' hashes.
#include "engine/machine/state.h"

namespace pageframe {

std::uint64_t hash_state(const State& state) {
    Hash hash;
    hash_buddy(state.buddy, hash);
    hash_slab(state.slab, hash);
    return hash.value();
}

}  // namespace pageframe
