// From a request to a block: prepare_alloc_pages(), get_page_from_freelist(), rmqueue(), rmqueue_buddy(),
// __rmqueue(), __rmqueue_smallest(), expand().
#pragma once

#include <bit>

#include "engine/buddy/page_decisions.h"

namespace pageframe {

/// prepare_alloc_pages(): the zonelist, and where in it the search begins.
template <class Self, class Emitter>
bool PageDecisions<Self, Emitter>::prepare(Request& request, GfpFlags gfp_flags, Order order, NodeId node) const {
    request.gfp_flags = gfp_flags;
    request.order = order;
    request.migratetype = gfp::migratetype_of(gfp_flags);
    request.highest_zone = highest_zone_of(gfp_flags);
    const NodeId from = node < state_.node_count ? node : state_.cpu_node[cpu_];
    const NodeZonelists& lists = state_.zonelists[from];
    request.zonelist = gfp_flags & gfp::thisnode ? &lists.this_node : &lists.fallback;
    request.preferred = 0;
    while (request.preferred < request.zonelist->count && zone(request.preferred_zone()).kind > request.highest_zone)
        ++request.preferred;
    return request.preferred < request.zonelist->count;
}

/// ALLOC_WMARK_LOW and alloc_flags_nofragment().
template <class Self, class Emitter>
std::uint32_t PageDecisions<Self, Emitter>::fast_path_flags(const Request& request) const {
    std::uint32_t flags = watermark_low | (request.gfp_flags & gfp::kswapd_reclaim);
    if (state_.cma && request.migratetype == Migratetype::movable) flags |= cma_allowed;

    const Zone& preferred = zone(request.preferred_zone());
    if (preferred.kind != ZoneKind::normal) return flags;
    if (state_.node_count > 1) {
        bool has_dma32 = false;
        for (const Zone& other : state_.zones)
            has_dma32 |= other.node == preferred.node && other.kind == ZoneKind::dma32 && other.present != 0;
        if (!has_dma32) return flags;
    }
    return flags | no_fragment;
}

/// prep_new_page(): the block becomes the caller's.
template <class Self, class Emitter>
void PageDecisions<Self, Emitter>::hand_out(TakenBlock block, const Request& request) {
    const bool lru = state_.movable_pages_on_lru && request.migratetype == Migratetype::movable;
    FrameUse use = lru ? FrameUse::lru : FrameUse::other;
    if ((request.gfp_flags & gfp::comp) && request.order != 0 && !lru) [[unlikely]]
        use = FrameUse::compound;
    emitter_.emit_on(
        HandOutBlock{block.pfn, state_.operation, request.gfp_flags, request.order, block.head->migratetype, use},
        *block.head);
}

template <class Self, class Emitter>
Pfn PageDecisions<Self, Emitter>::get_page_from_freelist(const Request& request, std::uint32_t alloc_flags) {
    for (;;) {
        const bool no_fallback = alloc_flags & no_fragment;
        bool leave_node = false;
        for (std::uint8_t i = request.preferred; i < request.zonelist->count; ++i) {
            const ZoneId id = request.zonelist->zones[i];
            if (zone(id).kind > request.highest_zone) continue;
            if (no_fallback && state_.node_count > 1 && zone(id).node != zone(request.preferred_zone()).node) {
                // Locality matters more than fragmentation: start again, with mixing allowed.
                leave_node = true;
                break;
            }
            if (!watermark_fast(id, request, alloc_flags, 0) && !(alloc_flags & no_watermarks)) continue;
            const TakenBlock block = rmqueue(id, request, alloc_flags);
            if (!block.found()) continue;
            hand_out(block, request);
            if (alloc_flags & highatomic) [[unlikely]]
                self().reserve_highatomic(id, block.pfn);
            return block.pfn;
        }
        if (!no_fallback) return no_pfn;
        emitter_.tell(SlowPath{leave_node ? SlowPath::Step::remote : SlowPath::Step::fragmenting, request.order,
                               request.gfp_flags});
        alloc_flags &= ~static_cast<std::uint32_t>(no_fragment);
    }
}

template <class Self, class Emitter>
auto PageDecisions<Self, Emitter>::rmqueue(ZoneId id, const Request& request, std::uint32_t alloc_flags) -> TakenBlock {
    TakenBlock block;
    if (state_.per_cpu_lists && per_cpu_order(request.order) &&
        (!state_.cma || (alloc_flags & cma_allowed) || request.migratetype != Migratetype::movable))
        block = rmqueue_per_cpu(id, request.order, request.migratetype, alloc_flags);
    if (!block.found()) block = rmqueue_buddy(id, request, alloc_flags);
    if (zone(id).flags & zone_boosted_watermark) [[unlikely]]
        emitter_.emit(WakeKswapd{id});
    return block;
}

template <class Self, class Emitter>
auto PageDecisions<Self, Emitter>::rmqueue_buddy(ZoneId id, const Request& request, std::uint32_t alloc_flags)
    -> TakenBlock {
    PerCpuPages& own = writable_own_pages(id);
    lock(TakeLock::Lock::zone, id, own);
    TakenBlock block;
    if (alloc_flags & highatomic) block = rmqueue_smallest(id, request.order, Migratetype::highatomic);
    if (!block.found()) {
        block = rmqueue_any(id, request.order, request.migratetype, alloc_flags);
        if (!block.found() && (alloc_flags & non_block))
            block = rmqueue_smallest(id, request.order, Migratetype::highatomic);
        if (!block.found()) return {};
    }
    count_free(id, -static_cast<std::int32_t>(frames_in(request.order)), block.head->migratetype, own);
    return block;
}

/// __rmqueue(): the type's own lists, then CMA, then another type's.
template <class Self, class Emitter>
auto PageDecisions<Self, Emitter>::rmqueue_any(ZoneId id, Order order, Migratetype migratetype,
                                               std::uint32_t alloc_flags) -> TakenBlock {
    if ((alloc_flags & cma_allowed) && zone(id).free_cma_pages > zone(id).free_pages / 2) {
        const TakenBlock block = rmqueue_smallest(id, order, Migratetype::cma);
        if (block.found()) return block;
    }
    const TakenBlock block = rmqueue_smallest(id, order, migratetype);
    return block.found() ? block : self().rmqueue_others(id, order, migratetype, alloc_flags);
}

/// The rest of __rmqueue(): the type's own lists have nothing.
template <class Self, class Emitter>
[[gnu::noinline]] auto PageDecisions<Self, Emitter>::rmqueue_others(ZoneId id, Order order, Migratetype migratetype,
                                                                    std::uint32_t alloc_flags) -> TakenBlock {
    for (;;) {
        if (alloc_flags & cma_allowed) {
            const TakenBlock block = rmqueue_smallest(id, order, Migratetype::cma);
            if (block.found()) return block;
        }
        if (!self().rmqueue_fallback(id, order, migratetype, alloc_flags)) return {};
        const TakenBlock block = rmqueue_smallest(id, order, migratetype);
        if (block.found()) return block;
    }
}

template <class Self, class Emitter>
auto PageDecisions<Self, Emitter>::rmqueue_smallest(ZoneId id, Order order, Migratetype migratetype) -> TakenBlock {
    const std::uint32_t large_enough = zone(id).orders_listed[static_cast<unsigned>(migratetype)] >> order;
    if (large_enough == 0) return {};
    auto current = static_cast<Order>(order + std::countr_zero(large_enough));
    const Pfn pfn = free_list(zone(id), current, migratetype).head;
    PageFrame& head = emitter_.writable(&BuddyState::frames, pfn);
    emitter_.emit_on(TakeFreeBlock{pfn, id, current, order, migratetype}, head);
    for (; current > order; --current) emitter_.emit_on(SplitBlock{pfn, id, current, order, migratetype}, head);
    return {pfn, &head};
}

}  // namespace pageframe
