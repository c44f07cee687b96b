// Events of memory that is moved: compaction (mm/compaction.c) and contiguous areas (mm/cma.c,
// alloc_contig_range() of mm/page_alloc.c, mm/page_isolation.c). Sentences in migration_sentences.cpp.
//
//     compaction:  Compact(start)  [ IsolateFreeBlock*  SplitPage  MovePage  TakeBack ... ]*  Compact(result)
//     cma_alloc:   IsolatePageblock*  MoveFreeBlock*  MovePage*  TakeFreeFrames*  IsolatePageblock(undo)*
#pragma once

#include "engine/buddy/buddy.h"
#include "engine/buddy/free_lists.h"
#include "engine/core/event.h"

namespace pageframe {

/// Remark: compaction of a zone begins, is not tried, or has ended.
struct Compact {
    static constexpr const char* name = "Compact";
    static constexpr const char* function = "compact_zone()";
    enum class What : std::uint8_t {
        started,
        skipped_few_free,
        skipped_not_fragmented,
        skipped_suitable,
        succeeded,
        scanners_met,
        no_target
    };
    What what;
    ZoneId zone;
    Order order;  ///< order_count: all of the zone, for no request
    bool sync;
    Pfn migrate_pfn;  ///< the scanners' places at the end
    Pfn free_pfn;
    std::uint32_t moved;
    Sentence sentence(const BuddyState& state) const;
};

/// Remark: the migration scanner leaves a piece of memory alone, because this page can't move.
struct CompactBlocked {
    static constexpr const char* name = "CompactBlocked";
    static constexpr const char* function = "isolate_migratepages_block()";
    Pfn pfn;
    OperationNumber owner;
    Order order;
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{pfn, frames_in(order)}, Role::mistake}); }
};

/// The free scanner takes a free block as room for pages to move to.
struct IsolateFreeBlock {
    static constexpr const char* name = "IsolateFreeBlock";
    static constexpr const char* function = "__isolate_free_page()";
    Pfn pfn;
    ZoneId zone;
    Order order;
    Migratetype migratetype;
    void apply(BuddyState& state) const {
        PageFrame& frame = state.frames.write(pfn);
        delete_from_free_list(state, zone, order, frame);
        frame.kind = FrameKind::allocated_head;
        frame.use = FrameUse::other;
        frame.operation = state.operation;
    }
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{pfn, frames_in(order)}, Role::changed}); }
};

/// A page's contents move; its owner's pointer follows. What it leaves is freed next.
struct MovePage {
    static constexpr const char* name = "MovePage";
    static constexpr const char* function = "migrate_pages()";
    Pfn from;
    Pfn to;
    OperationNumber owner;
    Order order;
    void apply(BuddyState& state) const {
        const PageFrame source = state.frames[from];
        PageFrame& target = state.frames.write(to);
        target.operation = source.operation;
        target.use = source.use;
        PageFrame& left = state.frames.write(from);
        left.operation = state.operation;
        left.use = FrameUse::other;
    }
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& list) const {
        list.push_back({{from, frames_in(order)}, Role::changed});
        list.push_back({{to, frames_in(order)}, Role::taken});
    }
};

/// A pageblock is closed to everyone while a range in it is emptied, or opened again.
struct IsolatePageblock {
    static constexpr const char* name = "IsolatePageblock";
    static constexpr const char* function = "set_migratetype_isolate()";
    Pfn pfn;  ///< the pageblock's first
    ZoneId zone;
    Migratetype migratetype;  ///< before, or from now on
    bool closed;
    void apply(BuddyState& state) const {
        state.pageblocks.write(pfn >> pageblock_order) = closed ? Migratetype::isolate : migratetype;
        if (closed)
            ++state.zones[zone].isolated_pageblocks;
        else
            --state.zones[zone].isolated_pageblocks;
    }
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{pfn, pageblock_frames}, Role::changed}); }
};

/// A free block of an isolated range is taken as it is; it becomes single pages of the contiguous range.
struct TakeContiguous {
    static constexpr const char* name = "TakeContiguous";
    static constexpr const char* function = "isolate_freepages_range()";
    Pfn pfn;
    ZoneId zone;
    Order order;
    void apply(BuddyState& state) const {
        delete_from_free_list(state, zone, order, state.frames.write(pfn));
        for (Pfn i = 0; i < frames_in(order); ++i) {
            PageFrame& frame = state.frames.write(pfn + i);
            frame.kind = FrameKind::allocated_head;
            frame.order = 0;
            frame.operation = state.operation;
            frame.migratetype = Migratetype::cma;
            frame.use = FrameUse::contiguous;
            frame.next = frame.previous = no_pfn;
        }
    }
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{pfn, frames_in(order)}, Role::taken}); }
};

/// Remark: what became of a request for contiguous memory.
struct ContiguousRequest {
    static constexpr const char* name = "ContiguousRequest";
    static constexpr const char* function = "cma_alloc()";
    enum class What : std::uint8_t { trying, busy, got, no_room, no_area };
    What what;
    Pfn pfn;
    std::uint32_t frames;
    Pfn blocker;  ///< busy: the page that can't move
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& list) const {
        if (pfn != no_pfn) list.push_back({{pfn, frames}, what == What::got ? Role::taken : Role::changed});
        if (what == What::busy && blocker != no_pfn) list.push_back({{blocker, 1}, Role::mistake});
    }
};

}  // namespace pageframe
