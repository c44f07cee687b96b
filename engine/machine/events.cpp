// One table over all subsystems' event lists: what a record's number means.
#include "engine/machine/events.h"

#include <array>
#include <utility>

#include "engine/buddy/buddy_events.h"
#include "engine/paging/paging_events.h"
#include "engine/slab/slab_events.h"
#include "engine/tlb/tlb_events.h"
#include "engine/vmalloc/vmalloc_events.h"

namespace pageframe {

namespace {

struct EventClass {
    std::string_view name;
    std::string_view classic_function;  ///< the classic SLAB's, where both allocators do it
    std::string_view (*function)(const EventRecord&);
    Sentence (*sentence)(const EventRecord&, const State&);
    void (*highlight)(const EventRecord&, HighlightList&);
    std::optional<std::uint64_t> (*address)(const EventRecord&);
    void (*apply)(const EventRecord&, State&);
};

BuddyState& part(State& state, BuddyState*) { return state.buddy; }
const BuddyState& part(const State& state, BuddyState*) { return state.buddy; }
PagingState& part(State& state, PagingState*) { return state.paging; }
const PagingState& part(const State& state, PagingState*) { return state.paging; }
TlbState& part(State& state, TlbState*) { return state.tlb; }
const TlbState& part(const State& state, TlbState*) { return state.tlb; }
VmallocState& part(State& state, VmallocState*) { return state.vmalloc; }
const VmallocState& part(const State& state, VmallocState*) { return state.vmalloc; }
SlabState& part(State& state, SlabState*) { return state.slab; }
const SlabState& part(const State& state, SlabState*) { return state.slab; }

template <class Event>
Event event_in(const EventRecord& record) {
    Event event;
    std::memcpy(&event, record.payload, sizeof event);
    return event;
}

template <class Event>
constexpr std::string_view classic_function_of() {
    if constexpr (requires { Event::classic_function; })
        return Event::classic_function;
    else
        return {};
}

template <class SubsystemState, class Event>
constexpr EventClass class_of() {
    return {Event::name,
            classic_function_of<Event>(),
            [](const EventRecord& record) -> std::string_view { return function_of(event_in<Event>(record)); },
            [](const EventRecord& record, const State& before) {
                return event_in<Event>(record).sentence(part(before, static_cast<SubsystemState*>(nullptr)));
            },
            [](const EventRecord& record, HighlightList& list) {
                if constexpr (requires(const Event& event) { event.highlight(list); })
                    event_in<Event>(record).highlight(list);
            },
            [](const EventRecord& record) -> std::optional<std::uint64_t> {
                if constexpr (requires { requires std::is_same_v<decltype(Event::address), std::uint64_t>; })
                    return event_in<Event>(record).address;
                else if constexpr (requires { requires std::is_same_v<decltype(Event::start), std::uint64_t>; })
                    return event_in<Event>(record).start;
                else
                    return std::nullopt;
            },
            [](const EventRecord& record, State& state) {
                if constexpr (requires(const Event& event, SubsystemState& own) { event.apply(own); })
                    event_in<Event>(record).apply(part(state, static_cast<SubsystemState*>(nullptr)));
            }};
}

template <class SubsystemState, class... Events>
constexpr std::array<EventClass, sizeof...(Events)> classes_of(TypeList<Events...>) {
    return {class_of<SubsystemState, Events>()...};
}

constexpr auto buddy_classes = classes_of<BuddyState>(BuddyEvents{});
constexpr auto paging_classes = classes_of<PagingState>(PagingEvents{});
constexpr auto tlb_classes = classes_of<TlbState>(TlbEvents{});
constexpr auto vmalloc_classes = classes_of<VmallocState>(VmallocEvents{});
constexpr auto slab_classes = classes_of<SlabState>(SlabEvents{});

const EventClass& class_of_record(const EventRecord& record) {
    switch (record.subsystem) {
    case Subsystem::slab: return slab_classes[record.index];
    case Subsystem::paging: return paging_classes[record.index];
    case Subsystem::tlb: return tlb_classes[record.index];
    case Subsystem::vmalloc: return vmalloc_classes[record.index];
    case Subsystem::buddy:
    default: return buddy_classes[record.index];
    }
}

}  // namespace

std::string_view event_name(const EventRecord& record) { return class_of_record(record).name; }
std::string_view event_function(const EventRecord& record, const State& before) {
    const EventClass& known = class_of_record(record);
    const bool classic = before.slab.allocator == SlabAllocatorKind::slab && !known.classic_function.empty();
    return classic ? known.classic_function : known.function(record);
}
Sentence event_sentence(const EventRecord& record, const State& before) {
    return class_of_record(record).sentence(record, before);
}
void event_highlight(const EventRecord& record, HighlightList& list) {
    class_of_record(record).highlight(record, list);
}
std::optional<std::uint64_t> event_address(const EventRecord& record) {
    return class_of_record(record).address(record);
}
void apply_event(const EventRecord& record, State& state) { class_of_record(record).apply(record, state); }

}  // namespace pageframe
