// What a Linux 6.1 keeps for itself before the page allocator gets the rest.
#pragma once

#include <vector>

#include "engine/machine/memory_map.h"

namespace pageframe {

/// Turns the frames that the kernel reserves at start from usable to reserved.
void reserve_kernel_footprint(std::vector<MemoryRange>& map, const MachineConfiguration& configuration);

/// Frames that come to the page allocator only when start is over, after the watermarks were computed.
struct LateFrames {
    Pfn pfn;  ///< where they lie, for the zone
    Pfn count;
};
std::vector<LateFrames> frames_freed_after_start(const std::vector<MemoryRange>& map);

}  // namespace pageframe
