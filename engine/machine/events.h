// All events of all subsystems: from a record back to what it says and does.
#pragma once

#include <optional>
#include <string_view>

#include "engine/core/event.h"
#include "engine/machine/state.h"

namespace pageframe {

/// "SplitBlock"
std::string_view event_name(const EventRecord& record);
/// The kernel function that does it: "expand()"; empty for what is not the kernel's.
std::string_view event_function(const EventRecord& record, const State& before);
/// What a reader is told. `before` is the state the event found.
Sentence event_sentence(const EventRecord& record, const State& before);
/// The frames that the event took and changed.
void event_highlight(const EventRecord& record, HighlightList& list);
/// The virtual address that the event is about: its `address`, else the `start` of its stretch of addresses.
std::optional<std::uint64_t> event_address(const EventRecord& record);
/// The record as an event of type `Event`, one of `Events`; nothing when it is another.
template <class Event, Subsystem subsystem, class Events>
std::optional<Event> event_if(const EventRecord& record) {
    if (record.subsystem != subsystem || record.index != index_in<Event, Events>) return std::nullopt;
    Event event;
    std::memcpy(&event, record.payload, sizeof event);
    return event;
}
/// Applies the event (nothing for a remark).
void apply_event(const EventRecord& record, State& state);

}  // namespace pageframe
