// Lets the engine do what a recording's kernel did, and compares: every result, every counter after every
// operation, every state that was written down. The engine is right when nothing differs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/replay/recording.h"

namespace pageframe {

/// The first thing in which the model and the kernel did not agree.
struct Difference {
    std::uint32_t line = 0;  ///< of the recording's text
    std::string where;       ///< "operation 17, alloc_pages(GFP_ATOMIC, order 3)", "dump ckpt500"
    std::string what;        ///< "result"
    std::string kernel;
    std::string model;
    std::vector<std::string> events;  ///< what the model did in that operation, as sentences
};

struct ReplayReport {
    std::size_t results_equal = 0, results_total = 0;
    std::size_t dumps_equal = 0, dumps_total = 0;
    std::optional<Difference> difference;
    std::vector<std::string> not_modelled;  ///< calls that the engine has not, left out

    bool all_equal() const { return results_equal == results_total && dumps_equal == dumps_total && !difference; }
};

struct ReplayOptions {
    /// Executes the engine's invariants after every so many operations; 0: never.
    std::size_t check_every = 0;
};

/// Runs all of the recording, also past a difference. Nothing when its first dump contradicts itself, with
/// the reason in `error`.
std::optional<ReplayReport> replay(const Recording& recording, RecordingError& error, ReplayOptions options = {});

/// "2030 of 2030 results equal, 6 of 6 dumps equal"
std::string summary_text(const ReplayReport& report);
/// The difference in lines of text, for a terminal.
std::string difference_text(const Difference& difference);

/// An operation of a recording, as a call: "alloc_pages(GFP_ATOMIC|__GFP_NOWARN, 3) on CPU 1".
std::string recorded_call_text(const Recording& recording, const Operation& operation);

}  // namespace pageframe
