// Memory as a program sees it: memset() and its kin, what maps a page for a moment, TLB flushes, address
// spaces (include/linux/string.h, highmem.h, arch/x86/mm/tlb.c, pat/set_memory.c, kernel/fork.c of Linux
// 6.1). map_user_page(), unmap_user_pages(), fetch() and show_phy_pages() are this language's own.
#include "engine/paging/layout.h"
#include "engine/scenario/calls.h"

namespace pageframe::scenario {

namespace {

using enum ParameterKind;

/// Where a struct mm_struct would stand: its number in the machine, as an address to be passed on.
constexpr std::uint64_t mm_start = 0xffffffff83000000ULL;
constexpr std::uint64_t mm_spacing = 0x400;

Value same(Value value, std::uint64_t bits) {
    value.bits = bits;
    return value;
}

Value plain(std::uint64_t bits) {
    Value value;
    value.bits = bits;
    return value;
}

// -- string.h ---------------------------------------------------------------------------------------

Value memset(CallContext& context, std::span<const Value> arguments) {
    Operation operation = context.operation(OperationKind::fill_memory);
    operation.argument = arguments[0].bits;
    operation.text = arguments[0].origin + 1;
    operation.order = static_cast<Order>(arguments[1].bits);
    set_second_argument(operation, arguments[2].bits);
    if (arguments[2].bits != 0) context.execute(operation);
    return arguments[0];
}

/// A copy or a comparison; false when nothing is to be done, or it is too long.
bool two_places(CallContext& context, OperationKind kind, std::span<const Value> arguments, OperationResult& result) {
    if (arguments[2].bits == 0) return false;
    if (arguments[2].bits > 0xffffffffULL) {
        context.fail("a copy or a comparison of 4 GiB or more");
        return false;
    }
    Operation operation = context.operation(kind);
    operation.argument = arguments[0].bits;
    set_second_argument(operation, arguments[1].bits);
    operation.text = static_cast<std::uint32_t>(arguments[2].bits);
    if (kind == OperationKind::copy_memory) set_copy_origin(operation, arguments[0].origin);
    result = context.execute(operation);
    return true;
}

Value memcpy(CallContext& context, std::span<const Value> arguments) {
    OperationResult result;
    two_places(context, OperationKind::copy_memory, arguments, result);
    return arguments[0];
}

Value memcmp(CallContext& context, std::span<const Value> arguments) {
    OperationResult result;
    if (!two_places(context, OperationKind::compare_memory, arguments, result) || context.failed()) return {};
    return plain(result.value);
}

// -- highmem.h: x86-64 has all memory mapped --------------------------------------------------------

Value kmap(CallContext& context, std::span<const Value> arguments) {
    if (is_page_address(arguments[0].bits))
        return same(arguments[0], direct_map_address(pfn_of_page(arguments[0].bits)));
    context.fail(arguments[0].bits == 0 ? "kmap of NULL" : "kmap of what is not the address of a struct page");
    return {};
}

Value kunmap(CallContext&, std::span<const Value>) { return {}; }

// -- permissions and flushes ------------------------------------------------------------------------

Value set_memory(CallContext& context, std::span<const Value> arguments, MemoryChange change) {
    Operation operation = context.operation(OperationKind::set_memory);
    operation.argument = arguments[0].bits;
    operation.pfn = static_cast<Pfn>(arguments[1].bits);
    operation.order = static_cast<Order>(change);
    const OperationResult result = context.execute(operation);
    constexpr std::int64_t einval = 22;
    return plain(result.status == OperationStatus::done ? 0 : static_cast<std::uint64_t>(-einval));
}

Value set_memory_ro(CallContext& context, std::span<const Value> arguments) {
    return set_memory(context, arguments, MemoryChange::read_only);
}
Value set_memory_rw(CallContext& context, std::span<const Value> arguments) {
    return set_memory(context, arguments, MemoryChange::writable);
}
Value set_memory_nx(CallContext& context, std::span<const Value> arguments) {
    return set_memory(context, arguments, MemoryChange::no_execute);
}
Value set_memory_x(CallContext& context, std::span<const Value> arguments) {
    return set_memory(context, arguments, MemoryChange::executable);
}

Value invlpg(CallContext& context, std::span<const Value> arguments) {
    Operation operation = context.operation(OperationKind::invlpg);
    operation.argument = arguments[0].bits;
    context.execute(operation);
    return {};
}

Value flush_tlb_all(CallContext& context, std::span<const Value>) {
    context.execute(context.operation(OperationKind::flush_tlb_all));
    return {};
}

Value flush_tlb_kernel_range(CallContext& context, std::span<const Value> arguments) {
    if (arguments[1].bits < arguments[0].bits) {
        context.fail("flush_tlb_kernel_range() of a range that ends before it starts");
        return {};
    }
    Operation operation = context.operation(OperationKind::flush_tlb_kernel_range);
    operation.argument = arguments[0].bits;
    set_second_argument(operation, arguments[1].bits);
    context.execute(operation);
    return {};
}

// -- address spaces ---------------------------------------------------------------------------------

Value mm_alloc(CallContext& context, std::span<const Value>) {
    Value value;
    const OperationResult result = context.execute(context.operation(OperationKind::mm_alloc));
    if (context.failed() || result.value == 0) return value;
    value.bits = mm_start + result.value * mm_spacing;
    value.origin = context.last_operation();
    return value;
}

/// NULL is the kernel's own, init_mm.
Value with_space(CallContext& context, OperationKind kind, Value mm) {
    const std::uint64_t number = mm.bits == 0 ? 0 : (mm.bits - mm_start) / mm_spacing;
    if (mm.bits != 0 && (mm.bits < mm_start || (mm.bits - mm_start) % mm_spacing != 0 || number > 0xfffe)) {
        context.fail("this is no struct mm_struct *");
        return {};
    }
    Operation operation = context.operation(kind);
    operation.pfn = static_cast<Pfn>(number);
    context.execute(operation);
    return {};
}

Value mmput(CallContext& context, std::span<const Value> arguments) {
    if (arguments[0].bits == 0) return {};
    return with_space(context, OperationKind::mm_drop, arguments[0]);
}
Value kthread_use_mm(CallContext& context, std::span<const Value> arguments) {
    return with_space(context, OperationKind::switch_mm, arguments[0]);
}
Value kthread_unuse_mm(CallContext& context, std::span<const Value>) {
    return with_space(context, OperationKind::switch_mm, {});
}
Value switch_mm(CallContext& context, std::span<const Value> arguments) {
    return with_space(context, OperationKind::switch_mm, arguments[1]);
}

Value map_user_page(CallContext& context, std::span<const Value> arguments) {
    if (!is_page_address(arguments[1].bits)) {
        context.fail("map_user_page() of what is not the address of a struct page");
        return {};
    }
    Operation operation = context.operation(OperationKind::map_user_page);
    operation.argument = arguments[0].bits;
    operation.pfn = pfn_of_page(arguments[1].bits);
    const bool write = arguments[2].bits & pte::write;
    operation.order = static_cast<Order>(write ? PageProtection::user : PageProtection::user_read_only);
    context.execute(operation);
    return {};
}

Value unmap_user_pages(CallContext& context, std::span<const Value> arguments) {
    Operation operation = context.operation(OperationKind::unmap_user_pages);
    operation.argument = arguments[0].bits;
    set_second_argument(operation, arguments[1].bits);
    context.execute(operation);
    return {};
}

// -- to look at it ----------------------------------------------------------------------------------

Value show_phy_pages(CallContext& context, std::span<const Value> arguments) {
    Operation operation = context.operation(OperationKind::show_physical_pages);
    operation.argument = arguments[0].bits;
    set_second_argument(operation, arguments[1].bits);
    context.execute(operation);
    return {};
}

Value fetch(CallContext& context, std::span<const Value> arguments) {
    Operation operation = context.operation(OperationKind::fetch);
    operation.argument = arguments[0].bits;
    context.execute(operation);
    return {};
}

constexpr Parameter fill_parameters[] = {{pointer, "s"}, {number, "c"}, {number, "n"}};
constexpr Parameter copy_parameters[] = {{pointer, "dest"}, {pointer, "src"}, {number, "n"}};
constexpr Parameter compare_parameters[] = {{pointer, "left"}, {pointer, "right"}, {number, "n"}};
constexpr Parameter page_only[] = {{page, "page"}};
constexpr Parameter address_only[] = {{address, "addr"}};
constexpr Parameter any_only[] = {{any, "addr"}};
constexpr Parameter address_pages[] = {{address, "addr"}, {number, "numpages"}};
constexpr Parameter range[] = {{address, "start"}, {address, "end"}};
constexpr Parameter mm_only[] = {{pointer, "mm"}};
constexpr Parameter switch_parameters[] = {{pointer, "prev"}, {pointer, "next"}, {pointer, "tsk"}};
constexpr Parameter map_parameters[] = {{address, "addr"}, {page, "page"}, {number, "prot"}};
constexpr Parameter address_size[] = {{address, "addr"}, {number, "len"}};

constexpr KernelCall table[] = {
    {"memset", types::void_pointer, fill_parameters, memset},
    {"memcpy", types::void_pointer, copy_parameters, memcpy},
    {"memcmp", types::int_, compare_parameters, memcmp},
    {"kmap", types::void_pointer, page_only, kmap},
    {"kunmap", types::nothing, page_only, kunmap},
    {"kmap_local_page", types::void_pointer, page_only, kmap},
    {"kunmap_local", types::nothing, any_only, kunmap},
    {"set_memory_ro", types::int_, address_pages, set_memory_ro},
    {"set_memory_rw", types::int_, address_pages, set_memory_rw},
    {"set_memory_nx", types::int_, address_pages, set_memory_nx},
    {"set_memory_x", types::int_, address_pages, set_memory_x},
    {"invlpg", types::nothing, address_only, invlpg},
    {"flush_tlb_all", types::nothing, {}, flush_tlb_all},
    {"flush_tlb_kernel_range", types::nothing, range, flush_tlb_kernel_range},
    {"mm_alloc", types::void_pointer, {}, mm_alloc},
    {"mmput", types::nothing, mm_only, mmput},
    {"mmdrop", types::nothing, mm_only, mmput},
    {"kthread_use_mm", types::nothing, mm_only, kthread_use_mm},
    {"kthread_unuse_mm", types::nothing, mm_only, kthread_unuse_mm},
    {"switch_mm", types::nothing, switch_parameters, switch_mm},
    {"map_user_page", types::nothing, map_parameters, map_user_page},
    {"unmap_user_pages", types::nothing, address_size, unmap_user_pages},
    {"show_phy_pages", types::nothing, address_size, show_phy_pages},
    {"fetch", types::nothing, any_only, fetch},
};

}  // namespace

std::span<const KernelCall> memory_calls() { return table; }

}  // namespace pageframe::scenario
