// Every CPU keeps lists of its own: cheap orders are taken and given back without the zone's lock.
// rmqueue_pcplist(), __alloc_pages_bulk(), rmqueue_bulk(), free_unref_page_commit(), free_pcppages_bulk(), nr_pcp_free().
//
//     user  <--head--  [ pfn <-> pfn <-> pfn ]  <--tail-- refill (batch)      from the free lists
//     user  --head-->  [ pfn <-> pfn <-> pfn ]  --tail--> drain, round robin  to the free lists
#pragma once

#include <algorithm>
#include <vector>

#include "engine/buddy/page_decisions.h"
#include "engine/core/generated_code.h"

namespace pageframe {

inline constexpr std::int32_t batch_scale_most = 5;  // CONFIG_PCP_BATCH_SCALE_MAX

template <class Self, class Emitter>
auto PageDecisions<Self, Emitter>::rmqueue_per_cpu(ZoneId id, Order order, Migratetype migratetype,
                                                   std::uint32_t alloc_flags) -> TakenBlock {
    PerCpuPages& own = writable_own_pages(id);
    lock(TakeLock::Lock::per_cpu, id, own);
    if (own.free_factor != 0) emitter_.emit_on(SetFreeFactor{own.free_factor >> 1, id, cpu_}, own);
    return take_from_cpu_list(id, own, order, migratetype, alloc_flags);
}

/// __rmqueue_pcplist()
template <class Self, class Emitter>
auto PageDecisions<Self, Emitter>::take_from_cpu_list(ZoneId id, PerCpuPages& own, Order order, Migratetype migratetype,
                                                      std::uint32_t alloc_flags) -> TakenBlock {
    const unsigned list = per_cpu_list_of(order, migratetype);
    if (own.lists[list].head == no_pfn) {
        std::int32_t batch = own.batch;
        if (batch > 1) batch = std::max(batch >> order, 2);
        self().refill(id, own, order, migratetype, alloc_flags, static_cast<std::uint32_t>(batch));
    }
    const Pfn pfn = own.lists[list].head;
    if (pfn == no_pfn) return {};
    PageFrame& head = emitter_.writable(&BuddyState::frames, kept_here(std::size_t{pfn}));
    emitter_.emit_on(PerCpuRemove{pfn, id, cpu_, static_cast<std::uint8_t>(list), order, PerCpuRemove::To::user}, own,
                     head);
    return {pfn, &head};
}

/// __alloc_pages_bulk(): single pages from the CPU's list, of the first zone that may give so many. False: none.
template <class Self, class Emitter>
bool PageDecisions<Self, Emitter>::take_from_cpu(const Request& request, std::uint32_t wanted,
                                                 std::vector<Pfn>& pages) {
    // Neither ALLOC_NOFRAGMENT nor ALLOC_KSWAPD here, unlike __alloc_pages().
    std::uint32_t alloc_flags = watermark_low;
    if (state_.cma && request.migratetype == Migratetype::movable) alloc_flags |= cma_allowed;
    const ZoneId preferred = request.preferred_zone();
    for (std::uint8_t i = request.preferred; i < request.zonelist->count; ++i) {
        const ZoneId id = request.zonelist->zones[i];
        if (zone(id).kind > request.highest_zone) continue;
        if (zone(id).node != zone(preferred).node) break;
        // zonelist_zone_idx(preferred), not the request's highest zone, counts for the reserve here.
        Request check = request;
        check.highest_zone = zone(preferred).kind;
        if (!watermark_fast(id, check, alloc_flags, wanted)) continue;

        PerCpuPages& own = writable_own_pages(id);
        lock(TakeLock::Lock::per_cpu, id, own);
        const std::size_t before = pages.size();
        while (pages.size() - before < wanted) {
            const TakenBlock block = take_from_cpu_list(id, own, 0, request.migratetype, alloc_flags);
            if (!block.found()) break;
            hand_out(block, request);
            pages.push_back(block.pfn);
        }
        return pages.size() != before;
    }
    return false;
}

/// rmqueue_bulk()
template <class Self, class Emitter>
void PageDecisions<Self, Emitter>::refill(ZoneId id, PerCpuPages& own, Order order, Migratetype migratetype,
                                          std::uint32_t alloc_flags, std::uint32_t count) {
    emitter_.tell(PerCpuRefill{count, id, cpu_, order, migratetype});
    lock(TakeLock::Lock::zone, id, own);
    const auto list = static_cast<std::uint8_t>(per_cpu_list_of(order, migratetype));
    std::int32_t frames = 0;
    std::int32_t cma_frames = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const TakenBlock block = rmqueue_any(id, order, migratetype, alloc_flags);
        if (!block.found()) break;
        const Migratetype type = block.head->migratetype;
        emitter_.emit_on(PerCpuAdd{block.pfn, id, cpu_, list, order, type, ListEnd::tail}, own, *block.head);
        frames += static_cast<std::int32_t>(frames_in(order));
        if (type == Migratetype::cma) cma_frames += static_cast<std::int32_t>(frames_in(order));
    }
    // Counted once for the whole batch.
    emitter_.emit_on(CountFreePages{-frames, -cma_frames, id, cpu_}, own);
}

