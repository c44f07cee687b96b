// vmalloc() and its family (include/linux/vmalloc.h, mm/vmalloc.c, mm/util.c of Linux 6.1).
#include "engine/core/gfp.h"
#include "engine/paging/layout.h"
#include "engine/scenario/calls.h"
#include "engine/vmalloc/vmalloc.h"

namespace pageframe::scenario {

namespace {

using enum ParameterKind;

constexpr GfpFlags vmalloc_gfp = gfp::kernel;

Value address_value(CallContext& context, const OperationResult& result) {
    Value value;
    if (context.failed() || result.value == 0) return value;
    value.bits = result.value;
    value.origin = context.last_operation();
    return value;
}

Value allocate(CallContext& context, std::uint64_t bytes, GfpFlags flags, VmallocKind kind, NodeId node = no_node) {
    Operation operation = context.operation(OperationKind::vmalloc);
    operation.argument = bytes;
    operation.gfp_flags = flags;
    operation.order = static_cast<Order>(kind);
    operation.node = node;
    return address_value(context, context.execute(operation));
}

Value vmalloc(CallContext& context, std::span<const Value> arguments) {
    return allocate(context, arguments[0].bits, vmalloc_gfp, VmallocKind::plain);
}

Value vzalloc(CallContext& context, std::span<const Value> arguments) {
    return allocate(context, arguments[0].bits, vmalloc_gfp, VmallocKind::zeroed);
}

Value vmalloc_32(CallContext& context, std::span<const Value> arguments) {
    return allocate(context, arguments[0].bits, vmalloc_gfp, VmallocKind::dma32);
}

Value vmalloc_user(CallContext& context, std::span<const Value> arguments) {
    return allocate(context, arguments[0].bits, vmalloc_gfp, VmallocKind::user);
}

Value vmalloc_huge(CallContext& context, std::span<const Value> arguments) {
    return allocate(context, arguments[0].bits, static_cast<GfpFlags>(arguments[1].bits), VmallocKind::huge);
}

Value vmalloc_with_flags(CallContext& context, std::span<const Value> arguments) {
    return allocate(context, arguments[0].bits, static_cast<GfpFlags>(arguments[1].bits), VmallocKind::plain);
}

Value on_node(CallContext& context, std::span<const Value> arguments, VmallocKind kind) {
    NodeId node = no_node;
    if (!context.node_argument(arguments[1], node)) return {};
    return allocate(context, arguments[0].bits, vmalloc_gfp, kind, node);
}

Value vmalloc_node(CallContext& context, std::span<const Value> arguments) {
    return on_node(context, arguments, VmallocKind::plain);
}

Value vzalloc_node(CallContext& context, std::span<const Value> arguments) {
    return on_node(context, arguments, VmallocKind::zeroed);
}

Value give_back(CallContext& context, OperationKind kind, Value address) {
    if (address.bits == 0) return {};
    Operation operation = context.operation(kind);
    operation.argument = address.bits;
    operation.text = address.origin;
    context.execute(operation);
    return {};
}

Value vfree(CallContext& context, std::span<const Value> arguments) {
    return give_back(context, OperationKind::vfree, arguments[0]);
}

Value vunmap(CallContext& context, std::span<const Value> arguments) {
    return give_back(context, OperationKind::vunmap, arguments[0]);
}

// -- pages of an array ------------------------------------------------------------------------------

/// Tells the machine which pages are to be mapped: one operation for each run of consecutive frames.
bool name_pages(CallContext& context, Value array, std::uint64_t count) {
    const std::span<const Value> pages = context.elements(array);
    if (count > pages.size()) {
        context.fail("the array has " + std::to_string(pages.size()) + " elements, not " + std::to_string(count));
        return false;
    }
    Operation run = context.operation(OperationKind::name_pages);
    run.argument = 0;
    for (const Value& page : pages.first(static_cast<std::size_t>(count))) {
        if (page.bits != 0 && !is_page_address(page.bits)) {
            context.fail("one of the pages is not a struct page *");
            return false;
        }
        const Pfn pfn = page.bits == 0 ? no_pfn : pfn_of_page(page.bits);
        if (run.argument != 0 && pfn == run.pfn + run.argument) {
            ++run.argument;
            continue;
        }
        if (run.argument != 0) context.execute(run);
        run.pfn = pfn;
        run.argument = 1;
    }
    if (run.argument != 0) context.execute(run);
    return !context.failed();
}

PageProtection protection_of(std::uint64_t flags) {
    const bool executable = !(flags & pte::no_execute);
    if (flags & pte::write) return executable ? PageProtection::executable : PageProtection::kernel;
    return executable ? PageProtection::read_executable : PageProtection::read_only;
}

Value vmap(CallContext& context, std::span<const Value> arguments) {
    if (!name_pages(context, arguments[0], arguments[1].bits)) return {};
    Operation operation = context.operation(OperationKind::vmap);
    operation.gfp_flags = static_cast<GfpFlags>(arguments[2].bits & 0xffff);
    operation.order = static_cast<Order>(protection_of(arguments[3].bits));
    return address_value(context, context.execute(operation));
}

Value vm_map_ram(CallContext& context, std::span<const Value> arguments) {
    if (!name_pages(context, arguments[0], arguments[1].bits)) return {};
    return address_value(context, context.execute(context.operation(OperationKind::vm_map_ram)));
}

Value vm_unmap_ram(CallContext& context, std::span<const Value> arguments) {
    Operation operation = context.operation(OperationKind::vm_unmap_ram);
    operation.argument = arguments[0].bits;
    operation.pfn = static_cast<Pfn>(arguments[1].bits);
    context.execute(operation);
    return {};
}

Value vm_unmap_aliases(CallContext& context, std::span<const Value>) {
    context.execute(context.operation(OperationKind::vm_unmap_aliases));
    return {};
}

// -- questions --------------------------------------------------------------------------------------

Pfn look_up(CallContext& context, Value address, LookUp wanted) {
    Operation operation = context.operation(OperationKind::vmalloc_to_pfn);
    operation.order = static_cast<Order>(wanted);
    operation.argument = address.bits;
    const OperationResult result = context.execute(operation);
    return context.failed() ? no_pfn : static_cast<Pfn>(result.value);
}

Value vmalloc_to_page(CallContext& context, std::span<const Value> arguments) {
    Value value;
    const Pfn pfn = look_up(context, arguments[0], LookUp::page);
    if (pfn != no_pfn) value.bits = page_address_of(pfn);
    return value;
}

// page_to_pfn(NULL) is what the kernel computes for an address that is not mapped.
Value vmalloc_to_pfn(CallContext& context, std::span<const Value> arguments) {
    Value value;
    const Pfn pfn = look_up(context, arguments[0], LookUp::pfn);
    value.bits = pfn != no_pfn ? pfn
                               : static_cast<std::uint64_t>(static_cast<std::int64_t>(0 - vmemmap_start) /
                                                            static_cast<std::int64_t>(page_descriptor_size));
    return value;
}

Value is_vmalloc_addr(CallContext&, std::span<const Value> arguments) {
    Value value;
    value.bits = in_vmalloc(arguments[0].bits) ? 1 : 0;
    return value;
}

// -- kvmalloc ---------------------------------------------------------------------------------------

// kvmalloc_node(): from kmalloc() if that is easy, else from vmalloc().
Value kv_allocate(CallContext& context, std::uint64_t bytes, GfpFlags flags) {
    GfpFlags kmalloc_flags = flags;
    if (bytes > page_size) {
        kmalloc_flags |= gfp::nowarn;
        if (!(kmalloc_flags & gfp::retry_mayfail)) kmalloc_flags |= gfp::noretry;
        kmalloc_flags &= ~gfp::nofail;
    }
    Operation operation = context.operation(OperationKind::kmalloc);
    operation.argument = bytes;
    operation.gfp_flags = kmalloc_flags;
    const Value value = address_value(context, context.execute(operation));
    if (value.bits != 0 || bytes <= page_size || context.failed()) return value;
    return allocate(context, bytes, flags, VmallocKind::huge);
}

Value kvmalloc(CallContext& context, std::span<const Value> arguments) {
    return kv_allocate(context, arguments[0].bits, static_cast<GfpFlags>(arguments[1].bits));
}

Value kvzalloc(CallContext& context, std::span<const Value> arguments) {
    return kv_allocate(context, arguments[0].bits, static_cast<GfpFlags>(arguments[1].bits) | gfp::zero);
}

Value kvfree(CallContext& context, std::span<const Value> arguments) {
    if (in_vmalloc(arguments[0].bits)) return give_back(context, OperationKind::vfree, arguments[0]);
    if (arguments[0].bits == 0) return {};
    Operation operation = context.operation(OperationKind::kfree);
    operation.argument = arguments[0].bits;
    operation.text = arguments[0].origin;
    context.execute(operation);
    return {};
}

constexpr Parameter size_only[] = {{number, "size"}};
constexpr Parameter size_flags[] = {{number, "size"}, {gfp, "flags"}};
constexpr Parameter size_node[] = {{number, "size"}, {number, "node"}};
constexpr Parameter address_only[] = {{pointer, "addr"}};
constexpr Parameter vmap_parameters[] = {{pages, "pages"}, {number, "count"}, {number, "flags"}, {number, "prot"}};
constexpr Parameter map_ram_parameters[] = {{pages, "pages"}, {number, "count"}, {number, "node"}};
constexpr Parameter unmap_ram_parameters[] = {{pointer, "mem"}, {number, "count"}};

constexpr KernelCall table[] = {
    {"vmalloc", types::void_pointer, size_only, vmalloc},
    {"vzalloc", types::void_pointer, size_only, vzalloc},
    {"vmalloc_32", types::void_pointer, size_only, vmalloc_32},
    {"vmalloc_user", types::void_pointer, size_only, vmalloc_user},
    {"vmalloc_huge", types::void_pointer, size_flags, vmalloc_huge},
    {"__vmalloc", types::void_pointer, size_flags, vmalloc_with_flags},
    {"vmalloc_node", types::void_pointer, size_node, vmalloc_node},
    {"vzalloc_node", types::void_pointer, size_node, vzalloc_node},
    {"vfree", types::nothing, address_only, vfree},
    {"vmap", types::void_pointer, vmap_parameters, vmap},
    {"vunmap", types::nothing, address_only, vunmap},
    {"vm_map_ram", types::void_pointer, map_ram_parameters, vm_map_ram},
    {"vm_unmap_ram", types::nothing, unmap_ram_parameters, vm_unmap_ram},
    {"vm_unmap_aliases", types::nothing, {}, vm_unmap_aliases},
    {"vmalloc_to_page", types::page, address_only, vmalloc_to_page},
    {"vmalloc_to_pfn", types::unsigned_long, address_only, vmalloc_to_pfn},
    {"is_vmalloc_addr", types::boolean, address_only, is_vmalloc_addr},
    {"kvmalloc", types::void_pointer, size_flags, kvmalloc},
    {"kvzalloc", types::void_pointer, size_flags, kvzalloc},
    {"kvfree", types::nothing, address_only, kvfree},
};

}  // namespace

std::span<const KernelCall> vmalloc_calls() { return table; }

}  // namespace pageframe::scenario
