// An address through the TLB and the tables: the same code twice, with and without somebody who looks,
// because traces bring addresses by the million.
#include "engine/tlb/mmu.h"

#include <algorithm>
#include <array>

#include "engine/core/random.h"

namespace pageframe {

namespace {

template <class Tlbs, class Tables>
class Translator {
public:
    using Translation = Mmu::Translation;

    Translator(Tlbs tlbs, Tables tables, const BuddyState& buddy, CpuId cpu)
        : tlb_emitter_(tlbs), paging_emitter_(tables), tlb_(tlb_emitter_.state()), paging_(paging_emitter_.state()),
          buddy_(buddy), cpu_(cpu) {}

    Translation translate(std::uint64_t address, AccessKind access, bool from_user) {
        if (!tlb_.started()) [[unlikely]]
            tlb_emitter_.emit(StartTlb{tlb_.cpu_count});
        if (!is_canonical(address)) [[unlikely]]
            return fault(address, access, from_user, FaultReason::not_canonical, top_level, 0);
        const Place place = find(address, access, 1);
        if (!place.found) [[unlikely]]
            return miss(address, access, from_user, place);
        const TlbEntry& entry = tlb_.entry(cpu_, place.slot());
        // Refused, or to be marked dirty: the processor asks the tables again.
        if (!allows(entry, access, from_user)) [[unlikely]]
            return walk(address, access, from_user, {});
        const Translation result = from_entry(address, entry);
        if (tlb_emitter_.recording()) [[unlikely]]
            tell_if_stale(address, entry);
        use(address, place);
        return result;
    }

private:
    /// An entry that has a page, or the one to put it in. Whole words: it travels in registers.
    struct Place {
        TlbSlot first = no_slot;  ///< of its set; no_slot: nothing was searched
        std::uint32_t set = 0;
        std::uint32_t way = 0;
        std::uint32_t structure = 0;
        std::uint32_t level = 0;
        std::uint32_t found = 0;
        std::uint32_t evicts = 0;  ///< not found, and the set is full
        TlbSlot slot() const { return first + way; }
    };
    /// What the look at each level of TLBs has brought, when it was in vain: where the page may go.
    struct Searched {
        Place first, second;
    };

    std::uint16_t pcid() const { return tlb_.cpus[cpu_].pcid; }
    void use(std::uint64_t address, const Place& place) {
        tlb_emitter_.emit(UseEntry{address, place.slot(), place.set, static_cast<std::uint16_t>(place.way),
                                   static_cast<std::uint8_t>(place.structure), cpu_});
    }

    Translation miss(std::uint64_t address, AccessKind access, bool from_user, const Place& first) {
        tell_misses(address, access, 1);
        const Place second = find(address, access, 2);
        if (!second.found) {
            tell_misses(address, access, 2);
            return walk(address, access, from_user, {first, second});
        }
        const TlbEntry entry = tlb_.entry(cpu_, second.slot());
        if (!allows(entry, access, from_user)) return walk(address, access, from_user, {});
        if (tlb_emitter_.recording()) tell_if_stale(address, entry);
        use(address, second);
        std::uint64_t flags = pte::present;
        if (entry.write) flags |= pte::write;
        if (entry.user) flags |= pte::user;
        if (entry.global) flags |= pte::global;
        if (entry.dirty) flags |= pte::dirty;
        if (entry.no_execute) flags |= pte::no_execute;
        fill_level(address, access, 1, entry.level, flags, entry.pfn, first);
        return from_entry(address, entry);
    }

    void tell_if_stale(std::uint64_t address, const TlbEntry& entry) {
        if (in_direct_map(address)) return;
        const WalkResult found = walk_tables(paging_, top_of(paging_, tlb_.cpus[cpu_].space), address);
        const Pfn pfn = static_cast<Pfn>(from_entry(address, entry).physical >> page_shift);
        if (!found.present || found.pfn != pfn) tlb_emitter_.tell(StaleEntry{address, pfn, cpu_});
    }

    // ---------------------------------------------------------------- looking up

