// Constant expressions, after the checks have found their types: array lengths, keys of the machine,
// initialisers of static variables.
#include "engine/scenario/arithmetic.h"

namespace pageframe::scenario {

namespace {

Base base_of(const Expression& node) { return node.type.is_number() ? node.type.base : Base::u64; }

bool fold_binary(const Syntax& syntax, const Expression& node, std::uint64_t& value) {
    if (node.operation == Operator::comma) return false;
    const Expression& left = syntax.at(node.first);
    const Expression& right = syntax.at(node.second);
    if (!left.type.is_number() || !right.type.is_number()) return false;
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    if (!fold(syntax, node.first, a) || !fold(syntax, node.second, b)) return false;
    const bool shift = node.operation == Operator::shift_left || node.operation == Operator::shift_right;
    const Base base = shift ? common_base(base_of(left), Base::s32) : common_base(base_of(left), base_of(right));
    if (wraps_at_32_bits(base)) {
        a = narrowed(a, base);
        if (!shift) b = narrowed(b, base);
    }
    if (compute(node.operation, is_signed(base), a, b, value) != ArithmeticError::fine) return false;
    if (wraps_at_32_bits(base) && !is_comparison(node.operation)) value = narrowed(value, base);
    return true;
}

bool fold_unary(const Syntax& syntax, const Expression& node, std::uint64_t& value) {
    std::uint64_t operand = 0;
    if (!syntax.at(node.first).type.is_number() || !fold(syntax, node.first, operand)) return false;
    switch (node.operation) {
    case Operator::plus: value = operand; break;
    case Operator::negate: value = 0 - operand; break;
    case Operator::complement: value = ~operand; break;
    case Operator::logical_not: value = operand == 0 ? 1 : 0; return true;
    default: return false;
    }
    if (wraps_at_32_bits(base_of(node))) value = narrowed(value, base_of(node));
    return true;
}

}  // namespace

bool fold(const Syntax& syntax, ExpressionId id, std::uint64_t& value) {
    const Expression& node = syntax.at(id);
    switch (node.kind) {
    case ExpressionKind::number: value = node.value; return true;
    case ExpressionKind::name:
        if (node.meaning == Meaning::constant) {
            value = node.value;
            return true;
        }
        if (node.meaning == Meaning::variable && syntax.variables[node.target].has_value) {
            value = syntax.variables[node.target].value;
            return true;
        }
        return false;
    case ExpressionKind::size_of: value = node.value; return true;
    case ExpressionKind::call:
        if (node.meaning != Meaning::array_size) return false;
        value = node.value;
        return true;
    case ExpressionKind::cast:
        if (!fold(syntax, node.first, value)) return false;
        if (node.type.is_number()) value = narrowed(value, node.type.base);
        return true;
    case ExpressionKind::unary: return fold_unary(syntax, node, value);
    case ExpressionKind::binary: return fold_binary(syntax, node, value);
    case ExpressionKind::conditional: {
        std::uint64_t test = 0;
        if (!fold(syntax, node.first, test)) return false;
        return fold(syntax, test != 0 ? node.second : node.third, value);
    }
    default: return false;
    }
}

}  // namespace pageframe::scenario
