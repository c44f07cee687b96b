// Page tables: x86-64, four levels, in frames of the machine's own memory (arch/x86/mm/pgtable.c,
// mm/memory.c, mm/vmalloc.c of Linux 6.1).
//
//     space.top --> PGD table      PUD table      PMD table      PTE table        frame
//     (CR3)        | 0    |   ,-> | 0    |   ,-> | 0    |   ,-> | 0    |     ,-> | 4096  |
//                  | 402  |--'    | 1    |--'    | 3    |--'    | 77   |----'    | bytes |
//                  | 511  |       | 511  |       | 511  |       | 511  |
//
// A table is a frame like any other: 512 words of 8 bytes in PhysicalMemory, so who loads from its address
// in the direct map reads its entries. Space 0 is the kernel's own (init_mm); every other space has the
// kernel's half of the top table as it is, and a user half of its own.
//
// Simplified: the direct map is an offset and has no tables (it would be made of 1 GiB and 2 MiB pages at
// start); the kernel's top table is taken from the page allocator at first use (it lies in the kernel's
// image), and the PUD tables of the vmalloc region when they are needed (they are made at start). No
// five-level paging, protection keys, or page-table isolation.
//
// Invariants (check_paging(), paging_check.cpp):
//   every present entry above the last level that is not a huge page leads to a frame that is a table
//   of the level below; no table is reached twice within a space's own half
//   tables reached == tables counted
//   kernel entries of all top tables are equal, where they are present
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/core/hash.h"
#include "engine/core/physical_memory.h"
#include "engine/paging/layout.h"

namespace pageframe {

using SpaceId = std::uint16_t;
inline constexpr SpaceId kernel_space = 0;
inline constexpr SpaceId no_space = 0xffff;

/// struct mm_struct, as far as translation goes.
struct AddressSpace {
    Pfn top = no_pfn;              ///< its PGD table; no_pfn: gone, or not made yet
    std::uint32_t tables = 0;      ///< its own tables, the top one included
    std::uint64_t generation = 1;  ///< context.tlb_gen: grows with each flush a CPU might have missed
    OperationNumber made_by = no_operation;
};

struct PagingState {
    PhysicalMemory memory;
    std::vector<AddressSpace> spaces;  ///< empty until tables are needed
    std::uint64_t loads = 0, stores = 0, fetches = 0, faults = 0;

    bool started() const { return !spaces.empty(); }
    std::uint64_t entry(Pfn table, unsigned index) const { return memory.word_of(table, index); }
    void set_entry(Pfn table, unsigned index, std::uint64_t value) {
        memory.set_word((std::uint64_t{table} << page_shift) + 8ULL * index, value);
    }
};

PagingState make_paging(const std::shared_ptr<ChunkPool>& pool);

/// Where an address leads, without side effects: what a view shows and vmalloc_to_page() reads.
struct WalkResult {
    struct Step {
        Pfn table = no_pfn;
        std::uint16_t index = 0;
        std::uint64_t entry = 0;
    };
    Step steps[4];    ///< by level; those that were not reached have no table
    Level level = 0;  ///< where the walk ended
    bool present = false;
    std::uint64_t entry = 0;
    Pfn pfn = no_pfn;  ///< of the 4 KiB page, within a huge one too
    std::uint64_t physical(std::uint64_t address) const {
        return (std::uint64_t{pfn} << page_shift) | (address & (page_size - 1));
    }
};
WalkResult walk_tables(const PagingState& state, Pfn top, std::uint64_t address);
/// The top table that translates this address in `space`.
inline Pfn top_of(const PagingState& state, SpaceId space) {
    return space < state.spaces.size() ? state.spaces[space].top : no_pfn;
}

/// "present write user accessed", for a reader.
std::string entry_text(std::uint64_t entry);

void hash_paging(const PagingState& state, Hash& hash);

}  // namespace pageframe
