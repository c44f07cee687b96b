// Operations as tests and benchmarks write them down.
#pragma once

#include "engine/core/gfp.h"
#include "engine/core/operation.h"

namespace pageframe {

/// GFP_KERNEL, and of nobody's pointer in particular.
inline Operation operation_of(OperationKind kind) {
    Operation operation;
    operation.kind = kind;
    operation.gfp_flags = gfp::kernel;
    operation.text = no_operation;
    return operation;
}

}  // namespace pageframe
