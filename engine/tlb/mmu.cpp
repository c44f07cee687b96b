// An address through the TLB and the tables: the same code twice, with and without somebody who looks,
// because traces bring addresses by the million. Most of those go the short way of fast_path.h.
#include "engine/tlb/mmu.h"

#include <algorithm>
#include <array>

#include "engine/core/random.h"
#include "engine/tlb/fast_path.h"
#include "engine/tlb/walk.h"

namespace pageframe {

namespace {

/// Whom a full set gives up, if not the one used longest ago.
[[gnu::noinline]] std::uint32_t other_victim(const TlbState& tlb, CpuId cpu, const TlbPlaces& place,
                                             std::uint32_t set) {
    if (tlb.configuration.replacement == Replacement::random) return Random(tlb.random).below(place.ways);
    return plru_victim(tlb.set(cpu, place, set).tree, place.ways);
}

/// One translation at a time.
template <class Tlbs, class Tables>
class Translator {
public:
    using Translation = Mmu::Translation;

    Translator(Tlbs tlbs, Tables tables, const BuddyState& buddy, CpuId cpu)
        : tlb_emitter_(tlbs), paging_emitter_(tables), buddy_(buddy), cpu_(cpu) {}

    Translation translate(const AccessRequest& request) {
        if (!tlb().started()) [[unlikely]]
            tlb_emitter_.emit(StartTlb{tlb().cpu_count});
        if (!is_canonical(request.address)) [[unlikely]]
            return fault(request, FaultReason::not_canonical, top_level, 0);
        const Place place = find(request, 1);
        if (!place.found()) [[unlikely]]
            return miss(request);
        const TlbEntry& entry = entry_at(place);
        // Refused, or to be marked dirty: the processor asks the tables again.
        if (!entry.allows(request.access, request.from_user)) [[unlikely]]
            return walk(request);
        const Translation result = from_entry(request.address, entry);
        if (tlb_emitter_.recording()) [[unlikely]]
            tell_if_stale(request.address, entry);
        use(request.address, place);
        return result;
    }

private:
    /// Where in the TLBs a page is, or may be put.
    struct Place {
        const TlbPlaces* in = nullptr;
        std::uint32_t set = 0;
        std::uint32_t way = no_way;
        bool found() const { return way != no_way; }
    };

    const TlbState& tlb() const { return tlb_emitter_.state(); }
    const PagingState& paging() const { return paging_emitter_.state(); }
    std::uint16_t pcid() const { return tlb().cpus[cpu_].pcid; }
    TlbSlot slot_of(const Place& place) const { return tlb().slot_of(*place.in, place.set, place.way); }
    const TlbEntry& entry_at(const Place& place) const { return tlb().entry(cpu_, slot_of(place)); }
    void use(std::uint64_t address, const Place& place) {
        tlb_emitter_.emit(UseEntry{address, slot_of(place), place.set, static_cast<std::uint16_t>(place.way),
                                   place.in->structure, cpu_});
    }

    Translation miss(const AccessRequest& request) {
        tell_misses(request, 1);
        const Place second = find(request, 2);
        if (second.found()) [[unlikely]]
            return from_second(request, second);
        tell_misses(request, 2);
        return walk(request);
    }

    Translation from_second(const AccessRequest& request, const Place& second) {
        const TlbEntry entry = entry_at(second);
        if (!entry.allows(request.access, request.from_user)) [[unlikely]]
            return walk(request);
        if (tlb_emitter_.recording()) tell_if_stale(request.address, entry);
        use(request.address, second);
        std::uint64_t flags = pte::present;
        if (entry.write) flags |= pte::write;
        if (entry.user) flags |= pte::user;
        if (entry.global) flags |= pte::global;
        if (entry.dirty) flags |= pte::dirty;
        if (entry.no_execute) flags |= pte::no_execute;
        fill_level(request, 1, static_cast<Level>(entry.level), flags, entry.pfn);
        return from_entry(request.address, entry);
    }

    void tell_if_stale(std::uint64_t address, const TlbEntry& entry) {
        if (in_direct_map(address)) return;
        const WalkResult found = walk_tables(paging(), top_of(paging(), tlb().cpus[cpu_].space), address);
        const Pfn pfn = static_cast<Pfn>(from_entry(address, entry).physical >> page_shift);
        if (!found.present || found.pfn != pfn) tlb_emitter_.tell(StaleEntry{address, pfn, cpu_});
    }

    // ---------------------------------------------------------------- looking up

    /// The structures of one level that serve such accesses, one after the other; page sizes that no entry
    /// ever had need no look.
    Place find(const AccessRequest& request, unsigned cache_level) const {
        const TlbState& tlb = this->tlb();
        std::uint32_t rest = tlb.probes_for(request.access, cache_level).of_sizes[tlb.cpus[cpu_].levels_used];
        for (; rest != 0; rest &= rest - 1) {
            const TlbPlaces& place = tlb.places[static_cast<unsigned>(std::countr_zero(rest))];
            const std::uint64_t page = request.address >> place.page_shift;
            const std::uint32_t number = place.set_of(page);
            const std::uint32_t way = tlb.way_of(cpu_, place, number, page, pcid());
            if (way != no_way) return {&place, number, way};
        }
        return {};
    }

