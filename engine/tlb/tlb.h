// The TLBs of every CPU, and which address space each CPU is in.
//
//     CPU 0   fetch -> [ITLB 4K] [ITLB 2M] --miss--> [ second level, shared ] --miss--> page walk
//             load  -> [DTLB 4K] [DTLB 2M] [1G] ---^
//
// A processor is a list of up to eight structures; each serves fetches, data or both, on the first or the
// second level, for some page sizes. What is found or walked fills the first level; what is walked also
// fills the second. The second level does not include the first: what it evicts may stay above.
//
// An entry belongs to an address space by its PCID, or to all when global. Without PCID every switch of
// address spaces flushes what is not global. With it a CPU has six (TLB_NR_DYN_ASIDS) and remembers which
// space and which generation of it each stands for (arch/x86/mm/tlb.c).
//
// Simplified: a CPU's structures are its own (no hyper-threads); paging-structure caches are a small
// fully associative LRU of PMD-level pointers, and an option. An access that is refused fills nothing.
//
// Invariants (check_tlb(), tlb_check.cpp):
//   an entry is valid == its stamp is not 0
//   an entry stands in the set of its page number, in a structure that takes its page size, once
//   a set's order and tags are what its entries' stamps and pages say
//   with the CPU's current space and global entries: each translation is what the tables say, unless the
//   page's entry was changed since and no flush has been asked for yet (checked against a map in tests)
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/core/chunk_array.h"
#include "engine/core/hash.h"
#include "engine/paging/paging_events.h"
#include "engine/tlb/geometry.h"
#include "engine/tlb/tlb_set.h"

namespace pageframe {

/// Whom a structure serves.
enum class TlbUse : std::uint8_t { fetch, data, both };

struct TlbStructure {
    TlbGeometry geometry{};
    TlbUse use = TlbUse::both;
    std::uint8_t cache_level = 1;  ///< 1 or 2
    std::uint8_t page_sizes = 1;   ///< bit n: pages of level n (0: 4 KiB, 1: 2 MiB, 2: 1 GiB)
    bool takes(Level level) const { return page_sizes >> level & 1; }
    bool operator==(const TlbStructure&) const = default;
};

inline constexpr unsigned most_tlb_structures = 8;
inline constexpr unsigned most_walk_cache_entries = 32;

struct TlbConfiguration {
    std::array<TlbStructure, most_tlb_structures> structures{};
    std::uint8_t count = 0;
    Replacement replacement = Replacement::true_lru;
    bool pcid = true;
    bool global_pages = true;             ///< CR4.PGE
    std::uint8_t walk_cache_entries = 0;  ///< paging-structure cache; 0: none
    bool operator==(const TlbConfiguration&) const = default;
};

struct TlbPreset {
    const char* name;
    const char* source;  ///< where the numbers are from
    TlbConfiguration configuration;
};
std::span<const TlbPreset> tlb_presets();
/// The machine's own when nothing else is said: the first preset.
const TlbConfiguration& default_tlb();
/// Why there can be no such processor; empty when there can.
std::string tlb_problem(const TlbConfiguration& configuration);

/// What a translation allows, and whom. One word, written at once; what a page table's entry says stands where
/// it stands there.
struct TlbTraits {
    std::uint32_t valid : 1 = 0;
    std::uint32_t write : 1 = 0;
    std::uint32_t user : 1 = 0;
    std::uint32_t level : 2 = 0;
    std::uint32_t : 1;
    std::uint32_t dirty : 1 = 0;
    std::uint32_t : 1;
    std::uint32_t global : 1 = 0;
    std::uint32_t no_execute : 1 = 0;
    std::uint32_t : 6;
    std::uint32_t pcid : 16 = 0;
};
constexpr std::uint32_t traits_word(std::uint64_t entry, Level level, std::uint16_t pcid) {
    constexpr auto same = static_cast<std::uint32_t>(pte::write | pte::user | pte::dirty | pte::global);
    return 1U | (static_cast<std::uint32_t>(entry) & same) | std::uint32_t{level} << 3 |
           static_cast<std::uint32_t>(entry >> 63) << 9 | std::uint32_t{pcid} << 16;
}

/// One translation. 32 bytes.
struct TlbEntry : TlbTraits {
    Pfn pfn = no_pfn;         ///< the page's first frame
    std::uint64_t page = 0;   ///< address >> level_shift(level)
    std::uint64_t stamp = 0;  ///< of its last use; 0: not valid, so that free entries are the oldest
    std::uint64_t reserved = 0;

