// Types of expressions, by C's rules where C has them, with a hint where learners slip.
#include "engine/scenario/arithmetic.h"
#include "engine/scenario/calls.h"
#include "engine/scenario/check.h"
#include "engine/scenario/constants.h"

namespace pageframe::scenario {

Type Checker::expression(ExpressionId id) {
    if (id == none) return types::unknown;
    Expression& node = syntax_.at(id);
    Type type;
    switch (node.kind) {
    case ExpressionKind::error: break;
    case ExpressionKind::number: return node.type;
    case ExpressionKind::string: type = types::string; break;
    case ExpressionKind::name: type = name(node); break;
    case ExpressionKind::unary: type = unary(node); break;
    case ExpressionKind::binary: type = binary(node); break;
    case ExpressionKind::assignment: type = assignment(node); break;
    case ExpressionKind::increment: type = increment(node); break;
    case ExpressionKind::conditional: type = conditional(node); break;
    case ExpressionKind::call: type = call(node); break;
    case ExpressionKind::index: type = index(node); break;
    case ExpressionKind::member:
        expression(node.first);
        diagnostics_.error(node.place, "members of structures are not modelled: '" + text(node.name) + "'");
        break;
    case ExpressionKind::cast: type = cast(node); break;
    case ExpressionKind::size_of: type = size_of_operator(node); break;
    case ExpressionKind::list: diagnostics_.error(node.place, "a list stands only where an array is declared"); break;
    }
    node.type = type;
    return type;
}

Type Checker::value(ExpressionId id) {
    const Type type = expression(id);
    if (!type.is_void()) return type;
    const Expression& node = syntax_.at(id);
    const std::string what = node.kind == ExpressionKind::call ? text(node.name) + "()" : "this";
    diagnostics_.error(node.place, what + " gives no value");
    return types::unknown;
}

Type Checker::name(Expression& node) {
    if (const VariableId id = find_variable(node.name); id != none) {
        node.meaning = Meaning::variable;
        node.target = id;
        return syntax_.variables[id].type;
    }
    if (Constant constant; find_constant(text(node.name), constant)) {
        node.meaning = Meaning::constant;
        node.value = constant.value;
        return constant.type;
    }
    const std::string quoted = "'" + text(node.name) + "'";
    if (find_function(node.name) != none || find_call(text(node.name)) != no_call) {
        diagnostics_.error(node.place, quoted + " is a function: expected '(' after it");
        return types::unknown;
    }
    const std::string suggestion = near_name(node.name, false);
    diagnostics_.error(node.place, quoted + " is not declared" + did_you_mean(suggestion), suggestion);
    return types::unknown;
}

// *p and p[i]: a load or a store of what p points to, through the machine's MMU.
Type Checker::memory_access(Type pointer, Place place) {
    const Type type = pointer.element();
    if (type.is_number() || type.is_pointer()) return type;
    diagnostics_.error(place, type.is_void() ? "what a void * points to has no type: cast the pointer first, "
                                               "as in *(int *)p"
                                             : "the contents of structures are not modelled");
    return types::unknown;
}

Type Checker::unary(Expression& node) {
    if (node.operation == Operator::address_of) return address_of(node);
    const Type type = value(node.first);
    if (type.is_unknown()) return type;
    if (node.operation == Operator::logical_not) {
        if (!type.array) return types::int_;
        diagnostics_.error(node.place, "'!' of an array: it is never NULL");
        return types::unknown;
    }
    if (node.operation == Operator::indirection) {
        if (type.array && named_array(node.first)) return type.element();
        if (type.is_pointer()) return memory_access(type, node.place);
        diagnostics_.error(node.place, "'*' of " + type_text(type) + ": expected a pointer");
        return types::unknown;
    }
    if (type.is_number()) return Type{common_base(type.base, type.is_gfp() ? Base::gfp : Base::s32)};
    diagnostics_.error(node.place, std::string("'") + operator_text(node.operation) + "' of " + type_text(type) +
                                       ": expected a number");
    return types::unknown;
}

// Arrays are not values that can be computed: what is indexed is a variable.
bool Checker::named_array(ExpressionId id) const {
    const Expression& node = syntax_.at(id);
    return node.kind == ExpressionKind::name && node.meaning == Meaning::variable;
}

// &array[i] and &variable are elements to fill; &pointer[i] is pointer + i.
Type Checker::address_of(Expression& node) {
    const Expression& operand = syntax_.at(node.first);
    if (operand.kind == ExpressionKind::index) {
        const Type base = value(operand.first);
        const Type at = value(operand.second);
        if (base.is_unknown() || at.is_unknown()) return types::unknown;
        if (!at.is_number()) {
            diagnostics_.error(operand.place, "an index is a number, not " + type_text(at));
            return types::unknown;
        }
        syntax_.at(node.first).type = base.element();
        if (base.array && named_array(operand.first)) return base;
        if (base.is_pointer() && (base.is_void_pointer() || size_of(base.element()) != 0)) return base;
    } else if (operand.kind == ExpressionKind::name) {
        const Type type = value(node.first);
        if (type.is_unknown()) return type;
        if (type.array) return type;
        if (syntax_.at(node.first).meaning == Meaning::variable) return type.array_of();
    }
    diagnostics_.error(node.place, "'&' is for a variable or an element");
    return types::unknown;
}

namespace {

// What p + 1 adds; void * counts bytes, as GNU C has it. 0: not known.
std::uint64_t step_of(Type pointer) {
    if (pointer.is_void_pointer()) return 1;
    return size_of(pointer.element());
}

}  // namespace

Type Checker::pointer_arithmetic(Expression& node, Type left, Type right) {
    const bool adds = node.operation == Operator::add;
    const bool subtracts = node.operation == Operator::subtract;
    const Type pointer = left.is_number() ? right : left;
    if ((adds && (left.is_number() || right.is_number())) || (subtracts && right.is_number())) {
        if (pointer.array) {
            if (adds && left.array) return pointer;
        } else if (step_of(pointer) != 0) {
            return pointer;
        } else {
            diagnostics_.error(node.place, "the size of what " + type_text(pointer) + " points to is not known");
            return types::unknown;
        }
    }
    if (subtracts && left == right && left.is_pointer() && step_of(left) != 0) return types::long_;
    diagnostics_.error(node.place, std::string("'") + operator_text(node.operation) + "' of " + type_text(left) +
                                       " and " + type_text(right));
    return types::unknown;
}

Type Checker::comparison(Expression& node, Type left, Type right) {
    const bool numbers = left.is_number() && right.is_number();
    const bool pointers = left.is_pointer() && right.is_pointer() &&
                          (left == right || left.is_void_pointer() || right.is_void_pointer() ||
                           (!left.is_page() && !right.is_page() && !left.is_cache() && !right.is_cache()));
    const bool with_null = (left.is_pointer() && is_null(node.second)) || (right.is_pointer() && is_null(node.first));
    if (numbers || pointers || with_null) return types::int_;
    // "addr != NULL" of an unsigned long: a warning in C, and clear enough.
    if ((left.is_number() && is_null(node.second)) || (right.is_number() && is_null(node.first))) {
        diagnostics_.warning(node.place, "a number is compared with NULL: expected 0");
        return types::int_;
    }
    diagnostics_.error(node.place, std::string("'") + operator_text(node.operation) + "' of " + type_text(left) +
                                       " and " + type_text(right));
    return types::unknown;
}

Type Checker::binary(Expression& node) {
    if (node.operation == Operator::comma) {
        expression(node.first);
        return value(node.second);
    }
    const Type left = value(node.first);
    const Type right = value(node.second);
    if (left.is_unknown() || right.is_unknown()) return types::unknown;
    if (is_logical(node.operation)) {
        if (!left.array && !right.array) return types::int_;
        diagnostics_.error(node.place, "an array is no condition: it is never NULL");
        return types::unknown;
    }
    if (is_comparison(node.operation)) return comparison(node, left, right);
    if (!left.is_number() || !right.is_number()) return pointer_arithmetic(node, left, right);
    std::uint64_t divisor = 0;
    if ((node.operation == Operator::divide || node.operation == Operator::remainder) &&
        fold(syntax_, node.second, divisor) && divisor == 0)
        diagnostics_.error(node.place, "division by 0");
    if (node.operation == Operator::shift_left || node.operation == Operator::shift_right)
        return Type{common_base(left.base, Base::s32)};
    return Type{common_base(left.base, right.base)};
}

void Checker::constant_target(const Expression& target) {
    const Expression* named = &target;
    if (target.kind == ExpressionKind::index) named = &syntax_.at(target.first);
    if (named->kind != ExpressionKind::name) return;
    if (named->meaning == Meaning::constant)
        diagnostics_.error(named->place, "'" + text(named->name) + "' is a constant of the kernel");
    else if (named->meaning == Meaning::variable && syntax_.variables[named->target].is_const)
        diagnostics_.error(named->place, "'" + text(named->name) + "' is const");
}

Type Checker::assignment(Expression& node) {
    const Type target = value(node.first);
    constant_target(syntax_.at(node.first));
    const Expression& written = syntax_.at(node.first);
    const std::string what = written.kind == ExpressionKind::name ? "'" + text(written.name) + "'" : "the element";
    if (target.array) {
        expression(node.second);
        diagnostics_.error(node.place, what + " is an array: its elements are assigned one by one");
        return types::unknown;
    }
    if (node.operation == Operator::nothing) {
        fits(target, node.second, what);
        return target;
    }
    const Type operand = value(node.second);
    if (target.is_unknown() || operand.is_unknown()) return target;
    const bool steps = node.operation == Operator::add || node.operation == Operator::subtract;
    if (target.is_pointer() && steps && operand.is_number() && step_of(target) != 0) return target;
    if (target.is_number() && operand.is_number()) return target;
    diagnostics_.error(node.place, std::string("'") + operator_text(node.operation) + "=' of " + type_text(target) +
                                       " and " + type_text(operand));
    return types::unknown;
}

Type Checker::increment(Expression& node) {
    const Type type = value(node.first);
    constant_target(syntax_.at(node.first));
    if (type.is_unknown() || type.is_number()) return type;
    if (type.is_pointer() && step_of(type) != 0) return type;
    diagnostics_.error(node.place, std::string("'") + (node.value == 1 ? "++" : "--") + "' of " + type_text(type));
    return types::unknown;
}

Type Checker::conditional(Expression& node) {
    condition(node.first);
    const Type left = value(node.second);
    const Type right = value(node.third);
    if (left.is_unknown() || right.is_unknown()) return types::unknown;
    if (left == right && !left.array) return left;
    if (left.is_number() && right.is_number()) return Type{common_base(left.base, right.base)};
    if (left.is_pointer() && (right.is_void_pointer() || is_null(node.third))) return left;
    if (right.is_pointer() && (left.is_void_pointer() || is_null(node.second))) return right;
    diagnostics_.error(node.place, "the two values of '?' are " + type_text(left) + " and " + type_text(right));
    return types::unknown;
}

Type Checker::index(Expression& node) {
    const Type base = value(node.first);
    const Type at = value(node.second);
    if (base.is_unknown() || at.is_unknown()) return types::unknown;
    if (!at.is_number()) {
        diagnostics_.error(syntax_.at(node.second).place, "an index is a number, not " + type_text(at));
        return types::unknown;
    }
    if (base.array && named_array(node.first)) {
        const Expression& array = syntax_.at(node.first);
        std::uint64_t constant = 0;
        const bool declared = syntax_.variables[array.target].elements != 0;
        if (declared && fold(syntax_, node.second, constant) && constant >= syntax_.variables[array.target].elements) {
            const std::uint32_t elements = syntax_.variables[array.target].elements;
            diagnostics_.error(syntax_.at(node.second).place, "'" + text(array.name) + "' has elements 0 to " +
                                                                  std::to_string(elements - 1) + ", found " +
                                                                  std::to_string(as_signed(constant)));
        }
        return base.element();
    }
    if (base.is_pointer()) return memory_access(base, node.place);
    diagnostics_.error(node.place, "'[' after " + type_text(base) + ": expected the name of an array, or a pointer");
    return types::unknown;
}

Type Checker::cast(Expression& node) {
    const Type to = node.type;
    const Type from = expression(node.first);
    if (to.is_void()) return to;
    if (from.is_void()) {
        value(node.first);
        return to;
    }
    if (from.array || to.is_bare_structure()) {
        diagnostics_.error(node.place, "a cast of " + type_text(from) + " to " + type_text(to));
        return types::unknown;
    }
    return to;
}

Type Checker::size_of_operator(Expression& node) {
    Type type = node.type;
    std::uint64_t elements = 1;
    if (node.first != none) {
        type = value(node.first);
        const Expression& operand = syntax_.at(node.first);
        if (type.array && operand.kind == ExpressionKind::name && operand.meaning == Meaning::variable) {
            elements = syntax_.variables[operand.target].elements;
            type = type.element();
            if (elements == 0) diagnostics_.error(node.place, "sizeof of an array parameter: its length is not known");
        }
    }
    const std::uint64_t size = size_of(type);
    if (size == 0 && !type.is_unknown())
        diagnostics_.error(node.place, "the size of " + type_text(type) + " is not known");
    node.value = size * elements;
    return types::unsigned_long;
}

bool Checker::is_null(ExpressionId id) const {
    const Expression& node = syntax_.at(id);
    if (node.kind == ExpressionKind::number) return node.value == 0;
    if (node.kind == ExpressionKind::name && node.meaning == Meaning::constant)
        return node.value == 0 && node.type.is_void_pointer();
    return node.kind == ExpressionKind::cast && node.type.is_void_pointer() && is_null(node.first);
}

}  // namespace pageframe::scenario
