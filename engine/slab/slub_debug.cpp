// Caches with a debugging flag: alloc_single_from_partial(), alloc_single_from_new_slab(),
// free_to_partial_list(). No CPU keeps slabs of them; every object costs the node's list_lock, and every
// check sees every object.
#include "engine/slab/slub.h"

namespace pageframe {

ObjectReference Slub::debug_allocate(const Request& request) {
    const ObjectReference object = single_from_partial(request);
    return object.slab != no_slab ? object : single_from_new_slab(request);
}

ObjectReference Slub::single_from_partial(const Request& request) {
    const NodeId first = request.node != no_node ? request.node : local_node();
    ObjectReference object = single_from_node(request, first);
    if (object.slab != no_slab || request.node != no_node) return object;
    for (NodeId node : nodes_with_plenty(request)) {
        object = single_from_node(request, node);
        if (object.slab != no_slab) break;
    }
    return object;
}

ObjectReference Slub::single_from_node(const Request& request, NodeId node) {
    const SlabId id = state_.cache_node(request.cache, node).partial.head;
    if (id == no_slab) return {};
    lock(request.cache, node);
    if (!check_free_object(request.cache, {id, state_.slabs[id].freelist})) {
        emitter_.emit(RemovePartial{id, request.cache, node});
        emitter_.emit(QuarantineSlab{id, request.cache});
        return single_from_node(request, node);
    }
    const ObjectReference object = take_single(request, id);
    if (state_.slabs[id].inuse == state_.slabs[id].objects) {
        emitter_.emit(RemovePartial{id, request.cache, node});
        mark_full(request.cache, id);
    }
    return object;
}

ObjectReference Slub::single_from_new_slab(const Request& request) {
    const SlabId id = new_slab(request);
    if (id == no_slab) return {};
    const ObjectReference object = take_single(request, id);
    const NodeId node = state_.slabs[id].node;
    lock(request.cache, node);
    if (state_.slabs[id].inuse == state_.slabs[id].objects)
        mark_full(request.cache, id);
    else
        emitter_.emit(AddPartial{id, request.cache, node, SlabListEnd::head});
    return object;
}

ObjectReference Slub::take_single(const Request& request, SlabId id) {
    const ObjectIndex index = state_.slabs[id].freelist;
    const ObjectIndex next = state_.object(state_.slabs[id], index).next;
    emitter_.emit(TakeSingle{id, state_.operation, request.requested, index, next, cpu_,
                             state_.slabs[id].place == SlabPlace::floating});
    source_.paint_object({id, index}, Painted::anew);
    return {id, index};
}

/// check_object() before an object is given out: false when its poison or a red zone was written over.
bool Slub::check_free_object(CacheId cache, ObjectReference object) {
    const SlabObject& record = state_.object(state_.slabs[object.slab], object.index);
    const CacheGeometry& cut = geometry(cache);
    if (record.marks == 0 || !cut.has(slab_flag::consistency_checks)) return true;
    std::uint8_t seen = 0;
    if (cut.has(slab_flag::object_poison)) seen |= damaged_while_free;
    if (cut.has(slab_flag::red_zone)) seen |= damaged_left_red_zone | damaged_right_red_zone;
    if ((record.marks & seen) == 0) return true;
    emitter_.emit(SlabMistake{object_address(state_, object), record.freed_by, no_operation, object.slab, object.index,
                              cache, no_cache, SlabMistake::Kind::damaged_at_alloc, 1});
    source_.paint_object(object, Painted::restored);
    emitter_.emit(ClearMarks{object.slab, object.index, true});
    return false;
}

void Slub::restore_red_zones(ObjectReference object) { source_.paint_object(object, Painted::red_zones_restored); }

/// A link that was written over leads nowhere: the rest of the list is lost.
void Slub::check_free_pointer(CacheId cache, ObjectReference object) {
    const SlabObject record = state_.object(state_.slabs[object.slab], object.index);
    if (record.marks & damaged_free_pointer) {
        emitter_.emit(SlabMistake{object_address(state_, object), record.freed_by, no_operation, object.slab,
                                  object.index, cache, no_cache, SlabMistake::Kind::wild_free_pointer, 1});
        emitter_.emit(CutFreelist{object.slab, object.index});
    }
    emitter_.emit(ClearMarks{object.slab, object.index, false});
}

void Slub::mark_full(CacheId cache, SlabId id) {
    emitter_.emit(MarkFull{id, cache, state_.slabs[id].node, geometry(cache).has(slab_flag::store_user)});
}

void Slub::debug_free(CacheId cache, SlabId id, ObjectIndex head, ObjectIndex tail, ObjectIndex count) {
    const NodeId node = state_.slabs[id].node;
    const bool was_full = state_.slabs[id].freelist == no_object;
    lock(cache, node);
    ObjectIndex index = head;
    for (ObjectIndex i = 0; i < count && index != no_object; ++i) {
        source_.paint_object({id, index}, Painted::anew);
        index = state_.object(state_.slabs[id], index).next;
    }
    emitter_.emit(PushSlabFreelist{id, cache, head, tail, count, cpu_});
    const bool gone = state_.slabs[id].inuse == 0 && keeps_enough(cache, node);
    if (was_full) {
        emitter_.emit(UnmarkFull{id, cache, node, geometry(cache).has(slab_flag::store_user)});
        if (!gone) emitter_.emit(AddPartial{id, cache, node, SlabListEnd::tail});
    } else if (gone) {
        emitter_.emit(RemovePartial{id, cache, node});
    }
    if (gone) discard(id);
}

}  // namespace pageframe
