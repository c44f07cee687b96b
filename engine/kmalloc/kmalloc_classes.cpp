#include "engine/kmalloc/kmalloc_classes.h"

#include <bit>

namespace pageframe {

namespace {

// The kernel's indexes: 1 is 96 bytes, 2 is 192, and n >= 3 is 2^n.
constexpr unsigned index_96 = 1, index_192 = 2, smallest_shift = 3, smallest_classic_shift = 5;

std::string short_size(std::uint32_t bytes) {
    return bytes >= 1024 ? std::to_string(bytes / 1024) + "k" : std::to_string(bytes);
}

}  // namespace

KmallocType kmalloc_type(GfpFlags gfp_flags) {
    if (gfp_flags & gfp::dma) return KmallocType::dma;
    if (gfp_flags & gfp::reclaimable) return KmallocType::reclaim;
    if (gfp_flags & gfp::account) return KmallocType::cgroup;
    return KmallocType::normal;
}

unsigned kmalloc_class(std::uint64_t bytes, SlabAllocatorKind allocator) {
    if (bytes == 0 || bytes > largest_kmalloc_class(allocator)) return no_kmalloc_class;
    const bool slub = allocator == SlabAllocatorKind::slub;
    if (slub && bytes > 64 && bytes <= 96) return index_96;
    if (bytes > 128 && bytes <= 192) return index_192;
    const unsigned smallest = slub ? smallest_shift : smallest_classic_shift;
    const auto shift = static_cast<unsigned>(std::bit_width(bytes - 1));
    return shift < smallest ? smallest : shift;
}

std::uint32_t kmalloc_class_bytes(unsigned index) {
    if (index == index_96) return 96;
    if (index == index_192) return 192;
    return 1U << index;
}

std::string kmalloc_cache_name(KmallocType type, unsigned index, SlabAllocatorKind allocator) {
    const std::uint32_t bytes = kmalloc_class_bytes(index);
    if (allocator == SlabAllocatorKind::slab)
        return "size-" + std::to_string(bytes) + (type == KmallocType::dma ? "(DMA)" : "");
    constexpr const char* prefixes[] = {"kmalloc-", "kmalloc-cg-", "kmalloc-rcl-", "dma-kmalloc-"};
    return prefixes[static_cast<unsigned>(type)] + short_size(bytes);
}

CacheRequest kmalloc_cache_request(KmallocType type, unsigned index, SlabAllocatorKind allocator) {
    CacheRequest request;
    request.size = kmalloc_class_bytes(index);
    request.flags = slab_flag::kmalloc;
    request.align = std::has_single_bit(request.size) ? request.size : pointer_bytes;
    if (allocator == SlabAllocatorKind::slab) request.align = pointer_bytes;
    if (type == KmallocType::dma) request.flags |= slab_flag::cache_dma;
    if (allocator == SlabAllocatorKind::slub) {
        if (type == KmallocType::reclaim) request.flags |= slab_flag::reclaim_account;
        if (type == KmallocType::cgroup) request.flags |= slab_flag::account;
    }
    return request;
}

std::uint64_t kmalloc_size_roundup(std::uint64_t bytes, SlabAllocatorKind allocator) {
    if (bytes == 0) return 0;
    const unsigned index = kmalloc_class(bytes, allocator);
    return index == no_kmalloc_class ? page_size << order_of_bytes(bytes) : kmalloc_class_bytes(index);
}

}  // namespace pageframe
