// The field's words as types, shared by every subsystem.
//
// A page frame is named by its page frame number (pfn): physical address / 4096. Blocks of the page
// allocator are 2^order frames, aligned to their size. Everything here is a plain value.
#pragma once

#include <cstdint>

namespace pageframe {

using Pfn = std::uint32_t;
using Order = std::uint8_t;
using GfpFlags = std::uint32_t;
using ZoneId = std::uint8_t;
using NodeId = std::uint8_t;
using CpuId = std::uint8_t;
using OperationNumber = std::uint32_t;

inline constexpr unsigned page_shift = 12;
inline constexpr std::uint64_t page_size = std::uint64_t{1} << page_shift;
inline constexpr std::uint32_t pointer_bytes = 8;

/// Number of orders of the page allocator: 0 .. 10 (MAX_ORDER in Linux 6.1, which counts them).
inline constexpr Order order_count = 11;
inline constexpr Order largest_order = order_count - 1;
/// Frames are grouped by mobility in pageblocks of 2 MiB (pageblock_order, x86-64 with huge pages).
inline constexpr Order pageblock_order = 9;
inline constexpr Pfn pageblock_frames = Pfn{1} << pageblock_order;

/// The end of a list, "no frame".
inline constexpr Pfn no_pfn = 0xffffffffU;
/// "Before the run began": the owner of what was there at the start.
inline constexpr OperationNumber no_operation = 0xffffffffU;
inline constexpr std::uint8_t no_node = 0xff;
inline constexpr unsigned largest_cpu_count = 64;

/// enum migratetype of include/linux/mmzone.h with CONFIG_CMA and CONFIG_MEMORY_ISOLATION.
enum class Migratetype : std::uint8_t { unmovable, movable, reclaimable, highatomic, cma, isolate };
inline constexpr unsigned migratetype_count = 6;
/// MIGRATE_PCPTYPES: the first three have per-CPU lists.
inline constexpr unsigned per_cpu_migratetype_count = 3;

constexpr const char* migratetype_name(Migratetype type) {
    constexpr const char* names[] = {"unmovable", "movable", "reclaimable", "high-atomic", "CMA", "isolate"};
    return names[static_cast<unsigned>(type)];
}

/// Frames in a block of `order`.
constexpr Pfn frames_in(Order order) { return Pfn{1} << order; }
/// The first frame of the block of `order` that `pfn` lies in.
constexpr Pfn block_start(Pfn pfn, Order order) { return pfn & ~(frames_in(order) - 1); }

}  // namespace pageframe
