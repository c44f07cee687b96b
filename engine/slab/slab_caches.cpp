// Caches come and go: kmem_cache_create(), kmem_cache_shrink(), kmem_cache_destroy() (mm/slab_common.c, Linux 6.1).
#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

#include "engine/slab/slab_allocator.h"

namespace pageframe {

namespace {

bool sensible(const CacheRequest& request) {
    return (request.flags & ~slab_flag::permitted) == 0 && (request.align == 0 || std::has_single_bit(request.align));
}

}  // namespace

CacheId SlabAllocator::create(std::string_view text, const CacheRequest& asked) {
    CacheGeometry geometry;
    CacheRequest request = asked;
    request.flags = flags_of(asked.flags & slab_flag::created, text);
    const bool room = next_cache_id(state_) < no_cache;
    if (!sensible(asked) || !room || !geometry_for(state_, request, geometry)) {
        mistake(SlabMistake::about(SlabMistake::Kind::bad_request, 0, no_cache));
        return no_cache;
    }
    const CacheId older = find_named(text);
    if (is_classic() && older != no_cache) {
        mistake(SlabMistake::about(SlabMistake::Kind::duplicate_name, 0, older));
        return no_cache;
    }
    const CacheId shared = find_mergeable(request);
    if (shared != no_cache) {
        emitter_.emit(ShareCache{shared, request.size});
        if (older != no_cache && older != shared) emitter_.tell(TakeOverName{older});
        return shared;
    }
    const CacheId cache = next_cache_id(state_);
    emitter_.emit(CreateCache{request, cache, 1, 0, 0, 0, request.flags & ~asked.flags});
    name(cache, text);
    if (older != no_cache) emitter_.tell(TakeOverName{older});
    make_random_sequence(cache);
    return cache;
}

CacheId SlabAllocator::create_kmalloc(std::string_view text, CacheRequest request, std::uint8_t type,
                                      std::uint8_t index) {
    const CacheId cache = next_cache_id(state_);
    if (cache == no_cache) return no_cache;
    const SlabFlags asked = std::exchange(request.flags, flags_of(request.flags, text));
    // The plain ones say of themselves that they are never shared.
    emitter_.emit(CreateCache{request, cache, static_cast<std::int16_t>(type == 0 ? -1 : 1), 1, type, index,
                              request.flags & ~asked});
    name(cache, text);
    make_random_sequence(cache);
    return cache;
}

SlabFlags SlabAllocator::flags_of(SlabFlags asked, std::string_view text) const {
    return is_classic() ? asked : with_slub_debug(state_.slub.debug, asked, text);
}

void SlabAllocator::name(CacheId cache, std::string_view text) {
    for (std::uint8_t part = 0; part < 2 && (part == 0 || text.size() > 32U * part); ++part) {
        NameCache event{cache, part, {}};
        const std::string_view piece = text.substr(32U * part, part == 0 ? 32 : 31);
        std::copy(piece.begin(), piece.end(), event.text.begin());
        emitter_.emit(event);
    }
}

/// The newest cache of this name.
CacheId SlabAllocator::find_named(std::string_view text) const {
    if (text.empty()) return no_cache;
    for (CacheId id = state_.newest_cache; id != no_cache; id = state_.caches[id].next)
        if (state_.caches[id].name_text() == text) return id;
    return no_cache;
}

void SlabAllocator::make_random_sequence(CacheId cache) {
    const std::uint32_t objects = state_.caches[cache].geometry.objects;
    if (state_.freelist_random && objects >= 2 && !is_classic())
        emitter_.emit(MakeRandomSequence{state_.random_state, cache, static_cast<std::uint16_t>(objects)});
}

/// find_mergeable(): the oldest cache that will do.
CacheId SlabAllocator::find_mergeable(const CacheRequest& request) const {
    if (!state_.merge || state_.allocator != SlabAllocatorKind::slub) return no_cache;
    for (CacheId id = state_.oldest_cache; id != no_cache; id = state_.caches[id].previous) {
        const KmemCache& cache = state_.caches[id];
        if (cache.refcount < 0 || cache.request.constructor || cache.user_bytes || cache.destroyed > 1) continue;
        if (can_merge(request, cache.geometry)) return id;
    }
    return no_cache;
}

bool SlabAllocator::shrink(CacheId cache) { return known(cache) && shrink_all(cache); }

void SlabAllocator::flush(CacheId cache, CpuId cpu) {
    if (known(cache) && !is_classic()) slub_.flush(cache, cpu);
}

bool SlabAllocator::shrink_all(CacheId cache) {
    if (is_classic()) return classic_.shrink(cache);
    std::vector<CpuId> cpus(state_.cpu_count());
    std::iota(cpus.begin(), cpus.end(), CpuId{0});
    return slub_.shrink(cache, cpus);
}

bool SlabAllocator::destroy(CacheId cache) {
    if (!known(cache)) return false;
    if (state_.caches[cache].destroyed && !is_classic()) {
        mistake(SlabMistake::about(SlabMistake::Kind::destroyed_twice, 0, cache));
        return false;
    }
    if (state_.caches[cache].refcount > 1) {
        emitter_.emit(UnshareCache{cache});
        return true;
    }
    if (is_classic()) {
        classic_.shrink(cache);
    } else {
        for (std::size_t cpu = 0; cpu < state_.cpu_count(); ++cpu) slub_.flush(cache, static_cast<CpuId>(cpu));
        slub_.free_empty_slabs(cache);
    }
    if (state_.caches[cache].slabs != no_slab) {
        tell_leaks(cache);
        return false;
    }
    emitter_.emit(RemoveCache{cache});
    return true;
}

/// list_slab_objects(): every object in use, with who took it; not more of them than one can read.
void SlabAllocator::tell_leaks(CacheId cache) {
    constexpr unsigned most_told = 16;
    unsigned told = 0;
    for (SlabId id = state_.caches[cache].slabs; id != no_slab; id = state_.slabs[id].next_of_cache)
        for (ObjectIndex i = 0; i < state_.slabs[id].objects && told < most_told; ++i) {
            const SlabObject& object = state_.object(state_.slabs[id], i);
            if (!object.allocated) continue;
            SlabMistake leak =
                SlabMistake::about(SlabMistake::Kind::leak, object_address(state_, {id, i}), cache, {id, i});
            leak.first = object.allocated_by;
            mistake(leak);
            ++told;
        }
}

}  // namespace pageframe