    void tell_misses(const AccessRequest& request, unsigned cache_level) {
        const auto asked = static_cast<std::uint8_t>(tlb().probes_for(request.access, cache_level).structures);
        if (asked != 0)
            tlb_emitter_.emit(
                MissEntry{request.address, asked, static_cast<std::uint8_t>(cache_level), cpu_, request.access});
    }

    Translation from_entry(std::uint64_t address, const TlbEntry& entry) const {
        const auto level = static_cast<Level>(entry.level);
        const std::uint64_t offset = address & (level_bytes(level) - 1);
        return {true, level, (std::uint64_t{entry.pfn} << page_shift) + offset};
    }

    // ---------------------------------------------------------------- filling

    /// The structures of one level of TLBs that serve such accesses and take the page's size.
    void fill_level(const AccessRequest& request, unsigned cache_level, Level level, std::uint64_t entry, Pfn pfn) {
        std::uint32_t rest = tlb().probes_for(request.access, cache_level).of_sizes[1U << level];
        for (; rest != 0; rest &= rest - 1)
            fill(static_cast<unsigned>(std::countr_zero(rest)), request.address, entry, pfn);
    }

    /// In place of the one used longest ago. The page may be there: walked again for its dirty bit, it has the
    /// same entry.
    void fill(unsigned index, std::uint64_t address, std::uint64_t entry, Pfn pfn) {
        const TlbState& tlb = this->tlb();
        const TlbPlaces& place = tlb.places[index];
        const std::uint64_t page = address >> place.page_shift;
        const std::uint32_t number = place.set_of(page);
        std::uint32_t way = tlb.way_of(cpu_, place, number, page, pcid());
        bool evicts = false, drew_lots = false;
        if (way == no_way) {
            way = tlb.oldest_way(cpu_, place, number);
            evicts = tlb.is_used(cpu_, place, number, way);
            if (tlb.configuration.replacement != Replacement::true_lru && evicts) {
                way = other_victim(tlb, cpu_, place, number);
                drew_lots = tlb.configuration.replacement == Replacement::random;
            }
        }
        tlb_emitter_.emit(FillEntry{address, entry, pfn, tlb.slot_of(place, number, way), number, pcid(),
                                    static_cast<std::uint16_t>(way), place.structure, place.level, cpu_, evicts,
                                    drew_lots});
    }

    // ---------------------------------------------------------------- walking

    TableWalk follow_from(std::uint64_t address, Pfn start, bool at_last_level) const {
        if (start == no_pfn) [[unlikely]]
            return {no_pfn, top_level};
        if (at_last_level) [[unlikely]]
            return follow_tables<0>(paging(), address, start);
        return follow_tables<top_level>(paging(), address, start);
    }

    Translation walk(const AccessRequest& request) {
        const std::uint64_t address = request.address;
        if (in_direct_map(address)) [[unlikely]]
            return walk_direct_map(request);
        const Pfn remembered = cached_table(address);
        const bool from_cache = remembered != no_pfn;
        const Pfn start = from_cache ? remembered : top_of(paging(), tlb().cpus[cpu_].space);
        const TableWalk found = follow_from(address, start, from_cache);
        const auto level = static_cast<Level>(found.level);
        const unsigned steps = start == no_pfn ? 0 : (from_cache ? 0U : top_level) - level + 1U;
        tlb_emitter_.emit(CountWalk{address, start, cpu_, static_cast<std::uint8_t>(steps), from_cache});
        if (paging_emitter_.recording()) tell_steps(address, start, level, steps);
        if (!found.present()) [[unlikely]] {
            const bool null = address < page_size;
            return fault(request, null ? FaultReason::null_pointer : FaultReason::not_present, level, found.entry);
        }
        std::uint64_t entry = found.effective();
        const FaultReason reason = refusal(entry, request.access, request.from_user);
        if (reason != FaultReason::none) [[unlikely]] {
            forget(request);
            return fault(request, reason, level, found.entry);
        }
        const bool stores = request.access == AccessKind::store;
        if (!(found.all & pte::accessed) || (stores && !(found.entry & pte::dirty))) [[unlikely]]
            update_bits(address, start, level, steps, stores);
        entry |= pte::accessed | (stores ? pte::dirty : 0);
        const Pfn first = pte::frame(found.entry);
        fill_level(request, 2, level, entry, first);
        fill_level(request, 1, level, entry, first);
        if (!from_cache && level == 0 && tlb().configuration.walk_cache_entries != 0) [[unlikely]]
            cache_table(address, found.table);
        const std::uint64_t offset = address & (level_bytes(level) - 1);
        return {true, level, (std::uint64_t{first} << page_shift) + offset};
    }

