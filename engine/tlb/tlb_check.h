// The TLBs' invariants (written in tlb.h), executed.
#pragma once

#include <string>

#include "engine/tlb/tlb.h"

namespace pageframe {

/// Empty when every invariant holds; otherwise the first that does not, in words.
std::string check_tlb(const TlbState& state);

}  // namespace pageframe
