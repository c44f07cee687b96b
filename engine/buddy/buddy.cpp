// Questions to the page allocator's state: which block a frame lies in, what the counters come to, its hash.
#include "engine/buddy/buddy.h"

namespace pageframe {

std::int64_t BuddyState::exact_free_pages(ZoneId zone) const {
    std::int64_t pages = zones[zone].free_pages;
    for (std::size_t cpu = 0; cpu < cpu_count(); ++cpu)
        pages += pages_of_cpu(zone, static_cast<CpuId>(cpu)).free_pages_differential;
    return pages;
}

BlockReference find_block(const BuddyState& state, Pfn pfn) {
    const PageFrame& frame = state.frames[pfn];
    if (frame.kind != FrameKind::interior) {
        const bool single = frame.kind == FrameKind::reserved || frame.kind == FrameKind::absent;
        return {pfn, single ? Order{0} : frame.order};
    }
    // Blocks are aligned to their size: the head is at one of ten places.
    for (Order order = 1; order < order_count; ++order) {
        const Pfn head = block_start(pfn, order);
        const PageFrame& candidate = state.frames[head];
        if (candidate.kind == FrameKind::interior) continue;
        if (candidate.kind != FrameKind::reserved && candidate.kind != FrameKind::absent &&
            pfn - head < frames_in(candidate.order))
            return {head, candidate.order};
        break;
    }
    return {pfn, 0};
}

namespace {

void hash_list(const BlockList& list, Hash& hash) {
    hash.add(list.head);
    hash.add(list.tail);
    hash.add(list.count);
}

void hash_zone(const Zone& zone, Hash& hash) {
    hash.add(zone.kind);
    hash.add(zone.node);
    for (std::uint32_t value : {zone.start, zone.spanned, zone.present, zone.managed, zone.watermark_boost,
                                zone.nr_reserved_highatomic, zone.flags, zone.isolated_pageblocks})
        hash.add(value);
    for (std::uint32_t mark : zone.watermark) hash.add(mark);
    hash.add(zone.free_pages);
    hash.add(zone.free_cma_pages);
    for (const FreeArea& area : zone.free_area) {
        hash.add(area.nr_free);
        for (const BlockList& list : area.lists) hash_list(list, hash);
    }
}

void hash_per_cpu(const PerCpuPages& pages, Hash& hash) {
    for (const BlockList& list : pages.lists) hash_list(list, hash);
    for (std::int32_t value : {pages.count, pages.high, pages.batch, pages.free_factor, pages.expire,
                               pages.free_pages_differential, pages.other_differential})
        hash.add(value);
    hash.add(pages.zone_lock_taken);
    hash.add(pages.per_cpu_lock_taken);
}

/// Links and order count only where they mean something.
void hash_frame(const PageFrame& frame, Hash& hash) {
    hash.add(frame.kind);
    hash.add(frame.operation);
    if (frame.kind == FrameKind::interior) return;
    hash.add(frame.order);
    hash.add(frame.migratetype);
    hash.add(frame.use);
    if (frame.kind != FrameKind::free_head && frame.kind != FrameKind::per_cpu_head) return;
    hash.add(frame.next);
    hash.add(frame.previous);
}

}  // namespace

void hash_buddy(const BuddyState& state, Hash& hash) {
    hash.add(state.node_count);
    for (NodeId node : state.cpu_node) hash.add(node);
    for (const Zone& zone : state.zones) hash_zone(zone, hash);
    for (ZoneId zone = 0; zone < state.zones.size(); ++zone)
        for (std::size_t cpu = 0; cpu < state.cpu_count(); ++cpu)
            hash_per_cpu(state.pages_of_cpu(zone, static_cast<CpuId>(cpu)), hash);
    for (std::size_t i = 0; i < state.pageblocks.size(); ++i) hash.add(state.pageblocks[i]);
    for (Pfn pfn = 0; pfn < state.frame_count(); ++pfn) hash_frame(state.frames[pfn], hash);
}

}  // namespace pageframe
