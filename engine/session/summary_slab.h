// One sentence for an operation of the slab allocator.
#pragma once

#include <span>

#include "engine/core/event.h"
#include "engine/core/operation.h"
#include "engine/machine/state.h"

namespace pageframe {

Sentence slab_summary(const Operation& operation, const OperationResult& result, std::span<const EventRecord> events,
                      const State& before);

}  // namespace pageframe
