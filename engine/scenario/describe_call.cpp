// An operation as the code that makes it, for logs and labels.
#include "engine/core/gfp.h"
#include "engine/scenario/scenario.h"
#include "engine/scenario/values.h"

namespace pageframe {

namespace {

std::string with_text(const char* function, const Operation& operation, std::span<const std::string> strings) {
    std::string text = std::string(function) + "(";
    if (operation.text < strings.size()) {
        text += '"';
        for (char c : strings[operation.text]) {
            if (c == '"' || c == '\\') text += '\\';
            if (c == '\n')
                text += "\\n";
            else
                text += c;
        }
        text += '"';
    }
    return text + ")";
}

std::string hexadecimal(std::uint64_t value) {
    std::string text;
    do {
        text.insert(text.begin(), "0123456789abcdef"[value % 16]);
        value /= 16;
    } while (value != 0);
    return "0x" + text;
}

std::string page_of(const Operation& operation) { return "pfn_to_page(" + std::to_string(operation.pfn) + ")"; }

std::string address_of(const Operation& operation) { return hexadecimal(scenario::direct_map_address(operation.pfn)); }

std::string allocation(const Operation& operation) {
    const std::string flags = gfp::describe(operation.gfp_flags);
    const std::string order = std::to_string(operation.order);
    switch (static_cast<Spelling>(operation.spare)) {
    case Spelling::alloc_page: return "alloc_page(" + flags + ")";
    case Spelling::get_free_pages: return "__get_free_pages(" + flags + ", " + order + ")";
    case Spelling::get_free_page: return "__get_free_page(" + flags + ")";
    case Spelling::get_zeroed_page: return "get_zeroed_page(" + gfp::describe(operation.gfp_flags & ~gfp::zero) + ")";
    default: break;
    }
    if (operation.node != no_node)
        return "alloc_pages_node(" + std::to_string(operation.node) + ", " + flags + ", " + order + ")";
    return "alloc_pages(" + flags + ", " + order + ")";
}

std::string freeing(const Operation& operation) {
    const std::string order = std::to_string(operation.order);
    switch (static_cast<Spelling>(operation.spare)) {
    case Spelling::free_page_descriptor: return "__free_page(" + page_of(operation) + ")";
    case Spelling::free_pages_address: return "free_pages(" + address_of(operation) + ", " + order + ")";
    case Spelling::free_page_address: return "free_page(" + address_of(operation) + ")";
    default: return "__free_pages(" + page_of(operation) + ", " + order + ")";
    }
}

}  // namespace

std::string describe_call(const Operation& operation, std::span<const std::string> strings) {
    const std::string flags = gfp::describe(operation.gfp_flags);
    const std::string argument = std::to_string(operation.argument);
    switch (operation.kind) {
    case OperationKind::note: return with_text("note", operation, strings);
    case OperationKind::heading: return with_text("heading", operation, strings);
    case OperationKind::show: return with_text("show", operation, strings);
    case OperationKind::predict: return with_text("predict", operation, strings);
    case OperationKind::assertion:
        return "assert(" + (operation.text < strings.size() ? strings[operation.text] : std::string()) + ")";
    case OperationKind::alloc_pages: return allocation(operation);
    case OperationKind::alloc_pages_exact: return "alloc_pages_exact(" + argument + ", " + flags + ")";
    case OperationKind::alloc_pages_bulk: return "alloc_pages_bulk_array(" + flags + ", " + argument + ", pages)";
    case OperationKind::free_pages: return freeing(operation);
    case OperationKind::free_pages_exact: return "free_pages_exact(" + address_of(operation) + ", " + argument + ")";
    case OperationKind::split_page:
        return "split_page(" + page_of(operation) + ", " + std::to_string(operation.order) + ")";
    case OperationKind::drain_local_pages: return "drain_local_pages(NULL)";
    case OperationKind::drain_all_pages: return "drain_all_pages(NULL)";
    case OperationKind::refresh_vm_stats: return "refresh_cpu_vm_stats(true)";
    case OperationKind::compact_memory: return "compact_memory()";
    case OperationKind::cma_alloc:
        return "cma_alloc(NULL, " + argument + ", " + std::to_string(operation.order) + ", false)";
    case OperationKind::cma_release: return "cma_release(NULL, " + page_of(operation) + ", " + argument + ")";
    default: break;
    }
    std::string memory = describe_memory_call(operation);
    return memory.empty() ? describe_slab_call(operation, strings) : memory;
}

}  // namespace pageframe
