// A scenario's run, and what its events say, for tests that read.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/machine/events.h"
#include "engine/session/session.h"
#include "engine/slab/slab_check.h"

namespace pageframe::tests {

/// Runs without errors, and its assertions hold.
class Told {
public:
    explicit Told(const std::string& text) : session_(Session::from_text(text)) {
        for (const Diagnostic& error : session_->errors()) ADD_FAILURE() << format_diagnostic("text", error);
        if (session_->stop()) ADD_FAILURE() << format_diagnostic("text", *session_->stop());
        Timeline& timeline = session_->timeline();
        for (OperationNumber number = 0; number < timeline.operation_count(); ++number) {
            State state = timeline.state_before(number);
            std::string said;
            for (const EventRecord& event : timeline.events_of(number)) {
                said += std::string(event_name(event)) + ": " + event_sentence(event, state).plain() + " [" +
                        std::string(event_function(event, state)) + "]\n";
                apply_event(event, state);
            }
            said_.push_back(said);
            const Operation& operation = timeline.operation(number);
            if (operation.kind == OperationKind::assertion) {
                EXPECT_NE(operation.argument, 0U) << session_->text_of(operation);
            }
        }
        EXPECT_EQ(check_slab(timeline.end().slab), "");
    }
    /// Operations are counted from 1, as the reader counts them.
    bool says(OperationNumber number, std::string_view words) const {
        return said_[number - 1].find(words) != std::string::npos;
    }
    const std::string& operator[](OperationNumber number) const { return said_[number - 1]; }
    OperationResult result(OperationNumber number) { return session_->timeline().result_of(number - 1); }
    bool erred(OperationNumber number) { return result(number).status == OperationStatus::mistake; }
    std::string call(OperationNumber number) const { return session_->call_text(number - 1); }
    std::string summary(OperationNumber number) { return session_->summary_of(number - 1).plain(); }
    OperationNumber count() const { return static_cast<OperationNumber>(said_.size()); }
    const State& end() const { return session_->timeline().end(); }

private:
    std::unique_ptr<Session> session_;
    std::vector<std::string> said_;
};

}  // namespace pageframe::tests
