#include "engine/machine/virtual_memory.h"

#include <algorithm>

#include "engine/core/gfp.h"

namespace pageframe {

namespace {

std::uint64_t protection_of(Order number) {
    constexpr std::uint64_t flags[] = {pte::kernel,         pte::kernel_read_only,
                                       pte::kernel_execute, pte::kernel_read_execute,
                                       pte::user_page,      pte::user_read_only};
    return flags[std::min<std::size_t>(number, std::size(flags) - 1)];
}

OperationResult address_result(std::uint64_t address) {
    return {address == 0 ? OperationStatus::failed : OperationStatus::done, address};
}
OperationResult value_result(bool good, std::uint64_t value = 0) {
    return {good ? OperationStatus::done : OperationStatus::mistake, good ? value : 0};
}

OperationResult vmalloc(VirtualMemory& memory, const Operation& operation) {
    VmallocRequest request;
    request.bytes = operation.argument;
    request.gfp_flags = operation.gfp_flags;
    request.node = operation.node;
    const auto kind = static_cast<VmallocKind>(operation.order);
    if (kind == VmallocKind::zeroed || kind == VmallocKind::user) request.gfp_flags |= gfp::zero;
    if (kind == VmallocKind::dma32) request.gfp_flags |= gfp::dma32;
    if (kind == VmallocKind::user) request.flags = vm::usermap;
    if (kind == VmallocKind::huge) request.flags = vm::allow_huge;
    return address_result(memory.vmalloc.vmalloc(request));
}

/// set_memory_ro() and its kin: every page of the range that is mapped, then a flush.
bool set_memory(VirtualMemory& memory, const Operation& operation) {
    const std::uint64_t start = operation.argument & ~(page_size - 1);
    const std::uint64_t end = start + (std::uint64_t{operation.pfn} << page_shift);
    if (in_direct_map(start) || end <= start || !memory.tables.state().started()) return false;
    std::uint64_t set = 0, clear = 0;
    switch (static_cast<MemoryChange>(operation.order)) {
    case MemoryChange::read_only: clear = pte::write; break;
    case MemoryChange::writable: set = pte::write; break;
    case MemoryChange::no_execute: set = pte::no_execute; break;
    case MemoryChange::executable: clear = pte::no_execute; break;
    }
    if (memory.tables.protect(kernel_space, start, end, set, clear)) memory.mmu.flush_kernel_range(start, end);
    return true;
}

bool map_user_page(VirtualMemory& memory, const Operation& operation) {
    const SpaceId space = memory.mmu.space();
    const std::uint64_t address = operation.argument & ~(page_size - 1);
    if (space == kernel_space || !is_user_address(address) || operation.pfn >= memory.pages.state().frame_count())
        return false;
    if (walk_tables(memory.tables.state(), top_of(memory.tables.state(), space), address).present) return false;
    return memory.tables.map(space, address, operation.pfn, protection_of(operation.order) | pte::user);
}

bool unmap_user_pages(VirtualMemory& memory, const Operation& operation) {
    const SpaceId space = memory.mmu.space();
    const std::uint64_t start = operation.argument & ~(page_size - 1);
    const std::uint64_t end = operation.argument + second_argument(operation);
    if (space == kernel_space || end <= start || end > layout::user_end) return false;
    memory.tables.unmap(space, start, end, [](Pfn, Level) {});
    memory.mmu.flush_space_range(space, start, end);
    return true;
}

bool drop_space(VirtualMemory& memory, SpaceId space) {
    if (space == kernel_space || top_of(memory.tables.state(), space) == no_pfn) return false;
    memory.mmu.leave_space(space);
    return memory.tables.drop_space(space);
}

}  // namespace

void add_virtual_memory(State& state, const MachineConfiguration& configuration,
                        const std::shared_ptr<ChunkPool>& pool) {
    const std::size_t cpus = state.buddy.cpu_count();
    state.paging = make_paging(pool);
    state.tlb = make_tlb(pool, configuration.tlb, cpus, configuration.seed);
    state.vmalloc = make_vmalloc(pool, cpus);
}

bool is_virtual_memory(OperationKind kind) {
    return kind >= OperationKind::vmalloc && kind <= OperationKind::unmap_user_pages;
}

OperationResult execute_virtual(State& state, const Operation& operation, OperationNumber number, Recorder* recorder,
                                OperationOutput& output) {
    VirtualMemory memory(state, operation.cpu, number, recorder, &output);
    const auto checked = [&] { return value_result(!memory.vmalloc.made_mistake()); };
    const auto space = static_cast<SpaceId>(std::min<Pfn>(operation.pfn, no_space));
    const std::uint64_t address = operation.argument;
    const std::uint64_t second = second_argument(operation);
    if ((operation.context & context_atomic) && operation.kind <= OperationKind::vm_unmap_aliases)
        memory.vmalloc.check_atomic();
    if ((operation.kind == OperationKind::vmalloc || operation.kind == OperationKind::vm_map_ram) &&
        operation.pfn != no_pfn)
        memory.vmalloc.prefer(layout::vmalloc_start + (std::uint64_t{operation.pfn} << page_shift));
    switch (operation.kind) {
    case OperationKind::vmalloc: {
        OperationResult result = vmalloc(memory, operation);
        if (memory.vmalloc.made_mistake()) result.status = OperationStatus::mistake;
        return result;
    }
    case OperationKind::vfree: memory.vmalloc.vfree(address); return checked();
    case OperationKind::name_pages:
        memory.vmalloc.name_pages({operation.pfn, static_cast<Pfn>(operation.argument)});
        return {};
    case OperationKind::vmap:
        return address_result(
            memory.vmalloc.vmap(static_cast<std::uint16_t>(operation.gfp_flags), protection_of(operation.order)));
    case OperationKind::vunmap: memory.vmalloc.vunmap(address); return checked();
    case OperationKind::vm_map_ram: return address_result(memory.vmalloc.vm_map_ram());
    case OperationKind::vm_unmap_ram: memory.vmalloc.vm_unmap_ram(address, operation.pfn); return checked();
    case OperationKind::vm_unmap_aliases: memory.vmalloc.vm_unmap_aliases(); return checked();
    case OperationKind::vmalloc_to_pfn: return {OperationStatus::done, memory.mmu.look_up(address)};
    case OperationKind::load: {
        std::uint64_t value = 0;
        const bool good = memory.mmu.load(address, operation.order, value);
        return value_result(good, value);
    }
    case OperationKind::store: return value_result(memory.mmu.store(address, operation.order, second));
    case OperationKind::fetch: {
        std::uint64_t value = 0;
        return value_result(memory.mmu.load(address, 1, value, AccessKind::fetch));
    }
    case OperationKind::fill_memory: return value_result(memory.mmu.fill(address, second, operation.order), address);
    case OperationKind::copy_memory: return value_result(memory.mmu.copy(address, second, operation.text), address);
    case OperationKind::compare_memory: {
        int order = 0;
        const bool good = memory.mmu.compare(address, second, operation.text, order);
        return value_result(good, static_cast<std::uint64_t>(std::int64_t{order}));
    }
    case OperationKind::show_physical_pages: memory.mmu.show_pages(address, second); return {};
    case OperationKind::set_memory: return value_result(set_memory(memory, operation));
    case OperationKind::invlpg: memory.mmu.invlpg(address); return {};
    case OperationKind::flush_tlb_all: memory.mmu.flush_all(); return {};
    case OperationKind::flush_tlb_kernel_range: memory.mmu.flush_kernel_range(address, second); return {};
    case OperationKind::mm_alloc: {
        const SpaceId made = memory.tables.make_space(number);
        return address_result(made == no_space ? 0 : made);
    }
    case OperationKind::mm_drop: return value_result(drop_space(memory, space));
    case OperationKind::switch_mm: return value_result(memory.mmu.switch_space(space));
    case OperationKind::map_user_page: return value_result(map_user_page(memory, operation));
    case OperationKind::unmap_user_pages: return value_result(unmap_user_pages(memory, operation));
    default: return {};
    }
}

void clear_allocated(State& state, Pfn pfn, Pfn frames, Recorder* recorder) {
    bool all_zero = true;
    for (Pfn i = 0; i < frames && all_zero; ++i) all_zero = state.paging.memory.uniform_byte(pfn + i) == 0;
    if (!all_zero) PagingEmitter(state.paging, recorder).emit(ClearPages{pfn, frames});
}

}  // namespace pageframe
