// The shape of one translation lookaside buffer, and how it chooses whom to evict.
//
//              way 0     way 1     way 2     way 3
//     set 0   | entry | entry | entry | entry |        64 entries, 4 ways: 16 sets
//     set 1   | entry | entry | entry | entry |        a page's set: its number modulo the number of sets
//     ...                                              one set only: fully associative
//
// The number of sets need not be a power of two (real ones with 12 x 128 entries are, some models' aren't).
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace pageframe {

enum class Replacement : std::uint8_t {
    true_lru,   ///< the entry that was used longest ago
    tree_plru,  ///< a tree of one bit per fork points away from what was used: ways must be a power of two
    random,     ///< any entry, by the seed
};

constexpr const char* replacement_name(Replacement replacement) {
    constexpr const char* names[] = {"lru", "plru", "random"};
    return names[static_cast<unsigned>(replacement)];
}

struct TlbGeometry {
    std::uint32_t entries = 64;
    std::uint32_t ways = 4;
    std::uint32_t sets() const { return ways == 0 ? 0 : entries / ways; }
    bool operator==(const TlbGeometry&) const = default;
};

inline constexpr std::uint32_t most_tlb_entries = 1U << 16;
inline constexpr std::uint32_t most_plru_ways = 32;

/// Why there can be no such TLB; empty when there can.
std::string geometry_problem(const TlbGeometry& geometry, Replacement replacement);

/// "64,4": entries and ways, as cachegrind writes them. False when the text is not of that form.
bool parse_geometry(std::string_view text, TlbGeometry& geometry);
/// "lru", "plru" or "random".
bool parse_replacement(std::string_view text, Replacement& replacement);

/// Tree pseudo-LRU over `ways` leaves: bit n of the tree says which half below fork n was used longer ago
/// (0 left, 1 right); forks are numbered like a heap, from 1.
///
///                 1
///            2         3          after a use of way 2: fork 1 points left, fork 3 points right
///          0   1     2   3        the victim is found by following the bits
constexpr std::uint32_t plru_after_use(std::uint32_t tree, std::uint32_t way, std::uint32_t ways) {
    std::uint32_t fork = 1;
    for (std::uint32_t half = ways / 2; half > 0; half /= 2) {
        const bool right = (way & half) != 0;
        tree = right ? tree & ~(1U << fork) : tree | 1U << fork;
        fork = 2 * fork + (right ? 1 : 0);
    }
    return tree;
}

constexpr std::uint32_t plru_victim(std::uint32_t tree, std::uint32_t ways) {
    std::uint32_t fork = 1;
    while (fork < ways) fork = 2 * fork + (tree >> fork & 1U);
    return fork - ways;
}

}  // namespace pageframe
