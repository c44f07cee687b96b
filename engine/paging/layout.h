// The kernel's half of the address space on x86-64 with four-level tables and without KASLR
// (Documentation/x86/x86_64/mm.rst), and how an address is cut into fields.
//
//     ffff888000000000   direct map of all physical memory          virtual = physical + an offset
//     ffffc90000000000   vmalloc and ioremap, 32 TiB
//     ffffea0000000000   the array of struct page
//     ffffffff80000000   the kernel's text and data
//     ffffffffc0000000   modules
//
//     63      48 47    39 38    30 29    21 20    12 11          0
//    |  sign    |  PGD   |  PUD   |  PMD   |  PTE   |   offset    |
//    | extension| index  | index  | index  | index  |  in page    |
#pragma once

#include <cstdint>

#include "engine/core/types.h"

namespace pageframe {

namespace layout {
inline constexpr std::uint64_t direct_map = 0xffff888000000000ULL;
inline constexpr std::uint64_t direct_map_bytes = 64ULL << 40;
inline constexpr std::uint64_t vmalloc_start = 0xffffc90000000000ULL;
inline constexpr std::uint64_t vmalloc_end = 0xffffe8ffffffffffULL;
inline constexpr std::uint64_t struct_pages = 0xffffea0000000000ULL;
inline constexpr std::uint64_t struct_pages_end = 0xffffeb0000000000ULL;
inline constexpr std::uint64_t kernel_text = 0xffffffff80000000ULL;
inline constexpr std::uint64_t modules_start = 0xffffffffc0000000ULL;
inline constexpr std::uint64_t modules_end = 0xffffffffff000000ULL;
inline constexpr std::uint64_t user_end = 0x00007ffffffff000ULL;  ///< TASK_SIZE_MAX
}  // namespace layout

/// The levels of the tables, by what an entry of theirs is called: 3 PGD, 2 PUD, 1 PMD, 0 PTE. An entry
/// of level 0 maps 4 KiB, of level 1 2 MiB, of level 2 1 GiB. (The kernel's fifth level, P4D, is folded.)
using Level = std::uint8_t;
inline constexpr Level top_level = 3;
inline constexpr unsigned entries_per_table = 512;

constexpr const char* level_name(Level level) {
    constexpr const char* names[] = {"PTE", "PMD", "PUD", "PGD"};
    return names[level];
}
constexpr unsigned level_shift(Level level) { return page_shift + 9U * level; }
constexpr std::uint64_t level_bytes(Level level) { return std::uint64_t{1} << level_shift(level); }
constexpr unsigned index_at(std::uint64_t address, Level level) { return address >> level_shift(level) & 511U; }
constexpr const char* page_size_name(Level level) {
    constexpr const char* names[] = {"4 KiB", "2 MiB", "1 GiB"};
    return names[level];
}

/// Bits 63..48 repeat bit 47.
constexpr bool is_canonical(std::uint64_t address) {
    const std::uint64_t top = address >> 47;
    return top == 0 || top == 0x1ffff;
}
constexpr bool in_direct_map(std::uint64_t address) { return address - layout::direct_map < layout::direct_map_bytes; }
/// is_vmalloc_addr()
constexpr bool in_vmalloc(std::uint64_t address) {
    return address >= layout::vmalloc_start && address < layout::vmalloc_end;
}
constexpr bool is_user_address(std::uint64_t address) { return address < layout::user_end; }
constexpr std::uint64_t direct_map_of(Pfn pfn) { return layout::direct_map + (std::uint64_t{pfn} << page_shift); }

/// Bits of an entry (arch/x86/include/asm/pgtable_types.h).
namespace pte {
inline constexpr std::uint64_t present = 1, write = 2, user = 4, write_through = 8, cache_disable = 0x10,
                               accessed = 0x20, dirty = 0x40, huge = 0x80, global = 0x100,
                               no_execute = std::uint64_t{1} << 63;
inline constexpr std::uint64_t frame_mask = 0x000ffffffffff000ULL;

/// PAGE_KERNEL and its kin; _KERNPG_TABLE and _PAGE_TABLE for entries that lead to a table.
inline constexpr std::uint64_t kernel = present | write | accessed | dirty | global | no_execute;
inline constexpr std::uint64_t kernel_read_only = present | accessed | dirty | global | no_execute;
inline constexpr std::uint64_t kernel_execute = present | write | accessed | dirty | global;
inline constexpr std::uint64_t kernel_read_execute = present | accessed | dirty | global;
inline constexpr std::uint64_t kernel_table = present | write | accessed | dirty;
inline constexpr std::uint64_t user_table = kernel_table | user;
/// PAGE_SHARED, PAGE_READONLY: the dirty bit is the processor's to set.
inline constexpr std::uint64_t user_page = present | write | user | accessed | no_execute;
inline constexpr std::uint64_t user_read_only = present | user | accessed | no_execute;

constexpr Pfn frame(std::uint64_t entry) { return static_cast<Pfn>((entry & frame_mask) >> page_shift); }
constexpr std::uint64_t make(Pfn pfn, std::uint64_t flags) { return std::uint64_t{pfn} << page_shift | flags; }
}  // namespace pte

}  // namespace pageframe
