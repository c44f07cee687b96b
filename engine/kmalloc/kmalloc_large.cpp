// What is asked of kmalloc() seldom: objects too large for a cache, and how large one is (__kmalloc_large_node(),
// free_large_kmalloc(), ksize(), krealloc() of mm/slab_common.c, Linux 6.1).
#include "engine/kmalloc/kmalloc.h"

namespace pageframe {

std::uint64_t Kmalloc::allocate_pages(std::uint64_t bytes, GfpFlags gfp_flags, NodeId node) {
    const Order order = order_of_bytes(bytes);
    slabs_.emitter().tell(RequestLarge{bytes, order});
    if (state_.allocator == SlabAllocatorKind::slab) return 0;
    // GFP_SLAB_BUG_MASK: what is returned must have an address, and be anywhere below it.
    const GfpFlags flags = (gfp_flags & ~(gfp::highmem | gfp::dma32)) | gfp::comp;
    const Pfn pfn = pages_.alloc_pages(flags, order, node);
    return pfn == no_pfn ? 0 : direct_map_start + (std::uint64_t{pfn} << page_shift);
}

void Kmalloc::mistake(SlabMistake::Kind kind, std::uint64_t address, BlockReference folio) {
    SlabMistake what = SlabMistake::about(kind, address, no_cache);
    if (folio.head != no_pfn) what.first = pages_.state().frames[folio.head].operation;
    what.asked = folio.order;
    slabs_.mistake(what);
}

/// virt_to_folio(): a compound page's block, or the page alone.
BlockReference Kmalloc::folio_of(std::uint64_t address) const {
    const Pfn pfn = frame_of(address);
    const BuddyState& buddy = pages_.state();
    if (pfn >= buddy.frame_count()) return {};
    const BlockReference block = find_block(buddy, pfn);
    const PageFrame& head = buddy.frames[block.head];
    const bool compound = head.kind == FrameKind::allocated_head && head.use == FrameUse::compound;
    return compound ? block : BlockReference{pfn, 0};
}

/// free_large_kmalloc()
void Kmalloc::free_large(std::uint64_t address, OperationNumber taken_by) {
    const BlockReference folio = folio_of(address);
    if (folio.head == no_pfn) return mistake(SlabMistake::Kind::wrong_free, address, {});
    const BlockReference block = find_block(pages_.state(), folio.head);
    // Of a free block the page allocator tells, which knows who freed it first.
    if (pages_.state().frames[block.head].kind == FrameKind::allocated_head) {
        if (folio.order == 0)
            mistake(SlabMistake::Kind::not_compound, address, {block.head, 0});
        else if (frame_of(address) != folio.head || address % page_size != 0)
            mistake(SlabMistake::Kind::inside_large, address, folio);
    }
    pages_.free_pages(folio.head, folio.order, taken_by);
}

std::uint64_t Kmalloc::usable_bytes(std::uint64_t address) {
    if (is_zero_or_null(address)) return 0;
    const Pfn pfn = frame_of(address);
    const SlabId slab = pfn == no_pfn ? no_slab : state_.slab_at(pfn);
    if (slab == no_slab) {
        const BlockReference folio = folio_of(address);
        const std::uint64_t bytes = page_size << folio.order;
        const bool whole = address % page_size == 0 && frame_of(address) == folio.head;
        if (whole && bytes > largest_kmalloc_class(state_.allocator)) return bytes;
        mistake(SlabMistake::Kind::no_size, address, folio);
        return 0;
    }
    // slab_ksize(): with a red zone, or with something stored behind the object, no more than was asked for.
    const CacheGeometry& geometry = state_.caches[state_.slabs[slab].cache].geometry;
    if (geometry.has(slab_flag::red_zone | slab_flag::poison)) return geometry.object_size;
    if (geometry.has(slab_flag::typesafe_by_rcu | slab_flag::store_user)) return geometry.inuse;
    return geometry.size;
}

std::uint64_t Kmalloc::reallocate(std::uint64_t address, std::uint64_t bytes, GfpFlags gfp_flags,
                                  OperationNumber taken_by,
                                  const std::function<void(std::uint64_t, std::uint64_t)>& copy) {
    if (bytes == 0) {
        free(address, taken_by);
        return zero_size_pointer;
    }
    const std::uint64_t usable = usable_bytes(address);
    if (usable >= bytes) {
        const ObjectReference object = object_at(state_, address);
        if (object.index != no_object)
            slabs_.emitter().emit(KeepObject{object.slab, static_cast<std::uint32_t>(bytes), object.index});
        return address;
    }
    const std::uint64_t moved = allocate(bytes, gfp_flags);
    if (moved != 0 && !is_zero_or_null(address)) {
        if (usable != 0) copy(moved, address);
        free(address, taken_by);
    }
    return moved;
}

}  // namespace pageframe
