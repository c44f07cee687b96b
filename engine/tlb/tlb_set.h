// What is known of a set beside its entries: enough to find a page's way and the way used longest ago without
// a look at the entries one by one.
//
//     order   16 nibbles:  .. 0 | 2 | 3 | 1        way 1 was used last, way 0 of the four is the oldest
//     tags    16 bytes:    0x85 | 0 | 0x91 | 0x85  bits of each way's page number, 0: the entry is not valid
//
// Entries that are not valid are older than any that is, the lowest way the oldest: what a fill takes. Both
// words only repeat what the entries say (their stamps, their pages): they are no state of their own, and no
// part of a state's hash. A tag is a hint: who finds one looks at the entry.
//
// Sets of more than 16 ways have neither; their entries are gone through.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace pageframe {

/// As many ways as a word has nibbles.
inline constexpr std::uint32_t most_ordered_ways = 16;

struct TlbSet {
    std::uint64_t order = 0;
    std::array<std::uint8_t, most_ordered_ways> tags{};
    std::uint32_t tree = 0;  ///< pseudo-LRU: geometry.h
    std::uint32_t reserved = 0;
};
static_assert(sizeof(TlbSet) == 32);

/// The way becomes the one used last; those used after it move back by one.
constexpr std::uint64_t order_after_use(std::uint64_t order, std::uint32_t way) {
    constexpr std::uint64_t each = 0x1111111111111111ULL;
    // The lowest nibble that is 0 here is the way's. Above it stand false ones, too: nibbles beyond the last
    // way, and what a borrow makes.
    const std::uint64_t differs = order ^ way * each;
    const std::uint64_t zeros = (differs - each) & ~differs & (each << 3);
    const std::uint64_t place = (zeros & (~zeros + 1)) >> 3;
    const std::uint64_t below = order & (place - 1);
    const std::uint64_t above = order & ~((place << 4) - 1);
    return above | below << 4 | way;
}

/// The way used longest ago, whose nibble is the highest.
constexpr std::uint32_t oldest_in(std::uint64_t order, std::uint32_t oldest_shift) {
    return static_cast<std::uint32_t>(order >> oldest_shift) & 0xf;
}
/// order_after_use() of that way.
constexpr std::uint64_t order_after_refill(std::uint64_t order, std::uint32_t oldest_shift) {
    const std::uint64_t way = oldest_in(order, oldest_shift);
    return (order ^ way << oldest_shift) << 4 | way;
}

/// A tag of a page in its set: never 0.
constexpr std::uint8_t page_tag(std::uint64_t page, std::uint32_t set_bits) {
    return static_cast<std::uint8_t>((page >> set_bits) | 0x80);
}

/// The bytes of a word that equal the tag: bit 7 of each. Above one that does, others may be told in error.
constexpr std::uint64_t bytes_equal(std::uint64_t word, std::uint8_t tag) {
    constexpr std::uint64_t each = 0x0101010101010101ULL;
    const std::uint64_t differs = word ^ tag * each;
    return (differs - each) & ~differs & (each << 7);
}

/// The ways that have this tag, in no order: bit `8 * (way % 8) + way / 8` of each. More than these may be told.
inline std::uint64_t ways_tagged(const TlbSet& set, std::uint8_t tag) {
    static_assert(std::endian::native == std::endian::little, "the lowest way's byte is a word's lowest");
    std::array<std::uint64_t, 2> words;
    std::memcpy(words.data(), set.tags.data(), sizeof words);
    return bytes_equal(words[0], tag) >> 7 | bytes_equal(words[1], tag) >> 6;
}
/// One of them, of the lowest bit.
inline std::uint32_t first_tagged(std::uint64_t ways) {
    const auto bit = static_cast<std::uint32_t>(std::countr_zero(ways));
    return (bit & 1) * 8 + bit / 8;
}
/// The one of them that `has_page(way)` says yes to, or `none`.
template <class HasPage>
[[gnu::always_inline]] inline std::uint32_t way_among(std::uint64_t tagged, std::uint32_t none, HasPage has_page) {
    for (; tagged != 0; tagged &= tagged - 1)
        if (const std::uint32_t way = first_tagged(tagged); has_page(way)) return way;
    return none;
}

}  // namespace pageframe
