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
#include "engine/core/generated_code.h"
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
        // Comparisons rather than a table of jumps, which a compiler makes of those that it sees together: where a
        // wrong one was guessed, they know it sooner.
        const auto kind = static_cast<unsigned>(operation.kind);
        const auto is = [kind](OperationKind which) { return kept_here(kind) == static_cast<unsigned>(which); };
        if (is(OperationKind::alloc_pages)) {
            if (is_plain_request(operation)) [[likely]] {
                const Pfn pfn =
                    take_silently(state.buddy, operation.cpu, operation.gfp_flags, operation.order, operation.node);
                if (pfn != no_pfn) [[likely]]
                    return {OperationStatus::done, pfn};
            }
        } else if (is(OperationKind::free_pages)) {
            if (give_back_silently(state.buddy, operation.cpu, operation.pfn, operation.order, taken_by(operation)))
                [[likely]]
                return {OperationStatus::done, 0};
        } else if (is(OperationKind::kmem_cache_alloc)) {
            if (is_plain_request(operation)) [[likely]] {
                const std::uint64_t address = take_object_silently<Likely::the_last_one>(
                    state.slab, operation.pfn, operation.cpu, operation.node, 0);
                if (address != 0) [[likely]]
                    return {OperationStatus::done, address};
            }
        } else if (is(OperationKind::kmalloc)) {
            if (is_plain_request(operation)) [[likely]] {
                const std::uint32_t cache = kmalloc_cache(state.slab, operation.argument, operation.gfp_flags);
                const auto requested = static_cast<std::uint32_t>(operation.argument);
                const std::uint64_t address = take_object_silently<Likely::any_cache>(state.slab, cache, operation.cpu,
                                                                                      operation.node, requested);
                if (address != 0) [[likely]]
                    return {OperationStatus::done, address};
            }
        } else if (is(OperationKind::kmem_cache_free)) {
            const SlabId slab = slab_of_address(state.slab, operation.argument);
            if (slab != no_slab && give_object_silently<Likely::the_last_one>(state.slab, operation.pfn, operation.cpu,
                                                                              slab, operation.argument, operation.text))
                [[likely]]
                return {OperationStatus::done, 0};
        } else if (is(OperationKind::kfree)) {
            const SlabId slab = slab_of_address(state.slab, operation.argument);
            if (slab != no_slab &&
                give_object_silently<Likely::any_cache>(state.slab, state.slab.slabs[slab].cache, operation.cpu, slab,
                                                        operation.argument, operation.text)) [[likely]]
                return {OperationStatus::done, 0};
        }
    }
    return execute_whole(state, operation, number, recorder, output);
}

}  // namespace pageframe