    /// Without asking the tables again: refused, or to be marked dirty, the processor does.
    bool allows(AccessKind access, bool from_user) const {
        if (access == AccessKind::store && (!write || !dirty)) return false;
        if (access == AccessKind::fetch && no_execute) return false;
        return !from_user || user;
    }
    bool is_for(std::uint64_t wanted, Level of_level, std::uint16_t space) const {
        return page == wanted && valid && level == of_level && (global || pcid == space);
    }
};
static_assert(sizeof(TlbEntry) == 32);

/// Where an entry stands: an index into a CPU's entries, structure after structure, set after set. A set
/// has room for a power of two of entries, so that up to `entries_in_a_row` of them lie side by side.
using TlbSlot = std::uint32_t;
inline constexpr TlbSlot no_slot = 0xffffffffU;
inline constexpr std::uint32_t no_way = 0xffffffffU;
inline constexpr std::uint32_t entries_in_a_row = ChunkArray<TlbEntry>::entries_per_chunk;

struct TlbCounts {
    std::uint64_t hits = 0;
    std::uint64_t evictions = 0;
};

inline constexpr unsigned dynamic_pcids = 6;  ///< TLB_NR_DYN_ASIDS

/// struct tlb_state, and what the CPU counts.
struct CpuTlb {
    SpaceId space = kernel_space;  ///< loaded_mm
    std::uint16_t pcid = 0;        ///< loaded_mm_asid
    std::uint16_t next_pcid = 1;
    struct Context {
        SpaceId space = no_space;
        std::uint64_t generation = 0;
    };
    /// At first the kernel's own space, which is never out of date: its entries are global.
    std::array<Context, dynamic_pcids> contexts{Context{kernel_space, ~std::uint64_t{0}}};
    std::array<TlbCounts, most_tlb_structures> counts{};
    /// By level and use, as TlbState::probes: a miss is one of all structures that serve such accesses.
    std::array<std::array<std::uint64_t, 2>, 2> misses{};
    std::uint8_t levels_used = 0;  ///< page sizes that were ever filled: others need no look-up
    std::uint64_t walks = 0;
    std::uint64_t walk_steps = 0;  ///< tables read; fewer with a paging-structure cache
    std::uint64_t interrupts_sent = 0;
    std::uint64_t interrupts_received = 0;
    std::uint64_t flushes = 0;
    struct CachedTable {
        std::uint64_t page = 0;  ///< address >> level_shift(1)
        std::uint64_t stamp = 0;
        Pfn table = no_pfn;
        std::uint16_t pcid = 0;
        bool global = false;
    };
    std::array<CachedTable, most_walk_cache_entries> walk_cache{};
};

/// A structure with one of the page sizes: how a page's set, its entries and its tag are found.
struct TlbPlaces {
    TlbSlot first_slot = 0;  ///< of one CPU's
    std::uint32_t first_set = 0;
    std::uint32_t set_mask = 0;
    std::uint32_t sets = 0;
    std::uint32_t ways = 0;
    std::uint8_t slot_shift = 0;    ///< log2 of a set's slots
    std::uint8_t page_shift = 0;    ///< log2 of the page size
    std::uint8_t set_bits = 0;      ///< of a page's number, that its set tells anyway: below those of the tag
    std::uint8_t oldest_shift = 0;  ///< of the order word: where the way used longest ago stands
    std::uint8_t structure = 0;
    Level level = 0;
    bool ordered = false;  ///< its sets have order and tags
    bool masked = false;   ///< there is a power of two of them
    bool simple = false;   ///< both, and the way used longest ago is the victim: what most are like
    std::array<std::uint8_t, 3> reserved{};

    std::uint32_t set_of(std::uint64_t page) const {
        if (masked) [[likely]]
            return static_cast<std::uint32_t>(page) & set_mask;
        return static_cast<std::uint32_t>(page % sets);
    }
};
static_assert(sizeof(TlbPlaces) == 32);

/// Of all structures, with each page size: three for each structure.
inline constexpr unsigned most_tlb_places = most_tlb_structures * top_level;
constexpr unsigned places_index(unsigned structure, Level level) { return structure * top_level + level; }

/// What an access asks, on one level of TLBs.
struct TlbProbes {
    /// By page sizes (a bit for each): the places to look up (a bit for each).
    std::array<std::uint32_t, 8> of_sizes{};
    std::uint32_t structures = 0;  ///< a bit for each
    std::array<std::uint32_t, 7> reserved{};
};
static_assert(sizeof(TlbProbes) == 64);

/// The places of an access to a 4 KiB page where there is one on each level, both simple (fast_path.h).
struct TlbRoute {
    TlbPlaces first;
    TlbPlaces second;
    bool usable = false;
};
/// Of CpuTlb::levels_used: 4 KiB pages only, or none yet.
inline constexpr std::uint8_t small_pages = 1;

struct TlbState {
    TlbConfiguration configuration;
    /// By level (0: first, 1: second) and use (0: fetch, 1: data).
    std::array<std::array<TlbProbes, 2>, 2> probes{};
    ChunkArray<TlbEntry> entries;  ///< by CPU * entries_per_cpu + slot; empty until the first access
    ChunkArray<TlbSet> sets;       ///< by CPU * sets_per_cpu + set; empty until then, too
    std::vector<CpuTlb> cpus;
    std::array<TlbPlaces, most_tlb_places> places{};
    std::array<TlbRoute, 2> routes{};  ///< by use (0: fetch, 1: data)
    std::uint32_t entries_per_cpu = 0;
    std::uint32_t sets_per_cpu = 0;
    std::uint64_t stamp = 0;  ///< grows with every use
    std::uint64_t seed = 0;
    std::uint64_t random = 0;  ///< state of the generator that picks victims
    std::uint8_t cpu_count = 1;

