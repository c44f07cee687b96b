// Compaction: movable pages go to the zone's end, so that whole blocks come free at its start.
// mm/compaction.c: compact_zone(), isolate_migratepages(), isolate_freepages(), compaction_suitable(),
// try_to_compact_pages(); __isolate_free_page() of mm/page_alloc.c.
//
//     zone  |m.m..u.m|m.mm.m..|........|...m....|.m......|
//            migrate_pfn -->                 <-- free_pfn
//            movable pages are taken          free frames are taken
//            in ascending order               in descending pageblocks
//
// The end: a block of the wanted order is on a list, or the scanners meet.
//
// Simplified: both scanners start at the zone's ends each time (the kernel remembers where it was, skips
// pageblocks it failed in and defers after failures), and neither tries the free lists for a shortcut
// (fast_find_migrateblock(), fast_isolate_freepages(), the capture of a freed block by the waiting request).
#include <algorithm>

#include "engine/buddy/fragmentation.h"
#include "engine/buddy/page_allocator.h"

namespace pageframe {

namespace {
constexpr Pfn cluster_most = 32;              // COMPACT_CLUSTER_MAX
constexpr int fragmentation_threshold = 500;  // vm.extfrag_threshold
}  // namespace

/// compaction_suitable(): Compact::What::started when it is worth a try.
Compact::What PageAllocator::compaction_worth(ZoneId id, const Request& request, std::uint32_t alloc_flags) const {
    const Zone& z = zone(id);
    const Order order = request.order;
    const std::int64_t free_pages = std::max<std::int64_t>(z.free_pages, 0);
    const auto mark = static_cast<Watermark>(std::min(alloc_flags & watermark_mask, 2U));
    if (watermark_ok(z, order, z.watermark_pages(mark), request.highest_zone, alloc_flags, free_pages))
        return Compact::What::skipped_suitable;
    const std::uint32_t gap = 2U << order;  // compact_gap(): room for both scanners
    const std::uint32_t least = z.watermark_pages(order > 3 ? Watermark::low : Watermark::min) + gap;
    if (!watermark_ok(z, 0, least, request.highest_zone, cma_allowed, free_pages))
        return Compact::What::skipped_few_free;
    if (order > 3) {
        const int index = fragmentation_index(z, order);
        if (index >= 0 && index <= fragmentation_threshold) return Compact::What::skipped_not_fragmented;
    }
    return Compact::What::started;
}

/// try_to_compact_pages() and the attempt after it: __alloc_pages_direct_compact().
Pfn PageAllocator::direct_compact(const Request& request, std::uint32_t alloc_flags, bool sync) {
    if (request.order == 0) return no_pfn;
    for (std::uint8_t i = request.preferred; i < request.zonelist->count; ++i) {
        const ZoneId id = request.zonelist->zones[i];
        if (zone(id).kind > request.highest_zone) continue;
        const Compact::What worth = compaction_worth(id, request, alloc_flags);
        if (worth != Compact::What::started) {
            emitter_.tell(Compact{worth, id, request.order, sync, 0, 0, 0});
            continue;
        }
        Compaction compaction{id, request.order, request.migratetype, sync, true};
        if (compact_zone(compaction) == Compact::What::succeeded) break;
    }
    return get_page_from_freelist(request, alloc_flags);
}

void PageAllocator::compact_memory() {
    for (ZoneId id = 0; id < state_.zones.size(); ++id) {
        Compaction compaction{id, order_count, Migratetype::movable, true, false};
        compact_zone(compaction);
    }
}

Compact::What PageAllocator::compact_zone(Compaction& compaction) {
    const Zone& z = zone(compaction.zone);
    compaction.migrate_pfn = z.start;
    compaction.free_pfn = block_start(z.start + z.spanned - 1, pageblock_order);
    compaction.free_at = compaction.free_pfn;
    emitter_.tell(Compact{Compact::What::started, compaction.zone, compaction.order, compaction.sync, 0, 0, 0});
    using What = Compact::What;
    What result = What::started;
    Pfn last_migrated = no_pfn;
    while ((result = compact_finished(compaction)) == What::started) {
        const Pfn began_at = compaction.migrate_pfn;
        isolate_migrate_pages(compaction);
        if (!compaction.migrate_pages.empty()) {
            last_migrated = began_at;
            if (!migrate_isolated(compaction) && !scanners_met(compaction)) {
                result = What::no_target;
                break;
            }
        }
        // Where a block of the wanted order is behind the scanner, what waits on the CPU's list is let go.
        if (compaction.order > 0 && compaction.order < order_count && last_migrated != no_pfn &&
            last_migrated < block_start(compaction.migrate_pfn, compaction.order)) {
            drain_zone(compaction.zone, cpu_);
            last_migrated = no_pfn;
        }
    }
    for (Pfn pfn : compaction.free_pages) free_prepared(pfn, 0, state_.operation);  // release_freepages()
    compaction.free_pages.clear();
    emitter_.tell(Compact{result, compaction.zone, compaction.order, compaction.sync, compaction.migrate_pfn,
                          compaction.free_pfn, compaction.moved});
    return result;
}

bool PageAllocator::scanners_met(const Compaction& compaction) const {
    return (compaction.free_pfn >> pageblock_order) <= (compaction.migrate_pfn >> pageblock_order);
}

/// __compact_finished(): started means "go on".
Compact::What PageAllocator::compact_finished(const Compaction& compaction) const {
    using What = Compact::What;
    if (scanners_met(compaction)) return What::scanners_met;
    if (compaction.order >= order_count) return What::started;
    if (compaction.migrate_pfn % pageblock_frames != 0) return What::started;  // finish the pageblock
    const Zone& z = zone(compaction.zone);
    for (unsigned order = compaction.order; order < order_count; ++order) {
        const FreeArea& area = z.free_area[order];
        if (area.lists[static_cast<unsigned>(compaction.migratetype)].count != 0) return What::succeeded;
        if (compaction.migratetype == Migratetype::movable &&
            area.lists[static_cast<unsigned>(Migratetype::cma)].count != 0)
            return What::succeeded;
        const Fallback fallback = find_fallback(z, static_cast<Order>(order), compaction.migratetype);
        if (fallback.found && fallback.can_steal) return What::succeeded;
    }
    return What::started;
}

/// isolate_migratepages(): the next pageblock with something to move.
void PageAllocator::isolate_migrate_pages(Compaction& compaction) {
    const Zone& z = zone(compaction.zone);
    Pfn low = compaction.migrate_pfn;
    Pfn end = block_start(low, pageblock_order) + pageblock_frames;
    for (; end <= compaction.free_pfn; low = end, compaction.migrate_pfn = end, end += pageblock_frames) {
        if (!z.contains(low)) continue;
        const Migratetype type = state_.pageblock_type(low);
        const Migratetype wanted =
            compaction.migratetype == Migratetype::movable ? Migratetype::movable : compaction.migratetype;
        const bool fits = type == wanted || (wanted == Migratetype::movable && type == Migratetype::cma);
        if (compaction.direct && !compaction.sync && !fits) continue;
        isolate_block(compaction, low, end);
        return;
    }
}

/// isolate_migratepages_block(): up to 32 movable pages of one pageblock. An impatient scan leaves an aligned
/// block of the wanted order as soon as something in it can't move.
void PageAllocator::isolate_block(Compaction& compaction, Pfn low, Pfn end) {
    const bool skip_on_failure = compaction.direct && !compaction.sync && compaction.order < order_count;
    Pfn next_skip = 0;
    for (; low < end; ++low) {
        if (skip_on_failure && low >= next_skip) {
            if (!compaction.migrate_pages.empty()) break;
            next_skip = block_start(low, compaction.order) + frames_in(compaction.order);
        }
        const PageFrame& frame = state_.frames[low];
        if (frame.kind == FrameKind::free_head) {
            low += frames_in(frame.order) - 1;
            continue;
        }
        if (frame.kind == FrameKind::allocated_head && frame.order == 0 &&
            (frame.use == FrameUse::lru || frame.use == FrameUse::movable)) {
            compaction.migrate_pages.push_back(low);
            if (compaction.migrate_pages.size() >= cluster_most) {
                ++low;
                break;
            }
            continue;
        }
        if (frame.kind == FrameKind::allocated_head) {
            emitter_.tell(CompactBlocked{low, frame.operation, frame.order});
            low += frames_in(frame.order) - 1;
        }
        if (!skip_on_failure) continue;
        compaction.migrate_pages.clear();  // putback_movable_pages(): nothing of this block will come free
        if (low + 1 < next_skip) low = next_skip - 1;
    }
    compaction.migrate_pfn = std::min(low, end);
}

/// migrate_pages() with compaction_alloc(). False when there was no room for some.
bool PageAllocator::migrate_isolated(Compaction& compaction) {
    bool all = true;
    std::size_t left = compaction.migrate_pages.size();
    for (Pfn from : compaction.migrate_pages) {
        if (compaction.free_pages.empty()) isolate_free_pages(compaction, static_cast<Pfn>(left));
        --left;
        if (compaction.free_pages.empty()) {
            all = false;
            continue;
        }
        const Pfn to = compaction.free_pages.back();
        compaction.free_pages.pop_back();
        move_page(from, to, 0);
        ++compaction.moved;
    }
    compaction.migrate_pages.clear();
    return all;
}

/// The contents and the owner go to `to`; the frames left behind are freed.
void PageAllocator::move_page(Pfn from, Pfn to, Order order) {
    const OperationNumber owner = state_.frames[from].operation;
    emitter_.emit(MovePage{from, to, owner, order});
    if (moves_ != nullptr) moves_->push_back({from, to, owner});
    free_prepared(from, order, owner);
}

/// isolate_freepages(): free frames from the highest suitable pageblock, as single pages.
void PageAllocator::isolate_free_pages(Compaction& compaction, Pfn wanted) {
    const Zone& z = zone(compaction.zone);
    const Pfn lowest = block_start(compaction.migrate_pfn, pageblock_order) + pageblock_frames;
    const Pfn zone_end = z.start + z.spanned;
    Pfn stride = compaction.sync ? 1 : cluster_most;
    Pfn block = block_start(compaction.free_at, pageblock_order);
    Pfn at = compaction.free_at;
    for (; block >= lowest && block >= block_start(z.start, pageblock_order); block -= pageblock_frames, at = block) {
        const Pfn end = std::min(block + pageblock_frames, zone_end);
        const PageFrame& first = state_.frames[block];
        const bool whole_free = first.kind == FrameKind::free_head && first.order >= pageblock_order;
        const Migratetype type = state_.pageblock_type(block);
        if (whole_free || (type != Migratetype::movable && type != Migratetype::cma) || block < z.start) continue;
        const std::size_t before = compaction.free_pages.size();
        at = take_free_pages(compaction, at, end, stride, wanted);
        if (compaction.free_pages.size() >= wanted) {
            if (at >= end) at = block - pageblock_frames;
            break;
        }
        if (at < end) break;  // watermarks forbid more
        stride = compaction.free_pages.size() != before ? 1 : std::min(cluster_most, stride << 1);
        if (block < pageblock_frames) break;
    }
    compaction.free_at = at;
    compaction.free_pfn = block_start(at, pageblock_order);
    // Blocks become single pages; the last of the last block is used first.
}

/// isolate_freepages_block(): returns where it stopped.
Pfn PageAllocator::take_free_pages(Compaction& compaction, Pfn at, Pfn end, Pfn stride, Pfn wanted) {
    const ZoneId id = compaction.zone;
    for (; at < end; at += stride) {
        const PageFrame& frame = state_.frames[at];
        if (frame.kind != FrameKind::free_head) continue;
        const Order order = frame.order;
        if (!isolate_free_block(id, at)) return at;
        if (order != 0) emitter_.emit(SplitPage{at, order});
        for (Pfn i = 0; i < frames_in(order); ++i) compaction.free_pages.push_back(at + i);
        at += frames_in(order) - 1;
        if (compaction.free_pages.size() >= wanted) return std::min(at + 1, end);
    }
    return end;
}

/// __isolate_free_page(): obeys the min watermark as if the block were allocated.
bool PageAllocator::isolate_free_block(ZoneId id, Pfn pfn) {
    const Zone& z = zone(id);
    const PageFrame frame = state_.frames[pfn];
    const std::uint32_t least = z.watermark[0] + frames_in(frame.order);
    if (!watermark_ok(z, 0, least, ZoneKind::dma, cma_allowed, std::max<std::int64_t>(z.free_pages, 0))) return false;
    count_free(id, -static_cast<std::int32_t>(frames_in(frame.order)), state_.pageblock_type(pfn));
    emitter_.emit(IsolateFreeBlock{pfn, id, frame.order, frame.migratetype});
    if (frame.order >= pageblock_order - 1)
        for (Pfn block = block_start(pfn, pageblock_order); block < pfn + frames_in(frame.order);
             block += pageblock_frames)
            if (static_cast<unsigned>(state_.pageblock_type(block)) < per_cpu_migratetype_count)
                set_pageblock_type(block, Migratetype::movable);
    return true;
}

}  // namespace pageframe
