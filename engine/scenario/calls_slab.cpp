// The slab allocator's functions (include/linux/slab.h, mm/slab_common.c of Linux 6.1).
//
// A struct kmem_cache * is an address in the kernel's data, one per cache; a constructor is a function of the
// scenario, which runs for each object of a new slab (slab/constructors.h).
#include <algorithm>

#include "engine/core/gfp.h"
#include "engine/scenario/calls.h"
#include "engine/slab/slab.h"

namespace pageframe::scenario {

namespace {

using enum ParameterKind;

constexpr std::uint64_t cache_start = 0xffffffff83000000ULL;
constexpr std::uint64_t cache_spacing = 256;

Value cache_value(CallContext& context, std::uint64_t number) {
    Value value;
    value.bits = cache_start + number * cache_spacing;
    value.origin = context.last_operation();
    return value;
}

/// The cache's number, of NULL one that no cache has; false after telling what is wrong.
bool cache_argument(CallContext& context, const char* function, Value cache, Pfn& number) {
    if (cache.bits == 0) {
        number = no_cache;
        return true;
    }
    const std::uint64_t offset = cache.bits - cache_start;
    if (cache.bits >= cache_start && offset % cache_spacing == 0 && offset / cache_spacing < no_cache) {
        number = static_cast<Pfn>(offset / cache_spacing);
        return true;
    }
    context.fail(std::string(function) + "() of what is not a struct kmem_cache *");
    return false;
}

Operation with_strings(CallContext& context, OperationKind kind, std::string_view text) {
    Operation operation = context.operation(kind);
    operation.text = context.intern(text);
    context.use_string(operation.text, text);
    return operation;
}

Value create(CallContext& context, std::span<const Value> arguments) {
    const std::string_view name = context.string(arguments[0]);
    if (context.failed()) return {};
    Operation operation = with_strings(context, OperationKind::kmem_cache_create, name);
    operation.argument = static_cast<std::uint32_t>(arguments[1].bits);
    operation.pfn = static_cast<std::uint32_t>(arguments[2].bits);
    operation.gfp_flags = static_cast<std::uint32_t>(arguments[3].bits);
    if (arguments[4].bits != 0) {
        operation.order = 1;
        operation.argument |= std::uint64_t{context.intern(context.function_name(arguments[4].bits))} << 32;
    }
    const OperationResult result = context.execute(operation);
    if (context.failed() || result.value >= no_cache || result.status == OperationStatus::failed) return {};
    if (result.value >= context.constructors.size()) context.constructors.resize(result.value + 1);
    context.constructors[result.value] = arguments[4].bits;
    return cache_value(context, result.value);
}

Value object_value(CallContext& context, const OperationResult& result) {
    Value value;
    if (context.failed() || result.value == 0) return value;
    value.bits = result.value;
    value.origin = context.last_operation();
    return value;
}

Value allocate(CallContext& context, const char* function, Value cache, Value flags, GfpFlags more, NodeId node) {
    Operation operation = context.operation(OperationKind::kmem_cache_alloc);
    if (!cache_argument(context, function, cache, operation.pfn)) return {};
    operation.argument = cache.origin;
    operation.gfp_flags = static_cast<GfpFlags>(flags.bits) | more;
    operation.node = node;
    return object_value(context, context.execute(operation));
}

Value alloc(CallContext& context, std::span<const Value> arguments) {
    return allocate(context, "kmem_cache_alloc", arguments[0], arguments[1], 0, no_node);
}

Value zalloc(CallContext& context, std::span<const Value> arguments) {
    return allocate(context, "kmem_cache_zalloc", arguments[0], arguments[1], gfp::zero, no_node);
}

Value alloc_node(CallContext& context, std::span<const Value> arguments) {
    NodeId node = no_node;
    if (!context.node_argument(arguments[2], node, CallContext::MissingNode::ignored)) return {};
    return allocate(context, "kmem_cache_alloc_node", arguments[0], arguments[1], 0, node);
}

Value free(CallContext& context, std::span<const Value> arguments) {
    Operation operation = context.operation(OperationKind::kmem_cache_free);
    if (!cache_argument(context, "kmem_cache_free", arguments[0], operation.pfn)) return {};
    operation.argument = arguments[1].bits;
    operation.gfp_flags = arguments[0].origin;
    operation.text = arguments[1].origin;
    context.execute(operation);
    return {};
}

Value alloc_bulk(CallContext& context, std::span<const Value> arguments) {
    Operation operation = context.operation(OperationKind::kmem_cache_alloc_bulk);
    if (!cache_argument(context, "kmem_cache_alloc_bulk", arguments[0], operation.pfn)) return {};
    const std::uint64_t wanted = arguments[2].bits;
    std::span<Value> elements = context.elements(arguments[3]);
    if (wanted > elements.size()) {
        context.fail("kmem_cache_alloc_bulk() of " + std::to_string(wanted) + " objects into an array of " +
                     std::to_string(elements.size()));
        return {};
    }
    operation.gfp_flags = static_cast<GfpFlags>(arguments[1].bits);
    operation.argument = wanted;
    operation.text = arguments[0].origin;
    const OperationResult result = context.execute(operation);
    Value count;
    if (context.failed()) return count;
    const std::vector<Pfn>& pages = context.pages_of_last();
    elements = context.elements(arguments[3]);  // a constructor's variables may have moved them
    for (std::size_t i = 0; 2 * i + 1 < pages.size() && i < elements.size(); ++i) {
        elements[i] = Value{};
        elements[i].bits = direct_map_address(pages[2 * i]) + pages[2 * i + 1];
        elements[i].origin = context.last_operation();
    }
    count.bits = result.value;
    return count;
}

std::string address_list(std::span<const Value> elements) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const Value& element : elements) {
        if (!text.empty()) text += ',';
        for (int shift = 60; shift >= 0; shift -= 4) text += digits[element.bits >> shift & 15];
    }
    return text;
}

