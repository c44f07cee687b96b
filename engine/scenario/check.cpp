// Names, scopes and statements.
#include "engine/scenario/check.h"

#include <algorithm>
#include <utility>

#include "engine/scenario/arithmetic.h"
#include "engine/scenario/bounds.h"
#include "engine/scenario/calls.h"
#include "engine/scenario/constants.h"

namespace pageframe::scenario {

namespace {

// So many names are looked through for a near one; a real text has fewer.
constexpr std::size_t most_candidates = 2000;

constexpr std::string_view built_in_names[] = {"min", "max", "ARRAY_SIZE", "likely", "unlikely", "on_cpu", "sizeof"};
constexpr std::string_view statement_words[] = {"if",       "for",    "while",  "return", "break",
                                                "continue", "atomic", "on_cpu", "machine"};

}  // namespace

void check(Syntax& syntax, Diagnostics& diagnostics) { Checker(syntax, diagnostics).run(); }

void Checker::run() {
    declare_functions();
    std::vector<StatementId> regions;
    collect_labels(syntax_.top, regions);
    open_scope();
    statements(syntax_.top);
    for (FunctionId id = 0; id < syntax_.functions.size() && !diagnostics_.full(); ++id) function(id);
    close_scope();
    syntax_.top_slots = static_cast<std::uint32_t>(std::min(global_slots_, most_variables));
}

// -- names and scopes -----------------------------------------------------------------------------

void Checker::declare_functions() {
    function_of_.assign(syntax_.names.size(), none);
    for (FunctionId id = 0; id < syntax_.functions.size(); ++id) {
        const Function& defined = syntax_.functions[id];
        if (const FunctionId first = function_of_[defined.name]; first != none) {
            diagnostics_.error(defined.place, "'" + text(defined.name) + "' is defined a second time, first in line " +
                                                  std::to_string(syntax_.functions[first].place.line));
            continue;
        }
        if (find_call(text(defined.name)) != no_call)
            diagnostics_.error(defined.place,
                               "'" + text(defined.name) + "' is a function of the kernel: choose another name");
        function_of_[defined.name] = id;
    }
}

void Checker::close_scope() {
    const std::size_t first = scopes_.back();
    while (scope_names_.size() > first) {
        bindings_[scope_names_.back()].pop_back();
        scope_names_.pop_back();
    }
    scopes_.pop_back();
}

void Checker::declare(VariableId id) {
    const Variable& declared = syntax_.variables[id];
    if (declared.name == no_name) return;  // a parameter without a name
    if (declared.name >= bindings_.size()) bindings_.resize(syntax_.names.size());
    std::vector<VariableId>& same_name = bindings_[declared.name];
    const bool in_this_scope = std::find(scope_names_.begin() + static_cast<std::ptrdiff_t>(scopes_.back()),
                                         scope_names_.end(), declared.name) != scope_names_.end();
    if (in_this_scope)
        diagnostics_.error(declared.place, "'" + text(declared.name) + "' is declared a second time, first in line " +
                                               std::to_string(syntax_.variables[same_name.back()].place.line));
    same_name.push_back(id);
    scope_names_.push_back(declared.name);
}

VariableId Checker::find_variable(NameId name) const {
    if (name >= bindings_.size() || bindings_[name].empty()) return none;
    return bindings_[name].back();
}

FunctionId Checker::find_function(NameId name) const { return name < function_of_.size() ? function_of_[name] : none; }

std::string Checker::near_name(NameId name, bool call) {
    if (diagnostics_.full()) return {};
    NearName near(text(name));
    for (std::size_t i = 0; i < std::min(syntax_.functions.size(), most_candidates); ++i)
        near.offer(text(syntax_.functions[i].name));
    for (CallIndex index = 0; index < call_count(); ++index) near.offer(call_at(index).name);
    for (std::string_view later : unmodelled_calls()) near.offer(later);
    for (std::string_view built_in : built_in_names) near.offer(built_in);
    // Short names are too near to "for" and "if" by nature.
    if (text(name).size() > 3)
        for (std::string_view word : statement_words) near.offer(word);
    if (call) return near.best();
    const std::size_t variables = std::min(scope_names_.size(), most_candidates);
    for (std::size_t i = 0; i < variables; ++i) near.offer(text(scope_names_[scope_names_.size() - 1 - i]));
    for_each_constant([&](const Constant& constant) { near.offer(constant.name); });
    return near.best();
}

void Checker::place(Variable& variable, std::uint64_t slots) {
    variable.is_global = function_ == none || variable.is_static;
    variable.function = function_;
    std::uint64_t& used = variable.is_global ? global_slots_ : slots_;
    if (used + slots > most_variables) {
        diagnostics_.error(variable.place, "more than " + std::to_string(most_variables) +
                                               " variables and array elements in " +
                                               (variable.is_global ? "this text" : "this function"));
        return;
    }
    variable.slot = static_cast<std::uint32_t>(used);
    used += slots;
}

// -- statements -----------------------------------------------------------------------------------

void Checker::function(FunctionId id) {
    Function& checked = syntax_.functions[id];
    function_ = id;
    slots_ = 0;
    labels_.clear();
    std::vector<StatementId> regions;
    const StatementId body_chain = syntax_.statements[checked.body].body;
    collect_labels(body_chain, regions);
    open_scope();
    for (VariableId parameter : checked.parameters) {
        place(syntax_.variables[parameter], 1);
        declare(parameter);
    }
    statements(body_chain);
    close_scope();
    checked.slots = static_cast<std::uint32_t>(slots_);
    function_ = none;
}

void Checker::statements(StatementId chain) {
    for (; chain != none && !diagnostics_.full(); chain = syntax_.statements[chain].next) statement(chain);
}

void Checker::body(StatementId id) {
    if (id == none) return;
    open_scope();
    statement(id);
    close_scope();
}

void Checker::condition(ExpressionId id) {
    if (id == none) return;
    const Type type = value(id);
    if (type.array) diagnostics_.error(syntax_.at(id).place, "an array is no condition: it is never NULL");
}

void Checker::statement(StatementId id) {
    Statement& node = syntax_.statements[id];
    switch (node.kind) {
    case StatementKind::empty:
    case StatementKind::break_:
    case StatementKind::continue_:
    case StatementKind::label: break;
    case StatementKind::expression: expression(node.expression); break;
    case StatementKind::declaration: declaration(node); break;
    case StatementKind::block:
        open_scope();
        statements(node.body);
        close_scope();
        break;
    case StatementKind::if_:
        condition(node.expression);
        body(node.body);
        body(node.otherwise);
        break;
    case StatementKind::while_:
        condition(node.expression);
        body(node.body);
        break;
    case StatementKind::do_while:
        body(node.body);
        condition(node.expression);
        break;
    case StatementKind::for_:
        open_scope();
        statements(node.initial);
        condition(node.expression);
        if (node.update != none) expression(node.update);
        body(node.body);
        close_scope();
        break;
    case StatementKind::return_: return_statement(node); break;
    case StatementKind::on_cpu: fits(types::int_, node.expression, "the CPU of on_cpu()"); [[fallthrough]];
    case StatementKind::atomic:
        regions_.push_back(id);
        body(node.body);
        regions_.pop_back();
        break;
    case StatementKind::go_to: go_to(node); break;
    case StatementKind::module_init:
    case StatementKind::module_exit: module_function(node); break;
    }
}

void Checker::declaration(Statement& node) {
    Variable& variable = syntax_.variables[node.variable];
    if (variable.type.array) {
        array_declaration(node, variable);
        return;
    }
    // As in C, the name is known in its own initialiser, where it has no value yet.
    place(variable, 1);
    declare(node.variable);
    if (node.expression == none) {
        if (variable.is_const && !variable.type.is_unknown())
            diagnostics_.error(variable.place,
                               "'" + text(variable.name) + "' is const and needs a value: expected '='");
        return;
    }
    if (syntax_.at(node.expression).kind == ExpressionKind::list) {
        diagnostics_.error(syntax_.at(node.expression).place,
                           "a list is for an array: '" + text(variable.name) + "' is " + type_text(variable.type));
        return;
    }
    if (fits(variable.type, node.expression, "'" + text(variable.name) + "'")) constant_initializer(node, variable);
}

// const int n = 40; is good for the length of an array; static variables start with a constant.
void Checker::constant_initializer(const Statement& node, Variable& variable) {
    std::uint64_t constant = 0;
    const bool is_constant = fold(syntax_, node.expression, constant);
    if (variable.is_const && is_constant && variable.type.is_number()) {
        variable.has_value = true;
        variable.value = narrowed(constant, variable.type.base);
    }
    if (variable.is_static && function_ != none && !is_constant)
        diagnostics_.error(syntax_.at(node.expression).place, "a static variable of a function starts with a constant");
}

void Checker::array_declaration(Statement& node, Variable& variable) {
    const bool has_list = node.expression != none && syntax_.at(node.expression).kind == ExpressionKind::list;
    const std::string quoted = "'" + text(variable.name) + "'";
    std::uint64_t length = 0;
    if (variable.length != none) {
        const Type type = value(variable.length);
        const Place where = syntax_.at(variable.length).place;
        if (type.is_unknown()) {
            length = 1;
        } else if (!type.is_number() || !fold(syntax_, variable.length, length)) {
            diagnostics_.error(where, "the length of " + quoted + " must be a constant: a number, #define or const");
            length = 1;
        } else if (length == 0 || length > most_variables) {
            diagnostics_.error(where, "the length of " + quoted + " is " + std::to_string(as_signed(length)) +
                                          ": expected 1 to " + std::to_string(most_variables));
            length = 1;
        }
    } else if (has_list) {
        length = syntax_.at(node.expression).value;
    }
    if (length == 0) {
        diagnostics_.error(variable.place, "the length of " + quoted + " is missing");
        length = 1;
    }
    variable.elements = static_cast<std::uint32_t>(length);
    place(variable, length);
    declare(node.variable);
    if (node.expression == none) return;
    if (has_list)
        list_initializer(node, variable);
    else
        diagnostics_.error(syntax_.at(node.expression).place, "an array starts with a list: expected '{'");
}

void Checker::list_initializer(const Statement& node, Variable& variable) {
    const Expression list = syntax_.at(node.expression);
    if (list.value > variable.elements) {
        diagnostics_.error(list.place, std::to_string(list.value) + " values for the " +
                                           std::to_string(variable.elements) + " elements of '" + text(variable.name) +
                                           "'");
    }
    const std::string what = "an element of '" + text(variable.name) + "'";
    for (ExpressionId item = list.first; item != none; item = syntax_.at(item).next) {
        std::uint64_t constant = 0;
        if (fits(variable.type.element(), item, what) && variable.is_static && function_ != none &&
            !fold(syntax_, item, constant))
            diagnostics_.error(syntax_.at(item).place, "a static variable of a function starts with constants");
    }
}

void Checker::return_statement(Statement& node) {
    if (function_ == none) {
        // At the top level 'return' ends the run; main's number means nothing here.
        if (node.expression != none) value(node.expression);
        return;
    }
    const Function& current = syntax_.functions[function_];
    const std::string quoted = "'" + text(current.name) + "'";
    if (current.result.is_void()) {
        if (node.expression != none && !expression(node.expression).is_void())
            diagnostics_.error(node.place, quoted + " is void: expected 'return;'");
        return;
    }
    if (node.expression == none) {
        diagnostics_.error(node.place, "expected a value to return: " + quoted + " is " + type_text(current.result));
        return;
    }
    fits(current.result, node.expression, "the result of " + quoted);
}

void Checker::collect_labels(StatementId chain, std::vector<StatementId>& regions) {
    for (; chain != none; chain = syntax_.statements[chain].next) {
        const Statement& node = syntax_.statements[chain];
        if (node.kind == StatementKind::label) {
            const auto [first, added] = labels_.try_emplace(node.name, Label{chain, regions});
            if (!added)
                diagnostics_.error(node.place,
                                   "the label '" + text(node.name) + "' stands twice, first in line " +
                                       std::to_string(syntax_.statements[first->second.statement].place.line));
        }
        const bool region = node.kind == StatementKind::on_cpu || node.kind == StatementKind::atomic;
        if (region) regions.push_back(chain);
        collect_labels(node.body, regions);
        if (region) regions.pop_back();
        collect_labels(node.otherwise, regions);
    }
}

void Checker::go_to(Statement& node) {
    const auto found = labels_.find(node.name);
    if (found == labels_.end()) {
        std::string suggestion;
        if (!diagnostics_.full() && labels_.size() <= most_candidates) {
            std::vector<std::string_view> names;
            for (const auto& [name, label] : labels_) names.push_back(text(name));
            std::sort(names.begin(), names.end());
            NearName near(text(node.name));
            for (std::string_view candidate : names) near.offer(candidate);
            suggestion = near.best();
        }
        diagnostics_.error(node.place, "there is no label '" + text(node.name) + "' here" + did_you_mean(suggestion),
                           suggestion);
        return;
    }
    // The label's regions must be around the goto too: one can leave on_cpu { }, not jump into it.
    const std::vector<StatementId>& regions = found->second.regions;
    const bool outwards =
        regions.size() <= regions_.size() && std::equal(regions.begin(), regions.end(), regions_.begin());
    if (!outwards) {
        diagnostics_.error(node.place, "'goto' can't jump into on_cpu() { } or atomic { }");
        return;
    }
    node.target = found->second.statement;
    node.leaves = static_cast<std::uint32_t>(regions_.size() - regions.size());
}

void Checker::module_function(Statement& node) {
    const FunctionId id = find_function(node.name);
    if (id == none) {
        const std::string suggestion = near_name(node.name, true);
        diagnostics_.error(node.place, "'" + text(node.name) + "' is not a function" + did_you_mean(suggestion),
                           suggestion);
        return;
    }
    if (!syntax_.functions[id].parameters.empty())
        diagnostics_.error(node.place, "'" + text(node.name) + "' must have no parameters");
    node.target = id;
}

}  // namespace pageframe::scenario
