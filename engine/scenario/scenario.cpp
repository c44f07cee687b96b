// From text to a program, through all the stages; each finds its own errors.
#include "engine/scenario/scenario.h"

#include <utility>

#include "engine/scenario/check.h"
#include "engine/scenario/diagnostics.h"
#include "engine/scenario/parser.h"
#include "engine/scenario/program.h"

namespace pageframe {

Scenario Scenario::read(std::string_view text) {
    Scenario result;
    scenario::Diagnostics diagnostics;
    scenario::Syntax syntax = scenario::parse(text, diagnostics);
    result.machine_ = scenario::read_machine(syntax, diagnostics);
    scenario::check(syntax, diagnostics);
    if (!diagnostics.has_errors())
        result.program_ = std::make_shared<const scenario::Program>(scenario::generate(std::move(syntax)));
    result.errors_ = diagnostics.take_errors();
    result.warnings_ = diagnostics.take_warnings();
    return result;
}

std::string RunResult::label_of(OperationNumber operation) const {
    const std::uint64_t index = std::uint64_t{operation} - first_operation;
    if (operation < first_operation || index >= labels.size()) return {};
    const OperationLabel& label = labels[index];
    if (label.name == OperationLabel::none) return {};
    std::string text = strings[label.name];
    if (label.index != OperationLabel::none) text += '[' + std::to_string(label.index) + ']';
    return text;
}

}  // namespace pageframe
