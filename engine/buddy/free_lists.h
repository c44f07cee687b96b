// Doubly linked lists of block heads, linked through the frames: what list_head is in the kernel.
// Only events use these: they mutate.
//
//     BlockList {head, tail, count}      head <-> frame <-> frame <-> tail
#pragma once

#include "engine/buddy/buddy.h"

namespace pageframe {

enum class ListEnd : std::uint8_t { head, tail };

/// Links a frame that is on no list, and returns it.
inline PageFrame& list_add(ChunkArray<PageFrame>& frames, BlockList& list, Pfn pfn, ListEnd end) {
    PageFrame& frame = frames.write(pfn);
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
    return frame;  // its chunk is ours since the first write, so the reference outlives the others
}

/// Unlinks a frame that is on this list, and returns it.
inline PageFrame& list_remove(ChunkArray<PageFrame>& frames, BlockList& list, Pfn pfn) {
    PageFrame& frame = frames.write(pfn);
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
    return frame;
}

inline BlockList& free_list(Zone& zone, Order order, Migratetype type) {
    return zone.free_area[order].lists[static_cast<unsigned>(type)];
}
inline const BlockList& free_list(const Zone& zone, Order order, Migratetype type) {
    return zone.free_area[order].lists[static_cast<unsigned>(type)];
}

/// order_to_pindex(): which per-CPU list a block of `order` is kept on. Order 0..3 or pageblock_order.
constexpr unsigned per_cpu_list_of(Order order, Migratetype type) {
    if (order == pageblock_order) return 12U + (type == Migratetype::movable ? 1U : 0U);
    return per_cpu_migratetype_count * order + static_cast<unsigned>(type);
}
/// pindex_to_order()
constexpr Order order_of_per_cpu_list(unsigned list) {
    return list >= 12 ? pageblock_order : static_cast<Order>(list / per_cpu_migratetype_count);
}
/// pcp_allowed_order(): cheap orders and huge pages go through the per-CPU lists.
/// One test: orders come in no order that a processor could foresee.
constexpr bool per_cpu_order(Order order) { return (0b1111U | 1U << pageblock_order) >> order & 1U; }

}  // namespace pageframe
