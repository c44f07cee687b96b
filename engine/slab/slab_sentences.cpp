// What a reader is told of each event. `state` is as the event finds it.
#include "engine/slab/slab_events.h"

namespace pageframe {

namespace {

/// The vmalloc region (paging/layout.h, which is further down the line).
constexpr std::uint64_t vmalloc_start = 0xffffc90000000000ULL, vmalloc_end = 0xffffe8ffffffffffULL;

std::string cache_text(const SlabState& state, CacheId id) {
    if (id >= state.cache_limit || !state.caches[id].in_use()) return "a cache that is gone";
    const std::string_view name = state.caches[id].name_text();
    return name.empty() ? "the new cache" : std::string(name);
}

std::string bytes_text(std::uint64_t bytes) {
    std::string digits = std::to_string(bytes);
    for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
    return digits + (bytes == 1 ? " byte" : " bytes");
}

std::string count_text(std::uint64_t count, const char* one, const char* many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string objects_text(std::uint64_t count) { return count_text(count, "object", "objects"); }
std::string pages_text(Order order) { return count_text(frames_in(order), "page", "pages"); }
std::string operation_text(OperationNumber operation) {
    return operation == no_operation ? "before the run began" : "operation " + std::to_string(operation + 1);
}

/// "the slab at pfn 512"
Sentence& slab(Sentence& s, const SlabState& state, SlabId id, Role role) {
    s << "the slab at ";
    return s.block(role, state.slabs[id].pfn, state.slabs[id].order);
}

/// "object 3 of the slab at pfn 512"
Sentence& object(Sentence& s, const SlabState& state, SlabId id, ObjectIndex index, Role role) {
    s.in_role(role, (s.parts().empty() ? "Object " : "object ") + std::to_string(index));
    s << " of ";
    return slab(s, state, id, role);
}

/// A double free that nobody noticed leaves `inuse` wrong: then below 0, or above the number of objects.
std::uint64_t free_in(const Slab& slab) { return slab.inuse > slab.objects ? slab.objects : slab.objects - slab.inuse; }
std::string in_use_text(const Slab& slab, unsigned freed) {
    return std::to_string(static_cast<std::int16_t>(slab.inuse - freed));
}

std::string hexadecimal(std::uint64_t value) {
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[(value >> shift) & 15];
    return "0x" + text.substr(std::min<std::size_t>(text.find_first_not_of('0'), 15));
}

}  // namespace

// ---------------------------------------------------------------- caches

Sentence CreateCache::sentence(const SlabState& state) const {
    CacheGeometry made;
    geometry_for(state, request, made);
    Sentence s;
    s << "A new cache for objects of " << bytes_text(request.size)
      << ": with alignment and what the allocator adds, each takes " << bytes_text(made.size) << ". A slab of "
      << pages_text(made.order) << " holds " << objects_text(made.objects);
    const std::uint64_t rest = (page_size << made.order) - std::uint64_t{made.objects} * made.size;
    if (rest != 0) s << " and leaves " << bytes_text(rest) << " over";
    s << '.';
    if (state.allocator == SlabAllocatorKind::slab && (request.flags & slab_flag::debug) != 0)
        s << " It asks for debugging, and this SLAB is one without CONFIG_DEBUG_SLAB: nothing will be checked.";
    if (made.debugged())
        s << " It has debugging flags" << ((added & made.flags) != 0 ? ", from slub_debug" : "")
          << ": every object goes the slow way, and is checked.";
    return s;
}

Sentence NameCache::sentence(const SlabState&) const {
    std::size_t length = 0;
    while (length < text.size() && text[length] != '\0') ++length;
    Sentence s;
    s << (part == 0 ? "Its name is " : "... and ");
    return s.in_role(Role::strong, std::string(text.data(), length)) << '.';
}

Sentence ShareCache::sentence(const SlabState& state) const {
    Sentence s;
    s << "There is a cache that serves as well: ";
    s.in_role(Role::changed, cache_text(state, cache));
    s << ", with " << bytes_text(state.caches[cache].geometry.size) << " for each object. The new one of "
      << bytes_text(size) << " becomes another name of it (slab_nomerge would keep them apart).";
    if (state.caches[cache].destroyed) s << " It was to be destroyed and had objects in use: now it lives on.";
    return s;
}

Sentence TakeOverName::sentence(const SlabState& state) const {
    return Sentence() << "An older cache is called " << cache_text(state, older)
                      << " too. The kernel does not mind, and both work; but there is one /sys/kernel/slab/"
                      << cache_text(state, older) << ": the old entry is removed, and the newcomer has it now.";
}

Sentence UnshareCache::sentence(const SlabState& state) const {
    Sentence s;
    s << "One name less for ";
    s.in_role(Role::changed, cache_text(state, cache));
    return s << "; " << (state.caches[cache].refcount - 1) << " left, so the cache stays.";
}

Sentence RemoveCache::sentence(const SlabState& state) const {
    Sentence s;
    s << "No slab is left: ";
    s.in_role(Role::taken, cache_text(state, cache));
    return s << " is gone.";
}

Sentence MakeRandomSequence::sentence(const SlabState&) const {
    return Sentence()
           << "The free objects of a new slab will be linked in a random order of the " << count
           << " indexes, drawn once for this cache, so that nobody can guess which two objects are neighbours.";
}

// ---------------------------------------------------------------- slabs

Sentence NewSlab::sentence(const SlabState& state) const {
    Sentence s;
    s << "A new slab for ";
    s.in_role(Role::strong, cache_text(state, cache)) << ": ";
    s.block(Role::taken, pfn, order) << ", " << pages_text(order) << ", cut into " << objects_text(objects);
    if (objects < state.caches[cache].geometry.objects)
        s << " (fewer than usual: there was no block of order " << std::uint32_t{state.caches[cache].geometry.order}
          << ')';
    if (state.node_count > 1) s << ", of node " << std::uint32_t{node};
    return s << '.';
}

Sentence ShuffleFreelist::sentence(const SlabState&) const {
    return Sentence() << "Its free objects are linked in the cache's random order, from place " << position
                      << " of it on.";
}

Sentence ConstructObject::sentence(const SlabState& state) const {
    Sentence s;
    s << "The constructor sets up ";
    object(s, state, slab, index, Role::changed);
    return s << " at " << hexadecimal(address)
             << ". It runs now, once; kmem_cache_alloc() and kmem_cache_free() leave the object as it is.";
}

Sentence ConstructorNote::sentence(const SlabState& state) const {
    const bool known = state.strings && text < state.strings->size();
    return Sentence() << "The constructor says: " << (known ? (*state.strings)[text] : std::string());
}

Sentence DiscardSlab::sentence(const SlabState& state) const {
    Sentence s;
    s << "All objects of ";
    pageframe::slab(s, state, this->slab, Role::taken);
    s << " are free";
    const Slab& own = state.slabs[this->slab];
    const std::uint32_t min_partial = state.caches[own.cache].geometry.min_partial;
    // It may have been one of them itself, a moment ago.
    const bool enough = state.cache_node(own.cache, own.node).partial.count + 1 >= min_partial;
    if (state.allocator == SlabAllocatorKind::slub && enough)
        s << ", and the node has " << min_partial << " partial slabs or more";
    return s << ": its pages go back to the page allocator.";
}

// ---------------------------------------------------------------- taking an object

Sentence RequestObject::sentence(const SlabState& state) const {
    Sentence s;
    s << "CPU " << std::uint32_t{cpu} << " wants an object of ";
    s.in_role(Role::strong, cache_text(state, cache)) << " (" << gfp::describe(gfp_flags) << ')';
    if (node == no_node) return s << '.';
    s << " on node " << std::uint32_t{node} << '.';
    if (node < state.node_count) return s;
    return s << " The machine has no such node: the wish is ignored, and the object is taken from any.";
}

Sentence TakeObject::sentence(const SlabState& state) const {
    Sentence s;
    s << "The head of CPU " << std::uint32_t{cpu} << "'s freelist, ";
    object(s, state, slab, index, Role::taken) << ", is taken";
    if (requested != 0) {
        const std::uint32_t given = state.caches[cache].geometry.object_size;
        s << ": " << bytes_text(requested) << " wanted, " << bytes_text(given) << " given";
        if (given > requested) s << ", " << bytes_text(given - requested) << " of them wasted";
    }
    if (!slow) s << ". No lock, no search";
    if (next == no_object) return s << ". The list is empty now.";
    return s << ". Object " << std::uint32_t{next} << " is the next.";
}

Sentence LoadSlab::sentence(const SlabState& state) const {
    Sentence s;
    const Slab& own = state.slabs[slab];
    switch (from) {
    case From::own_slab: s << "Other CPUs have given objects back to "; break;
    case From::cpu_partial: s << "All free objects of "; break;
    case From::node_partial: s << "From its node's partial list CPU " << std::uint32_t{cpu} << " takes "; break;
    case From::new_slab: s << "CPU " << std::uint32_t{cpu} << " takes its objects from now on from "; break;
    }
    pageframe::slab(s, state, slab, Role::taken);
    if (from == From::own_slab || from == From::cpu_partial) {
        if (from == From::own_slab) s << ", the slab CPU " << std::uint32_t{cpu} << " takes from: all of them";
        s << " become CPU " << std::uint32_t{cpu} << "'s freelist, to be had without a lock.";
    } else {
        s << ". Its " << objects_text(free_in(own))
          << " free become the CPU's own freelist; for the others the slab counts as full.";
    }
    return s;
}

Sentence TakeCpuPartial::sentence(const SlabState& state) const {
    Sentence s;
    s << "CPU " << std::uint32_t{cpu} << " has put slabs aside: the head of its partial list, ";
    pageframe::slab(s, state, slab, Role::taken);
    return s << ", is next. No lock of the node is needed.";
}

Sentence LetGoFull::sentence(const SlabState& state) const {
    Sentence s;
    s << "CPU " << std::uint32_t{cpu} << " has used up ";
    pageframe::slab(s, state, slab, Role::changed);
    return s << ". A full slab is on no list; the first object that comes back will show where it is.";
}

Sentence Deactivate::sentence(const SlabState& state) const {
    Sentence s;
    s << "CPU " << std::uint32_t{cpu} << " lets go of ";
    pageframe::slab(s, state, slab, Role::changed);
    if (why == Why::wrong_node) s << ", which lies on node " << std::uint32_t{state.slabs[slab].node};
    if (count == 0) return s << '.';
    return s << ": its " << objects_text(count) << " free go in front of the slab's own freelist.";
}

// ---------------------------------------------------------------- lists of slabs

Sentence TakeListLock::sentence(const SlabState& state) const {
    Sentence s;
    s << "CPU " << std::uint32_t{cpu} << " takes the list_lock of ";
    s.in_role(Role::strong, cache_text(state, cache));
    if (state.node_count > 1) s << " on node " << std::uint32_t{node};
    return s << ": every other CPU that needs this list waits.";
}

Sentence RemovePartial::sentence(const SlabState& state) const {
    Sentence s;
    pageframe::slab(s, state, slab, Role::changed);
    return s << " leaves the node's partial list, which has " << (state.cache_node(cache, node).partial.count - 1)
             << " left.";
}

Sentence AddPartial::sentence(const SlabState& state) const {
    Sentence s;
    pageframe::slab(s, state, slab, Role::changed);
    s << " joins the node's partial list at the " << (end == SlabListEnd::head ? "head" : "tail");
    const Slab& own = state.slabs[slab];
    return s << ", with " << objects_text(free_in(own)) << " free.";
}

Sentence KeepForCpu::sentence(const SlabState& state) const {
    Sentence s;
    pageframe::slab(s, state, slab, Role::changed);
    return s << " goes to the head of CPU " << std::uint32_t{cpu}
             << "'s partial list: " << count_text(slabs, "slab", "slabs") << " of at most "
             << state.caches[cache].geometry.cpu_partial_slabs << " before all of them go to the node.";
}

Sentence Unfreeze::sentence(const SlabState& state) const {
    Sentence s;
    s << "CPU " << std::uint32_t{cpu} << " gives up ";
    pageframe::slab(s, state, slab, Role::changed);
    return s << ", the head of its partial list.";
}

// ---------------------------------------------------------------- giving an object back

Sentence ReleaseObject::sentence(const SlabState& state) const {
    Sentence s;
    object(s, state, slab, index, Role::taken);
    const OperationNumber taken = state.object(state.slabs[slab], index).allocated_by;
    s << " comes back";
    if (taken != no_operation) s << " from " << operation_text(taken);
    if (next == no_object) return s << ". It will be the last of its freelist.";
    return s << ". In it now stands a link to object " << std::uint32_t{next} << ", the next free one.";
}

Sentence PushCpuFreelist::sentence(const SlabState&) const {
    Sentence s;
    s << "It belongs to the slab that CPU " << std::uint32_t{cpu} << " takes from: to the head of its freelist";
    if (count > 1) s << ", " << objects_text(count) << " at once";
    return s << ". What was used last is taken first, while it is in the cache. No lock.";
}

Sentence PushSlabFreelist::sentence(const SlabState& state) const {
    Sentence s;
    s << (count > 1 ? objects_text(count) + " go" : std::string("It goes")) << " to the head of the own freelist of ";
    pageframe::slab(s, state, slab, Role::changed);
    const Slab& own = state.slabs[slab];
    if (own.place == SlabPlace::cpu) s << ", which is CPU " << std::uint32_t{own.cpu} << "'s";
    return s << ": " << in_use_text(own, count) << " of " << objects_text(own.objects) << " in use.";
}

// ---------------------------------------------------------------- caches with debugging flags

Sentence TakeSingle::sentence(const SlabState& state) const {
    Sentence s;
    s << "A cache with debugging flags gives one object at a time: ";
    return object(s, state, slab, index, Role::taken) << ", the head of the slab's freelist, is checked and taken.";
}

Sentence MarkFull::sentence(const SlabState& state) const {
    Sentence s;
    pageframe::slab(s, state, slab, Role::changed);
    return s << (listed ? " is full, and goes on the list of full slabs that SLAB_STORE_USER keeps."
                        : " is full, and on no list.");
}

Sentence UnmarkFull::sentence(const SlabState& state) const {
    Sentence s;
    pageframe::slab(s, state, slab, Role::changed);
    return s << " is no longer full.";
}

// ---------------------------------------------------------------- outcomes

Sentence SlabOutOfMemory::sentence(const SlabState& state) const {
    Sentence s;
    s << "The page allocator has no block for a slab of ";
    s.in_role(Role::strong, cache_text(state, cache));
    return s << ", not even of order " << std::uint32_t{state.caches[cache].geometry.min_order}
             << ": the caller gets NULL.";
}

Sentence RequestLarge::sentence(const SlabState& state) const {
    if (state.allocator == SlabAllocatorKind::slab)
        return Sentence() << bytes_text(bytes)
                          << " are more than the largest class, size-131072: this kmalloc() has no cache for it, and "
                             "gives NULL.";
    return Sentence() << bytes_text(bytes) << " are more than the largest class: " << pages_text(order) << " ("
                      << bytes_text(page_size << order) << ") straight from the page allocator, "
                      << bytes_text((page_size << order) - bytes) << " of them wasted.";
}

Sentence KeepObject::sentence(const SlabState& state) const {
    Sentence s;
    s << "The object has room for " << bytes_text(state.caches[state.slabs[slab].cache].geometry.object_size) << ": "
      << bytes_text(requested) << " fit, and ";
    object(s, state, slab, index, Role::taken);
    return s << " stays where it is.";
}

Sentence SlabMistake::sentence(const SlabState& state) const {
    Sentence s;
    const auto head = [&](const char* words) { s.in_role(Role::mistake, words) << ": "; };
    const std::string place = hexadecimal(address);
    const std::string freed = first == no_operation ? "It stands in this call's array twice. "
                                                    : "It was freed by " + operation_text(first) + ", and here again. ";
    switch (kind) {
    case Kind::double_free:
        head("Double free");
        return s << place << ", object " << std::uint32_t{index} << " of " << cache_text(state, cache)
                 << ", is free already. " << freed << "Nothing notices: "
                 << (state.allocator == SlabAllocatorKind::slab ? "the CPU's array now has" : "its freelist now meets")
                 << " the object twice, and two callers will get the same memory.";
    case Kind::double_free_head:
        head("Double free");
        return s << place << " is the object that was freed last. " << freed
                 << "The kernel stops here (BUG at set_freepointer): an object would point to itself.";
    case Kind::double_free_found:
        head("Object already free");
        return s << place << ", object " << std::uint32_t{index} << " of " << cache_text(state, cache) << ". " << freed
                 << "SLAB_CONSISTENCY_CHECKS finds it on the freelist: the free is refused and reported.";
    case Kind::stale_free:
        head("Free of an old pointer");
        return s << place << " was taken by " << operation_text(first) << " and freed since; now it belongs to "
                 << operation_text(second) << ", whose object is freed under its feet. The kernel can't see this.";
    case Kind::not_an_object:
        head("Free of a pointer into the middle");
        s << place << " lies in a slab of " << cache_text(state, cache) << ", but no object starts there. ";
        return s << (!state.caches[cache].geometry.has(slab_flag::consistency_checks)
                         ? "The kernel links it all the same, and a later caller gets a place across two objects; "
                           "here nothing is changed."
                         : "SLAB_CONSISTENCY_CHECKS refuses it.");
    case Kind::not_a_slab:
        head("Not an object");
        return s << place << " lies in no slab. The kernel would read a cache from a page that has none.";
    case Kind::wrong_cache:
        head("Wrong cache");
        return s << place << " belongs to " << cache_text(state, cache) << ", and is freed to "
                 << cache_text(state, asked)
                 << (state.allocator == SlabAllocatorKind::slab
                         ? ". The kernel stops here: BUG_ON(virt_to_cache(objp) != cachep)."
                         : ". The kernel warns (cache_from_obj) and gives it to where it belongs.");
    case Kind::leak:
        head("Objects remaining");
        return s << "object " << std::uint32_t{index} << " of " << cache_text(state, cache) << " at " << place
                 << ", taken by " << operation_text(first) << ", is still in use. The cache can't be destroyed.";
    case Kind::destroyed_cache:
        head("No such cache");
        return s << "it has been destroyed, or kmem_cache_create() never gave it.";
    case Kind::destroyed_twice:
        head("kmem_cache_destroy() again");
        return s << "the first call found objects in use and left " << cache_text(state, cache)
                 << " with no name to count. This one counts below 0, and does nothing: the cache stays for ever.";
    case Kind::bad_request:
        head("kmem_cache_create() says no");
        return s << "a size of 0, an object that no slab can hold, an alignment that is no power of two, or flags it "
                    "does not know.";
    case Kind::duplicate_name:
        head("Duplicate cache");
        return s << "there is a cache of this name already, and kmem_cache_create() refuses a second: NULL.";
    case Kind::sleep_in_atomic:
        head("Sleeping function called from atomic context");
        return s << "this request may wait for memory (__GFP_DIRECT_RECLAIM), and nothing may wait here. Use "
                    "GFP_ATOMIC or GFP_NOWAIT.";
    case Kind::wrong_free:
        head("kfree() of what kmalloc() did not give");
        s << place;
        if (address >= vmalloc_start && address < vmalloc_end)
            return s << " lies in the vmalloc region, where vfree() is right. kfree() takes it for an address of the "
                        "direct map, and the kernel crashes on a struct page that is none.";
        return s << " lies in no memory of this machine.";
    case Kind::inside_large:
        head("kfree() into the middle");
        return s << place << " lies within a large object of " << bytes_text(page_size << asked) << ", taken by "
                 << operation_text(first)
                 << ". virt_to_folio() finds the head of the compound page, and all of it is freed: nothing notices.";
    case Kind::not_compound:
        head("kfree() of a page");
        return s
               << place << " lies in a page of the page allocator, taken by " << operation_text(first)
               << ". It is no compound page, so free_large_kmalloc() takes its order for 0, warns, and frees this one "
                  "page: __free_pages() would have been right.";
    case Kind::no_size:
        head("ksize() of what kmalloc() did not give");
        return s << place << " is not the start of a large object: the kernel warns, and says 0.";
    case Kind::damaged_at_free:
        head("Red zone overwritten");
        return s << "object " << std::uint32_t{index} << " of " << cache_text(state, cache) << " at " << place
                 << ", taken by " << operation_text(first)
                 << ", comes back with bytes beside it changed. The free is refused, and the red zone restored.";
    case Kind::damaged_at_alloc:
        head("Poison overwritten");
        return s << "object " << std::uint32_t{index} << " of " << cache_text(state, cache) << " at " << place
                 << " was freed by " << operation_text(first) << " and written to since.";
    case Kind::wild_free_pointer:
        head("Corrupted freelist");
        return s << "object " << std::uint32_t{index} << " of " << cache_text(state, cache) << " at " << place
                 << " was freed by " << operation_text(first)
                 << ", and its link to the next free object was written over. The kernel would follow a wild "
                    "pointer with the next request; here the list ends.";
    case Kind::constructor_zero:
        head("__GFP_ZERO and a constructor");
        return s << "zeroing would undo what the constructor has set up.";
    }
    return s;
}

// ---------------------------------------------------------------- records

namespace {

template <class... Events>
std::string text_and_apply(const EventRecord& record, SlabState& state, TypeList<Events...>) {
    std::string text;
    const auto one = [&]<class Event>(Event event) {
        if (record.index != index_in<Event, SlabEvents>) return;
        std::memcpy(&event, record.payload, sizeof event);
        text = event.sentence(state).plain();
        if (const char* function = function_of(event); *function != '\0') text += "  [" + std::string(function) + "]";
        if constexpr (requires { event.apply(state); }) event.apply(state);
    };
    (one(Events{}), ...);
    return text;
}

}  // namespace

std::string slab_event_text(const EventRecord& record, SlabState& state) {
    return record.subsystem == Subsystem::slab ? text_and_apply(record, state, SlabEvents{}) : std::string();
}

}  // namespace pageframe
