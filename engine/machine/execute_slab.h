// Operations of the slab allocator and of kmalloc.
#pragma once

#include "engine/core/event.h"
#include "engine/core/operation.h"
#include "engine/machine/state.h"

namespace pageframe {

constexpr bool is_slab_operation(OperationKind kind) {
    return kind >= OperationKind::kmem_cache_create && kind <= OperationKind::ksize;
}

constexpr CacheId cache_of(const Operation& operation) {
    return operation.pfn < no_cache ? static_cast<CacheId>(operation.pfn) : no_cache;
}

OperationResult execute_slab(State& state, const Operation& operation, Recorder* recorder, OperationOutput& output);

}  // namespace pageframe
