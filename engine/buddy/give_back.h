// A block comes back: free_the_page(), __free_pages_ok(), __free_one_page().
//
//     order 5:  [ 1088 freed ][ 1120 free ]     the buddy of 1088 is 1088 ^ 32 = 1120: free, same order
//     order 6:  [      1088 .. 1151       ]     so they merge, and the search goes on at order 6
#pragma once

#include "engine/buddy/page_decisions.h"

namespace pageframe {

/// find_buddy_page_pfn(): the other half, if it is free as a whole and of the same zone.
template <class Self, class Emitter>
[[gnu::always_inline]] inline bool PageDecisions<Self, Emitter>::find_buddy(ZoneId id, Pfn pfn, Order order,
                                                                            Pfn& buddy) const {
    buddy = pfn ^ frames_in(order);
    if (buddy >= state_.frame_count()) return false;
    const PageFrame& frame = state_.frames[buddy];
    return frame.kind == FrameKind::free_head && frame.order == order && zone(id).contains(buddy);
}

/// free_the_page(): by the CPU's lists or straight to the zone.
template <class Self, class Emitter>
void PageDecisions<Self, Emitter>::free_prepared(Pfn pfn, PageFrame& frame, Order order, OperationNumber taken_by) {
    const ZoneId id = state_.zone_of(pfn);
    const Migratetype type = state_.pageblock_type(pfn);
    emitter_.emit_on(TakeBack{pfn, state_.operation, taken_by, order, type}, frame);
    if (state_.per_cpu_lists && per_cpu_order(order))
        free_to_cpu(id, pfn, frame, order, type);
    else
        free_one_page(id, pfn, frame, order, type, FreeFlag::none);
}

template <class Self, class Emitter>
void PageDecisions<Self, Emitter>::free_one_page(ZoneId id, Pfn pfn, PageFrame& frame, Order order,
                                                 Migratetype migratetype, FreeFlag flag) {
    PerCpuPages& own = writable_own_pages(id);
    lock(TakeLock::Lock::zone, id, own);
    merge_and_add(id, own, pfn, frame, order, migratetype, flag);
}

/// buddy_merge_likely(): is the block one order up waiting for just this merge?
template <class Self, class Emitter>
bool PageDecisions<Self, Emitter>::merge_likely(ZoneId id, Pfn pfn, Pfn buddy, Order order) const {
    if (order >= largest_order - 1) return false;
    Pfn higher_buddy = 0;
    return find_buddy(id, pfn & buddy, static_cast<Order>(order + 1), higher_buddy);
}

/// __free_one_page()
template <class Self, class Emitter>
void PageDecisions<Self, Emitter>::merge_and_add(ZoneId id, PerCpuPages& own, Pfn pfn, PageFrame& frame, Order order,
                                                 Migratetype migratetype, FreeFlag flag) {
    if (migratetype != Migratetype::isolate)
        count_free(id, static_cast<std::int32_t>(frames_in(order)), migratetype, own);

    PageFrame* head = &frame;
    Pfn buddy = 0;
    while (order < largest_order) {
        if (!find_buddy(id, pfn, order, buddy)) break;
        if (order >= pageblock_order) {
            // Whole pageblocks merge only where their types may mix.
            const Migratetype other = state_.pageblock_type(buddy);
            const auto mergeable = [](Migratetype t) { return static_cast<unsigned>(t) < per_cpu_migratetype_count; };
            if (migratetype != other && (!mergeable(migratetype) || !mergeable(other))) break;
        }
        PageFrame& other = emitter_.writable(&BuddyState::frames, buddy);
        emitter_.emit_on(MergeBuddy{pfn, buddy, id, order}, *head, other);
        if (buddy < pfn) head = &other;
        pfn &= buddy;
        ++order;
    }

    using Why = AddFreeBlock::Why;
    Why why = Why::head;
    if (flag == FreeFlag::to_tail)
        why = Why::surplus;
    else if (merge_likely(id, pfn, buddy, order))
        why = Why::merge_likely;
    emitter_.emit_on(AddFreeBlock{pfn, id, order, migratetype, why}, *head);
}

}  // namespace pageframe
