// From a configuration to a started machine: free_area_init(), memblock_free_all(), and the tuning.
//
// A CMA area (cma=) is cut out before: at 4 GiB where there is room above it, else at the end of memory
// (cma_declare_contiguous_nid()); its pageblocks come in as Migratetype::cma (cma_init_reserved_areas()).
//
// Frames are handed over in ascending order, each stretch in the largest aligned blocks that fit, each to
// the tail of its list (__free_pages_core() with FPI_TO_TAIL): so a fresh machine's lists are sorted by pfn.
// All pageblocks begin as movable.
#include <algorithm>
#include <bit>

#include "engine/buddy/buddy_events.h"
#include "engine/machine/kernel_footprint.h"
#include "engine/machine/machine.h"
#include "engine/machine/memory_map.h"
#include "engine/machine/tuning.h"
#include "engine/machine/virtual_memory.h"

namespace pageframe {

namespace {

Pfn align_up(Pfn pfn, Pfn alignment) { return (pfn + alignment - 1) & ~(alignment - 1); }

struct ZoneLimits {
    ZoneKind kind;
    Pfn start;
    Pfn end;
};

/// The borders of the zones, the same for all nodes.
std::vector<ZoneLimits> zone_limits(const MachineConfiguration& configuration, Pfn end) {
    const auto dma = static_cast<Pfn>(configuration.dma_limit >> page_shift);
    const auto dma32 = std::max(static_cast<Pfn>(configuration.dma32_limit >> page_shift), dma);
    const Pfn largest_block = frames_in(largest_order);
    const auto movable = static_cast<Pfn>(configuration.movable_bytes >> page_shift);
    const Pfn movable_start = movable == 0 ? end : align_up(end - std::min(end, movable), largest_block);
    std::vector<ZoneLimits> limits;
    limits.reserve(zone_kind_count);
    const auto add = [&](ZoneKind kind, Pfn from, Pfn to) {
        if (from < to) limits.push_back({kind, from, to});
    };
    add(ZoneKind::dma, 0, std::min(dma, movable_start));
    add(ZoneKind::dma32, dma, std::min(dma32, movable_start));
    add(ZoneKind::normal, dma32, movable_start);
    add(ZoneKind::movable, movable_start, end);
    return limits;
}

/// One zone for every pair of node and limits that has memory. Spans reach from the first to the last frame
/// of the node in the zone; present frames are those in a range.
void make_zones(BuddyState& state, const std::vector<MemoryRange>& map, const std::vector<ZoneLimits>& limits) {
    for (unsigned node = 0; node < state.node_count; ++node) {
        Pfn node_start = no_pfn;
        Pfn node_end = 0;
        for (const MemoryRange& range : map) {
            if (range.node != node) continue;
            node_start = std::min(node_start, range.start);
            node_end = std::max(node_end, range.end);
        }
        for (const ZoneLimits& limit : limits) {
            Zone zone;
            zone.kind = limit.kind;
            zone.node = static_cast<NodeId>(node);
            zone.start = std::max(limit.start, node_start);
            const Pfn end = std::min(limit.end, node_end);
            if (node_start == no_pfn || zone.start >= end) continue;
            zone.spanned = end - zone.start;
            for (const MemoryRange& range : map) {
                const Pfn from = std::max(range.start, zone.start);
                const Pfn to = std::min(range.end, end);
                if (range.node != node || from >= to) continue;
                zone.present += to - from;
                if (range.kind == MemoryRange::Kind::usable) zone.managed += to - from;
            }
            if (zone.present != 0) state.zones.push_back(zone);
        }
    }
    std::sort(state.zones.begin(), state.zones.end(), [](const Zone& a, const Zone& b) { return a.start < b.start; });
}

/// __free_pages_memory(): the largest aligned blocks, ascending, each to the tail of its list.
void free_stretch(BuddyState& state, ZoneId id, Pfn start, Pfn end, Migratetype type) {
    while (start < end) {
        auto order =
            static_cast<Order>(std::min<int>(largest_order, start == 0 ? largest_order : std::countr_zero(start)));
        while (start + frames_in(order) > end) --order;
        for (Pfn i = 1; i < frames_in(order); ++i) state.frames.write(start + i).kind = FrameKind::interior;
        AddFreeBlock{start, id, order, type, AddFreeBlock::Why::surplus}.apply(state);
        state.zones[id].free_pages += frames_in(order);
        if (type == Migratetype::cma) state.zones[id].free_cma_pages += frames_in(order);
        start += frames_in(order);
    }
}

/// Where the CMA area goes: 0 frames when none is wanted or nothing fits.
CmaArea place_cma(const MachineConfiguration& configuration, const std::vector<MemoryRange>& map, Pfn limit) {
    constexpr Pfn four_gib = 0x100000;
    const Pfn block = frames_in(largest_order);
    const Pfn frames = align_up(static_cast<Pfn>(configuration.cma_bytes >> page_shift), block);
    if (frames == 0) return {};
    for (const MemoryRange& range : map)
        if (range.kind == MemoryRange::Kind::usable && range.start <= four_gib &&
            range.end >= four_gib + frames + block)
            return {four_gib, frames};
    for (std::size_t i = map.size(); i-- > 0;) {
        const Pfn end = block_start(std::min(map[i].end, limit), largest_order);
        if (map[i].kind == MemoryRange::Kind::usable && end >= frames && end - frames >= map[i].start)
            return {end - frames, frames};
    }
    return {};
}

/// A usable stretch of one zone, without the CMA area in it.
void free_around_cma(BuddyState& state, ZoneId id, Pfn from, Pfn to) {
    for (const CmaArea& area : state.cma_areas) {
        const Pfn start = std::max(from, area.start);
        const Pfn end = std::min(to, area.start + area.frames);
        if (start >= end) continue;
        free_stretch(state, id, from, start, Migratetype::movable);
        for (Pfn block = start; block < end; block += pageblock_frames)
            state.pageblocks.write(block >> pageblock_order) = Migratetype::cma;
        free_stretch(state, id, start, end, Migratetype::cma);
        from = end;
    }
    free_stretch(state, id, from, to, Migratetype::movable);
}

void hand_over_memory(BuddyState& state, const std::vector<MemoryRange>& map) {
    for (const MemoryRange& range : map) {
        if (range.kind == MemoryRange::Kind::reserved) {
            for (Pfn pfn = range.start; pfn < range.end; ++pfn) state.frames.write(pfn).kind = FrameKind::reserved;
            continue;
        }
        for (ZoneId id = 0; id < state.zones.size(); ++id) {
            const Zone& zone = state.zones[id];
            const Pfn from = std::max(range.start, zone.start);
            const Pfn to = std::min(range.end, zone.start + zone.spanned);
            if (zone.node == range.node && from < to) free_around_cma(state, id, from, to);
        }
    }
}

/// The numbers are computed before the kernel's init sections come in, and stay until a setting is written.
void tune_at_start(BuddyState& state, const MachineConfiguration& configuration, const std::vector<MemoryRange>& map) {
    std::vector<LateFrames> late;
    if (configuration.reserve == MachineConfiguration::Reserve::kernel && !has_settings(configuration))
        late = frames_freed_after_start(map);
    for (const LateFrames& frames : late) {
        Zone& zone = state.zones[state.zone_of(frames.pfn)];
        zone.managed -= std::min(zone.managed, frames.count);
    }
    tune(state, configuration);
    for (const LateFrames& frames : late) state.zones[state.zone_of(frames.pfn)].managed += frames.count;
}

}  // namespace

State boot(const MachineConfiguration& configuration, std::shared_ptr<ChunkPool> pool) {
    State state;
    BuddyState& buddy = state.buddy;
    const std::vector<MemoryRange> map = memory_map(configuration);
    const Pfn end = map.back().end;
    const Pfn frame_count = align_up(end, frames_in(largest_order));
    buddy.node_count = static_cast<std::uint8_t>(std::max<std::size_t>(1, configuration.nodes.size()));
    for (std::size_t node = 0; node < configuration.nodes.size(); ++node)
        buddy.cpu_node.insert(buddy.cpu_node.end(), configuration.nodes[node].cpus, static_cast<NodeId>(node));
    if (buddy.cpu_node.empty()) buddy.cpu_node.assign(std::max<std::size_t>(1, configuration.cpus), 0);
    buddy.per_cpu_lists = configuration.per_cpu_lists;

    buddy.frames = ChunkArray<PageFrame>(pool, frame_count, PageFrame{});
    buddy.pageblocks = ChunkArray<Migratetype>(pool, frame_count >> pageblock_order, Migratetype::movable);
    const std::vector<ZoneLimits> limits = zone_limits(configuration, end);
    make_zones(buddy, map, limits);
    const Pfn movable_start = limits.back().kind == ZoneKind::movable ? limits.back().start : end;
    if (const CmaArea area = place_cma(configuration, map, movable_start); area.frames != 0) {
        buddy.cma = true;
        buddy.cma_areas.push_back(area);
    }
    buddy.per_cpu = ChunkArray<PerCpuPages>(pool, BuddyState::per_cpu_index(static_cast<ZoneId>(buddy.zones.size()), 0),
                                            PerCpuPages{});
    hand_over_memory(buddy, map);
    build_zonelists(buddy, configuration);
    tune_at_start(buddy, configuration, map);
    add_virtual_memory(state, configuration, pool);
    start_slab(state.slab, std::move(pool), buddy.cpu_node, buddy.node_count, configuration.seed);
    state.slab.allocator = configuration.allocator == MachineConfiguration::Allocator::slub ? SlabAllocatorKind::slub
                                                                                            : SlabAllocatorKind::slab;
    state.slab.merge = configuration.slab_merge;
    state.slab.freelist_random = configuration.freelist_random;
    state.slab.slub = configuration.slub;
    return state;
}

}  // namespace pageframe
