// Which frames exist, on which node, and which the kernel keeps for itself: e820 and SRAT as values.
#pragma once

#include <vector>

#include "engine/machine/configuration.h"

namespace pageframe {

struct MemoryRange {
    Pfn start = 0;
    Pfn end = 0;  ///< one past the last frame
    NodeId node = 0;
    enum class Kind : std::uint8_t { usable, reserved } kind = Kind::usable;
};

/// Ascending, without overlap; what no range covers is absent.
std::vector<MemoryRange> memory_map(const MachineConfiguration& configuration);

}  // namespace pageframe
