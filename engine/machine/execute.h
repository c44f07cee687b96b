// Lets a machine do one operation.
//
//     operation --nobody looks, one of those that come by the million-----> the allocator's short way
//          |                                                                        | out of the ordinary
//          +--------------------------------------> execute_whole() <---------------+
//
// The short ways are told apart in the caller's own code: of the some 40 nanoseconds that such an operation
// takes, each call between it and its allocator would cost several, in WebAssembly most of all.
#pragma once

#include "engine/buddy/silent_pages.h"
#include "engine/core/event.h"
#include "engine/core/gfp.h"
#include "engine/core/operation.h"
#include "engine/machine/silent_objects.h"
#include "engine/machine/state.h"

namespace pageframe {

/// Any operation, recorded or not, by the whole way. `output` is empty.
OperationResult execute_whole(State& state, const Operation& operation, OperationNumber number, Recorder* recorder,
                              OperationOutput& output);

/// Of free_pages: the operation that the pointer came from.
constexpr OperationNumber taken_by(const Operation& operation) {
    return operation.argument < no_operation ? static_cast<OperationNumber>(operation.argument) : no_operation;
}
/// Inside atomic { } a request is checked first, and zeroed memory is written: not for the short ways.
constexpr bool is_plain_request(const Operation& operation) {
    return !(operation.context & context_atomic) && !(operation.gfp_flags & gfp::zero);
}

/// Runs one operation. `output` receives what is longer than its result. `recorder`: nullptr, or receives the
/// events.
[[gnu::always_inline]] inline OperationResult execute(State& state, const Operation& operation, OperationNumber number,
                                                      Recorder* recorder, OperationOutput& output) {
    state.buddy.operation = state.slab.operation = number;
    output.clear();
    if (recorder == nullptr) [[likely]] {
        // Comparisons rather than a table of jumps: where a wrong one was guessed, they know it sooner.
        const OperationKind kind = operation.kind;
        if (kind == OperationKind::alloc_pages) {
            if (is_plain_request(operation)) [[likely]] {
                const Pfn pfn =
                    take_silently(state.buddy, operation.cpu, operation.gfp_flags, operation.order, operation.node);
                if (pfn != no_pfn) [[likely]]
                    return {OperationStatus::done, pfn};
            }
        } else if (kind == OperationKind::free_pages) {
            if (give_back_silently(state.buddy, operation.cpu, operation.pfn, operation.order, taken_by(operation)))
                [[likely]]
                return {OperationStatus::done, 0};
        } else if (kind == OperationKind::kmem_cache_alloc || kind == OperationKind::kmalloc) {
            if (is_plain_request(operation)) [[likely]] {
                std::uint32_t cache = operation.pfn;
                std::uint32_t requested = 0;
                if (kind == OperationKind::kmalloc) {
                    cache = kmalloc_cache(state.slab, operation.argument, operation.gfp_flags);
                    requested = static_cast<std::uint32_t>(operation.argument);
                }
                const std::uint64_t address =
                    take_object_silently(state.slab, cache, operation.cpu, operation.node, requested);
                if (address != 0) [[likely]]
                    return {OperationStatus::done, address};
            }
        } else if (kind == OperationKind::kmem_cache_free || kind == OperationKind::kfree) {
            const SlabId slab = slab_of_address(state.slab, operation.argument);
            if (slab != no_slab) {
                const std::uint32_t cache = kind == OperationKind::kfree ? state.slab.slabs[slab].cache : operation.pfn;
                if (give_object_silently(state.slab, cache, operation.cpu, slab, operation.argument, operation.text))
                    [[likely]]
                    return {OperationStatus::done, 0};
            }
        }
    }
    return execute_whole(state, operation, number, recorder, output);
}

}  // namespace pageframe
