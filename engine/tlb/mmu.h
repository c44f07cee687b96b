// One CPU's memory management unit: what happens at a load, a store or a fetch, and how the kernel flushes
// (arch/x86/mm/tlb.c, arch/x86/mm/fault.c of Linux 6.1; Intel SDM volume 3, chapter 4).
//
//     address --canonical?--> first-level TLB --miss--> second level --miss--> walk of the tables
//                                  |                        |                     |  accessed, dirty bits
//                                  v                        v                     v
//                             permissions?  <------------------------------- fill both levels
//                                  |
//                                  +--> physical address, or a page fault with its error code
//
// The direct map is walked as 2 MiB pages without tables (the kernel uses 1 GiB pages too where a whole one
// is memory). The kernel's accesses to user pages are allowed (no SMAP).
//
// Flushes: the kernel flushes page by page up to 33 pages (tlb_single_page_flush_ceiling), else everything.
// Other CPUs flush when they are interrupted; a space that a CPU does not run is noticed by its generation
// when it is switched to.
#pragma once

#include "engine/buddy/buddy.h"
#include "engine/tlb/tlb_events.h"
#include "engine/tlb/walk.h"

namespace pageframe {

class Mmu {
public:
    Mmu(TlbState& tlb, PagingState& paging, const BuddyState& buddy, CpuId cpu, Recorder* recorder)
        : tlb_emitter_(tlb, recorder), paging_emitter_(paging, recorder), tlb_(tlb_emitter_.state()),
          paging_(paging_emitter_.state()), walker_(paging_), buddy_(buddy), cpu_(cpu) {}

    struct Translation {
        bool good = false;
        Level level = 0;
        std::uint64_t physical = 0;
    };
    /// Through the TLB, as the processor does it. `from_user`: by code in user mode.
    Translation translate(std::uint64_t address, AccessKind access, bool from_user = false);

    // --- memory as a program sees it; false (and a PageFault) when an access is refused ---

    bool load(std::uint64_t address, unsigned size, std::uint64_t& value, AccessKind access = AccessKind::load);
    bool store(std::uint64_t address, unsigned size, std::uint64_t value);
    bool fill(std::uint64_t address, std::uint64_t length, std::uint8_t byte);
    bool copy(std::uint64_t to, std::uint64_t from, std::uint64_t length);
    /// memcmp(): below, at or above zero.
    bool compare(std::uint64_t left, std::uint64_t right, std::uint64_t length, int& result);
    /// show_phy_pages(): a row for each page, and where physical memory jumps. Nothing is accessed.
    void show_pages(std::uint64_t address, std::uint64_t length);
    /// vmalloc_to_page(): the kernel reads the tables itself, level by level; no_pfn when nothing is mapped.
    Pfn look_up(std::uint64_t address);

    // --- flushing (mmu_flush.cpp) ---

    void invlpg(std::uint64_t address);
    void flush_local();                                                             ///< __flush_tlb_all() of this CPU
    void flush_all();                                                               ///< flush_tlb_all()
    void flush_kernel_range(std::uint64_t start, std::uint64_t end);                ///< flush_tlb_kernel_range()
    void flush_space_range(SpaceId space, std::uint64_t start, std::uint64_t end);  ///< flush_tlb_mm_range()
    /// switch_mm(); false when there is no such space.
    bool switch_space(SpaceId space);
    /// Every CPU that is in this space goes to the kernel's, and forgets it.
    void leave_space(SpaceId space);

    SpaceId space() const { return tlb_.started() ? tlb_.cpus[cpu_].space : kernel_space; }

private:
    static constexpr std::uint64_t single_page_flush_ceiling = 33;

    void start() {
        if (!tlb_.started()) [[unlikely]]
            tlb_emitter_.emit(StartTlb{tlb_.cpu_count});
    }
    void flush_pages_of(CpuId cpu, std::uint64_t start, std::uint64_t end);
    void interrupt_others(std::uint64_t start, std::uint64_t end, bool everything, SpaceId only_in);
    std::uint16_t pcid() const { return tlb_.cpus[cpu_].pcid; }

    TlbEmitter tlb_emitter_;
    PagingEmitter paging_emitter_;
    const TlbState& tlb_;
    const PagingState& paging_;
    TableWalker walker_;
    const BuddyState& buddy_;
    CpuId cpu_;
};

}  // namespace pageframe
