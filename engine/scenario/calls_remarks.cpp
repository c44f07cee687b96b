// What an author says beside the calls: notes, headings, questions, assertions; and rand().
//
// note("50 % free") is told as it stands; note("order %d", order) is formatted as printk() formats.
// printk() and pr_info() of pasted code are notes, without the newline that the kernel's log wants.
#include "engine/scenario/calls.h"

namespace pageframe::scenario {

namespace {

using enum ParameterKind;

Value remark(CallContext& context, OperationKind kind, std::string_view text, std::uint64_t argument = 0) {
    Operation operation = context.operation(kind);
    operation.text = context.intern(text);
    operation.argument = argument;
    context.execute(operation);
    return {};
}

Value told(CallContext& context, OperationKind kind, std::span<const Value> arguments, bool format) {
    const std::string_view text = context.string(arguments[0]);
    if (!format) return remark(context, kind, text);
    std::string message = format_message(context, text, arguments.subspan(1));
    while (!message.empty() && message.back() == '\n') message.pop_back();
    return remark(context, kind, message);
}

Value note(CallContext& context, std::span<const Value> arguments) {
    return told(context, OperationKind::note, arguments, arguments.size() > 1);
}

Value heading(CallContext& context, std::span<const Value> arguments) {
    return told(context, OperationKind::heading, arguments, arguments.size() > 1);
}

Value printk(CallContext& context, std::span<const Value> arguments) {
    return told(context, OperationKind::note, arguments, true);
}

Value show(CallContext& context, std::span<const Value> arguments) {
    return remark(context, OperationKind::show, context.string(arguments[0]));
}

Value predict(CallContext& context, std::span<const Value> arguments) {
    return remark(context, OperationKind::predict, context.string(arguments[0]), arguments[1].bits);
}

// The checks give the assertion's own text as its first argument.
Value assertion(CallContext& context, std::span<const Value> arguments) {
    return remark(context, OperationKind::assertion, context.string(arguments[1]), arguments[0].bits);
}

Value random_number(CallContext& context, std::span<const Value>) {
    Value value;
    value.bits = context.random().next() >> 33;
    return value;
}

constexpr Parameter text_only[] = {{string, "text"}};
constexpr Parameter view_only[] = {{ParameterKind::view, "view"}};
constexpr Parameter format_only[] = {{string, "format"}};
constexpr Parameter question[] = {{string, "question"}, {any, "expression"}};
constexpr Parameter expression[] = {{any, "expression"}};

constexpr KernelCall table[] = {
    {"note", types::nothing, text_only, note, true},
    {"heading", types::nothing, text_only, heading, true},
    {"show", types::nothing, view_only, show},
    {"predict", types::nothing, question, predict},
    {"assert", types::nothing, expression, assertion},
    {"rand", types::int_, {}, random_number},
    {"printk", types::int_, format_only, printk, true},
    {"pr_emerg", types::nothing, format_only, printk, true},
    {"pr_alert", types::nothing, format_only, printk, true},
    {"pr_crit", types::nothing, format_only, printk, true},
    {"pr_err", types::nothing, format_only, printk, true},
    {"pr_warn", types::nothing, format_only, printk, true},
    {"pr_notice", types::nothing, format_only, printk, true},
    {"pr_info", types::nothing, format_only, printk, true},
    {"pr_debug", types::nothing, format_only, printk, true},
    {"pr_cont", types::nothing, format_only, printk, true},
};

}  // namespace

std::span<const KernelCall> remark_calls() { return table; }

}  // namespace pageframe::scenario
