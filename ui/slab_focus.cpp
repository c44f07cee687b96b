#include "ui/slab_focus.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <tuple>

#include "engine/kmalloc/kmalloc_classes.h"
#include "engine/machine/execute_slab.h"
#include "engine/slab/slab_events.h"

namespace pageframe::ui {
namespace {

/// So many calls back is looked for one that was about a slab.
constexpr OperationNumber most_calls_back = 512;
/// More than these nobody tells apart.
constexpr std::size_t most_roles = 4096;

/// What of an event the pictures need, whichever event it is.
struct Facts {
    SlabId slab = no_slab;
    ObjectIndex index = no_object;
    CacheId cache = no_cache;
    Role object_role = Role::plain;
    Role slab_role = Role::plain;
};

template <class Event>
constexpr Role object_role_of() {
    constexpr auto is = []<class... Kinds>(TypeList<Kinds...>) { return (std::is_same_v<Event, Kinds> || ...); };
    if (is(TypeList<TakeObject, TakeSingle, TakeFromArray, ReleaseObject, PutInArray, KeepObject>{}))
        return Role::taken;
    if (is(TypeList<SlabMistake, ObjectAccess, CutFreelist>{})) return Role::mistake;
    return Role::changed;
}
template <class Event>
constexpr Role slab_role_of() {
    if (std::is_same_v<Event, NewSlab> || std::is_same_v<Event, DiscardSlab>) return Role::taken;
    if (std::is_same_v<Event, QuarantineSlab>) return Role::mistake;
    // An object's own events concern its slab only where they change the slab's list.
    constexpr bool has_index = requires(const Event& event) { event.index; };
    return has_index ? Role::plain : Role::changed;
}

template <class Event>
Facts facts_of_event(const EventRecord& record) {
    Event event;
    std::memcpy(&event, record.payload, sizeof event);
    Facts facts;
    if constexpr (requires { event.cache; }) facts.cache = event.cache;
    if constexpr (requires { event.slab; }) facts.slab = event.slab;
    if constexpr (requires { event.index; }) facts.index = event.index;
    facts.object_role = object_role_of<Event>();
    facts.slab_role = slab_role_of<Event>();
    return facts;
}

template <class... Events>
Facts facts_in(const EventRecord& record, TypeList<Events...>) {
    using Reader = Facts (*)(const EventRecord&);
    static constexpr std::array<Reader, sizeof...(Events)> readers = {facts_of_event<Events>...};
    return record.index < readers.size() ? readers[record.index](record) : Facts{};
}

CacheId cache_of_slab(const SlabState& state, SlabId slab) {
    if (slab >= state.slab_limit || state.slabs[slab].place == SlabPlace::nowhere) return no_cache;
    return state.slabs[slab].cache;
}

CacheId cache_of_address(const SlabState& state, std::uint64_t address) {
    return cache_of_slab(state, object_of_address(state, address).slab);
}

/// Calls whose first argument is an object's address, or one within it.
bool has_address(OperationKind kind) {
    switch (kind) {
    case OperationKind::kmem_cache_free:
    case OperationKind::kfree:
    case OperationKind::krealloc:
    case OperationKind::ksize:
    case OperationKind::load:
    case OperationKind::store:
    case OperationKind::fill_memory:
    case OperationKind::copy_memory: return true;
    default: return false;
    }
}

/// The cache that a call was about, as far as its arguments say so.
CacheId cache_of_call(const SlabState& state, const Operation& call) {
    switch (call.kind) {
    case OperationKind::kmem_cache_create: return state.newest_cache;
    case OperationKind::kmem_cache_alloc:
    case OperationKind::kmem_cache_free:
    case OperationKind::kmem_cache_alloc_bulk:
    case OperationKind::kmem_cache_free_bulk:
    case OperationKind::kmem_cache_shrink:
    case OperationKind::kmem_cache_destroy: return cache_of(call);
    case OperationKind::kmalloc: return kmalloc_cache(state, call.argument, call.gfp_flags);
    default: return has_address(call.kind) ? cache_of_address(state, call.argument) : no_cache;
    }
}

}  // namespace

ObjectReference object_of_address(const SlabState& state, std::uint64_t address) {
    return address < direct_map_start ? ObjectReference{} : object_around(state, address);
}

void SlabFocus::follow(const Playback& playback) {
    *this = {};
    read_step(playback);
    earlier_cache_ = step_cache_;
    earlier_object_ = step_object_;
    if (earlier_cache_ == no_cache || earlier_object_.slab == no_slab) find_earlier(playback);
}

void SlabFocus::look(const Playback& playback, const Highlighting& highlight, CacheId picked) {
    const SlabState& state = playback.state().slab;
    cache_ = earlier_cache_;
    object_ = earlier_object_;
    if (!highlight.looks_at_step()) {
        ObjectReference selected = object_of_address(state, highlight.selected_address());
        if (selected.slab == no_slab && highlight.selected_frame() != no_pfn)
            selected = {state.slab_at(highlight.selected_frame()), no_object};
        if (selected.slab != no_slab) {
            cache_ = cache_of_slab(state, selected.slab);
            object_ = selected;
        }
    }
    if (picked != no_cache) cache_ = picked;
    if (!state.has_cache(cache_)) cache_ = state.newest_cache;
    const ObjectReference hovered = object_of_address(state, highlight.hovered_address());
    if (hovered.index != no_object) object_ = hovered;
    if (cache_of_slab(state, object_.slab) == no_cache) object_ = {};
}

void SlabFocus::read_step(const Playback& playback) {
    const SlabState& state = playback.state().slab;
    for (const EventRecord& record : playback.step_events()) {
        if (record.subsystem != Subsystem::slab) continue;
        const Facts facts = facts_in(record, SlabEvents{});
        if (facts.slab != no_slab && facts.index != no_object) note_object(facts.slab, facts.index, facts.object_role);
        if (facts.slab != no_slab) note_slab(facts.slab, facts.slab_role);
        CacheId cache = facts.cache;
        if (cache == no_cache && facts.slab != no_slab) cache = cache_of_slab(playback.state_before().slab, facts.slab);
        if (state.has_cache(cache)) step_cache_ = cache;
    }
    sort_objects();
}

void SlabFocus::note_object(SlabId slab, ObjectIndex index, Role role) {
    if (role == Role::taken || role == Role::mistake) step_object_ = {slab, index};
    if (objects_.size() < most_roles) objects_.push_back({{slab, index}, role});
}

void SlabFocus::note_slab(SlabId slab, Role role) {
    if (role == Role::plain) return;
    for (SlabRole& known : slabs_) {
        if (known.slab != slab) continue;
        if (known.role == Role::changed) known.role = role;
        return;
    }
    if (slabs_.size() < most_roles) slabs_.push_back({slab, role});
}

/// One entry an object, with the role that matters most: a mistake, then what was taken.
void SlabFocus::sort_objects() {
    const auto place = [](const ObjectRole& one) {
        const unsigned weight = one.role == Role::mistake ? 0 : one.role == Role::taken ? 1 : 2;
        return std::tuple(one.object.slab, one.object.index, weight);
    };
    std::sort(objects_.begin(), objects_.end(),
              [&](const ObjectRole& a, const ObjectRole& b) { return place(a) < place(b); });
    const auto same = [](const ObjectRole& a, const ObjectRole& b) { return a.object == b.object; };
    objects_.erase(std::unique(objects_.begin(), objects_.end(), same), objects_.end());
}

/// What the step's own events leave open: the rest of its operation, then the calls before it.
void SlabFocus::find_earlier(const Playback& playback) {
    const SlabState& state = playback.state().slab;
    const Timeline& timeline = playback.session().timeline();
    const OperationNumber now = playback.operation();
    if (now == no_operation) return;
    for (OperationNumber back = 0; back <= now && back < most_calls_back; ++back) {
        const Operation& call = timeline.operation(now - back);
        const CacheId cache = cache_of_call(state, call);
        if (!state.has_cache(cache)) continue;
        if (earlier_cache_ == no_cache) earlier_cache_ = cache;
        if (earlier_object_.slab == no_slab && has_address(call.kind))
            earlier_object_ = object_of_address(state, call.argument);
        return;
    }
}

Role SlabFocus::role_of(ObjectReference object) const {
    const auto before = [](const ObjectRole& one, ObjectReference wanted) {
        return std::tuple(one.object.slab, one.object.index) < std::tuple(wanted.slab, wanted.index);
    };
    const auto found = std::lower_bound(objects_.begin(), objects_.end(), object, before);
    return found != objects_.end() && found->object == object ? found->role : Role::plain;
}

Role SlabFocus::role_of(SlabId slab) const {
    for (const SlabRole& known : slabs_)
        if (known.slab == slab) return known.role;
    return Role::plain;
}

}  // namespace pageframe::ui
