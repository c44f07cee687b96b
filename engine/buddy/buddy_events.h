// The page allocator's events: fields, kernel function, sentence and mutation of each, declared together.
// Sentences are in buddy_sentences.cpp; what changes state is here, inline, so that a run without a
// recorder pays for the mutation alone.
//
//     alloc:  RequestPages  WatermarkCheck  TakeFreeBlock  SplitBlock*  CountFreePages  HandOutBlock
//     free:   TakeBack      CountFreePages  MergeBuddy*    AddFreeBlock
//     around a CPU's own lists:  PerCpuRefill  PerCpuAdd  PerCpuRemove  PerCpuDrain
// When a type has run out: fallback_events.h. Memory that moves: migration_events.h.
#pragma once

#include <cstdlib>

#include "engine/buddy/buddy.h"
#include "engine/buddy/fallback_events.h"
#include "engine/buddy/free_lists.h"
#include "engine/buddy/migration_events.h"
#include "engine/core/access_sentences.h"
#include "engine/core/event.h"

namespace pageframe {

// ---------------------------------------------------------------- asking

/// Remark: what is wanted, and where the search begins.
struct RequestPages {
    static constexpr const char* name = "RequestPages";
    static constexpr const char* function = "__alloc_pages()";
    GfpFlags gfp_flags;
    Order order;
    Migratetype migratetype;
    ZoneId preferred_zone;
    CpuId cpu;
    Sentence sentence(const BuddyState& state) const;
};

/// Remark: may this zone give so much?
struct WatermarkCheck {
    static constexpr const char* name = "WatermarkCheck";
    static constexpr const char* function = "zone_watermark_fast()";
    enum class Outcome : std::uint8_t { enough, below, no_block, ignored };
    std::int64_t free_pages;  ///< as the check reads it
    std::uint32_t mark;       ///< what has to remain, after the reserves this request may use
    std::uint32_t reserve;    ///< lowmem_reserve on top of it
    std::uint32_t unusable;   ///< of the free pages: kept for atomic requests, or CMA's
    ZoneId zone;
    Watermark watermark;
    Outcome outcome;
    Order order;
    Sentence sentence(const BuddyState& state) const;
};

/// Remark: the slow path and what it tries.
struct SlowPath {
    static constexpr const char* name = "SlowPath";
    static constexpr const char* function = "__alloc_pages_slowpath()";
    enum class Step : std::uint8_t {
        enter,
        reserves,
        no_watermarks,
        direct_reclaim,
        out_of_memory,
        fragmenting,
        remote
    };
    Step step;
    Order order;
    GfpFlags gfp_flags;
    Sentence sentence(const BuddyState& state) const;
};

/// Remark: nothing was found; the caller gets NULL.
struct AllocationFailed {
    static constexpr const char* name = "AllocationFailed";
    static constexpr const char* function = "warn_alloc()";
    enum class Reason : std::uint8_t { no_memory, order_too_large };
    Order order;
    Reason reason;
    GfpFlags gfp_flags;
    Sentence sentence(const BuddyState& state) const;
};

/// A lock is taken; how often each CPU takes which is why the per-CPU lists exist.
struct TakeLock {
    static constexpr const char* name = "TakeLock";
    static constexpr const char* function = "spin_lock()";
    enum class Lock : std::uint8_t { zone, per_cpu };
    Lock lock;
    ZoneId zone;
    CpuId cpu;
    void apply(BuddyState& state) const { change(state.write_pages_of_cpu(zone, cpu)); }
    void change(PerCpuPages& pages) const { ++(lock == Lock::zone ? pages.zone_lock_taken : pages.per_cpu_lock_taken); }
    Sentence sentence(const BuddyState& state) const;
};

// ---------------------------------------------------------------- taking from the free lists

/// The head of a free list leaves it.
struct TakeFreeBlock {
    static constexpr const char* name = "TakeFreeBlock";
    static constexpr const char* function = "__rmqueue_smallest()";
    Pfn pfn;
    ZoneId zone;
    Order order;   ///< of the block
    Order wanted;  ///< of the request: below `order`, the block will be split
    Migratetype migratetype;
    void apply(BuddyState& state) const { change(state, state.frames.write(pfn)); }
    void change(BuddyState& state, PageFrame& block) const {
        delete_from_free_list(state, zone, order, block);
        block.kind = FrameKind::allocated_head;
    }
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{pfn, frames_in(order)}, Role::taken}); }
};

