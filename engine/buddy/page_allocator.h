// The page allocator's decisions: mm/page_alloc.c of Linux 6.1.
//
// The way of a request:
//
//     alloc_pages
//       allocate()                        __alloc_pages: fast path with the low watermark
//         get_page_from_freelist()        zone by zone: watermark, then      (take.h, watermarks.h)
//           rmqueue()                       order 0..3, 9: the CPU's list    (per_cpu.h)
//                                           else the free lists              (take.h)
//                                             __rmqueue_smallest, expand
//                                             __rmqueue_fallback, steal      (fallback.cpp)
//         slow_path()                     __alloc_pages_slowpath: min watermark, reserves
//
// and of a free:
//
//     free_pages
//       order 0..3, 9: free_to_cpu()      free_unref_page                    (per_cpu.h)
//       else free_one_page()              __free_one_page: merge, list       (give_back.h)
//
// It reads state and emits events; it changes nothing itself. One PageAllocator serves one operation.
//
// Simplified: no memory cgroups, cpusets, node reclaim or dirty limits; direct reclaim finds nothing to
// reclaim and the OOM killer no process to kill, so that a request the kernel would retry for ever fails.
#pragma once

#include <span>
#include <vector>

#include "engine/buddy/page_decisions.h"
#include "engine/buddy/silent_pages.h"
#include "engine/core/operation.h"

namespace pageframe {

class PageAllocator : public PageDecisions<PageAllocator, BuddyEmitter> {
public:
    /// `moves`: receives the pages that the operation moved; nullptr: nobody asks.
    PageAllocator(BuddyState& state, CpuId cpu, Recorder* recorder, std::vector<MovedPage>* moves = nullptr)
        : PageDecisions(BuddyEmitter(state, recorder), cpu), whole_state_(state), moves_(moves) {}

    // --- the kernel's API ---

    /// alloc_pages_node(node, ...); no_node: the CPU's own. no_pfn when there is nothing.
    Pfn alloc_pages(GfpFlags gfp_flags, Order order, NodeId node = no_node) {
        if (!emitter_.recording())
            if (const Pfn pfn = take_silently(whole_state_, cpu_, gfp_flags, order, node); pfn != no_pfn) return pfn;
        return allocate(gfp_flags, order, node);
    }
    /// The same by the whole way: take_silently() had nothing.
    Pfn allocate(GfpFlags gfp_flags, Order order, NodeId node);
    /// alloc_pages_exact(): `bytes` rounded up to pages; what the power of two has too much goes back.
    Pfn alloc_pages_exact(GfpFlags gfp_flags, std::uint64_t bytes);
    /// alloc_pages_bulk_array() into an empty array: order-0 pages, appended to `pages`.
    void alloc_pages_bulk(GfpFlags gfp_flags, std::uint32_t wanted, std::vector<Pfn>& pages);
    /// __free_pages(). `taken_by`: the operation the caller's pointer came from, no_operation if unknown.
    /// False when the call was a mistake.
    bool free_pages(Pfn pfn, Order order, OperationNumber taken_by = no_operation) {
        if (!emitter_.recording() && give_back_silently(whole_state_, cpu_, pfn, order, taken_by)) return true;
        return free_block(pfn, order, taken_by);
    }
    /// free_pages() of single frames in turn while nobody looks: how many it did, up to the first that is remarkable.
    std::size_t free_plain_frames(std::span<const Pfn> frames) {
        return emitter_.recording() ? 0 : give_back_many_silently(whole_state_, cpu_, frames);
    }
    /// The same by the whole way: give_back_silently() would not.
    bool free_block(Pfn pfn, Order order, OperationNumber taken_by);
    bool free_pages_exact(Pfn pfn, std::uint64_t bytes);
    bool split_page(Pfn pfn, Order order);

    /// drain_local_pages(NULL), drain_all_pages(NULL)
    void drain_local_pages();
    void drain_all_pages();
    /// What a write to /proc/sys/vm/compact_memory does: every zone, from end to end.
    void compact_memory();
    /// cma_alloc(): `frames` in one piece from a CMA area, aligned to an order; no_pfn when there is no room.
    Pfn cma_alloc(std::uint32_t frames, Order alignment_order);
    bool cma_release(Pfn pfn, std::uint32_t frames);

