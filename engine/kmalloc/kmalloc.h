// kmalloc() and its family (mm/slab_common.c, Linux 6.1): a size class's cache for small requests, whole
// pages for large ones.
//
// The caches exist from the kernel's start; here each is made when it is first used, so that a machine
// that never calls kmalloc() has none. That has no effect on where objects lie: kmalloc's caches share
// nothing and are never shared.
#pragma once

#include <functional>

#include "engine/buddy/page_allocator.h"
#include "engine/kmalloc/kmalloc_classes.h"
#include "engine/slab/slab_allocator.h"

namespace pageframe {

class Kmalloc {
public:
    Kmalloc(SlabAllocator& slabs, PageAllocator& pages) : slabs_(slabs), pages_(pages), state_(slabs.state()) {}

    /// __kmalloc_node(); 0 when there is no memory, ZERO_SIZE_PTR for 0 bytes.
    std::uint64_t allocate(std::uint64_t bytes, GfpFlags gfp_flags, NodeId node = no_node);
    void free(std::uint64_t address, OperationNumber taken_by = no_operation);
    /// krealloc(). `copy(to, from)`: the object moves, before the old place is freed.
    std::uint64_t reallocate(std::uint64_t address, std::uint64_t bytes, GfpFlags gfp_flags, OperationNumber taken_by,
                             const std::function<void(std::uint64_t, std::uint64_t)>& copy);
    /// What the caller may use.
    std::uint64_t usable_bytes(std::uint64_t address);

private:
    static bool is_zero_or_null(std::uint64_t address) { return address <= zero_size_pointer; }
    static Pfn frame_of(std::uint64_t address) {
        const std::uint64_t frame = (address - direct_map_start) >> page_shift;
        return address >= direct_map_start && frame < no_pfn ? static_cast<Pfn>(frame) : no_pfn;
    }
    CacheId cache_for(KmallocType type, unsigned index);
    std::uint64_t allocate_pages(std::uint64_t bytes, GfpFlags gfp_flags, NodeId node);
    BlockReference folio_of(std::uint64_t address) const;
    void free_large(std::uint64_t address, OperationNumber taken_by);
    void mistake(SlabMistake::Kind kind, std::uint64_t address, BlockReference folio);

    SlabAllocator& slabs_;
    PageAllocator& pages_;
    const SlabState& state_;
};

}  // namespace pageframe
