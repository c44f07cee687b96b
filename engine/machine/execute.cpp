// One operation: to the allocator that it concerns. Those that nobody watches seldom come here (execute.h).
#include <algorithm>

#include "engine/buddy/page_allocator.h"
#include "engine/machine/execute_slab.h"
#include "engine/machine/machine.h"
#include "engine/machine/object_bytes.h"
#include "engine/machine/virtual_memory.h"

namespace pageframe {

namespace {

OperationResult taken(Pfn pfn, const PageAllocator& allocator) {
    OperationResult result;
    result.value = pfn;
    if (pfn == no_pfn) result.status = OperationStatus::failed;
    if (allocator.made_mistake()) result.status = OperationStatus::mistake;
    return result;
}

OperationResult checked(const PageAllocator& allocator) {
    OperationResult result;
    if (allocator.made_mistake()) result.status = OperationStatus::mistake;
    return result;
}

OperationResult take_many(PageAllocator& allocator, const Operation& operation, std::vector<Pfn>& pages) {
    // No more than the machine has, whatever the text asks for.
    const std::uint64_t most = allocator.state().frame_count();
    allocator.alloc_pages_bulk(operation.gfp_flags, static_cast<std::uint32_t>(std::min(operation.argument, most)),
                               pages);
    OperationResult result = checked(allocator);
    result.value = pages.size();
    if (pages.empty() && operation.argument != 0) result.status = OperationStatus::failed;
    return result;
}

/// No more than the machine has, whatever the text asks for.
std::uint32_t frames_asked(const State& state, std::uint64_t frames) {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(frames, state.buddy.frame_count()));
}

/// Operations on pages. Not in its caller's code: what it puts on the stack would be made room for by all operations.
[[gnu::noinline]] OperationResult execute_pages(State& state, const Operation& operation, Recorder* recorder,
                                                OperationOutput& output) {
    PageAllocator allocator(state.buddy, operation.cpu, recorder, &output.moves);
    const bool atomic = operation.context & context_atomic;
    switch (operation.kind) {
    case OperationKind::note:
    case OperationKind::heading:
    case OperationKind::show:
    case OperationKind::predict: return {};
    case OperationKind::assertion:
        return {operation.argument == 0 ? OperationStatus::mistake : OperationStatus::done, operation.argument};
    case OperationKind::alloc_pages:
        if (atomic) allocator.check_atomic(operation.gfp_flags);
        return taken(allocator.allocate(operation.gfp_flags, operation.order, operation.node), allocator);
    case OperationKind::alloc_pages_exact:
        if (atomic) allocator.check_atomic(operation.gfp_flags);
        return taken(allocator.alloc_pages_exact(operation.gfp_flags, operation.argument), allocator);
    case OperationKind::alloc_pages_bulk:
        if (atomic) allocator.check_atomic(operation.gfp_flags);
        return take_many(allocator, operation, output.pages);
    case OperationKind::free_pages:
        allocator.free_block(operation.pfn, operation.order, taken_by(operation));
        return checked(allocator);
    case OperationKind::free_pages_exact:
        allocator.free_pages_exact(operation.pfn, operation.argument);
        return checked(allocator);
    case OperationKind::split_page: allocator.split_page(operation.pfn, operation.order); return checked(allocator);
    case OperationKind::drain_local_pages: allocator.drain_local_pages(); return {};
    case OperationKind::drain_all_pages: allocator.drain_all_pages(); return {};
    case OperationKind::refresh_vm_stats: allocator.refresh_vm_stats(); return {};
    case OperationKind::compact_memory: allocator.compact_memory(); return {};
    case OperationKind::cma_alloc:
        if (atomic) allocator.check_atomic(gfp::kernel);
        return taken(allocator.cma_alloc(frames_asked(state, operation.argument), operation.order), allocator);
    case OperationKind::cma_release:
        allocator.cma_release(operation.pfn, frames_asked(state, operation.argument));
        return checked(allocator);
    default: return {};  // of other subsystems
    }
    return {};
}

}  // namespace

OperationResult execute_whole(State& state, const Operation& operation, OperationNumber number, Recorder* recorder,
                              OperationOutput& output) {
    output.used = true;
    if (is_slab_operation(operation.kind)) return execute_slab(state, operation, recorder, output);
    if (is_virtual_memory(operation.kind)) {
        OperationResult result = execute_virtual(state, operation, number, recorder, output);
        if (accesses_memory(operation.kind) && note_object_accesses(state, operation, recorder))
            result.status = OperationStatus::mistake;
        return result;
    }
    OperationResult result = execute_pages(state, operation, recorder, output);
    if ((operation.gfp_flags & gfp::zero) && operation.kind == OperationKind::alloc_pages && result.value < no_pfn)
        clear_allocated(state, static_cast<Pfn>(result.value), frames_in(operation.order), recorder);
    return result;
}

}  // namespace pageframe