    /// refresh_cpu_vm_stats(true): what the vmstat work does once a second.
    void refresh_vm_stats();

    /// might_alloc() inside atomic { }: a request that may sleep is a mistake there, and goes on.
    void check_atomic(GfpFlags gfp_flags);

    bool made_mistake() const { return made_mistake_; }

    /// An allocated frame becomes a page table: it says so as long as it is one.
    void use_as_table(Pfn pfn) { emitter_.emit(UseAsTable{pfn}); }
    const BuddyState& state() const { return state_; }

private:
    friend PageDecisions<PageAllocator, BuddyEmitter>;
    friend class RarePages;

    // allocate.cpp
    Pfn slow_path(const Request& request);
    std::uint32_t slow_path_flags(const Request& request) const;

    // fallback.cpp
    struct Fallback {
        Migratetype type{};
        bool found = false;
        bool can_steal = false;
    };
    bool rmqueue_fallback(ZoneId zone, Order order, Migratetype migratetype, std::uint32_t alloc_flags);
    Fallback find_fallback(const Zone& zone, Order order, Migratetype migratetype) const;
    void steal(ZoneId zone, Pfn pfn, Order wanted, Migratetype wanted_type, const Fallback& fallback,
               std::uint32_t alloc_flags);
    bool boost_watermark(ZoneId zone, std::uint32_t alloc_flags);
    struct MovedPages {
        Pfn free = 0;
        Pfn movable = 0;
    };
    MovedPages move_free_pages_block(ZoneId zone, Pfn pfn, Migratetype to);
    void set_pageblock_type(Pfn pfn, Migratetype to);
    void reserve_highatomic(ZoneId zone, Pfn pfn);
    bool unreserve_highatomic(const Request& request, bool force);

    // per_cpu.cpp
    void drain_zone(ZoneId zone, CpuId cpu);
    void drain_cpu(CpuId cpu);

    // compact.cpp
    /// struct compact_control
    struct Compaction {
        ZoneId zone = 0;
        Order order = 0;  ///< wanted; order_count: the whole zone, for nobody
        Migratetype migratetype{};
        bool sync = false;
        bool direct = false;  ///< for a waiting request
        Pfn migrate_pfn = 0;
        Pfn free_pfn = 0;  ///< the pageblock ...
        Pfn free_at = 0;   ///< ... and the frame where the free scanner goes on
        std::uint32_t moved = 0;
        std::vector<Pfn> migrate_pages{};
        std::vector<Pfn> free_pages{};  ///< taken from the back
    };
    Compact::What compaction_worth(ZoneId zone, const Request& request, std::uint32_t alloc_flags) const;
    Pfn direct_compact(const Request& request, std::uint32_t alloc_flags, bool sync);
    Compact::What compact_zone(Compaction& compaction);
    Compact::What compact_finished(const Compaction& compaction) const;
    bool scanners_met(const Compaction& compaction) const;
    void isolate_migrate_pages(Compaction& compaction);
    void isolate_block(Compaction& compaction, Pfn low, Pfn end);
    bool migrate_isolated(Compaction& compaction);
    void move_page(Pfn from, Pfn to, Order order);
    void isolate_free_pages(Compaction& compaction, Pfn wanted);
    Pfn take_free_pages(Compaction& compaction, Pfn at, Pfn end, Pfn stride, Pfn wanted);
    bool isolate_free_block(ZoneId zone, Pfn pfn);

    // contiguous.cpp
    bool alloc_contiguous_range(Pfn start, Pfn end, Pfn& blocker);
    void isolate_pageblock(ZoneId zone, Pfn block);
    void open_pageblock(ZoneId zone, Pfn block);
    bool migrate_range(ZoneId zone, Pfn start, Pfn end, Pfn& blocker);
    void take_range(ZoneId zone, Pfn start, Pfn end);

    // free.cpp
    bool check_free(Pfn pfn, Order order, OperationNumber taken_by, Order& real_order);
    void mistake(const PageMistake& what);

    BuddyState& whole_state_;  ///< for take_silently() and give_back_silently() alone
    std::vector<MovedPage>* moves_;
    bool made_mistake_ = false;
};

extern template class PageDecisions<PageAllocator, BuddyEmitter>;

}  // namespace pageframe