    /// The structures of one level that serve such accesses, one after the other. When none has the page: the
    /// place in the first of them that was searched.
    [[gnu::always_inline]] Place find(std::uint64_t address, AccessKind access, unsigned cache_level) const {
        const TlbProbes& probes = tlb_.probes_for(access, cache_level);
        const CpuTlb& own = tlb_.cpus[cpu_];
        Place first;
        for (unsigned i = 0; i < probes.count; ++i) {
            const TlbProbe probe = probes.list[i];
            if (!(own.levels_used >> probe.level & 1)) continue;
            const Place place = find_in(probe.structure, probe.level, address, own.pcid);
            if (place.found) return place;
            if (first.first == no_slot) first = place;
        }
        return first;
    }

    /// One look at a set: where the page is, or else the entry that was used longest ago. Free entries have
    /// never been used.
    [[gnu::always_inline]] Place find_in(unsigned structure, Level level, std::uint64_t address,
                                         std::uint16_t pcid) const {
        const std::uint64_t page = address >> level_shift(level);
        const std::uint32_t ways = tlb_.configuration.structures[structure].geometry.ways;
        Place place;
        place.structure = structure;
        place.level = level;
        place.set = tlb_.set_of(structure, page);
        place.first = tlb_.slot_of(structure, place.set, 0);
        std::uint64_t oldest_stamp = ~std::uint64_t{0};
        for (std::uint32_t row = 0; row < ways; row += entries_in_a_row) {
            const TlbEntry* const entries = &tlb_.entry(cpu_, place.first + row);
            const TlbEntry* const end = entries + std::min(ways - row, entries_in_a_row);
            const TlbEntry* oldest = nullptr;
            for (const TlbEntry* entry = entries; entry != end; ++entry) {
                if (entry->page == page && entry->valid && entry->level == level &&
                    (entry->global || entry->pcid == pcid)) {
                    place.way = row + static_cast<std::uint32_t>(entry - entries);
                    place.found = 1;
                    return place;
                }
                // No branch: which one is the oldest is anybody's guess.
                const std::uint64_t stamp = entry->stamp;
                oldest = stamp < oldest_stamp ? entry : oldest;
                oldest_stamp = stamp < oldest_stamp ? stamp : oldest_stamp;
            }
            if (oldest != nullptr) place.way = row + static_cast<std::uint32_t>(oldest - entries);
        }
        place.evicts = oldest_stamp != 0;
        return place;
    }

    void tell_misses(std::uint64_t address, AccessKind access, unsigned cache_level) {
        const std::uint8_t asked = tlb_.probes_for(access, cache_level).structures;
        if (asked != 0)
            tlb_emitter_.emit(MissEntry{address, asked, static_cast<std::uint8_t>(cache_level), cpu_, access});
    }

    Translation from_entry(std::uint64_t address, const TlbEntry& entry) const {
        const std::uint64_t offset = address & (level_bytes(entry.level) - 1);
        return {true, entry.level, (std::uint64_t{entry.pfn} << page_shift) + offset};
    }

    bool allows(const TlbEntry& entry, AccessKind access, bool from_user) const {
        if (access == AccessKind::store) {
            if (!entry.write || !entry.dirty) return false;
        } else if (access == AccessKind::fetch && entry.no_execute) {
            return false;
        }
        return !from_user || entry.user;
    }

    // ---------------------------------------------------------------- filling

    /// Whom a full set gives up, if not the one used longest ago.
    std::uint32_t other_victim(const Place& place) const {
        const std::uint32_t ways = tlb_.configuration.structures[place.structure].geometry.ways;
        if (tlb_.configuration.replacement == Replacement::random) return Random(tlb_.random).below(ways);
        const std::size_t set = std::size_t{cpu_} * tlb_.sets_per_cpu + tlb_.first_set[place.structure] + place.set;
        return plru_victim(tlb_.trees[set], ways);
    }

    /// `searched`: what the look at this level found, if there was one.
    [[gnu::always_inline]] void fill_level(std::uint64_t address, AccessKind access, unsigned cache_level, Level level,
                                           std::uint64_t entry, Pfn pfn, const Place& searched) {
        const TlbProbes& probes = tlb_.probes_for(access, cache_level);
        for (unsigned i = 0; i < probes.count; ++i) {
            const std::uint8_t structure = probes.list[i].structure;
            if (probes.list[i].level != level) continue;
            if (searched.first != no_slot && searched.structure == structure && searched.level == level)
                fill(address, entry, pfn, searched);
            else
                search_and_fill(structure, level, address, entry, pfn);
        }
    }

