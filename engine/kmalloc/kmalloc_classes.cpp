#include "engine/kmalloc/kmalloc_classes.h"

namespace pageframe {

namespace {

std::string short_size(std::uint32_t bytes) {
    return bytes >= 1024 ? std::to_string(bytes / 1024) + "k" : std::to_string(bytes);
}

}  // namespace

std::uint32_t kmalloc_class_bytes(unsigned index) {
    if (index == kmalloc_index_96) return 96;
    if (index == kmalloc_index_192) return 192;
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
    if (allocator == SlabAllocatorKind::slab) {
        request.align = pointer_bytes;
        request.flags |= slab_flag::hwcache_align;  // ARCH_KMALLOC_FLAGS
    }
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
