#include "engine/slab/slab_allocator.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace pageframe {

namespace {

SlabMistake about(SlabMistake::Kind kind, std::uint64_t address, CacheId cache) {
    return {address, no_operation, no_operation, no_slab, no_object, cache, no_cache, kind, 0};
}

SlabMistake about(SlabMistake::Kind kind, std::uint64_t address, CacheId cache, ObjectReference object) {
    SlabMistake what = about(kind, address, cache);
    what.slab = object.slab;
    what.index = object.index;
    return what;
}

bool sensible(const CacheRequest& request) {
    return (request.flags & ~slab_flag::permitted) == 0 && (request.align == 0 || std::has_single_bit(request.align));
}

}  // namespace

void SlabAllocator::mistake(const SlabMistake& what) {
    made_mistake_ = true;
    emitter_.emit(what);
}

void SlabAllocator::check_atomic(GfpFlags gfp_flags) {
    if (gfp_flags & gfp::direct_reclaim) mistake(about(SlabMistake::Kind::sleep_in_atomic, 0, no_cache));
}

void SlabAllocator::tell_unknown(CacheId cache) { mistake(about(SlabMistake::Kind::destroyed_cache, 0, cache)); }

// ---------------------------------------------------------------- caches

CacheId SlabAllocator::create(std::string_view text, const CacheRequest& asked) {
    CacheGeometry geometry;
    CacheRequest request = asked;
    request.flags &= slab_flag::created;
    const bool room = next_cache_id(state_) < no_cache;
    if (!sensible(asked) || !room || !geometry_for(state_, request, geometry)) {
        mistake(about(SlabMistake::Kind::bad_request, 0, no_cache));
        return no_cache;
    }
    const CacheId older = find_named(text);
    if (is_classic() && older != no_cache) {
        mistake(about(SlabMistake::Kind::duplicate_name, 0, older));
        return no_cache;
    }
    const CacheId shared = find_mergeable(request);
    if (shared != no_cache) {
        emitter_.emit(ShareCache{shared, request.size});
        if (older != no_cache && older != shared) emitter_.tell(TakeOverName{older});
        return shared;
    }
    const CacheId cache = next_cache_id(state_);
    emitter_.emit(CreateCache{request, cache, 1, 0, 0, 0});
    name(cache, text);
    if (older != no_cache) emitter_.tell(TakeOverName{older});
    make_random_sequence(cache);
    return cache;
}

CacheId SlabAllocator::create_kmalloc(std::string_view text, const CacheRequest& request, std::uint8_t type,
                                      std::uint8_t index) {
    const CacheId cache = next_cache_id(state_);
    if (cache == no_cache) return no_cache;
    // The plain ones say of themselves that they are never shared.
    emitter_.emit(CreateCache{request, cache, static_cast<std::int16_t>(type == 0 ? -1 : 1), 1, type, index});
    name(cache, text);
    make_random_sequence(cache);
    return cache;
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
        mistake(about(SlabMistake::Kind::destroyed_twice, 0, cache));
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
                about(SlabMistake::Kind::leak, object_address(state_, {id, i}), cache, ObjectReference{id, i});
            leak.first = object.allocated_by;
            mistake(leak);
            ++told;
        }
}

// ---------------------------------------------------------------- objects

std::uint64_t SlabAllocator::allocate(CacheId cache, GfpFlags gfp_flags, NodeId node, std::uint32_t requested) {
    if (!known(cache)) [[unlikely]]
        return 0;
    if ((gfp_flags & gfp::zero) && state_.caches[cache].request.constructor)
        mistake(about(SlabMistake::Kind::constructor_zero, 0, cache));
    const ObjectReference object = is_classic() ? classic_.allocate(cache, gfp_flags, node, requested)
                                                : slub_.allocate(cache, gfp_flags, node, requested);
    return object.slab == no_slab ? 0 : object_address(state_, object);
}

void SlabAllocator::free(CacheId cache, std::uint64_t address, OperationNumber taken_by) {
    if (!known(cache)) [[unlikely]]
        return;
    const ObjectReference object = object_at(state_, address);
    if (plainly_right(cache, object, taken_by) || check_free(cache, address, object, taken_by))
        free_checked(cache, object);
}

void SlabAllocator::free_checked(CacheId cache, ObjectReference object) {
    if (is_classic())
        classic_.free(cache, object);
    else
        slub_.free(cache, object);
}

