// What each event of the TLBs tells a reader. `state` is what the event found.
#include <bit>
#include <string>

#include "engine/core/address_text.h"
#include "engine/tlb/tlb_events.h"

namespace pageframe {

namespace {

std::string place_text(const TlbState& state, unsigned structure, TlbSlot slot) {
    const std::uint32_t shift = state.places_of(structure).slot_shift;
    const std::uint32_t within = slot - state.places_of(structure).first_slot;
    return "the " + structure_name(state.configuration.structures[structure]) + ", set " +
           std::to_string(within >> shift) + ", way " + std::to_string(within & ((1U << shift) - 1));
}

std::string space_text(SpaceId space) {
    return space == kernel_space ? "the kernel's address space" : "address space " + std::to_string(space);
}

}  // namespace

Sentence StartTlb::sentence(const TlbState& state) const {
    Sentence s;
    s << "Every CPU's TLBs are empty:";
    for (unsigned i = 0; i < state.configuration.count; ++i) {
        const TlbStructure& structure = state.configuration.structures[i];
        s << (i == 0 ? " " : "; ") << structure_name(structure) << ", " << structure.geometry.entries << " entries, "
          << structure.geometry.ways << (structure.geometry.ways == 1 ? " way" : " ways");
    }
    return s << '.';
}

Sentence UseEntry::sentence(const TlbState& state) const {
    const TlbEntry& entry = state.entry(cpu, slot);
    Sentence s;
    s.in_role(Role::strong, "TLB hit");
    s << ": CPU " << cpu << " finds the page of " << hex_address(address) << " in "
      << place_text(state, structure, slot) << ", and with it ";
    s.block(Role::taken, entry.pfn, 0);
    return s << ". No table is read.";
}

Sentence StaleEntry::sentence(const TlbState&) const {
    Sentence s;
    s.in_role(Role::mistake, "Stale translation");
    s << ": the tables do not lead from " << hex_address(address) << " to ";
    s.block(Role::mistake, pfn, 0);
    return s << " any more, but nobody has flushed this CPU's TLB since. The access goes to a frame that may be "
                "somebody else's.";
}

Sentence MissEntry::sentence(const TlbState& state) const {
    Sentence s;
    s.in_role(Role::strong, cache_level == 1 ? "TLB miss" : "Second-level TLB miss");
    s << ": CPU " << cpu << " has no translation of " << hex_address(address) << " for a " << access_name(access)
      << " in";
    const char* joint = " the ";
    for (unsigned i = 0; i < state.configuration.count; ++i) {
        if (!(structures >> i & 1)) continue;
        const TlbStructure& structure = state.configuration.structures[i];
        s << joint << structure_name(structure);
        if (structure.geometry.sets() > 1) {
            Level level = 0;
            while (!structure.takes(level)) ++level;
            s << " (set " << state.set_of(i, address >> level_shift(level)) << ')';
        }
        joint = std::has_single_bit(unsigned{structures} >> (i + 1)) ? " or the " : ", the ";
    }
    return s << (cache_level == 1 ? "." : ". The page tables have to be walked.");
}

Sentence FillEntry::sentence(const TlbState& state) const {
    Sentence s;
    s << "The translation of the page at " << hex_address(address >> level_shift(level) << level_shift(level))
      << " to ";
    s.block(Role::taken, pfn, 0) << " is written to " << place_text(state, structure, slot);
    if (evicts) {
        const TlbEntry& old = state.entry(cpu, slot);
        s << ", in place of that at " << hex_address(old.page << level_shift(old.level));
        switch (state.configuration.replacement) {
        case Replacement::true_lru: s << ", which was used longest ago"; break;
        case Replacement::tree_plru: s << ", to which the tree of bits points"; break;
        case Replacement::random: s << ", on which the lot fell"; break;
        }
    }
    return s << '.';
}

Sentence CountWalk::sentence(const TlbState&) const {
    Sentence s;
    s << "CPU " << cpu << " walks the tables for " << hex_address(address);
    if (from_cache) {
        s << ": its paging-structure cache knows the PTE table, in ";
        return s.block(Role::changed, top, 0) << ", so only one entry is read.";
    }
    if (top != no_pfn) {
        s << ", from the top table in ";
        s.block(Role::changed, top, 0);
    }
    return s << ": " << std::uint32_t{steps}
             << (steps == 1 ? " entry is read." : " entries are read, one after another.");
}

Sentence CacheTable::sentence(const TlbState&) const {
    Sentence s;
    s << "The paging-structure cache of CPU " << cpu << " keeps that the 2 MiB around " << hex_address(address)
      << " have their PTE table in ";
    return s.block(Role::changed, table, 0) << '.';
}

Sentence InvalidatePage::sentence(const TlbState&) const {
    Sentence s;
    return s << (by_fault ? "The fault: CPU " : "invlpg: CPU ") << cpu << " forgets the page of "
             << hex_address(address) << '.';
}

Sentence FlushTlb::sentence(const TlbState& state) const {
    std::uint32_t lost = 0;
    for (TlbSlot slot = 0; slot < state.entries_per_cpu; ++slot) {
        const TlbEntry& entry = state.entry(cpu, slot);
        lost += entry.valid &&
                (scope == Scope::everything || (!entry.global && (scope == Scope::not_global || entry.pcid == pcid)));
    }
    Sentence s;
    s << "CPU " << cpu << " flushes ";
    switch (scope) {
    case Scope::everything: s << "its whole TLB, global entries too"; break;
    case Scope::not_global: s << "all entries that are not global"; break;
    case Scope::one_pcid: s << "the entries of PCID " << (pcid + 1); break;
    }
    s << ": ";
    s.in_role(Role::strong, std::to_string(lost) + (lost == 1 ? " translation" : " translations"));
    return s << " lost.";
}

Sentence Shootdown::sentence(const TlbState&) const {
    Sentence s;
    s.in_role(Role::strong, "TLB shootdown");
    s << ": CPU " << cpu << " sends " << targets << (targets == 1 ? " interrupt" : " interrupts")
      << " and waits until every CPU has flushed ";
    if (everything) return s << "everything (more than 33 pages are not flushed one by one).";
    return s << pages_text((end - start) >> page_shift) << " from " << hex_address(start) << " on.";
}

Sentence Interrupt::sentence(const TlbState&) const {
    Sentence s;
    return s << "CPU " << cpu << " is interrupted by CPU " << from << " to flush.";
}

Sentence SwitchSpace::sentence(const TlbState& state) const {
    Sentence s;
    s << "CPU " << cpu << " goes from " << space_text(from) << " to " << space_text(to) << ": CR3 points to ";
    s.block(Role::taken, top, 0);
    if (!state.configuration.pcid) return s << ". Without PCIDs, entries of the old space must go.";
    s << ", PCID " << (pcid + 1);
    if (known) return s << ". Its translations from last time are still there and still right: no flush.";
    if (fresh) return s << ", which this CPU has not used for it before.";
    return s << ". The space changed since this CPU was in it: what the PCID holds must go.";
}

Sentence CatchUp::sentence(const TlbState&) const {
    Sentence s;
    return s << "CPU " << cpu << " knows generation " << generation << " of its space.";
}

}  // namespace pageframe
