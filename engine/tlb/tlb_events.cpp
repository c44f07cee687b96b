// The mutations of the TLB's events that loop over entries.
#include "engine/tlb/tlb_events.h"

namespace pageframe {

namespace {

/// Every entry of one set that `which` says yes to.
template <class Which>
void drop_entries_of_set(TlbState& state, CpuId cpu, const TlbPlaces& place, std::uint32_t set, Which which) {
    bool dropped = false;
    for (std::uint32_t way = 0; way < place.ways; ++way) {
        const TlbSlot slot = state.slot_of(place, set, way);
        if (!state.entry(cpu, slot).valid || !which(state.entry(cpu, slot))) continue;
        state.write_entry(cpu, slot) = {};
        dropped = true;
    }
    if (dropped) state.renew_set(cpu, place, set);
}

/// Every set of one CPU.
template <class Each>
void for_each_set(const TlbState& state, Each each) {
    for (unsigned structure = 0; structure < state.configuration.count; ++structure) {
        const TlbPlaces& place = state.places_of(structure);
        for (std::uint32_t set = 0; set < place.sets; ++set) each(place, set);
    }
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
    state.sets.grow(std::size_t{cpus} * state.sets_per_cpu, {});
    for (CpuId cpu = 0; cpu < cpus; ++cpu)
        for_each_set(state, [&](const TlbPlaces& place, std::uint32_t set) { state.renew_set(cpu, place, set); });
    state.random = state.seed;
}

void InvalidatePage::apply(TlbState& state) const {
    ++state.cpus[cpu].flushes;
    for (unsigned index = 0; index < state.configuration.count * top_level; ++index) {
        const TlbPlaces& place = state.places[index];
        if (!state.configuration.structures[place.structure].takes(place.level)) continue;
        const std::uint64_t page = address >> place.page_shift;
        const std::uint32_t set = place.set_of(page);
        if (state.way_of(cpu, place, set, page, pcid) == no_way) continue;
        drop_entries_of_set(state, cpu, place, set,
                            [&](const TlbEntry& entry) { return entry.is_for(page, place.level, pcid); });
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
    for_each_set(state, [&](const TlbPlaces& place, std::uint32_t set) {
        drop_entries_of_set(state, cpu, place, set, matches);
    });
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
