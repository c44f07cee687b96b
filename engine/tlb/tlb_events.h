// The TLB's events; sentences in tlb_sentences.cpp.
//
//     access:   UseEntry                                             a hit
//               MissEntry*  (page walk)  FillEntry*                  a miss
//     flush:    InvalidatePage | FlushTlb           of one CPU
//               Shootdown  Interrupt InvalidatePage*  Interrupt ...  of all CPUs
//     switch:   SwitchSpace  [FlushTlb]
#pragma once

#include <bit>

#include "engine/core/event.h"
#include "engine/core/random.h"
#include "engine/tlb/tlb.h"

namespace pageframe {

/// Pseudo-LRU: the set's tree turns away from what was used.
[[gnu::always_inline]] inline void turn_tree(const TlbState& state, TlbSet& set, std::uint32_t way,
                                             std::uint32_t ways) {
    if (state.configuration.replacement == Replacement::tree_plru) [[unlikely]]
        set.tree = plru_after_use(set.tree, way, ways);
}

/// The TLBs of all CPUs, empty: told when an address is translated first.
struct StartTlb {
    static constexpr const char* name = "StartTlb";
    static constexpr const char* function = "cpu_init()";
    std::uint8_t cpus;
    void apply(TlbState& state) const;
    Sentence sentence(const TlbState& state) const;
};

/// A hit: the entry is the one used last.
struct UseEntry {
    static constexpr const char* name = "UseEntry";
    static constexpr const char* function = "TLB hit";
    std::uint64_t address;
    TlbSlot slot;
    std::uint32_t set;  ///< of its structure
    std::uint16_t way;
    std::uint8_t structure;
    CpuId cpu;
    void apply(TlbState& state) const {
        const TlbPlaces& place = state.places_of(structure);
        change(state, state.cpus[cpu], state.write_set(cpu, place, set), state.write_entry(cpu, slot), place);
    }
    [[gnu::always_inline]] void change(TlbState& state, CpuTlb& own, TlbSet& used, TlbEntry& entry,
                                       const TlbPlaces& place) const {
        ++own.counts[structure].hits;
        entry.stamp = ++state.stamp;
        if (place.ordered) [[likely]]
            used.order = order_after_use(used.order, way);
        turn_tree(state, used, way, place.ways);
    }
    Sentence sentence(const TlbState& state) const;
    void highlight(HighlightList&) const {}
};

/// Remark: the hit's translation is not what the tables say.
struct StaleEntry {
    static constexpr const char* name = "StaleEntry";
    static constexpr const char* function = "TLB hit";
    std::uint64_t address;
    Pfn pfn;
    CpuId cpu;
    Sentence sentence(const TlbState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{pfn, 1}, Role::mistake}); }
};

/// No structure of this level that serves such accesses has the page.
struct MissEntry {
    static constexpr const char* name = "MissEntry";
    static constexpr const char* function = "TLB miss";
    std::uint64_t address;
    std::uint8_t structures;  ///< a bit for each that was asked
    std::uint8_t cache_level;
    CpuId cpu;
    AccessKind access;
    void apply(TlbState& state) const { change(state.cpus[cpu]); }
    void change(CpuTlb& own) const { ++own.misses[cache_level - 1U][access == AccessKind::fetch ? 0 : 1]; }
    Sentence sentence(const TlbState& state) const;
};

/// A translation is written into a set, in place of the victim if the set was full.
struct FillEntry {
    static constexpr const char* name = "FillEntry";
    static constexpr const char* function = "TLB fill";
    std::uint64_t address;
    std::uint64_t entry;  ///< of the page table
    Pfn pfn;              ///< the page's first frame
    TlbSlot slot;
    std::uint32_t set;  ///< of its structure
    std::uint16_t pcid;
    std::uint16_t way;
    std::uint8_t structure;
    Level level;
    CpuId cpu;
    bool evicts;
    bool drew_lots;  ///< random replacement: the generator has moved on
    void apply(TlbState& state) const {
        const TlbPlaces& place = state.places[places_index(structure, level)];
        change(state, state.cpus[cpu], state.write_set(cpu, place, set), state.write_entry(cpu, slot), place);
    }
    [[gnu::always_inline]] void change(TlbState& state, CpuTlb& own, TlbSet& changed, TlbEntry& filled,
                                       const TlbPlaces& place) const {
        std::uint32_t traits = traits_word(entry, level, pcid);
        if (!state.configuration.global_pages) [[unlikely]]
            traits &= ~static_cast<std::uint32_t>(pte::global);
        const std::uint64_t page = address >> level_shift(level);
        const std::uint32_t oldest_shift = place.oldest_shift;
        changed.order = oldest_in(changed.order, oldest_shift) == way ? order_after_refill(changed.order, oldest_shift)
                                                                      : order_after_use(changed.order, way);
        // Of a set without order nobody reads them.
        changed.tags[way % most_ordered_ways] = page_tag(page, place.set_bits);
        static_cast<TlbTraits&>(filled) = std::bit_cast<TlbTraits>(traits);
        filled.pfn = pfn;
        filled.page = page;
        filled.stamp = ++state.stamp;
        own.counts[structure].evictions += evicts;
        if (!place.simple) [[unlikely]]
            turn_tree(state, changed, way, place.ways);
        own.levels_used |= static_cast<std::uint8_t>(1U << level);
        if (drew_lots) [[unlikely]]
            state.random = after_a_draw(state.random);
    }
    static std::uint64_t after_a_draw(std::uint64_t random) {
        Random generator(random);
        generator.next();
        return generator.state();
    }
    Sentence sentence(const TlbState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{pfn, 1}, Role::taken}); }
};

