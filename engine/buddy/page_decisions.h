// What a request for pages and a free decide, step by step: the ways that come by the million.
//
// Compiled twice. PageAllocator emits to a recorder, where there is one; SilentPages (silent_pages.cpp) has none
// and is left with the mutations. Both decide by the same text:
//
//     PageDecisions<Self, Emitter>      take.h  watermarks.h  per_cpu.h  give_back.h
//       ^-- PageAllocator                 the whole of mm/page_alloc.c: + slow path, fallback, compaction, ...
//       ^-- SilentPages                   nobody looks: for all that is rare it asks a PageAllocator
//
// `Self` (the class that derives from it) has rmqueue_fallback() and reserve_highatomic(), and may have its own way
// to what is rare: refill(), drain(), rmqueue_others().
#pragma once

#include <array>

#include "engine/buddy/buddy_events.h"
#include "engine/core/gfp.h"

namespace pageframe {

/// What is asked for, and what it may use.
class PageRequests {
public:
    /// ALLOC_* of mm/internal.h.
    enum AllocFlag : std::uint32_t {
        watermark_min = 0,
        watermark_low = 1,
        watermark_high = 2,
        watermark_mask = 3,
        no_watermarks = 0x04,
        non_block = 0x10,
        min_reserve = 0x20,
        cma_allowed = 0x80,
        no_fragment = 0x100,
        highatomic = 0x200,
        kswapd = 0x800,
        reserves = non_block | min_reserve | highatomic,
    };

    /// struct alloc_context
    struct Request {
        GfpFlags gfp_flags = 0;
        Order order = 0;
        Migratetype migratetype{};
        ZoneKind highest_zone{};
        const Zonelist* zonelist = nullptr;
        std::uint8_t preferred = 0;  ///< index in the zonelist; zonelist->count: none
        ZoneId preferred_zone() const { return zonelist->zones[preferred]; }
    };

    enum class FreeFlag : std::uint8_t { none, to_tail };

    /// A block on its way from a list to whom asked for it, with its head's record; or none.
    struct TakenBlock {
        Pfn pfn = no_pfn;
        PageFrame* head = nullptr;
        bool found() const { return pfn != no_pfn; }
    };
};

template <class Self, class Emitter>
class PageDecisions : public PageRequests {
protected:
    PageDecisions(Emitter emitter, CpuId cpu) : emitter_(emitter), state_(emitter_.state()), cpu_(cpu) {}

    // take.h
    bool prepare(Request& request, GfpFlags gfp_flags, Order order, NodeId node) const;
    std::uint32_t fast_path_flags(const Request& request) const;
    Pfn get_page_from_freelist(const Request& request, std::uint32_t alloc_flags);
    void hand_out(TakenBlock block, const Request& request);
    TakenBlock rmqueue(ZoneId zone, const Request& request, std::uint32_t alloc_flags);
    TakenBlock rmqueue_buddy(ZoneId zone, const Request& request, std::uint32_t alloc_flags);
    TakenBlock rmqueue_smallest(ZoneId zone, Order order, Migratetype migratetype);
    TakenBlock rmqueue_any(ZoneId zone, Order order, Migratetype migratetype, std::uint32_t alloc_flags);
    TakenBlock rmqueue_others(ZoneId zone, Order order, Migratetype migratetype, std::uint32_t alloc_flags);

    // watermarks.h
    bool watermark_fast(ZoneId zone, const Request& request, std::uint32_t alloc_flags, std::uint32_t extra);
    void tell_watermark(ZoneId zone, const Request& request, std::uint32_t alloc_flags, std::uint32_t mark, bool ok);
    bool watermark_ok(const Zone& zone, Order order, std::uint32_t mark, ZoneKind highest_zone,
                      std::uint32_t alloc_flags, std::int64_t free_pages) const;
    std::int64_t unusable_free(const Zone& zone, Order order, std::uint32_t alloc_flags) const;

