// A PC's memory map, as QEMU's firmware reports it:
//
//     0      1           0x9f   0x100        3 GiB         4 GiB
//     absent | usable ... | absent | usable ... | absent (PCI) | usable ...
//
// The PCI hole below 4 GiB exists only where the machine is asked to look like a real one at its start
// (reserve = kernel) or has memory above 4 GiB by name (ram_above_4g).
#include "engine/machine/memory_map.h"

#include <algorithm>

#include "engine/machine/kernel_footprint.h"

namespace pageframe {

namespace {

constexpr Pfn first_frame = 1;           // frame 0 holds the real-mode vectors
constexpr Pfn legacy_hole_start = 0x9f;  // extended BIOS data, video memory, ROMs
constexpr Pfn legacy_hole_end = 0x100;
constexpr Pfn four_gib = 0x100000;
constexpr Pfn pci_hole_start = 0xc0000;  // 3 GiB
constexpr Pfn firmware_tables = 32;      // ACPI tables at the end of low memory

struct Extent {
    Pfn start;
    Pfn end;
};

/// Where the RAM lies, before nodes and reservations.
std::vector<Extent> ram_extents(const MachineConfiguration& configuration) {
    const auto frames = static_cast<Pfn>(configuration.ram_bytes >> page_shift);
    const bool real = configuration.reserve == MachineConfiguration::Reserve::kernel;
    Pfn high = static_cast<Pfn>(configuration.ram_above_4g >> page_shift);
    Pfn low = frames - std::min(high, frames);
    if (real && low > pci_hole_start) {
        high += low - pci_hole_start;
        low = pci_hole_start;
    }
    if (real && low > firmware_tables) low -= firmware_tables;
    std::vector<Extent> extents;
    extents.push_back({first_frame, std::min(low, legacy_hole_start)});
    if (low > legacy_hole_end) extents.push_back({legacy_hole_end, low});
    if (high != 0) extents.push_back({four_gib, four_gib + high});
    return extents;
}

/// The nodes' borders in physical order: the pfn at which each ends.
std::vector<Pfn> node_ends(const MachineConfiguration& configuration, const std::vector<Extent>& extents) {
    std::vector<Pfn> ends;
    std::uint64_t begin = 0;
    for (const NodeConfiguration& node : configuration.nodes) {
        begin += node.ram_bytes >> page_shift;
        // Frames are dealt out by address, holes counted below 4 GiB and skipped above.
        auto end = static_cast<Pfn>(begin);
        if (extents.back().start == four_gib && end > pci_hole_start) end += four_gib - pci_hole_start;
        ends.push_back(end);
    }
    if (ends.empty()) ends.push_back(0);
    ends.back() = 0xffffffffU;
    return ends;
}

}  // namespace

std::vector<MemoryRange> memory_map(const MachineConfiguration& configuration) {
    const std::vector<Extent> extents = ram_extents(configuration);
    const std::vector<Pfn> ends = node_ends(configuration, extents);
    std::vector<MemoryRange> map;
    for (const Extent& extent : extents) {
        Pfn start = extent.start;
        for (std::size_t node = 0; node < ends.size() && start < extent.end; ++node) {
            const Pfn end = std::min(extent.end, ends[node]);
            if (end <= start) continue;
            map.push_back({start, end, static_cast<NodeId>(node), MemoryRange::Kind::usable});
            start = end;
        }
    }
    if (configuration.reserve == MachineConfiguration::Reserve::kernel) reserve_kernel_footprint(map, configuration);
    return map;
}

}  // namespace pageframe
