// An operation: one call of the kernel's API (or one remark of the author), with its arguments resolved.
//
// Operations are what a timeline keeps: 32 bytes each, a million of them in 32 MB. Running them again from
// a snapshot gives the same states, because arguments are values (a pfn, not "the variable p") and the
// engine has no other input.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/core/types.h"

namespace pageframe {

enum class OperationKind : std::uint8_t {
    // remarks of the scenario: change nothing
    note,       ///< text: index of the string
    heading,    ///< text
    show,       ///< text: the view's name
    predict,    ///< text: the question; argument: the value that comes out
    assertion,  ///< text: the expression; argument: its value; a mistake when 0
    // page allocator
    alloc_pages,        ///< gfp_flags, order (node: alloc_pages_node) -> pfn or no_pfn
    alloc_pages_exact,  ///< gfp_flags, argument: bytes -> pfn or no_pfn
    alloc_pages_bulk,   ///< gfp_flags, argument: pages wanted -> count; OperationOutput::pages
    free_pages,         ///< pfn, order
    free_pages_exact,   ///< pfn, argument: bytes
    split_page,         ///< pfn, order: an allocated block becomes single pages
    drain_local_pages,  ///< of this CPU
    drain_all_pages,    ///< of every CPU
    refresh_vm_stats,   ///< the vmstat work of this CPU: folds counters, ages remote per-CPU lists
    compact_memory,     ///< /proc/sys/vm/compact_memory: every zone from end to end
    cma_alloc,          ///< argument: pages; order: alignment -> pfn or no_pfn
    cma_release,        ///< pfn, argument: pages
    // virtual memory; "second" is second_argument()
    // pfn of vmalloc and vm_map_ram: no_pfn, or the page (from VMALLOC_START) that a recording says
    vmalloc,       ///< gfp_flags, argument: bytes, order: VmallocKind -> address or 0
    vfree,         ///< argument: address, text: the operation it was taken by
    name_pages,    ///< pfn, argument: frames: pages for the next vmap or vm_map_ram, in order
    vmap,          ///< gfp_flags: VM_*, order: PageProtection -> address or 0
    vunmap,        ///< argument: address, text: as vfree
    vm_map_ram,    ///< -> address or 0
    vm_unmap_ram,  ///< argument: address, pfn: pages
    vm_unmap_aliases,
    vmalloc_to_pfn,  ///< argument: address, order: LookUp -> pfn or no_pfn
    // text of the next two and of fill_memory: 0, or 1 + the operation that the address came from
    load,                 ///< argument: address, order: bytes -> value
    store,                ///< argument: address, order: bytes, second: value
    fetch,                ///< argument: address of an instruction
    fill_memory,          ///< memset: argument: address, second: bytes, order: the byte
    copy_memory,          ///< memcpy: argument: to, second: from, text: bytes, copy_origin()
    compare_memory,       ///< memcmp: argument, second: addresses, text: bytes -> as int
    show_physical_pages,  ///< argument: address, second: bytes
    set_memory,           ///< argument: address, pfn: pages, order: MemoryChange
    invlpg,               ///< argument: address
    flush_tlb_all,
    flush_tlb_kernel_range,  ///< argument: start, second: end
    mm_alloc,                ///< -> number of the address space, 0: no memory
    mm_drop,                 ///< pfn: address space
    switch_mm,               ///< pfn: address space
    map_user_page,           ///< argument: address, pfn, order: PageProtection
    unmap_user_pages,        ///< argument: address, second: bytes
    // slab allocator; a cache is its number, an object its address. "named": the operation that created the cache
    // under the name that is used, where two names share one
    kmem_cache_create,  ///< text: name, argument: size, pfn: alignment, gfp_flags: SLAB_*, order 1: constructor, whose
                        ///< name argument >> 32 is -> cache
    kmem_cache_alloc,   ///< pfn: cache, gfp_flags (node), argument: named -> address or 0
    kmem_cache_free,    ///< pfn: cache, argument: address, text: the operation it was taken by, gfp_flags: named
    kmem_cache_alloc_bulk,  ///< pfn: cache, gfp_flags, argument: wanted, text: named -> count; pages: pfn and offset of
                            ///< each
    kmem_cache_free_bulk,   ///< pfn: cache, text: "ffff888000001000,...", gfp_flags: named
    kmem_cache_shrink,      ///< pfn: cache, argument: named -> 1 while slabs are left; order 1: flush_cpu_slab()
    kmem_cache_destroy,     ///< pfn: cache, argument: named
    kmalloc,                ///< argument: bytes, gfp_flags (node) -> address or 0
    kfree,                  ///< argument: address, text: the operation it was taken by
    krealloc,               ///< argument: address, pfn: bytes, gfp_flags, text: as kfree -> address or 0
    ksize,                  ///< argument: address -> bytes
};

struct Operation {
    OperationKind kind{};
    CpuId cpu = 0;
    Order order = 0;
    NodeId node = no_node;  ///< asked for by the caller; no_node: the CPU's own
    GfpFlags gfp_flags = 0;
    Pfn pfn = no_pfn;
    std::uint32_t text = 0;  ///< index into the run's strings, for remarks
    std::uint64_t argument = 0;
    std::uint32_t line = 0;    ///< 1-based line of the scenario, 0: none
    std::uint16_t column = 0;  ///< 1-based
    /// Bit 0: inside atomic { }, where sleeping is a mistake.
    std::uint8_t context = 0;
    std::uint8_t spare = 0;
};
static_assert(sizeof(Operation) == 32);

/// A second 64-bit argument, where the kind has no use for pfn and gfp_flags.
constexpr std::uint64_t second_argument(const Operation& operation) {
    return std::uint64_t{operation.gfp_flags} << 32 | operation.pfn;
}
constexpr void set_second_argument(Operation& operation, std::uint64_t value) {
    operation.pfn = static_cast<Pfn>(value);
    operation.gfp_flags = static_cast<GfpFlags>(value >> 32);
}

/// Calls that access memory by its address.
constexpr bool accesses_memory(OperationKind kind) {
    return kind >= OperationKind::load && kind <= OperationKind::compare_memory;
}
/// copy_memory: the operation that the address written to came from, or no_operation. In 24 bits, which is more than a
/// run has operations.
constexpr OperationNumber copy_origin(const Operation& operation) {
    const auto node = static_cast<std::uint32_t>(operation.node ^ no_node);
    return (node << 16 | std::uint32_t{operation.spare} << 8 | operation.order) - 1;
}
constexpr void set_copy_origin(Operation& operation, OperationNumber origin) {
    const std::uint32_t packed = origin < 0xffffffU ? origin + 1 : 0;
    operation.order = static_cast<Order>(packed);
    operation.spare = static_cast<std::uint8_t>(packed >> 8);
    operation.node = static_cast<NodeId>(packed >> 16 ^ no_node);
}

/// Which of the functions that end in __vmalloc_node_range().
enum class VmallocKind : std::uint8_t { plain, zeroed, dma32, user, huge };
/// Which of the two functions asks: both read the tables.
enum class LookUp : std::uint8_t { pfn, page };
enum class PageProtection : std::uint8_t { kernel, read_only, executable, read_executable, user, user_read_only };
enum class MemoryChange : std::uint8_t { read_only, writable, no_execute, executable };

inline constexpr std::uint8_t context_atomic = 1;

enum class OperationStatus : std::uint8_t {
    done,
    failed,   ///< an allocation that got nothing: an outcome like any other
    mistake,  ///< the caller broke a rule of the API: told, and nothing crashes
};

/// A page that compaction or CMA moved: its owner's pointer follows it.
struct MovedPage {
    Pfn from = no_pfn;
    Pfn to = no_pfn;
    OperationNumber owner = no_operation;  ///< the operation that took it
};

/// What an operation brings that is longer than a number. Kept by the caller and used again: each operation
/// clears what the one before left.
struct OperationOutput {
    std::vector<Pfn> pages;        ///< bulk requests only
    std::vector<MovedPage> moves;  ///< whose pages moved meanwhile
    bool used = false;             ///< there may be something in them

    [[gnu::always_inline]] void clear() {
        if (!used) [[likely]]
            return;
        pages.clear();
        moves.clear();
        used = false;
    }
};

/// Two words: it travels in registers.
struct OperationResult {
    OperationStatus status = OperationStatus::done;
    std::uint64_t value = 0;  ///< a pfn (no_pfn: NULL), a count, ... as OperationKind says
};

}  // namespace pageframe
