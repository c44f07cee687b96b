// vmalloc's state: areas of the kernel's virtual address space, free, busy, and freed but not flushed yet
// (struct vmap_area and struct vm_struct, mm/vmalloc.c of Linux 6.1).
//
//     VMALLOC_START                                                              VMALLOC_END
//     |busy    |g|busy |g|lazy     |free |busy  |g|             free                       |
//               ^ guard page: the last page of a busy area, never mapped
//
// Three trees by address, red-black as the kernel's (the shape decides which of several fitting areas an
// aligned request gets, so it is rebuilt move by move):
//   free   each node knows the largest area in its subtree: the lowest address that fits is found on the way
//   busy   areas in use; found by any address inside
//   lazy   unmapped, but CPUs may still have translations: not reusable until a purge has flushed the TLBs
//
// vm_map_ram() cuts its mappings from blocks of 256 pages (VMAP_BBMAP_BITS with NR_CPUS=8192), one queue of
// blocks for each CPU; a block's pages are used once, in order, and the block goes when all are freed.
//
// Simplified: the descriptors (struct vm_struct, vmap_area, vmap_block) and arrays of up to 512 page
// pointers, which the kernel takes from kmalloc(), cost nothing here; larger arrays are vmalloc'ed as there.
// Modules, ioremap() and the per-CPU allocator's areas appear only where a recording brings them.
//
// Invariants (check_vmalloc(), vmalloc_check.cpp):
//   in each tree: ascending addresses, no overlap, red-black, subtree_max == largest of the subtree (free)
//   free, busy and lazy areas together cover the space without gap or overlap
//   neighbours in the free tree, and in the lazy tree, do not touch (they would have been merged)
//   lazy_pages == sum of pages over the lazy tree
//   per block: free + used + dirty == 256 pages; blocks with free pages stand in exactly one queue
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/core/chunk_array.h"
#include "engine/core/hash.h"
#include "engine/core/types.h"

namespace pageframe {

using AreaIndex = std::uint32_t;
inline constexpr AreaIndex no_vmap_area = 0xffffffffU;
using VmapBlockIndex = std::uint32_t;
inline constexpr VmapBlockIndex no_vmap_block = 0xffffffffU;

enum class AreaTree : std::uint8_t { none, free, busy, lazy };
inline constexpr unsigned area_tree_count = 4;

/// vm->flags (include/linux/vmalloc.h), those that matter here.
namespace vm {
inline constexpr std::uint16_t ioremap = 0x01, alloc = 0x02, map = 0x04, usermap = 0x08, uninitialized = 0x20,
                               no_guard = 0x40, map_put_pages = 0x200, allow_huge = 0x400;
}

struct VmapArea {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::uint64_t subtree_max = 0;    ///< bytes of the largest area in its subtree; the free tree only
    AreaIndex parent = no_vmap_area;  ///< of an unused record: the next unused one
    AreaIndex left = no_vmap_area;
    AreaIndex right = no_vmap_area;
    OperationNumber operation = no_operation;  ///< that took it, or freed it
    std::uint32_t pages = 0;                   ///< vm->nr_pages: frames that vfree() gives back
    AreaIndex page_array = no_vmap_area;       ///< where the array of page pointers stands, if it was vmalloc'ed
    VmapBlockIndex block = no_vmap_block;      ///< vm_map_ram()'s block in it
    std::uint16_t flags = 0;                   ///< vm->flags
    AreaTree tree = AreaTree::none;
    bool red = false;
    bool has_vm = false;          ///< va->vm != NULL: not for vm_map_ram()
    std::uint8_t page_order = 0;  ///< vm->page_order: 9 when made of huge pages
    std::array<std::uint8_t, 6> reserved{};