    bool started() const { return !cpus.empty(); }
    const TlbPlaces& places_of(unsigned structure) const { return places[places_index(structure, 0)]; }
    std::uint32_t set_of(unsigned structure, std::uint64_t page) const { return places_of(structure).set_of(page); }
    TlbSlot slot_of(unsigned structure, std::uint32_t set, std::uint32_t way) const {
        return slot_of(places_of(structure), set, way);
    }
    TlbSlot slot_of(const TlbPlaces& place, std::uint32_t set, std::uint32_t way) const {
        return place.first_slot + (set << place.slot_shift) + way;
    }
    unsigned structure_of(TlbSlot slot) const {
        unsigned structure = 0;
        while (structure + 1U < configuration.count && slot >= places_of(structure + 1).first_slot) ++structure;
        return structure;
    }
    std::size_t entry_index(CpuId cpu, TlbSlot slot) const { return std::size_t{cpu} * entries_per_cpu + slot; }
    std::size_t set_index(CpuId cpu, const TlbPlaces& place, std::uint32_t number) const {
        return std::size_t{cpu} * sets_per_cpu + place.first_set + number;
    }
    const TlbEntry& entry(CpuId cpu, TlbSlot slot) const { return entries[entry_index(cpu, slot)]; }
    std::uint64_t misses_of(CpuId cpu, unsigned structure) const;
    const TlbRoute& route_for(AccessKind access) const { return routes[access == AccessKind::fetch ? 0 : 1]; }
    const TlbProbes& probes_for(AccessKind access, unsigned cache_level) const {
        return probes[cache_level - 1][access == AccessKind::fetch ? 0 : 1];
    }
    const TlbSet& set(CpuId cpu, const TlbPlaces& place, std::uint32_t number) const {
        return sets[set_index(cpu, place, number)];
    }
    /// Its entries, of a set of no more than `most_ordered_ways`: it lies in one chunk.
    const TlbEntry* first_entry(CpuId cpu, const TlbPlaces& place, std::uint32_t number) const {
        return &entry(cpu, slot_of(place, number, 0));
    }
    /// The way of this set that has a page, or `no_way`.
    std::uint32_t way_of(CpuId cpu, const TlbPlaces& place, std::uint32_t number, std::uint64_t page,
                         std::uint16_t pcid) const;
    /// The way used longest ago: a free one where there is one.
    std::uint32_t oldest_way(CpuId cpu, const TlbPlaces& place, std::uint32_t number) const;
    /// Whether a way has a valid entry.
    bool is_used(CpuId cpu, const TlbPlaces& place, std::uint32_t number, std::uint32_t way) const {
        if (!place.ordered) [[unlikely]]
            return entry(cpu, slot_of(place, number, way)).valid;
        return set(cpu, place, number).tags[way] != 0;
    }

    // --- for events ---

    TlbEntry& write_entry(CpuId cpu, TlbSlot slot) { return entries.write(entry_index(cpu, slot)); }
    TlbSet& write_set(CpuId cpu, const TlbPlaces& place, std::uint32_t number) {
        return sets.write(set_index(cpu, place, number));
    }
    /// A set's order and tags, from its entries.
    void renew_set(CpuId cpu, const TlbPlaces& place, std::uint32_t number);

private:
    std::uint32_t way_of_many(CpuId cpu, const TlbPlaces& place, std::uint32_t number, std::uint64_t page,
                              std::uint16_t pcid) const;
    std::uint32_t oldest_of_many(CpuId cpu, const TlbPlaces& place, std::uint32_t number) const;
};

TlbState make_tlb(const std::shared_ptr<ChunkPool>& pool, const TlbConfiguration& configuration, std::size_t cpus,
                  std::uint64_t seed);

/// "DTLB 4 KiB", "STLB"
std::string structure_name(const TlbStructure& structure);

void hash_tlb(const TlbState& state, Hash& hash);

}  // namespace pageframe
