// Values at run time, and the addresses of x86-64 that pointers hold.
//
// Every value is 64 bits: a number, or an address of the kernel's address space as it really is, so that
// casts, NULL, comparison and arithmetic need no cases:
//
//     0xffff888000000000  PAGE_OFFSET    direct map: + physical address      void *, unsigned long
//     0xffffea0000000000  VMEMMAP_START  one struct page, 64 bytes, per pfn  struct page *
//     0xffffffff81000000                 text: the functions                void *
//     0xffffffff82000000                 read-only data: the strings         char *
//
// (Linux 6.1, four-level tables, without KASLR; Documentation/x86/x86_64/mm.rst.)
//
// With a value goes its origin: the operation that allocated what it points to. It survives assignment,
// casts and pointer arithmetic, so that a free can say which allocation it thinks it gives back: a stale
// pointer whose page has been given to someone else is told from a right one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/core/types.h"

namespace pageframe::scenario {

struct Value {
    std::uint64_t bits = 0;
    OperationNumber origin = no_operation;
    std::uint32_t uninitialised = 0;  ///< 1: declared, and nothing stored yet
};
static_assert(sizeof(Value) == 16);

/// The value of a parameter T name[]: where the elements stand. `origin` is the index of the array's name
/// in the run's strings.
constexpr std::uint64_t array_bits(std::uint32_t slot, std::uint32_t elements) {
    return std::uint64_t{elements} << 32 | slot;
}
constexpr std::uint32_t array_slot(std::uint64_t bits) { return static_cast<std::uint32_t>(bits); }
constexpr std::uint32_t array_elements(std::uint64_t bits) { return static_cast<std::uint32_t>(bits >> 32); }

inline constexpr std::uint64_t page_offset = 0xffff888000000000ULL;
inline constexpr std::uint64_t vmemmap_start = 0xffffea0000000000ULL;
inline constexpr std::uint64_t page_descriptor_size = 64;
inline constexpr std::uint64_t function_start = 0xffffffff81000000ULL;
inline constexpr std::uint64_t function_spacing = 16;
inline constexpr std::uint64_t string_start = 0xffffffff82000000ULL;
inline constexpr std::uint64_t string_spacing = 16;
/// The direct map and the vmemmap of x86-64 reach this far: 2^46 bytes.
inline constexpr std::uint64_t largest_physical = 1ULL << 46;

constexpr std::uint64_t page_address_of(Pfn pfn) { return vmemmap_start + std::uint64_t{pfn} * page_descriptor_size; }
constexpr bool is_page_address(std::uint64_t bits) {
    return bits >= vmemmap_start && bits - vmemmap_start < (largest_physical >> page_shift) * page_descriptor_size &&
           bits % page_descriptor_size == 0 && (bits - vmemmap_start) / page_descriptor_size < no_pfn;
}
constexpr Pfn pfn_of_page(std::uint64_t bits) {
    return static_cast<Pfn>((bits - vmemmap_start) / page_descriptor_size);
}
constexpr bool is_direct_map_address(std::uint64_t bits) {
    return bits >= page_offset && ((bits - page_offset) >> page_shift) < no_pfn;
}
constexpr std::uint64_t function_address(std::uint32_t function) {
    return function_start + function * function_spacing;
}
constexpr std::uint64_t direct_map_address(Pfn pfn) { return page_offset + (std::uint64_t{pfn} << page_shift); }
constexpr Pfn pfn_of_address(std::uint64_t bits) { return static_cast<Pfn>((bits - page_offset) >> page_shift); }

/// The strings of a run: an index stands for a string in an Operation; equal strings are one.
class StringTable {
public:
    explicit StringTable(std::uint64_t most_bytes) : most_bytes_(most_bytes) {}

    /// The index, or `full` when the bound of bytes is passed.
    static constexpr std::uint32_t full = 0xffffffffU;
    std::uint32_t intern(std::string_view text) {
        const auto found = index_.find(std::string(text));
        if (found != index_.end()) return found->second;
        bytes_ += text.size() + 1;
        if (bytes_ > most_bytes_) return full;
        const auto index = static_cast<std::uint32_t>(list_.size());
        list_.emplace_back(text);
        index_.emplace(list_.back(), index);
        return index;
    }
    const std::vector<std::string>& list() const { return list_; }
    std::vector<std::string> take() { return std::move(list_); }

private:
    std::uint64_t most_bytes_;
    std::uint64_t bytes_ = 0;
    std::vector<std::string> list_;
    std::unordered_map<std::string, std::uint32_t> index_;
};

}  // namespace pageframe::scenario
