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

// What the CPU's own slab or array may be enough for, unrecorded (slab/fast_path.h, classic_fast_path.h).

/// kmem_cache_alloc() and kmalloc(), not zeroed: the object's address; 0, and nothing done, when execute_slab() is
/// to be asked.
std::uint64_t take_object_silently(SlabState& state, const Operation& operation);
/// kmem_cache_free() and kfree(); false, and nothing done, when execute_slab() is to be asked.
bool give_object_silently(SlabState& state, const Operation& operation);

}  // namespace pageframe