    /// Where nobody has looked yet, or the page was found: walked again for its dirty bit, the same entry.
    [[gnu::noinline]] void search_and_fill(std::uint8_t structure, Level level, std::uint64_t address,
                                           std::uint64_t entry, Pfn pfn) {
        fill(address, entry, pfn, find_in(structure, level, address, pcid()));
    }

    [[gnu::always_inline]] void fill(std::uint64_t address, std::uint64_t entry, Pfn pfn, Place place) {
        bool drew_lots = false;
        const Replacement replacement = tlb_.configuration.replacement;
        if (replacement != Replacement::true_lru && !place.found && place.evicts) [[unlikely]] {
            place.way = other_victim(place);
            drew_lots = replacement == Replacement::random;
        }
        tlb_emitter_.emit(FillEntry{address, entry, pfn, place.slot(), pcid(), static_cast<std::uint16_t>(place.way),
                                    static_cast<std::uint8_t>(place.structure), static_cast<Level>(place.level), cpu_,
                                    place.evicts != 0, drew_lots});
    }

    // ---------------------------------------------------------------- walking

    /// What the tables say, from `table` of `level` on downwards.
    struct Walk {
        Pfn table = no_pfn;  ///< the last one read
        Level level = 0;     ///< its level
        std::uint8_t steps = 0;
        std::uint64_t entry = 0;
        std::uint64_t all = ~std::uint64_t{0};  ///< bits that every entry has
        std::uint64_t any = 0;                  ///< bits that some entry has
        bool present() const { return entry & pte::present; }
    };
    [[gnu::always_inline]] Walk follow(std::uint64_t address, Pfn table, Level level) const {
        Walk walk{table, level};
        if (table == no_pfn) return walk;
        for (;;) {
            walk.entry = paging_.entry(walk.table, index_at(address, walk.level));
            ++walk.steps;
            walk.all &= walk.entry;
            walk.any |= walk.entry;
            if (walk.level == 0 || !walk.present() || (walk.entry & pte::huge)) return walk;
            walk.table = pte::frame(walk.entry);
            --walk.level;
        }
    }

    Translation walk(std::uint64_t address, AccessKind access, bool from_user, const Searched& searched) {
        if (in_direct_map(address)) return walk_direct_map(address, access, from_user, searched);
        const Pfn known = cached_table(address);
        const bool from_cache = known != no_pfn;
        const Pfn start = from_cache ? known : top_of(paging_, tlb_.cpus[cpu_].space);
        const Walk found = follow(address, start, from_cache ? Level{0} : top_level);
        tlb_emitter_.emit(CountWalk{address, start, cpu_, found.steps, from_cache});
        if (paging_emitter_.recording()) tell_steps(address, start, found);
        if (!found.present()) [[unlikely]] {
            const bool null = address < page_size;
            return fault(address, access, from_user, null ? FaultReason::null_pointer : FaultReason::not_present,
                         found.level, found.entry);
        }
        // What one level forbids is forbidden.
        std::uint64_t entry = (found.entry & (found.all | ~(pte::write | pte::user))) | (found.any & pte::no_execute);
        const FaultReason reason = refusal(entry, access, from_user);
        if (reason != FaultReason::none) [[unlikely]] {
            forget(address, access);
            return fault(address, access, from_user, reason, found.level, found.entry);
        }
        if (!(found.all & pte::accessed) || (access == AccessKind::store && !(found.entry & pte::dirty))) [[unlikely]]
            update_bits(address, start, found, access);
        entry |= pte::accessed | (access == AccessKind::store ? pte::dirty : 0);
        const Pfn first = pte::frame(found.entry);
        fill_level(address, access, 2, found.level, entry, first, searched.second);
        fill_level(address, access, 1, found.level, entry, first, searched.first);
        if (!from_cache && found.level == 0) cache_table(address, found.table);
        const std::uint64_t offset = address & (level_bytes(found.level) - 1);
        return {true, found.level, (std::uint64_t{first} << page_shift) + offset};
    }

