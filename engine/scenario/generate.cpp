// The generator: a checked tree to instructions. It finds no errors; what could be wrong was told before.
#include "engine/scenario/generator.h"

#include <algorithm>
#include <utility>

#include "engine/scenario/values.h"

namespace pageframe::scenario {

Program generate(Syntax&& syntax) {
    Program program;
    Generator(syntax, program).run();
    program.strings = std::move(syntax.strings);
    program.names = std::move(syntax.names);
    return program;
}

// -- the program as a whole -----------------------------------------------------------------------

void Generator::run() {
    for (const Variable& variable : syntax_.variables) {
        ProgramVariable entry;
        entry.slot = variable.slot;
        entry.elements = variable.elements;
        entry.name = variable.name;
        entry.base = variable.type.is_number() ? variable.type.base : Base::u64;
        entry.type = variable.type;
        entry.global = variable.is_global;
        program_.variables.push_back(entry);
    }
    for (CallIndex index = 0; index < call_count(); ++index) program_.kernel_calls.push_back(&call_at(index));
    top_level();
    for (FunctionId id = 0; id < syntax_.functions.size(); ++id) function(id);
    std::rotate(program_.functions.begin(), program_.functions.begin() + 1, program_.functions.end());
    for (const auto& [instruction, label] : gotos_) program_.code[instruction].operand = label_at_[label];
}

void Generator::top_level() {
    function_ = none;
    depth_ = most_depth_ = 0;
    ProgramFunction top;
    top.slots = syntax_.top_slots;
    // Static variables of functions have their value before anything runs.
    for (const Statement& statement : syntax_.statements) {
        if (statement.kind != StatementKind::declaration) continue;
        const Variable& variable = syntax_.variables[statement.variable];
        if (variable.is_static && variable.function != none && statement.expression != none) initialize(statement);
    }
    statements(syntax_.top);
    module_functions(StatementKind::module_init);
    module_functions(StatementKind::module_exit);
    if (const FunctionId id = function_to_run(); id != none) call_without_arguments(id);
    emit(Opcode::stop, 0);
    close_scope(0);
    top.stack = most_depth_;
    program_.functions.push_back(top);
}

void Generator::function(FunctionId id) {
    const Function& source = syntax_.functions[id];
    function_ = id;
    depth_ = most_depth_ = 0;
    place_ = source.place;
    ProgramFunction entry;
    entry.entry = here();
    entry.slots = source.slots;
    entry.parameters = static_cast<std::uint32_t>(source.parameters.size());
    entry.name = source.name;
    entry.gives_value = !source.result.is_void();
    for (const VariableId parameter : source.parameters) open_scope(parameter);
    statement(source.body);
    place_ = source.place;
    emit(Opcode::return_nothing, 0);
    close_scope(0);
    entry.stack = most_depth_;
    program_.functions.push_back(entry);
}

void Generator::call_without_arguments(FunctionId id) {
    place_ = syntax_.functions[id].place;
    emit(Opcode::call, 1, id);
    emit(Opcode::drop, -1);
}

void Generator::module_functions(StatementKind kind) {
    for (StatementId id = syntax_.top; id != none; id = syntax_.statements[id].next) {
        const Statement& statement = syntax_.statements[id];
        if (statement.kind == kind) call_without_arguments(statement.target);
    }
}

// Pasted code may consist of functions only, and leave it to the kernel or the C library to call one.
FunctionId Generator::function_to_run() const {
    for (StatementId id = syntax_.top; id != none; id = syntax_.statements[id].next)
        if (syntax_.statements[id].kind != StatementKind::declaration) return none;
    FunctionId found = none;
    for (FunctionId id = 0; id < syntax_.functions.size(); ++id) {
        const Function& candidate = syntax_.functions[id];
        const std::string& name = syntax_.names[candidate.name];
        if (!candidate.parameters.empty()) continue;
        if (name == "main" || name == "init_module") return id;
        if (!name.ends_with("_init") && syntax_.functions.size() != 1) continue;
        if (found != none) return none;
        found = id;
    }
    return found;
}

// -- instructions ---------------------------------------------------------------------------------

std::uint32_t Generator::emit(Opcode opcode, int change, std::uint32_t operand, std::int16_t detail, bool global) {
    Instruction instruction;
    instruction.opcode = opcode;
    instruction.operand = operand;
    instruction.detail = detail;
    instruction.global = global;
    program_.code.push_back(instruction);
    program_.places.push_back(place_);
    depth_ = static_cast<std::uint32_t>(static_cast<int>(depth_) + change);
    most_depth_ = std::max(most_depth_, depth_ + 1);
    return here() - 1;
}

void Generator::emit_constant(std::uint64_t value) {
    if (static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int32_t>(value))) == value) {
        emit(Opcode::push, 1, static_cast<std::uint32_t>(value));
        return;
    }
    const auto index = static_cast<std::uint32_t>(program_.constants.size());
    program_.constants.push_back(value);
    emit(Opcode::push_wide, 1, index);
}

