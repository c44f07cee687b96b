// What a free checks, and frees of exact sizes: __free_pages(), free_pages_exact(), split_page(), and what may
// be wrong with one. Where the block goes is in give_back.h.
#include "engine/buddy/page_allocator.h"

namespace pageframe {

/// With a recorder, or what silent_pages.cpp sees to be no plain free.
bool PageAllocator::free_block(Pfn pfn, Order order, OperationNumber taken_by) {
    Order real_order = order;
    if (!check_free(pfn, order, taken_by, real_order)) return false;
    const OperationNumber taken = state_.frames[pfn].operation;
    if (order < real_order) emitter_.emit(CutBlock{pfn, real_order, order});
    free_prepared(pfn, order, taken);
    return !made_mistake_;
}

// ---------------------------------------------------------------- exact sizes, split

Pfn PageAllocator::alloc_pages_exact(GfpFlags gfp_flags, std::uint64_t bytes) {
    const std::uint64_t pages = (bytes + page_size - 1) >> page_shift;
    Order order = 0;  // get_order(): a request for 0 bytes gets a huge order in the kernel, and fails
    while (order <= largest_order && frames_in(order) < pages) ++order;
    if (bytes == 0) order = 52;
    gfp_flags &= ~(gfp::comp | gfp::highmem);
    const Pfn pfn = alloc_pages(gfp_flags, order);
    if (pfn == no_pfn) return no_pfn;
    emitter_.emit(SplitPage{pfn, order});
    // make_alloc_exact(): page by page, to the tails, because the neighbours will follow.
    for (Pfn surplus = pfn + static_cast<Pfn>(pages); surplus < pfn + frames_in(order); ++surplus) {
        const Migratetype type = state_.pageblock_type(surplus);
        PageFrame& frame = emitter_.writable(&BuddyState::frames, surplus);
        emitter_.emit_on(TakeBack{surplus, state_.operation, state_.operation, 0, type}, frame);
        free_one_page(state_.zone_of(surplus), surplus, frame, 0, type, FreeFlag::to_tail);
    }
    return pfn;
}

bool PageAllocator::free_pages_exact(Pfn pfn, std::uint64_t bytes) {
    const std::uint64_t pages = (bytes + page_size - 1) >> page_shift;
    for (std::uint64_t i = 0; i < pages; ++i) {
        // After the first mistake the rest of the range is no more trustworthy than its start.
        if (!free_pages(static_cast<Pfn>(pfn + i), 0)) return false;
    }
    return true;
}

bool PageAllocator::split_page(Pfn pfn, Order order) {
    const PageFrame* frame = pfn < state_.frame_count() ? &state_.frames[pfn] : nullptr;
    if (frame == nullptr || frame->kind != FrameKind::allocated_head || frame->order != order) {
        mistake({pfn < state_.frame_count() ? pfn : no_pfn, frame != nullptr ? frame->operation : no_operation,
                 no_operation, PageMistake::Kind::not_a_block, order, frame != nullptr ? frame->order : Order{0},
                 frame != nullptr ? frame->kind : FrameKind::absent});
        return false;
    }
    if (order != 0) emitter_.emit(SplitPage{pfn, order});
    return true;
}

// ---------------------------------------------------------------- mistakes

void PageAllocator::check_atomic(GfpFlags gfp_flags) {
    if (gfp_flags & gfp::direct_reclaim)
        mistake({no_pfn, no_operation, no_operation, PageMistake::Kind::sleep_in_atomic, 0, 0, FrameKind::absent});
}

void PageAllocator::mistake(const PageMistake& what) {
    made_mistake_ = true;
    emitter_.tell(what);
}

/// Is this free what the API allows? What is not is told, and does what the kernel would do only where
/// that leaves other owners' memory alone: a second free or a too large order changes nothing here.
bool PageAllocator::check_free(Pfn pfn, Order order, OperationNumber taken_by, Order& real_order) {
    using Kind = PageMistake::Kind;
    if (pfn >= state_.frame_count() || order > largest_order) {
        mistake({pfn < state_.frame_count() ? pfn : no_pfn, no_operation, no_operation, Kind::never_allocated, order, 0,
                 FrameKind::absent});
        return false;
    }
    const PageFrame& frame = state_.frames[pfn];
    real_order = frame.order;
    if (frame.kind != FrameKind::allocated_head) {
        // A frame that was freed remembers by whom, also after its block merged into a larger one.
        const BlockReference block = find_block(state_, pfn);
        const FrameKind found = state_.frames[block.head].kind;
        const bool is_free = found == FrameKind::free_head || found == FrameKind::per_cpu_head;
        const Kind kind = is_free && frame.operation != no_operation ? Kind::double_free : Kind::never_allocated;
        mistake({pfn, is_free ? frame.operation : state_.frames[block.head].operation, no_operation, kind, order,
                 block.order, found});
        return false;
    }
    if (taken_by != no_operation && frame.operation != no_operation && frame.operation != taken_by) {
        // The caller's pointer is from an earlier life of this block: the kernel can't know, and frees it.
        mistake({pfn, taken_by, frame.operation, Kind::stale_free, order, frame.order, frame.kind});
    }
    if (order > frame.order) {
        mistake({pfn, frame.operation, no_operation, Kind::order_too_large, order, frame.order, frame.kind});
        return false;
    }
    if (order < frame.order)
        mistake({pfn, frame.operation, no_operation, Kind::order_too_small, order, frame.order, frame.kind});
    return true;
}

}  // namespace pageframe
