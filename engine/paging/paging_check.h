// The page tables' invariants (written in paging.h), executed.
#pragma once

#include <string>

#include "engine/buddy/buddy.h"
#include "engine/paging/paging.h"

namespace pageframe {

/// Empty when every invariant holds; otherwise the first that does not, in words.
std::string check_paging(const PagingState& state, const BuddyState& buddy);

}  // namespace pageframe
