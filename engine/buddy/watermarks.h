// May this zone give so much? zone_watermark_fast(), __zone_watermark_ok().
//
//     free pages |==========================|----high----|----low----|----min----|  0
//                 everyone may take           kswapd      kswapd      only requests with access
//                                             sleeps      wakes       to the reserves
#pragma once

#include <algorithm>

#include "engine/buddy/page_decisions.h"

namespace pageframe {

/// __zone_watermark_unusable_free()
template <class Self, class Emitter>
std::int64_t PageDecisions<Self, Emitter>::unusable_free(const Zone& z, Order order, std::uint32_t alloc_flags) const {
    std::int64_t unusable = static_cast<std::int64_t>(frames_in(order)) - 1;
    if (!(alloc_flags & reserves)) unusable += z.nr_reserved_highatomic;
    if (state_.cma && !(alloc_flags & cma_allowed)) unusable += z.free_cma_pages;
    return unusable;
}

template <class Self, class Emitter>
bool PageDecisions<Self, Emitter>::watermark_ok(const Zone& z, Order order, std::uint32_t mark, ZoneKind highest_zone,
                                                std::uint32_t alloc_flags, std::int64_t free_pages) const {
    std::int64_t minimum = mark;
    free_pages -= unusable_free(z, order, alloc_flags);
    if (alloc_flags & min_reserve) {
        minimum -= minimum / 2;
        if (alloc_flags & non_block) minimum -= minimum / 4;
    }
    if (free_pages <= minimum + z.lowmem_reserve[static_cast<unsigned>(highest_zone)]) return false;
    // A block large enough, of a type that the request may take.
    const auto listed = [&](Migratetype type) { return std::uint32_t{z.orders_listed[static_cast<unsigned>(type)]}; };
    std::uint32_t orders =
        listed(Migratetype::unmovable) | listed(Migratetype::movable) | listed(Migratetype::reclaimable);
    if (alloc_flags & cma_allowed) orders |= listed(Migratetype::cma);
    if (alloc_flags & highatomic) orders |= listed(Migratetype::highatomic);
    return (orders >> order != 0) | (order == 0);
}

/// `extra`: frames wanted beyond the mark (bulk requests).
template <class Self, class Emitter>
bool PageDecisions<Self, Emitter>::watermark_fast(ZoneId id, const Request& request, std::uint32_t alloc_flags,
                                                  std::uint32_t extra) {
    const Zone& z = zone(id);
    const auto which = static_cast<Watermark>(std::min(alloc_flags & watermark_mask, 2U));
    const std::uint32_t mark = z.watermark_pages(which) + extra;
    // zone_page_state(): a sum of differentials may be below zero for a moment, and reads as none.
    const std::int64_t free_pages = std::max<std::int64_t>(z.free_pages, 0);
    // The kernel looks first whether a single page is far from the mark: sooner, and no other answer.
    bool ok = watermark_ok(z, request.order, mark, request.highest_zone, alloc_flags, free_pages);
    // A boost is not meant to fail GFP_ATOMIC requests of one page.
    if (!ok && request.order == 0 && (request.gfp_flags & gfp::atomic_context) && z.watermark_boost != 0 &&
        which == Watermark::min)
        ok = watermark_ok(z, 0, z.watermark[0], request.highest_zone, alloc_flags, free_pages);

    if (emitter_.recording()) [[unlikely]]
        tell_watermark(id, request, alloc_flags, mark, ok);
    return ok;
}

template <class Self, class Emitter>
void PageDecisions<Self, Emitter>::tell_watermark(ZoneId id, const Request& request, std::uint32_t alloc_flags,
                                                  std::uint32_t mark, bool ok) {
    using Outcome = WatermarkCheck::Outcome;
    const Zone& z = zone(id);
    const std::int64_t free_pages = std::max<std::int64_t>(z.free_pages, 0);
    Outcome outcome = Outcome::enough;
    if (alloc_flags & no_watermarks)
        outcome = Outcome::ignored;
    else if (!ok)
        outcome = watermark_ok(z, 0, mark, request.highest_zone, alloc_flags,
                               free_pages - static_cast<std::int64_t>(frames_in(request.order)) + 1)
                      ? Outcome::no_block
                      : Outcome::below;
    std::uint32_t effective = mark;
    if (alloc_flags & min_reserve) {
        effective -= effective / 2;
        if (alloc_flags & non_block) effective -= effective / 4;
    }
    emitter_.tell(WatermarkCheck{free_pages, effective, z.lowmem_reserve[static_cast<unsigned>(request.highest_zone)],
                                 static_cast<std::uint32_t>(unusable_free(z, 0, alloc_flags)), id,
                                 static_cast<Watermark>(std::min(alloc_flags & watermark_mask, 2U)), outcome,
                                 request.order});
}

}  // namespace pageframe
