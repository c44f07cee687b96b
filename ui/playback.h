// Where in a run the reader stands, and what the step there took and changed.
//
//     Session -> Timeline (operation, event) -> Playback: the step shown -> highlight, sentence, log
//
// The step shown is the last event that has been applied. At a position in the middle of an operation it is
// one event; at (n, 0), operation n - 1 is complete and all that it did together is the step. The end of an
// operation is always written (n + 1, 0), never (n, all events): one picture has one position, and one link.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/session/session.h"

namespace pageframe::ui {

enum class Move : std::uint8_t {
    first,
    last,
    next_event,
    previous_event,
    next_operation,
    previous_operation,
};

class Playback {
public:
    explicit Playback(std::unique_ptr<Session> session);

    Session& session() { return *session_; }
    const Session& session() const { return *session_; }
    const State& state() const { return session_->timeline().state(); }
    Position position() const { return session_->timeline().position(); }

    void seek(Position position);
    void move(Move move);

    /// The operation of the step shown; no_operation at the start.
    OperationNumber operation() const;
    /// Events of it that have been applied, and that it has.
    std::uint32_t event() const;
    std::uint32_t event_count() const { return static_cast<std::uint32_t>(events_.size()); }
    /// All its events, and the state that it found.
    std::span<const EventRecord> events() const { return events_; }
    const State& state_before_operation() const { return before_operation_; }
    /// The state before the step shown: what is ghostly still there.
    const State& state_before() const { return before_; }
    const OperationResult& result() const { return result_; }

    /// What the step speaks about: its operation's events so far, or for a note those of the call before it.
    std::span<const EventRecord> events_spoken_of() const;
    /// And the operation that they are of; no_operation at the start.
    OperationNumber operation_spoken_of() const { return spoken_of_; }

    /// What the step took and changed: disjoint stretches of frames.
    const HighlightList& highlight() const { return highlight_; }
    /// The events of the step shown: one, or all of the operation; of a remark, those of the call before it.
    std::span<const EventRecord> step_events() const;
    /// Counts up whenever the position or the run changes.
    std::uint32_t revision() const { return revision_; }

private:
    void look_closely();
    void read_operation(OperationNumber number);
    void find_state_before();
    void find_highlight();
    std::span<const EventRecord> lit_events() const;

    std::unique_ptr<Session> session_;
    OperationNumber seen_ = no_operation;
    std::vector<EventRecord> events_;
    OperationResult result_;
    std::vector<EventRecord> earlier_events_;  ///< of the operation that a remark speaks about
    OperationNumber spoken_of_ = no_operation;
    State before_operation_;
    State before_;
    HighlightList highlight_;
    std::uint32_t revision_ = 0;
};

}  // namespace pageframe::ui
