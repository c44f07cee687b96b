// The page allocator's state: what Linux keeps in `struct page`, `struct zone` and `struct per_cpu_pages`
// (include/linux/mmzone.h, mm/page_alloc.c, Linux 6.1).
//
//     zone DMA32                               frames (one 16-byte record each)
//     free_area[10] movable: 12288 <-> 13312   12288 free_head order 10, next 13312 ...
//     free_area[ 5] movable: 1120              1088  allocated_head order 5, operation 37
//     free_area[ 0] ...                        1089  interior (belongs to the head below it)
//                                              1120  free_head order 5
//
// A frame is the head of a block, or in the interior of one. The head's record says everything; the
// interior's are not touched by splitting and merging, except that a head that is merged away becomes
// interior. Lists are doubly linked by pfn through the heads.
//
// Invariants (executed by check_buddy(), buddy_check.cpp):
//   for every zone, order, type:  walking the list from head to tail meets exactly `count` free heads of
//                                 that order and type, and back again
//   nr_free(order) == sum over types of count(order, type)
//   orders_listed(type) has the bit of an order exactly when count(order, type) != 0
//   sum over orders of nr_free << order == NR_FREE_PAGES (global part + every CPU's differential)
//                                          + frames free in isolated pageblocks
//   a free block and its buddy of the same order are never both free below order 10 (unless a pageblock
//   border of unmergeable types lies between them)
//   every frame belongs to exactly one of: free block, per-CPU list, allocated block, reserved, absent
//   per-CPU count == frames on its lists
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/core/chunk_array.h"
#include "engine/core/event.h"
#include "engine/core/hash.h"
#include "engine/core/types.h"

namespace pageframe {

enum class FrameKind : std::uint8_t {
    interior,        ///< part of the block whose head lies below
    free_head,       ///< on a free list of its zone (PageBuddy)
    per_cpu_head,    ///< on a CPU's list: free to its users, allocated to the zone
    allocated_head,  ///< handed out
    reserved,        ///< never handed out: firmware, kernel image, page structures
    absent,          ///< no memory at this address
};

/// What an allocated frame is for: told by a recording's page map, or by the allocation.
enum class FrameUse : std::uint8_t {
    other,
    compound_tail,
    slab,
    page_table,
    lru,      ///< a process's page: compaction may move it
    movable,  ///< a driver's page that can be moved (__PageMovable)
    unreferenced,
    contiguous,  ///< taken by cma_alloc()
    compound,    ///< __GFP_COMP: every frame of the block knows its head
};

struct PageFrame {
    /// On a list (free_head, per_cpu_head): the neighbours' pfns.
    Pfn next = no_pfn;
    Pfn previous = no_pfn;
    /// The last operation that took or freed a block headed here; survives merging, so that a second free
    /// finds the first.
    OperationNumber operation = no_operation;
    FrameKind kind = FrameKind::absent;
    Order order = 0;  ///< of the block, at its head
    /// free_head: the list it is on. per_cpu_head, allocated_head: get_pcppage_migratetype(), what the page
    /// was taken as or will be freed as.
    Migratetype migratetype = Migratetype::movable;
    FrameUse use = FrameUse::other;
};
static_assert(sizeof(PageFrame) == 16);

/// A doubly linked list of block heads.
struct BlockList {
    Pfn head = no_pfn;
    Pfn tail = no_pfn;
    std::uint32_t count = 0;
};

struct FreeArea {
    std::array<BlockList, migratetype_count> lists;
    std::uint32_t nr_free = 0;
};

/// enum zone_type on x86-64 (ZONE_DEVICE left out: it has no free lists).
enum class ZoneKind : std::uint8_t { dma, dma32, normal, movable };
inline constexpr unsigned zone_kind_count = 4;
constexpr const char* zone_kind_name(ZoneKind kind) {
    constexpr const char* names[] = {"DMA", "DMA32", "Normal", "Movable"};
    return names[static_cast<unsigned>(kind)];
}

enum class Watermark : std::uint8_t { min, low, high };

/// zone->flags
inline constexpr std::uint32_t zone_boosted_watermark = 1U << 0;
inline constexpr std::uint32_t zone_reclaim_active = 1U << 1;

struct Zone {
    ZoneKind kind{};
    NodeId node = 0;
    Pfn start = 0;                             ///< first pfn
    Pfn spanned = 0;                           ///< frames from start to the end, holes included
    Pfn present = 0;                           ///< frames that exist
    Pfn managed = 0;                           ///< frames that the page allocator was given
    std::array<std::uint32_t, 3> watermark{};  ///< min, low, high; without the boost
    std::uint32_t watermark_boost = 0;
    std::uint32_t nr_reserved_highatomic = 0;  ///< frames in high-atomic pageblocks
    std::uint32_t flags = 0;
    /// NR_FREE_PAGES as the watermark checks read it: without what the CPUs have not folded in yet.
    std::int64_t free_pages = 0;
    std::int64_t free_cma_pages = 0;
    std::uint32_t isolated_pageblocks = 0;
    std::uint32_t stat_threshold = 1;  ///< a CPU's differential beyond this is folded in
    std::uint32_t percpu_drift_mark = 0;
    /// Kept for requests that could not use a higher zone, by the request's highest zone.
    std::array<std::uint32_t, 5> lowmem_reserve{};
    std::array<FreeArea, order_count> free_area;
    /// By migratetype: a bit for each order whose list of that type has a block. Repeats what the lists say, so
    /// that the smallest block large enough is found without a look at them.
    std::array<std::uint16_t, migratetype_count> orders_listed{};

