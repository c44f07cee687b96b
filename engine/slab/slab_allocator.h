// The slab allocator as its callers see it: kmem_cache_create() and the functions that take addresses
// (mm/slab_common.c), with what the kernel does, or fails to notice, when a caller breaks a rule.
//
// What the kernel would do to its own lists after a mistake it does not notice is done here too: after a
// double free a freelist meets an object twice, and two callers get the same address. Only what would
// crash it (a BUG, a pointer that is no object) changes nothing and is told.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "engine/slab/classic.h"
#include "engine/slab/fast_path.h"
#include "engine/slab/slub.h"

namespace pageframe {

class SlabAllocator {
public:
    SlabAllocator(SlabState& state, CpuId cpu, SlabPageSource& source, Recorder* recorder)
        : slub_(state, cpu, source, recorder), classic_(state, cpu, source, recorder), emitter_(state, recorder),
          state_(emitter_.state()) {}

    /// kmem_cache_create(); no_cache when the request makes no sense.
    CacheId create(std::string_view name, const CacheRequest& request);
    /// One of kmalloc's, at its place in kmalloc_caches.
    CacheId create_kmalloc(std::string_view name, CacheRequest request, std::uint8_t type, std::uint8_t index);
    /// False while objects are in use: each is told.
    bool destroy(CacheId cache);
    bool shrink(CacheId cache);
    /// flush_cpu_slab(): a CPU lets go of its slabs. The classic SLAB has none of a CPU's own.
    void flush(CacheId cache, CpuId cpu);

    /// The object's address, 0 when there is no memory.
    std::uint64_t allocate(CacheId cache, GfpFlags gfp_flags, NodeId node = no_node, std::uint32_t requested = 0);
    /// kmem_cache_free(). `taken_by`: the operation the caller's pointer came from, if it is known.
    void free(CacheId cache, std::uint64_t address, OperationNumber taken_by = no_operation);
    /// How many were got: all or none.
    std::size_t allocate_bulk(CacheId cache, GfpFlags gfp_flags, std::uint32_t count,
                              std::vector<ObjectReference>& objects);
    void free_bulk(CacheId cache, std::span<const std::uint64_t> addresses);

    /// might_alloc() inside atomic { }.
    void check_atomic(GfpFlags gfp_flags);
    void mistake(const SlabMistake& what);
    bool made_mistake() const { return made_mistake_; }
    SlabEmitter& emitter() { return emitter_; }
    const SlabState& state() const { return state_; }

private:
    bool known(CacheId cache) {
        if (cache < state_.cache_limit && state_.caches[cache].in_use()) [[likely]]
            return true;
        tell_unknown(cache);
        return false;
    }
    void tell_unknown(CacheId cache);
    /// Nothing about this free is remarkable.
    bool plainly_right(CacheId cache, ObjectReference object, OperationNumber taken_by) const {
        if (object.index == no_object || state_.slabs[object.slab].cache != cache) return false;
        return is_plainly_held(state_.object(state_.slabs[object.slab], object.index), taken_by);
    }
    /// Checks one free; false when nothing may be changed. `cache` becomes the object's own.
    bool check_free(CacheId& cache, std::uint64_t address, ObjectReference object, OperationNumber taken_by);
    bool check_red_zones(CacheId cache, std::uint64_t address, ObjectReference object);
    bool check_double_free(CacheId cache, std::uint64_t address, ObjectReference object);
    CacheId find_named(std::string_view text) const;
    CacheId find_mergeable(const CacheRequest& request) const;
    /// What slub_debug makes of the flags that a cache of this name asks for.
    SlabFlags flags_of(SlabFlags asked, std::string_view text) const;
    void name(CacheId cache, std::string_view text);
    void make_random_sequence(CacheId cache);
    void tell_leaks(CacheId cache);

    bool is_classic() const { return state_.allocator == SlabAllocatorKind::slab; }
    void free_checked(CacheId cache, ObjectReference object);
    /// flush and shrink of either allocator; true when no slab is left
    bool shrink_all(CacheId cache);

    Slub slub_;
    ClassicSlab classic_;
    SlabEmitter emitter_;
    const SlabState& state_;
    bool made_mistake_ = false;
};

}  // namespace pageframe
