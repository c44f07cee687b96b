// One operation: to the allocator that it concerns.
#include <algorithm>

#include "engine/buddy/page_allocator.h"
#include "engine/machine/machine.h"

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
    pages.clear();
    // No more than the machine has, whatever the text asks for.
    const std::uint64_t most = allocator.state().frame_count();
    allocator.alloc_pages_bulk(operation.gfp_flags, static_cast<std::uint32_t>(std::min(operation.argument, most)), pages);
    OperationResult result = checked(allocator);
    result.value = pages.size();
    result.pages = pages;
    if (pages.empty() && operation.argument != 0) result.status = OperationStatus::failed;
    return result;
}

}  // namespace

OperationResult execute(State& state, const Operation& operation, OperationNumber number, Recorder* recorder,
                        std::vector<Pfn>& pages) {
    state.buddy.operation = number;
    PageAllocator allocator(state.buddy, operation.cpu, recorder);
    const bool atomic = operation.context & context_atomic;
    switch (operation.kind) {
        case OperationKind::note:
        case OperationKind::heading:
        case OperationKind::show:
        case OperationKind::predict: return {};
        case OperationKind::assertion:
            return {operation.argument == 0 ? OperationStatus::mistake : OperationStatus::done, operation.argument, {}};
        case OperationKind::alloc_pages:
            if (atomic) allocator.check_atomic(operation.gfp_flags);
            return taken(allocator.alloc_pages(operation.gfp_flags, operation.order, operation.node), allocator);
        case OperationKind::alloc_pages_exact:
            if (atomic) allocator.check_atomic(operation.gfp_flags);
            return taken(allocator.alloc_pages_exact(operation.gfp_flags, operation.argument), allocator);
        case OperationKind::alloc_pages_bulk:
            if (atomic) allocator.check_atomic(operation.gfp_flags);
            return take_many(allocator, operation, pages);
        case OperationKind::free_pages:
            allocator.free_pages(operation.pfn, operation.order,
                                 operation.argument < no_operation ? static_cast<OperationNumber>(operation.argument)
                                                                   : no_operation);
            return checked(allocator);
        case OperationKind::free_pages_exact:
            allocator.free_pages_exact(operation.pfn, operation.argument);
            return checked(allocator);
        case OperationKind::split_page: allocator.split_page(operation.pfn, operation.order); return checked(allocator);
        case OperationKind::drain_local_pages: allocator.drain_local_pages(); return {};
        case OperationKind::drain_all_pages: allocator.drain_all_pages(); return {};
        case OperationKind::refresh_vm_stats: allocator.refresh_vm_stats(); return {};
    }
    return {};
}

}  // namespace pageframe
