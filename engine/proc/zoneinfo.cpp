// /proc/zoneinfo (zoneinfo_show_print()), without the lines about what the model has not got: see proc.h.
// Zones without memory are listed too, because lowmem_reserve_ratio speaks of all of them.
#include <algorithm>

#include "engine/proc/print.h"
#include "engine/proc/proc.h"

namespace pageframe {
namespace {

/// Every zone the kernel was built with, ZONE_DEVICE among them.
constexpr const char* all_zone_names[] = {"DMA", "DMA32", "Normal", "Movable", "Device"};

/// zone_page_state(): the zone's own counter, without what the CPUs have not folded in; never negative.
unsigned long long shown(std::int64_t counter) {
    return static_cast<unsigned long long>(std::max<std::int64_t>(counter, 0));
}

/// zone->cma_pages: CMA areas are made of whole pageblocks.
std::uint64_t cma_frames(const BuddyState& buddy, const Zone& zone) {
    if (!buddy.cma) return 0;
    std::uint64_t frames = 0;
    const Pfn end = std::min(zone.start + zone.spanned, buddy.frame_count());
    for (Pfn pfn = block_start(zone.start, pageblock_order); pfn < end; pfn += pageblock_frames)
        if (buddy.pageblock_type(pfn) == Migratetype::cma) frames += pageblock_frames;
    return frames;
}

void show_sizes(std::string& text, const Zone& zone, std::uint64_t cma) {
    print(text, "\n  pages free     %llu", shown(zone.free_pages));
    print(text, "\n        boost    %u", zone.watermark_boost);
    print(text, "\n        min      %u", zone.watermark_pages(Watermark::min));
    print(text, "\n        low      %u", zone.watermark_pages(Watermark::low));
    print(text, "\n        high     %u", zone.watermark_pages(Watermark::high));
    print(text, "\n        spanned  %u", zone.spanned);
    print(text, "\n        present  %u", zone.present);
    print(text, "\n        managed  %u", zone.managed);
    print(text, "\n        cma      %llu", static_cast<unsigned long long>(cma));
    print(text, "\n        protection: (%u", zone.lowmem_reserve[0]);
    for (std::size_t i = 1; i < zone.lowmem_reserve.size(); ++i) print(text, ", %u", zone.lowmem_reserve[i]);
    text += ')';
}

void show_per_cpu_lists(std::string& text, const BuddyState& buddy, ZoneId id) {
    text += "\n  pagesets";
    for (unsigned cpu = 0; cpu < buddy.cpu_count(); ++cpu) {
        const PerCpuPages& pages = buddy.pages_of_cpu(id, static_cast<CpuId>(cpu));
        print(text, "\n    cpu: %u", cpu);
        print(text, "\n              count: %d", pages.count);
        print(text, "\n              high:  %d", pages.high);
        print(text, "\n              batch: %d", pages.batch);
        print(text, "\n  vm stats threshold: %u", buddy.zones[id].stat_threshold);
    }
}

void show_zone(std::string& text, const BuddyState& buddy, ZoneId id) {
    const Zone& zone = buddy.zones[id];
    show_sizes(text, zone, cma_frames(buddy, zone));
    if (zone.present != 0) {
        print(text, "\n      nr_free_pages %llu", shown(zone.free_pages));
        print(text, "\n      %-12s %llu", "nr_free_cma", shown(zone.free_cma_pages));
        show_per_cpu_lists(text, buddy, id);
        print(text, "\n  node_unreclaimable:  0");
        print(text, "\n  start_pfn:           %u", zone.start);
    }
    text += '\n';
}

/// The zone of this node and kind; the number of zones when the node has none.
std::size_t find_zone(const BuddyState& buddy, unsigned node, unsigned kind) {
    std::size_t id = 0;
    while (id < buddy.zones.size() &&
           (buddy.zones[id].node != node || static_cast<unsigned>(buddy.zones[id].kind) != kind))
        ++id;
    return id;
}

}  // namespace

std::string zoneinfo(const State& state) {
    const BuddyState& buddy = state.buddy;
    std::string text;
    for (unsigned node = 0; node < buddy.node_count; ++node) {
        for (unsigned kind = 0; kind < std::size(all_zone_names); ++kind) {
            print(text, "Node %u, zone %8s", node, all_zone_names[kind]);
            const std::size_t id = find_zone(buddy, node, kind);
            if (id < buddy.zones.size()) {
                show_zone(text, buddy, static_cast<ZoneId>(id));
            } else {
                show_sizes(text, Zone{}, 0);
                text += '\n';
            }
        }
    }
    return text;
}

}  // namespace pageframe
