// One sentence for one operation on virtual memory.
#pragma once

#include <span>

#include "engine/core/event.h"
#include "engine/core/operation.h"
#include "engine/machine/state.h"

namespace pageframe {

Sentence memory_summary(const Operation& operation, const OperationResult& result, std::span<const EventRecord> events,
                        const State& before);

}  // namespace pageframe