    // per_cpu.h
    TakenBlock rmqueue_per_cpu(ZoneId zone, Order order, Migratetype migratetype, std::uint32_t alloc_flags);
    TakenBlock take_from_cpu_list(ZoneId zone, PerCpuPages& own, Order order, Migratetype migratetype,
                                  std::uint32_t alloc_flags);
    bool take_from_cpu(const Request& request, std::uint32_t wanted, std::vector<Pfn>& pages);
    void refill(ZoneId zone, PerCpuPages& own, Order order, Migratetype migratetype, std::uint32_t alloc_flags,
                std::uint32_t count);
    void free_to_cpu(ZoneId zone, Pfn pfn, PageFrame& frame, Order order, Migratetype migratetype);
    void drain(ZoneId zone, CpuId cpu, std::int32_t count, unsigned first_list);
    std::int32_t frames_to_free(ZoneId zone, std::int32_t high, bool free_high);

    // give_back.h
    void free_prepared(Pfn pfn, Order order, OperationNumber operation) {
        free_prepared(pfn, emitter_.writable(&BuddyState::frames, pfn), order, operation);
    }
    void free_prepared(Pfn pfn, PageFrame& frame, Order order, OperationNumber operation);
    void free_one_page(ZoneId zone, Pfn pfn, PageFrame& frame, Order order, Migratetype migratetype, FreeFlag flag);
    void merge_and_add(ZoneId zone, PerCpuPages& own, Pfn pfn, PageFrame& frame, Order order, Migratetype migratetype,
                       FreeFlag flag);
    bool find_buddy(ZoneId zone, Pfn pfn, Order order, Pfn& buddy) const;
    bool merge_likely(ZoneId zone, Pfn pfn, Pfn buddy, Order order) const;

    const Zone& zone(ZoneId id) const { return state_.zones[id]; }
    const PerCpuPages& own_pages(ZoneId id) const { return state_.pages_of_cpu(id, cpu_); }
    // What one decision changes several times is looked up once: `own` is to be own_pages(zone), `frame` pfn's.
    PerCpuPages& writable_own_pages(ZoneId id) {
        return emitter_.writable(&BuddyState::per_cpu, BuddyState::per_cpu_index(id, cpu_));
    }
    void lock(TakeLock::Lock which, ZoneId zone) { lock(which, zone, writable_own_pages(zone)); }
    void lock(TakeLock::Lock which, ZoneId zone, PerCpuPages& own) {
        emitter_.emit_on(TakeLock{which, zone, cpu_}, own);
    }
    void count_free(ZoneId zone, std::int32_t frames, Migratetype type) {
        count_free(zone, frames, type, writable_own_pages(zone));
    }
    void count_free(ZoneId zone, std::int32_t frames, Migratetype type, PerCpuPages& own) {
        emitter_.emit_on(CountFreePages{frames, type == Migratetype::cma ? frames : 0, zone, cpu_}, own);
    }

    Emitter emitter_;
    const BuddyState& state_;
    CpuId cpu_;

private:
    Self& self() { return static_cast<Self&>(*this); }
};

/// GFP_ZONE_TABLE: by __GFP_DMA, __GFP_HIGHMEM, __GFP_DMA32, __GFP_MOVABLE.
inline constexpr auto highest_zones = [] {
    std::array<ZoneKind, 16> zones{};
    for (GfpFlags flags = 0; flags < zones.size(); ++flags) {
        zones[flags] = ZoneKind::normal;
        if ((flags & gfp::movable) && (flags & gfp::highmem)) zones[flags] = ZoneKind::movable;
        if (flags & gfp::dma32) zones[flags] = ZoneKind::dma32;
        if (flags & gfp::dma) zones[flags] = ZoneKind::dma;
    }
    return zones;
}();
/// gfp_zone(): the highest zone a request may use. From a table as in the kernel: requests come with flags in no
/// order that a processor could foresee.
constexpr ZoneKind highest_zone_of(GfpFlags gfp_flags) { return highest_zones[gfp_flags % highest_zones.size()]; }

}  // namespace pageframe
