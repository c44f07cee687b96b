// Runs, snapshots, seeks. The only costs that grow with a run are 32 bytes an operation and the snapshots.
#include "engine/timeline/timeline.h"

#include <algorithm>

#include "engine/machine/events.h"
#include "engine/machine/machine.h"

namespace pageframe {

namespace {
/// A snapshot this far behind the place looked at keeps the steps back from there cheap.
constexpr OperationNumber near_distance = 256;
}  // namespace

Timeline::Timeline(State initial, std::shared_ptr<ChunkPool> pool, TimelineLimits limits)
    : pool_(std::move(pool)), limits_(limits), end_(std::move(initial)), current_(end_) {
    end_.slab.strings = current_.slab.strings = strings_;
    end_.slab.constructors = current_.slab.constructors = constructors_;
    snapshots_.push_back({0, end_});
}

void Timeline::set_string(std::uint32_t index, std::string_view text) {
    if (index >= strings_->size()) strings_->resize(std::size_t{index} + 1);
    (*strings_)[index] = text;
}

OperationResult Timeline::append(const Operation& operation) {
    const OperationNumber number = operation_count();
    operations_.push_back(operation);
    const OperationResult result = execute(end_, operation, number, nullptr, output_);
    landscape_.add(number, operation, result.status, end_);
    if (number + 1 - snapshots_.back().operation >= limits_.snapshot_interval) take_snapshot();
    return result;
}

void Timeline::take_snapshot() {
    snapshots_.push_back({operation_count(), end_});
    while (bytes_in_use() > limits_.snapshot_bytes && snapshots_.size() > 2) drop_one_snapshot();
}

/// Drops the snapshot whose loss leaves the shortest gap: the snapshots stay evenly spread whatever the
/// run's length. The first stays, and the last, which the next interval is counted from. The interval grows
/// with the gap, or every further snapshot would be the one to go.
void Timeline::drop_one_snapshot() {
    std::size_t victim = 1;
    OperationNumber smallest = no_operation;
    for (std::size_t i = 1; i + 1 < snapshots_.size(); ++i) {
        const OperationNumber gap = snapshots_[i + 1].operation - snapshots_[i - 1].operation;
        if (gap < smallest) smallest = gap, victim = i;
    }
    snapshots_.erase(snapshots_.begin() + static_cast<std::ptrdiff_t>(victim));
    limits_.snapshot_interval = std::max(limits_.snapshot_interval, smallest / 2);
}

const Timeline::Snapshot& Timeline::snapshot_before(OperationNumber operation) const {
    auto after = std::upper_bound(snapshots_.begin(), snapshots_.end(), operation,
                                  [](OperationNumber number, const Snapshot& s) { return number < s.operation; });
    return *std::prev(after);
}

void Timeline::run_to(State& state, OperationNumber from, OperationNumber to) {
    for (OperationNumber number = from; number < to; ++number)
        execute(state, operations_[number], number, nullptr, output_);
}

/// The nearest state there is at or before `operation`: a snapshot, or what somebody looked at last.
Timeline::Known Timeline::nearest_known(OperationNumber operation) const {
    const Snapshot& snapshot = snapshot_before(operation);
    Known best{snapshot.operation, &snapshot.state};
    const auto consider = [&](OperationNumber at, const State& state) {
        if (at != no_operation && at <= operation && at > best.operation) best = {at, &state};
    };
    consider(near_.operation, near_.state);
    if (position_.event == 0) consider(position_.operation, current_);
    if (detail_.operation != no_operation) {
        consider(detail_.operation, detail_.before);
        consider(detail_.operation + 1, detail_.after);
    }
    return best;
}

/// The state with `operation` operations complete.
State Timeline::state_at(OperationNumber operation) {
    if (operation == operation_count()) return end_;
    Known known = nearest_known(operation);
    State state = *known.state;
    if (operation - known.operation > 2 * near_distance) {
        run_to(state, known.operation, operation - near_distance);
        known.operation = operation - near_distance;
        near_ = {known.operation, state};
    }
    run_to(state, known.operation, operation);
    return state;
}

/// One operation after the other, as a log is read, costs one copy of the state each.
Timeline::Detail& Timeline::detail_of(OperationNumber number) {
    if (detail_.operation == number) return detail_;
    if (detail_.operation != no_operation && number == detail_.operation + 1)
        detail_.before = std::move(detail_.after);
    else
        detail_.before = state_at(number);
    detail_.operation = number;
    detail_.after = detail_.before;
    Recorder recorder;
    detail_.result = execute(detail_.after, operations_[number], number, &recorder, detail_.output);
    detail_.events = recorder.take();
    return detail_;
}

const State& Timeline::seek(Position position) {
    if (position.operation >= operation_count()) {
        position = {operation_count(), 0};
    } else if (position.event > 0) {
        const Detail& detail = detail_of(position.operation);
        position.event = std::min(position.event, static_cast<std::uint32_t>(detail.events.size()));
    }
    if (position == position_) return current_;
    if (position.event == 0) {
        current_ = state_at(position.operation);
    } else {
        const Detail& detail = detail_of(position.operation);
        current_ = detail.before;
        current_.buddy.operation = position.operation;
        for (std::uint32_t i = 0; i < position.event; ++i) apply_event(detail.events[i], current_);
    }
    position_ = position;
    return current_;
}

std::span<const EventRecord> Timeline::events_of(OperationNumber number) { return detail_of(number).events; }

OperationResult Timeline::result_of(OperationNumber number) { return detail_of(number).result; }

const State& Timeline::state_before(OperationNumber number) { return detail_of(number).before; }

std::size_t Timeline::bytes_in_use() const {
    return pool_->bytes_in_use() + snapshots_.size() * snapshots_.front().state.buddy.frames.table_bytes();
}

}  // namespace pageframe
