// Processors, and what a state's TLBs are called and hash to.
#include "engine/tlb/tlb.h"

#include <algorithm>
#include <bit>

namespace pageframe {

namespace {

constexpr std::uint8_t small = 1, large = 2, giant = 4;

constexpr TlbConfiguration processor(std::initializer_list<TlbStructure> structures) {
    TlbConfiguration configuration;
    for (const TlbStructure& structure : structures) configuration.structures[configuration.count++] = structure;
    return configuration;
}

constexpr const char* intel_manual =
    "Intel 64 and IA-32 Architectures Optimization Reference Manual, tables of TLB parameters";
constexpr const char* amd_guide =
    "AMD, Software Optimization Guide for AMD Family 17h Models 30h and Greater Processors";

constexpr TlbPreset presets[] = {
    {"skylake", intel_manual,
     processor({{{128, 8}, TlbUse::fetch, 1, small},
                {{8, 8}, TlbUse::fetch, 1, large},
                {{64, 4}, TlbUse::data, 1, small},
                {{32, 4}, TlbUse::data, 1, large},
                {{4, 4}, TlbUse::data, 1, giant},
                {{1536, 12}, TlbUse::both, 2, small | large},
                {{16, 4}, TlbUse::both, 2, giant}})},
    {"broadwell", intel_manual,
     processor({{{128, 4}, TlbUse::fetch, 1, small},
                {{8, 8}, TlbUse::fetch, 1, large},
                {{64, 4}, TlbUse::data, 1, small},
                {{32, 4}, TlbUse::data, 1, large},
                {{4, 4}, TlbUse::data, 1, giant},
                {{1536, 6}, TlbUse::both, 2, small | large},
                {{16, 4}, TlbUse::both, 2, giant}})},
    {"haswell", intel_manual,
     processor({{{128, 4}, TlbUse::fetch, 1, small},
                {{8, 8}, TlbUse::fetch, 1, large},
                {{64, 4}, TlbUse::data, 1, small},
                {{32, 4}, TlbUse::data, 1, large},
                {{4, 4}, TlbUse::data, 1, giant},
                {{1024, 8}, TlbUse::both, 2, small | large}})},
    {"zen2", amd_guide,
     processor({{{64, 64}, TlbUse::fetch, 1, small | large | giant},
                {{64, 64}, TlbUse::data, 1, small | large | giant},
                {{512, 8}, TlbUse::fetch, 2, small | large},
                {{2048, 16}, TlbUse::data, 2, small | large}})},
    // One page size per structure and few entries: to be read at a glance.
    {"tiny", "made up",
     processor({{{4, 2}, TlbUse::fetch, 1, small | large | giant},
                {{8, 2}, TlbUse::data, 1, small | large | giant},
                {{16, 4}, TlbUse::both, 2, small | large | giant}})},
};

}  // namespace

std::span<const TlbPreset> tlb_presets() { return presets; }

const TlbConfiguration& default_tlb() { return presets[0].configuration; }

/// Where only the replacement minds the ways: the machine's key and the next smaller number.
static std::string other_ways(const TlbStructure& structure) {
    const TlbGeometry& geometry = structure.geometry;
    if (!geometry_problem(geometry, Replacement::true_lru).empty() || !structure.takes(0)) return {};
    const char* key = structure.cache_level == 2 ? "stlb" : structure.use == TlbUse::fetch ? "itlb" : "dtlb";
    std::uint32_t ways = std::min(std::bit_floor(geometry.ways), most_plru_ways);
    while (geometry.entries % ways != 0) ways /= 2;
    return std::string(", as with ") + key + " = { " + std::to_string(geometry.entries) + ", " + std::to_string(ways) +
           " }";
}

std::string tlb_problem(const TlbConfiguration& configuration) {
    bool first_level_for[2] = {false, false};
    for (unsigned i = 0; i < configuration.count; ++i) {
        const TlbStructure& structure = configuration.structures[i];
        const std::string problem = geometry_problem(structure.geometry, configuration.replacement);
        if (!problem.empty()) return structure_name(structure) + ": " + problem + other_ways(structure);
        if (structure.cache_level != 1 || !structure.takes(0)) continue;
        first_level_for[0] |= structure.use != TlbUse::data;
        first_level_for[1] |= structure.use != TlbUse::fetch;
    }
    if (!first_level_for[0] || !first_level_for[1])
        return "fetches and data each need a first-level TLB for 4 KiB pages";
    if (configuration.walk_cache_entries > most_walk_cache_entries)
        return "the paging-structure cache has at most " + std::to_string(most_walk_cache_entries) + " entries";
    return {};
}

namespace {

/// Behind those of the structures before it.
TlbPlaces first_places(const TlbState& state, unsigned structure) {
    const TlbGeometry& geometry = state.configuration.structures[structure].geometry;
    TlbPlaces places;
    places.structure = static_cast<std::uint8_t>(structure);
    places.first_slot = state.entries_per_cpu;
    places.first_set = state.sets_per_cpu;
    places.sets = geometry.sets();
    places.set_mask = geometry.sets() - 1;
    places.ways = geometry.ways;
    places.slot_shift = static_cast<std::uint8_t>(std::bit_width(geometry.ways - 1));
    places.set_bits = static_cast<std::uint8_t>(std::bit_width(geometry.sets()) - 1);
    places.ordered = geometry.ways <= most_ordered_ways;
    places.oldest_shift = static_cast<std::uint8_t>(places.ordered ? 4 * (geometry.ways - 1) : 0);
    places.masked = std::has_single_bit(geometry.sets());
    places.simple = places.ordered && places.masked && state.configuration.replacement == Replacement::true_lru;
    return places;
}

/// The place that serves such accesses to 4 KiB pages on a level, if there is only one and it is simple.
const TlbPlaces* only_place(const TlbState& state, unsigned cache_level, unsigned use) {
    const std::uint32_t probed = state.probes[cache_level][use].of_sizes[small_pages];
    if (!std::has_single_bit(probed)) return nullptr;
    const TlbPlaces& place = state.places[static_cast<unsigned>(std::countr_zero(probed))];
    return place.simple ? &place : nullptr;
}

TlbRoute route_of(const TlbState& state, unsigned use) {
    const TlbPlaces* const first = only_place(state, 0, use);
    const TlbPlaces* const second = only_place(state, 1, use);
    if (first == nullptr || second == nullptr || state.configuration.walk_cache_entries != 0) return {};
    return {*first, *second, true};
}

}  // namespace

TlbState make_tlb(const std::shared_ptr<ChunkPool>& pool, const TlbConfiguration& configuration, std::size_t cpus,
                  std::uint64_t seed) {
    TlbState state;
    state.configuration = configuration.count == 0 ? default_tlb() : configuration;
    state.entries = ChunkArray<TlbEntry>(pool, 0, {});
    state.sets = ChunkArray<TlbSet>(pool, 0, {});
    state.cpu_count = static_cast<std::uint8_t>(cpus);
    state.seed = seed;
    for (unsigned i = 0; i < state.configuration.count; ++i) {
        const TlbStructure& structure = state.configuration.structures[i];
        const TlbPlaces first = first_places(state, i);
        for (Level level = 0; level < top_level; ++level) {
            const unsigned index = places_index(i, level);
            state.places[index] = first;
            state.places[index].level = level;
            state.places[index].page_shift = static_cast<std::uint8_t>(level_shift(level));
            for (unsigned use = 0; use < 2 && structure.takes(level); ++use) {
                if (structure.use == (use == 0 ? TlbUse::data : TlbUse::fetch)) continue;
                TlbProbes& probes = state.probes[structure.cache_level - 1][use];
                for (unsigned sizes = 0; sizes < probes.of_sizes.size(); ++sizes)
                    probes.of_sizes[sizes] |= (sizes >> level & 1U) << index;
                probes.structures |= 1U << i;
            }
        }
        state.entries_per_cpu += (first.sets << first.slot_shift) + entries_in_a_row - 1;
        state.entries_per_cpu -= state.entries_per_cpu % entries_in_a_row;
        state.sets_per_cpu += first.sets;
    }
    for (unsigned use = 0; use < 2; ++use) state.routes[use] = route_of(state, use);
    return state;
}

std::uint64_t TlbState::misses_of(CpuId cpu, unsigned structure) const {
    std::uint64_t misses = 0;
    for (unsigned level = 0; level < 2; ++level)
        for (unsigned use = 0; use < 2; ++use)
            if (probes[level][use].structures >> structure & 1) misses += cpus[cpu].misses[level][use];
    return misses;
}

// ---------------------------------------------------------------- sets

std::uint32_t TlbState::way_of(CpuId cpu, const TlbPlaces& place, std::uint32_t number, std::uint64_t page,
                               std::uint16_t pcid) const {
    if (!place.ordered) [[unlikely]]
        return way_of_many(cpu, place, number, page, pcid);
    const std::uint64_t tagged = ways_tagged(set(cpu, place, number), page_tag(page, place.set_bits));
    if (tagged == 0) return no_way;
    const TlbEntry* const first = first_entry(cpu, place, number);
    return way_among(tagged, no_way, [&](std::uint32_t way) { return first[way].is_for(page, place.level, pcid); });
}

std::uint32_t TlbState::oldest_way(CpuId cpu, const TlbPlaces& place, std::uint32_t number) const {
    if (!place.ordered) [[unlikely]]
        return oldest_of_many(cpu, place, number);
    return oldest_in(set(cpu, place, number).order, place.oldest_shift);
}

void TlbState::renew_set(CpuId cpu, const TlbPlaces& place, std::uint32_t number) {
    if (!place.ordered) return;
    const TlbEntry* const entries_of_set = first_entry(cpu, place, number);
    TlbSet& written = write_set(cpu, place, number);
    written.order = 0;
    written.tags = {};
    std::array<std::uint32_t, most_ordered_ways> by_age{};  // the oldest first
    for (std::uint32_t way = 0; way < place.ways; ++way) {
        const TlbEntry& own = entries_of_set[way];
        if (own.valid) written.tags[way] = page_tag(own.page, place.set_bits);
        std::uint32_t at = way;
        for (; at > 0 && entries_of_set[by_age[at - 1]].stamp > own.stamp; --at) by_age[at] = by_age[at - 1];
        by_age[at] = way;
    }
    for (std::uint32_t at = 0; at < place.ways; ++at) written.order = written.order << 4 | by_age[at];
}

/// Row by row of those that lie side by side.
std::uint32_t TlbState::way_of_many(CpuId cpu, const TlbPlaces& place, std::uint32_t number, std::uint64_t page,
                                    std::uint16_t pcid) const {
    const TlbSlot first = slot_of(place, number, 0);
    for (std::uint32_t row = 0; row < place.ways; row += entries_in_a_row) {
        const TlbEntry* const in_row = &entry(cpu, first + row);
        const std::uint32_t end = std::min(place.ways - row, entries_in_a_row);
        for (std::uint32_t i = 0; i < end; ++i)
            if (in_row[i].is_for(page, place.level, pcid)) return row + i;
    }
    return no_way;
}

std::uint32_t TlbState::oldest_of_many(CpuId cpu, const TlbPlaces& place, std::uint32_t number) const {
    const TlbSlot first = slot_of(place, number, 0);
    std::uint32_t oldest = 0;
    std::uint64_t oldest_stamp = ~std::uint64_t{0};
    for (std::uint32_t row = 0; row < place.ways; row += entries_in_a_row) {
        const TlbEntry* const in_row = &entry(cpu, first + row);
        const std::uint32_t end = std::min(place.ways - row, entries_in_a_row);
        for (std::uint32_t i = 0; i < end; ++i) {
            // No branch: which one is the oldest is anybody's guess.
            const std::uint64_t used = in_row[i].stamp;
            oldest = used < oldest_stamp ? row + i : oldest;
            oldest_stamp = used < oldest_stamp ? used : oldest_stamp;
        }
    }
    return oldest;
}

std::string structure_name(const TlbStructure& structure) {
    std::string text = structure.cache_level == 2 ? "second-level " : "";
    text += structure.use == TlbUse::fetch ? "ITLB" : structure.use == TlbUse::data ? "DTLB" : "TLB";
    const char* joint = " for ";
    for (Level level = 0; level < 3; ++level) {
        if (!structure.takes(level)) continue;
        text += joint + std::string(page_size_name(level));
        joint = " and ";
    }
    return text;
}

void hash_tlb(const TlbState& state, Hash& hash) {
    for (std::size_t i = 0; i < state.entries.size(); ++i) {
        const TlbEntry& entry = state.entries[i];
        if (!entry.valid) continue;
        hash.add(i);
        for (std::uint64_t value : {entry.page, entry.stamp}) hash.add(value);
        hash.add(entry.pfn);
        hash.add(static_cast<std::uint16_t>(entry.pcid));
        hash.add(static_cast<Level>(entry.level));
        hash.add(entry.write != 0);
        hash.add(entry.user != 0);
        hash.add(entry.global != 0);
        hash.add(entry.dirty != 0);
        hash.add(entry.no_execute != 0);
    }
    if (state.configuration.replacement == Replacement::tree_plru)
        for (std::size_t i = 0; i < state.sets.size(); ++i) hash.add(state.sets[i].tree);
    for (std::size_t number = 0; number < state.cpus.size(); ++number) {
        const CpuTlb& cpu = state.cpus[number];
        for (std::uint16_t value : {cpu.space, cpu.pcid, cpu.next_pcid}) hash.add(value);
        for (const CpuTlb::Context& context : cpu.contexts) {
            hash.add(context.space);
            hash.add(context.generation);
        }
        for (unsigned structure = 0; structure < most_tlb_structures; ++structure) {
            hash.add(cpu.counts[structure].hits);
            hash.add(state.misses_of(static_cast<CpuId>(number), structure));
            hash.add(cpu.counts[structure].evictions);
        }
        for (std::uint64_t value :
             {cpu.walks, cpu.walk_steps, cpu.interrupts_sent, cpu.interrupts_received, cpu.flushes})
            hash.add(value);
        for (const CpuTlb::CachedTable& cached : cpu.walk_cache) {
            if (cached.table == no_pfn) continue;
            for (std::uint64_t value : {cached.page, cached.stamp}) hash.add(value);
            hash.add(cached.table);
            hash.add(cached.pcid);
        }
    }
    hash.add(state.stamp);
    hash.add(state.random);
}

}  // namespace pageframe
