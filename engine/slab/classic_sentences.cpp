// What a reader is told of the classic SLAB's events.
#include "engine/slab/slab_events.h"

namespace pageframe {

namespace {

std::string name_of(const SlabState& state, CacheId cache) { return std::string(state.caches[cache].name_text()); }

std::string objects_text(std::uint64_t count) { return std::to_string(count) + (count == 1 ? " object" : " objects"); }

Sentence& slab_at(Sentence& s, const SlabState& state, SlabId id, Role role) {
    s << "the slab at ";
    return s.block(role, state.slabs[id].pfn, state.slabs[id].order);
}

Sentence& object_in(Sentence& s, const SlabState& state, SlabId id, ObjectIndex index, Role role) {
    s.in_role(role, "object " + std::to_string(index));
    s << " of ";
    return slab_at(s, state, id, role);
}

const char* list_name(SlabPlace place) {
    switch (place) {
    case SlabPlace::full: return "full";
    case SlabPlace::node_partial: return "partial";
    case SlabPlace::node_free: return "free";
    default: return "no";
    }
}

}  // namespace

Sentence TakeFromArray::sentence(const SlabState& state) const {
    Sentence s;
    s << "The top of CPU " << std::uint32_t{cpu} << "'s array of " << name_of(state, cache) << ", ";
    object_in(s, state, slab, index, Role::taken);
    const OperationNumber freed_by = state.object(state.slabs[slab], index).freed_by;
    if (freed_by == no_operation)
        s << ", is taken: nobody had it before. ";
    else
        s << ", is taken: operation " << (freed_by + 1) << " freed it, and what came last goes first. ";
    return s << objects_text(state.cpu_cache(cache, cpu).avail - 1U) << " left in the array.";
}

Sentence PutInArray::sentence(const SlabState& state) const {
    Sentence s;
    object_in(s, state, slab, index, Role::taken);
    return s << " goes on top of CPU " << std::uint32_t{cpu}
             << "'s array: " << objects_text(state.cpu_cache(cache, cpu).avail + 1U)
             << " in it. Its slab counts it as in use, and keeps what a constructor has set up.";
}

Sentence FillArray::sentence(const SlabState& state) const {
    Sentence s;
    object_in(s, state, slab, index, Role::taken);
    return s << " moves to CPU " << std::uint32_t{cpu}
             << "'s array; the slab's next free one is what its bufctl entry says.";
}

Sentence TakeFromShared::sentence(const SlabState& state) const {
    return Sentence() << "CPU " << std::uint32_t{cpu} << " finds its array of " << name_of(state, cache)
                      << " empty and takes " << objects_text(count) << " from the array that the node's CPUs share.";
}

Sentence GiveToShared::sentence(const SlabState& state) const {
    return Sentence() << "CPU " << std::uint32_t{cpu} << "'s array of " << name_of(state, cache)
                      << " is full: " << objects_text(count)
                      << ", its oldest, go to the array that the node's CPUs share.";
}

Sentence DropEntries::sentence(const SlabState& state) const {
    Sentence s;
    if (shared)
        s << "The shared array of " << name_of(state, cache);
    else
        s << "CPU " << std::uint32_t{cpu} << "'s array of " << name_of(state, cache);
    return s << " is shorter by its " << count << " oldest; the others move down.";
}

Sentence PutBack::sentence(const SlabState& state) const {
    Sentence s;
    object_in(s, state, slab, index, Role::changed);
    return s << " goes back to its slab: bufctl[" << std::uint32_t{index} << "] points to the one freed before.";
}

Sentence MoveSlab::sentence(const SlabState& state) const {
    Sentence s;
    slab_at(s, state, slab, Role::changed);
    const SlabPlace from = state.slabs[slab].place;
    if (to == SlabPlace::floating) return s << " leaves the " << list_name(from) << " list.";
    if (from == to)
        return s << " goes to the " << (end == SlabListEnd::head ? "head" : "tail") << " of the " << list_name(to)
                 << " list.";
    return s << " goes from the " << list_name(from) << " list to the " << (end == SlabListEnd::head ? "head" : "tail")
             << " of the " << list_name(to) << " list.";
}

Sentence ColourSlab::sentence(const SlabState& state) const {
    const CacheGeometry& geometry = state.caches[cache].geometry;
    Sentence s;
    s << "Its first object starts at byte " << std::uint32_t{start} << ": colour "
      << (geometry.colours == 0 ? 0U : state.cache_node(cache, state.slabs[slab].node).colour_next) << " of "
      << std::max(1U, geometry.colours) << " times " << geometry.colour_bytes << " bytes";
    if (geometry.management_off_slab)
        s << "; its management lies elsewhere.";
    else
        s << ", and " << geometry.management_bytes << " bytes of management before the objects.";
    return s;
}

Sentence ForgetFree::sentence(const SlabState& state) const {
    return Sentence() << "The node has more free objects of " << name_of(state, cache) << " than it keeps: " << objects
                      << " fewer.";
}

}  // namespace pageframe
