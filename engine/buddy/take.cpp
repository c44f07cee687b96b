// A block out of the free lists: rmqueue(), rmqueue_buddy(), __rmqueue(), __rmqueue_smallest(), expand().
#include "engine/buddy/page_allocator.h"

namespace pageframe {

Pfn PageAllocator::rmqueue(ZoneId id, const Request& request, std::uint32_t alloc_flags) {
    Pfn pfn = no_pfn;
    if (state_.per_cpu_lists && per_cpu_order(request.order) &&
        (!state_.cma || (alloc_flags & cma_allowed) || request.migratetype != Migratetype::movable))
        pfn = rmqueue_per_cpu(id, request.order, request.migratetype, alloc_flags);
    if (pfn == no_pfn) pfn = rmqueue_buddy(id, request, alloc_flags);
    if (zone(id).flags & zone_boosted_watermark) [[unlikely]]
        emitter_.emit(WakeKswapd{id});
    return pfn;
}

Pfn PageAllocator::rmqueue_buddy(ZoneId id, const Request& request, std::uint32_t alloc_flags) {
    lock(TakeLock::Lock::zone, id);
    Pfn pfn = no_pfn;
    if (alloc_flags & highatomic) pfn = rmqueue_smallest(id, request.order, Migratetype::highatomic);
    if (pfn == no_pfn) {
        pfn = rmqueue_any(id, request.order, request.migratetype, alloc_flags);
        if (pfn == no_pfn && (alloc_flags & non_block))
            pfn = rmqueue_smallest(id, request.order, Migratetype::highatomic);
        if (pfn == no_pfn) return no_pfn;
    }
    count_free(id, -static_cast<std::int32_t>(frames_in(request.order)), state_.frames[pfn].migratetype);
    return pfn;
}

/// __rmqueue(): the type's own lists, then CMA, then another type's.
Pfn PageAllocator::rmqueue_any(ZoneId id, Order order, Migratetype migratetype, std::uint32_t alloc_flags) {
    if ((alloc_flags & cma_allowed) && zone(id).free_cma_pages > zone(id).free_pages / 2) {
        const Pfn pfn = rmqueue_smallest(id, order, Migratetype::cma);
        if (pfn != no_pfn) return pfn;
    }
    for (;;) {
        Pfn pfn = rmqueue_smallest(id, order, migratetype);
        if (pfn != no_pfn) return pfn;
        if (alloc_flags & cma_allowed) {
            pfn = rmqueue_smallest(id, order, Migratetype::cma);
            if (pfn != no_pfn) return pfn;
        }
        if (!rmqueue_fallback(id, order, migratetype, alloc_flags)) return no_pfn;
    }
}

Pfn PageAllocator::rmqueue_smallest(ZoneId id, Order order, Migratetype migratetype) {
    for (unsigned current = order; current < order_count; ++current) {
        const Pfn pfn = free_list(zone(id), static_cast<Order>(current), migratetype).head;
        if (pfn == no_pfn) continue;
        emitter_.emit(TakeFreeBlock{pfn, id, static_cast<Order>(current), order, migratetype});
        for (; current > order; --current)
            emitter_.emit(SplitBlock{pfn, id, static_cast<Order>(current), order, migratetype});
        return pfn;
    }
    return no_pfn;
}

}  // namespace pageframe
