#include "engine/kmalloc/kmalloc.h"

namespace pageframe {

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

void Kmalloc::free(std::uint64_t address, OperationNumber taken_by) {
    if (is_zero_or_null(address)) return;
    const Pfn pfn = frame_of(address);
    const SlabId slab = pfn == no_pfn ? no_slab : state_.slab_at(pfn);
    if (slab != no_slab) return slabs_.free(state_.slabs[slab].cache, address, taken_by);
    if (state_.allocator == SlabAllocatorKind::slab) return mistake(SlabMistake::Kind::not_a_slab, address, {});
    free_large(address, taken_by);
}

}  // namespace pageframe
