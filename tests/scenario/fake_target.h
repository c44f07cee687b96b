// An allocator that hands out the next frames and remembers what it was asked for: enough to see what a
// scenario does without a machine behind it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "engine/scenario/scenario.h"

namespace pageframe::testing {

class FakeTarget : public OperationTarget {
public:
    OperationResult execute(const Operation& operation) override {
        operations.push_back(operation);
        OperationResult result;
        output_.pages.clear();
        output_.moves.clear();
        switch (operation.kind) {
        case OperationKind::alloc_pages: take(frames_in(operation.order & 15), result); break;
        case OperationKind::cma_alloc: take(static_cast<Pfn>(operation.argument), result); break;
        case OperationKind::alloc_pages_exact:
            take(static_cast<Pfn>((operation.argument + page_size - 1) / page_size), result);
            break;
        case OperationKind::alloc_pages_bulk:
            for (std::uint64_t i = 0; i < operation.argument && i < bulk_limit; ++i)
                output_.pages.push_back(next_pfn++);
            result.value = output_.pages.size();
            break;
        case OperationKind::compact_memory: output_.moves = moves; break;
        default: break;
        }
        return result;
    }
    const OperationOutput& output() const override { return output_; }
    OperationNumber next_operation() const override {
        return first_operation + static_cast<OperationNumber>(operations.size());
    }

    std::vector<Operation> operations;
    OperationNumber first_operation = 0;
    Pfn next_pfn = 256;
    Pfn end_pfn = 1U << 20;
    std::uint64_t bulk_limit = 1000;
    std::vector<MovedPage> moves;  ///< what compaction moves

private:
    void take(Pfn frames, OperationResult& result) {
        if (frames > end_pfn - next_pfn) {
            result.status = OperationStatus::failed;
            result.value = no_pfn;
            return;
        }
        result.value = next_pfn;
        next_pfn += frames;
    }
    OperationOutput output_;
};

/// "line:column: message" of each error of a text, one in a line.
inline std::string errors_of(std::string_view text) {
    std::string result;
    const Scenario scenario = Scenario::read(text);
    for (const Diagnostic& error : scenario.errors()) result += format_diagnostic("", error).substr(1) + "\n";
    return result;
}

inline std::string warnings_of(std::string_view text) {
    std::string result;
    const Scenario scenario = Scenario::read(text);
    for (const Diagnostic& warning : scenario.warnings()) result += format_diagnostic("", warning).substr(1) + "\n";
    return result;
}

/// What a text does: one line per operation ("2:5 p = alloc_pages(GFP_KERNEL, 5)"), then what stopped it.
/// With errors: the errors.
inline std::string run_of(std::string_view text, const Bounds& bounds = {}) {
    const Scenario scenario = Scenario::read(text);
    if (!scenario.valid()) return "errors:\n" + errors_of(text);
    FakeTarget target;
    const RunResult result = run(scenario, target, bounds);
    std::string lines;
    for (OperationNumber i = 0; i < target.operations.size(); ++i) {
        const Operation& operation = target.operations[i];
        lines += std::to_string(operation.line) + ":" + std::to_string(operation.column) + " ";
        if (operation.cpu != 0) lines += "cpu" + std::to_string(operation.cpu) + " ";
        if (operation.context & context_atomic) lines += "atomic ";
        if (const std::string label = result.label_of(i); !label.empty()) lines += label + " = ";
        lines += describe_call(operation, result.strings);
        if (operation.kind == OperationKind::predict || operation.kind == OperationKind::assertion)
            lines += " -> " + std::to_string(static_cast<std::int64_t>(operation.argument));
        if (operation.kind == OperationKind::free_pages && operation.argument != no_operation)
            lines += " from " + std::to_string(operation.argument);
        lines += "\n";
    }
    for (const Diagnostic& warning : result.warnings) lines += "warning" + format_diagnostic("", warning) + "\n";
    if (result.stop) lines += "stop" + format_diagnostic("", *result.stop) + "\n";
    EXPECT_EQ(result.finished, !result.stop.has_value());
    return lines;
}

/// The value of an expression, seen through predict().
inline std::string value_of(const std::string& expression, const std::string& before = {}) {
    const Scenario scenario = Scenario::read(before + "\npredict(\"\", " + expression + ");");
    if (!scenario.valid()) return "errors: " + scenario.errors()[0].message;
    FakeTarget target;
    const RunResult result = run(scenario, target);
    if (result.stop) return "stop: " + result.stop->message;
    return std::to_string(static_cast<std::int64_t>(target.operations.back().argument));
}

}  // namespace pageframe::testing
