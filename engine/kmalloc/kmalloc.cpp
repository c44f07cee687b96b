#include "engine/kmalloc/kmalloc.h"

#include <algorithm>

namespace pageframe {

namespace {

bool is_zero_or_null(std::uint64_t address) { return address <= zero_size_pointer; }

Pfn frame_of(std::uint64_t address) {
    const std::uint64_t frame = (address - direct_map_start) >> page_shift;
    return address >= direct_map_start && frame < no_pfn ? static_cast<Pfn>(frame) : no_pfn;
}

}  // namespace

std::uint64_t Kmalloc::allocate(std::uint64_t bytes, GfpFlags gfp_flags, NodeId node) {
    if (bytes == 0) return zero_size_pointer;
    const unsigned index = kmalloc_class(bytes, state_.allocator);
    if (index == no_kmalloc_class) [[unlikely]]
        return allocate_pages(bytes, gfp_flags, node);
    const KmallocType type = kmalloc_type(gfp_flags, state_.allocator);
    CacheId cache = state_.kmalloc_caches[static_cast<unsigned>(type)][index];
    if (cache == no_cache) [[unlikely]]
        cache = cache_for(type, index);
    return slabs_.allocate(cache, gfp_flags, node, static_cast<std::uint32_t>(bytes));
}

CacheId Kmalloc::cache_for(KmallocType type, unsigned index) {
    return slabs_.create_kmalloc(kmalloc_cache_name(type, index, state_.allocator),
                                 kmalloc_cache_request(type, index, state_.allocator), static_cast<std::uint8_t>(type),
                                 static_cast<std::uint8_t>(index));
}

std::uint64_t Kmalloc::allocate_pages(std::uint64_t bytes, GfpFlags gfp_flags, NodeId node) {
    const Order order = order_of_bytes(bytes);
    slabs_.emitter().tell(RequestLarge{bytes, order});
    // GFP_SLAB_BUG_MASK: what is returned must have an address, and be anywhere below it.
    const GfpFlags flags = (gfp_flags & ~(gfp::highmem | gfp::dma32)) | gfp::comp;
    const Pfn pfn = pages_.alloc_pages(flags, order, node);
    return pfn == no_pfn ? 0 : direct_map_start + (std::uint64_t{pfn} << page_shift);
}

Pfn Kmalloc::large_object(std::uint64_t address) {
    const Pfn pfn = frame_of(address);
    const BuddyState& buddy = pages_.state();
    const bool block = pfn < buddy.frame_count() && buddy.frames[pfn].kind == FrameKind::allocated_head;
    if (block && address % page_size == 0) return pfn;
    slabs_.mistake({address, no_operation, no_operation, no_slab, no_object, no_cache, no_cache,
                    SlabMistake::Kind::wrong_free, 0});
    return no_pfn;
}

void Kmalloc::free(std::uint64_t address, OperationNumber taken_by) {
    if (is_zero_or_null(address)) return;
    const Pfn pfn = frame_of(address);
    const SlabId slab = pfn == no_pfn ? no_slab : state_.slab_at(pfn);
    if (slab != no_slab) return slabs_.free(state_.slabs[slab].cache, address, taken_by);
    // A free block is told by the page allocator, which knows who freed it first.
    const BuddyState& buddy = pages_.state();
    if (pfn < buddy.frame_count() && address % page_size == 0 && buddy.frames[pfn].kind != FrameKind::allocated_head) {
        pages_.free_pages(pfn, 0, taken_by);
        return;
    }
    const Pfn head = large_object(address);
    if (head != no_pfn) pages_.free_pages(head, buddy.frames[head].order, taken_by);
}

std::uint64_t Kmalloc::usable_bytes(std::uint64_t address) {
    if (is_zero_or_null(address)) return 0;
    const Pfn pfn = frame_of(address);
    const SlabId slab = pfn == no_pfn ? no_slab : state_.slab_at(pfn);
    if (slab == no_slab) {
        const Pfn head = large_object(address);
        return head == no_pfn ? 0 : page_size << pages_.state().frames[head].order;
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
    if (!is_zero_or_null(address) && usable_bytes(address) >= bytes) {
        const ObjectReference object = object_at(state_, address);
        if (object.index != no_object)
            slabs_.emitter().emit(KeepObject{object.slab, static_cast<std::uint32_t>(bytes), object.index});
        return address;
    }
    const std::uint64_t moved = allocate(bytes, gfp_flags);
    if (moved != 0 && !is_zero_or_null(address)) {
        copy(moved, address);
        free(address, taken_by);
    }
    return moved;
}

}  // namespace pageframe