    /// The tables of a walk once more, from the top: `step(table, index, entry, level)`.
    template <class Step>
    void for_each_step(std::uint64_t address, Pfn start, const Walk& found, Step step) {
        Pfn table = start;
        for (unsigned i = found.steps; i-- > 0;) {
            const auto level = static_cast<Level>(found.level + i);
            const auto index = static_cast<std::uint16_t>(index_at(address, level));
            const std::uint64_t entry = paging_.entry(table, index);
            step(table, index, entry, level);
            table = pte::frame(entry);
        }
    }
    [[gnu::noinline]] void tell_steps(std::uint64_t address, Pfn start, const Walk& found) {
        for_each_step(address, start, found, [&](Pfn table, std::uint16_t index, std::uint64_t entry, Level level) {
            paging_emitter_.tell(WalkStep{address, entry, table, index, level});
        });
    }
    /// The processor writes to the entries it has used, from the page's up to the top.
    [[gnu::noinline]] void update_bits(std::uint64_t address, Pfn start, const Walk& found, AccessKind access) {
        std::array<SetAccessedDirty, top_level + 1> changes{};
        for_each_step(address, start, found, [&](Pfn table, std::uint16_t index, std::uint64_t entry, Level level) {
            std::uint64_t bits = pte::accessed;
            if (level == found.level && access == AccessKind::store) bits |= pte::dirty;
            changes[level] = {address, bits & ~entry, table, index, level};
        });
        for (const SetAccessedDirty& change : changes)
            if (change.bits != 0) paging_emitter_.emit(change);
    }
    /// What was cached of a refused page goes: the kernel may have changed the entry meanwhile.
    [[gnu::noinline]] void forget(std::uint64_t address, AccessKind access) {
        if (find(address, access, 1).found || find(address, access, 2).found)
            tlb_emitter_.emit(InvalidatePage{address, pcid(), cpu_});
    }

    Translation walk_direct_map(std::uint64_t address, AccessKind access, bool from_user, const Searched& searched) {
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
        fill_level(address, access, 2, level, pte::kernel, first, searched.second);
        fill_level(address, access, 1, level, pte::kernel, first, searched.first);
        return {true, level, physical};
    }

    /// Why a present page refuses, or none. Supervisor writes need the write bit too (CR0.WP).
    FaultReason refusal(std::uint64_t entry, AccessKind access, bool from_user) const {
        if (from_user && !(entry & pte::user)) return FaultReason::kernel_only;
        if (access == AccessKind::store && !(entry & pte::write)) return FaultReason::read_only;
        if (access == AccessKind::fetch && (entry & pte::no_execute)) return FaultReason::no_execute;
        return FaultReason::none;
    }

    Translation fault(std::uint64_t address, AccessKind access, bool from_user, FaultReason reason, Level level,
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

    // ---------------------------------------------------------------- the paging-structure cache

    Pfn cached_table(std::uint64_t address) const {
        const CpuTlb& own = tlb_.cpus[cpu_];
        for (unsigned i = 0; i < tlb_.configuration.walk_cache_entries; ++i) {
            const CpuTlb::CachedTable& cached = own.walk_cache[i];
            if (cached.table != no_pfn && cached.page == address >> level_shift(1) &&
                (cached.global || cached.pcid == own.pcid))
                return cached.table;
        }
        return no_pfn;
    }

    void cache_table(std::uint64_t address, Pfn table) {
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

    Tlbs tlb_emitter_;
    Tables paging_emitter_;
    const TlbState& tlb_;
    const PagingState& paging_;
    const BuddyState& buddy_;
    CpuId cpu_;
};

}  // namespace

Mmu::Translation Mmu::translate(std::uint64_t address, AccessKind access, bool from_user) {
    if (tlb_emitter_.recording()) [[unlikely]]
        return Translator(tlb_emitter_, paging_emitter_, buddy_, cpu_).translate(address, access, from_user);
    return Translator(tlb_emitter_.silent(), paging_emitter_.silent(), buddy_, cpu_)
        .translate(address, access, from_user);
}

}  // namespace pageframe