void Generator::open_scope(VariableId variable) {
    program_.variables[variable].scope_begin = here();
    in_scope_.push_back(variable);
}

/// Of the variables declared since there were `remaining`.
void Generator::close_scope(std::size_t remaining) {
    for (; in_scope_.size() > remaining; in_scope_.pop_back()) program_.variables[in_scope_.back()].scope_end = here();
}

void Generator::patch(const std::vector<std::uint32_t>& jumps) {
    for (std::uint32_t jump : jumps) program_.code[jump].operand = here();
}

// -- statements -----------------------------------------------------------------------------------

void Generator::statements(StatementId chain) {
    for (; chain != none; chain = syntax_.statements[chain].next) statement(chain);
}

void Generator::statement(StatementId id) {
    if (id == none) return;
    const Statement& node = syntax_.statements[id];
    const std::size_t outside = in_scope_.size();
    place_ = node.place;
    switch (node.kind) {
    case StatementKind::empty:
    case StatementKind::module_init:
    case StatementKind::module_exit: break;
    case StatementKind::expression: discarded(node.expression); break;
    case StatementKind::declaration: declaration(node); break;
    case StatementKind::block:
        ++block_depth_;
        statements(node.body);
        close_scope(outside);
        --block_depth_;
        break;
    case StatementKind::if_: if_statement(node); break;
    case StatementKind::while_:
    case StatementKind::do_while:
    case StatementKind::for_: loop(node); break;
    case StatementKind::break_: leave_loop(loops_.back().breaks); break;
    case StatementKind::continue_: leave_loop(loops_.back().continues); break;
    case StatementKind::return_: return_statement(node); break;
    case StatementKind::on_cpu:
    case StatementKind::atomic: region(node); break;
    case StatementKind::label: label_at_[id] = here(); break;
    case StatementKind::go_to:
        leave_regions(regions_.size() - node.leaves);
        gotos_.emplace_back(emit(Opcode::jump, 0), node.target);
        break;
    }
}

void Generator::declaration(const Statement& node) {
    const Variable& variable = syntax_.variables[node.variable];
    open_scope(node.variable);
    if (variable.is_static && function_ != none) return;
    const bool list = node.expression != none && syntax_.at(node.expression).kind == ExpressionKind::list;
    // What is not initialised has no value, except where C says zero: static, and at file scope. A
    // variable of a block within the top level is a local one, also when the block runs again.
    if (node.expression == none) {
        const bool file_scope = function_ == none && block_depth_ == 0;
        if (!file_scope) emit(Opcode::declare, 0, node.variable, 0, variable.is_global);
        return;
    }
    if (!list && !variable.type.array) emit(Opcode::declare, 0, node.variable, 0, variable.is_global);
    initialize(node);
}