    /// The tables of a walk once more, from the top: `step(table, index, entry, level)`.
    template <class Step>
    void for_each_step(std::uint64_t address, Pfn start, Level last, unsigned steps, Step step) {
        Pfn table = start;
        for (unsigned i = steps; i-- > 0;) {
            const auto level = static_cast<Level>(last + i);
            const auto index = static_cast<std::uint16_t>(index_at(address, level));
            const std::uint64_t entry = paging().entry(table, index);
            step(table, index, entry, level);
            table = pte::frame(entry);
        }
    }
    void tell_steps(std::uint64_t address, Pfn start, Level last, unsigned steps) {
        for_each_step(address, start, last, steps,
                      [&](Pfn table, std::uint16_t index, std::uint64_t entry, Level level) {
                          paging_emitter_.tell(WalkStep{address, entry, table, index, level});
                      });
    }
    /// The processor writes to the entries it has used, from the page's up to the top.
    void update_bits(std::uint64_t address, Pfn start, Level last, unsigned steps, bool stores) {
        std::array<SetAccessedDirty, top_level + 1> changes{};
        for_each_step(address, start, last, steps,
                      [&](Pfn table, std::uint16_t index, std::uint64_t entry, Level level) {
                          std::uint64_t bits = pte::accessed;
                          if (level == last && stores) bits |= pte::dirty;
                          changes[level] = {address, bits & ~entry, table, index, level};
                      });
        for (const SetAccessedDirty& change : changes)
            if (change.bits != 0) paging_emitter_.emit(change);
    }
    /// What was cached of a refused page goes: the kernel may have changed the entry meanwhile.
    void forget(const AccessRequest& request) {
        if (find(request, 1).found() || find(request, 2).found())
            tlb_emitter_.emit(InvalidatePage{request.address, pcid(), cpu_, true});
    }

    Translation walk_direct_map(const AccessRequest& request) {
        constexpr Level level = 1;
        const std::uint64_t address = request.address;
        const std::uint64_t physical = address - layout::direct_map;
        const std::uint64_t pfn = physical >> page_shift;
        if (!buddy_.has_memory(pfn)) return fault(request, FaultReason::no_memory, level, 0);
        const FaultReason reason = refusal(pte::kernel, request.access, request.from_user);
        if (reason != FaultReason::none) return fault(request, reason, level, pte::kernel);
        const Pfn first = static_cast<Pfn>(pfn) & ~(pageblock_frames - 1);
        tlb_emitter_.emit(CountWalk{address, no_pfn, cpu_, 3, false});
        paging_emitter_.tell(WalkDirectMap{address, static_cast<Pfn>(pfn), level});
        fill_level(request, 2, level, pte::kernel, first);
        fill_level(request, 1, level, pte::kernel, first);
        return {true, level, physical};
    }

    Translation fault(const AccessRequest& request, FaultReason reason, Level level, std::uint64_t entry) {
        std::uint8_t code = 0;
        if (reason == FaultReason::read_only || reason == FaultReason::kernel_only || reason == FaultReason::no_execute)
            code |= fault::protection;
        if (request.access == AccessKind::store) code |= fault::write;
        if (request.access == AccessKind::fetch) code |= fault::fetch;
        if (request.from_user) code |= fault::user;
        if (reason == FaultReason::not_canonical) code = 0;
        paging_emitter_.emit(PageFault{request.address, entry, reason, level, code, request.access});
        return {};
    }

    // ---------------------------------------------------------------- the paging-structure cache

    Pfn cached_table(std::uint64_t address) const {
        const CpuTlb& own = tlb().cpus[cpu_];
        for (unsigned i = 0; i < tlb().configuration.walk_cache_entries; ++i) {
            const CpuTlb::CachedTable& cached = own.walk_cache[i];
            if (cached.table != no_pfn && cached.page == address >> level_shift(1) &&
                (cached.global || cached.pcid == own.pcid))
                return cached.table;
        }
        return no_pfn;
    }

    void cache_table(std::uint64_t address, Pfn table) {
        const unsigned entries = tlb().configuration.walk_cache_entries;
        const CpuTlb& own = tlb().cpus[cpu_];
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
    const BuddyState& buddy_;
    CpuId cpu_;
};

template <class Tlbs, class Tables>
[[gnu::noinline]] Mmu::Translation translate_slowly(Tlbs tlbs, Tables tables, const BuddyState& buddy,
                                                    AccessRequest request) {
    return Translator(tlbs, tables, buddy, request.cpu).translate(request);
}

}  // namespace

Mmu::Translation Mmu::translate(std::uint64_t address, AccessKind access, bool from_user) {
    const AccessRequest request{address, access, from_user, cpu_};
    if (tlb_emitter_.recording()) [[unlikely]]
        return translate_slowly(tlb_emitter_, paging_emitter_, buddy_, request);
    const std::uint64_t physical = translate_fast(tlb_emitter_.silent(), walker_, request);
    if (physical != no_translation) [[likely]]
        return {true, 0, physical};
    return translate_slowly(tlb_emitter_.silent(), paging_emitter_.silent(), buddy_, request);
}

}  // namespace pageframe
