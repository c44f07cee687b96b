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

/// One translation. 32 bytes.
struct TlbEntry {
    std::uint64_t page = 0;   ///< address >> level_shift(level)
    std::uint64_t stamp = 0;  ///< of its last use; 0: not valid, so that free entries are the oldest
    Pfn pfn = no_pfn;         ///< the page's first frame
    std::uint16_t pcid = 0;
    Level level = 0;
    bool valid = false;
    bool write = false;
    bool user = false;
    bool global = false;
    bool dirty = false;
    bool no_execute = false;
    std::array<std::uint8_t, 3> reserved{};
};
static_assert(sizeof(TlbEntry) == 32);

/// Where an entry stands: an index into a CPU's entries, structure after structure, set after set. A set
/// has room for a power of two of entries, so that up to `entries_in_a_row` of them lie side by side.
using TlbSlot = std::uint32_t;
inline constexpr TlbSlot no_slot = 0xffffffffU;
inline constexpr std::uint32_t entries_in_a_row = ChunkArray<TlbEntry>::entries_per_chunk;

struct TlbCounts {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
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

/// A structure that an access asks, with one page size: what to look up.
struct TlbProbe {
    std::uint8_t structure = 0;
    Level level = 0;
};
struct TlbProbes {
    std::array<TlbProbe, most_tlb_structures * 3> list{};
    std::uint8_t count = 0;
    std::uint8_t structures = 0;  ///< a bit for each
};

struct TlbState {
    TlbConfiguration configuration;
    /// By level (0: first, 1: second) and use (0: fetch, 1: data).
    std::array<std::array<TlbProbes, 2>, 2> probes{};
    ChunkArray<TlbEntry> entries;     ///< by CPU * entries_per_cpu + slot; empty until the first access
    ChunkArray<std::uint32_t> trees;  ///< pseudo-LRU bits, by CPU * sets_per_cpu + set
    std::vector<CpuTlb> cpus;
    std::array<std::uint32_t, most_tlb_structures> first_slot{};
    std::array<std::uint32_t, most_tlb_structures> first_set{};
    std::array<std::uint32_t, most_tlb_structures> set_shift{};  ///< log2 of a set's slots
    std::array<std::uint32_t, most_tlb_structures> set_mask{};   ///< sets - 1, or 0xffffffff: no power of two
    std::uint32_t entries_per_cpu = 0;
    std::uint32_t sets_per_cpu = 0;
    std::uint64_t stamp = 0;  ///< grows with every use
    std::uint64_t seed = 0;
    std::uint64_t random = 0;  ///< state of the generator that picks victims
    std::uint8_t cpu_count = 1;

    bool started() const { return !cpus.empty(); }
    std::uint32_t set_of(unsigned structure, std::uint64_t page) const {
        const std::uint32_t mask = set_mask[structure];
        if (mask != 0xffffffffU) return static_cast<std::uint32_t>(page) & mask;
        return static_cast<std::uint32_t>(page % configuration.structures[structure].geometry.sets());
    }
    TlbSlot slot_of(unsigned structure, std::uint32_t set, std::uint32_t way) const {
        return first_slot[structure] + (set << set_shift[structure]) + way;
    }
    unsigned structure_of(TlbSlot slot) const {
        unsigned structure = 0;
        while (structure + 1U < configuration.count && slot >= first_slot[structure + 1]) ++structure;
        return structure;
    }
    const TlbEntry& entry(CpuId cpu, TlbSlot slot) const { return entries[std::size_t{cpu} * entries_per_cpu + slot]; }
    const TlbProbes& probes_for(AccessKind access, unsigned cache_level) const {
        return probes[cache_level - 1][access == AccessKind::fetch ? 0 : 1];
    }
    TlbEntry& write_entry(CpuId cpu, TlbSlot slot) { return entries.write(std::size_t{cpu} * entries_per_cpu + slot); }
};

TlbState make_tlb(const std::shared_ptr<ChunkPool>& pool, const TlbConfiguration& configuration, std::size_t cpus,
                  std::uint64_t seed);

/// "DTLB 4 KiB", "STLB"
std::string structure_name(const TlbStructure& structure);

void hash_tlb(const TlbState& state, Hash& hash);

}  // namespace pageframe
