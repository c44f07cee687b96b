// kmalloc() and its family (include/linux/slab.h, mm/slab_common.c of Linux 6.1).
#include "engine/core/gfp.h"
#include "engine/kmalloc/kmalloc_classes.h"
#include "engine/scenario/calls.h"

namespace pageframe::scenario {

namespace {

using enum ParameterKind;

Value object_value(CallContext& context, const OperationResult& result) {
    Value value;
    if (context.failed() || result.value == 0) return value;
    value.bits = result.value;
    value.origin = context.last_operation();
    return value;
}

Value allocate(CallContext& context, std::uint64_t bytes, Value flags, GfpFlags more, NodeId node = no_node) {
    Operation operation = context.operation(OperationKind::kmalloc);
    operation.argument = bytes;
    operation.gfp_flags = static_cast<GfpFlags>(flags.bits) | more;
    operation.node = node;
    return object_value(context, context.execute(operation));
}

Value kmalloc(CallContext& context, std::span<const Value> arguments) {
    return allocate(context, arguments[0].bits, arguments[1], 0);
}

Value kzalloc(CallContext& context, std::span<const Value> arguments) {
    return allocate(context, arguments[0].bits, arguments[1], gfp::zero);
}

Value node_allocate(CallContext& context, std::span<const Value> arguments, GfpFlags more) {
    NodeId node = no_node;
    // What is larger than any class goes to the page allocator, which would read the missing node's pg_data_t.
    const bool classic = context.machine().allocator == MachineConfiguration::Allocator::slab;
    const auto kind = classic ? SlabAllocatorKind::slab : SlabAllocatorKind::slub;
    const bool has_class = arguments[0].bits <= largest_kmalloc_class(kind);
    const auto missing = has_class ? CallContext::MissingNode::ignored : CallContext::MissingNode::refused;
    if (!context.node_argument(arguments[2], node, missing)) return {};
    return allocate(context, arguments[0].bits, arguments[1], more, node);
}

Value kmalloc_node(CallContext& context, std::span<const Value> arguments) {
    return node_allocate(context, arguments, 0);
}

Value kzalloc_node(CallContext& context, std::span<const Value> arguments) {
    return node_allocate(context, arguments, gfp::zero);
}

// check_mul_overflow(): a product too large for 64 bits is NULL, without any request. A note says so.
Value array(CallContext& context, std::span<const Value> arguments, GfpFlags more) {
    const std::uint64_t count = arguments[0].bits;
    const std::uint64_t size = arguments[1].bits;
    if (size != 0 && count > ~std::uint64_t{0} / size) {
        context.tell(std::to_string(count) + " times " + std::to_string(size) +
                     " bytes are more than 64 bits can say (check_mul_overflow): NULL, and nothing is requested.");
        return {};
    }
    return allocate(context, count * size, arguments[2], more);
}

Value kmalloc_array(CallContext& context, std::span<const Value> arguments) { return array(context, arguments, 0); }

Value kcalloc(CallContext& context, std::span<const Value> arguments) { return array(context, arguments, gfp::zero); }

Value kfree(CallContext& context, std::span<const Value> arguments) {
    // kfree(NULL) does nothing; it is no operation here either.
    if (arguments[0].bits == 0) return {};
    Operation operation = context.operation(OperationKind::kfree);
    operation.argument = arguments[0].bits;
    operation.text = arguments[0].origin;
    context.execute(operation);
    return {};
}

Value krealloc(CallContext& context, std::span<const Value> arguments) {
    Operation operation = context.operation(OperationKind::krealloc);
    operation.argument = arguments[0].bits;
    operation.pfn = arguments[1].bits > 0xffffffffU ? 0xffffffffU : static_cast<Pfn>(arguments[1].bits);
    operation.gfp_flags = static_cast<GfpFlags>(arguments[2].bits);
    operation.text = arguments[0].origin;
    Value value = object_value(context, context.execute(operation));
    // What stays where it is still came from where it came from; whoever is given it was given it here.
    if (value.bits == arguments[0].bits) {
        context.kept = {value.bits, value.origin, 0};
        value.origin = arguments[0].origin;
    }
    return value;
}

Value ksize(CallContext& context, std::span<const Value> arguments) {
    Value value;
    Operation operation = context.operation(OperationKind::ksize);
    operation.argument = arguments[0].bits;
    value.bits = context.execute(operation).value;
    return value;
}

constexpr Parameter size_flags[] = {{number, "size"}, {gfp, "flags"}};
constexpr Parameter size_flags_node[] = {{number, "size"}, {gfp, "flags"}, {number, "node"}};
constexpr Parameter count_size_flags[] = {{number, "n"}, {number, "size"}, {gfp, "flags"}};
constexpr Parameter pointer_size_flags[] = {{pointer, "p"}, {number, "new_size"}, {gfp, "flags"}};
constexpr Parameter pointer_only[] = {{pointer, "p"}};

constexpr KernelCall table[] = {
    {"kmalloc", types::void_pointer, size_flags, kmalloc},
    {"kzalloc", types::void_pointer, size_flags, kzalloc},
    {"kmalloc_node", types::void_pointer, size_flags_node, kmalloc_node},
    {"kzalloc_node", types::void_pointer, size_flags_node, kzalloc_node},
    {"kmalloc_array", types::void_pointer, count_size_flags, kmalloc_array},
    {"kcalloc", types::void_pointer, count_size_flags, kcalloc},
    {"krealloc", types::void_pointer, pointer_size_flags, krealloc},
    {"kfree", types::nothing, pointer_only, kfree},
    {"ksize", types::unsigned_long, pointer_only, ksize},
};

}  // namespace

std::span<const KernelCall> kmalloc_calls() { return table; }

}  // namespace pageframe::scenario
