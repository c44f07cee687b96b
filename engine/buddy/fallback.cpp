// When a type's own lists are empty: a block of another type, and with it as much of its pageblock as
// keeps the types apart. __rmqueue_fallback(), steal_suitable_fallback(), move_freepages_block(), and the
// pageblocks kept for high-order atomic requests.
#include <algorithm>

#include "engine/buddy/page_allocator.h"

namespace pageframe {

namespace {

/// fallbacks[][]: who is asked next, for each of the three types.
constexpr Migratetype fallback_order[per_cpu_migratetype_count][2] = {
    {Migratetype::reclaimable, Migratetype::movable},    // unmovable
    {Migratetype::reclaimable, Migratetype::unmovable},  // movable
    {Migratetype::unmovable, Migratetype::movable},      // reclaimable
};

/// can_steal_fallback(): take the rest of the pageblock along?
bool may_take_pageblock(Order order, Migratetype wanted) {
    return order >= pageblock_order / 2 || wanted == Migratetype::reclaimable || wanted == Migratetype::unmovable;
}

}  // namespace

PageAllocator::Fallback PageAllocator::find_fallback(const Zone& z, Order order, Migratetype migratetype) const {
    Fallback fallback;
    const FreeArea& area = z.free_area[order];
    if (area.nr_free == 0 || static_cast<unsigned>(migratetype) >= per_cpu_migratetype_count) return fallback;
    for (Migratetype type : fallback_order[static_cast<unsigned>(migratetype)]) {
        if (area.lists[static_cast<unsigned>(type)].count == 0) continue;
        fallback.type = type;
        fallback.found = true;
        fallback.can_steal = may_take_pageblock(order, migratetype);
        return fallback;
    }
    return fallback;
}

/// True when a block has come to the wanted type's lists, so that another search will find it.
bool PageAllocator::rmqueue_fallback(ZoneId id, Order order, Migratetype migratetype, std::uint32_t alloc_flags) {
    const Zone& z = zone(id);
    const int smallest = order < pageblock_order && (alloc_flags & no_fragment) ? pageblock_order : order;
    // The largest block first: it stands for the pageblock with the most free pages.
    for (int current = largest_order; current >= smallest; --current) {
        Fallback fallback = find_fallback(z, static_cast<Order>(current), migratetype);
        if (!fallback.found) continue;
        if (!fallback.can_steal && migratetype == Migratetype::movable && current > order) {
            // Movable pages can leave again: for them the smallest block that fits does the least harm.
            for (current = order; current < order_count; ++current) {
                fallback = find_fallback(z, static_cast<Order>(current), migratetype);
                if (fallback.found) break;
            }
        }
        const Pfn pfn = free_list(z, static_cast<Order>(current), fallback.type).head;
        steal(id, pfn, order, migratetype, fallback, alloc_flags);
        return true;
    }
    return false;
}

void PageAllocator::steal(ZoneId id, Pfn pfn, Order wanted, Migratetype wanted_type, const Fallback& fallback,
                          std::uint32_t alloc_flags) {
    using Extent = StealFallback::Extent;
    const Order order = state_.frames[pfn].order;
    const Migratetype old_type = state_.pageblock_type(pfn);
    const auto tell = [&](Extent extent) {
        emitter_.tell(StealFallback{pfn, id, order, wanted, wanted_type, fallback.type, extent});
    };
    const auto take_this_block = [&] {
        emitter_.emit(MoveFreeBlock{pfn, id, order, state_.frames[pfn].migratetype, wanted_type});
    };

    if (old_type == Migratetype::highatomic) {
        tell(Extent::this_block);
        return take_this_block();
    }
    if (order >= pageblock_order) {
        tell(Extent::owned_pageblocks);
        for (Pfn block = pfn; block < pfn + frames_in(order); block += pageblock_frames)
            set_pageblock_type(block, wanted_type);
        return take_this_block();
    }
    boost_watermark(id, alloc_flags);
    if (!fallback.can_steal) {
        tell(Extent::this_block);
        return take_this_block();
    }

    tell(Extent::whole_pageblock);
    const MovedPages moved = move_free_pages_block(id, pfn, wanted_type);
    Pfn alike = 0;
    if (wanted_type == Migratetype::movable)
        alike = moved.movable;
    else if (old_type == Migratetype::movable)
        alike = pageblock_frames - (moved.free + moved.movable);
    if (moved.free == 0) return take_this_block();
    if (moved.free + alike >= pageblock_frames / 2) set_pageblock_type(pfn, wanted_type);
}

/// set_pageblock_migratetype(): always written by the kernel; told only where it changes something.
void PageAllocator::set_pageblock_type(Pfn pfn, Migratetype to) {
    const Migratetype from = state_.pageblock_type(pfn);
    if (from != to) emitter_.emit(SetPageblockType{block_start(pfn, pageblock_order), from, to});
}

bool PageAllocator::boost_watermark(ZoneId id, std::uint32_t alloc_flags) {
    const Zone& z = zone(id);
    if (state_.watermark_boost_factor == 0 || pageblock_frames * 4 > z.managed) return false;
    // mult_frac(): quotient and remainder apart, so that nothing overflows.
    const std::uint64_t high = z.watermark[static_cast<unsigned>(Watermark::high)];
    const std::uint64_t factor = state_.watermark_boost_factor;
    std::uint64_t largest = high / 10000 * factor + high % 10000 * factor / 10000;
    if (largest == 0) return false;
    largest = std::max<std::uint64_t>(pageblock_frames, largest);
    const auto boost =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(z.watermark_boost + pageblock_frames, largest));
    const bool wake = alloc_flags & kswapd;
    if (boost != z.watermark_boost || wake) emitter_.emit(BoostWatermark{boost, id, wake});
    return true;
}

