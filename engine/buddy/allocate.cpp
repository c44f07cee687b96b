// What a request tries, and in which order: __alloc_pages(), __alloc_pages_slowpath(), alloc_pages_bulk().
#include "engine/buddy/page_allocator.h"

namespace pageframe {

/// With a recorder, or for what silent_pages.cpp found nothing for.
Pfn PageAllocator::allocate(GfpFlags gfp_flags, Order order, NodeId node) {
    if (order > largest_order) {
        emitter_.tell(AllocationFailed{order, AllocationFailed::Reason::order_too_large, gfp_flags});
        return no_pfn;
    }
    Request request;
    if (!prepare(request, gfp_flags, order, node)) {
        emitter_.tell(AllocationFailed{order, AllocationFailed::Reason::no_memory, gfp_flags});
        return no_pfn;
    }
    if (!emitter_.recording()) return slow_path(request);
    emitter_.tell(RequestPages{gfp_flags, order, request.migratetype, request.preferred_zone(), cpu_});
    const Pfn pfn = get_page_from_freelist(request, fast_path_flags(request));
    return pfn != no_pfn ? pfn : slow_path(request);
}

/// gfp_to_alloc_flags()
std::uint32_t PageAllocator::slow_path_flags(const Request& request) const {
    const GfpFlags gfp_flags = request.gfp_flags;
    std::uint32_t flags = watermark_min | (gfp_flags & (gfp::high | gfp::kswapd_reclaim));
    if (!(gfp_flags & gfp::direct_reclaim) && !(gfp_flags & gfp::nomemalloc)) {
        flags |= non_block;
        if (request.order > 0 && (flags & min_reserve)) flags |= highatomic;
    }
    if (state_.cma && request.migratetype == Migratetype::movable) flags |= cma_allowed;
    return flags;
}

Pfn PageAllocator::slow_path(const Request& request) {
    const GfpFlags gfp_flags = request.gfp_flags;
    emitter_.tell(SlowPath{SlowPath::Step::enter, request.order, gfp_flags});
    std::uint32_t alloc_flags = slow_path_flags(request);
    if (Pfn pfn = get_page_from_freelist(request, alloc_flags); pfn != no_pfn) return pfn;

    const bool can_wait = gfp_flags & gfp::direct_reclaim;
    const bool costly = request.order > 3;
    const bool takes_all = (gfp_flags & gfp::memalloc) && !(gfp_flags & gfp::nomemalloc);
    // gfp_compaction_allowed(): needs I/O. Large requests are more likely broken up than short of memory.
    const bool can_compact = can_wait && (gfp_flags & gfp::io);
    if (can_compact && (costly || (request.order > 0 && request.migratetype != Migratetype::movable)) && !takes_all)
        if (Pfn pfn = direct_compact(request, alloc_flags, false); pfn != no_pfn) return pfn;

    // __gfp_pfmemalloc_flags(): who frees memory with it may have the last of it.
    if (takes_all) {
        emitter_.tell(SlowPath{SlowPath::Step::no_watermarks, request.order, gfp_flags});
        alloc_flags = no_watermarks | (alloc_flags & (kswapd | cma_allowed));
    }
    if (Pfn pfn = get_page_from_freelist(request, alloc_flags); pfn != no_pfn) return pfn;

    if (can_wait) {
        emitter_.tell(SlowPath{SlowPath::Step::direct_reclaim, request.order, gfp_flags});
        // A costly request that must not retry compacts once, without waiting; others now wait for it.
        const bool sync = !(costly && (gfp_flags & gfp::noretry));
        if (can_compact)
            if (Pfn pfn = direct_compact(request, alloc_flags, sync); pfn != no_pfn) return pfn;
        // should_reclaim_retry(): without progress the last resort is the high-atomic reserve.
        if (!(gfp_flags & gfp::noretry) && !costly && unreserve_highatomic(request, true))
            if (Pfn pfn = get_page_from_freelist(request, alloc_flags); pfn != no_pfn) return pfn;
        if (!(gfp_flags & gfp::noretry) && !costly)
            emitter_.tell(SlowPath{SlowPath::Step::out_of_memory, request.order, gfp_flags});
    }
    emitter_.tell(AllocationFailed{request.order, AllocationFailed::Reason::no_memory, gfp_flags});
    return no_pfn;
}

// ---------------------------------------------------------------- many at once

void PageAllocator::alloc_pages_bulk(GfpFlags gfp_flags, std::uint32_t wanted, std::vector<Pfn>& pages) {
    if (wanted == 0) return;
    const bool from_cpu = wanted != 1 && state_.per_cpu_lists;
    if (from_cpu && !emitter_.recording() && take_many_silently(whole_state_, cpu_, gfp_flags, wanted, pages)) return;
    Request request;
    if (!prepare(request, gfp_flags, 0, no_node)) return;
    if (from_cpu && emitter_.recording()) {
        emitter_.tell(RequestPages{gfp_flags, 0, request.migratetype, request.preferred_zone(), cpu_});
        if (take_from_cpu(request, wanted, pages)) return;
    }
    const Pfn pfn = alloc_pages(gfp_flags, 0);
    if (pfn != no_pfn) pages.push_back(pfn);
}

}  // namespace pageframe
