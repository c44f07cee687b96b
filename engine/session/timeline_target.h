// Where a scenario's operations go: to the end of a timeline.
#pragma once

#include "engine/session/session.h"

namespace pageframe {

/// Which page or address each allocation got is kept.
class TimelineTarget : public OperationTarget {
public:
    TimelineTarget(Timeline& timeline, GotByOperation& got) : timeline_(timeline), got_(got) {}
    OperationResult execute(const Operation& operation) override;
    const OperationOutput& output() const override { return timeline_.last_output(); }
    OperationNumber next_operation() const override { return timeline_.operation_count(); }
    void use_string(std::uint32_t index, std::string_view text) override { timeline_.set_string(index, text); }
    void use_constructors(ConstructorRunner* runner) override { timeline_.set_constructor_runner(runner); }

private:
    Timeline& timeline_;
    GotByOperation& got_;
};

}  // namespace pageframe