/// A taken block is halved: the upper half goes to the head of the list one order below.
struct SplitBlock {
    static constexpr const char* name = "SplitBlock";
    static constexpr const char* function = "expand()";
    Pfn pfn;
    ZoneId zone;
    Order order;  ///< before the split
    Order wanted;
    Migratetype migratetype;
    Pfn upper() const { return pfn + frames_in(static_cast<Order>(order - 1)); }
    void apply(BuddyState& state) const { change(state, state.frames.write(pfn)); }
    void change(BuddyState& state, PageFrame& block) const {
        block.order = static_cast<Order>(order - 1);
        add_to_free_list(state, zone, block.order, migratetype, upper(), state.frames.write(upper()), ListEnd::head);
    }
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& list) const {
        const Pfn half = frames_in(static_cast<Order>(order - 1));
        list.push_back({{pfn, half}, Role::taken});
        list.push_back({{upper(), half}, Role::changed});
    }
};

/// NR_FREE_PAGES changes: first in the CPU's differential, in the zone when that passes its threshold.
struct CountFreePages {
    static constexpr const char* name = "CountFreePages";
    static constexpr const char* function = "__mod_zone_page_state()";
    std::int32_t frames;      ///< signed
    std::int32_t cma_frames;  ///< how many of them lie in CMA areas
    ZoneId zone;
    CpuId cpu;
    void apply(BuddyState& state) const { change(state, state.write_pages_of_cpu(zone, cpu)); }
    void change(BuddyState& state, PerCpuPages& pages) const {
        Zone& z = state.zones[zone];
        const std::int32_t differential = pages.free_pages_differential + frames;
        if (static_cast<std::uint32_t>(std::abs(differential)) > z.stat_threshold) {
            z.free_pages += differential;
            pages.free_pages_differential = 0;
        } else {
            pages.free_pages_differential = differential;
        }
        z.free_cma_pages += cma_frames;
    }
    Sentence sentence(const BuddyState& state) const;
};

/// The block is the caller's.
struct HandOutBlock {
    static constexpr const char* name = "HandOutBlock";
    static constexpr const char* function = "prep_new_page()";
    Pfn pfn;
    OperationNumber operation;
    GfpFlags gfp_flags;
    Order order;
    Migratetype migratetype;  ///< of the list it came from
    FrameUse use;
    void apply(BuddyState& state) const { change(state.frames.write(pfn)); }
    void change(PageFrame& frame) const {
        frame.kind = FrameKind::allocated_head;
        frame.order = order;
        frame.migratetype = migratetype;
        frame.operation = operation;
        frame.use = use;
    }
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{pfn, frames_in(order)}, Role::taken}); }
};

/// What the block's frames are for from here on: pages of a slab.
struct UseBlock {
    static constexpr const char* name = "UseBlock";
    static constexpr const char* function = "__folio_set_slab()";
    Pfn pfn;
    Order order;
    FrameUse use;
    void apply(BuddyState& state) const { state.frames.write(pfn).use = use; }
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{pfn, frames_in(order)}, Role::changed}); }
};

/// The frame is a page table from here on. The kernel says so of PTE and PMD tables; here of every level.
struct UseAsTable {
    static constexpr const char* name = "UseAsTable";
    static constexpr const char* function = "pgtable_pte_page_ctor()";
    Pfn pfn;
    void apply(BuddyState& state) const { state.frames.write(pfn).use = FrameUse::page_table; }
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{pfn, 1}, Role::changed}); }
};

/// An allocated block becomes as many single pages, each freed by itself.
struct SplitPage {
    static constexpr const char* name = "SplitPage";
    static constexpr const char* function = "split_page()";
    Pfn pfn;
    Order order;
    void apply(BuddyState& state) const {
        const PageFrame head = state.frames[pfn];
        for (Pfn i = 0; i < frames_in(order); ++i) {
            PageFrame& frame = state.frames.write(pfn + i);
            frame = head;
            frame.order = 0;
        }
    }
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{pfn, frames_in(order)}, Role::taken}); }
};

/// An allocated block is freed with too small an order: the first `kept` frames go, the rest stays
/// allocated as blocks of its own, and nobody has a pointer to them.
struct CutBlock {
    static constexpr const char* name = "CutBlock";
    static constexpr const char* function = "__free_pages()";
    Pfn pfn;
    Order order;
    Order freed;
    void apply(BuddyState& state) const {
        const PageFrame head = state.frames[pfn];
        for (Order rest = freed; rest < order; ++rest) {
            PageFrame& frame = state.frames.write(pfn + frames_in(rest));
            frame = head;
            frame.order = rest;
        }
        state.frames.write(pfn).order = freed;
    }
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& list) const {
        list.push_back({{pfn, frames_in(freed)}, Role::taken});
        list.push_back({{pfn + frames_in(freed), frames_in(order) - frames_in(freed)}, Role::mistake});
    }
};

// ---------------------------------------------------------------- giving back

