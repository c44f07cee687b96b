// Processors, and what a state's TLBs are called and hash to.
#include "engine/tlb/tlb.h"

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

std::string tlb_problem(const TlbConfiguration& configuration) {
    bool first_level_for[2] = {false, false};
    for (unsigned i = 0; i < configuration.count; ++i) {
        const TlbStructure& structure = configuration.structures[i];
        const std::string problem = geometry_problem(structure.geometry, configuration.replacement);
        if (!problem.empty()) return structure_name(structure) + ": " + problem;
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

TlbState make_tlb(const std::shared_ptr<ChunkPool>& pool, const TlbConfiguration& configuration, std::size_t cpus,
                  std::uint64_t seed) {
    TlbState state;
    state.configuration = configuration.count == 0 ? default_tlb() : configuration;
    state.entries = ChunkArray<TlbEntry>(pool, 0, {});
    state.trees = ChunkArray<std::uint32_t>(pool, 0, 0);
    state.cpu_count = static_cast<std::uint8_t>(cpus);
    state.seed = seed;
    for (unsigned i = 0; i < state.configuration.count; ++i) {
        const TlbGeometry& geometry = state.configuration.structures[i].geometry;
        state.first_slot[i] = state.entries_per_cpu;
        state.first_set[i] = state.sets_per_cpu;
        state.set_shift[i] = static_cast<std::uint32_t>(std::bit_width(geometry.ways - 1));
        const std::uint32_t slots = geometry.sets() << state.set_shift[i];
        state.entries_per_cpu += (slots + entries_in_a_row - 1) / entries_in_a_row * entries_in_a_row;
        state.sets_per_cpu += geometry.sets();
        state.set_mask[i] = std::has_single_bit(geometry.sets()) ? geometry.sets() - 1 : 0xffffffffU;
    }
    for (unsigned i = 0; i < state.configuration.count; ++i) {
        const TlbStructure& structure = state.configuration.structures[i];
        for (Level level = 0; level < top_level; ++level) {
            if (!structure.takes(level)) continue;
            for (unsigned use = 0; use < 2; ++use) {
                if (structure.use == (use == 0 ? TlbUse::data : TlbUse::fetch)) continue;
                TlbProbes& probes = state.probes[structure.cache_level - 1][use];
                probes.list[probes.count++] = {static_cast<std::uint8_t>(i), level};
                probes.structures |= static_cast<std::uint8_t>(1U << i);
            }
        }
    }
    return state;
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
        hash.add(entry.pcid);
        hash.add(entry.level);
        for (bool flag : {entry.write, entry.user, entry.global, entry.dirty, entry.no_execute}) hash.add(flag);
    }
    for (std::size_t i = 0; i < state.trees.size(); ++i) hash.add(state.trees[i]);
    for (const CpuTlb& cpu : state.cpus) {
        for (std::uint16_t value : {cpu.space, cpu.pcid, cpu.next_pcid}) hash.add(value);
        for (const CpuTlb::Context& context : cpu.contexts) {
            hash.add(context.space);
            hash.add(context.generation);
        }
        for (const TlbCounts& counts : cpu.counts)
            for (std::uint64_t value : {counts.hits, counts.misses, counts.evictions}) hash.add(value);
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
