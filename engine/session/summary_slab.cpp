#include "engine/session/summary_slab.h"

#include <algorithm>

#include "engine/kmalloc/kmalloc_classes.h"
#include "engine/machine/events.h"

namespace pageframe {

namespace {

bool happened(std::span<const EventRecord> events, std::string_view name) {
    return std::any_of(events.begin(), events.end(),
                       [name](const EventRecord& event) { return event_name(event) == name; });
}

/// The state behind the operation: its events, applied to what was before.
State after(const State& before, std::span<const EventRecord> events) {
    State state = before;
    for (const EventRecord& event : events) apply_event(event, state);
    return state;
}

Sentence of_cache(const OperationResult& result, std::span<const EventRecord> events, const State& before) {
    Sentence sentence;
    if (result.status == OperationStatus::failed) return sentence << "No cache could be made: NULL.";
    const State state = after(before, events);
    const KmemCache& cache = state.slab.caches[static_cast<CacheId>(result.value)];
    sentence.in_role(Role::taken, std::string(cache.name_text()));
    if (happened(events, "ShareCache")) return sentence << " serves as well: one more name for it.";
    const CacheGeometry& made = cache.geometry;
    return sentence << ": objects of " << made.object_size << " bytes take " << made.size << ", and " << made.objects
                    << " of them fit in a slab of " << frames_in(made.order)
                    << (made.order == 0 ? " page." : " pages.");
}

std::string_view origin_of(std::span<const EventRecord> events) {
    if (happened(events, "ConstructObject")) return ", of a new slab, whose objects the constructor has set up";
    if (happened(events, "NewSlab")) return ", of a new slab";
    if (happened(events, "RemovePartial")) return ", from the node's partial list";
    if (happened(events, "TakeCpuPartial")) return ", from a slab the CPU had put aside";
    if (happened(events, "LoadSlab")) return ", one that another CPU gave back";
    if (happened(events, "TakeObject")) return ", from the CPU's own freelist";
    if (happened(events, "TakeFromShared")) return ", after the CPU's array was filled from the shared one";
    if (happened(events, "FillArray")) return ", after the CPU's array was filled from slabs with free objects";
    if (happened(events, "TakeFromArray")) return ", from the top of the CPU's array";
    return "";
}

Sentence of_object(std::uint64_t address, std::span<const EventRecord> events, const State& before) {
    Sentence sentence;
    if (address == 0) return sentence << "No memory: " << "NULL.";
    const State state = after(before, events);
    const ObjectReference object = object_at(state.slab, address);
    if (object.index == no_object) {
        const auto pfn = static_cast<Pfn>((address - direct_map_start) >> page_shift);
        if (address < direct_map_start) return sentence << "ZERO_SIZE_PTR: an address that may be freed, not used.";
        sentence.block(Role::taken, pfn, state.buddy.frames[pfn].order);
        return sentence << ": whole pages, from the page allocator.";
    }
    const Slab& slab = state.slab.slabs[object.slab];
    sentence.in_role(Role::taken, "Object " + std::to_string(object.index)) << " of the slab at ";
    sentence.block(Role::changed, slab.pfn, slab.order)
        << " (" << std::string(state.slab.caches[slab.cache].name_text()) << ')';
    sentence << origin_of(events);
    const SlabObject& record = state.slab.object(slab, object.index);
    const std::uint32_t given = state.slab.caches[slab.cache].geometry.object_size;
    if (record.requested != 0 && record.requested < given)
        sentence << "; " << (given - record.requested) << " of its " << given << " bytes are wasted";
    return sentence << '.';
}

Sentence of_free(std::uint64_t address, std::span<const EventRecord> events, const State& before) {
    const ObjectReference object = object_at(before.slab, address);
    if (object.index == no_object || (!happened(events, "ReleaseObject") && !happened(events, "PutInArray")))
        return Sentence(happened(events, "TakeBack") ? "Whole pages go back to the page allocator."
                                                     : "Nothing to free.");
    const Slab& slab = before.slab.slabs[object.slab];
    Sentence sentence;
    sentence.in_role(Role::taken, "Object " + std::to_string(object.index)) << " of the slab at ";
    sentence.block(Role::changed, slab.pfn, slab.order);
    if (happened(events, "PutInArray")) {
        sentence << " goes on top of the CPU's array";
        if (happened(events, "GiveToShared"))
            return sentence << "; that was full, so its oldest went to the shared one.";
        if (happened(events, "PutBack")) return sentence << "; that was full, so its oldest went back to their slabs.";
        return sentence << '.';
    }
    if (happened(events, "PushCpuFreelist")) return sentence << " goes to the head of the CPU's own freelist: no lock.";
    if (happened(events, "Unfreeze"))
        return sentence << " is free, and its slab is kept for this CPU; the slabs kept before go to the node.";
    if (happened(events, "KeepForCpu"))
        return sentence << " is free: the slab was full and on no list, and is now kept aside for this CPU.";
    if (happened(events, "DiscardSlab"))
        return sentence << " was its last one in use. The slab is not needed, and its pages go back.";
    return sentence << " goes to the head of that slab's own freelist.";
}

}  // namespace

Sentence slab_summary(const Operation& operation, const OperationResult& result, std::span<const EventRecord> events,
                      const State& before) {
    switch (operation.kind) {
    case OperationKind::kmem_cache_create: return of_cache(result, events, before);
    case OperationKind::kmem_cache_alloc:
    case OperationKind::kmalloc:
    case OperationKind::krealloc: return of_object(result.value, events, before);
    case OperationKind::kmem_cache_free:
    case OperationKind::kfree: return of_free(operation.argument, events, before);
    case OperationKind::kmem_cache_alloc_bulk: return Sentence() << result.value << " objects at once.";
    case OperationKind::kmem_cache_free_bulk: return Sentence() << operation.argument << " objects back at once.";
    case OperationKind::kmem_cache_shrink:
        if (operation.order == 1) return Sentence("The CPU lets go of its slabs: they are everybody's now.");
        return Sentence(result.value == 0 ? "Every slab was empty, and has gone back."
                                          : "Empty slabs have gone back; the fullest come first now.");
    case OperationKind::kmem_cache_destroy:
        return Sentence(happened(events, "UnshareCache") ? "One name less: others use the cache, so it stays."
                                                         : "The cache is gone.");
    case OperationKind::ksize: return Sentence() << result.value << " bytes may be used.";
    default: return {};
    }
}

}  // namespace pageframe
