// Events: the only way a state changes.
//
// An allocator reads `const` state, decides, and emits typed events. An event is a small struct that
// declares together
//   - its fields,
//   - `name`      what it is called in the log ("SplitBlock"),
//   - `function`  the kernel function that does it ("expand()"); `acting()`, where one of several;
//                 `classic_function`, where the classic SLAB calls it otherwise than SLUB,
//   - `apply(State&)`        the mutation,
//   - `sentence()`           what a reader is told,
//   - `highlight(list)`      which frames it took and which it changed.
// Emitting applies the event at once and, where a recorder listens, appends it: the record can't disagree
// with what happened. An event that changes nothing (`apply` does nothing) is a remark: a decision a reader
// should see, such as a watermark check; it is emitted with `tell`, which costs nothing without a recorder.
//
//     decide (const State&)  --emit-->  apply(State&)      always
//                                  \->  Recorder           only while someone looks
//
// Each subsystem lists its events in a TypeList at the end of its X_events.h; the engine's machine/events.h
// joins the lists and turns a record back into the typed event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

#include "engine/core/chunk_array.h"
#include "engine/core/sentence.h"
#include "engine/core/types.h"

namespace pageframe {

enum class Subsystem : std::uint8_t { scenario, buddy, slab, vmalloc, paging, tlb };

template <class... Types>
struct TypeList {
    static constexpr std::size_t size = sizeof...(Types);
};

template <class Type, class List>
inline constexpr std::size_t index_in = 0;
template <class Type, class... Rest>
inline constexpr std::size_t index_in<Type, TypeList<Type, Rest...>> = 0;
template <class Type, class First, class... Rest>
    requires(!std::is_same_v<Type, First>)
inline constexpr std::size_t index_in<Type, TypeList<First, Rest...>> = 1 + index_in<Type, TypeList<Rest...>>;

/// The kernel function that does it; an event that several do says which, in `acting()`.
template <class Event>
constexpr const char* function_of(const Event& event) {
    if constexpr (requires { event.acting(); })
        return event.acting();
    else
        return Event::function;
}

/// A recorded event: which one, and its fields as they were. Plain bytes, 48 of them.
struct EventRecord {
    static constexpr std::size_t payload_bytes = 40;
    Subsystem subsystem{};
    std::uint8_t index = 0;  ///< place in the subsystem's TypeList
    alignas(8) unsigned char payload[payload_bytes]{};
};

/// What a step took and what it changed beside it.
struct Highlight {
    FrameSpan frames;
    Role role = Role::plain;
};
using HighlightList = std::vector<Highlight>;

class Recorder {
public:
    template <class List, class Event>
    void append(Subsystem subsystem, const Event& event) {
        static_assert(std::is_trivially_copyable_v<Event> && sizeof(Event) <= EventRecord::payload_bytes);
        EventRecord& record = events_.emplace_back();
        record.subsystem = subsystem;
        record.index = static_cast<std::uint8_t>(index_in<Event, List>);
        std::memcpy(record.payload, &event, sizeof event);
    }
    const std::vector<EventRecord>& events() const { return events_; }
    void clear() { events_.clear(); }
    std::vector<EventRecord> take() { return std::move(events_); }

private:
    std::vector<EventRecord> events_;
};

/// Applies an event to what it changes, which is part of the state and was found beforehand.
template <class State, class Event, class... Changed>
[[gnu::always_inline]] inline void apply_on(State& state, const Event& event, Changed&... changed) {
    if constexpr (requires { event.change(state, changed...); })
        event.change(state, changed...);
    else
        event.change(changed...);
}

/// Emits where nobody looks: the mutation, and nothing else is left of an event (flattened, so that it is not
/// put together in memory either). Code that takes its emitter as a template parameter is compiled once for
/// this one and once for an Emitter.
template <class State>
class SilentEmitter {
public:
    explicit SilentEmitter(State& state) : state_(state) {}

    const State& state() const { return state_; }
    static constexpr bool recording() { return false; }

    template <class Event>
    [[gnu::always_inline, gnu::flatten]] void emit(const Event& event) const {
        event.apply(state_);
    }
    template <class Event>
    [[gnu::always_inline]] void tell(const Event&) const {}

    /// What an event is to change, found beforehand: emit_on() spares it the search. nullptr: emit() it.
    template <class Entry>
    [[gnu::always_inline]] Entry* own(ChunkArray<Entry> State::* array, std::size_t index) const {
        return (state_.*array).own(index);
    }
    template <class Entry>
    [[gnu::always_inline]] Entry* own_again(ChunkArray<Entry> State::* array, std::size_t index) const {
        return (state_.*array).own_again(index);
    }
    template <class Entry>
    [[gnu::always_inline]] Entry* own_beside(ChunkArray<Entry> State::* array, std::size_t index) const {
        return (state_.*array).own_beside(index);
    }
    /// The same where others may see it: it becomes the state's own first.
    template <class Entry>
    [[gnu::always_inline]] Entry& writable(ChunkArray<Entry> State::* array, std::size_t index) const {
        return (state_.*array).write(index);
    }
    template <class Part>
    [[gnu::always_inline]] Part& part(Part State::* part) const {
        return state_.*part;
    }
    template <class Part>
    [[gnu::always_inline]] Part& part(std::vector<Part> State::* parts, std::size_t index) const {
        return (state_.*parts)[index];
    }
    template <class Event, class... Changed>
    [[gnu::always_inline]] void emit_on(const Event& event, Changed&... changed) const {
        apply_on(state_, event, changed...);
    }

private:
    State& state_;
};

/// Emits one subsystem's events into its state. `Traits` names the state, the subsystem and its TypeList.
template <class State, Subsystem subsystem, class Events>
class Emitter {
public:
    Emitter(State& state, Recorder* recorder) : state_(state), recorder_(recorder) {}

    const State& state() const { return state_; }
    Recorder* recorder() const { return recorder_; }
    bool recording() const { return recorder_ != nullptr; }
    SilentEmitter<State> silent() const { return SilentEmitter<State>(state_); }

    /// Applies the event; records it while someone looks. By value, here and in record(): so that an event
    /// nobody records is never put together in memory.
    template <class Event>
    [[gnu::always_inline]] void emit(Event event) {
        event.apply(state_);
        if (recorder_ != nullptr) [[unlikely]]
            record(event);
    }

    /// As in a SilentEmitter.
    template <class Entry>
    [[gnu::always_inline]] Entry& writable(ChunkArray<Entry> State::* array, std::size_t index) const {
        return (state_.*array).write(index);
    }
    template <class Event, class... Changed>
    [[gnu::always_inline]] void emit_on(Event event, Changed&... changed) {
        apply_on(state_, event, changed...);
        if (recorder_ != nullptr) [[unlikely]]
            record(event);
    }

    /// A remark: recorded while someone looks, and nothing else.
    template <class Event>
    [[gnu::always_inline]] void tell(Event event) {
        static_assert(!requires(State& state) { event.apply(state); }, "an event that changes state is emitted");
        if (recorder_ != nullptr) [[unlikely]]
            record(event);
    }

private:
    template <class Event>
    [[gnu::noinline, gnu::cold]] void record(Event event) {
        recorder_->append<Events>(subsystem, event);
    }

    State& state_;
    Recorder* recorder_;
};

}  // namespace pageframe
