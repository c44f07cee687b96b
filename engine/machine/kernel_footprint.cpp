// The frames a distribution kernel (6.1.0-amd64) keeps at start. What follows from the memory's size is
// computed as the kernel does; what follows from its build is a constant, read off machines of 128 MiB to
// 16 GiB (their /proc/zoneinfo: present - managed).
//
//     0 .. 1 MiB       reserve_real_mode(), reserve_bios_regions()
//     16 MiB ..        text, data, bss, and early allocations beside them: 11,318 frames
//     below 4 GiB      swiotlb_init(): 64 MiB bounce buffer where RAM lies above 4 GiB (halved until it fits)
//     from the top     sparse_init(): 512 frames of struct page a 128 MiB section, on the section's node
//                      alloc_large_system_hash(): dentry and inode hashes by the amount of memory
//                      setup_per_cpu_areas(), page tables, usage maps: see other_frames()
//
// Simplified: which of the early allocations lies at which frame below the top is not modelled, only how
// many frames each zone loses.
#include "engine/machine/kernel_footprint.h"

#include <algorithm>
#include <bit>

namespace pageframe {

namespace {

using Kind = MemoryRange::Kind;

constexpr Pfn low_megabyte = 0x100;
constexpr Pfn kernel_start = 0x1000;
constexpr Pfn kernel_frames = 11318;
constexpr Pfn kernel_end = 0x4400;  // the end of its bss, 68 MiB: nothing large fits below
constexpr Pfn four_gib = 0x100000;
constexpr Pfn section_frames = 0x8000;
constexpr Pfn section_map_frames = section_frames * 64 / page_size;  // sizeof(struct page) is 64
constexpr Pfn bounce_frames = (64U << 20) >> page_shift;
// free_initmem(), mark_rodata_ro(): init sections and the gaps between the image's parts; the initial disk.
constexpr Pfn late_image_frames = 2020;
constexpr Pfn late_disk_frames = 240;

/// Marks `[start, end)` reserved wherever it is usable; cuts ranges as needed.
void reserve_range(std::vector<MemoryRange>& map, Pfn start, Pfn end) {
    std::vector<MemoryRange> result;
    for (const MemoryRange& range : map) {
        const Pfn from = std::max(range.start, start);
        const Pfn to = std::min(range.end, end);
        if (range.kind != Kind::usable || from >= to) {
            result.push_back(range);
            continue;
        }
        if (range.start < from) result.push_back({range.start, from, range.node, Kind::usable});
        result.push_back({from, to, range.node, Kind::reserved});
        if (to < range.end) result.push_back({to, range.end, range.node, Kind::usable});
    }
    map = std::move(result);
}

/// memblock's allocations go from the top down. Returns what could not be found.
Pfn reserve_from_top(std::vector<MemoryRange>& map, NodeId node, Pfn limit, Pfn count) {
    while (count != 0) {
        const MemoryRange* best = nullptr;
        for (const MemoryRange& range : map)
            if (range.kind == Kind::usable && range.start < limit && (node == no_node || range.node == node))
                best = &range;
        if (best == nullptr) return count;
        const Pfn end = std::min(best->end, limit);
        const Pfn frames = std::min(count, end - best->start);
        reserve_range(map, end - frames, end);
        count -= frames;
    }
    return 0;
}

std::uint64_t usable_frames(const std::vector<MemoryRange>& map) {
    std::uint64_t frames = 0;
    for (const MemoryRange& range : map) frames += range.end - range.start;
    return frames;
}

Pfn sections_of(const std::vector<MemoryRange>& map, NodeId node) {
    Pfn sections = 0;
    Pfn next = 0;
    for (const MemoryRange& range : map) {
        if (range.node != node) continue;
        const Pfn first = std::max(next, range.start / section_frames);
        next = (range.end + section_frames - 1) / section_frames;
        if (next > first) sections += next - first;
    }
    return sections;
}

/// alloc_large_system_hash(): 8 bytes for every 8 KiB (dentries) and every 16 KiB (inodes) of memory, each
/// a power of two of entries.
Pfn hash_frames(std::uint64_t frames) {
    const std::uint64_t megabyte = (1U << 20) >> page_shift;
    const std::uint64_t rounded = (frames + megabyte - 1) / megabyte * megabyte;
    return static_cast<Pfn>((std::bit_ceil(rounded / 2) + std::bit_ceil(rounded / 4)) * 8 / page_size);
}

/// swiotlb_init(): the frames of the bounce buffer, and its slots' administration.
struct BounceBuffer {
    Pfn frames = 0;
    Pfn slots = 0;
};
BounceBuffer bounce_buffer(const std::vector<MemoryRange>& map) {
    if (map.back().end <= four_gib) return {};
    Pfn largest = 0;
    for (const MemoryRange& range : map)
        if (range.kind == Kind::usable && range.end <= four_gib && range.end > kernel_end)
            largest = std::max(largest, range.end - std::max(range.start, kernel_end));
    Pfn frames = bounce_frames;
    while (frames > 256 && frames > largest) frames /= 2;
    return {frames, static_cast<Pfn>(std::uint64_t{frames} * 2 * 24 / page_size)};
}

/// Per-CPU areas, page tables, usage maps and small early allocations of one node: read off, not derived.
Pfn other_frames(const MachineConfiguration& configuration, NodeId node, const std::vector<Pfn>& sections,
                 const BounceBuffer& bounce) {
    if (configuration.nodes.empty()) {
        const Pfn usage = (2 * sections[0] + 30) / 63;
        return 60 + 62 * Pfn{configuration.cpus} + usage + bounce.frames / (bounce_frames / 2);
    }
    const Pfn of_cpus = configuration.nodes[node].cpus * Pfn{85} / 2;
    return node == 0 ? 86 + of_cpus : of_cpus;
}

}  // namespace

void reserve_kernel_footprint(std::vector<MemoryRange>& map, const MachineConfiguration& configuration) {
    const std::uint64_t present = usable_frames(map);
    const NodeId nodes = static_cast<NodeId>(std::max<std::size_t>(1, configuration.nodes.size()));
    std::vector<Pfn> sections;
    for (NodeId node = 0; node < nodes; ++node) sections.push_back(sections_of(map, node));

    reserve_range(map, 0, low_megabyte);
    reserve_range(map, kernel_start, kernel_start + kernel_frames);
    const BounceBuffer bounce = bounce_buffer(map);
    reserve_from_top(map, no_node, four_gib, bounce.frames);
    for (NodeId node = 0; node < nodes; ++node)
        reserve_from_top(map, node, no_pfn, sections[node] * section_map_frames);
    reserve_from_top(map, no_node, no_pfn, hash_frames(present) + bounce.slots);

    for (NodeId node = 0; node < nodes; ++node)
        reserve_from_top(map, node, no_pfn, other_frames(configuration, node, sections, bounce));
}

std::vector<LateFrames> frames_freed_after_start(const std::vector<MemoryRange>& map) {
    Pfn top_of_low = 0;
    for (const MemoryRange& range : map)
        if (range.end <= four_gib && range.kind == Kind::usable) top_of_low = range.end - 1;
    return {{kernel_start, late_image_frames}, {top_of_low, late_disk_frames}};
}

}  // namespace pageframe
