// Operations of the slab allocator and of kmalloc.
#pragma once

#include "engine/core/event.h"
#include "engine/core/operation.h"
#include "engine/kmalloc/kmalloc_classes.h"
#include "engine/machine/state.h"
#include "engine/slab/fast_path.h"

namespace pageframe {

constexpr bool is_slab_operation(OperationKind kind) {
    return kind >= OperationKind::kmem_cache_create && kind <= OperationKind::ksize;
}

constexpr CacheId cache_of(const Operation& operation) {
    return operation.pfn < no_cache ? static_cast<CacheId>(operation.pfn) : no_cache;
}

OperationResult execute_slab(State& state, const Operation& operation, Recorder* recorder, OperationOutput& output);

/// The operations that the CPU's own slab may be enough for, unrecorded (slab/fast_path.h); false, and nothing
/// done, when execute_slab() is to be asked.
[[gnu::always_inline]] inline bool allocate_object_fast(SlabState& state, const Operation& operation,
                                                        std::uint64_t& address) {
    if ((operation.context & context_atomic) || (operation.gfp_flags & gfp::zero)) return false;
    const bool sized = operation.kind == OperationKind::kmalloc;
    const CacheId cache = sized ? kmalloc_cache(state, operation.argument, operation.gfp_flags) : cache_of(operation);
    address = allocate_fast(SilentEmitter(state), cache, operation.cpu, operation.node,
                            sized ? static_cast<std::uint32_t>(operation.argument) : 0);
    return address != 0;
}
[[gnu::always_inline]] inline bool free_object_fast(SlabState& state, const Operation& operation) {
    CacheId cache = cache_of(operation);
    if (operation.kind == OperationKind::kfree) {
        const SlabId slab = slab_of_address(state, operation.argument);
        if (slab == no_slab) return false;
        cache = state.slabs[slab].cache;
    }
    return free_fast(SilentEmitter(state), cache, operation.cpu, operation.argument, operation.text);
}

}  // namespace pageframe
