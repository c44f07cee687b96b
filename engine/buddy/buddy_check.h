// The page allocator's invariants (written as equations in buddy.h), executed.
#pragma once

#include <string>

#include "engine/buddy/buddy.h"

namespace pageframe {

/// Empty when every invariant holds; otherwise the first that does not, in words. Looks at every frame.
std::string check_buddy(const BuddyState& state);

}  // namespace pageframe
