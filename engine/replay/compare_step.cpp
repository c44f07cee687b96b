#include <algorithm>

#include "engine/replay/compare.h"

namespace pageframe {
namespace {

std::string counters_text(const RecordedCounters& counters) {
    return std::to_string(counters.free_pages) + " free, " + std::to_string(counters.per_cpu_count) +
           " on the CPU's lists, free_factor " + std::to_string(counters.free_factor);
}

std::optional<Mismatch> compare_counters(const RecordedStep& step, CpuId cpu, const BuddyState& buddy) {
    for (const RecordedCounters& kernel : step.counters) {
        const PerCpuPages& pages = buddy.pages_of_cpu(kernel.zone, cpu);
        const RecordedCounters model{kernel.zone, buddy.exact_free_pages(kernel.zone), pages.count, pages.free_factor};
        if (model != kernel)
            return Mismatch{step.line, zone_text(buddy, kernel.zone) + " after it", counters_text(kernel),
                            counters_text(model)};
    }
    return std::nullopt;
}

std::optional<Mismatch> compare_type(const RecordedStep& step, const BuddyState& buddy) {
    if (!step.type || step.pfn >= buddy.frame_count()) return std::nullopt;
    const Migratetype model = buddy.frames[step.pfn].migratetype;
    if (model == *step.type) return std::nullopt;
    return Mismatch{step.line, "migrate type stored with the page", migratetype_name(*step.type),
                    migratetype_name(model)};
}

/// The pageblocks whose type is not what it was.
std::vector<RecordedPageblockChange> pageblock_changes(const ChunkArray<Migratetype>& before,
                                                       const ChunkArray<Migratetype>& after) {
    constexpr std::size_t per_chunk = ChunkArray<Migratetype>::entries_per_chunk;
    std::vector<RecordedPageblockChange> changes;
    for (std::size_t chunk = 0; chunk < after.chunk_count(); ++chunk) {
        if (after.shares_chunk(before, chunk)) continue;
        const std::size_t end = std::min((chunk + 1) * per_chunk, after.size());
        for (std::size_t block = chunk * per_chunk; block < end; ++block)
            if (before[block] != after[block])
                changes.push_back({static_cast<Pfn>(block << pageblock_order), before[block], after[block]});
    }
    return changes;
}

std::string changes_text(const std::vector<RecordedPageblockChange>& changes) {
    std::string text;
    for (const RecordedPageblockChange& change : changes) {
        text += text.empty() ? "" : ", ";
        text += "pfn " + std::to_string(change.pfn) + " from " + migratetype_name(change.before) + " to " +
                migratetype_name(change.after);
    }
    return text.empty() ? "none" : text;
}

std::optional<Mismatch> compare_pageblocks(const RecordedStep& step, const StateBefore& before,
                                           const BuddyState& buddy) {
    std::vector<RecordedPageblockChange> kernel = step.pageblock_changes;
    std::sort(kernel.begin(), kernel.end());
    const auto model = pageblock_changes(before.pageblocks, buddy.pageblocks);
    if (kernel == model) return std::nullopt;
    return Mismatch{step.line, "pageblocks that changed their type", changes_text(kernel), changes_text(model)};
}

std::string zone_change_text(const RecordedZoneChange* change) {
    if (change == nullptr) return "unchanged";
    return "boost " + std::to_string(change->boost) + ", high-atomic " + std::to_string(change->highatomic) +
           ", flags " + std::to_string(change->flags);
}

/// Of each zone, either both changed to the same or neither changed.
std::optional<Mismatch> compare_zones(const RecordedStep& step, const StateBefore& before, const State& after) {
    const auto now = StateBefore::zone_changes_of(after);
    for (const RecordedZoneChange& model : now) {
        const auto recorded = std::find_if(step.zone_changes.begin(), step.zone_changes.end(),
                                           [&](const RecordedZoneChange& change) { return change.zone == model.zone; });
        const auto* kernel = recorded == step.zone_changes.end() ? nullptr : &*recorded;
        const auto* changed = model == before.zones[model.zone] ? nullptr : &model;
        const bool equal = kernel == nullptr ? changed == nullptr : *kernel == model;
        if (!equal)
            return Mismatch{step.line, zone_text(after.buddy, model.zone) + ": boost, high-atomic, flags",
                            zone_change_text(kernel), zone_change_text(changed)};
    }
    return std::nullopt;
}

}  // namespace

std::vector<RecordedZoneChange> StateBefore::zone_changes_of(const State& state) {
    std::vector<RecordedZoneChange> changes;
    for (ZoneId id = 0; id < state.buddy.zones.size(); ++id) {
        const Zone& zone = state.buddy.zones[id];
        changes.push_back({id, zone.watermark_boost, zone.nr_reserved_highatomic, zone.flags});
    }
    return changes;
}

std::optional<Mismatch> compare_step(const Recording& recording, const RecordedStep& step, const StateBefore& before,
                                     const State& after) {
    const CpuId cpu = recording.operations[step.first_operation].cpu;
    auto found = compare_type(step, after.buddy);
    if (!found) found = compare_counters(step, cpu, after.buddy);
    if (!found) found = compare_pageblocks(step, before, after.buddy);
    if (!found) found = compare_zones(step, before, after);
    return found;
}

}  // namespace pageframe
