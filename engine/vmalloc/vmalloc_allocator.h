// vmalloc's decisions: mm/vmalloc.c of Linux 6.1.
//
//     vmalloc(bytes)
//       get_area()         the lowest address where the pages and a guard page fit
//       take_pages()       single frames, a hundred at a time; huge: order 9, split
//       map_pages()        an entry for each, tables where they are missing
//
//     vfree(address)
//       unmap, release the area lazily, free the frames        no flush: that is the point
//       more than lazy_max_pages wait:  the drain worker flushes every CPU's TLB and makes them free
//
// The drain worker runs as soon as the caller may be interrupted: between the frames that vfree() gives
// back (cond_resched()), or when the next call that may sleep begins.
#pragma once

#include <vector>

#include "engine/buddy/page_allocator.h"
#include "engine/paging/page_tables.h"
#include "engine/tlb/mmu.h"
#include "engine/vmalloc/vmalloc_events.h"

namespace pageframe {

struct VmallocRequest {
    std::uint64_t bytes = 0;
    std::uint64_t align = 1;
    GfpFlags gfp_flags = 0;
    std::uint64_t protection = pte::kernel;
    std::uint16_t flags = 0;  ///< vm::usermap, vm::allow_huge
    NodeId node = no_node;
};

class VmallocAllocator {
public:
    VmallocAllocator(VmallocState& state, PageTables& tables, Mmu& mmu, PageAllocator& pages, CpuId cpu,
                     OperationNumber operation, Recorder* recorder)
        : emitter_(state, recorder), state_(emitter_.state()), tables_(tables), mmu_(mmu), pages_(pages), cpu_(cpu),
          operation_(operation) {}

    /// Where an aligned request goes if it could (could_be_chosen()): said by a recording, which holds the
    /// free areas but not the shape of their tree. 0: as the tree says.
    void prefer(std::uint64_t address) { preferred_ = address; }

    // --- the kernel's API; 0 stands for NULL ---

    /// __vmalloc_node_range() in [VMALLOC_START, VMALLOC_END)
    std::uint64_t vmalloc(const VmallocRequest& request);
    void vfree(std::uint64_t address) { unmap_area(address, true); }
    /// Frames for the next vmap() or vm_map_ram().
    void name_pages(PageRun run) { emitter_.emit(NamePages{run}); }
    std::uint64_t vmap(std::uint16_t flags, std::uint64_t protection);
    void vunmap(std::uint64_t address) { unmap_area(address, false); }
    std::uint64_t vm_map_ram();
    void vm_unmap_ram(std::uint64_t address, std::uint32_t count);
    void vm_unmap_aliases();

    /// might_sleep() inside atomic { }
    void check_atomic();
    bool made_mistake() const { return made_mistake_; }

private:
    void start();
    [[gnu::noinline, gnu::cold]] void start_first();
    void mistake(std::uint64_t address, VmallocMistake::Kind kind, OperationNumber first = no_operation);
    std::uint64_t fail(std::uint64_t bytes, VmallocFailed::Reason reason);

    // areas
    /// alloc_vmap_area(); no_vmap_area when there is no room even after a purge.
    AreaIndex take_area(std::uint64_t bytes, std::uint64_t align, std::uint16_t flags, bool has_vm);
    AreaIndex get_area(std::uint64_t bytes, std::uint64_t align, std::uint64_t unit, std::uint16_t flags);
    void release_area(AreaIndex area);
    void unmap_range(std::uint64_t start, std::uint64_t end, std::vector<Pfn>* frames);
    void unmap_area(std::uint64_t address, bool free_pages);
    void free_frames(const std::vector<Pfn>& frames);

    // vmalloc
    std::uint64_t vmalloc_once(const VmallocRequest& request, Level page_level);
    bool take_pages(const VmallocRequest& request, std::uint32_t wanted, Order order, std::vector<Pfn>& frames);
    bool map_pages(std::uint64_t address, const std::vector<Pfn>& frames, std::uint64_t protection, Level page_level);
    AreaIndex take_page_array(const VmallocRequest& request, std::uint64_t bytes);
    std::vector<Pfn> named_pages();
    static VmallocFailed::Reason why_not_mapped(const std::vector<Pfn>& frames);

    // purge.cpp
    bool drain_is_due() const { return state_.drain_pending && !state_.worker_waits; }
    void run_drain();
    bool purge_lazy(std::uint64_t start, std::uint64_t end, PurgeBegins::Why why);
    void purge_fragmented_blocks();

    // blocks
    VmapBlockIndex block_with_room(std::uint32_t pages) const;
    std::uint64_t take_from_block(std::uint32_t pages);
    void retire_block(VmapBlockIndex block);

    VmallocEmitter emitter_;
    const VmallocState& state_;
    PageTables& tables_;
    Mmu& mmu_;
    PageAllocator& pages_;
    CpuId cpu_;
    OperationNumber operation_;
    std::uint64_t preferred_ = 0;
    bool made_mistake_ = false;
};

/// vmalloc_to_page(): the frame behind an address of the vmalloc region, whatever its page size; no_pfn.
Pfn vmalloc_to_pfn(const PagingState& paging, std::uint64_t address);

}  // namespace pageframe
