// Scenarios: what the rest of Pageframe sees of engine/scenario.
//
//     Scenario scenario = Scenario::read(text);        // all errors, the machine
//     RunResult result = run(scenario, target);        // operations to the target, in order
//
// Reading is pure; a scenario can be run any number of times. The pipeline behind it:
//
//     text -> lexer -> parser -> machine keys, checks -> generator -> interpreter -> OperationTarget
//
// The language is a subset of C; `language_version` goes into share links, so that a text that runs today
// runs tomorrow.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/operation.h"
#include "engine/machine/configuration.h"
#include "engine/scenario/bounds.h"
#include "engine/scenario/diagnostic.h"
#include "engine/scenario/operation_target.h"

namespace pageframe {

inline constexpr int language_version = 1;

namespace scenario {
struct Program;
}

class Scenario {
public:
    static Scenario read(std::string_view text);

    /// A text with errors does not run at all.
    bool valid() const { return errors_.empty(); }
    const std::vector<Diagnostic>& errors() const { return errors_; }
    const std::vector<Diagnostic>& warnings() const { return warnings_; }
    /// As the machine block says; the defaults where it says nothing (or something wrong).
    const MachineConfiguration& machine() const { return machine_; }
    const scenario::Program& program() const { return *program_; }

private:
    std::vector<Diagnostic> errors_;
    std::vector<Diagnostic> warnings_;
    MachineConfiguration machine_;
    std::shared_ptr<const scenario::Program> program_;  ///< valid only
};

/// The variable that got what an operation allocated: "p", or element `index` of "task".
struct OperationLabel {
    static constexpr std::uint32_t none = 0xffffffffU;
    std::uint32_t name = none;   ///< index into RunResult::strings
    std::uint32_t index = none;  ///< of the element; none: a variable of its own
};

struct RunResult {
    bool finished = false;  ///< the text came to its end
    /// Why not: a run-time error or a bound that was passed. What was done until then stands.
    std::optional<Diagnostic> stop;
    std::vector<Diagnostic> warnings;
    std::vector<std::string> strings;  ///< what Operation::text and OperationLabel::name mean
    OperationNumber first_operation = 0;
    std::uint64_t operations = 0;
    std::uint64_t steps = 0;
    /// By operation, from first_operation on; may end early. The outermost variable that got the result:
    /// a caller's rather than the function's own.
    std::vector<OperationLabel> labels;

    /// "p", "task[3]", or nothing.
    std::string label_of(OperationNumber operation) const;
};

/// Runs a valid scenario to its end, an error or a bound.
RunResult run(const Scenario& scenario, OperationTarget& target, const Bounds& bounds = {});

/// The operation as code: "alloc_pages(GFP_KERNEL, 5)", "__free_pages(pfn_to_page(96), 5)",
/// "note(\"...\")". `strings` are the run's; without them a remark's text is left out.
std::string describe_call(const Operation& operation, std::span<const std::string> strings = {});
/// The same for operations of the slab allocator and of kmalloc; describe_call() knows when.
/// Those of virtual memory; nothing for others.
std::string describe_memory_call(const Operation& operation);
std::string describe_slab_call(const Operation& operation, std::span<const std::string> strings = {});

}  // namespace pageframe