/// The caller gives a block back; where it goes is decided next.
struct TakeBack {
    static constexpr const char* name = "TakeBack";
    static constexpr const char* function = "free_pages_prepare()";
    Pfn pfn;
    OperationNumber operation;
    OperationNumber taken_by;
    Order order;
    Migratetype migratetype;  ///< of its pageblock: the lists it goes to
    void apply(BuddyState& state) const { change(state.frames.write(pfn)); }
    void change(PageFrame& frame) const {
        frame.order = order;
        frame.operation = operation;
        frame.migratetype = migratetype;
        frame.use = FrameUse::other;
    }
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{pfn, frames_in(order)}, Role::taken}); }
};

/// The buddy is free too: it leaves its list, and the two are one block of the next order.
struct MergeBuddy {
    static constexpr const char* name = "MergeBuddy";
    static constexpr const char* function = "__free_one_page()";
    Pfn pfn;
    Pfn buddy;
    ZoneId zone;
    Order order;  ///< of each half
    void apply(BuddyState& state) const { change(state, state.frames.write(pfn), state.frames.write(buddy)); }
    void change(BuddyState& state, PageFrame& own, PageFrame& other) const {
        delete_from_free_list(state, zone, order, other);
        PageFrame& upper = pfn > buddy ? own : other;
        PageFrame& lower = pfn > buddy ? other : own;
        upper.kind = FrameKind::interior;
        lower.kind = FrameKind::allocated_head;
        lower.order = static_cast<Order>(order + 1);
    }
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& list) const {
        list.push_back({{pfn, frames_in(order)}, Role::taken});
        list.push_back({{buddy, frames_in(order)}, Role::changed});
    }
};

/// A block joins a free list.
struct AddFreeBlock {
    static constexpr const char* name = "AddFreeBlock";
    static constexpr const char* function = "__free_one_page()";
    enum class Why : std::uint8_t { head, merge_likely, surplus };
    Pfn pfn;
    ZoneId zone;
    Order order;
    Migratetype migratetype;
    Why why;
    void apply(BuddyState& state) const { change(state, state.frames.write(pfn)); }
    void change(BuddyState& state, PageFrame& block) const {
        const ListEnd end = why == Why::head ? ListEnd::head : ListEnd::tail;
        add_to_free_list(state, zone, order, migratetype, pfn, block, end);
    }
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{pfn, frames_in(order)}, Role::changed}); }
};

// ---------------------------------------------------------------- a CPU's own lists

/// Remark: the CPU's list is empty and is filled from the free lists.
struct PerCpuRefill {
    static constexpr const char* name = "PerCpuRefill";
    static constexpr const char* function = "rmqueue_bulk()";
    std::uint32_t blocks;
    ZoneId zone;
    CpuId cpu;
    Order order;
    Migratetype migratetype;
    Sentence sentence(const BuddyState& state) const;
};

/// Remark: the CPU's lists are too long and give some blocks back to the free lists.
struct PerCpuDrain {
    static constexpr const char* name = "PerCpuDrain";
    static constexpr const char* function = "free_pcppages_bulk()";
    std::int32_t frames;
    std::int32_t count;
    std::int32_t high;
    ZoneId zone;
    CpuId cpu;
    Sentence sentence(const BuddyState& state) const;
};

/// A block joins one of the CPU's lists.
struct PerCpuAdd {
    static constexpr const char* name = "PerCpuAdd";
    static constexpr const char* function = "free_unref_page_commit()";
    Pfn pfn;
    ZoneId zone;
    CpuId cpu;
    std::uint8_t list;
    Order order;
    Migratetype migratetype;  ///< kept with the page: where it goes when the list is drained
    ListEnd end;              ///< head: freed by its user; tail: refilled from the free lists
    void apply(BuddyState& state) const { change(state, state.write_pages_of_cpu(zone, cpu), state.frames.write(pfn)); }
    void change(BuddyState& state, PerCpuPages& pages, PageFrame& frame) const {
        pages.count += static_cast<std::int32_t>(frames_in(order));
        list_add(state.frames, pages.lists[list], pfn, frame, end);
        frame.kind = FrameKind::per_cpu_head;
        frame.order = order;
        frame.migratetype = migratetype;
    }
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& out) const { out.push_back({{pfn, frames_in(order)}, Role::changed}); }
};

/// A block leaves one of the CPU's lists: to a user, or back to the free lists.
struct PerCpuRemove {
    static constexpr const char* name = "PerCpuRemove";
    static constexpr const char* function = "__rmqueue_pcplist()";
    enum class To : std::uint8_t { user, free_lists };
    Pfn pfn;
    ZoneId zone;
    CpuId cpu;
    std::uint8_t list;
    Order order;
    To to;
    void apply(BuddyState& state) const { change(state, state.write_pages_of_cpu(zone, cpu), state.frames.write(pfn)); }
    void change(BuddyState& state, PerCpuPages& pages, PageFrame& frame) const {
        pages.count -= static_cast<std::int32_t>(frames_in(order));
        list_remove(state.frames, pages.lists[list], frame);
        frame.kind = FrameKind::allocated_head;
    }
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& out) const { out.push_back({{pfn, frames_in(order)}, Role::taken}); }
};

