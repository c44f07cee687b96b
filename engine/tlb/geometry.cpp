#include "engine/tlb/geometry.h"

#include <charconv>

namespace pageframe {

namespace {

bool parse_count(std::string_view text, std::uint32_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string geometry_problem(const TlbGeometry& geometry, Replacement replacement) {
    const std::string shape =
        std::to_string(geometry.entries) + " entries in " + std::to_string(geometry.ways) + " ways";
    if (geometry.entries == 0 || geometry.entries > most_tlb_entries)
        return "a TLB has 1 to " + std::to_string(most_tlb_entries) + " entries, not " +
               std::to_string(geometry.entries);
    if (geometry.ways == 0 || geometry.ways > geometry.entries)
        return shape + ": there are 1 to as many ways as entries";
    if (geometry.entries % geometry.ways != 0) return shape + ": the sets would not be equally large";
    if (replacement == Replacement::tree_plru &&
        (!std::has_single_bit(geometry.ways) || geometry.ways > most_plru_ways))
        return shape + ": tree pseudo-LRU needs 1, 2, 4, 8, 16 or 32 ways";
    return {};
}

bool parse_geometry(std::string_view text, TlbGeometry& geometry) {
    const std::size_t comma = text.find(',');
    return comma != std::string_view::npos && parse_count(text.substr(0, comma), geometry.entries) &&
           parse_count(text.substr(comma + 1), geometry.ways);
}

bool parse_replacement(std::string_view text, Replacement& replacement) {
    for (Replacement each : {Replacement::true_lru, Replacement::tree_plru, Replacement::random})
        if (text == replacement_name(each)) {
            replacement = each;
            return true;
        }
    return false;
}

}  // namespace pageframe
