// One line of a trace: "I  04001030,3", " L 1ffeffe7e8,8", " S ...", " M ...".
//
//     read_reference()        any line that is a reference, character by character
//     read_plain_reference()  as lackey itself writes it, in words of eight characters: nearly every line
//
//      I  0 4 0 0 1 0 3 0 , 3 \n
//         `---- word ---'          eight characters at once: how many of them are hexadecimal digits, and their value
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "engine/core/types.h"

namespace pageframe {

/// What a reference is, in the order in which lackey explains them.
enum class ReferenceKind : std::uint8_t { fetch, load, store, modify };

struct TraceReference {
    ReferenceKind kind = ReferenceKind::fetch;
    std::uint64_t address = 0;
    std::uint64_t size = 0;  ///< bytes

    std::uint64_t last() const { return address + (size - 1); }
    /// The counting knows no reference to more than two pages.
    bool fits() const { return size <= page_size && last() >= address; }
};

namespace trace_line {

constexpr std::uint8_t no_kind = 4;
/// The data references' letters; no_kind: it is none.
constexpr std::array<std::uint8_t, 256> data_kind = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(no_kind);
    table['L'] = static_cast<std::uint8_t>(ReferenceKind::load);
    table['S'] = static_cast<std::uint8_t>(ReferenceKind::store);
    table['M'] = static_cast<std::uint8_t>(ReferenceKind::modify);
    return table;
}();

/// The kind of a line that begins with these three characters; no_kind: it is no reference.
inline std::uint8_t kind_of(const char* begin) {
    const auto first = static_cast<unsigned char>(begin[0]);
    const auto second = static_cast<unsigned char>(begin[1]);
    const bool fetch = first == 'I' && second == ' ';
    const std::uint8_t kind = fetch ? std::uint8_t{0} : data_kind[second];
    return begin[2] == ' ' && (fetch || first == ' ') ? kind : no_kind;
}

/// The value of a hexadecimal digit; 16: it is none.
inline unsigned digit_of(char character) {
    if (character >= '0' && character <= '9') return static_cast<unsigned>(character - '0');
    const char lower = static_cast<char>(character | 0x20);
    return lower >= 'a' && lower <= 'f' ? static_cast<unsigned>(lower - 'a' + 10) : 16;
}

constexpr std::uint64_t every_byte(std::uint8_t value) { return value * 0x0101010101010101ULL; }

/// Eight characters, the first one in the lowest byte.
inline std::uint64_t word_at(const char* place) {
    std::uint64_t word;
    std::memcpy(&word, place, sizeof word);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    return word;
}

/// Eight characters read as hexadecimal digits in small letters.
struct HexadecimalWord {
    std::uint64_t values;  ///< a digit's in each byte
    std::uint64_t wrong;   ///< not 0 in each byte that is none

    explicit HexadecimalWord(std::uint64_t word) {
        // 'a' .. 'f' are moved to where they follow '9': all digits are 0x30 .. 0x3f then, and those from 0x3a on,
        // and no others, were letters.
        const std::uint64_t letters = (word >> 6) & every_byte(0x01);
        const std::uint64_t moved = (word - letters * ('a' - ('9' + 1))) ^ every_byte('0');
        values = moved & every_byte(0x0f);
        const std::uint64_t beyond_nine = ((values + every_byte(6)) >> 4) & every_byte(0x01);
        wrong = (moved & every_byte(0xf0)) | (beyond_nine ^ letters);
    }

    /// Of all eight, the first digit the highest.
    std::uint64_t number() const {
        const std::uint64_t pairs = (values << 4 | values >> 8) & 0x00ff00ff00ff00ffULL;
        const std::uint64_t fours = (pairs << 8 | pairs >> 16) & 0x0000ffff0000ffffULL;
        return (fours << 16 | fours >> 32) & 0x00000000ffffffffULL;
    }
};

/// Which of a word's characters is its first end of a line: 0 .. 7; 8: none.
inline unsigned end_of_line_in(std::uint64_t word) {
    const std::uint64_t others = word ^ every_byte('\n');
    // What a borrow adds to this lies above the first one.
    const std::uint64_t ends = (others - every_byte(0x01)) & ~others & every_byte(0x80);
    return static_cast<unsigned>(std::countr_zero(ends)) / 8;
}

}  // namespace trace_line

/// Of at least six characters at `begin`: the place after the reference; nullptr: it is none.
inline const char* read_reference(const char* begin, const char* end, TraceReference& reference) {
    if (end - begin < 6) return nullptr;
    const std::uint8_t kind = trace_line::kind_of(begin);
    if (kind == trace_line::no_kind) return nullptr;
    reference.kind = static_cast<ReferenceKind>(kind);

    const char* place = begin + 3;
    const char* const digits = place;
    reference.address = 0;
    for (unsigned value = 0; place < end && (value = trace_line::digit_of(*place)) < 16; ++place)
        reference.address = reference.address << 4 | value;
    if (place == digits || place - digits > 16 || place == end || *place != ',') return nullptr;
    const char* const size_digits = ++place;
    reference.size = 0;
    for (; place < end && *place >= '0' && *place <= '9' && reference.size <= page_size; ++place)
        reference.size = 10 * reference.size + static_cast<std::uint64_t>(*place - '0');
    return place != size_digits && reference.size != 0 ? place : nullptr;
}

/// As many characters are looked at by read_plain_reference().
constexpr std::ptrdiff_t plain_reference_characters = 21;

/// Of that many characters at `begin`: the place after the line's end. nullptr: it is no line of eight to fifteen
/// digits and a size of one digit that fits(), and read_reference() is to be asked.
[[gnu::always_inline]] inline const char* read_plain_reference(const char* begin, TraceReference& reference) {
    using namespace trace_line;
    // The end first: the next line waits for it, and for nothing else.
    const unsigned more = end_of_line_in(word_at(begin + 13));  // digits behind the first eight
    const char* const comma = begin + 11 + more;
    const std::uint8_t kind = kind_of(begin);
    const HexadecimalWord high(word_at(begin + 3));
    const HexadecimalWord low(word_at(begin + 11));
    const std::uint64_t wrong = high.wrong | (low.wrong & ((std::uint64_t{1} << (8 * more & 63)) - 1));
    const auto size = static_cast<unsigned char>(comma[1] - '0');
    if (more == 8 || kind == no_kind || wrong != 0 || comma[0] != ',' || size - 1U > 8U) [[unlikely]]
        return nullptr;
    reference.kind = static_cast<ReferenceKind>(kind);
    reference.address = high.number() << 4 * more | low.number() >> (32 - 4 * more);
    reference.size = size;
    return reference.fits() ? comma + 3 : nullptr;
}

}  // namespace pageframe
