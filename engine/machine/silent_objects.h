// Objects taken and given back while nobody looks, where the CPU's own slab or array is enough: SLUB's way in the
// caller's own code (slab/fast_path.h), the classic SLAB's in a call (slab/classic_fast_path.h).
//
// take_: the object's address, not zeroed; 0, and nothing done, when execute_slab() is to be asked.
// give_: false, and nothing done, when execute_slab() is to be asked.
//
// Arguments by value: what an operation has just been given is in registers, and need not go through memory.
#pragma once

#include "engine/kmalloc/kmalloc_classes.h"
#include "engine/slab/fast_path.h"

namespace pageframe {

std::uint64_t take_from_array_silently(SlabState& state, std::uint32_t cache, CpuId cpu, NodeId node,
                                       std::uint32_t requested);
bool give_to_array_silently(SlabState& state, std::uint32_t cache, CpuId cpu, SlabId slab, std::uint64_t address,
                            OperationNumber taken_by);

/// kmem_cache_alloc(); kmalloc(), which says how many bytes were `requested`.
[[gnu::always_inline]] inline std::uint64_t take_object_silently(SlabState& state, std::uint32_t cache, CpuId cpu,
                                                                 NodeId node, std::uint32_t requested) {
    const std::uint64_t address = allocate_fast(SilentEmitter(state), cache, cpu, node, requested);
    if (address != 0 || state.allocator == SlabAllocatorKind::slub) [[likely]]
        return address;
    return take_from_array_silently(state, cache, cpu, node, requested);
}

/// kmem_cache_free(); kfree() with the cache of `slab`, which is the address's.
[[gnu::always_inline]] inline bool give_object_silently(SlabState& state, std::uint32_t cache, CpuId cpu, SlabId slab,
                                                        std::uint64_t address, OperationNumber taken_by) {
    if (free_fast(SilentEmitter(state), cache, cpu, slab, address, taken_by)) [[likely]]
        return true;
    return state.allocator == SlabAllocatorKind::slab &&
           give_to_array_silently(state, cache, cpu, slab, address, taken_by);
}

}  // namespace pageframe
