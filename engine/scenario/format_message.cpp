// printf's formatting for notes: %d %i %u %x %X %o %c %s %p %% with flags, width and the lengths
// hh, h, l, ll, z. Deterministic, bounded, and without the C library's locale.
#include <algorithm>
#include <charconv>

#include "engine/scenario/calls.h"

namespace pageframe::scenario {

namespace {

constexpr unsigned widest = 64;
constexpr std::size_t longest_message = 4096;

struct Conversion {
    bool left = false;
    bool zero = false;
    bool alternative = false;
    char sign = '\0';
    unsigned width = 0;
    unsigned bits = 32;
    char letter = '\0';
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads what follows a '%'; false: the text ends in the middle of it.
bool read_conversion(std::string_view format, std::size_t& at, Conversion& result) {
    for (; at < format.size(); ++at) {
        const char c = format[at];
        if (c == '-')
            result.left = true;
        else if (c == '0')
            result.zero = true;
        else if (c == '#')
            result.alternative = true;
        else if (c == '+' || c == ' ')
            result.sign = c;
        else
            break;
    }
    for (; at < format.size() && is_digit(format[at]); ++at)
        result.width = std::min(result.width * 10 + static_cast<unsigned>(format[at] - '0'), widest);
    if (at < format.size() && format[at] == '.')
        for (++at; at < format.size() && is_digit(format[at]);) ++at;
    for (; at < format.size(); ++at) {
        const char c = format[at];
        if (c == 'l' || c == 'z' || c == 't' || c == 'j')
            result.bits = 64;
        else if (c == 'h')
            result.bits = result.bits == 16 ? 8 : 16;
        else
            break;
    }
    if (at >= format.size()) return false;
    result.letter = format[at++];
    // The kernel's %pa, %px, %pK: one letter more.
    if (result.letter == 'p' && at < format.size() && (format[at] == 'a' || format[at] == 'x' || format[at] == 'K'))
        ++at;
    return true;
}

std::string digits(std::uint64_t value, int base) {
    char buffer[72];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, base).ptr;
    return {buffer, end};
}

std::string converted(CallContext& context, const Conversion& conversion, Value value) {
    const unsigned drop = 64 - conversion.bits;
    const std::uint64_t bits = value.bits << drop >> drop;
    std::string prefix;
    std::string text;
    switch (conversion.letter) {
    case 'd':
    case 'i': {
        const auto number = static_cast<std::int64_t>(value.bits << drop) >> drop;
        const auto magnitude = static_cast<std::uint64_t>(number);
        text = digits(number < 0 ? 0 - magnitude : magnitude, 10);
        if (number < 0)
            prefix = "-";
        else if (conversion.sign != '\0')
            prefix = conversion.sign;
        break;
    }
    case 'u': text = digits(bits, 10); break;
    case 'o': text = digits(bits, 8); break;
    case 'x':
    case 'X':
        text = digits(bits, 16);
        if (conversion.letter == 'X')
            for (char& c : text) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
        if (conversion.alternative) prefix = conversion.letter == 'x' ? "0x" : "0X";
        break;
    case 'p': {
        const std::string hexadecimal = digits(value.bits, 16);
        text = std::string(16 - hexadecimal.size(), '0') + hexadecimal;
        break;
    }
    case 'c': text = static_cast<char>(value.bits); break;
    case 's': text = context.string(value); break;
    default: return std::string("%") + conversion.letter;
    }
    const std::size_t size = prefix.size() + text.size();
    const std::size_t padding = conversion.width > size ? conversion.width - size : 0;
    if (conversion.left) return prefix + text + std::string(padding, ' ');
    const bool zeros = conversion.zero && conversion.letter != 's' && conversion.letter != 'c';
    if (zeros) return prefix + std::string(padding, '0') + text;
    return std::string(padding, ' ') + prefix + text;
}

}  // namespace

std::string format_message(CallContext& context, std::string_view format, std::span<const Value> arguments) {
    std::string message;
    std::size_t used = 0;
    std::size_t at = 0;
    while (at < format.size() && message.size() < longest_message) {
        if (format[at] != '%') {
            message += format[at++];
            continue;
        }
        Conversion conversion;
        if (!read_conversion(format, ++at, conversion)) {
            message += '%';
            break;
        }
        if (conversion.letter == '%') {
            message += '%';
        } else if (used == arguments.size()) {
            context.warn("the format asks for more values than are given");
            message += "%" + std::string(1, conversion.letter);
        } else {
            message += converted(context, conversion, arguments[used++]);
        }
    }
    if (used < arguments.size()) context.warn("more values are given than the format asks for");
    return message;
}

}  // namespace pageframe::scenario
