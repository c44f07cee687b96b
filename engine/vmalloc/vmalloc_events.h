// vmalloc's events; sentences in vmalloc_sentences.cpp. Page-table entries and TLB flushes are events of
// their own subsystems.
//
//     vmalloc:  RequestArea  TakeAddresses  AddBusyArea  (frames)  SetAreaPages  (page tables)
//     vfree:    (page tables)  ReleaseArea  [ScheduleDrain]  (frames)
//     purge:    PurgeBegins  (TLB flush)  PurgeArea*
//     vm_map_ram from a block:  [NewBlock]  TakeFromBlock       back:  FreeToBlock  [RetireBlock]
#pragma once

#include "engine/core/event.h"
#include "engine/vmalloc/area_tree.h"
#include "engine/vmalloc/vmalloc.h"

namespace pageframe {

/// The address space is all free: vmalloc_init(), told when it is needed first.
struct StartVmalloc {
    static constexpr const char* name = "StartVmalloc";
    static constexpr const char* function = "vmap_init_free_space()";
    std::uint8_t cpus;
    void apply(VmallocState& state) const;
    Sentence sentence(const VmallocState& state) const;
};

/// Remark: so many bytes of address space are wanted.
struct RequestArea {
    static constexpr const char* name = "RequestArea";
    static constexpr const char* function = "__get_vm_area_node()";
    std::uint64_t bytes;      ///< with the guard page
    std::uint64_t requested;  ///< as the caller said
    std::uint64_t align;
    bool guard;
    Sentence sentence(const VmallocState& state) const;
};

/// Part of a free area, or all of it, is taken.
struct TakeAddresses {
    static constexpr const char* name = "TakeAddresses";
    static constexpr const char* function = "adjust_va_to_fit_type()";
    std::uint64_t start;
    std::uint64_t bytes;
    AreaIndex area;
    void apply(VmallocState& state) const { cut_free_area(state, area, start, bytes); }
    Sentence sentence(const VmallocState& state) const;
};

struct AddBusyArea {
    static constexpr const char* name = "AddBusyArea";
    static constexpr const char* function = "insert_vmap_area()";
    std::uint64_t start;
    std::uint64_t end;
    OperationNumber operation;
    std::uint16_t flags;
    bool has_vm;
    void apply(VmallocState& state) const;
    Sentence sentence(const VmallocState& state) const;
};

/// The area's frames are there.
struct SetAreaPages {
    static constexpr const char* name = "SetAreaPages";
    static constexpr const char* function = "__vmalloc_area_node()";
    AreaIndex area;
    std::uint32_t pages;
    AreaIndex page_array;
    std::uint8_t page_order;
    void apply(VmallocState& state) const {
        VmapArea& record = state.areas.write(area);
        record.pages = pages;
        record.page_array = page_array;
        record.page_order = page_order;
        record.flags &= static_cast<std::uint16_t>(~vm::uninitialized);
        if (!(record.flags & vm::map_put_pages)) state.vmalloc_pages += pages;
    }
    Sentence sentence(const VmallocState& state) const;
};

/// The area is unmapped, and waits until the TLBs have been flushed.
struct ReleaseArea {
    static constexpr const char* name = "ReleaseArea";
    static constexpr const char* function = "free_vmap_area_noflush()";
    std::uint64_t start;
    std::uint64_t end;
    AreaIndex area;
    OperationNumber operation;
    void apply(VmallocState& state) const;
    Sentence sentence(const VmallocState& state) const;
};

/// So many pages are vmalloc's no longer.
struct UncountPages {
    static constexpr const char* name = "UncountPages";
    static constexpr const char* function = "__vunmap()";
    std::uint32_t pages;
    void apply(VmallocState& state) const { state.vmalloc_pages -= pages; }
    Sentence sentence(const VmallocState& state) const;
};

/// Too much waits: a worker is to purge as soon as the caller can be interrupted.
struct ScheduleDrain {
    static constexpr const char* name = "ScheduleDrain";
    static constexpr const char* function = "schedule_work()";
    void apply(VmallocState& state) const { state.drain_pending = true; }
    Sentence sentence(const VmallocState& state) const;
};

struct PurgeBegins {
    static constexpr const char* name = "PurgeBegins";
    static constexpr const char* function = "__purge_vmap_area_lazy()";
    enum class Why : std::uint8_t { drain, asked, no_room };
    std::uint64_t start;
    std::uint64_t end;
    std::uint32_t areas;
    Why why;
    void apply(VmallocState& state) const {
        if (areas != 0) ++state.purges;
        if (why == Why::drain) state.drain_pending = false;
    }
    Sentence sentence(const VmallocState& state) const;
};

/// A lazily freed area is free: no CPU knows a translation of it any more.
struct PurgeArea {
    static constexpr const char* name = "PurgeArea";
    static constexpr const char* function = "merge_or_add_vmap_area_augment()";
    std::uint64_t start;
    std::uint64_t end;
    AreaIndex area;
    void apply(VmallocState& state) const {
        state.lazy_pages -= state.areas[area].bytes() >> page_shift;
        remove_area(state, area);
        merge_or_add_area(state, AreaTree::free, area);
    }
    Sentence sentence(const VmallocState& state) const;
};

// ---------------------------------------------------------------- vm_map_ram()'s blocks

struct NewBlock {
    static constexpr const char* name = "NewBlock";
    static constexpr const char* function = "new_vmap_block()";
    std::uint64_t start;
    AreaIndex area;
    CpuId cpu;
    void apply(VmallocState& state) const;
    Sentence sentence(const VmallocState& state) const;
};

struct TakeFromBlock {
    static constexpr const char* name = "TakeFromBlock";
    static constexpr const char* function = "vb_alloc()";
    std::uint64_t address;
    VmapBlockIndex block;
    std::uint16_t pages;  ///< a power of two
    void apply(VmallocState& state) const;
    Sentence sentence(const VmallocState& state) const;
};

struct FreeToBlock {
    static constexpr const char* name = "FreeToBlock";
    static constexpr const char* function = "vb_free()";
    std::uint64_t address;
    VmapBlockIndex block;
    std::uint16_t first;
    std::uint16_t pages;
    void apply(VmallocState& state) const;
    Sentence sentence(const VmallocState& state) const;
};

/// Nothing of the block is in use: its area is released. What was never handed out goes with it.
struct RetireBlock {
    static constexpr const char* name = "RetireBlock";
    static constexpr const char* function = "free_vmap_block()";
    VmapBlockIndex block;
    std::uint16_t free;
    void apply(VmallocState& state) const;
    Sentence sentence(const VmallocState& state) const;
};

// ---------------------------------------------------------------- the pages of vmap()

/// Consecutive frames join the list of pages for the next vmap() or vm_map_ram().
struct NamePages {
    static constexpr const char* name = "NamePages";
    static constexpr const char* function = "vmap()";
    PageRun run;
    void apply(VmallocState& state) const { state.pages.push_back(run); }
    Sentence sentence(const VmallocState& state) const;
    void highlight(HighlightList& list) const {
        if (run.pfn != no_pfn) list.push_back({{run.pfn, run.frames}, Role::taken});
    }
};

/// The list has been used.
struct ForgetPages {
    static constexpr const char* name = "ForgetPages";
    static constexpr const char* function = "vmap()";
    std::uint32_t pages;
    void apply(VmallocState& state) const { state.pages.clear(); }
    Sentence sentence(const VmallocState& state) const;
};

// ---------------------------------------------------------------- what went wrong

/// Remark: the caller gets NULL.
struct VmallocFailed {
    static constexpr const char* name = "VmallocFailed";
    static constexpr const char* function = "warn_alloc()";
    enum class Reason : std::uint8_t {
        no_size,
        too_large,
        no_addresses,
        no_pages,
        no_tables,
        no_page_list,
        null_page,
        huge_retry
    };
    std::uint64_t bytes;
    Reason reason;
    const char* acting() const { return reason == Reason::null_page ? "vmap_pages_pte_range()" : function; }
    Sentence sentence(const VmallocState& state) const;
};

/// Remark: the caller broke a rule.
struct VmallocMistake {
    static constexpr const char* name = "VmallocMistake";
    static constexpr const char* function = "__vunmap()";
    enum class Kind : std::uint8_t {
        not_aligned,   ///< "Trying to vfree() bad address"
        nonexistent,   ///< "Trying to vfree() nonexistent vm area"
        freed_before,  ///< the same, and it is known who freed it
        not_vmalloc,   ///< an address of the direct map
        not_a_block,   ///< vm_unmap_ram() of what vm_map_ram() did not give
        sleep_in_atomic,
    };
    std::uint64_t address;
    OperationNumber first;  ///< who freed it; no_operation: unknown
    Kind kind;
    Sentence sentence(const VmallocState& state) const;
};

using VmallocEvents = TypeList<StartVmalloc, RequestArea, TakeAddresses, AddBusyArea, SetAreaPages, ReleaseArea,
                               UncountPages, ScheduleDrain, PurgeBegins, PurgeArea, NewBlock, TakeFromBlock,
                               FreeToBlock, RetireBlock, NamePages, ForgetPages, VmallocFailed, VmallocMistake>;

using VmallocEmitter = Emitter<VmallocState, Subsystem::vmalloc, VmallocEvents>;

}  // namespace pageframe
