// Calls, and the one question behind every store and argument: does this value fit there?
#include "engine/scenario/arithmetic.h"
#include "engine/scenario/calls.h"
#include "engine/scenario/check.h"
#include "engine/scenario/view_names.h"

namespace pageframe::scenario {

namespace {

// What a learner probably wants who has `from` where `to` is expected; empty: no idea.
std::string conversion_hint(Type to, Type from) {
    if (to.is_page() && from.is_number()) return "virt_to_page(addr) or pfn_to_page(pfn) gives one";
    if (to.is_page() && from.is_pointer() && !from.is_cache()) return "virt_to_page(addr) gives one";
    if (to.is_number() && from.is_page())
        return "page_to_pfn(page) gives its number, (unsigned long)page_address(page) its address";
    if (to.is_number() && from.is_pointer()) return "a cast says that it is meant: (unsigned long)";
    if (to.is_pointer() && from.is_page()) return "page_address(page) gives its address";
    if (to.is_pointer() && from.is_number() && !to.is_cache()) return "a cast says that it is meant: (void *)";
    return {};
}

std::string with_hint(std::string message, const std::string& hint) {
    return hint.empty() ? message : message + "; " + hint;
}

bool is_plain_pointer(Type type) { return type.is_pointer() && !type.is_page() && !type.is_cache(); }

}  // namespace

bool Checker::fits(Type to, ExpressionId id, const std::string& what) {
    const Type from = value(id);
    if (to.is_unknown() || from.is_unknown()) return !from.is_unknown();
    const Place place = syntax_.at(id).place;
    bool good = false;
    if (to.array || from.array)
        good =
            to.array && from.array &&
            (to == from || to.element().is_void_pointer() || (to.element().is_number() && from.element().is_number()));
    else if (to.is_number())
        good = from.is_number() || (to.base == Base::boolean && from.is_pointer());
    else if (to.is_pointer() && from.is_pointer())
        good = to == from || to.is_void_pointer() || from.is_void_pointer() ||
               (is_plain_pointer(to) && is_plain_pointer(from));
    else
        good = is_null(id);
    if (good) return true;
    const std::string message = what + " is " + type_text(to) + ", found " + type_text(from);
    diagnostics_.error(place, with_hint(message, conversion_hint(to, from)));
    return false;
}

Type Checker::call(Expression& node) {
    const std::string& name = text(node.name);
    if (const VariableId variable = find_variable(node.name); variable != none) {
        check_arguments(node);
        diagnostics_.error(node.place, "'" + name + "' is a variable, not a function");
        return types::unknown;
    }
    if (const FunctionId id = find_function(node.name); id != none) return function_call(node, id);
    if (const CallIndex index = find_call(name); index != no_call) return kernel_call(node, index);
    if (name == "min" || name == "max") {
        node.meaning = name == "min" ? Meaning::minimum : Meaning::maximum;
        return minimum_or_maximum(node);
    }
    if (name == "ARRAY_SIZE") return array_size(node);
    if (name == "likely" || name == "unlikely") {
        node.meaning = Meaning::transparent;
        check_arguments(node);
        if (!argument_count(node, 1, false, name + "(x)")) return types::unknown;
        return syntax_.at(node.first).type;
    }
    check_arguments(node);
    if (is_unmodelled(name)) {
        diagnostics_.error(node.place, name + "() is not modelled in this version");
        return types::unknown;
    }
    const std::string suggestion = near_name(node.name, true);
    diagnostics_.error(node.place, "'" + name + "' is not a function" + did_you_mean(suggestion), suggestion);
    return types::unknown;
}

void Checker::check_arguments(Expression& node) {
    for (ExpressionId argument = node.first; argument != none; argument = syntax_.at(argument).next) value(argument);
}

bool Checker::argument_count(const Expression& node, std::size_t expected, bool more, const std::string& signature) {
    if (node.count == expected || (more && node.count > expected)) return true;
    diagnostics_.error(node.place, signature + " takes " + (more ? "at least " : "") +
                                       (expected == 0 ? "no" : std::to_string(expected)) +
                                       (expected == 1 ? " argument" : " arguments") + ", found " +
                                       std::to_string(node.count));
    return false;
}

Type Checker::function_call(Expression& node, FunctionId id) {
    node.meaning = Meaning::function;
    node.target = id;
    const std::vector<VariableId> parameters = syntax_.functions[id].parameters;
    std::string signature = text(node.name) + "(";
    for (VariableId parameter : parameters) {
        if (signature.back() != '(') signature += ", ";
        const NameId name = syntax_.variables[parameter].name;
        signature += name == no_name ? type_text(syntax_.variables[parameter].type) : text(name);
    }
    if (!argument_count(node, parameters.size(), false, signature + ")")) {
        check_arguments(node);
        return syntax_.functions[id].result;
    }
    std::size_t position = 0;
    for (ExpressionId argument = node.first; argument != none; argument = syntax_.at(argument).next) {
        const Variable& parameter = syntax_.variables[parameters[position++]];
        const std::string named =
            parameter.name == no_name ? std::to_string(position) : "'" + text(parameter.name) + "'";
        fits(parameter.type, argument, "the argument " + named + " of " + text(node.name) + "()");
    }
    return syntax_.functions[id].result;
}

Type Checker::kernel_call(Expression& node, std::uint32_t index) {
    node.meaning = Meaning::kernel_call;
    node.target = index;
    const KernelCall& row = call_at(index);
    if (!argument_count(node, row.parameters.size(), row.more_arguments, call_signature(row))) {
        check_arguments(node);
        return row.result;
    }
    std::size_t position = 0;
    for (ExpressionId argument = node.first; argument != none; argument = syntax_.at(argument).next)
        kernel_argument(node, index, position++, argument);
    return row.result;
}

void Checker::kernel_argument(const Expression& call, std::uint32_t index, std::size_t position,
                              ExpressionId argument) {
    const KernelCall& row = call_at(index);
    // What follows "..." may be any single value.
    const Parameter parameter =
        position < row.parameters.size() ? row.parameters[position] : Parameter{ParameterKind::any, "..."};
    const Place place = syntax_.at(argument).place;
    const std::string what = "the argument '" + std::string(parameter.name) + "' of " + text(call.name) + "()";
    const auto wrong = [&](const char* expected, Type found, const std::string& hint) {
        if (found.is_unknown()) return;
        diagnostics_.error(place, with_hint(what + " is " + expected + ", found " + type_text(found), hint));
    };
    switch (parameter.kind) {
    case ParameterKind::number: {
        if (!fits(types::unsigned_long, argument, what)) return;
        if (!syntax_.at(argument).type.is_gfp()) return;
        wrong("a number", types::gfp, "are the arguments swapped? " + call_signature(row));
        return;
    }
    case ParameterKind::gfp: fits(types::gfp, argument, what); return;
    case ParameterKind::page: fits(types::page, argument, what); return;
    case ParameterKind::cache: fits(types::cache, argument, what); return;
    case ParameterKind::pages: {
        const Type found = value(argument);
        if (!found.is_page_array()) wrong("an array of struct page *", found, "");
        return;
    }
    case ParameterKind::objects: {
        const Type found = value(argument);
        if (!found.array || !found.element().is_pointer()) wrong("an array of pointers", found, "");
        return;
    }
    case ParameterKind::address: {
        const Type found = value(argument);
        if (found.is_page()) {
            const std::string name = text(call.name);
            const bool frees = name == "free_pages" || name == "free_page";
            wrong("an address", found,
                  frees ? "__" + name + "() takes a struct page *" : "page_address(page) gives one");
        } else if (found.array || found.is_cache() || found.is_gfp()) {
            wrong("an address", found, "");
        }
        return;
    }
    case ParameterKind::pointer:
    case ParameterKind::zone: {
        const Type found = value(argument);
        if (!found.is_pointer() && !is_null(argument)) wrong("a pointer", found, "");
        if (parameter.kind == ParameterKind::zone && !found.is_unknown() && !is_null(argument))
            diagnostics_.warning(place, "the zone is ignored: all zones are drained");
        return;
    }
    case ParameterKind::view: view_name(argument); return;
    case ParameterKind::string: {
        const Type found = value(argument);
        const bool text_pointer = found.stars == 1 && !found.array && width_of(found.base) == 8;
        if (!text_pointer && !found.is_void_pointer()) wrong("a string", found, "");
        return;
    }
    case ParameterKind::function:
        if (function_name(argument)) return;
        [[fallthrough]];
    case ParameterKind::any:
        if (value(argument).array) wrong("a number or a pointer", syntax_.at(argument).type, "");
        return;
    }
}

/// A function's name alone stands for its address in the kernel's text. It is one that takes an object.
bool Checker::function_name(ExpressionId argument) {
    Expression& node = syntax_.at(argument);
    if (node.kind != ExpressionKind::name || find_variable(node.name) != none) return false;
    const FunctionId id = find_function(node.name);
    if (id == none) return false;
    node.meaning = Meaning::constant;
    node.value = function_address(id);
    node.type = types::void_pointer;
    const std::vector<VariableId>& parameters = syntax_.functions[id].parameters;
    const bool takes_object = parameters.size() == 1 && syntax_.variables[parameters[0]].type.is_pointer();
    if (!takes_object && !parameters.empty())
        diagnostics_.error(node.place, "a constructor is called with the object: expected void " + text(node.name) +
                                           "(void *object), defined in line " +
                                           std::to_string(syntax_.functions[id].place.line));
    return true;
}

void Checker::view_name(ExpressionId argument) {
    value(argument);
    const Expression& node = syntax_.at(argument);
    if (node.kind != ExpressionKind::string) {
        diagnostics_.error(node.place, "show() takes the name of a view, such as \"tree\"");
        return;
    }
    const std::string& name = syntax_.strings[node.value];
    NearName near(name);
    for (const std::string_view known : view_names) {
        if (known == name) return;
        near.offer(known);
    }
    std::string message = "there is no view \"" + name + "\"" + did_you_mean(near.best());
    if (near.best().empty()) {
        message += "; there are";
        for (const std::string_view known : view_names)
            message += (known == view_names[0] ? " " : ", ") + std::string(known);
    }
    diagnostics_.error(node.place, message, near.best());
}

Type Checker::minimum_or_maximum(Expression& node) {
    check_arguments(node);
    if (!argument_count(node, 2, false, text(node.name) + "(a, b)")) return types::unknown;
    const Type left = syntax_.at(node.first).type;
    const Type right = syntax_.at(syntax_.at(node.first).next).type;
    if (left.is_unknown() || right.is_unknown()) return types::unknown;
    if (left.is_number() && right.is_number()) return Type{common_base(left.base, right.base)};
    diagnostics_.error(node.place, text(node.name) + "() of " + type_text(left) + " and " + type_text(right));
    return types::unknown;
}

Type Checker::array_size(Expression& node) {
    node.meaning = Meaning::array_size;
    check_arguments(node);
    if (!argument_count(node, 1, false, "ARRAY_SIZE(array)")) return types::unknown;
    const Expression& argument = syntax_.at(node.first);
    if (argument.type.is_unknown()) return types::unknown;
    const bool variable = argument.kind == ExpressionKind::name && argument.meaning == Meaning::variable;
    node.value = variable ? syntax_.variables[argument.target].elements : 0;
    if (node.value == 0)
        diagnostics_.error(argument.place,
                           "ARRAY_SIZE() of " + type_text(argument.type) + ": expected an array that is declared here");
    return types::unsigned_long;
}

}  // namespace pageframe::scenario
