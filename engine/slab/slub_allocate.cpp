// From a request to an object: slab_alloc_node(), ___slab_alloc(), allocate_slab(), kmem_cache_alloc_bulk().
#include "engine/slab/constructors.h"
#include "engine/slab/fast_path.h"
#include "engine/slab/slub.h"

namespace pageframe {

namespace {

/// GFP_RECLAIM_MASK | GFP_CONSTRAINT_MASK: what of the caller's flags the page allocator gets to see.
constexpr GfpFlags passed_on = gfp::reclaim | gfp::high | gfp::io | gfp::fs | gfp::nowarn | gfp::retry_mayfail |
                               gfp::nofail | gfp::noretry | gfp::memalloc | gfp::nomemalloc | gfp::atomic_context |
                               gfp::hardwall | gfp::thisnode;

}  // namespace

ObjectReference Slub::slow_allocate(const Request& asked) {
    Request request = asked;
    if (request.node != no_node && !node_has_memory(request.node)) request.node = no_node;
    if (geometry(request.cache).debugged()) return debug_allocate(request);
    if (load_from_cpu(request) || get_partial(request)) return take_from_cpu(request, true);
    const SlabId slab = new_slab(request);
    if (slab == no_slab) return {};
    emitter_.emit(LoadSlab{slab, request.cache, cpu_, LoadSlab::From::new_slab});
    return take_from_cpu(request, true);
}

/// What this CPU has, of the node that is asked for.
bool Slub::load_from_cpu(const Request& request) {
    return pageframe::load_from_cpu(emitter_, request.cache, cpu_, [&](SlabId id) {
        if (request.node == no_node || state_.slabs[id].node == request.node) return false;
        deactivate(request.cache, cpu_, Deactivate::Why::wrong_node);
        return true;
    });
}

/// allocate_slab(): the cache's order without much effort, else the smallest that holds one object.
SlabId Slub::new_slab(const Request& request) {
    const CacheGeometry& cut = geometry(request.cache);
    const GfpFlags flags = (request.gfp_flags & passed_on) | cut.allocation_flags;
    GfpFlags first_try = (flags | gfp::nowarn | gfp::noretry) & ~gfp::nofail;
    if ((first_try & gfp::direct_reclaim) && cut.order > cut.min_order)
        first_try = (first_try | gfp::nomemalloc) & ~gfp::reclaim;
    Order order = cut.order;
    std::uint32_t objects = cut.objects;
    Pfn pfn = source_.take(first_try, order, request.node);
    if (pfn == no_pfn) {
        order = cut.min_order;
        objects = cut.min_objects;
        pfn = source_.take(flags, order, request.node);
    }
    if (pfn == no_pfn) {
        emitter_.tell(SlabOutOfMemory{request.gfp_flags, request.cache});
        return no_slab;
    }
    const SlabId id = next_slab_id(state_);
    emitter_.emit(NewSlab{id, pfn, request.cache, static_cast<ObjectIndex>(objects), order, source_.node_of(pfn)});
    if (objects >= 2 && request.cache < state_.random_sequences.size() &&
        !state_.random_sequences[request.cache].empty()) {
        std::uint64_t random_state = state_.random_state;
        const std::uint32_t start =
            source_.start_in_sequence(pfn, state_.random_sequences[request.cache], random_state);
        emitter_.emit(ShuffleFreelist{random_state, id, start});
    }
    if (geometry(request.cache).debugged()) source_.paint_slab(id);
    construct_objects(emitter_, source_, id);
    return id;
}

bool Slub::allocate_bulk(CacheId cache, GfpFlags gfp_flags, std::uint32_t count,
                         std::vector<ObjectReference>& objects) {
    emitter_.tell(RequestObject{gfp_flags, cache, cpu_, no_node});
    const Request request{cache, gfp_flags, no_node, 0};
    objects.clear();
    for (std::uint32_t i = 0; i < count; ++i) {
        const ObjectReference object =
            own(cache).freelist != no_object ? take_from_cpu(request, false) : slow_allocate(request);
        if (object.slab == no_slab) {
            free_bulk(cache, objects);
            objects.clear();
            return false;
        }
        objects.push_back(object);
    }
    return true;
}

}  // namespace pageframe
