// The mutations of the TLB's events that loop over entries.
#include "engine/tlb/tlb_events.h"

namespace pageframe {

namespace {

/// Every entry of one CPU that `which` says yes to.
template <class Which>
void drop_entries(TlbState& state, CpuId cpu, Which which) {
    for (TlbSlot slot = 0; slot < state.entries_per_cpu; ++slot)
        if (state.entry(cpu, slot).valid && which(state.entry(cpu, slot))) state.write_entry(cpu, slot) = {};
}

template <class Which>
void drop_cached_tables(TlbState& state, CpuId cpu, Which which) {
    for (CpuTlb::CachedTable& cached : state.cpus[cpu].walk_cache)
        if (cached.table != no_pfn && which(cached)) cached = {};
}

}  // namespace

void StartTlb::apply(TlbState& state) const {
    state.cpus.assign(cpus, CpuTlb{});
    state.entries.grow(std::size_t{cpus} * state.entries_per_cpu, {});
    if (state.configuration.replacement == Replacement::tree_plru)
        state.trees.grow(std::size_t{cpus} * state.sets_per_cpu, 0);
    state.random = state.seed;
}

void InvalidatePage::apply(TlbState& state) const {
    ++state.cpus[cpu].flushes;
    for (unsigned structure = 0; structure < state.configuration.count; ++structure) {
        const TlbStructure& shape = state.configuration.structures[structure];
        for (Level level = 0; level < top_level; ++level) {
            if (!shape.takes(level)) continue;
            const std::uint64_t page = address >> level_shift(level);
            const std::uint32_t set = state.set_of(structure, page);
            for (std::uint32_t way = 0; way < shape.geometry.ways; ++way) {
                const TlbSlot slot = state.slot_of(structure, set, way);
                const TlbEntry& entry = state.entry(cpu, slot);
                if (entry.valid && entry.level == level && entry.page == page && (entry.global || entry.pcid == pcid))
                    state.write_entry(cpu, slot) = {};
            }
        }
    }
    // INVLPG empties the paging-structure caches of the PCID whatever the address.
    drop_cached_tables(state, cpu,
                       [&](const CpuTlb::CachedTable& cached) { return cached.global || cached.pcid == pcid; });
}

void FlushTlb::apply(TlbState& state) const {
    ++state.cpus[cpu].flushes;
    const auto matches = [&](const auto& entry) {
        return scope == Scope::everything || (!entry.global && (scope == Scope::not_global || entry.pcid == pcid));
    };
    drop_entries(state, cpu, matches);
    // A write to CR3 empties the caches of its PCID, global or not; a table pointer is never kept for long.
    drop_cached_tables(state, cpu, [&](const CpuTlb::CachedTable& cached) {
        return scope != Scope::one_pcid || cached.pcid == pcid || cached.global;
    });
}

void SwitchSpace::apply(TlbState& state) const {
    CpuTlb& own = state.cpus[cpu];
    own.space = to;
    own.pcid = pcid;
    own.contexts[pcid] = {to, generation};
    if (fresh && state.configuration.pcid) own.next_pcid = static_cast<std::uint16_t>((pcid + 1) % dynamic_pcids);
}

}  // namespace pageframe
