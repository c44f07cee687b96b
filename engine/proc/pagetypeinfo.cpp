// /proc/pagetypeinfo (pagetypeinfo_show()): free blocks per zone, migrate type and order, then the number
// of pageblocks of each type. The kernel prints the head once per node with memory. The type CMA has a
// row only on a machine with CMA (CONFIG_CMA; Debian's kernel is built without).
#include <algorithm>
#include <array>

#include "engine/proc/print.h"
#include "engine/proc/proc.h"

namespace pageframe {
namespace {

constexpr const char* type_names[] = {"Unmovable", "Movable", "Reclaimable", "HighAtomic", "CMA", "Isolate"};

/// The kernel stops counting a list here, so as not to hold the zone's lock for too long.
constexpr std::uint32_t largest_shown_count = 100'000;

/// SPARSEMEM's unit: memory that exists is known to the kernel in sections of 128 MiB.
constexpr Pfn section_frames = Pfn{1} << (27 - page_shift);

bool is_shown(const BuddyState& buddy, Migratetype type) { return type != Migratetype::cma || buddy.cma; }

template <class Print>
void for_each_type(const BuddyState& buddy, Print print_type) {
    for (unsigned index = 0; index < migratetype_count; ++index)
        if (is_shown(buddy, static_cast<Migratetype>(index))) print_type(index);
}

void show_free_counts(std::string& text, const BuddyState& buddy, const Zone& zone) {
    for_each_type(buddy, [&](unsigned type) {
        print(text, "Node %4u, zone %8s, type %12s ", unsigned{zone.node}, zone_kind_name(zone.kind), type_names[type]);
        for (const FreeArea& area : zone.free_area) {
            const std::uint32_t count = area.lists[type].count;
            print(text, "%s%6u ", count >= largest_shown_count ? ">" : "", std::min(count, largest_shown_count));
        }
        text += '\n';
    });
}

/// pfn_to_online_page(): is there a `struct page`? True for holes in a section that has some memory.
bool section_exists(const BuddyState& buddy, Pfn pfn) {
    const Pfn start = pfn & ~(section_frames - 1);
    const Pfn end = std::min(start + section_frames, buddy.frame_count());
    for (Pfn frame = start; frame < end; ++frame)
        if (buddy.frames[frame].kind != FrameKind::absent) return true;
    return false;
}

bool pageblock_exists(const BuddyState& buddy, Pfn pfn) {
    return buddy.frames[pfn].kind != FrameKind::absent || section_exists(buddy, pfn);
}

void show_pageblock_counts(std::string& text, const BuddyState& buddy, const Zone& zone) {
    std::array<std::uint32_t, migratetype_count> counts{};
    const Pfn end = std::min(zone.start + zone.spanned, buddy.frame_count());
    for (Pfn pfn = zone.start; pfn < end; pfn += pageblock_frames)
        if (pageblock_exists(buddy, pfn)) ++counts[static_cast<unsigned>(buddy.pageblock_type(pfn))];
    print(text, "Node %u, zone %8s ", unsigned{zone.node}, zone_kind_name(zone.kind));
    for_each_type(buddy, [&](unsigned type) { print(text, "%12u ", counts[type]); });
    text += '\n';
}

bool has_memory(const BuddyState& buddy, unsigned node) {
    return std::any_of(buddy.zones.begin(), buddy.zones.end(),
                       [node](const Zone& zone) { return zone.node == node && zone.present != 0; });
}

void show_node(std::string& text, const BuddyState& buddy, unsigned node) {
    print(text, "Page block order: %u\n", unsigned{pageblock_order});
    print(text, "Pages per block:  %u\n\n", pageblock_frames);

    print(text, "%-43s ", "Free pages count per migrate type at order");
    for (unsigned order = 0; order < order_count; ++order) print(text, "%6u ", order);
    text += '\n';
    for (const Zone& zone : buddy.zones)
        if (zone.node == node && zone.present != 0) show_free_counts(text, buddy, zone);

    print(text, "\n%-23s", "Number of blocks type ");
    for_each_type(buddy, [&](unsigned type) { print(text, "%12s ", type_names[type]); });
    text += '\n';
    for (const Zone& zone : buddy.zones)
        if (zone.node == node && zone.present != 0) show_pageblock_counts(text, buddy, zone);
}

}  // namespace

std::string pagetypeinfo(const State& state) {
    std::string text;
    for (unsigned node = 0; node < state.buddy.node_count; ++node)
        if (has_memory(state.buddy, node)) show_node(text, state.buddy, node);
    return text;
}

}  // namespace pageframe
