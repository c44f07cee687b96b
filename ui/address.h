// From an address to the frame behind it, as far as a picture needs it: no access, no side effects.
#pragma once

#include "engine/machine/state.h"

namespace pageframe::ui {

/// The frame that an address leads to: by the direct map's offset, by the kernel's tables, or by those of the
/// first address space that maps it. no_pfn: none, or none of this machine's memory.
Pfn frame_of_address(const State& state, std::uint64_t address);

}  // namespace pageframe::ui
