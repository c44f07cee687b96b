// A session: one run with all that a reader needs to look at it, whether it came from a scenario's text or
// from a recording. The command line, the page and the tests all start here.
//
//     scenario:   text -> read -> machine started -> run, each operation appended to the Timeline
//     recording:  text -> read -> the kernel's state -> its operations appended to the Timeline
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/sentence.h"
#include "engine/machine/configuration.h"
#include "engine/scenario/scenario.h"
#include "engine/scenario/variable_value.h"
#include "engine/timeline/timeline.h"

namespace pageframe {

enum class SourceKind : std::uint8_t { scenario, recording };

/// What a scenario's calls got, for the names of what is given back.
struct GotByOperation {
    struct Cache {
        OperationNumber operation;
        std::uint64_t cache;
    };
    std::vector<std::uint64_t> values;  ///< a pfn or an address, by operation
    std::vector<Cache> caches;          ///< made by kmem_cache_create(), ascending
};

class Session {
public:
    /// Parses and runs a scenario. With errors in the text nothing runs: timeline() is then a machine as it
    /// started, and errors() has them all.
    static std::unique_ptr<Session> from_scenario(std::string text, TimelineLimits limits = {});
    /// Loads a recording's initial state and runs its operations.
    static std::unique_ptr<Session> from_recording(std::string text, TimelineLimits limits = {});
    /// from_recording when the text looks like one, from_scenario otherwise.
    static std::unique_ptr<Session> from_text(std::string text, TimelineLimits limits = {});

    SourceKind source_kind() const { return source_kind_; }
    const std::string& source() const { return source_; }
    const std::vector<Diagnostic>& errors() const { return errors_; }
    const std::vector<Diagnostic>& warnings() const { return warnings_; }
    /// Why the run ended before its text did: a bound, a run-time error. What it did until then stands.
    const std::optional<Diagnostic>& stop() const { return stop_; }
    const MachineConfiguration& configuration() const { return configuration_; }

    Timeline& timeline() { return *timeline_; }
    const Timeline& timeline() const { return *timeline_; }

    /// The operation as code: "p = alloc_pages(GFP_KERNEL, 5)", "__free_pages(p, 5)".
    std::string call_text(OperationNumber number) const;
    /// The variable that the operation's result went to ("p", "task[3]"), or "".
    std::string variable_of(OperationNumber number) const;
    /// What a variable, "p" or "task[3]", holds at the timeline's position. Runs the text again.
    scenario::VariableValue value_of(const scenario::WrittenVariable& written) const;
    /// The author's words of a note, heading, show or prediction.
    const std::string& text_of(const Operation& operation) const;
    /// What an operation did in one sentence: the note's text, or what came of the call.
    Sentence summary_of(OperationNumber number);

private:
    Session() = default;
    void name_cache(std::string& text, OperationNumber number) const;
    void name_given_back(std::string& text, const Operation& operation) const;

    SourceKind source_kind_ = SourceKind::scenario;
    std::string source_;
    std::vector<Diagnostic> errors_;
    std::vector<Diagnostic> warnings_;
    std::optional<Diagnostic> stop_;
    MachineConfiguration configuration_;
    std::unique_ptr<Timeline> timeline_;
    Scenario scenario_;   ///< nothing in it: a recording
    RunResult run_;       ///< of a scenario: its strings, and which variable got what
    GotByOperation got_;  ///< of a scenario
};

}  // namespace pageframe
