// vmalloc's invariants (written as equations in vmalloc.h), executed.
#pragma once

#include <string>

#include "engine/vmalloc/vmalloc.h"

namespace pageframe {

/// Empty when every invariant holds; otherwise the first that does not, in words.
std::string check_vmalloc(const VmallocState& state);

}  // namespace pageframe