void Generator::initialize(const Statement& node) {
    const Variable& variable = syntax_.variables[node.variable];
    place_ = node.place;
    if (!variable.type.array) {
        converted(node.expression, variable.type);
        place_ = node.place;
        emit(Opcode::store, 0, node.variable, 0, variable.is_global);
        emit(Opcode::drop, -1);
        return;
    }
    emit(Opcode::clear, 0, node.variable, 0, variable.is_global);
    std::uint64_t index = 0;
    for (ExpressionId item = syntax_.at(node.expression).first; item != none; item = syntax_.at(item).next) {
        emit_constant(index++);
        converted(item, variable.type.element());
        emit(Opcode::store_element, -1, node.variable, 0, variable.is_global);
        emit(Opcode::drop, -1);
    }
}

void Generator::if_statement(const Statement& node) {
    expression(node.expression);
    const std::uint32_t past_body = emit(Opcode::jump_if_zero, -1);
    statement(node.body);
    if (node.otherwise == none) {
        patch({past_body});
        return;
    }
    const std::uint32_t past_otherwise = emit(Opcode::jump, 0);
    patch({past_body});
    statement(node.otherwise);
    patch({past_otherwise});
}

// The condition stands at the end, so that a round costs one jump.
void Generator::loop(const Statement& node) {
    ++block_depth_;
    const std::size_t outside = in_scope_.size();
    statements(node.initial);
    loops_.push_back({regions_.size(), {}, {}});
    std::vector<std::uint32_t> to_condition;
    if (node.kind != StatementKind::do_while && node.expression != none) to_condition.push_back(emit(Opcode::jump, 0));
    const std::uint32_t start = here();
    statement(node.body);
    patch(loops_.back().continues);
    place_ = node.place;
    if (node.update != none) discarded(node.update);
    patch(to_condition);
    if (node.expression != none) {
        expression(node.expression);
        emit(Opcode::jump_if_not_zero, -1, start);
    } else {
        emit(Opcode::jump, 0, start);
    }
    const std::vector<std::uint32_t> breaks = std::move(loops_.back().breaks);
    loops_.pop_back();
    patch(breaks);
    close_scope(outside);
    --block_depth_;
}

void Generator::leave_loop(std::vector<std::uint32_t>& jumps) {
    leave_regions(loops_.back().regions);
    jumps.push_back(emit(Opcode::jump, 0));
}

// Instructions that undo on_cpu and atomic on the way out; the code behind them is still inside.
void Generator::leave_regions(std::size_t remaining) {
    const std::uint32_t depth = depth_;
    for (std::size_t i = regions_.size(); i > remaining; --i) {
        const bool on_cpu = regions_[i - 1] == StatementKind::on_cpu;
        emit(on_cpu ? Opcode::leave_cpu : Opcode::leave_atomic, on_cpu ? -1 : 0);
    }
    depth_ = depth;
}

void Generator::region(const Statement& node) {
    const bool on_cpu = node.kind == StatementKind::on_cpu;
    if (on_cpu) {
        converted(node.expression, types::int_);
        emit(Opcode::enter_cpu, 0);
    } else {
        emit(Opcode::enter_atomic, 0);
    }
    regions_.push_back(node.kind);
    statement(node.body);
    regions_.pop_back();
    emit(on_cpu ? Opcode::leave_cpu : Opcode::leave_atomic, on_cpu ? -1 : 0);
}

void Generator::return_statement(const Statement& node) {
    if (function_ == none) {
        if (node.expression != none) discarded(node.expression);
        emit(Opcode::stop, 0);
        return;
    }
    const Type result = syntax_.functions[function_].result;
    if (node.expression == none) {
        emit(Opcode::return_nothing, 0);
    } else if (result.is_void()) {
        discarded(node.expression);
        emit(Opcode::return_nothing, 0);
    } else {
        converted(node.expression, result);
        emit(Opcode::return_value, -1);
    }
}

}  // namespace pageframe::scenario
