// Purging what was freed lazily, and vm_map_ram()'s blocks: __purge_vmap_area_lazy(), drain_vmap_area_work(),
// _vm_unmap_aliases(), vb_alloc(), vb_free(), purge_fragmented_blocks().
#include <algorithm>
#include <bit>

#include "engine/vmalloc/vmalloc_allocator.h"

namespace pageframe {

void VmallocAllocator::run_drain() {
    if (!drain_is_due()) return;
    do {
        purge_lazy(~std::uint64_t{0}, 0, PurgeBegins::Why::drain);
    } while (state_.lazy_pages > state_.lazy_max_pages());
}

/// One flush for all of them: a range from the first to the last, and what else the caller wants flushed.
bool VmallocAllocator::purge_lazy(std::uint64_t start, std::uint64_t end, PurgeBegins::Why why) {
    const AreaIndex first = first_area(state_, AreaTree::lazy);
    if (first == no_vmap_area) {
        if (why == PurgeBegins::Why::drain) emitter_.emit(PurgeBegins{0, 0, 0, why});
        return false;
    }
    std::vector<AreaIndex> areas;
    for (AreaIndex at = first; at != no_vmap_area; at = next_area(state_, at)) areas.push_back(at);
    start = std::min(start, state_.areas[first].start);
    end = std::max(end, state_.areas[areas.back()].end);
    emitter_.emit(PurgeBegins{start, end, static_cast<std::uint32_t>(areas.size()), why});
    mmu_.flush_kernel_range(start, end);
    for (AreaIndex area : areas) {
        const VmapArea record = state_.areas[area];
        emitter_.emit(PurgeArea{record.start, record.end, area});
    }
    return true;
}

void VmallocAllocator::vm_unmap_aliases() {
    start();
    std::uint64_t from = ~std::uint64_t{0};
    std::uint64_t to = 0;
    bool flush = false;
    for (const VmapQueue& queue : state_.queues)
        for (VmapBlockIndex at = queue.head; at != no_vmap_block; at = state_.blocks[at].next) {
            const VmapBlock& block = state_.blocks[at];
            if (block.dirty == 0 || block.dirty == vmap_block_pages) continue;
            const std::uint64_t base = state_.areas[block.area].start;
            from = std::min(from, base + block.dirty_min * page_size);
            to = std::max(to, base + block.dirty_max * page_size);
            flush = true;
        }
    purge_fragmented_blocks();
    if (!purge_lazy(from, to, PurgeBegins::Why::asked) && flush) mmu_.flush_kernel_range(from, to);
}

/// Blocks of which nothing is in use but not all was handed out: they would wait for ever.
void VmallocAllocator::purge_fragmented_blocks() {
    std::vector<VmapBlockIndex> found;
    for (const VmapQueue& queue : state_.queues)
        for (VmapBlockIndex at = queue.head; at != no_vmap_block; at = state_.blocks[at].next) {
            const VmapBlock& block = state_.blocks[at];
            if (block.free + block.dirty == static_cast<int>(vmap_block_pages) && block.dirty != vmap_block_pages)
                found.push_back(at);
        }
    for (VmapBlockIndex block : found) retire_block(block);
}

void VmallocAllocator::retire_block(VmapBlockIndex block) {
    const AreaIndex area = state_.blocks[block].area;
    emitter_.emit(RetireBlock{block, state_.blocks[block].free});
    release_area(area);
}

// ---------------------------------------------------------------- blocks

VmapBlockIndex VmallocAllocator::block_with_room(std::uint32_t pages) const {
    VmapBlockIndex at = state_.queues[cpu_].head;
    while (at != no_vmap_block && state_.blocks[at].free < pages) at = state_.blocks[at].next;
    return at;
}

/// vb_alloc(): `pages` is a power of two. 0: no room in the address space.
std::uint64_t VmallocAllocator::take_from_block(std::uint32_t pages) {
    VmapBlockIndex block = block_with_room(pages);
    if (block == no_vmap_block) {
        emitter_.tell(RequestArea{vmap_block_bytes, vmap_block_bytes, vmap_block_bytes, false});
        const AreaIndex area = take_area(vmap_block_bytes, vmap_block_bytes, 0, false);
        if (area == no_vmap_area) return 0;
        emitter_.emit(NewBlock{state_.areas[area].start, area, cpu_});
        block = state_.areas[area].block;
    }
    const VmapBlock& record = state_.blocks[block];
    const std::uint64_t address = state_.areas[record.area].start + (vmap_block_pages - record.free) * page_size;
    emitter_.emit(TakeFromBlock{address, block, static_cast<std::uint16_t>(pages)});
    return address;
}

std::uint64_t VmallocAllocator::vm_map_ram() {
    start();
    const std::vector<Pfn> frames = named_pages();
    const auto count = static_cast<std::uint32_t>(frames.size());
    const std::uint64_t bytes = std::uint64_t{count} << page_shift;
    if (count == 0) return fail(0, VmallocFailed::Reason::no_page_list);
    std::uint64_t address = 0;
    if (count <= vmap_max_alloc) {
        address = take_from_block(std::bit_ceil(count));
    } else {
        emitter_.tell(RequestArea{bytes, bytes, page_size, false});
        const AreaIndex area = take_area(bytes, page_size, 0, false);
        if (area != no_vmap_area) address = state_.areas[area].start;
    }
    if (address == 0) return fail(bytes, VmallocFailed::Reason::no_addresses);
    if (map_pages(address, frames, pte::kernel, 0)) return address;
    vm_unmap_ram(address, count);
    return fail(bytes, why_not_mapped(frames));
}

void VmallocAllocator::vm_unmap_ram(std::uint64_t address, std::uint32_t count) {
    start();
    if (address % page_size != 0) return mistake(address, VmallocMistake::Kind::not_aligned);
    const AreaIndex area = find_area(state_, AreaTree::busy, address);
    const std::uint64_t end = address + (std::uint64_t{count} << page_shift);
    if (area == no_vmap_area || state_.areas[area].has_vm || count == 0 || end > state_.areas[area].end)
        return mistake(address, VmallocMistake::Kind::not_a_block);
    const VmapBlockIndex block = state_.areas[area].block;
    if (count > vmap_max_alloc || block == no_vmap_block) {
        if (block != no_vmap_block) return mistake(address, VmallocMistake::Kind::not_a_block);
        unmap_range(state_.areas[area].start, state_.areas[area].end, nullptr);
        return release_area(area);
    }
    const auto first = static_cast<std::uint16_t>((address - state_.areas[area].start) >> page_shift);
    const auto pages = static_cast<std::uint16_t>(std::bit_ceil(count));
    const VmapBlock& record = state_.blocks[block];
    const std::uint32_t handed_out = vmap_block_pages - record.free;
    // The kernel believes its caller; what cannot be is told here.
    if (first + pages > static_cast<int>(handed_out) || record.dirty + pages > static_cast<int>(handed_out))
        return mistake(address, VmallocMistake::Kind::not_a_block);
    unmap_range(address, end, nullptr);
    emitter_.emit(FreeToBlock{address, block, first, pages});
    if (state_.blocks[block].dirty == vmap_block_pages) retire_block(block);
}

}  // namespace pageframe
