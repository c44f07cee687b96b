// Operations of the slab allocator and of kmalloc as the code that makes them.
#include "engine/core/gfp.h"
#include "engine/scenario/scenario.h"
#include "engine/slab/slab.h"

namespace pageframe {

namespace {

std::string hexadecimal(std::uint64_t value) {
    std::string text;
    do {
        text.insert(text.begin(), "0123456789abcdef"[value % 16]);
        value /= 16;
    } while (value != 0);
    return "0x" + text;
}

struct SlabFlagName {
    const char* name;
    std::uint32_t flag;
};
constexpr SlabFlagName slab_flag_names[] = {
    {"SLAB_CONSISTENCY_CHECKS", 0x100}, {"SLAB_RED_ZONE", 0x400},          {"SLAB_POISON", 0x800},
    {"SLAB_HWCACHE_ALIGN", 0x2000},     {"SLAB_CACHE_DMA", 0x4000},        {"SLAB_CACHE_DMA32", 0x8000},
    {"SLAB_STORE_USER", 0x10000},       {"SLAB_RECLAIM_ACCOUNT", 0x20000}, {"SLAB_PANIC", 0x40000},
    {"SLAB_TYPESAFE_BY_RCU", 0x80000},  {"SLAB_TRACE", 0x200000},          {"SLAB_NOLEAKTRACE", 0x800000},
    {"SLAB_ACCOUNT", 0x4000000}};

std::string slab_flags_text(std::uint32_t flags) {
    std::string text;
    for (const SlabFlagName& row : slab_flag_names) {
        if (!(flags & row.flag)) continue;
        text += (text.empty() ? "" : " | ") + std::string(row.name);
        flags &= ~row.flag;
    }
    if (flags != 0 || text.empty()) text += (text.empty() ? "" : " | ") + (flags == 0 ? "0" : hexadecimal(flags));
    return text;
}

std::string flags_and_node(const Operation& operation, GfpFlags without) {
    std::string text = gfp::describe(operation.gfp_flags & ~without);
    if (operation.node != no_node) text += ", " + std::to_string(operation.node);
    return text;
}

}  // namespace

std::string describe_slab_call(const Operation& operation, std::span<const std::string> strings) {
    const std::string argument = std::to_string(operation.argument);
    const std::string address = hexadecimal(operation.argument);
    const std::string cache = operation.pfn == no_cache ? "NULL" : "cache_" + std::to_string(operation.pfn);
    const bool zero = operation.gfp_flags & gfp::zero;
    const std::string node = operation.node != no_node ? "_node(" : "(";
    const auto string = [&](std::uint64_t index) { return index < strings.size() ? strings[index] : std::string(); };
    switch (operation.kind) {
    case OperationKind::kmem_cache_create:
        return "kmem_cache_create(\"" + string(operation.text) + "\", " +
               std::to_string(static_cast<std::uint32_t>(operation.argument)) + ", " + std::to_string(operation.pfn) +
               ", " + slab_flags_text(operation.gfp_flags) + ", " +
               (operation.order != 0 ? string(operation.argument >> 32) : "NULL") + ")";
    case OperationKind::kmem_cache_alloc:
        return (zero && operation.node == no_node ? "kmem_cache_zalloc(" : "kmem_cache_alloc" + node) + cache + ", " +
               flags_and_node(operation, zero && operation.node == no_node ? gfp::zero : 0) + ")";
    case OperationKind::kmem_cache_free: return "kmem_cache_free(" + cache + ", " + address + ")";
    case OperationKind::kmem_cache_alloc_bulk:
        return "kmem_cache_alloc_bulk(" + cache + ", " + gfp::describe(operation.gfp_flags) + ", " + argument + ", p)";
    case OperationKind::kmem_cache_free_bulk: return "kmem_cache_free_bulk(" + cache + ", " + argument + ", p)";
    case OperationKind::kmem_cache_shrink:
        return (operation.order == 1 ? "flush_cpu_slab(" : "kmem_cache_shrink(") + cache + ")";
    case OperationKind::kmem_cache_destroy: return "kmem_cache_destroy(" + cache + ")";
    case OperationKind::kmalloc:
        return (zero ? "kzalloc" : "kmalloc") + node + argument + ", " + flags_and_node(operation, gfp::zero) + ")";
    case OperationKind::kfree: return "kfree(" + address + ")";
    case OperationKind::krealloc:
        return "krealloc(" + address + ", " + (operation.pfn == no_pfn ? "4G or more" : std::to_string(operation.pfn)) +
               ", " + gfp::describe(operation.gfp_flags) + ")";
    case OperationKind::ksize: return "ksize(" + (operation.argument == 0 ? "NULL" : address) + ")";
    default: break;
    }
    return "operation " + std::to_string(static_cast<unsigned>(operation.kind));
}

}  // namespace pageframe
