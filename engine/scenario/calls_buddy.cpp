// The page allocator's functions (include/linux/gfp.h, mm/page_alloc.c of Linux 6.1).
//
// Several functions end in the same operation, as they do in the kernel: __get_free_pages() is
// alloc_pages() and page_address(). What their wrappers check or mask is done here, all that needs the
// machine's state by the engine.
#include <algorithm>

#include "engine/core/gfp.h"
#include "engine/scenario/calls.h"

namespace pageframe::scenario {

namespace {

using enum ParameterKind;

Order order_of(Value value) {
    // An order is an unsigned int; the engine says no to what is too large.
    return static_cast<Order>(std::min<std::uint64_t>(static_cast<std::uint32_t>(value.bits), 255));
}

Value allocated(CallContext& context, const OperationResult& result, bool as_address) {
    // A mistake (such as a sleeping allocation in atomic { }) may have got its pages all the same.
    const auto pfn = static_cast<Pfn>(result.value);
    if (result.status == OperationStatus::failed || pfn == no_pfn) return {};
    Value value;
    value.bits = as_address ? direct_map_address(pfn) : page_address_of(pfn);
    value.origin = context.last_operation();
    return value;
}

Value allocate(CallContext& context, GfpFlags flags, Order order, Spelling spelling, bool as_address,
               NodeId node = no_node) {
    Operation operation = context.operation(OperationKind::alloc_pages);
    operation.gfp_flags = flags;
    operation.order = order;
    operation.node = node;
    operation.spare = static_cast<std::uint8_t>(spelling);
    return allocated(context, context.execute(operation), as_address);
}

GfpFlags flags_of(Value value) { return static_cast<GfpFlags>(value.bits); }

Value alloc_pages(CallContext& context, std::span<const Value> arguments) {
    return allocate(context, flags_of(arguments[0]), order_of(arguments[1]), Spelling::usual, false);
}

Value alloc_page(CallContext& context, std::span<const Value> arguments) {
    return allocate(context, flags_of(arguments[0]), 0, Spelling::alloc_page, false);
}

Value alloc_pages_node(CallContext& context, std::span<const Value> arguments) {
    const auto node = static_cast<std::int32_t>(arguments[0].bits);
    const std::size_t nodes = std::max<std::size_t>(context.machine().nodes.size(), 1);
    if (node < -1 || node >= static_cast<std::int32_t>(nodes)) {
        context.fail("there is no node " + std::to_string(node) + ": this machine has " + std::to_string(nodes));
        return {};
    }
    return allocate(context, flags_of(arguments[1]), order_of(arguments[2]), Spelling::alloc_pages_node, false,
                    node < 0 ? no_node : static_cast<NodeId>(node));
}

// The kernel's __get_free_pages() takes __GFP_HIGHMEM away: what it returns must have an address.
Value get_free_pages(CallContext& context, std::span<const Value> arguments) {
    return allocate(context, flags_of(arguments[0]) & ~gfp::highmem, order_of(arguments[1]), Spelling::get_free_pages,
                    true);
}

Value get_free_page(CallContext& context, std::span<const Value> arguments) {
    return allocate(context, flags_of(arguments[0]) & ~gfp::highmem, 0, Spelling::get_free_page, true);
}

Value get_zeroed_page(CallContext& context, std::span<const Value> arguments) {
    return allocate(context, (flags_of(arguments[0]) & ~gfp::highmem) | gfp::zero, 0, Spelling::get_zeroed_page, true);
}

Value alloc_pages_exact(CallContext& context, std::span<const Value> arguments) {
    Operation operation = context.operation(OperationKind::alloc_pages_exact);
    operation.argument = arguments[0].bits;
    operation.gfp_flags = flags_of(arguments[1]);
    return allocated(context, context.execute(operation), true);
}

// Only elements that are NULL are filled, as in the kernel, and the count is of all that are filled then.
Value alloc_pages_bulk_array(CallContext& context, std::span<const Value> arguments) {
    const std::uint64_t wanted = arguments[1].bits;
    const std::span<Value> elements = context.elements(arguments[2]);
    if (wanted > elements.size()) {
        context.fail("alloc_pages_bulk_array() of " + std::to_string(wanted) + " pages into an array of " +
                     std::to_string(elements.size()));
        return {};
    }
    std::uint64_t filled = 0;
    for (std::uint64_t i = 0; i < wanted; ++i)
        if (elements[i].uninitialised == 0 && elements[i].bits != 0) ++filled;
    Operation operation = context.operation(OperationKind::alloc_pages_bulk);
    operation.gfp_flags = flags_of(arguments[0]);
    operation.argument = wanted - filled;
    context.execute(operation);
    const std::vector<Pfn>& pages = context.pages_of_last();
    std::size_t next = 0;
    for (std::uint64_t i = 0; i < wanted; ++i) {
        Value& element = elements[i];
        if (element.uninitialised == 0 && element.bits != 0) continue;
        element = Value{};
        if (next == pages.size() || context.failed()) continue;
        element.bits = page_address_of(pages[next++]);
        element.origin = context.last_operation();
    }
    Value count;
    count.bits = filled + next;
    return count;
}

bool page_argument(CallContext& context, const char* function, Value page, Pfn& pfn) {
    if (page.bits == 0) {
        context.fail(std::string(function) + "() of NULL: the kernel would read the page descriptor at address 0");
        return false;
    }
    if (!is_page_address(page.bits)) {
        context.fail(std::string(function) + "() of what is not the address of a struct page");
        return false;
    }
    pfn = pfn_of_page(page.bits);
    return true;
}

bool address_argument(CallContext& context, const char* function, Value address, Pfn& pfn) {
    if (!is_direct_map_address(address.bits)) {
        context.fail(std::string(function) + "() of what is not an address of the direct map (PAGE_OFFSET + physical)" +
                     (is_page_address(address.bits) ? ": this is a struct page *" : ""));
        return false;
    }
    pfn = pfn_of_address(address.bits);
    return true;
}

Value free_block(CallContext& context, Pfn pfn, Order order, Value pointer, Spelling spelling) {
    Operation operation = context.operation(OperationKind::free_pages);
    operation.pfn = pfn;
    operation.order = order;
    operation.argument = pointer.origin;
    operation.spare = static_cast<std::uint8_t>(spelling);
    context.execute(operation);
    return {};
}

Value free_pages_of_descriptor(CallContext& context, std::span<const Value> arguments) {
    Pfn pfn = no_pfn;
    if (!page_argument(context, "__free_pages", arguments[0], pfn)) return {};
    return free_block(context, pfn, order_of(arguments[1]), arguments[0], Spelling::usual);
}

Value free_page_of_descriptor(CallContext& context, std::span<const Value> arguments) {
    Pfn pfn = no_pfn;
    if (!page_argument(context, "__free_page", arguments[0], pfn)) return {};
    return free_block(context, pfn, 0, arguments[0], Spelling::free_page_descriptor);
}

// free_pages(0, order) does nothing in the kernel; it is no operation here either.
Value free_pages(CallContext& context, std::span<const Value> arguments) {
    Pfn pfn = no_pfn;
    if (arguments[0].bits == 0 || !address_argument(context, "free_pages", arguments[0], pfn)) return {};
    return free_block(context, pfn, order_of(arguments[1]), arguments[0], Spelling::free_pages_address);
}

Value free_page(CallContext& context, std::span<const Value> arguments) {
    Pfn pfn = no_pfn;
    if (arguments[0].bits == 0 || !address_argument(context, "free_page", arguments[0], pfn)) return {};
    return free_block(context, pfn, 0, arguments[0], Spelling::free_page_address);
}

Value free_pages_exact(CallContext& context, std::span<const Value> arguments) {
    Pfn pfn = no_pfn;
    if (arguments[0].bits == 0 || !address_argument(context, "free_pages_exact", arguments[0], pfn)) return {};
    Operation operation = context.operation(OperationKind::free_pages_exact);
    operation.pfn = pfn;
    operation.argument = arguments[1].bits;
    context.execute(operation);
    return {};
}

Value split_page(CallContext& context, std::span<const Value> arguments) {
    Pfn pfn = no_pfn;
    if (!page_argument(context, "split_page", arguments[0], pfn)) return {};
    Operation operation = context.operation(OperationKind::split_page);
    operation.pfn = pfn;
    operation.order = order_of(arguments[1]);
    context.execute(operation);
    return {};
}

Value drain_local_pages(CallContext& context, std::span<const Value>) {
    context.execute(context.operation(OperationKind::drain_local_pages));
    return {};
}

Value drain_all_pages(CallContext& context, std::span<const Value>) {
    context.execute(context.operation(OperationKind::drain_all_pages));
    return {};
}

Value refresh_cpu_vm_stats(CallContext& context, std::span<const Value>) {
    context.execute(context.operation(OperationKind::refresh_vm_stats));
    return {};
}

// Writing to /proc/sys/vm/compact_memory; the kernel has no function of that name to call.
Value compact_memory(CallContext& context, std::span<const Value>) {
    context.execute(context.operation(OperationKind::compact_memory));
    return {};
}

// The machine has one area (machine { cma = ...; }), whatever struct cma * is given.
Value cma_alloc(CallContext& context, std::span<const Value> arguments) {
    Operation operation = context.operation(OperationKind::cma_alloc);
    operation.argument = arguments[1].bits;
    operation.order = order_of(arguments[2]);
    return allocated(context, context.execute(operation), false);
}

Value cma_release(CallContext& context, std::span<const Value> arguments) {
    Value released;
    if (arguments[1].bits == 0) return released;
    Pfn pfn = no_pfn;
    if (!page_argument(context, "cma_release", arguments[1], pfn)) return released;
    Operation operation = context.operation(OperationKind::cma_release);
    operation.pfn = pfn;
    operation.argument = arguments[2].bits;
    released.bits = context.execute(operation).status == OperationStatus::done ? 1 : 0;
    return released;
}

constexpr Parameter flags_order[] = {{gfp, "gfp"}, {number, "order"}};
constexpr Parameter flags_only[] = {{gfp, "gfp"}};
constexpr Parameter node_flags_order[] = {{number, "nid"}, {gfp, "gfp"}, {number, "order"}};
constexpr Parameter size_flags[] = {{number, "size"}, {gfp, "gfp"}};
constexpr Parameter bulk[] = {{gfp, "gfp"}, {number, "nr_pages"}, {pages, "page_array"}};
constexpr Parameter page_order[] = {{page, "page"}, {number, "order"}};
constexpr Parameter page_only[] = {{page, "page"}};
constexpr Parameter address_order[] = {{address, "addr"}, {number, "order"}};
constexpr Parameter address_only[] = {{address, "addr"}};
constexpr Parameter address_size[] = {{address, "virt"}, {number, "size"}};
constexpr Parameter zone_only[] = {{zone, "zone"}};
constexpr Parameter do_pagesets[] = {{number, "do_pagesets"}};
constexpr Parameter area_count_align[] = {{pointer, "cma"}, {number, "count"}, {number, "align"}, {number, "no_warn"}};
constexpr Parameter area_pages_count[] = {{pointer, "cma"}, {page, "pages"}, {number, "count"}};

constexpr KernelCall table[] = {
    {"alloc_pages", types::page, flags_order, alloc_pages},
    {"alloc_page", types::page, flags_only, alloc_page},
    {"alloc_pages_node", types::page, node_flags_order, alloc_pages_node},
    {"__get_free_pages", types::unsigned_long, flags_order, get_free_pages},
    {"__get_free_page", types::unsigned_long, flags_only, get_free_page},
    {"get_zeroed_page", types::unsigned_long, flags_only, get_zeroed_page},
    {"alloc_pages_exact", types::void_pointer, size_flags, alloc_pages_exact},
    {"alloc_pages_bulk_array", types::unsigned_long, bulk, alloc_pages_bulk_array},
    {"__free_pages", types::nothing, page_order, free_pages_of_descriptor},
    {"__free_page", types::nothing, page_only, free_page_of_descriptor},
    {"free_pages", types::nothing, address_order, free_pages},
    {"free_page", types::nothing, address_only, free_page},
    {"free_pages_exact", types::nothing, address_size, free_pages_exact},
    {"split_page", types::nothing, page_order, split_page},
    {"drain_local_pages", types::nothing, zone_only, drain_local_pages},
    {"drain_all_pages", types::nothing, zone_only, drain_all_pages},
    {"refresh_cpu_vm_stats", types::int_, do_pagesets, refresh_cpu_vm_stats},
    {"compact_memory", types::nothing, {}, compact_memory},
    {"cma_alloc", types::page, area_count_align, cma_alloc},
    {"cma_release", types::boolean, area_pages_count, cma_release},
};

}  // namespace

std::span<const KernelCall> buddy_calls() { return table; }

}  // namespace pageframe::scenario
