// Starts a machine, and lets it do one operation: the place where operations meet the allocators.
//
//     configuration --boot()--> State      State --execute(operation)--> State, result, events
//
// boot() mirrors what mm/page_alloc.c does at start: zones, zonelists, watermarks, lowmem reserves,
// per-CPU settings, and memblock's frames handed to the buddy allocator in ascending order.
#pragma once

#include <memory>
#include <vector>

#include "engine/core/chunk_pool.h"
#include "engine/core/event.h"
#include "engine/core/operation.h"
#include "engine/machine/configuration.h"
#include "engine/machine/execute.h"
#include "engine/machine/state.h"

namespace pageframe {

/// A started machine. All its later copies draw their chunks from `pool`.
State boot(const MachineConfiguration& configuration, std::shared_ptr<ChunkPool> pool);

}  // namespace pageframe
