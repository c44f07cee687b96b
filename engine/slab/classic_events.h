// The classic SLAB's own events: arrays of free objects, and slabs on three lists.
//
//     alloc:  TakeFromArray                                       the CPU's array has one
//             TakeFromShared | FillArray*, MoveSlab | NewSlab, ColourSlab   then TakeFromArray
//     free:   PutInArray                                          and, when the array is full,
//             GiveToShared | PutBack*, MoveSlab, DiscardSlab      for a batch of its oldest
#pragma once

#include "engine/core/event.h"
#include "engine/slab/slab.h"
#include "engine/slab/slab_lists.h"

namespace pageframe {

/// The object on top of the CPU's array is the caller's.
struct TakeFromArray {
    static constexpr const char* name = "TakeFromArray";
    static constexpr const char* function = "____cache_alloc()";
    SlabId slab;
    OperationNumber operation;
    std::uint32_t requested;
    CacheId cache;
    ObjectIndex index;
    CpuId cpu;
    void apply(SlabState& state) const {
        change(state.write_cpu_cache(cache, cpu), state.write_object(state.slabs[slab], index));
    }
    void change(CpuCache& own, SlabObject& object) const {
        --own.avail;
        own.touched = 1;
        ++own.fast_allocations;
        object.allocated = 1;
        object.allocated_by = operation;
        object.requested = requested;
    }
    Sentence sentence(const SlabState& state) const;
};

/// A freed object goes on top of the CPU's array.
struct PutInArray {
    static constexpr const char* name = "PutInArray";
    static constexpr const char* function = "___cache_free()";
    SlabId slab;
    OperationNumber operation;
    CacheId cache;
    ObjectIndex index;
    CpuId cpu;
    void apply(SlabState& state) const {
        CpuCache& own = state.write_cpu_cache(cache, cpu);
        change(own, state.arrays.write(state.cpu_array(cache, cpu) + own.avail),
               state.write_object(state.slabs[slab], index));
    }
    void change(CpuCache& own, ObjectReference& top, SlabObject& object) const {
        top = {slab, index};
        ++own.avail;
        ++own.fast_frees;
        object.allocated = 0;
        object.freed_by = operation;
    }
    Sentence sentence(const SlabState& state) const;
};

/// A free object of a slab moves into the CPU's array.
struct FillArray {
    static constexpr const char* name = "FillArray";
    static constexpr const char* function = "cache_alloc_refill()";
    SlabId slab;
    CacheId cache;
    ObjectIndex index;
    CpuId cpu;
    void apply(SlabState& state) const {
        Slab& from = state.slabs.write(slab);
        from.freelist = state.object(from, index).next;
        ++from.inuse;
        CpuCache& own = state.write_cpu_cache(cache, cpu);
        state.arrays.write(state.cpu_array(cache, cpu) + own.avail) = {slab, index};
        ++own.avail;
        --state.write_cache_node(cache, from.node).free_objects;
    }
    Sentence sentence(const SlabState& state) const;
};

/// A batch of the shared array's newest moves into the CPU's empty array.
struct TakeFromShared {
    static constexpr const char* name = "TakeFromShared";
    static constexpr const char* function = "transfer_objects()";
    std::uint32_t count;
    CacheId cache;
    CpuId cpu;
    NodeId node;
    void apply(SlabState& state) const {
        CpuCache& own = state.write_cpu_cache(cache, cpu);
        CacheNode& shared = state.write_cache_node(cache, node);
        for (std::uint32_t i = 0; i < count; ++i)
            state.arrays.write(state.cpu_array(cache, cpu) + own.avail + i) =
                state.arrays[state.shared_array(cache, node) + shared.shared_avail - count + i];
        own.avail = static_cast<std::uint16_t>(own.avail + count);
        shared.shared_avail -= count;
    }
    Sentence sentence(const SlabState& state) const;
};

/// A batch of the CPU's oldest moves to the shared array.
struct GiveToShared {
    static constexpr const char* name = "GiveToShared";
    static constexpr const char* function = "cache_flusharray()";
    std::uint32_t count;
    CacheId cache;
    CpuId cpu;
    NodeId node;
    void apply(SlabState& state) const {
        CacheNode& shared = state.write_cache_node(cache, node);
        for (std::uint32_t i = 0; i < count; ++i)
            state.arrays.write(state.shared_array(cache, node) + shared.shared_avail + i) =
                state.arrays[state.cpu_array(cache, cpu) + i];
        shared.shared_avail += count;
    }
    Sentence sentence(const SlabState& state) const;
};

/// The oldest entries leave an array; the others move down.
struct DropEntries {
    static constexpr const char* name = "DropEntries";
    static constexpr const char* function = "cache_flusharray()";
    std::uint32_t count;
    CacheId cache;
    CpuId cpu;
    NodeId node;
    bool shared;
    void apply(SlabState& state) const {
        const std::size_t base = shared ? state.shared_array(cache, node) : state.cpu_array(cache, cpu);
        const std::uint32_t avail =
            shared ? state.cache_node(cache, node).shared_avail : state.cpu_cache(cache, cpu).avail;
        for (std::uint32_t i = 0; i + count < avail; ++i) state.arrays.write(base + i) = state.arrays[base + count + i];
        if (shared)
            state.write_cache_node(cache, node).shared_avail = avail - count;
        else
            state.write_cpu_cache(cache, cpu).avail = static_cast<std::uint16_t>(avail - count);
    }
    Sentence sentence(const SlabState& state) const;
};

/// An object goes back to its slab: its bufctl entry points to the one freed before.
struct PutBack {
    static constexpr const char* name = "PutBack";
    static constexpr const char* function = "free_block()";
    SlabId slab;
    CacheId cache;
    ObjectIndex index;
    void apply(SlabState& state) const {
        Slab& own = state.slabs.write(slab);
        state.write_object(own, index).next = own.freelist;
        own.freelist = index;
        --own.inuse;
        ++state.write_cache_node(cache, own.node).free_objects;
    }
    Sentence sentence(const SlabState& state) const;
};

/// A slab changes list as its state changes.
struct MoveSlab {
    static constexpr const char* name = "MoveSlab";
    static constexpr const char* function = "list_add()";
    SlabId slab;
    CacheId cache;
    SlabPlace to;  ///< full, node_partial, node_free; floating: on no list
    SlabListEnd end;
    void apply(SlabState& state) const {
        Slab& moved = state.slabs.write(slab);
        CacheNode& node = state.write_cache_node(cache, moved.node);
        if (SlabList* from = list_of(node, moved.place)) list_remove(state, *from, slab);
        if (SlabList* list = list_of(node, to)) list_add(state, *list, slab, end);
        moved.place = to;
    }
    static SlabList* list_of(CacheNode& node, SlabPlace place) {
        if (place == SlabPlace::full) return &node.full;
        if (place == SlabPlace::node_partial) return &node.partial;
        return place == SlabPlace::node_free ? &node.free : nullptr;
    }
    Sentence sentence(const SlabState& state) const;
};

/// A new slab's objects start a cache line later than in the one before; it joins the free slabs.
struct ColourSlab {
    static constexpr const char* name = "ColourSlab";
    static constexpr const char* function = "cache_grow()";
    SlabId slab;
    CacheId cache;
    std::uint16_t start;  ///< of object 0: colour and management
    std::uint32_t colour_next;
    void apply(SlabState& state) const {
        Slab& own = state.slabs.write(slab);
        own.colour = start;
        own.first_offset += start;
        own.management_off_slab = state.caches[cache].geometry.management_off_slab;
        CacheNode& node = state.write_cache_node(cache, own.node);
        node.colour_next = colour_next;
        node.free_objects += own.objects;
        node.free_limit = free_limit_of(state, cache, own.node);
        list_add(state, node.free, slab, SlabListEnd::tail);
        own.place = SlabPlace::node_free;
    }
    static std::uint32_t free_limit_of(const SlabState& state, CacheId cache, NodeId node);
    Sentence sentence(const SlabState& state) const;
};

/// free_objects counts a slab no longer.
struct ForgetFree {
    static constexpr const char* name = "ForgetFree";
    static constexpr const char* function = "slab_destroy()";
    std::uint32_t objects;
    CacheId cache;
    NodeId node;
    void apply(SlabState& state) const { state.write_cache_node(cache, node).free_objects -= objects; }
    Sentence sentence(const SlabState& state) const;
};

}  // namespace pageframe