bool SlabAllocator::check_free(CacheId& cache, std::uint64_t address, ObjectReference object,
                               OperationNumber taken_by) {
    if (object.slab == no_slab) {
        mistake(about(SlabMistake::Kind::not_a_slab, address, cache));
        return false;
    }
    const CacheId owner = state_.slabs[object.slab].cache;
    if (object.index == no_object) {
        mistake(about(SlabMistake::Kind::not_an_object, address, owner, object));
        return false;
    }
    if (owner != cache) {
        SlabMistake wrong = about(SlabMistake::Kind::wrong_cache, address, owner, object);
        wrong.asked = cache;
        mistake(wrong);
        if (is_classic()) return false;
        cache = owner;
    }
    const SlabObject& record = state_.object(state_.slabs[object.slab], object.index);
    if (!record.allocated) return check_double_free(cache, address, object);
    if (taken_by != no_operation && record.allocated_by != taken_by && record.allocated_by != no_operation) {
        SlabMistake stale = about(SlabMistake::Kind::stale_free, address, cache, object);
        stale.first = taken_by;
        stale.second = record.allocated_by;
        mistake(stale);
    }
    return check_red_zones(cache, address, object);
}

/// free_consistency_checks(): with a red zone written over, the object is not freed.
bool SlabAllocator::check_red_zones(CacheId cache, std::uint64_t address, ObjectReference object) {
    const SlabObject record = state_.object(state_.slabs[object.slab], object.index);
    if (record.marks == 0) [[likely]]
        return true;
    const CacheGeometry& geometry = state_.caches[cache].geometry;
    const bool seen = (record.marks & (damaged_left_red_zone | damaged_right_red_zone)) != 0 &&
                      geometry.has(slab_flag::red_zone) && geometry.has(slab_flag::consistency_checks);
    if (seen) {
        SlabMistake what = about(SlabMistake::Kind::damaged_at_free, address, cache, object);
        what.first = record.allocated_by;
        mistake(what);
    }
    emitter_.emit(ClearMarks{object.slab, object.index, seen});
    return !seen;
}

/// With SLAB_CONSISTENCY_CHECKS it is refused; without, SLAB_FREELIST_HARDENED notices only when the object
/// would point to itself.
bool SlabAllocator::check_double_free(CacheId cache, std::uint64_t address, ObjectReference object) {
    const Slab& slab = state_.slabs[object.slab];
    const bool of_this_cpu = slab.place == SlabPlace::cpu && slub_.own_slab(cache) == object.slab;
    const ObjectIndex head = of_this_cpu ? slub_.own_freelist(cache) : slab.freelist;
    auto kind = SlabMistake::Kind::double_free;
    if (state_.caches[cache].geometry.has(slab_flag::consistency_checks))
        kind = SlabMistake::Kind::double_free_found;
    else if (head == object.index && !is_classic())
        kind = SlabMistake::Kind::double_free_head;
    SlabMistake what = about(kind, address, cache, object);
    what.first = state_.object(slab, object.index).freed_by;
    what.corrupts = kind == SlabMistake::Kind::double_free;
    mistake(what);
    return what.corrupts != 0;
}

std::size_t SlabAllocator::allocate_bulk(CacheId cache, GfpFlags gfp_flags, std::uint32_t count,
                                         std::vector<ObjectReference>& objects) {
    objects.clear();
    if (!known(cache)) return 0;
    if (!is_classic()) {
        slub_.allocate_bulk(cache, gfp_flags, count, objects);
        return objects.size();
    }
    while (objects.size() < count) {
        const ObjectReference object = classic_.allocate(cache, gfp_flags);
        if (object.slab == no_slab) {
            for (ObjectReference got : objects) classic_.free(cache, got);
            objects.clear();
            break;
        }
        objects.push_back(object);
    }
    return objects.size();
}

/// Objects that can't be freed are told and left out, as are those of another cache, which are freed alone.
void SlabAllocator::free_bulk(CacheId cache, std::span<const std::uint64_t> addresses) {
    if (!known(cache)) return;
    std::vector<ObjectReference> objects;
    for (std::uint64_t address : addresses) {
        const ObjectReference object = object_at(state_, address);
        CacheId owner = cache;
        const bool twice = std::find(objects.begin(), objects.end(), object) != objects.end();
        if (twice) mistake(about(SlabMistake::Kind::double_free_head, address, owner, object));
        if (twice || !check_free(owner, address, object, no_operation)) continue;
        if (owner != cache)
            free_checked(owner, object);
        else
            objects.push_back(object);
    }
    if (!is_classic()) return slub_.free_bulk(cache, objects);
    for (ObjectReference object : objects) classic_.free(cache, object);
}

}  // namespace pageframe
