// init_per_zone_wmark_min(), setup_per_zone_wmarks(), setup_per_zone_lowmem_reserve(), zone_batchsize(),
// zone_highsize(), refresh_zone_stat_thresholds(), set_recommended_min_free_kbytes(), build_zonelists().
#include "engine/machine/tuning.h"

#include <algorithm>
#include <bit>

namespace pageframe {

namespace {

std::uint64_t integer_square_root(std::uint64_t value) {
    std::uint64_t root = 0;
    for (std::uint64_t bit = std::uint64_t{1} << 31; bit != 0; bit >>= 1)
        if ((root + bit) * (root + bit) <= value) root += bit;
    return root;
}

/// fls(): the number of the highest set bit, counted from 1; 0 for 0.
std::uint32_t highest_bit(std::uint32_t value) { return static_cast<std::uint32_t>(std::bit_width(value)); }

/// mult_frac()
std::uint64_t fraction(std::uint64_t value, std::uint64_t numerator, std::uint64_t denominator) {
    return value / denominator * numerator + value % denominator * numerator / denominator;
}

/// setup_per_zone_lowmem_reserve(): within a node, what is kept from requests for higher zones.
void set_lowmem_reserves(BuddyState& state, const MachineConfiguration& configuration) {
    for (Zone& zone : state.zones) {
        const auto own = static_cast<unsigned>(zone.kind);
        zone.lowmem_reserve = {};
        std::uint64_t above = 0;
        for (unsigned kind = own + 1; kind < zone.lowmem_reserve.size(); ++kind) {
            for (const Zone& other : state.zones)
                if (other.node == zone.node && static_cast<unsigned>(other.kind) == kind) above += other.managed;
            const std::uint32_t ratio = configuration.lowmem_reserve_ratio[own];
            zone.lowmem_reserve[kind] = ratio == 0 || zone.managed == 0 ? 0 : static_cast<std::uint32_t>(above / ratio);
        }
    }
}

/// nr_free_zone_pages(gfp_zone(GFP_USER)): managed frames above the high watermark, zones up to NORMAL.
/// The kernel asks at a time when its watermarks are what the last computation left.
std::uint64_t free_buffer_pages(const BuddyState& state) {
    std::uint64_t pages = 0;
    for (const Zone& zone : state.zones) {
        if (zone.kind > ZoneKind::normal) continue;
        const std::uint32_t high = zone.watermark_pages(Watermark::high);
        if (zone.managed > high) pages += zone.managed - high;
    }
    return pages;
}

/// __setup_per_zone_wmarks()
void set_watermarks(BuddyState& state, std::uint64_t min_free_kbytes, std::uint64_t scale_factor) {
    const std::uint64_t pages_min = min_free_kbytes >> (page_shift - 10);
    std::uint64_t lowmem = 0;
    // x86-64 has no high memory: every zone counts, ZONE_MOVABLE too.
    for (const Zone& zone : state.zones) lowmem += zone.managed;
    for (Zone& zone : state.zones) {
        const std::uint64_t least = lowmem == 0 ? 0 : pages_min * zone.managed / lowmem;
        const std::uint64_t step = std::max(least >> 2, fraction(zone.managed, scale_factor, 10000));
        zone.watermark = {static_cast<std::uint32_t>(least), static_cast<std::uint32_t>(least + step),
                          static_cast<std::uint32_t>(least + 2 * step)};
        zone.watermark_boost = 0;
    }
}

/// calculate_min_free_kbytes(), then khugepaged's set_recommended_min_free_kbytes().
std::uint64_t min_free_kbytes_of(BuddyState& state, std::uint64_t scale_factor) {
    const std::uint64_t lowmem_kbytes = free_buffer_pages(state) << (page_shift - 10);
    std::uint64_t result = std::clamp<std::uint64_t>(integer_square_root(lowmem_kbytes * 16), 128, 262144);
    // khugepaged runs only where huge pages make sense: from 512 MiB on (hugepage_init()).
    std::uint64_t managed = 0;
    std::uint64_t zones = 0;
    for (const Zone& zone : state.zones) {
        managed += zone.managed;
        if (zone.kind <= ZoneKind::normal) ++zones;
    }
    if (managed < (512ULL << (20 - page_shift))) return result;
    set_watermarks(state, result, scale_factor);
    std::uint64_t recommended = pageblock_frames * zones * 2;
    recommended += pageblock_frames * zones * per_cpu_migratetype_count * per_cpu_migratetype_count;
    recommended = std::min(recommended, free_buffer_pages(state) / 20) << (page_shift - 10);
    return std::max(result, recommended);
}

std::uint32_t cpus_of_node(const BuddyState& state, NodeId node) {
    return static_cast<std::uint32_t>(std::count(state.cpu_node.begin(), state.cpu_node.end(), node));
}

/// refresh_zone_stat_thresholds(), calculate_normal_threshold()
void set_statistics_threshold(Zone& zone, std::uint32_t cpus) {
    const std::uint32_t units = zone.managed >> (27 - page_shift);
    zone.stat_threshold = std::min(125U, 2 * highest_bit(cpus) * (1 + highest_bit(units)));
    const std::uint32_t tolerated = zone.watermark[1] - zone.watermark[0];
    const std::uint32_t drift = cpus * zone.stat_threshold;
    zone.percpu_drift_mark = drift > tolerated ? zone.watermark[2] + drift : 0;
}

/// zone_batchsize()
std::int32_t batch_of(const Zone& zone) {
    std::uint32_t batch = std::min(zone.managed >> 10, Pfn{(1U << 20) >> page_shift}) / 4;
    if (batch < 1) batch = 1;
    return static_cast<std::int32_t>(std::bit_floor(batch + batch / 2)) - 1;
}

void set_per_cpu_limits(BuddyState& state, const MachineConfiguration& configuration) {
    for (ZoneId id = 0; id < state.zones.size(); ++id) {
        const Zone& zone = state.zones[id];
        const std::int32_t batch = std::max(1, batch_of(zone));
        std::uint32_t cpus = cpus_of_node(state, zone.node);
        if (cpus == 0) cpus = static_cast<std::uint32_t>(state.cpu_count());
        // zone_highsize()
        std::uint32_t total = zone.watermark[1];
        if (configuration.percpu_pagelist_high_fraction > 0)
            total = zone.managed / static_cast<std::uint32_t>(configuration.percpu_pagelist_high_fraction);
        const std::int32_t high = std::max(static_cast<std::int32_t>(total / cpus), batch << 2);
        for (std::size_t cpu = 0; cpu < state.cpu_count(); ++cpu) {
            PerCpuPages& pages = state.write_pages_of_cpu(id, static_cast<CpuId>(cpu));
            pages.batch = batch;
            pages.high = high;
        }
    }
}

int distance(const MachineConfiguration& configuration, unsigned nodes, unsigned from, unsigned to) {
    if (configuration.distances.size() == std::size_t{nodes} * nodes) return configuration.distances[from * nodes + to];
    return from == to ? 10 : 20;
}

void append_zones(const BuddyState& state, NodeId node, Zonelist& list) {
    for (unsigned kind = zone_kind_count; kind-- > 0;)
        for (ZoneId id = 0; id < state.zones.size(); ++id) {
            const Zone& zone = state.zones[id];
            if (zone.node == node && static_cast<unsigned>(zone.kind) == kind && zone.managed != 0)
                list.zones[list.count++] = id;
        }
}

}  // namespace

bool has_settings(const MachineConfiguration& configuration) {
    return configuration.min_free_kbytes >= 0 || configuration.watermark_scale_factor >= 0 ||
           configuration.percpu_pagelist_high_fraction >= 0 ||
           configuration.lowmem_reserve_ratio != MachineConfiguration{}.lowmem_reserve_ratio;
}

void tune(BuddyState& state, const MachineConfiguration& configuration) {
    const std::uint64_t scale = configuration.watermark_scale_factor >= 0
                                    ? static_cast<std::uint64_t>(configuration.watermark_scale_factor)
                                    : 10;
    if (configuration.watermark_boost_factor >= 0)
        state.watermark_boost_factor = static_cast<std::uint32_t>(configuration.watermark_boost_factor);
    const std::uint64_t min_free = configuration.min_free_kbytes >= 0
                                       ? static_cast<std::uint64_t>(configuration.min_free_kbytes)
                                       : min_free_kbytes_of(state, scale);
    set_watermarks(state, min_free, scale);
    set_lowmem_reserves(state, configuration);
    for (Zone& zone : state.zones) set_statistics_threshold(zone, static_cast<std::uint32_t>(state.cpu_count()));
    set_per_cpu_limits(state, configuration);
}

void build_zonelists(BuddyState& state, const MachineConfiguration& configuration) {
    const unsigned nodes = state.node_count;
    std::vector<int> load(nodes, 0);
    state.zonelists.assign(nodes, {});
    for (unsigned local = 0; local < nodes; ++local) {
        std::vector<bool> used(nodes, false);
        unsigned previous = local;
        for (unsigned position = 0; position < nodes; ++position) {
            // find_next_best_node(): the nearest; of equally near ones the next in number, then the one that
            // led the fewest lists. (Its preference for nodes without CPUs has no effect: the lists are built
            // before the first CPU is entered into its node's mask, numa_add_cpu() in identify_cpu().)
            unsigned best = local;
            if (position != 0) {
                long best_value = 0;
                bool found = false;
                for (unsigned n = 0; n < nodes; ++n) {
                    if (used[n]) continue;
                    long value = distance(configuration, nodes, local, n) + (n < local ? 1 : 0);
                    value = value * 1024 + load[n];  // MAX_NUMNODES
                    if (!found || value < best_value) best = n, best_value = value, found = true;
                }
            }
            used[best] = true;
            if (distance(configuration, nodes, local, best) != distance(configuration, nodes, local, previous))
                ++load[best];
            append_zones(state, static_cast<NodeId>(best), state.zonelists[local].fallback);
            previous = best;
        }
        append_zones(state, static_cast<NodeId>(local), state.zonelists[local].this_node);
    }
}

}  // namespace pageframe
