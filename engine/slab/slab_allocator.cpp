#include "engine/slab/slab_allocator.h"

#include <algorithm>

namespace pageframe {

void SlabAllocator::mistake(const SlabMistake& what) {
    made_mistake_ = true;
    emitter_.emit(what);
}

void SlabAllocator::check_atomic(GfpFlags gfp_flags) {
    if (gfp_flags & gfp::direct_reclaim) mistake(SlabMistake::about(SlabMistake::Kind::sleep_in_atomic, 0, no_cache));
}

void SlabAllocator::tell_unknown(CacheId cache) {
    mistake(SlabMistake::about(SlabMistake::Kind::destroyed_cache, 0, cache));
}

// ---------------------------------------------------------------- objects

std::uint64_t SlabAllocator::allocate(CacheId cache, GfpFlags gfp_flags, NodeId node, std::uint32_t requested) {
    if (!known(cache)) [[unlikely]]
        return 0;
    if ((gfp_flags & gfp::zero) && state_.caches[cache].request.constructor)
        mistake(SlabMistake::about(SlabMistake::Kind::constructor_zero, 0, cache));
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
        mistake(SlabMistake::about(SlabMistake::Kind::not_a_slab, address, cache));
        return false;
    }
    const CacheId owner = state_.slabs[object.slab].cache;
    if (object.index == no_object) {
        mistake(SlabMistake::about(SlabMistake::Kind::not_an_object, address, owner, object));
        return false;
    }
    if (owner != cache) {
        SlabMistake wrong = SlabMistake::about(SlabMistake::Kind::wrong_cache, address, owner, object);
        wrong.asked = cache;
        mistake(wrong);
        if (is_classic()) return false;
        cache = owner;
    }
    const SlabObject& record = state_.object(state_.slabs[object.slab], object.index);
    if (!record.allocated) return check_double_free(cache, address, object);
    if (taken_by != no_operation && record.allocated_by != taken_by && record.allocated_by != no_operation) {
        SlabMistake stale = SlabMistake::about(SlabMistake::Kind::stale_free, address, cache, object);
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
        SlabMistake what = SlabMistake::about(SlabMistake::Kind::damaged_at_free, address, cache, object);
        what.first = record.allocated_by;
        mistake(what);
    }
    if (seen) slub_.restore_red_zones(object);
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
    SlabMistake what = SlabMistake::about(kind, address, cache, object);
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
        if (twice) mistake(SlabMistake::about(SlabMistake::Kind::double_free_head, address, owner, object));
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