/// move_freepages_block(): the pageblock's free blocks to the lists of `to`; counts what is movable there.
PageAllocator::MovedPages PageAllocator::move_free_pages_block(ZoneId id, Pfn pfn, Migratetype to) {
    MovedPages moved;
    const Zone& z = zone(id);
    Pfn first = block_start(pfn, pageblock_order);
    const Pfn last = first + pageblock_frames - 1;
    if (!z.contains(first)) first = pfn;
    if (!z.contains(last)) return moved;
    for (Pfn current = first; current <= last;) {
        const PageFrame& frame = state_.frames[current];
        if (frame.kind != FrameKind::free_head) {
            if (frame.kind == FrameKind::allocated_head &&
                (frame.use == FrameUse::lru || frame.use == FrameUse::movable))
                ++moved.movable;
            ++current;
            continue;
        }
        const Order order = frame.order;
        emitter_.emit(MoveFreeBlock{current, id, order, frame.migratetype, to});
        current += frames_in(order);
        moved.free += frames_in(order);
    }
    return moved;
}

void PageAllocator::reserve_highatomic(ZoneId id, Pfn pfn) {
    const Zone& z = zone(id);
    const std::uint32_t most = z.managed / 100 + pageblock_frames;
    if (z.nr_reserved_highatomic >= most) return;
    lock(TakeLock::Lock::zone, id);
    const Migratetype type = state_.pageblock_type(pfn);
    if (static_cast<unsigned>(type) >= per_cpu_migratetype_count) return;
    emitter_.emit(ReserveHighatomic{pfn, z.nr_reserved_highatomic + pageblock_frames, id});
    set_pageblock_type(pfn, Migratetype::highatomic);
    move_free_pages_block(id, pfn, Migratetype::highatomic);
}

/// unreserve_highatomic_pageblock(): under pressure a reserved pageblock goes back to general use.
bool PageAllocator::unreserve_highatomic(const Request& request, bool force) {
    for (std::uint8_t i = 0; i < request.zonelist->count; ++i) {
        const ZoneId id = request.zonelist->zones[i];
        const Zone& z = zone(id);
        if (z.kind > request.highest_zone) continue;
        if (!force && z.nr_reserved_highatomic <= pageblock_frames) continue;
        lock(TakeLock::Lock::zone, id);
        for (unsigned order = 0; order < order_count; ++order) {
            const Pfn pfn = free_list(z, static_cast<Order>(order), Migratetype::highatomic).head;
            if (pfn == no_pfn) continue;
            if (state_.pageblock_type(pfn) == Migratetype::highatomic)
                emitter_.emit(UnreserveHighatomic{
                    {pfn, z.nr_reserved_highatomic - std::min(pageblock_frames, z.nr_reserved_highatomic), id}});
            set_pageblock_type(pfn, request.migratetype);
            if (move_free_pages_block(id, pfn, request.migratetype).free != 0) return true;
        }
    }
    return false;
}

}  // namespace pageframe
