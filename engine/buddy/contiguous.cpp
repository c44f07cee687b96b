// Contiguous memory areas: a region kept at start, lent to movable pages until a device wants it.
// mm/cma.c: cma_alloc(), cma_release(); mm/page_alloc.c: alloc_contig_range(); mm/page_isolation.c.
//
//     CMA area   |..m.m...|.mm.....|DDDD....|     m: movable pages on loan, D: taken by cma_alloc()
//     cma_alloc   find a range of the bitmap that no D stands in -> close its pageblocks (isolate) ->
//                 drain the CPUs' lists -> move the m out -> take the free frames -> open the pageblocks
//
// The bitmap is the frames themselves: a bit is set where FrameUse::contiguous stands.
//
// Simplified: ranges are tried whole, as alloc_contig_range() does, without its retries per page; what is
// left of a block that reaches over the range's borders goes back as single pages.
#include <algorithm>

#include "engine/buddy/page_allocator.h"

namespace pageframe {

namespace {

/// bitmap_find_next_zero_area(): the first aligned range of the area with no frame taken by cma_alloc().
Pfn find_range(const BuddyState& state, const CmaArea& area, Pfn from, Pfn frames, Pfn alignment) {
    for (Pfn start = from; start + frames <= area.start + area.frames;) {
        start = area.start + (start - area.start + alignment - 1) / alignment * alignment;
        if (start + frames > area.start + area.frames) break;
        Pfn taken = no_pfn;
        for (Pfn pfn = start; pfn < start + frames; ++pfn)
            if (state.frames[pfn].use == FrameUse::contiguous && state.frames[pfn].kind == FrameKind::allocated_head)
                taken = pfn;
        if (taken == no_pfn) return start;
        start = taken + 1;
    }
    return no_pfn;
}

}  // namespace

Pfn PageAllocator::cma_alloc(std::uint32_t frames, Order alignment_order) {
    using What = ContiguousRequest::What;
    if (state_.cma_areas.empty()) {
        emitter_.tell(ContiguousRequest{What::no_area, no_pfn, frames, no_pfn});
        return no_pfn;
    }
    const Pfn alignment = frames_in(std::min<Order>(alignment_order, largest_order));
    for (const CmaArea& area : state_.cma_areas) {
        if (frames == 0 || frames > area.frames) continue;
        for (Pfn from = area.start;;) {
            const Pfn start = find_range(state_, area, from, frames, alignment);
            if (start == no_pfn) break;
            emitter_.tell(ContiguousRequest{What::trying, start, frames, no_pfn});
            Pfn blocker = no_pfn;
            if (alloc_contiguous_range(start, start + frames, blocker)) {
                emitter_.tell(ContiguousRequest{What::got, start, frames, no_pfn});
                return start;
            }
            emitter_.tell(ContiguousRequest{What::busy, start, frames, blocker});
            from = start + alignment;
        }
    }
    emitter_.tell(ContiguousRequest{What::no_room, no_pfn, frames, no_pfn});
    return no_pfn;
}

/// free_contig_range(): page by page, by the CPU's lists.
bool PageAllocator::cma_release(Pfn pfn, std::uint32_t frames) {
    for (Pfn i = 0; i < frames; ++i) {
        const bool ours = pfn + i < state_.frame_count() && state_.frames[pfn + i].kind == FrameKind::allocated_head &&
                          state_.frames[pfn + i].use == FrameUse::contiguous;
        if (!ours) {
            const bool exists = pfn + i < state_.frame_count();
            mistake({exists ? pfn + i : no_pfn, exists ? state_.frames[pfn + i].operation : no_operation, no_operation,
                     PageMistake::Kind::not_contiguous, 0, 0,
                     exists ? state_.frames[pfn + i].kind : FrameKind::absent});
            return false;
        }
        free_prepared(pfn + i, 0, state_.frames[pfn + i].operation);
    }
    return true;
}

bool PageAllocator::alloc_contiguous_range(Pfn start, Pfn end, Pfn& blocker) {
    const ZoneId id = state_.zone_of(start);
    const Pfn first_block = block_start(start, pageblock_order);
    const Pfn last_block = block_start(end - 1, pageblock_order);
    // has_unmovable_pages(): nothing is closed for a range that can't be emptied.
    for (Pfn pfn = start; pfn < end; ++pfn) {
        const PageFrame& frame = state_.frames[find_block(state_, pfn).head];
        if (frame.kind == FrameKind::allocated_head && frame.use != FrameUse::lru && frame.use != FrameUse::movable) {
            blocker = pfn;
            return false;
        }
    }
    for (Pfn block = first_block; block <= last_block; block += pageblock_frames) isolate_pageblock(id, block);
    drain_all_pages();
    const bool emptied = migrate_range(id, start, end, blocker);
    if (emptied) take_range(id, start, end);
    for (Pfn block = first_block; block <= last_block; block += pageblock_frames) open_pageblock(id, block);
    return emptied;
}

/// set_migratetype_isolate(): its free blocks are neither on anyone's list nor counted as free.
void PageAllocator::isolate_pageblock(ZoneId id, Pfn block) {
    lock(TakeLock::Lock::zone, id);
    const Migratetype type = state_.pageblock_type(block);
    emitter_.emit(IsolatePageblock{block, id, type, true});
    const Pfn moved = move_free_pages_block(id, block, Migratetype::isolate).free;
    if (moved != 0) count_free(id, -static_cast<std::int32_t>(moved), type);
}

/// unset_migratetype_isolate()
void PageAllocator::open_pageblock(ZoneId id, Pfn block) {
    lock(TakeLock::Lock::zone, id);
    const PageFrame& frame = state_.frames[block];
    Pfn buddy = 0;
    if (frame.kind == FrameKind::free_head && frame.order >= pageblock_order && frame.order < largest_order &&
        find_buddy(id, block, frame.order, buddy) && state_.pageblock_type(buddy) != Migratetype::isolate) {
        // A whole free pageblock whose buddy is free and open: put back so that they merge.
        const Order order = frame.order;
        emitter_.emit(IsolateFreeBlock{block, id, order, frame.migratetype});
        emitter_.emit(IsolatePageblock{block, id, Migratetype::cma, false});
        merge_and_add(id, writable_own_pages(id), block, emitter_.writable(&BuddyState::frames, block), order,
                      Migratetype::cma, FreeFlag::to_tail);
        return;
    }
    const Pfn moved = move_free_pages_block(id, block, Migratetype::cma).free;
    if (moved != 0) count_free(id, static_cast<std::int32_t>(moved), Migratetype::cma);
    emitter_.emit(IsolatePageblock{block, id, Migratetype::cma, false});
}

/// __alloc_contig_migrate_range(): every page on loan moves to memory outside.
bool PageAllocator::migrate_range(ZoneId id, Pfn start, Pfn end, Pfn& blocker) {
    for (Pfn pfn = start; pfn < end;) {
        const BlockReference block = find_block(state_, pfn);
        const PageFrame& frame = state_.frames[block.head];
        if (frame.kind == FrameKind::allocated_head) {
            // alloc_migration_target()
            const Order order = block.order;
            const Pfn to = alloc_pages(gfp::user | gfp::movable | gfp::retry_mayfail, order, zone(id).node);
            if (to == no_pfn) {
                blocker = block.head;
                return false;
            }
            move_page(block.head, to, order);
        }
        pfn = block.head + frames_in(block.order);
    }
    drain_all_pages();  // what moved out waits on this CPU's list
    return true;
}

/// isolate_freepages_range(), and what reaches over the borders goes back: free_contig_range().
void PageAllocator::take_range(ZoneId id, Pfn start, Pfn end) {
    Pfn outer_start = find_block(state_, start).head;
    Pfn pfn = outer_start;
    while (pfn < end) {
        const Order order = state_.frames[pfn].order;
        emitter_.emit(TakeContiguous{pfn, id, order});
        pfn += frames_in(order);
    }
    for (Pfn before = outer_start; before < start; ++before) free_prepared(before, 0, state_.operation);
    for (Pfn after = end; after < pfn; ++after) free_prepared(after, 0, state_.operation);
}

}  // namespace pageframe
