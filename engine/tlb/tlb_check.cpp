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
        if (!shape.takes(entry.level)) return "an entry stands in a structure that does not take its page size";
        if (state.set_of(structure, entry.page) != set) return "an entry stands in another set than its page's";
        if (entry.stamp > state.stamp) return "an entry was used in the future";
        if (entry.pcid >= dynamic_pcids) return "an entry has a PCID that no CPU has";
        for (std::uint32_t other = way + 1; other < shape.geometry.ways; ++other)
            if (same_page(entry, state.entry(cpu, first + other))) return "a page stands twice in a set";
    }
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
                if (!wrong.empty()) return wrong;
            }
    }
    return {};
}

}  // namespace pageframe