    std::uint64_t bytes() const { return end - start; }
    bool operator==(const VmapArea&) const = default;
};
static_assert(sizeof(VmapArea) == 64);

/// struct vmap_block
struct VmapBlock {
    AreaIndex area = no_vmap_area;
    VmapBlockIndex next = no_vmap_block;  ///< in its CPU's queue; of an unused record: the next unused one
    VmapBlockIndex previous = no_vmap_block;
    std::uint16_t free = 0;   ///< pages never handed out
    std::uint16_t dirty = 0;  ///< pages handed out and freed
    std::uint16_t dirty_min = 0;
    std::uint16_t dirty_max = 0;
    CpuId cpu = 0;
    bool queued = false;
    std::array<std::uint8_t, 10> reserved{};
};
static_assert(sizeof(VmapBlock) == 32);

inline constexpr std::uint32_t vmap_block_pages = 256;
inline constexpr std::uint64_t vmap_block_bytes = vmap_block_pages * page_size;
inline constexpr std::uint32_t vmap_max_alloc = 64;  ///< VMAP_MAX_ALLOC: more pages get an area of their own

struct VmapQueue {
    VmapBlockIndex head = no_vmap_block;
    VmapBlockIndex tail = no_vmap_block;
};

/// Pages that vmap() will be given: consecutive frames, or one NULL (no_pfn).
struct PageRun {
    Pfn pfn = no_pfn;
    Pfn frames = 0;
};

struct VmallocState {
    ChunkArray<VmapArea> areas;
    ChunkArray<VmapBlock> blocks;
    AreaIndex areas_used = 0;
    AreaIndex unused_area = no_vmap_area;
    VmapBlockIndex blocks_used = 0;
    VmapBlockIndex unused_block = no_vmap_block;
    std::array<AreaIndex, area_tree_count> roots{no_vmap_area, no_vmap_area, no_vmap_area, no_vmap_area};
    std::array<std::uint32_t, area_tree_count> counts{};
    std::vector<VmapQueue> queues;    ///< by CPU
    std::uint64_t lazy_pages = 0;     ///< vmap_lazy_nr
    std::uint64_t vmalloc_pages = 0;  ///< nr_vmalloc_pages
    std::uint64_t purges = 0;
    bool drain_pending = false;  ///< drain_vmap_work is scheduled
    bool worker_waits = false;   ///< the scheduler lets the worker that would do it wait: replays only
    bool started = false;
    std::uint8_t cpus = 1;
    std::vector<PageRun> pages;  ///< named for the next vmap() or vm_map_ram()

    AreaIndex root(AreaTree tree) const { return roots[static_cast<unsigned>(tree)]; }
    std::uint32_t count(AreaTree tree) const { return counts[static_cast<unsigned>(tree)]; }
    /// lazy_max_pages(): from so many lazily freed pages on, a purge is due. Grows with the CPUs' logarithm.
    std::uint64_t lazy_max_pages() const;
};

VmallocState make_vmalloc(const std::shared_ptr<ChunkPool>& pool, std::size_t cpus);

// Questions (area_tree.cpp). Trees are walked in ascending order: first_area, then next_area.
AreaIndex first_area(const VmallocState& state, AreaTree tree);
AreaIndex next_area(const VmallocState& state, AreaIndex area);
AreaIndex previous_area(const VmallocState& state, AreaIndex area);
/// The area of a tree that contains the address, or no_vmap_area.
AreaIndex find_area(const VmallocState& state, AreaTree tree, std::uint64_t address);

/// A place found in the free tree.
struct FreePlace {
    AreaIndex area = no_vmap_area;  ///< no_vmap_area: nothing fits
    std::uint64_t start = 0;
};
/// find_vmap_lowest_match(): the lowest address that fits in [low, high).
FreePlace find_lowest_place(const VmallocState& state, std::uint64_t bytes, std::uint64_t align, std::uint64_t low,
                            std::uint64_t high);

/// Whether some shape of the free tree makes an aligned request get `start`: a search goes past areas that
/// fit only by luck of their alignment, never past one that is large enough wherever it starts.
bool could_be_chosen(const VmallocState& state, std::uint64_t bytes, std::uint64_t align, std::uint64_t low,
                     std::uint64_t start);

void hash_vmalloc(const VmallocState& state, Hash& hash);

}  // namespace pageframe
