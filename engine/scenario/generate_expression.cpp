// Expressions to instructions, and C's conversions made explicit.
#include "engine/scenario/arithmetic.h"
#include "engine/scenario/generator.h"

namespace pageframe::scenario {

namespace {

std::uint64_t step_of(Type pointer) {
    if (pointer.is_void_pointer()) return 1;
    return size_of(pointer.element());
}

}  // namespace

// -- conversions ------------------------------------------------------------------------------------

void Generator::narrow(Base to) { emit(Opcode::narrow, 0, 0, static_cast<std::int16_t>(to)); }

// Whether the value is within its type. Signed arithmetic may have left it: it is done in 64 bits.
bool Generator::is_exact(const Expression& node) const {
    switch (node.kind) {
    case ExpressionKind::unary:
        return node.operation == Operator::logical_not || node.operation == Operator::indirection ||
               !is_signed(node.type.base);
    case ExpressionKind::binary:
        return is_comparison(node.operation) || is_logical(node.operation) || !is_signed(node.type.base);
    case ExpressionKind::conditional: return false;
    case ExpressionKind::call: return node.meaning == Meaning::function || node.meaning == Meaning::kernel_call;
    default: return true;
    }
}

void Generator::converted(ExpressionId id, Type to) {
    expression(id);
    const Expression& node = syntax_.at(id);
    if (!to.is_number() || width_of(to.base) == 64) return;
    const bool fits = node.type.is_number() && holds_all_of(to.base, node.type.base) && is_exact(node);
    if (!fits) narrow(to.base);
}

// An operand of arithmetic whose common type is `common`.
void Generator::operand(ExpressionId id, Base common) {
    if (wraps_at_32_bits(common))
        converted(id, Type{common});
    else
        expression(id);
}

// -- expressions ------------------------------------------------------------------------------------

void Generator::expression(ExpressionId id) {
    const Expression& node = syntax_.at(id);
    place_ = node.place;
    switch (node.kind) {
    case ExpressionKind::number:
    case ExpressionKind::size_of: emit_constant(node.value); break;
    case ExpressionKind::string: emit_constant(string_start + node.value * string_spacing); break;
    case ExpressionKind::name: name(node); break;
    case ExpressionKind::unary: unary(node); break;
    case ExpressionKind::binary: binary(node); break;
    case ExpressionKind::assignment: assignment(node); break;
    case ExpressionKind::increment: increment(node); break;
    case ExpressionKind::conditional: conditional(node); break;
    case ExpressionKind::call: call(node, true); break;
    case ExpressionKind::index: load(target(id)); break;
    case ExpressionKind::cast:
        if (node.type.is_void()) {
            discarded(node.first);
            emit_constant(0);
        } else {
            converted(node.first, node.type);
        }
        break;
    case ExpressionKind::error:
    case ExpressionKind::member:
    case ExpressionKind::list: emit_constant(0); break;  // not reached: these are errors
    }
}

void Generator::discarded(ExpressionId id) {
    const Expression& node = syntax_.at(id);
    if (node.kind == ExpressionKind::increment) {
        const Expression& stepped = syntax_.at(node.first);
        const std::uint64_t size = node.type.is_pointer() ? step_of(node.type) : 1;
        if (stepped.kind == ExpressionKind::name && stepped.meaning == Meaning::variable) {
            place_ = node.place;
            const auto amount = static_cast<std::int16_t>(as_signed(node.value * size));
            emit(Opcode::step, 0, stepped.target, amount, syntax_.variables[stepped.target].is_global);
            return;
        }
    }
    if (node.kind == ExpressionKind::call) {
        place_ = node.place;
        call(node, false);
    } else if (node.kind == ExpressionKind::binary && node.operation == Operator::comma) {
        discarded(node.first);
        discarded(node.second);
        return;
    } else {
        expression(id);
    }
    emit(Opcode::drop, -1);
}

void Generator::name(const Expression& node) {
    if (node.meaning == Meaning::constant) {
        emit_constant(node.value);
        return;
    }
    const Variable& variable = syntax_.variables[node.target];
    emit(variable.type.array ? Opcode::array : Opcode::load, 1, node.target, 0, variable.is_global);
}

void Generator::unary(const Expression& node) {
    if (node.operation == Operator::address_of) {
        address_of(node);
        return;
    }
    if (node.operation == Operator::indirection) {
        const Expression& array = syntax_.at(node.first);
        if (!array.type.array) {
            load(memory_target(node, array.type));
            return;
        }
        // *array is its first element.
        emit_constant(0);
        load({array.target, true, syntax_.variables[array.target].is_global});
        return;
    }
    const bool wraps = node.type.is_number() && wraps_at_32_bits(node.type.base);
    if (wraps)
        converted(node.first, node.type);
    else
        expression(node.first);
    place_ = node.place;
    switch (node.operation) {
    case Operator::negate: emit(Opcode::negate, 0); break;
    case Operator::complement: emit(Opcode::complement, 0); break;
    case Operator::logical_not: emit(Opcode::logical_not, 0); return;
    default: return;
    }
    if (wraps) narrow(node.type.base);
}

void Generator::address_of(const Expression& node) {
    const Expression& inner = syntax_.at(node.first);
    if (inner.kind == ExpressionKind::name) {
        const Variable& variable = syntax_.variables[inner.target];
        emit(variable.type.array ? Opcode::array : Opcode::variable_as_array, 1, inner.target, 0, variable.is_global);
        return;
    }
    const Type base = syntax_.at(inner.first).type;
    expression(inner.first);
    expression(inner.second);
    place_ = node.place;
    if (base.array)
        emit(Opcode::offset_array, -1);
    else
        emit(Opcode::add_scaled, -1, static_cast<std::uint32_t>(step_of(base)));
}

void Generator::operation(Operator op, Base base) {
    const bool signed_ = is_signed(base);
    Opcode opcode = Opcode::compute;
    switch (op) {
    case Operator::add: opcode = Opcode::add; break;
    case Operator::subtract: opcode = Opcode::subtract; break;
    case Operator::multiply: opcode = Opcode::multiply; break;
    case Operator::less: opcode = signed_ ? Opcode::less_signed : Opcode::less_unsigned; break;
    case Operator::equal: opcode = Opcode::equal; break;
    case Operator::not_equal: opcode = Opcode::not_equal; break;
    case Operator::bit_and: opcode = Opcode::bit_and; break;
    case Operator::bit_or: opcode = Opcode::bit_or; break;
    default: break;
    }
    emit(opcode, -1, 0, static_cast<std::int16_t>(op), signed_);
    const bool grows =
        op == Operator::add || op == Operator::subtract || op == Operator::multiply || op == Operator::shift_left;
    if (wraps_at_32_bits(base) && grows) narrow(base);
}

void Generator::binary(const Expression& node) {
    if (node.operation == Operator::comma) {
        discarded(node.first);
        expression(node.second);
        return;
    }
    if (is_logical(node.operation)) {
        logical(node);
        return;
    }
    const Type left = syntax_.at(node.first).type;
    const Type right = syntax_.at(node.second).type;
    if ((!left.is_number() || !right.is_number()) && !is_comparison(node.operation)) {
        pointer_arithmetic(node);
        return;
    }
    Base base = Base::u64;  // addresses compare without a sign
    if (left.is_number() && right.is_number()) {
        const bool shift = node.operation == Operator::shift_left || node.operation == Operator::shift_right;
        base = common_base(left.base, shift ? Base::s32 : right.base);
        operand(node.first, base);
        if (shift)
            expression(node.second);
        else
            operand(node.second, base);
    } else {
        expression(node.first);
        expression(node.second);
    }
    place_ = node.place;
    operation(node.operation, base);
}

void Generator::logical(const Expression& node) {
    const bool is_and = node.operation == Operator::logical_and;
    expression(node.first);
    const std::uint32_t decided = emit(is_and ? Opcode::jump_if_zero : Opcode::jump_if_not_zero, -1);
    expression(node.second);
    emit(Opcode::truth, 0);
    const std::uint32_t past = emit(Opcode::jump, 0);
    patch({decided});
    --depth_;  // one of the two values, not both
    emit_constant(is_and ? 0 : 1);
    patch({past});
}

void Generator::pointer_arithmetic(const Expression& node) {
    const bool pointer_first = !syntax_.at(node.first).type.is_number();
    const Type left = syntax_.at(node.first).type;
    const Type right = syntax_.at(node.second).type;
    expression(pointer_first ? node.first : node.second);
    expression(pointer_first ? node.second : node.first);
    place_ = node.place;
    const Type pointer = pointer_first ? left : right;
    if (pointer.array) {
        emit(Opcode::offset_array, -1);
        return;
    }
    const auto step = static_cast<std::uint32_t>(step_of(pointer));
    if (pointer_first && !right.is_number())
        emit(Opcode::difference, -1, step);
    else
        emit(node.operation == Operator::add ? Opcode::add_scaled : Opcode::subtract_scaled, -1, step);
}

// -- stores -----------------------------------------------------------------------------------------

Generator::Target Generator::target(ExpressionId id) {
    const Expression& node = syntax_.at(id);
    if (node.kind == ExpressionKind::name) return {node.target, false, syntax_.variables[node.target].is_global};
    const Expression& array = syntax_.at(node.first);
    if (!array.type.array) return memory_target(node, array.type);
    if (node.kind == ExpressionKind::index)
        expression(node.second);
    else
        emit_constant(0);
    place_ = node.place;
    return {array.target, true, syntax_.variables[array.target].is_global};
}

// *p and p[i]: the address, on the stack where an array's element has its index.
Generator::Target Generator::memory_target(const Expression& node, Type pointer) {
    expression(node.first);
    if (node.kind == ExpressionKind::index) {
        expression(node.second);
        emit(Opcode::add_scaled, -1, static_cast<std::uint32_t>(step_of(pointer)));
    }
    place_ = node.place;
    return {none, true, false, true, pointer.element()};
}

void Generator::load(const Target& target) {
    if (target.memory) {
        const Base base = target.type.is_number() ? target.type.base : Base::u64;
        emit(Opcode::load_memory, 0, static_cast<std::uint32_t>(size_of(target.type)), static_cast<std::int16_t>(base));
        return;
    }
    if (target.element)
        emit(Opcode::load_element, 0, target.variable, 0, target.global);
    else
        emit(Opcode::load, 1, target.variable, 0, target.global);
}

void Generator::store(const Target& target) {
    if (target.memory) {
        emit(Opcode::store_memory, -1, static_cast<std::uint32_t>(size_of(target.type)));
        return;
    }
    if (target.element)
        emit(Opcode::store_element, -1, target.variable, 0, target.global);
    else
        emit(Opcode::store, 0, target.variable, 0, target.global);
}

void Generator::assignment(const Expression& node) {
    const Place target_place = syntax_.at(node.first).place;
    const Target to = target(node.first);
    if (node.operation != Operator::nothing) {
        if (to.element) emit(Opcode::duplicate, 1);
        load(to);
        change(syntax_.at(node.first), node);
    } else {
        converted(node.second, node.type);
    }
    place_ = target_place;
    store(to);
}

// With the old value on the stack: the new one, of "target op= value".
void Generator::change(const Expression& changed, const Expression& node) {
    const Type type = changed.type;
    const Type right = syntax_.at(node.second).type;
    if (type.is_pointer()) {
        expression(node.second);
        place_ = node.place;
        emit(node.operation == Operator::add ? Opcode::add_scaled : Opcode::subtract_scaled, -1,
             static_cast<std::uint32_t>(step_of(type)));
        return;
    }
    const bool shift = node.operation == Operator::shift_left || node.operation == Operator::shift_right;
    const Base base = common_base(type.base, shift ? Base::s32 : right.base);
    if (wraps_at_32_bits(base) && !holds_all_of(base, type.base)) narrow(base);
    if (shift)
        expression(node.second);
    else
        operand(node.second, base);
    place_ = node.place;
    operation(node.operation, base);
    if (width_of(type.base) < 64) narrow(type.base);
}

void Generator::increment(const Expression& node) {
    const Target to = target(node.first);
    const Type type = node.type;
    if (to.element) emit(Opcode::duplicate, 1);
    load(to);
    // The old value stays below: index value -> value index value, or value -> value value.
    if (!node.prefix) emit(to.element ? Opcode::tuck : Opcode::duplicate, 1);
    const std::uint64_t size = type.is_pointer() ? step_of(type) : 1;
    place_ = node.place;
    emit_constant(node.value * size);
    emit(Opcode::add, -1);
    if (type.is_number() && width_of(type.base) < 64) narrow(type.base);
    store(to);
    if (!node.prefix) emit(Opcode::drop, -1);
}

void Generator::conditional(const Expression& node) {
    expression(node.first);
    const std::uint32_t otherwise = emit(Opcode::jump_if_zero, -1);
    const bool wraps = node.type.is_number() && wraps_at_32_bits(node.type.base);
    const auto value = [&](ExpressionId id) {
        if (wraps)
            converted(id, node.type);
        else
            expression(id);
    };
    value(node.second);
    const std::uint32_t past = emit(Opcode::jump, 0);
    patch({otherwise});
    --depth_;
    value(node.third);
    patch({past});
}

// -- calls ------------------------------------------------------------------------------------------

namespace {

// What the kernel's declarations make of a number; 0 bits to drop for most.
Type kernel_parameter_type(const KernelCall& row, std::size_t position) {
    if (position >= row.parameters.size()) return types::unknown;
    return row.parameters[position].kind == ParameterKind::gfp ? types::gfp : types::unknown;
}

}  // namespace

void Generator::call(const Expression& node, bool value_used) {
    const Place call_place = node.place;
    switch (node.meaning) {
    case Meaning::array_size: emit_constant(node.value); return;
    case Meaning::transparent: expression(node.first); return;
    case Meaning::minimum:
    case Meaning::maximum: minimum_or_maximum(node); return;
    default: break;
    }
    const bool kernel = node.meaning == Meaning::kernel_call;
    const KernelCall* row = kernel ? program_.kernel_calls[node.target] : nullptr;
    std::size_t position = 0;
    int arguments = 0;
    for (ExpressionId id = node.first; id != none; id = syntax_.at(id).next) {
        if (kernel)
            converted(id, kernel_parameter_type(*row, position));
        else
            converted(id, syntax_.variables[syntax_.functions[node.target].parameters[position]].type);
        ++position;
        ++arguments;
    }
    place_ = call_place;
    if (kernel) {
        if (std::string_view(row->name) == "assert") {
            emit_constant(string_start + node.value * string_spacing);
            ++arguments;
        }
        emit(Opcode::call_kernel, 1 - arguments, node.target, static_cast<std::int16_t>(arguments));
    } else {
        emit(Opcode::call, 1 - arguments, node.target, static_cast<std::int16_t>(arguments), value_used);
    }
}

void Generator::minimum_or_maximum(const Expression& node) {
    const Base base = node.type.base;
    operand(node.first, base);
    operand(syntax_.at(node.first).next, base);
    place_ = node.place;
    const bool is_minimum = node.meaning == Meaning::minimum;
    Opcode opcode = is_minimum ? Opcode::minimum_unsigned : Opcode::maximum_unsigned;
    if (is_signed(base)) opcode = is_minimum ? Opcode::minimum_signed : Opcode::maximum_signed;
    emit(opcode, -1);
}

}  // namespace pageframe::scenario
