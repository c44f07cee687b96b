// An operation: one call of the kernel's API (or one remark of the author), with its arguments resolved.
//
// Operations are what a timeline keeps: 32 bytes each, a million of them in 32 MB. Running them again from
// a snapshot gives the same states, because arguments are values (a pfn, not "the variable p") and the
// engine has no other input.
#pragma once

#include <cstdint>
#include <span>

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
    alloc_pages,         ///< gfp_flags, order (node: alloc_pages_node) -> pfn or no_pfn
    alloc_pages_exact,   ///< gfp_flags, argument: bytes -> pfn or no_pfn
    alloc_pages_bulk,    ///< gfp_flags, argument: pages wanted -> count; OperationResult::pages
    free_pages,          ///< pfn, order
    free_pages_exact,    ///< pfn, argument: bytes
    split_page,          ///< pfn, order: an allocated block becomes single pages
    drain_local_pages,   ///< of this CPU
    drain_all_pages,     ///< of every CPU
    refresh_vm_stats,    ///< the vmstat work of this CPU: folds counters, ages remote per-CPU lists
};

struct Operation {
    OperationKind kind{};
    CpuId cpu = 0;
    Order order = 0;
    NodeId node = no_node;      ///< asked for by the caller; no_node: the CPU's own
    GfpFlags gfp_flags = 0;
    Pfn pfn = no_pfn;
    std::uint32_t text = 0;     ///< index into the run's strings, for remarks
    std::uint64_t argument = 0;
    std::uint32_t line = 0;     ///< 1-based line of the scenario, 0: none
    std::uint16_t column = 0;   ///< 1-based
    /// Bit 0: inside atomic { }, where sleeping is a mistake.
    std::uint8_t context = 0;
    std::uint8_t spare = 0;
};
static_assert(sizeof(Operation) == 32);

inline constexpr std::uint8_t context_atomic = 1;

enum class OperationStatus : std::uint8_t {
    done,
    failed,   ///< an allocation that got nothing: an outcome like any other
    mistake,  ///< the caller broke a rule of the API: told, and nothing crashes
};

struct OperationResult {
    OperationStatus status = OperationStatus::done;
    std::uint64_t value = 0;       ///< a pfn (no_pfn: NULL), a count, ... as OperationKind says
    std::span<const Pfn> pages{};  ///< alloc_pages_bulk only; valid until the next operation
};

}  // namespace pageframe
