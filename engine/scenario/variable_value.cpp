#include "engine/scenario/variable_value.h"

#include <algorithm>

#include "engine/scenario/interpreter.h"

namespace pageframe::scenario {
namespace {

/// Whether a statement's value has arrived where it goes once this is reached.
bool ends_statement(Opcode opcode) {
    switch (opcode) {
    case Opcode::drop:
    case Opcode::jump_if_zero:
    case Opcode::jump_if_not_zero:
    case Opcode::return_value:
    case Opcode::return_nothing: return true;
    default: return false;
    }
}

/// Stands between a run and its machine, and makes it halt: its copy of the program's code says stop from then on.
class Halt : public OperationTarget {
public:
    Halt(OperationTarget& machine, const Program& program, OperationNumber operations, Moment moment)
        : machine_(machine), code_(program.code), operations_(operations), moment_(moment) {}

    const Instruction* code() const { return code_.data(); }
    OperationResult execute(const Operation& operation) override {
        if (next_operation() >= operations_) return halt();
        const OperationResult result = machine_.execute(operation);
        if (moment_ == Moment::statement_done && next_operation() == operations_) stop_at(ends_statement);
        return result;
    }
    const OperationOutput& output() const override { return halted_ ? nothing_ : machine_.output(); }
    OperationNumber next_operation() const override { return machine_.next_operation(); }
    void use_string(std::uint32_t index, std::string_view text) override { machine_.use_string(index, text); }
    void use_constructors(ConstructorRunner* runner) override { machine_.use_constructors(runner); }

private:
    OperationResult halt() {
        halted_ = true;
        stop_at([](Opcode) { return true; });
        return {OperationStatus::failed, 0};
    }
    void stop_at(bool (*here)(Opcode)) {
        for (Instruction& each : code_)
            if (here(each.opcode)) each.opcode = Opcode::stop;
    }

    OperationTarget& machine_;
    std::vector<Instruction> code_;
    OperationNumber operations_;
    Moment moment_;
    bool halted_ = false;
    OperationOutput nothing_;
};

}  // namespace

/// The innermost variable of this name whose scope has the instruction.
const ProgramVariable* Interpreter::in_scope(std::string_view name, std::uint32_t at) const {
    const ProgramVariable* found = nullptr;
    for (const ProgramVariable& variable : program_.variables) {
        if (at < variable.scope_begin || at >= variable.scope_end || variable.name == no_name) continue;
        if (program_.names[variable.name] != name) continue;
        if (found == nullptr || variable.scope_begin > found->scope_begin) found = &variable;
    }
    return found;
}

VariableValue Interpreter::value_of(const WrittenVariable& written) const {
    // Where it is, then where each caller is.
    std::uint32_t at = at_ - 1;
    std::uint32_t base = base_;
    const ProgramVariable* variable = in_scope(written.name, at);
    for (std::size_t depth = frames_.size(); variable == nullptr && depth-- > 0;) {
        at = frames_[depth].return_to - 1;
        base = frames_[depth].base;
        variable = in_scope(written.name, at);
    }
    if (variable == nullptr) return {};
    std::uint64_t slot = variable->slot + (variable->global ? 0 : base);
    const bool has_element = written.element != WrittenVariable::no_element;
    Type type = variable->type;
    if (type.array) {
        std::uint64_t elements = variable->elements;
        if (elements == 0) {
            elements = array_elements(memory_[slot].bits);
            slot = array_slot(memory_[slot].bits);
        }
        if (written.element >= elements) return {VariableValue::Kind::array, type, elements, no_operation};
        slot += written.element;
        type = type.element();
    } else if (has_element && !type.is_pointer()) {
        return {};
    }
    const Value& value = memory_[slot];
    if (value.uninitialised != 0) return {VariableValue::Kind::no_value, type, 0, no_operation};
    VariableValue result{VariableValue::Kind::known, type, value.bits, value.origin};
    if (has_element && !variable->type.array)
        result.bits += written.element * (type.is_void_pointer() ? 1 : size_of(type.element()));
    return result;
}

VariableValue variable_value(const Scenario& scenario, OperationTarget& machine, OperationNumber operations,
                             Moment moment, const WrittenVariable& written) {
    const Program& program = scenario.program();
    // No run for "pfn 4098", or an address: no variable is called that.
    const auto is_it = [&](const ProgramVariable& each) {
        return each.name != no_name && program.names[each.name] == written.name;
    };
    if (std::none_of(program.variables.begin(), program.variables.end(), is_it)) return {};
    Halt halt(machine, program, operations, moment);
    Interpreter interpreter(program, halt.code(), scenario.machine(), halt, {});
    interpreter.run();
    return interpreter.value_of(written);
}

}  // namespace pageframe::scenario
