#include "engine/tlb/tlb_check.h"

namespace pageframe {

namespace {

bool same_page(const TlbEntry& a, const TlbEntry& b) {
    return a.valid && b.valid && a.page == b.page && a.level == b.level && (a.global || b.global || a.pcid == b.pcid);
}

std::string check_set(const TlbState& state, CpuId cpu, unsigned structure, std::uint32_t set) {
    const TlbStructure& shape = state.configuration.structures[structure];
    const TlbSlot first = state.slot_of(structure, set, 0);
    for (std::uint32_t way = 0; way < shape.geometry.ways; ++way) {
        const TlbEntry& entry = state.entry(cpu, first + way);
        if (entry.valid != (entry.stamp != 0)) return "an entry is valid and was never used, or the other way round";
        if (!entry.valid) continue;
        if (!shape.takes(static_cast<Level>(entry.level)))
            return "an entry stands in a structure that does not take its page size";
        if (state.set_of(structure, entry.page) != set) return "an entry stands in another set than its page's";
        if (entry.stamp > state.stamp) return "an entry was used in the future";
        if (entry.pcid >= dynamic_pcids) return "an entry has a PCID that no CPU has";
        for (std::uint32_t other = way + 1; other < shape.geometry.ways; ++other)
            if (same_page(entry, state.entry(cpu, first + other))) return "a page stands twice in a set";
    }
    return {};
}

std::string check_order_and_tags(const TlbState& state, CpuId cpu, unsigned structure, std::uint32_t number) {
    const TlbPlaces& place = state.places_of(structure);
    if (!place.ordered) return {};
    const TlbSet& set = state.set(cpu, place, number);
    std::uint32_t seen = 0;
    const TlbEntry* newer = nullptr;
    for (std::uint32_t at = 0; at < place.ways; ++at) {
        const std::uint32_t way = set.order >> 4 * at & 15;
        const TlbEntry& entry = state.entry(cpu, state.slot_of(structure, number, way));
        if (set.tags[way] != (entry.valid ? page_tag(entry.page, place.set_bits) : 0)) return "a tag is not its page's";
        if (newer != nullptr && (newer->stamp < entry.stamp || (newer->stamp == entry.stamp && newer < &entry)))
            return "a set's order is not that of its entries' use";
        newer = &entry;
        seen |= 1U << way;
    }
    if (seen != (1U << place.ways) - 1) return "a way is missing in the order of its set";
    return {};
}

}  // namespace

std::string check_tlb(const TlbState& state) {
    for (std::size_t cpu = 0; cpu < state.cpus.size(); ++cpu) {
        if (state.cpus[cpu].contexts[state.cpus[cpu].pcid].space != state.cpus[cpu].space)
            return "a CPU's PCID stands for another space than it runs";
        for (unsigned structure = 0; structure < state.configuration.count; ++structure)
            for (std::uint32_t set = 0; set < state.configuration.structures[structure].geometry.sets(); ++set) {
                std::string wrong = check_set(state, static_cast<CpuId>(cpu), structure, set);
                if (wrong.empty()) wrong = check_order_and_tags(state, static_cast<CpuId>(cpu), structure, set);
                if (!wrong.empty()) return wrong;
            }
    }
    return {};
}

}  // namespace pageframe