/// The more a CPU frees without allocating, the more it gives back at a time: doubled by each step.
struct SetFreeFactor {
    static constexpr const char* name = "SetFreeFactor";
    static constexpr const char* function = "nr_pcp_free()";
    std::int32_t free_factor;
    ZoneId zone;
    CpuId cpu;
    void apply(BuddyState& state) const { change(state.write_pages_of_cpu(zone, cpu)); }
    void change(PerCpuPages& pages) const { pages.free_factor = free_factor; }
    Sentence sentence(const BuddyState& state) const;
};

/// The vmstat work folds this CPU's differentials of a zone into the zone's counters.
struct FoldStatistics {
    static constexpr const char* name = "FoldStatistics";
    static constexpr const char* function = "refresh_cpu_vm_stats()";
    ZoneId zone;
    CpuId cpu;
    void apply(BuddyState& state) const {
        PerCpuPages& pages = state.write_pages_of_cpu(zone, cpu);
        state.zones[zone].free_pages += pages.free_pages_differential;
        pages.free_pages_differential = 0;
        pages.other_differential = 0;
    }
    Sentence sentence(const BuddyState& state) const;
};

/// How many quiet rounds of the vmstat work remain until a remote node's pages go back.
struct SetExpire {
    static constexpr const char* name = "SetExpire";
    static constexpr const char* function = "refresh_cpu_vm_stats()";
    std::int32_t expire;
    ZoneId zone;
    CpuId cpu;
    void apply(BuddyState& state) const { state.write_pages_of_cpu(zone, cpu).expire = expire; }
    Sentence sentence(const BuddyState& state) const;
};

// ---------------------------------------------------------------- mistakes of the caller

/// Remark: the caller broke a rule. `first` is the operation that did what this one repeats or contradicts.
struct PageMistake {
    static constexpr const char* name = "PageMistake";
    static constexpr const char* function = "bad_page()";
    enum class Kind : std::uint8_t {
        double_free,      ///< it is free already
        stale_free,       ///< freed before, and handed to someone else since
        never_allocated,  ///< inside another block, reserved, or no memory at all
        order_too_small,  ///< the rest of the block leaks
        order_too_large,  ///< it would free frames of others
        sleep_in_atomic,  ///< a request that may sleep inside atomic { }
        not_a_block,      ///< split_page() of something that is not an allocated block
        not_contiguous,   ///< cma_release() of what cma_alloc() did not give
    };
    Pfn pfn;
    OperationNumber first;   ///< no_operation: unknown, or from before the run
    OperationNumber second;  ///< the present owner, for stale_free
    Kind kind;
    Order order;       ///< as the caller gave it
    Order real_order;  ///< of the block
    FrameKind found;
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& list) const {
        if (pfn != no_pfn) list.push_back({{pfn, frames_in(order < order_count ? order : Order{0})}, Role::mistake});
    }
};

/// Remark: a load or a store to a page that is free, or that somebody else has taken. The kernel sees none of it.
struct PageAccess {
    static constexpr const char* name = "PageAccess";
    static constexpr const char* function = "";
    std::uint64_t address;
    Pfn pfn;
    OperationNumber other;    ///< who gave the page back, or has it now; no_operation: unknown
    OperationNumber pointer;  ///< where the address came from
    bool free;
    bool write;
    OwnMemory own;  ///< where the pointer's pages are, if they are live
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{pfn, 1}, Role::mistake}); }
};

using BuddyEvents =
    TypeList<RequestPages, WatermarkCheck, SlowPath, AllocationFailed, TakeLock, TakeFreeBlock, SplitBlock,
             CountFreePages, HandOutBlock, UseBlock, UseAsTable, SplitPage, CutBlock, StealFallback, MoveFreeBlock,
             SetPageblockType, BoostWatermark, WakeKswapd, ReserveHighatomic, UnreserveHighatomic, TakeBack, MergeBuddy,
             AddFreeBlock, PerCpuRefill, PerCpuDrain, PerCpuAdd, PerCpuRemove, SetFreeFactor, FoldStatistics, SetExpire,
             PageMistake, Compact, CompactBlocked, IsolateFreeBlock, MovePage, IsolatePageblock, TakeContiguous,
             ContiguousRequest, PageAccess>;

using BuddyEmitter = Emitter<BuddyState, Subsystem::buddy, BuddyEvents>;

}  // namespace pageframe
