// Doubly linked lists of block heads, linked through the frames: what list_head is in the kernel.
// Only events use these: they mutate.
//
//     BlockList {head, tail, count}      head <-> frame <-> frame <-> tail
//
// A reference to a frame that is to be written outlives writes to others: its chunk is the state's own by then.
#pragma once

#include "engine/buddy/buddy.h"

namespace pageframe {

enum class ListEnd : std::uint8_t { head, tail };

/// Links a frame that is on no list. `frame` is pfn's, to be written.
inline void list_add(ChunkArray<PageFrame>& frames, BlockList& list, Pfn pfn, PageFrame& frame, ListEnd end) {
    if (end == ListEnd::head) {
        frame.previous = no_pfn;
        frame.next = list.head;
        if (list.head != no_pfn)
            frames.write(list.head).previous = pfn;
        else
            list.tail = pfn;
        list.head = pfn;
    } else {
        frame.next = no_pfn;
        frame.previous = list.tail;
        if (list.tail != no_pfn)
            frames.write(list.tail).next = pfn;
        else
            list.head = pfn;
        list.tail = pfn;
    }
    ++list.count;
}

/// Unlinks a frame that is on this list.
inline void list_remove(ChunkArray<PageFrame>& frames, BlockList& list, PageFrame& frame) {
    const Pfn next = frame.next;
    const Pfn previous = frame.previous;
    if (previous != no_pfn)
        frames.write(previous).next = next;
    else
        list.head = next;
    if (next != no_pfn)
        frames.write(next).previous = previous;
    else
        list.tail = previous;
    --list.count;
    frame.next = frame.previous = no_pfn;
}

inline BlockList& free_list(Zone& zone, Order order, Migratetype type) {
    return zone.free_area[order].lists[static_cast<unsigned>(type)];
}
inline const BlockList& free_list(const Zone& zone, Order order, Migratetype type) {
    return zone.free_area[order].lists[static_cast<unsigned>(type)];
}

/// add_to_free_list(): the block is free.
inline void add_to_free_list(BuddyState& state, ZoneId id, Order order, Migratetype type, Pfn pfn, PageFrame& frame,
                             ListEnd end) {
    Zone& zone = state.zones[id];
    ++zone.free_area[order].nr_free;
    zone.orders_listed[static_cast<unsigned>(type)] |= static_cast<std::uint16_t>(1U << order);
    list_add(state.frames, free_list(zone, order, type), pfn, frame, end);
    frame.kind = FrameKind::free_head;
    frame.order = order;
    frame.migratetype = type;
}

/// del_page_from_free_list(): the block is free no more; what it is from here on is the caller's to say.
inline void delete_from_free_list(BuddyState& state, ZoneId id, Order order, PageFrame& frame) {
    Zone& zone = state.zones[id];
    --zone.free_area[order].nr_free;
    BlockList& list = free_list(zone, order, frame.migratetype);
    list_remove(state.frames, list, frame);
    // No branch: nobody could foresee it.
    const unsigned emptied = list.count == 0 ? 1U : 0U;
    zone.orders_listed[static_cast<unsigned>(frame.migratetype)] &= static_cast<std::uint16_t>(~(emptied << order));
}

/// order_to_pindex(): which per-CPU list a block of `order` is kept on. Order 0..3 or pageblock_order.
constexpr unsigned per_cpu_list_of(Order order, Migratetype type) {
    constexpr unsigned first_huge = 12;
    // Both are computed and one is chosen: a branch on the order would be guessed.
    const unsigned small = per_cpu_migratetype_count * order + static_cast<unsigned>(type);
    const unsigned huge = first_huge + (type == Migratetype::movable ? 1U : 0U);
    return order == pageblock_order ? huge : small;
}
/// pindex_to_order()
constexpr Order order_of_per_cpu_list(unsigned list) {
    return list >= 12 ? pageblock_order : static_cast<Order>(list / per_cpu_migratetype_count);
}
/// pcp_allowed_order(): cheap orders and huge pages go through the per-CPU lists.
/// One test: orders come in no order that a processor could foresee.
constexpr bool per_cpu_order(Order order) { return (0b1111U | 1U << pageblock_order) >> order & 1U; }

}  // namespace pageframe
