// Operations on virtual memory as the code that makes them.
#include "engine/core/address_text.h"
#include "engine/core/gfp.h"
#include "engine/scenario/scenario.h"

namespace pageframe {

namespace {

std::string vmalloc_text(const Operation& operation) {
    constexpr const char* names[] = {"vmalloc", "vzalloc", "vmalloc_32", "vmalloc_user", "vmalloc_huge"};
    const auto kind = static_cast<VmallocKind>(operation.order);
    const std::string bytes = std::to_string(operation.argument);
    const std::string flags = gfp::describe(operation.gfp_flags);
    if (kind == VmallocKind::huge) return "vmalloc_huge(" + bytes + ", " + flags + ")";
    if (kind == VmallocKind::plain && operation.gfp_flags != gfp::kernel)
        return "__vmalloc(" + bytes + ", " + flags + ")";
    if (operation.node != no_node)
        return std::string(names[operation.order]) + "_node(" + bytes + ", " + std::to_string(operation.node) + ")";
    return std::string(names[operation.order]) + "(" + bytes + ")";
}

/// "*(u32 *)0xffffc90000000010"
std::string place_text(const Operation& operation) {
    const char* type = operation.order == 1   ? "u8"
                       : operation.order == 2 ? "u16"
                       : operation.order == 4 ? "u32"
                                              : "u64";
    return "*(" + std::string(type) + " *)" + hex_number(operation.argument);
}

std::string space_text(Pfn space) { return space == 0 ? "&init_mm" : "mm " + std::to_string(space); }

}  // namespace

std::string describe_memory_call(const Operation& operation) {
    const std::string address = hex_number(operation.argument);
    const std::string second = hex_number(second_argument(operation));
    const std::string bytes = std::to_string(second_argument(operation));
    switch (operation.kind) {
    case OperationKind::vmalloc: return vmalloc_text(operation);
    case OperationKind::vfree: return "vfree(" + address + ")";
    case OperationKind::name_pages:
        if (operation.pfn == no_pfn) return "pages NULL";
        return "pages " + std::to_string(operation.pfn) +
               (operation.argument > 1 ? " to " + std::to_string(operation.pfn + operation.argument - 1) : "");
    case OperationKind::vmap: {
        constexpr const char* names[] = {"PAGE_KERNEL", "PAGE_KERNEL_RO", "PAGE_KERNEL_EXEC", "PAGE_KERNEL_ROX"};
        return "vmap(pages, ..., " + std::string(names[operation.order & 3]) + ")";
    }
    case OperationKind::vunmap: return "vunmap(" + address + ")";
    case OperationKind::vm_map_ram: return "vm_map_ram(pages, ...)";
    case OperationKind::vm_unmap_ram: return "vm_unmap_ram(" + address + ", " + std::to_string(operation.pfn) + ")";
    case OperationKind::vm_unmap_aliases: return "vm_unmap_aliases()";
    case OperationKind::vmalloc_to_pfn:
        return (static_cast<LookUp>(operation.order) == LookUp::page ? "vmalloc_to_page(" : "vmalloc_to_pfn(") +
               address + ")";
    case OperationKind::load: return place_text(operation);
    case OperationKind::store: return place_text(operation) + " = " + second;
    case OperationKind::fetch: return "fetch(" + address + ")";
    case OperationKind::fill_memory:
        return "memset(" + address + ", " + hex_number(operation.order) + ", " + bytes + ")";
    case OperationKind::copy_memory:
        return "memcpy(" + address + ", " + second + ", " + std::to_string(operation.text) + ")";
    case OperationKind::compare_memory:
        return "memcmp(" + address + ", " + second + ", " + std::to_string(operation.text) + ")";
    case OperationKind::show_physical_pages: return "show_phy_pages(" + address + ", " + bytes + ")";
    case OperationKind::set_memory: {
        constexpr const char* names[] = {"ro", "rw", "nx", "x"};
        return "set_memory_" + std::string(names[operation.order & 3]) + "(" + address + ", " +
               std::to_string(operation.pfn) + ")";
    }
    case OperationKind::invlpg: return "invlpg(" + address + ")";
    case OperationKind::flush_tlb_all: return "flush_tlb_all()";
    case OperationKind::flush_tlb_kernel_range: return "flush_tlb_kernel_range(" + address + ", " + second + ")";
    case OperationKind::mm_alloc: return "mm_alloc()";
    case OperationKind::mm_drop: return "mmput(" + space_text(operation.pfn) + ")";
    case OperationKind::switch_mm: return "switch_mm(" + space_text(operation.pfn) + ")";
    case OperationKind::map_user_page:
        return "map_user_page(" + address + ", pfn_to_page(" + std::to_string(operation.pfn) + "), " +
               (static_cast<PageProtection>(operation.order) == PageProtection::user ? "PAGE_SHARED"
                                                                                     : "PAGE_READONLY") +
               ")";
    case OperationKind::unmap_user_pages: return "unmap_user_pages(" + address + ", " + bytes + ")";
    default: return {};
    }
}

}  // namespace pageframe