    bool contains(Pfn pfn) const { return pfn - start < spanned; }
    std::uint32_t watermark_pages(Watermark mark) const {
        return watermark[static_cast<unsigned>(mark)] + watermark_boost;
    }
};

/// Orders 0..3 by three types, and order 9 not movable / movable (NR_PCP_LISTS).
inline constexpr unsigned per_cpu_list_count = 14;

/// struct per_cpu_pages and the part of struct per_cpu_zonestat that matters: one CPU's share of a zone.
struct PerCpuPages {
    std::array<BlockList, per_cpu_list_count> lists;
    std::int32_t count = 0;  ///< frames on the lists
    std::int32_t high = 0;   ///< at this count, some go back
    std::int32_t batch = 1;  ///< frames a refill or a return moves
    std::int32_t free_factor = 0;
    std::int32_t expire = 0;
    std::int32_t free_pages_differential = 0;  ///< vm_stat_diff[NR_FREE_PAGES], not yet in the zone's count
    std::int32_t other_differential = 0;       ///< 1: another counter of this CPU waits to be folded
    std::uint32_t zone_lock_taken = 0;         ///< how often this CPU took zone->lock ...
    std::uint32_t per_cpu_lock_taken = 0;      ///< ... and its own pcp->lock, which nobody else wants
    std::array<std::uint32_t, 13> reserved{};  ///< to a power of two, for ChunkArray
};
static_assert(sizeof(PerCpuPages) == 256);

inline constexpr unsigned largest_zone_count = 16;

/// A node's zones in the order in which a request tries them.
struct Zonelist {
    std::array<ZoneId, largest_zone_count> zones{};
    std::uint8_t count = 0;
};

struct NodeZonelists {
    Zonelist fallback;   ///< ZONELIST_FALLBACK: all nodes, by distance
    Zonelist this_node;  ///< ZONELIST_NOFALLBACK: __GFP_THISNODE
};

/// A region kept for contiguous requests; its pageblocks are Migratetype::cma.
struct CmaArea {
    Pfn start = 0;
    Pfn frames = 0;
};

struct BuddyState {
    ChunkArray<PageFrame> frames;          ///< by pfn
    ChunkArray<Migratetype> pageblocks;    ///< by pfn >> pageblock_order
    std::vector<Zone> zones;               ///< by zone id, ascending start
    ChunkArray<PerCpuPages> per_cpu;       ///< by per_cpu_index(zone, cpu); what no CPU has shares one chunk
    std::vector<NodeZonelists> zonelists;  ///< by node
    std::vector<NodeId> cpu_node;          ///< by cpu
    std::uint8_t node_count = 1;
    /// The operation that runs now: the owner of what it takes.
    OperationNumber operation = no_operation;

    // Settings (vm.*), constant during a run.
    std::uint32_t watermark_boost_factor = 15000;
    bool per_cpu_lists = true;
    bool cma = false;  ///< the machine has CMA areas
    std::vector<CmaArea> cma_areas;
    /// Pages taken with __GFP_MOVABLE belong to processes (are on the LRU) and can be migrated.
    bool movable_pages_on_lru = true;

    std::size_t cpu_count() const { return cpu_node.size(); }
    Pfn frame_count() const { return static_cast<Pfn>(frames.size()); }
    /// Has the machine memory there? Between its zones, and above them, it may have none.
    bool has_memory(std::uint64_t pfn) const { return pfn < frames.size() && frames[pfn].kind != FrameKind::absent; }

    static constexpr std::size_t per_cpu_index(ZoneId zone, CpuId cpu) { return std::size_t{zone} << 6 | cpu; }
    const PerCpuPages& pages_of_cpu(ZoneId zone, CpuId cpu) const { return per_cpu[per_cpu_index(zone, cpu)]; }
    PerCpuPages& write_pages_of_cpu(ZoneId zone, CpuId cpu) { return per_cpu.write(per_cpu_index(zone, cpu)); }
    Migratetype pageblock_type(Pfn pfn) const { return pageblocks[pfn >> pageblock_order]; }

    /// The zone that spans `pfn`. Zones do not overlap. pfn must be below frame_count().
    ZoneId zone_of(Pfn pfn) const {
        const Zone* const last = &zones.back();
        const Zone* zone = zones.data();
        ZoneId id = 0;
        for (; zone != last && !zone->contains(pfn); ++zone) ++id;
        return id;
    }

    /// NR_FREE_PAGES with every CPU's differential: what /proc shows and the lists hold.
    std::int64_t exact_free_pages(ZoneId zone) const;
};

/// The block that `pfn` lies in: its head and order, whatever its kind. Reserved and absent frames, and
/// allocated frames that were there from the start, are blocks of one frame.
struct BlockReference {
    Pfn head = no_pfn;
    Order order = 0;
    bool operator==(const BlockReference&) const = default;
};
BlockReference find_block(const BuddyState& state, Pfn pfn);

void hash_buddy(const BuddyState& state, Hash& hash);

}  // namespace pageframe
