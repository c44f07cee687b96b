// The way of most accesses where nobody looks: a 4 KiB page, found in the first-level TLB or in none at all.
//
//     first level --there--> its entry is the one used last
//          |
//       not there         second level --not there--> four tables --> both levels are filled
//
// Everything out of the ordinary (pages of other sizes, a page known to the second level only, a fault, an
// entry to be marked, a processor with another route, what a copy of the state has as well) is left
// untouched: the MMU does it from the start, and does the ordinary just the same.
#pragma once

#include "engine/tlb/tlb_events.h"
#include "engine/tlb/walk.h"

namespace pageframe {

/// No physical address: nothing was done, and the long way is to be gone.
inline constexpr std::uint64_t no_translation = ~std::uint64_t{0};

/// What an access asks for.
struct AccessRequest {
    std::uint64_t address;
    AccessKind access;
    bool from_user;
    CpuId cpu;
};

/// Where in one structure a 4 KiB page may stand; nullptr: a copy of the state has the set, or the entries, too.
class TlbSpot {
public:
    [[gnu::always_inline]] TlbSpot(SilentEmitter<TlbState> emitter, const TlbPlaces& place,
                                   const AccessRequest& request)
        : place_(place), emitter_(emitter), cpu_(request.cpu), page_(request.address >> page_shift),
          number_(static_cast<std::uint32_t>(page_) & place.set_mask),
          set_(emitter.own(&TlbState::sets, emitter.state().set_index(cpu_, place, number_))) {}

    TlbSet* set() const { return set_; }
    const TlbPlaces& place() const { return place_; }
    /// All of the set's: they lie in one chunk.
    [[gnu::always_inline]] TlbEntry* entries() const {
        const TlbState& tlb = emitter_.state();
        return emitter_.own(&TlbState::entries, tlb.entry_index(cpu_, tlb.slot_of(place_, number_, 0)));
    }
    /// nullptr: the page does not stand here.
    [[gnu::always_inline]] TlbEntry* find(std::uint16_t pcid, std::uint32_t& way) const {
        const std::uint64_t tagged = ways_tagged(*set_, page_tag(page_, place_.set_bits));
        if (tagged == 0) return nullptr;
        TlbEntry* const all = entries();
        if (all == nullptr) return nullptr;
        way = way_among(tagged, no_way, [&](std::uint32_t each) { return all[each].is_for(page_, 0, pcid); });
        return way == no_way ? nullptr : all + way;
    }
    /// In place of the way used longest ago, whose entries are one's own.
    [[gnu::always_inline]] void fill(CpuTlb& cpu, TlbEntry* all, std::uint64_t entry) const {
        const auto way = static_cast<std::uint16_t>(oldest_in(set_->order, place_.oldest_shift));
        const bool evicts = set_->tags[way] != 0;
        const FillEntry event{page_ << page_shift,
                              entry,
                              pte::frame(entry),
                              no_slot,
                              number_,
                              cpu.pcid,
                              way,
                              place_.structure,
                              0,
                              cpu_,
                              evicts,
                              false};
        emitter_.emit_on(event, cpu, *set_, all[way], place_);
    }

private:
    const TlbPlaces& place_;
    SilentEmitter<TlbState> emitter_;
    CpuId cpu_;
    std::uint64_t page_;
    std::uint32_t number_;
    TlbSet* set_;
};

/// A page that the first level has not. The request comes in pieces: in WebAssembly a struct would be put together
/// in memory, and the processor waits for bytes that were just written and are read as a word.
[[gnu::noinline]] inline std::uint64_t miss_fast(SilentEmitter<TlbState> emitter, TableWalker& walker,
                                                 std::uint64_t address, AccessKind access, bool from_user, CpuId cpu) {
    const AccessRequest request{address, access, from_user, cpu};
    CpuTlb& own = emitter.part(&TlbState::cpus, cpu);
    const TlbRoute& route = emitter.state().route_for(access);
    if (!is_canonical(address) || in_direct_map(address)) [[unlikely]]
        return no_translation;
    const TlbSpot second(emitter, route.second, request);
    std::uint32_t way = no_way;
    if (second.set() == nullptr || second.find(own.pcid, way) != nullptr) [[unlikely]]
        return no_translation;
    const Pfn top = top_of(walker.paging(), own.space);
    if (top == no_pfn) [[unlikely]]
        return no_translation;
    const TableWalk walk = walker.walk(top, address);
    const bool stores = access == AccessKind::store;
    const std::uint64_t needed = pte::present | pte::accessed;
    if (walk.level != 0 || (walk.all & needed) != needed || (stores && !(walk.entry & pte::dirty))) [[unlikely]]
        return no_translation;
    const std::uint64_t entry = walk.effective();
    const TlbSpot first(emitter, route.first, request);
    TlbEntry* const first_entries = first.entries();
    TlbEntry* const second_entries = second.entries();
    if (refusal(entry, access, from_user) != FaultReason::none || first_entries == nullptr || second_entries == nullptr)
        [[unlikely]]
        return no_translation;
    emitter.emit_on(MissEntry{address, 0, 1, cpu, access}, own);
    emitter.emit_on(MissEntry{address, 0, 2, cpu, access}, own);
    emitter.emit_on(CountWalk{address, top, cpu, top_level + 1, false}, own);
    second.fill(own, second_entries, entry);
    first.fill(own, first_entries, entry);
    return (std::uint64_t{pte::frame(entry)} << page_shift) | (address & (page_size - 1));
}

/// The physical address, or `no_translation`.
[[gnu::always_inline]] inline std::uint64_t translate_fast(SilentEmitter<TlbState> emitter, TableWalker& walker,
                                                           const AccessRequest& request) {
    const TlbState& tlb = emitter.state();
    const TlbRoute& route = tlb.route_for(request.access);
    if (!route.usable || !tlb.started()) [[unlikely]]
        return no_translation;
    CpuTlb& own = emitter.part(&TlbState::cpus, request.cpu);
    if (own.levels_used > small_pages) [[unlikely]]
        return no_translation;
    const TlbSpot first(emitter, route.first, request);
    if (first.set() == nullptr) [[unlikely]]
        return no_translation;
    std::uint32_t way = no_way;
    TlbEntry* const entry = first.find(own.pcid, way);
    if (entry == nullptr)
        return miss_fast(emitter, walker, request.address, request.access, request.from_user, request.cpu);
    if (!entry->allows(request.access, request.from_user)) [[unlikely]]
        return no_translation;
    const UseEntry event{request.address,         no_slot,    0, static_cast<std::uint16_t>(way),
                         first.place().structure, request.cpu};
    emitter.emit_on(event, own, *first.set(), *entry, first.place());
    return (std::uint64_t{entry->pfn} << page_shift) | (request.address & (page_size - 1));
}

}  // namespace pageframe
