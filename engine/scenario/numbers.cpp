// C's integer constants: digits, unit, suffix, and the type that C gives them.
#include "engine/scenario/numbers.h"

#include <cctype>

namespace pageframe::scenario {

namespace {

int digit_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 99;
}

std::string lower(std::string_view text) {
    std::string result;
    for (char c : text) result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

unsigned unit_shift(char unit) {
    switch (unit) {
    case 'K': return 10;
    case 'M': return 20;
    case 'G': return 30;
    default: return 0;
    }
}

// The type of an integer constant, C11 6.4.4.1.
Base type_of(std::uint64_t value, bool decimal, bool is_unsigned, bool is_long) {
    if (!is_unsigned && !is_long && value <= 0x7fffffffU) return Base::s32;
    if ((is_unsigned || !decimal) && !is_long && value <= 0xffffffffU) return Base::u32;
    if (!is_unsigned && value <= 0x7fffffffffffffffU) return Base::s64;
    return Base::u64;
}

}  // namespace

NumberLiteral read_number(std::string_view spelling) {
    NumberLiteral literal;
    const auto wrong = [&](std::string message, std::string suggestion = {}) {
        literal.error = std::move(message);
        literal.suggestion = std::move(suggestion);
        return literal;
    };

    std::size_t at = 0;
    int radix = 10;
    if (spelling.size() > 1 && spelling[0] == '0') {
        const char second = spelling[1];
        if (second == 'x' || second == 'X') {
            radix = 16;
            at = 2;
        } else if (second == 'b' || second == 'B') {
            radix = 2;
            at = 2;
        } else if (std::isdigit(static_cast<unsigned char>(second)) != 0) {
            radix = 8;
            at = 1;
        }
    }
    const std::size_t first_digit = at;
    bool too_large = false;
    for (; at < spelling.size() && digit_value(spelling[at]) < radix; ++at) {
        const auto digit = static_cast<std::uint64_t>(digit_value(spelling[at]));
        const auto base = static_cast<std::uint64_t>(radix);
        if (literal.value > (UINT64_MAX - digit) / base) too_large = true;
        literal.value = literal.value * base + digit;
    }
    const std::string_view digits = spelling.substr(0, at);
    std::string_view rest = spelling.substr(at);
    const std::string quoted = "'" + std::string(spelling) + "'";
    const bool stray_digit = !rest.empty() && std::isdigit(static_cast<unsigned char>(rest[0])) != 0;
    if (at == first_digit && !stray_digit) return wrong(quoted + " has no digits");
    if (!rest.empty() && rest[0] == '.')
        return wrong(quoted + ": there is no floating point in the kernel, and none here");
    if (stray_digit)
        return wrong(quoted + ": the digit " + rest[0] + " does not belong in " +
                     (radix == 8 ? "an octal number (it starts with 0)" : "a binary number"));

    unsigned shift = 0;
    if (!rest.empty() && unit_shift(rest[0]) != 0) {
        shift = unit_shift(rest[0]);
        rest.remove_prefix(1);
    }
    const std::string suffix = lower(rest);
    const bool known = suffix.empty() || suffix == "u" || suffix == "l" || suffix == "ul" || suffix == "lu" ||
                       suffix == "ll" || suffix == "ull" || suffix == "llu";
    if (!known) {
        // "64MB", "64MiB", "64k": the unit is one capital letter here.
        const char unit =
            static_cast<char>(std::toupper(static_cast<unsigned char>(shift != 0 ? spelling[digits.size()] : rest[0])));
        const std::string tail = shift != 0 ? suffix : suffix.substr(1);
        if (unit_shift(unit) != 0 && (tail.empty() || tail == "b" || tail == "ib"))
            return wrong(quoted + " is not a number", std::string(digits) + unit);
        return wrong(quoted + " is not a number: '" + std::string(rest) + "' is not a suffix of C");
    }
    if (too_large || (shift != 0 && literal.value > (UINT64_MAX >> shift)))
        return wrong(quoted + " does not fit into 64 bits");
    literal.value <<= shift;
    const bool is_unsigned = suffix.find('u') != std::string::npos;
    const bool is_long = shift != 0 || suffix.find('l') != std::string::npos;
    literal.type = type_of(literal.value, radix == 10, is_unsigned, is_long);
    return literal;
}

bool read_escape(std::string_view text, std::size_t& position, char& character) {
    if (position >= text.size()) return false;
    const char c = text[position++];
    switch (c) {
    case 'n': character = '\n'; return true;
    case 't': character = '\t'; return true;
    case 'r': character = '\r'; return true;
    case 'a': character = '\a'; return true;
    case 'b': character = '\b'; return true;
    case 'f': character = '\f'; return true;
    case 'v': character = '\v'; return true;
    case '\\':
    case '\'':
    case '"':
    case '?': character = c; return true;
    case 'x': {
        int value = 0;
        std::size_t digits = 0;
        while (digits < 2 && position < text.size() && digit_value(text[position]) < 16) {
            value = value * 16 + digit_value(text[position++]);
            ++digits;
        }
        character = static_cast<char>(value);
        return digits != 0;
    }
    default: break;
    }
    if (c < '0' || c > '7') return false;
    int value = c - '0';
    for (int digits = 1; digits < 3 && position < text.size() && digit_value(text[position]) < 8; ++digits)
        value = value * 8 + digit_value(text[position++]);
    character = static_cast<char>(value & 0xff);
    return true;
}

}  // namespace pageframe::scenario
