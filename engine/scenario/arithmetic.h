// C's arithmetic on 64-bit values, for what is computed while checking and for what is computed at run time.
//
// Signed overflow, undefined in C, wraps at 64 bits. What has no result is told: division by zero, and a
// shift by a negative number or by 64 and more.
#pragma once

#include <cstdint>

#include "engine/scenario/syntax.h"

namespace pageframe::scenario {

enum class ArithmeticError : std::uint8_t { fine, division_by_zero, shift };

constexpr std::int64_t as_signed(std::uint64_t bits) { return static_cast<std::int64_t>(bits); }

constexpr std::uint64_t quotient(std::uint64_t a, std::uint64_t b, bool is_signed) {
    if (!is_signed) return a / b;
    if (as_signed(b) == -1) return 0 - a;  // the one signed division that overflows
    return static_cast<std::uint64_t>(as_signed(a) / as_signed(b));
}

constexpr std::uint64_t remainder_of(std::uint64_t a, std::uint64_t b, bool is_signed) {
    if (!is_signed) return a % b;
    if (as_signed(b) == -1) return 0;
    return static_cast<std::uint64_t>(as_signed(a) % as_signed(b));
}

constexpr ArithmeticError compute(Operator operation, bool is_signed, std::uint64_t a, std::uint64_t b,
                                  std::uint64_t& result) {
    const auto truth = [&](bool value) { result = value ? 1 : 0; };
    switch (operation) {
    case Operator::multiply: result = a * b; break;
    case Operator::divide:
        if (b == 0) return ArithmeticError::division_by_zero;
        result = quotient(a, b, is_signed);
        break;
    case Operator::remainder:
        if (b == 0) return ArithmeticError::division_by_zero;
        result = remainder_of(a, b, is_signed);
        break;
    case Operator::add: result = a + b; break;
    case Operator::subtract: result = a - b; break;
    case Operator::shift_left:
        if (b >= 64) return ArithmeticError::shift;
        result = a << b;
        break;
    case Operator::shift_right:
        if (b >= 64) return ArithmeticError::shift;
        result = is_signed ? static_cast<std::uint64_t>(as_signed(a) >> b) : a >> b;
        break;
    case Operator::less: truth(is_signed ? as_signed(a) < as_signed(b) : a < b); break;
    case Operator::less_equal: truth(is_signed ? as_signed(a) <= as_signed(b) : a <= b); break;
    case Operator::greater: truth(is_signed ? as_signed(a) > as_signed(b) : a > b); break;
    case Operator::greater_equal: truth(is_signed ? as_signed(a) >= as_signed(b) : a >= b); break;
    case Operator::equal: truth(a == b); break;
    case Operator::not_equal: truth(a != b); break;
    case Operator::bit_and: result = a & b; break;
    case Operator::bit_xor: result = a ^ b; break;
    case Operator::bit_or: result = a | b; break;
    case Operator::logical_and: truth(a != 0 && b != 0); break;
    case Operator::logical_or: truth(a != 0 || b != 0); break;
    default: result = b; break;
    }
    return ArithmeticError::fine;
}

constexpr bool is_comparison(Operator operation) {
    return operation >= Operator::less && operation <= Operator::not_equal;
}
constexpr bool is_logical(Operator operation) {
    return operation == Operator::logical_and || operation == Operator::logical_or;
}

/// The type in which a binary operation on numbers is carried out.
constexpr bool wraps_at_32_bits(Base base) { return base == Base::u32 || base == Base::gfp; }

/// The value of a checked expression that needs no run: numbers, constants and operators on them.
/// False: it is not constant (or has no value, as 1 / 0).
bool fold(const Syntax& syntax, ExpressionId id, std::uint64_t& value);

}  // namespace pageframe::scenario
