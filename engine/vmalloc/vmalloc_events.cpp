// The mutations of vmalloc's events that are too long for a header.
#include "engine/vmalloc/vmalloc_events.h"

#include <algorithm>

namespace pageframe {

namespace {

void append_to_queue(VmallocState& state, VmapBlockIndex index) {
    VmapBlock& block = state.blocks.write(index);
    VmapQueue& queue = state.queues[block.cpu];
    block.queued = true;
    block.next = no_vmap_block;
    block.previous = queue.tail;
    if (queue.tail == no_vmap_block)
        queue.head = index;
    else
        state.blocks.write(queue.tail).next = index;
    queue.tail = index;
}

void remove_from_queue(VmallocState& state, VmapBlockIndex index) {
    const VmapBlock block = state.blocks[index];
    if (!block.queued) return;
    VmapQueue& queue = state.queues[block.cpu];
    (block.previous == no_vmap_block ? queue.head : state.blocks.write(block.previous).next) = block.next;
    (block.next == no_vmap_block ? queue.tail : state.blocks.write(block.next).previous) = block.previous;
    VmapBlock& changed = state.blocks.write(index);
    changed.queued = false;
    changed.next = changed.previous = no_vmap_block;
}

}  // namespace

void StartVmalloc::apply(VmallocState& state) const {
    state.started = true;
    state.queues.assign(cpus, {});
    const AreaIndex all = take_area_record(state);
    state.areas.write(all).start = 1;
    state.areas.write(all).end = ~std::uint64_t{0};
    insert_area(state, AreaTree::free, all);
}

void AddBusyArea::apply(VmallocState& state) const {
    const AreaIndex area = take_area_record(state);
    VmapArea& record = state.areas.write(area);
    record.start = start;
    record.end = end;
    record.operation = operation;
    record.flags = flags;
    record.has_vm = has_vm;
    insert_area(state, AreaTree::busy, area);
}

void ReleaseArea::apply(VmallocState& state) const {
    remove_area(state, area);
    VmapArea& record = state.areas.write(area);
    const std::uint64_t from = record.start;
    const std::uint64_t to = record.end;
    record = {};
    record.start = from;
    record.end = to;
    record.operation = operation;
    state.lazy_pages += (to - from) >> page_shift;
    merge_or_add_area(state, AreaTree::lazy, area);
}

void NewBlock::apply(VmallocState& state) const {
    VmapBlockIndex index = state.unused_block;
    if (index != no_vmap_block) {
        state.unused_block = state.blocks[index].next;
    } else {
        index = state.blocks_used++;
        if (index >= state.blocks.size()) state.blocks.grow(std::max<std::size_t>(64, 2 * state.blocks.size()), {});
    }
    VmapBlock& block = state.blocks.write(index);
    block = {};
    block.area = area;
    block.cpu = cpu;
    block.free = vmap_block_pages;
    block.dirty_min = vmap_block_pages;
    state.areas.write(area).block = index;
    append_to_queue(state, index);
}

void TakeFromBlock::apply(VmallocState& state) const {
    VmapBlock& changed = state.blocks.write(block);
    changed.free = static_cast<std::uint16_t>(changed.free - pages);
    if (changed.free == 0) remove_from_queue(state, block);
}

void FreeToBlock::apply(VmallocState& state) const {
    VmapBlock& changed = state.blocks.write(block);
    changed.dirty = static_cast<std::uint16_t>(changed.dirty + pages);
    changed.dirty_min = std::min(changed.dirty_min, first);
    changed.dirty_max = std::max(changed.dirty_max, static_cast<std::uint16_t>(first + pages));
}

void RetireBlock::apply(VmallocState& state) const {
    remove_from_queue(state, block);
    VmapBlock& retired = state.blocks.write(block);
    state.areas.write(retired.area).block = no_vmap_block;
    retired = {};
    retired.next = state.unused_block;
    state.unused_block = block;
}

}  // namespace pageframe