/// free_unref_page(), free_unref_page_commit(): `migratetype` is the pageblock's.
template <class Self, class Emitter>
void PageDecisions<Self, Emitter>::free_to_cpu(ZoneId id, Pfn pfn, PageFrame& frame, Order order,
                                               Migratetype migratetype) {
    if (migratetype == Migratetype::isolate) return free_one_page(id, pfn, frame, order, migratetype, FreeFlag::none);
    // CMA and high-atomic frames wait among the movable ones; what they are stays with the page.
    const bool has_list = static_cast<unsigned>(migratetype) < per_cpu_migratetype_count;
    const unsigned list = per_cpu_list_of(order, has_list ? migratetype : Migratetype::movable);
    PerCpuPages& pages = writable_own_pages(id);
    lock(TakeLock::Lock::per_cpu, id, pages);
    emitter_.emit_on(PerCpuAdd{pfn, id, cpu_, static_cast<std::uint8_t>(list), order, migratetype, ListEnd::head},
                     pages, frame);

    const bool free_high = pages.free_factor != 0 && order != 0 && order <= 3;
    std::int32_t high = 0;  // nr_pcp_high()
    if (pages.high != 0 && !free_high)
        high = zone(id).flags & zone_reclaim_active ? std::min(pages.batch << 2, pages.high) : pages.high;
    if (pages.count < high) return;
    const std::int32_t frames = frames_to_free(id, high, free_high);
    emitter_.tell(PerCpuDrain{std::min(frames, pages.count), pages.count, high, id, cpu_});
    self().drain(id, cpu_, frames, list);
}

/// nr_pcp_free()
template <class Self, class Emitter>
std::int32_t PageDecisions<Self, Emitter>::frames_to_free(ZoneId id, std::int32_t high, bool free_high) {
    const PerCpuPages& pages = own_pages(id);
    if (free_high) return pages.count;
    std::int32_t batch = pages.batch;
    if (high < batch) return 1;
    const std::int32_t least = batch;
    const std::int32_t most = high - batch;
    batch <<= pages.free_factor;
    if (batch < most && pages.free_factor < batch_scale_most)
        emitter_.emit(SetFreeFactor{pages.free_factor + 1, id, cpu_});
    // clamp() as the kernel's macro does it when the bounds cross: the upper one has the last word.
    return std::min(std::max(batch, least), most);
}

/// free_pcppages_bulk(): from the tails, one list after the other, beginning with `first_list`.
template <class Self, class Emitter>
void PageDecisions<Self, Emitter>::drain(ZoneId id, CpuId owner, std::int32_t count, unsigned first_list) {
    count = std::min(state_.pages_of_cpu(id, owner).count, count);
    if (count <= 0) return;
    PerCpuPages& own = writable_own_pages(id);
    PerCpuPages& from = emitter_.writable(&BuddyState::per_cpu, BuddyState::per_cpu_index(id, owner));
    lock(TakeLock::Lock::zone, id, own);
    int first = 0;
    int last = static_cast<int>(per_cpu_list_count) - 1;
    int list = static_cast<int>(first_list) - 1;
    while (count > 0) {
        for (;;) {
            if (++list > last) list = first;
            if (from.lists[static_cast<unsigned>(list)].count != 0) break;
            if (list == last) --last;
            if (list == first) ++first;
        }
        const Order order = order_of_per_cpu_list(static_cast<unsigned>(list));
        do {
            const Pfn pfn = from.lists[static_cast<unsigned>(list)].tail;
            PageFrame& frame = emitter_.writable(&BuddyState::frames, pfn);
            Migratetype type = frame.migratetype;
            emitter_.emit_on(
                PerCpuRemove{pfn, id, owner, static_cast<std::uint8_t>(list), order, PerCpuRemove::To::free_lists},
                from, frame);
            count -= static_cast<std::int32_t>(frames_in(order));
            if (zone(id).isolated_pageblocks != 0) type = state_.pageblock_type(pfn);
            merge_and_add(id, own, pfn, frame, order, type, FreeFlag::none);
        } while (count > 0 && from.lists[static_cast<unsigned>(list)].count != 0);
    }
}

}  // namespace pageframe
