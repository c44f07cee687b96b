// Events of page tables and of memory's contents; sentences in paging_sentences.cpp.
//
//     map:     TakeTable SetEntry(table)*  SetEntry(page)
//     unmap:   ClearEntry  [FreeTable]
//     access:  WalkStep WalkStep WalkStep WalkStep  [SetAccessedDirty]   LoadValue | StoreValue
//              or PageFault
#pragma once

#include "engine/core/event.h"
#include "engine/paging/paging.h"

namespace pageframe {

// ---------------------------------------------------------------- tables

/// An address space gets its top table.
struct MakeSpace {
    static constexpr const char* name = "MakeSpace";
    static constexpr const char* function = "pgd_alloc()";
    Pfn top;
    OperationNumber operation;
    SpaceId space;
    void apply(PagingState& state) const;
    Sentence sentence(const PagingState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{top, 1}, Role::taken}); }
};

/// An address space is gone; its top table is about to be freed.
struct DropSpace {
    static constexpr const char* name = "DropSpace";
    static constexpr const char* function = "__mmdrop()";
    Pfn top;
    SpaceId space;
    void apply(PagingState& state) const;
    Sentence sentence(const PagingState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{top, 1}, Role::taken}); }
};

/// A frame becomes an empty table.
struct TakeTable {
    static constexpr const char* name = "TakeTable";
    static constexpr const char* function = "__pte_alloc_kernel()";
    std::uint64_t address;
    Pfn table;
    SpaceId space;
    Level level;
    const char* acting() const {
        if (level == 0) return space == kernel_space ? function : "__pte_alloc()";
        return level == 1 ? "__pmd_alloc()" : "__pud_alloc()";
    }
    void apply(PagingState& state) const {
        state.memory.fill(std::uint64_t{table} << page_shift, page_size, 0);
        ++state.spaces[space].tables;
    }
    Sentence sentence(const PagingState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{table, 1}, Role::taken}); }
};

/// A table that holds nothing any more goes back to the page allocator.
struct FreeTable {
    static constexpr const char* name = "FreeTable";
    static constexpr const char* function = "free_pgtables()";
    std::uint64_t address;
    Pfn table;
    SpaceId space;
    Level level;
    void apply(PagingState& state) const { --state.spaces[space].tables; }
    Sentence sentence(const PagingState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{table, 1}, Role::taken}); }
};

/// An entry of a table is written: it leads to a table, or maps a page.
struct SetEntry {
    static constexpr const char* name = "SetEntry";
    static constexpr const char* function = "set_pte_at()";
    enum class Why : std::uint8_t { table, page, protect, copy };
    std::uint64_t address;
    std::uint64_t entry;
    Pfn table;
    std::uint16_t index;
    Level level;
    Why why;
    void change(std::uint64_t& word) const { word = entry; }
    void apply(PagingState& state) const { state.set_entry(table, index, entry); }
    Sentence sentence(const PagingState& state) const;
    void highlight(HighlightList& list) const {
        list.push_back({{table, 1}, Role::changed});
        const bool page = why == Why::page || why == Why::protect;
        list.push_back({{pte::frame(entry), page ? Pfn{1} << (9 * level) : 1}, Role::taken});
    }
};

/// An entry is emptied. What CPUs have cached of it stays until it is flushed.
struct ClearEntry {
    static constexpr const char* name = "ClearEntry";
    static constexpr const char* function = "vunmap_pte_range()";
    std::uint64_t address;
    std::uint64_t entry;  ///< what it was
    Pfn table;
    std::uint16_t index;
    Level level;
    bool was_page() const { return level == 0 || (entry & pte::huge) != 0; }
    const char* acting() const {
        const bool user = is_user_address(address);
        if (was_page()) return user ? "zap_pte_range()" : function;
        return level == 1 ? "free_pte_range()" : level == 2 ? "free_pmd_range()" : "free_pud_range()";
    }
    void change(std::uint64_t& word) const { word = 0; }
    void apply(PagingState& state) const { state.set_entry(table, index, 0); }
    Sentence sentence(const PagingState& state) const;
    void highlight(HighlightList& list) const {
        list.push_back({{table, 1}, Role::changed});
        list.push_back({{pte::frame(entry), was_page() ? Pfn{1} << (9 * level) : 1}, Role::taken});
    }
};

/// Translations of a space changed so that CPUs with old ones must notice.
struct AdvanceGeneration {
    static constexpr const char* name = "AdvanceGeneration";
    static constexpr const char* function = "inc_mm_tlb_gen()";
    SpaceId space;
    void apply(PagingState& state) const { ++state.spaces[space].generation; }
    Sentence sentence(const PagingState& state) const;
};

// ---------------------------------------------------------------- the processor's walk

