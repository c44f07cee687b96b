// Which moment of a run answers what a variable holds at the step shown.
//
// The step stands behind its operation: what its statement has stored is there, what the text does on the way
// to the next operation is not yet, so that `c` of `*c = 1` is the address which the step is about. A variable
// that has a value only later on that way has it at this step all the same: nothing else shows it, and the
// machine is as it was. In the middle of an operation its statement has stored nothing.
#include "engine/session/session.h"
#include "engine/session/timeline_target.h"

namespace pageframe {

scenario::VariableValue Session::value_of(const scenario::WrittenVariable& written) const {
    using scenario::Moment;
    using scenario::VariableValue;
    if (source_kind_ != SourceKind::scenario || !scenario_.valid()) return {};
    const Position at = timeline_->position();
    const auto value = [&](Moment moment) {
        GotByOperation got;
        Timeline again(timeline_->start(), timeline_->pool(), {0, no_operation});
        TimelineTarget target(again, got);
        return scenario::variable_value(scenario_, target, at.operation, moment, written);
    };
    const auto known = [](const VariableValue& each) { return each.kind >= VariableValue::Kind::array; };
    if (at.event != 0 || at.operation == 0) return value(Moment::next_operation);
    const bool at_end = at.operation == timeline_->operation_count();
    const VariableValue first = value(at_end ? Moment::next_operation : Moment::statement_done);
    // p = take(): the operation's statement is one of take()'s, and p is not there yet.
    const bool gets_it = !at_end && variable_of(at.operation - 1) == written.text;
    const OperationNumber operation = at.operation - 1;
    if (known(first) && (!gets_it || first.origin == operation)) return first;
    const VariableValue second = value(at_end ? Moment::statement_done : Moment::next_operation);
    if (known(first) && second.origin != operation) return first;
    return known(second) || first.kind == VariableValue::Kind::unknown ? second : first;
}

}  // namespace pageframe
