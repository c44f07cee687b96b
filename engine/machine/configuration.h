// What a machine is before it starts: the `machine { }` block of a scenario as a value.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/core/types.h"
#include "engine/slab/slub_options.h"
#include "engine/tlb/tlb.h"

namespace pageframe {

/// One NUMA node's share. Memory is dealt out in ascending physical order, node 0 first.
struct NodeConfiguration {
    std::uint64_t ram_bytes = 0;
    std::uint8_t cpus = 0;
};

struct MachineConfiguration {
    std::uint64_t ram_bytes = 64ULL << 20;  ///< 1 MiB .. 16 GiB, a multiple of the page size
    std::uint8_t cpus = 1;                  ///< 1 .. 64
    std::uint64_t seed = 0;                 ///< of rand() and of everything that draws lots
    std::string kernel = "6.1";
    /// Empty: one node with everything. Otherwise 1 .. 4 nodes.
    std::vector<NodeConfiguration> nodes;
    /// distance[from * nodes + to]; empty: 10 on the diagonal, 20 elsewhere.
    std::vector<std::uint8_t> distances;

    // Zone boundaries, by x86-64: DMA below 16 MiB, DMA32 below 4 GiB, NORMAL above. A scenario may move
    // them to make a zone of interest small. 0: no such zone.
    std::uint64_t dma_limit = 16ULL << 20;
    std::uint64_t dma32_limit = 4ULL << 30;
    std::uint64_t movable_bytes = 0;  ///< ZONE_MOVABLE at the end of memory (kernelcore=)
    /// RAM that lies above 4 GiB although the RAM below is not full (as firmware does); 0: none.
    std::uint64_t ram_above_4g = 0;
    std::uint64_t cma_bytes = 0;
    /// What the kernel itself takes at start (image, page structures, early data). no_reserve: nothing,
    /// so that the picture starts with whole blocks.
    enum class Reserve : std::uint8_t { none, kernel } reserve = Reserve::none;
    bool per_cpu_lists = true;

    enum class Allocator : std::uint8_t { slub, slab } allocator = Allocator::slub;
    bool slab_merge = true;        ///< caches that are alike enough become one
    bool freelist_random = false;  ///< CONFIG_SLAB_FREELIST_RANDOM
    SlubOptions slub;              ///< the kernel's command line

    TlbConfiguration tlb;  ///< no structures: default_tlb()

    // vm.* settings; -1: the kernel's own computation or default
    std::int64_t min_free_kbytes = -1;
    std::int64_t watermark_scale_factor = -1;
    std::int64_t watermark_boost_factor = -1;
    std::int64_t percpu_pagelist_high_fraction = -1;
    std::array<std::uint32_t, 4> lowmem_reserve_ratio{256, 256, 32, 0};  ///< by zone: DMA, DMA32, Normal, Movable
};

inline constexpr std::uint64_t largest_ram_bytes = 16ULL << 30;
inline constexpr unsigned largest_node_count = 4;

}  // namespace pageframe