Value free_bulk(CallContext& context, std::span<const Value> arguments) {
    Pfn cache = 0;
    if (!cache_argument(context, "kmem_cache_free_bulk", arguments[0], cache)) return {};
    const std::span<Value> elements = context.elements(arguments[2]);
    const std::uint64_t count = arguments[1].bits;
    if (count > elements.size()) {
        context.fail("kmem_cache_free_bulk() of " + std::to_string(count) + " objects from an array of " +
                     std::to_string(elements.size()));
        return {};
    }
    if (count == 0) return {};
    Operation operation =
        with_strings(context, OperationKind::kmem_cache_free_bulk, address_list(elements.first(count)));
    operation.pfn = cache;
    operation.argument = count;
    operation.gfp_flags = arguments[0].origin;
    context.execute(operation);
    return {};
}

Value of_cache(CallContext& context, const char* function, OperationKind kind, Value cache) {
    Operation operation = context.operation(kind);
    if (!cache_argument(context, function, cache, operation.pfn)) return {};
    operation.argument = cache.origin;
    Value value;
    value.bits = context.execute(operation).value;
    return value;
}

Value shrink(CallContext& context, std::span<const Value> arguments) {
    return of_cache(context, "kmem_cache_shrink", OperationKind::kmem_cache_shrink, arguments[0]);
}

// NULL is accepted, and does nothing.
Value destroy(CallContext& context, std::span<const Value> arguments) {
    if (arguments[0].bits == 0) return {};
    return of_cache(context, "kmem_cache_destroy", OperationKind::kmem_cache_destroy, arguments[0]);
}

constexpr Parameter create_parameters[] = {
    {string, "name"}, {number, "size"}, {number, "align"}, {number, "flags"}, {function, "ctor"}};
constexpr Parameter cache_flags[] = {{cache, "cache"}, {gfp, "gfp"}};
constexpr Parameter cache_flags_node[] = {{cache, "cache"}, {gfp, "gfp"}, {number, "node"}};
constexpr Parameter cache_object[] = {{cache, "cache"}, {pointer, "object"}};
constexpr Parameter cache_flags_array[] = {{cache, "cache"}, {gfp, "gfp"}, {number, "size"}, {objects, "p"}};
constexpr Parameter cache_array[] = {{cache, "cache"}, {number, "size"}, {objects, "p"}};
constexpr Parameter cache_only[] = {{cache, "cache"}};

constexpr KernelCall table[] = {
    {"kmem_cache_create", types::cache, create_parameters, create},
    {"kmem_cache_alloc", types::void_pointer, cache_flags, alloc},
    {"kmem_cache_zalloc", types::void_pointer, cache_flags, zalloc},
    {"kmem_cache_alloc_node", types::void_pointer, cache_flags_node, alloc_node},
    {"kmem_cache_free", types::nothing, cache_object, free},
    {"kmem_cache_alloc_bulk", types::int_, cache_flags_array, alloc_bulk},
    {"kmem_cache_free_bulk", types::nothing, cache_array, free_bulk},
    {"kmem_cache_shrink", types::int_, cache_only, shrink},
    {"kmem_cache_destroy", types::nothing, cache_only, destroy},
};

}  // namespace

std::span<const KernelCall> slab_calls() { return table; }

}  // namespace pageframe::scenario