/// Remark: one level of a walk.
struct WalkStep {
    static constexpr const char* name = "WalkStep";
    static constexpr const char* function = "page walk";
    std::uint64_t address;
    std::uint64_t entry;
    Pfn table;
    std::uint16_t index;
    Level level;
    Sentence sentence(const PagingState& state) const;
    void highlight(HighlightList& list) const {
        list.push_back({{table, 1}, Role::changed});
        if (entry & pte::present) list.push_back({{pte::frame(entry), 1}, Role::taken});
    }
};

/// Remark: an address of the direct map, translated by its offset.
struct WalkDirectMap {
    static constexpr const char* name = "WalkDirectMap";
    static constexpr const char* function = "__phys_addr()";
    std::uint64_t address;
    Pfn pfn;
    Level level;
    Sentence sentence(const PagingState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{pfn, 1}, Role::taken}); }
};

/// The processor notes in an entry that it was used, or written through.
struct SetAccessedDirty {
    static constexpr const char* name = "SetAccessedDirty";
    static constexpr const char* function = "page walk";
    std::uint64_t address;
    std::uint64_t bits;
    Pfn table;
    std::uint16_t index;
    Level level;
    void apply(PagingState& state) const { state.set_entry(table, index, state.entry(table, index) | bits); }
    Sentence sentence(const PagingState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{table, 1}, Role::changed}); }
};

/// Why an access did not succeed.
enum class FaultReason : std::uint8_t {
    none,
    not_canonical,  ///< a general protection fault, not a page fault
    not_present,
    read_only,
    kernel_only,
    no_execute,
    no_memory,  ///< the direct map, where the machine has no memory
    null_pointer,
};

/// The bits of a page fault's error code (arch/x86/include/asm/trap_pf.h).
namespace fault {
inline constexpr std::uint8_t protection = 1, write = 2, user = 4, reserved = 8, fetch = 16;
}

enum class AccessKind : std::uint8_t { load, store, fetch };
constexpr const char* access_name(AccessKind kind) {
    constexpr const char* names[] = {"load", "store", "fetch"};
    return names[static_cast<unsigned>(kind)];
}

/// The access is refused: what the CPU pushes, and what the kernel says ("BUG: unable to handle ...").
struct PageFault {
    static constexpr const char* name = "PageFault";
    static constexpr const char* function = "exc_page_fault()";
    std::uint64_t address;
    std::uint64_t entry;
    FaultReason reason;
    Level level;  ///< at which the walk ended
    std::uint8_t error_code;
    AccessKind access;
    const char* acting() const { return reason == FaultReason::not_canonical ? "exc_general_protection()" : function; }
    void apply(PagingState& state) const { ++state.faults; }
    Sentence sentence(const PagingState& state) const;
};

// ---------------------------------------------------------------- contents

struct LoadValue {
    static constexpr const char* name = "LoadValue";
    static constexpr const char* function = "mov";
    std::uint64_t address;
    std::uint64_t physical;
    std::uint64_t value;
    std::uint8_t size;
    AccessKind access;
    void apply(PagingState& state) const { ++(access == AccessKind::fetch ? state.fetches : state.loads); }
    Sentence sentence(const PagingState& state) const;
    void highlight(HighlightList& list) const {
        list.push_back({{static_cast<Pfn>(physical >> page_shift), 1}, Role::taken});
    }
};

struct StoreValue {
    static constexpr const char* name = "StoreValue";
    static constexpr const char* function = "mov";
    std::uint64_t address;
    std::uint64_t physical;
    std::uint64_t value;
    std::uint8_t size;
    void apply(PagingState& state) const {
        ++state.stores;
        state.memory.write(physical, value, size);
    }
    Sentence sentence(const PagingState& state) const;
    void highlight(HighlightList& list) const {
        list.push_back({{static_cast<Pfn>(physical >> page_shift), 1}, Role::taken});
    }
};

/// Part of a page gets one byte all over.
struct FillBytes {
    static constexpr const char* name = "FillBytes";
    static constexpr const char* function = "memset()";
    std::uint64_t address;  ///< virtual; 0: by the kernel, through no mapping of the scenario's
    std::uint64_t physical;
    std::uint32_t length;
    std::uint8_t byte;
    void apply(PagingState& state) const { state.memory.fill(physical, length, byte); }
    Sentence sentence(const PagingState& state) const;
    void highlight(HighlightList& list) const {
        list.push_back({{static_cast<Pfn>(physical >> page_shift), 1}, Role::taken});
    }
};

/// What debugging puts into memory: include/linux/poison.h.
namespace poison {
inline constexpr std::uint8_t free = 0x6b, end = 0xa5, in_use = 0x5a, red_inactive = 0xbb, red_active = 0xcc;
}

