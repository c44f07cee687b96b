// The events of whole caches, and what goes wrong with the caller or with memory; part of slab_events.h.
#pragma once

#include <cstring>

#include "engine/core/event.h"
#include "engine/core/random.h"
#include "engine/slab/classic_geometry.h"
#include "engine/slab/slab.h"
#include "engine/slab/slab_lists.h"

namespace pageframe {

// ---------------------------------------------------------------- caches

/// The geometry that the machine's allocator gives a cache.
inline bool geometry_for(const SlabState& state, const CacheRequest& request, CacheGeometry& geometry) {
    return state.allocator == SlabAllocatorKind::slub
               ? calculate_geometry(request, state.counted_cpus(), state.slub, geometry)
               : calculate_classic_geometry(request, geometry);
}

/// A cache comes into being: its geometry follows from the request and the number of CPUs.
struct CreateCache {
    static constexpr const char* name = "CreateCache";
    static constexpr const char* function = "kmem_cache_open()";
    static constexpr const char* classic_function = "kmem_cache_create()";
    CacheRequest request;
    CacheId cache;
    std::int16_t refcount;      ///< 1; -1: never shared
    std::uint8_t user_bytes;    ///< one of kmalloc's:
    std::uint8_t kmalloc_type;  ///< its place in kmalloc_caches
    std::uint8_t kmalloc_index;
    SlabFlags added = 0;  ///< of the request's flags, those that slub_debug has added
    void apply(SlabState& state) const {
        add_cache(state, cache, request);
        KmemCache& made = state.caches.write(cache);
        geometry_for(state, request, made.geometry);
        made.refcount = refcount;
        made.user_bytes = user_bytes;
        if (user_bytes) state.kmalloc_caches[kmalloc_type][kmalloc_index] = cache;
    }
    Sentence sentence(const SlabState& state) const;
};

/// Its name, 32 characters at a time.
struct NameCache {
    static constexpr const char* name = "NameCache";
    static constexpr const char* function = "create_cache()";
    static constexpr const char* classic_function = "kmem_cache_create()";
    CacheId cache;
    std::uint8_t part;  ///< characters 32 * part and after
    std::array<char, 32> text;
    void apply(SlabState& state) const {
        std::memcpy(state.caches.write(cache).name.data() + 32 * part, text.data(), part == 0 ? 32 : 31);
    }
    Sentence sentence(const SlabState& state) const;
};

/// A new cache would be as good as this one: it becomes another name of it.
struct ShareCache {
    static constexpr const char* name = "ShareCache";
    static constexpr const char* function = "__kmem_cache_alias()";
    CacheId cache;
    std::uint32_t size;  ///< what the newcomer asked for
    void apply(SlabState& state) const {
        KmemCache& shared = state.caches.write(cache);
        // Of one that could not be destroyed the kernel counts 0 names, and shares it like any other.
        if (shared.destroyed)
            shared.destroyed = 0;
        else
            ++shared.refcount;
        shared.geometry.object_size = std::max(shared.geometry.object_size, size);
        shared.geometry.inuse = std::max(shared.geometry.inuse, align_to(size, pointer_bytes));
    }
    Sentence sentence(const SlabState& state) const;
};

/// Remark: another cache had the new one's name in /sys/kernel/slab. sysfs_remove_link() takes away what stands
/// there, be it a link or a cache's directory.
struct TakeOverName {
    static constexpr const char* name = "TakeOverName";
    static constexpr const char* function = "sysfs_remove_link()";
    CacheId older;
    Sentence sentence(const SlabState& state) const;
};

/// kmem_cache_destroy() of a cache with more names than one.
struct UnshareCache {
    static constexpr const char* name = "UnshareCache";
    static constexpr const char* function = "kmem_cache_destroy()";
    CacheId cache;
    void apply(SlabState& state) const { --state.caches.write(cache).refcount; }
    Sentence sentence(const SlabState& state) const;
};

struct RemoveCache {
    static constexpr const char* name = "RemoveCache";
    static constexpr const char* function = "shutdown_cache()";
    static constexpr const char* classic_function = "kmem_cache_destroy()";
    CacheId cache;
    void apply(SlabState& state) const {
        if (cache < state.random_sequences.size()) state.random_sequences[cache].clear();
        remove_cache(state, cache);
    }
    Sentence sentence(const SlabState& state) const;
};

/// SLAB_FREELIST_RANDOM: one permutation per cache, by Fisher and Yates.
struct MakeRandomSequence {
    static constexpr const char* name = "MakeRandomSequence";
    static constexpr const char* function = "cache_random_seq_create()";
    std::uint64_t random_state;  ///< before
    CacheId cache;
    std::uint16_t count;
    void apply(SlabState& state) const;
    Sentence sentence(const SlabState& state) const;
};

// ---------------------------------------------------------------- outcomes

/// Remark: no page for a new slab; the caller gets NULL.
struct SlabOutOfMemory {
    static constexpr const char* name = "SlabOutOfMemory";
    static constexpr const char* function = "slab_out_of_memory()";
    static constexpr const char* classic_function = "cache_grow()";
    GfpFlags gfp_flags;
    CacheId cache;
    Sentence sentence(const SlabState& state) const;
};

/// Remark: kmalloc() of more than the largest class goes to the page allocator, whole pages.
struct RequestLarge {
    static constexpr const char* name = "RequestLarge";
    static constexpr const char* function = "__kmalloc_large_node()";
    static constexpr const char* classic_function = "__find_general_cachep()";
    std::uint64_t bytes;
    Order order;
    Sentence sentence(const SlabState& state) const;
};

/// krealloc(): the object is large enough already, and stays where it is.
struct KeepObject {
    static constexpr const char* name = "KeepObject";
    static constexpr const char* function = "__do_krealloc()";
    static constexpr const char* classic_function = "krealloc()";
    SlabId slab;
    std::uint32_t requested;  ///< from now on
    ObjectIndex index;
    void apply(SlabState& state) const {
        state.objects.write(state.slabs[slab].first_object + index).requested = requested;
    }
    Sentence sentence(const SlabState& state) const;
};

/// The caller broke a rule. `corrupts`: the kernel would not notice, and a freelist is wrong from here on.
struct SlabMistake {
    static constexpr const char* name = "SlabMistake";
    static constexpr const char* function = "";
    enum class Kind : std::uint8_t {
        double_free,        ///< not noticed
        double_free_head,   ///< noticed by SLAB_FREELIST_HARDENED: the object is the last one freed
        double_free_found,  ///< noticed by SLAB_CONSISTENCY_CHECKS
        stale_free,         ///< the object was freed, and is someone else's now
        not_an_object,      ///< an address in a slab, but no object's
        not_a_slab,         ///< an address outside all slabs
        wrong_cache,
        leak,             ///< kmem_cache_destroy() with objects in use
        destroyed_cache,  ///< a cache that is gone, or never was
        destroyed_twice,  ///< kmem_cache_destroy() of a cache that it could not destroy before
        bad_request,      ///< kmem_cache_create() says no
        duplicate_name,   ///< classic SLAB: there is a cache of this name
        sleep_in_atomic,
        wrong_free,         ///< kfree() of what lies in no frame
        inside_large,       ///< kfree() of an address within a large object; asked: its order
        not_compound,       ///< kfree() of a page of the page allocator
        no_size,            ///< ksize() of such
        damaged_at_free,    ///< a red zone was written over: found when the object comes back
        damaged_at_alloc,   ///< a free object was written to: found when it is about to be given out
        wild_free_pointer,  ///< a free object's link was written over
        constructor_zero,   ///< __GFP_ZERO with a constructor
    };
    std::uint64_t address;
    OperationNumber first;   ///< where it was taken, or freed first
    OperationNumber second;  ///< who has it now
    SlabId slab;
    ObjectIndex index;
    CacheId cache;
    CacheId asked;  ///< wrong_cache: the cache the caller named
    Kind kind;
    std::uint8_t corrupts;
    static SlabMistake about(Kind kind, std::uint64_t address, CacheId cache, ObjectReference object = {}) {
        return {address, no_operation, no_operation, object.slab, object.index, cache, no_cache, kind, 0};
    }
    void apply(SlabState& state) const {
        if (corrupts) state.caches.write(cache).corrupted = 1;
        if (kind == Kind::leak) state.caches.write(cache).destroyed = 1;
        if (kind == Kind::destroyed_twice) state.caches.write(cache).destroyed = 2;
    }
    Sentence sentence(const SlabState& state) const;
};

}  // namespace pageframe
