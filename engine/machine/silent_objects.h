// Objects taken and given back while nobody looks: where the CPU's own slab is enough, in the caller's own code
// (slab/fast_path.h); else in a call: from another slab that SLUB's CPU keeps, to one that stays where it is, or with
// the classic SLAB's array (slab/classic_fast_path.h).
//
// take_: the object's address, not zeroed; 0, and nothing done, when execute_slab() is to be asked.
// give_: false, and nothing done, when execute_slab() is to be asked.
//
// Arguments by value: what an operation has just been given is in registers, and need not go through memory.
#pragma once

#include "engine/kmalloc/kmalloc_classes.h"
#include "engine/slab/fast_path.h"

namespace pageframe {

/// From another of the CPU's slabs, or in the classic SLAB from its array.
std::uint64_t take_elsewhere_silently(SlabState& state, std::uint32_t cache, CpuId cpu, NodeId node,
                                      std::uint32_t requested);
/// To a slab that is not the CPU's own, or in the classic SLAB to its array.
bool give_elsewhere_silently(SlabState& state, std::uint32_t cache, CpuId cpu, SlabId slab, std::uint64_t address,
                             OperationNumber taken_by);

/// kmem_cache_alloc(); kmalloc(), which says how many bytes were `requested`.
template <Likely likely>
[[gnu::always_inline]] inline std::uint64_t take_object_silently(SlabState& state, std::uint32_t cache, CpuId cpu,
                                                                 NodeId node, std::uint32_t requested) {
    const std::uint64_t address = allocate_fast<likely>(SilentEmitter(state), cache, cpu, node, requested);
    if (address != 0) [[likely]]
        return address;
    return take_elsewhere_silently(state, cache, cpu, node, requested);
}

/// kmem_cache_free(); kfree() with the cache of `slab`, which is the address's.
template <Likely likely>
[[gnu::always_inline]] inline bool give_object_silently(SlabState& state, std::uint32_t cache, CpuId cpu, SlabId slab,
                                                        std::uint64_t address, OperationNumber taken_by) {
    if (free_fast<likely>(SilentEmitter(state), cache, cpu, slab, address, taken_by)) [[likely]]
        return true;
    return give_elsewhere_silently(state, cache, cpu, slab, address, taken_by);
}

}  // namespace pageframe
