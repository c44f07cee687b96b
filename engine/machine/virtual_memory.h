// Operations on virtual addresses: vmalloc and its kin, loads and stores, flushes, address spaces. They
// need several subsystems at once; here is where those are brought together for one operation.
#pragma once

#include "engine/core/operation.h"
#include "engine/machine/configuration.h"
#include "engine/machine/state.h"
#include "engine/vmalloc/vmalloc_allocator.h"

namespace pageframe {

/// Everything that one operation on virtual memory may decide and change.
struct VirtualMemory {
    VirtualMemory(State& state, CpuId cpu, OperationNumber number, Recorder* recorder, OperationOutput* output)
        : pages(state.buddy, cpu, recorder, output == nullptr ? nullptr : &output->moves),
          tables(state.paging, pages, recorder), mmu(state.tlb, state.paging, state.buddy, cpu, recorder),
          vmalloc(state.vmalloc, tables, mmu, pages, cpu, number, recorder) {}

    PageAllocator pages;
    PageTables tables;
    Mmu mmu;
    VmallocAllocator vmalloc;
};

/// boot()'s part: empty states that cost nothing until they are used.
void add_virtual_memory(State& state, const MachineConfiguration& configuration,
                        const std::shared_ptr<ChunkPool>& pool);

bool is_virtual_memory(OperationKind kind);
/// Runs one operation of the kinds that is_virtual_memory() says yes to.
OperationResult execute_virtual(State& state, const Operation& operation, OperationNumber number, Recorder* recorder,
                                OperationOutput& output);
/// __GFP_ZERO: what an allocation got is filled with zeros, as far as anybody could see it.
void clear_allocated(State& state, Pfn pfn, Pfn frames, Recorder* recorder);

}  // namespace pageframe
