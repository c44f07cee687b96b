// The slab allocator's invariants (written as equations in slab.h), executed.
#pragma once

#include <string>

#include "engine/slab/slab.h"

namespace pageframe {

/// Empty when every invariant holds; otherwise the first that does not, in words. Looks at every object.
std::string check_slab(const SlabState& state);

}  // namespace pageframe