/// A debugged cache writes the bytes by which its checks notice a stray store: one object's, or a new slab's.
struct PaintObjects {
    static constexpr const char* name = "PaintObjects";
    static constexpr const char* function = "init_object()";
    enum class Why : std::uint8_t { new_slab, changes_hands, restored };
    std::uint64_t first;        ///< physical, of the first object
    std::uint32_t distance;     ///< from one to the next
    std::uint32_t object_size;  ///< what is poisoned
    std::uint32_t left;         ///< bytes of red zone before each object
    std::uint32_t tracks;       ///< where a new object's empty records of its takers lie, from its start; 0: nowhere
    std::uint32_t tracks_size;
    std::uint16_t objects;
    std::uint8_t right;  ///< bytes of red zone behind each object
    std::uint8_t red;    ///< what a red zone becomes
    bool poisoned;
    bool padded;  ///< the new slab was filled with poison::in_use beforehand
    Order order;  ///< of the new slab
    Why why;
    const char* acting() const {
        return why == Why::new_slab ? "setup_object_debug()" : why == Why::restored ? "restore_bytes()" : function;
    }
    void apply(PagingState& state) const;
    Sentence sentence(const PagingState& state) const;
    void highlight(HighlightList& list) const {
        list.push_back({{static_cast<Pfn>(first >> page_shift), 1}, Role::taken});
    }
};

/// Whole frames become zero: __GFP_ZERO.
struct ClearPages {
    static constexpr const char* name = "ClearPages";
    static constexpr const char* function = "clear_page()";
    Pfn pfn;
    Pfn frames;
    void apply(PagingState& state) const {
        for (Pfn i = 0; i < frames; ++i) state.memory.fill(std::uint64_t{pfn + i} << page_shift, page_size, 0);
    }
    Sentence sentence(const PagingState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{pfn, frames}, Role::taken}); }
};

/// Part of a page is copied to part of a page. Overlap is copied byte by byte, upwards.
struct CopyBytes {
    static constexpr const char* name = "CopyBytes";
    static constexpr const char* function = "memcpy()";
    std::uint64_t to;  ///< virtual, as written
    std::uint64_t to_physical;
    std::uint64_t from_physical;
    std::uint32_t length;
    void apply(PagingState& state) const;
    Sentence sentence(const PagingState& state) const;
    void highlight(HighlightList& list) const {
        list.push_back({{static_cast<Pfn>(from_physical >> page_shift), 1}, Role::changed});
        list.push_back({{static_cast<Pfn>(to_physical >> page_shift), 1}, Role::taken});
    }
};

/// Remark: what memcmp() found.
struct CompareBytes {
    static constexpr const char* name = "CompareBytes";
    static constexpr const char* function = "memcmp()";
    std::uint64_t left;
    std::uint64_t right;
    std::uint64_t length;
    std::uint64_t first_difference;  ///< its offset; length: equal
    Sentence sentence(const PagingState& state) const;
};

/// Remark: one row of show_phy_pages(): virtual address, physical address, pfn.
struct ShowPage {
    static constexpr const char* name = "ShowPage";
    static constexpr const char* function = "show_phy_pages()";
    enum class Contiguity : std::uint8_t { first, follows, jumps, not_mapped };
    std::uint64_t address;
    std::uint64_t physical;
    std::uint32_t row;
    Contiguity contiguity;
    Pfn pfn() const { return static_cast<Pfn>(physical >> page_shift); }
    bool mapped() const { return contiguity != Contiguity::not_mapped; }
    Sentence sentence(const PagingState& state) const;
    void highlight(HighlightList& list) const {
        if (mapped()) list.push_back({{pfn(), 1}, Role::taken});
    }
};
/// "yes", "no, +2": two frames behind the one before, where the next one would be contiguous; "-" for the first.
/// `before`: the row before; nullptr: none.
std::string contiguity_text(const ShowPage& row, const ShowPage* before);

/// Remark: show_phy_pages()'s last line.
struct ShowPagesEnd {
    static constexpr const char* name = "ShowPagesEnd";
    static constexpr const char* function = "show_phy_pages()";
    std::uint32_t pages;
    std::uint32_t jumps;
    std::uint32_t not_mapped;
    std::uint32_t first_break;  ///< the first row that is not right behind the one before; 0: none
    std::uint64_t left_out;     ///< bytes behind the last row: the table has a bound
    static constexpr std::uint32_t most_rows = 65536;
    bool contiguous() const { return jumps == 0 && not_mapped == 0; }
    Sentence sentence(const PagingState& state) const;
};

using PagingEvents = TypeList<MakeSpace, DropSpace, TakeTable, FreeTable, SetEntry, ClearEntry, AdvanceGeneration,
                              WalkStep, WalkDirectMap, SetAccessedDirty, PageFault, LoadValue, StoreValue, FillBytes,
                              ClearPages, CopyBytes, CompareBytes, ShowPage, ShowPagesEnd, PaintObjects>;

using PagingEmitter = Emitter<PagingState, Subsystem::paging, PagingEvents>;

}  // namespace pageframe
