// The lists of slabs: get_partial(), put_cpu_partial(), deactivate_slab(), kmem_cache_shrink().
#include <algorithm>

#include "engine/slab/slub.h"

namespace pageframe {

/// get_partial(): the wanted node's list, or the own one and then those of other nodes.
bool Slub::get_partial(const Request& request) {
    const NodeId first = request.node != no_node ? request.node : local_node();
    if (get_partial_node(request, first)) return true;
    if (request.node != no_node) return false;
    for (NodeId node : nodes_with_plenty(request))
        if (get_partial_node(request, node)) return true;
    return false;
}

/// get_any_partial(): the nodes that have more partial slabs than they must keep.
std::vector<NodeId> Slub::nodes_with_plenty(const Request& request) const {
    std::vector<NodeId> nodes;
    if (state_.node_count == 1 || state_.caches[request.cache].remote_node_defrag_ratio == 0) return nodes;
    for (NodeId node : source_.nodes_from(local_node(), request.gfp_flags))
        if (state_.cache_node(request.cache, node).partial.count > geometry(request.cache).min_partial)
            nodes.push_back(node);
    return nodes;
}

/// The first slab of the node's list becomes the CPU's, and some more go to the CPU's partial list while
/// the lock is held.
bool Slub::get_partial_node(const Request& request, NodeId node) {
    if (state_.cache_node(request.cache, node).partial.count == 0) return false;
    lock(request.cache, node);
    std::uint32_t kept = 0;
    bool loaded = false;
    for (;;) {
        const SlabId id = state_.cache_node(request.cache, node).partial.head;
        if (id == no_slab) break;
        emitter_.emit(RemovePartial{id, request.cache, node});
        if (!loaded) {
            emitter_.emit(LoadSlab{id, request.cache, cpu_, LoadSlab::From::node_partial});
            loaded = true;
        } else {
            put_cpu_partial(request.cache, id, false);
            ++kept;
        }
        if (kept > geometry(request.cache).cpu_partial_slabs / 2) break;
    }
    return loaded;
}

/// put_cpu_partial(): with `drain`, a list that is long enough goes to the node first, as a whole.
void Slub::put_cpu_partial(CacheId cache, SlabId slab, bool drain) {
    SlabId head = own(cache).partial;
    if (head != no_slab && drain && state_.slabs[head].partial_slabs >= geometry(cache).cpu_partial_slabs) {
        unfreeze_partials(cache);
        head = no_slab;
    }
    const unsigned before = head != no_slab ? state_.slabs[head].partial_slabs : 0;
    emitter_.emit(KeepForCpu{slab, cache, static_cast<std::uint16_t>(before + 1), cpu_});
}

/// __unfreeze_partials(): each slab to the tail of its node's list, but an empty one back to the page
/// allocator if the node has enough.
void Slub::unfreeze_partials(CacheId cache) {
    std::vector<SlabId> empty;
    NodeId locked = no_node;
    for (SlabId id = own(cache).partial; id != no_slab; id = own(cache).partial) {
        const NodeId node = state_.slabs[id].node;
        if (node != locked) lock(cache, node);
        locked = node;
        emitter_.emit(Unfreeze{id, cache, cpu_});
        if (state_.slabs[id].inuse == 0 && keeps_enough(cache, node))
            empty.push_back(id);
        else
            emitter_.emit(AddPartial{id, cache, node, SlabListEnd::tail});
    }
    std::reverse(empty.begin(), empty.end());
    discard(empty);
}

/// deactivate_slab(): to the head of the node's list, but to the tail if other CPUs have given objects
/// back to it.
void Slub::deactivate(CacheId cache, CpuId cpu, Deactivate::Why why) {
    const CpuCache& left = state_.cpu_cache(cache, cpu);
    const SlabId id = left.slab;
    const ObjectIndex first = left.freelist;
    const SlabListEnd end = state_.slabs[id].freelist != no_object ? SlabListEnd::tail : SlabListEnd::head;
    ObjectIndex last = no_object;
    ObjectIndex count = 0;
    // A corrupted freelist may be a circle: no more steps than there are objects.
    for (ObjectIndex i = first; i != no_object && count < state_.slabs[id].objects; ++count) {
        last = i;
        i = state_.object(state_.slabs[id], i).next;
    }
    emitter_.emit(Deactivate{id, cache, first, last, count, cpu, why});
    const Slab& slab = state_.slabs[id];
    if (slab.inuse == 0 && keeps_enough(cache, slab.node)) {
        discard(id);
    } else if (slab.freelist != no_object) {
        lock(cache, slab.node);
        emitter_.emit(AddPartial{id, cache, slab.node, end});
    }
}

void Slub::discard(SlabId id) {
    const Pfn pfn = state_.slabs[id].pfn;
    const Order order = state_.slabs[id].order;
    emitter_.emit(DiscardSlab{id, pfn, order});
    source_.give_back(pfn, order);
}

void Slub::discard(const std::vector<SlabId>& slabs) {
    for (SlabId id : slabs) discard(id);
}

void Slub::flush(CacheId cache, CpuId cpu) {
    const CpuId executing = std::exchange(cpu_, cpu);
    if (own(cache).slab != no_slab) deactivate(cache, cpu, Deactivate::Why::flush);
    unfreeze_partials(cache);
    cpu_ = executing;
}

bool Slub::shrink(CacheId cache, std::span<const CpuId> cpus) {
    for (CpuId cpu : cpus) flush(cache, cpu);
    std::uint32_t left = 0;
    for (NodeId node = 0; node < state_.node_count; ++node) {
        shrink_node(cache, node);
        left += state_.cache_node(cache, node).nr_slabs;
    }
    return left == 0;
}

/// __kmem_cache_do_shrink(): empty slabs go back; those with at most 32 free objects come to the front,
/// the fullest first, so that they fill up and the others run empty.
void Slub::shrink_node(CacheId cache, NodeId node) {
    constexpr unsigned most_free = 32;
    std::vector<SlabId> empty;
    std::vector<SlabId> promoted[most_free];
    lock(cache, node);
    for (SlabId id = state_.cache_node(cache, node).partial.head; id != no_slab; id = state_.slabs[id].next) {
        const Slab& slab = state_.slabs[id];
        const unsigned free = slab.objects - static_cast<unsigned>(slab.inuse);
        if (slab.inuse == 0)
            empty.push_back(id);
        else if (free <= most_free)
            promoted[free - 1].push_back(id);
    }
    for (SlabId id : empty) emitter_.emit(RemovePartial{id, cache, node});
    for (unsigned free = most_free; free-- > 0;)
        for (SlabId id : promoted[free]) {
            if (state_.cache_node(cache, node).partial.head == id) continue;
            emitter_.emit(RemovePartial{id, cache, node});
            emitter_.emit(AddPartial{id, cache, node, SlabListEnd::head});
        }
    std::reverse(empty.begin(), empty.end());
    discard(empty);
}

void Slub::free_empty_slabs(CacheId cache) {
    for (NodeId node = 0; node < state_.node_count; ++node) {
        std::vector<SlabId> empty;
        lock(cache, node);
        for (SlabId id = state_.cache_node(cache, node).partial.head; id != no_slab; id = state_.slabs[id].next)
            if (state_.slabs[id].inuse == 0) empty.push_back(id);
        for (SlabId id : empty) emitter_.emit(RemovePartial{id, cache, node});
        std::reverse(empty.begin(), empty.end());
        discard(empty);
    }
}

}  // namespace pageframe
