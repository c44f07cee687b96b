// Operations of the slab allocator and of kmalloc.
#pragma once

#include "engine/core/event.h"
#include "engine/core/operation.h"
#include "engine/machine/state.h"

namespace pageframe {

OperationResult execute_slab(State& state, const Operation& operation, Recorder* recorder, OperationOutput& output);

}  // namespace pageframe
