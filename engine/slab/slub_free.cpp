// From an object back to a freelist: do_slab_free(), __slab_free(), kmem_cache_free_bulk().
#include "engine/slab/slub.h"

namespace pageframe {

/// Objects of one slab, linked from head to tail.
void Slub::free_list(CacheId cache, SlabId slab, ObjectIndex head, ObjectIndex tail, ObjectIndex count) {
    if (slab == own(cache).slab)
        emitter_.emit(PushCpuFreelist{slab, cache, head, tail, count, cpu_});
    else
        slow_free(cache, slab, head, tail, count);
}

void Slub::slow_free(CacheId cache, SlabId id, ObjectIndex head, ObjectIndex tail, ObjectIndex count) {
    if (geometry(cache).debugged()) return debug_free(cache, id, head, tail, count);
    const bool was_full = state_.slabs[id].freelist == no_object;
    emitter_.emit(PushSlabFreelist{id, cache, head, tail, count, cpu_});
    const Slab& slab = state_.slabs[id];
    // Frozen: a CPU owns it, and will find the object.
    if (slab.frozen) return;
    if (was_full) return put_cpu_partial(cache, id, true);
    if (slab.inuse != 0) return;
    const NodeId node = slab.node;
    lock(cache, node);
    if (!keeps_enough(cache, node)) return;
    emitter_.emit(RemovePartial{id, cache, node});
    discard(id);
}

void Slub::free_bulk(CacheId cache, std::span<ObjectReference> objects) {
    while (!objects.empty()) objects = objects.first(free_last_run(cache, objects));
}

/// build_detached_freelist(): the last object of the array, and those before it of the same slab, looking
/// past at most two others. They are linked in the order found; the others move down. Returns how many
/// are left.
std::size_t Slub::free_last_run(CacheId cache, std::span<ObjectReference> objects) {
    std::size_t at = objects.size() - 1;
    std::size_t left = at;
    const ObjectReference last = objects[at];
    std::vector<ObjectIndex> found{last.index};
    unsigned lookahead = 3;
    while (at > 0) {
        --at;
        if (objects[at].slab != last.slab) {
            if (--lookahead == 0) break;
            continue;
        }
        found.push_back(objects[at].index);
        --left;
        if (at != left) std::swap(objects[at], objects[left]);
    }
    for (std::size_t i = found.size(); i-- > 0;) {
        const ObjectIndex next = i + 1 < found.size() ? found[i + 1] : no_object;
        emitter_.emit(ReleaseObject{last.slab, state_.operation, found[i], next});
    }
    free_list(cache, last.slab, found.front(), found.back(), static_cast<ObjectIndex>(found.size()));
    return left;
}

}  // namespace pageframe
