// Flushes and switches: arch/x86/mm/tlb.c.
#include "engine/tlb/mmu.h"

namespace pageframe {

void Mmu::invlpg(std::uint64_t address) {
    start();
    tlb_emitter_.emit(InvalidatePage{address, pcid(), cpu_, false});
}

void Mmu::flush_local() {
    start();
    tlb_emitter_.emit(FlushTlb{0, cpu_, FlushTlb::Scope::everything});
}

void Mmu::flush_pages_of(CpuId cpu, std::uint64_t start, std::uint64_t end) {
    for (std::uint64_t at = start; at < end; at += page_size)
        tlb_emitter_.emit(InvalidatePage{at, tlb_.cpus[cpu].pcid, cpu, false});
}

/// The other CPUs flush the same; with `only_in` only those that run that space.
void Mmu::interrupt_others(std::uint64_t start, std::uint64_t end, bool everything, SpaceId only_in) {
    const auto concerned = [&](std::size_t cpu) {
        return cpu != cpu_ && (only_in == no_space || tlb_.cpus[cpu].space == only_in);
    };
    std::uint32_t targets = 0;
    for (std::size_t cpu = 0; cpu < tlb_.cpus.size(); ++cpu) targets += concerned(cpu);
    if (targets == 0) return;
    tlb_emitter_.emit(Shootdown{start, end, targets, cpu_, everything});
    for (std::size_t other = 0; other < tlb_.cpus.size(); ++other) {
        if (!concerned(other)) continue;
        const auto cpu = static_cast<CpuId>(other);
        tlb_emitter_.emit(Interrupt{cpu_, cpu});
        if (!everything) {
            flush_pages_of(cpu, start, end);
        } else if (only_in == no_space) {
            tlb_emitter_.emit(FlushTlb{0, cpu, FlushTlb::Scope::everything});
        } else {
            tlb_emitter_.emit(FlushTlb{tlb_.cpus[cpu].pcid, cpu, FlushTlb::Scope::one_pcid});
        }
        if (only_in != no_space) tlb_emitter_.emit(CatchUp{paging_.spaces[only_in].generation, cpu});
    }
}

void Mmu::flush_all() {
    start();
    interrupt_others(0, ~std::uint64_t{0}, true, no_space);
    tlb_emitter_.emit(FlushTlb{0, cpu_, FlushTlb::Scope::everything});
}

void Mmu::flush_kernel_range(std::uint64_t from, std::uint64_t to) {
    start();
    if (to - from > single_page_flush_ceiling * page_size) return flush_all();
    interrupt_others(from, to, false, no_space);
    flush_pages_of(cpu_, from, to);
}

void Mmu::flush_space_range(SpaceId space, std::uint64_t from, std::uint64_t to) {
    start();
    if (top_of(paging_, space) == no_pfn) return;
    paging_emitter_.emit(AdvanceGeneration{space});
    const bool everything = to - from > single_page_flush_ceiling * page_size;
    if (tlb_.cpus[cpu_].space == space) {
        if (everything)
            tlb_emitter_.emit(FlushTlb{pcid(), cpu_, FlushTlb::Scope::one_pcid});
        else
            flush_pages_of(cpu_, from, to);
        tlb_emitter_.emit(CatchUp{paging_.spaces[space].generation, cpu_});
    }
    interrupt_others(from, to, everything, space);
}

bool Mmu::switch_space(SpaceId next) {
    start();
    const Pfn top = top_of(paging_, next);
    if (top == no_pfn) return false;
    const CpuTlb& own = tlb_.cpus[cpu_];
    if (own.space == next) return true;
    // choose_new_asid()
    const std::uint64_t generation = paging_.spaces[next].generation;
    std::uint16_t chosen = 0;
    bool known = false, fresh = true;
    if (tlb_.configuration.pcid) {
        for (std::uint16_t i = 0; i < dynamic_pcids && fresh; ++i) {
            if (own.contexts[i].space != next) continue;
            chosen = i;
            fresh = false;
            known = own.contexts[i].generation >= generation;
        }
        if (fresh) chosen = own.next_pcid;
    }
    tlb_emitter_.emit(SwitchSpace{generation, top, own.space, next, chosen, cpu_, known, fresh});
    if (!tlb_.configuration.pcid)
        tlb_emitter_.emit(FlushTlb{0, cpu_, FlushTlb::Scope::not_global});
    else if (!known)
        tlb_emitter_.emit(FlushTlb{chosen, cpu_, FlushTlb::Scope::one_pcid});
    return true;
}

void Mmu::leave_space(SpaceId space) {
    start();
    const CpuId own = cpu_;
    for (std::size_t cpu = 0; cpu < tlb_.cpus.size(); ++cpu) {
        cpu_ = static_cast<CpuId>(cpu);
        if (tlb_.cpus[cpu].space == space) switch_space(kernel_space);
    }
    cpu_ = own;
}

}  // namespace pageframe
