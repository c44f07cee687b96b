// Time travel: a run is its operations, and snapshots within a byte budget.
//
//     operations   0 ........ 50,000 ........ 100,000 ........ 150,000 ... end
//     snapshots    S          S               S                S
//     seek(117,042, 3):       S(100,000) -> run 17,042 operations -> apply the first 3 events of the next
//
// A position is (operation, event): `operation` operations are complete, and of the next one the first
// `event` events have been applied. Nobody writes an undo: the past is run again from the snapshot before
// it, with recording off. Snapshots are copies of the state and share what did not change; when they
// outgrow the budget, the one whose loss lengthens the longest run the least is dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/event.h"
#include "engine/core/operation.h"
#include "engine/machine/state.h"
#include "engine/slab/constructors.h"
#include "engine/timeline/landscape.h"

namespace pageframe {

struct Position {
    OperationNumber operation = 0;  ///< operations complete
    std::uint32_t event = 0;        ///< events of the next one applied
    auto operator<=>(const Position&) const = default;
};

struct TimelineLimits {
    std::size_t snapshot_bytes = 320u << 20;
    OperationNumber snapshot_interval = 4096;  ///< at first; it grows with the run
};

class Timeline {
public:
    /// `initial` is the state at position (0, 0); `pool` is where its chunks come from.
    Timeline(State initial, std::shared_ptr<ChunkPool> pool, TimelineLimits limits = {});

    // --- making the run: always at its end ---
    OperationResult append(const Operation& operation);
    /// What the operation appended last brought beside its result.
    const OperationOutput& last_output() const { return output_; }
    /// What Operation::text means, for operations that bring a string.
    void set_string(std::uint32_t index, std::string_view text);
    /// Who runs constructors while the run is made; nullptr: nobody any more.
    void set_constructor_runner(ConstructorRunner* runner) { constructors_->runner = runner; }

    // --- looking at it ---
    OperationNumber operation_count() const { return static_cast<OperationNumber>(operations_.size()); }
    const Operation& operation(OperationNumber number) const { return operations_[number]; }
    /// The state that the run began with, and where its chunks come from.
    const State& start() const { return snapshots_.front().state; }
    const std::shared_ptr<ChunkPool>& pool() const { return pool_; }
    /// The state at the end of the run.
    const State& end() const { return end_; }

    /// Goes to a position; one beyond the end is the end, an event beyond the last is all of them.
    const State& seek(Position position);
    Position position() const { return position_; }
    /// The state at position().
    const State& state() const { return current_; }

    /// The events of an operation, and its result. Valid until another operation is asked for.
    std::span<const EventRecord> events_of(OperationNumber number);
    OperationResult result_of(OperationNumber number);
    /// The state that operation `number` found. Valid as events_of().
    const State& state_before(OperationNumber number);

    /// Free pages and fragmentation over the run, notes and failures: what the slider is drawn on.
    const Landscape& landscape() const { return landscape_; }

    std::size_t snapshot_count() const { return snapshots_.size(); }
    std::size_t bytes_in_use() const;

private:
    struct Snapshot {
        OperationNumber operation;
        State state;
    };
    /// One operation seen closely: the states before and after it, and its events.
    struct Detail {
        OperationNumber operation = no_operation;
        State before;
        State after;
        std::vector<EventRecord> events;
        OperationResult result;
        OperationOutput output;
    };

    void take_snapshot();
    void drop_one_snapshot();
    const Snapshot& snapshot_before(OperationNumber operation) const;
    void run_to(State& state, OperationNumber from, OperationNumber to);
    struct Known {
        OperationNumber operation;
        const State* state;
    };
    Known nearest_known(OperationNumber operation) const;
    State state_at(OperationNumber operation);
    Detail& detail_of(OperationNumber number);

    std::shared_ptr<ChunkPool> pool_;
    std::shared_ptr<std::vector<std::string>> strings_ = std::make_shared<std::vector<std::string>>();
    std::shared_ptr<ConstructorLog> constructors_ = std::make_shared<ConstructorLog>();
    TimelineLimits limits_;
    std::vector<Operation> operations_;
    std::vector<Snapshot> snapshots_;  ///< ascending; the first is position 0
    State end_;
    State current_;
    Position position_;
    /// A little before where somebody looked last: so that steps back from there are cheap.
    Snapshot near_{no_operation, {}};
    Detail detail_;
    Landscape landscape_;
    OperationOutput output_;
};

}  // namespace pageframe