/// A page walk of one CPU begins.
struct CountWalk {
    static constexpr const char* name = "CountWalk";
    static constexpr const char* function = "page walk";
    std::uint64_t address;
    Pfn top;  ///< where it starts: CR3, or the table that a paging-structure cache knew
    CpuId cpu;
    std::uint8_t steps;
    bool from_cache;
    void apply(TlbState& state) const { change(state.cpus[cpu]); }
    void change(CpuTlb& own) const {
        ++own.walks;
        own.walk_steps += steps;
    }
    Sentence sentence(const TlbState& state) const;
};

/// The paging-structure cache learns where a PTE table is.
struct CacheTable {
    static constexpr const char* name = "CacheTable";
    static constexpr const char* function = "page walk";
    std::uint64_t address;
    Pfn table;
    std::uint16_t pcid;
    std::uint8_t place;
    CpuId cpu;
    bool global;
    void apply(TlbState& state) const {
        state.cpus[cpu].walk_cache[place] = {address >> level_shift(1), ++state.stamp, table, pcid, global};
    }
    Sentence sentence(const TlbState& state) const;
};

/// invlpg: what one CPU knows of one page, in any structure.
struct InvalidatePage {
    static constexpr const char* name = "InvalidatePage";
    static constexpr const char* function = "flush_tlb_one_kernel()";
    std::uint64_t address;
    std::uint16_t pcid;
    CpuId cpu;
    bool by_fault;  ///< the processor itself does it: a fault leaves no translation behind
    const char* acting() const {
        if (by_fault) return "page fault";
        return is_user_address(address) ? "flush_tlb_one_user()" : function;
    }
    void apply(TlbState& state) const;
    Sentence sentence(const TlbState& state) const;
};

/// All of one CPU's entries, or those of one PCID.
struct FlushTlb {
    static constexpr const char* name = "FlushTlb";
    static constexpr const char* function = "native_flush_tlb_local()";
    enum class Scope : std::uint8_t {
        everything,  ///< global entries too
        not_global,  ///< of every PCID
        one_pcid,
    };
    std::uint16_t pcid;
    CpuId cpu;
    Scope scope;
    void apply(TlbState& state) const;
    Sentence sentence(const TlbState& state) const;
};

/// Other CPUs are to flush: one interrupt for each, and a wait for all.
struct Shootdown {
    static constexpr const char* name = "Shootdown";
    static constexpr const char* function = "on_each_cpu()";
    std::uint64_t start;
    std::uint64_t end;
    std::uint32_t targets;
    CpuId cpu;
    bool everything;
    void apply(TlbState& state) const { state.cpus[cpu].interrupts_sent += targets; }
    Sentence sentence(const TlbState& state) const;
};

/// A CPU is interrupted to flush.
struct Interrupt {
    static constexpr const char* name = "Interrupt";
    static constexpr const char* function = "flush_tlb_func()";
    CpuId from;
    CpuId cpu;
    void apply(TlbState& state) const { ++state.cpus[cpu].interrupts_received; }
    Sentence sentence(const TlbState& state) const;
};

/// CR3 is written: another address space.
struct SwitchSpace {
    static constexpr const char* name = "SwitchSpace";
    static constexpr const char* function = "switch_mm_irqs_off()";
    std::uint64_t generation;
    Pfn top;
    SpaceId from;
    SpaceId to;
    std::uint16_t pcid;
    CpuId cpu;
    bool known;  ///< the PCID still holds up-to-date translations of this space
    bool fresh;  ///< the PCID was another space's, or nobody's
    void apply(TlbState& state) const;
    Sentence sentence(const TlbState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{top, 1}, Role::taken}); }
};

/// The CPU's translations of its space are as new as the space's generation.
struct CatchUp {
    static constexpr const char* name = "CatchUp";
    static constexpr const char* function = "flush_tlb_func()";
    std::uint64_t generation;
    CpuId cpu;
    void apply(TlbState& state) const {
        CpuTlb& own = state.cpus[cpu];
        own.contexts[own.pcid].generation = generation;
    }
    Sentence sentence(const TlbState& state) const;
};

using TlbEvents = TypeList<StartTlb, UseEntry, MissEntry, FillEntry, CountWalk, CacheTable, InvalidatePage, FlushTlb,
                           Shootdown, Interrupt, SwitchSpace, CatchUp, StaleEntry>;

using TlbEmitter = Emitter<TlbState, Subsystem::tlb, TlbEvents>;

}  // namespace pageframe
