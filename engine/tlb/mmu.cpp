// An address through the TLB and the tables.
#include "engine/tlb/mmu.h"

#include <algorithm>

#include "engine/core/random.h"

namespace pageframe {

Mmu::Translation Mmu::translate(std::uint64_t address, AccessKind access, bool from_user) {
    start();
    if (!is_canonical(address)) [[unlikely]]
        return fault(address, access, from_user, FaultReason::not_canonical, top_level, 0);
    Place place;
    if (find(address, access, 1, place)) [[likely]] {
        const TlbEntry& entry = tlb_.entry(cpu_, place.slot);
        if (allows(entry, access, from_user)) [[likely]] {
            const Translation result = from_entry(address, entry);
            if (tlb_emitter_.recording()) [[unlikely]]
                tell_if_stale(address, entry);
            use(address, place);
            return result;
        }
        // Refused, or to be marked dirty: the processor asks the tables again.
        return walk(address, access, from_user, false);
    }
    return miss(address, access, from_user);
}

Mmu::Translation Mmu::miss(std::uint64_t address, AccessKind access, bool from_user) {
    tell_misses(address, access, 1);
    Place place;
    if (find(address, access, 2, place)) {
        const TlbEntry entry = tlb_.entry(cpu_, place.slot);
        if (!allows(entry, access, from_user)) return walk(address, access, from_user, false);
        if (tlb_emitter_.recording()) tell_if_stale(address, entry);
        use(address, place);
        std::uint64_t flags = pte::present;
        if (entry.write) flags |= pte::write;
        if (entry.user) flags |= pte::user;
        if (entry.global) flags |= pte::global;
        if (entry.dirty) flags |= pte::dirty;
        if (entry.no_execute) flags |= pte::no_execute;
        fill_level(address, access, 1, entry.level, flags, entry.pfn, true);
        return from_entry(address, entry);
    }
    tell_misses(address, access, 2);
    return walk(address, access, from_user, true);
}

void Mmu::tell_if_stale(std::uint64_t address, const TlbEntry& entry) {
    if (in_direct_map(address)) return;
    const WalkResult found = walk_tables(paging_, top_of(paging_, space()), address);
    const Pfn pfn = static_cast<Pfn>(from_entry(address, entry).physical >> page_shift);
    if (!found.present || found.pfn != pfn) tlb_emitter_.tell(StaleEntry{address, pfn, cpu_});
}

// ---------------------------------------------------------------- looking up

bool Mmu::find(std::uint64_t address, AccessKind access, unsigned cache_level, Place& place) const {
    const TlbProbes& probes = tlb_.probes_for(access, cache_level);
    const std::uint8_t used = tlb_.cpus[cpu_].levels_used;
    for (unsigned i = 0; i < probes.count; ++i)
        if ((used >> probes.list[i].level & 1) &&
            find_in(probes.list[i].structure, probes.list[i].level, address, place))
            return true;
    return false;
}

bool Mmu::find_in(unsigned structure, Level level, std::uint64_t address, Place& place) const {
    const std::uint64_t page = address >> level_shift(level);
    const std::uint32_t set = tlb_.set_of(structure, page);
    const std::uint32_t ways = tlb_.configuration.structures[structure].geometry.ways;
    const TlbSlot first = tlb_.slot_of(structure, set, 0);
    const std::uint16_t own = pcid();
    for (std::uint32_t row = 0; row < ways; row += entries_in_a_row) {
        const TlbEntry* entries = &tlb_.entry(cpu_, first + row);
        const std::uint32_t end = std::min(ways - row, entries_in_a_row);
        for (std::uint32_t i = 0; i < end; ++i) {
            const TlbEntry& entry = entries[i];
            if (entry.page != page || !entry.valid || entry.level != level || !(entry.global || entry.pcid == own))
                continue;
            const std::uint32_t way = row + i;
            place = {first + way, set, static_cast<std::uint16_t>(way), static_cast<std::uint8_t>(structure)};
            return true;
        }
    }
    return false;
}

void Mmu::tell_misses(std::uint64_t address, AccessKind access, unsigned cache_level) {
    const TlbProbes& probes = tlb_.probes_for(access, cache_level);
    std::uint8_t asked = 0;
    for (unsigned i = 0; i < probes.count; ++i) asked |= static_cast<std::uint8_t>(1U << probes.list[i].structure);
    if (asked != 0) tlb_emitter_.emit(MissEntry{address, asked, static_cast<std::uint8_t>(cache_level), cpu_, access});
}

Mmu::Translation Mmu::from_entry(std::uint64_t address, const TlbEntry& entry) const {
    const std::uint64_t offset = address & (level_bytes(entry.level) - 1);
    return {true, entry.level, (std::uint64_t{entry.pfn} << page_shift) + offset};
}

bool Mmu::allows(const TlbEntry& entry, AccessKind access, bool from_user) const {
    if (access == AccessKind::store) {
        if (!entry.write || !entry.dirty) return false;
    } else if (access == AccessKind::fetch && entry.no_execute) {
        return false;
    }
    return !from_user || entry.user;
}

// ---------------------------------------------------------------- filling

Mmu::Place Mmu::victim_in(unsigned structure, Level level, std::uint64_t address, bool& evicts, bool& drew_lots) const {
    evicts = drew_lots = false;
    const std::uint32_t ways = tlb_.configuration.structures[structure].geometry.ways;
    const std::uint32_t set = tlb_.set_of(structure, address >> level_shift(level));
    const TlbSlot first = tlb_.slot_of(structure, set, 0);
    const auto place_of = [&](std::uint32_t way) {
        return Place{first + way, set, static_cast<std::uint16_t>(way), static_cast<std::uint8_t>(structure)};
    };
    std::uint32_t oldest = 0;
    std::uint64_t oldest_stamp = ~std::uint64_t{0};
    for (std::uint32_t row = 0; row < ways; row += entries_in_a_row) {
        const TlbEntry* entries = &tlb_.entry(cpu_, first + row);
        const std::uint32_t end = std::min(ways - row, entries_in_a_row);
        for (std::uint32_t i = 0; i < end; ++i) {
            if (!entries[i].valid) return place_of(row + i);
            if (entries[i].stamp >= oldest_stamp) continue;
            oldest = row + i;
            oldest_stamp = entries[i].stamp;
        }
    }
    evicts = true;
    std::uint32_t way = oldest;
    if (tlb_.configuration.replacement == Replacement::random) {
        drew_lots = true;
        Random random(tlb_.random);
        way = random.below(ways);
    } else if (tlb_.configuration.replacement == Replacement::tree_plru) {
        way = plru_victim(tlb_.trees[std::size_t{cpu_} * tlb_.sets_per_cpu + tlb_.first_set[structure] + set], ways);
    }
    return place_of(way);
}

void Mmu::fill_level(std::uint64_t address, AccessKind access, unsigned cache_level, Level level, std::uint64_t entry,
                     Pfn pfn, bool fresh) {
    const TlbProbes& probes = tlb_.probes_for(access, cache_level);
    for (unsigned i = 0; i < probes.count; ++i) {
        if (probes.list[i].level != level) continue;
        bool evicts = false, drew_lots = false;
        Place place;
        // Walked again for its dirty bit: the same entry.
        if (fresh || !find_in(probes.list[i].structure, level, address, place))
            place = victim_in(probes.list[i].structure, level, address, evicts, drew_lots);
        tlb_emitter_.emit(FillEntry{address, entry, pfn, place.slot, pcid(), place.way, place.structure, level, cpu_,
                                    evicts, drew_lots});
    }
}

// ---------------------------------------------------------------- walking

Mmu::Translation Mmu::walk(std::uint64_t address, AccessKind access, bool from_user, bool fresh) {
    if (in_direct_map(address)) return walk_direct_map(address, access, from_user, fresh);
    const Pfn known = cached_table(address);
    const Pfn top = top_of(paging_, space());
    const WalkResult found = known != no_pfn ? walk_from_cache(address, known) : walk_tables(paging_, top, address);
    const Level from = known != no_pfn ? Level{0} : top_level;
    const auto steps = static_cast<std::uint8_t>(found.steps[from].table == no_pfn ? 0 : from - found.level + 1);
    tlb_emitter_.emit(CountWalk{address, known != no_pfn ? known : top, cpu_, steps, known != no_pfn});
    std::uint64_t effective = pte::write | pte::user;
    std::uint64_t no_execute = 0;
    for (unsigned i = 0; i < steps; ++i) {
        const auto level = static_cast<Level>(from - i);
        const WalkResult::Step& step = found.steps[level];
        paging_emitter_.tell(WalkStep{address, step.entry, step.table, step.index, level});
        effective &= step.entry;
        no_execute |= step.entry & pte::no_execute;
    }
    if (!found.present) {
        const bool null = address < page_size;
        return fault(address, access, from_user, null ? FaultReason::null_pointer : FaultReason::not_present,
                     found.level, found.entry);
    }
    std::uint64_t entry = (found.entry & ~(pte::write | pte::user)) | effective | no_execute;
    const FaultReason reason = refusal(entry, access, from_user);
    if (reason != FaultReason::none) {
        // What was cached of the page goes: the kernel may have changed the entry meanwhile.
        Place place;
        if (find(address, access, 1, place) || find(address, access, 2, place))
            tlb_emitter_.emit(InvalidatePage{address, pcid(), cpu_});
        return fault(address, access, from_user, reason, found.level, found.entry);
    }
    update_bits(address, found, access);
    entry |= pte::accessed | (access == AccessKind::store ? pte::dirty : 0);
    const Pfn first = pte::frame(found.entry);
    fill_level(address, access, 2, found.level, entry, first, fresh);
    fill_level(address, access, 1, found.level, entry, first, fresh);
    if (known == no_pfn && found.level == 0) cache_table(address, found.steps[0].table);
    return {true, found.level, found.physical(address)};
}

Mmu::Translation Mmu::walk_direct_map(std::uint64_t address, AccessKind access, bool from_user, bool fresh) {
    constexpr Level level = 1;
    const std::uint64_t physical = address - layout::direct_map;
    const std::uint64_t pfn = physical >> page_shift;
    if (pfn >= buddy_.frame_count() || buddy_.frames[pfn].kind == FrameKind::absent)
        return fault(address, access, from_user, FaultReason::no_memory, level, 0);
    const FaultReason reason = refusal(pte::kernel, access, from_user);
    if (reason != FaultReason::none) return fault(address, access, from_user, reason, level, pte::kernel);
    const Pfn first = static_cast<Pfn>(pfn) & ~(pageblock_frames - 1);
    tlb_emitter_.emit(CountWalk{address, no_pfn, cpu_, 3, false});
    paging_emitter_.tell(WalkDirectMap{address, static_cast<Pfn>(pfn), level});
    fill_level(address, access, 2, level, pte::kernel, first, fresh);
    fill_level(address, access, 1, level, pte::kernel, first, fresh);
    return {true, level, physical};
}

/// Why a present page refuses, or none. Supervisor writes need the write bit too (CR0.WP).
FaultReason Mmu::refusal(std::uint64_t entry, AccessKind access, bool from_user) const {
    if (from_user && !(entry & pte::user)) return FaultReason::kernel_only;
    if (access == AccessKind::store && !(entry & pte::write)) return FaultReason::read_only;
    if (access == AccessKind::fetch && (entry & pte::no_execute)) return FaultReason::no_execute;
    return FaultReason::none;
}

Mmu::Translation Mmu::fault(std::uint64_t address, AccessKind access, bool from_user, FaultReason reason, Level level,
                            std::uint64_t entry) {
    std::uint8_t code = 0;
    if (reason == FaultReason::read_only || reason == FaultReason::kernel_only || reason == FaultReason::no_execute)
        code |= fault::protection;
    if (access == AccessKind::store) code |= fault::write;
    if (access == AccessKind::fetch) code |= fault::fetch;
    if (from_user) code |= fault::user;
    if (reason == FaultReason::not_canonical) code = 0;
    paging_emitter_.emit(PageFault{address, entry, reason, level, code, access});
    return {};
}

void Mmu::update_bits(std::uint64_t address, const WalkResult& found, AccessKind access) {
    for (Level level = found.level; level <= top_level; ++level) {
        const WalkResult::Step& step = found.steps[level];
        if (step.table == no_pfn) break;
        std::uint64_t bits = pte::accessed;
        if (level == found.level && access == AccessKind::store) bits |= pte::dirty;
        bits &= ~step.entry;
        if (bits != 0) paging_emitter_.emit(SetAccessedDirty{address, bits, step.table, step.index, level});
    }
}

// ---------------------------------------------------------------- the paging-structure cache

Pfn Mmu::cached_table(std::uint64_t address) const {
    const CpuTlb& own = tlb_.cpus[cpu_];
    for (unsigned i = 0; i < tlb_.configuration.walk_cache_entries; ++i) {
        const CpuTlb::CachedTable& cached = own.walk_cache[i];
        if (cached.table != no_pfn && cached.page == address >> level_shift(1) &&
            (cached.global || cached.pcid == own.pcid))
            return cached.table;
    }
    return no_pfn;
}

void Mmu::cache_table(std::uint64_t address, Pfn table) {
    const unsigned entries = tlb_.configuration.walk_cache_entries;
    if (entries == 0) return;
    const CpuTlb& own = tlb_.cpus[cpu_];
    unsigned place = 0;
    for (unsigned i = 0; i < entries; ++i) {
        if (own.walk_cache[i].table == no_pfn) {
            place = i;
            break;
        }
        if (own.walk_cache[i].stamp < own.walk_cache[place].stamp) place = i;
    }
    tlb_emitter_.emit(
        CacheTable{address, table, own.pcid, static_cast<std::uint8_t>(place), cpu_, (address >> 63) != 0});
}

WalkResult Mmu::walk_from_cache(std::uint64_t address, Pfn table) const {
    WalkResult result;
    const unsigned index = index_at(address, 0);
    result.entry = paging_.entry(table, index);
    result.steps[0] = {table, static_cast<std::uint16_t>(index), result.entry};
    result.present = result.entry & pte::present;
    if (result.present) result.pfn = pte::frame(result.entry);
    return result;
}

}  // namespace pageframe
