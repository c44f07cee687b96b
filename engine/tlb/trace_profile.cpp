// Buckets and regions double what they cover when there are too many: memory stays bounded whatever the
// trace's length and however wide its addresses lie.
#include <algorithm>

#include "engine/tlb/trace_replay.h"

namespace pageframe {

void TraceProfile::next_bucket() {
    if (buckets_.size() == most_buckets) {
        for (std::size_t i = 0; i < most_buckets / 2; ++i) {
            buckets_[i] = buckets_[2 * i];
            const Bucket& other = buckets_[2 * i + 1];
            buckets_[i].references += other.references;
            buckets_[i].first_level_misses += other.first_level_misses;
            buckets_[i].second_level_misses += other.second_level_misses;
        }
        buckets_.resize(most_buckets / 2);
        per_bucket_ *= 2;
    }
    buckets_.emplace_back();
}

/// Where the region is, or is to be put: a table with as many empty places as full ones, looked through from a place
/// that the region's number gives.
std::size_t TraceProfile::slot_of(std::uint64_t region) const {
    constexpr std::uint64_t golden_ratio = 0x9e3779b97f4a7c15ULL;
    const std::uint64_t start = region << region_shift_;
    std::size_t slot = (region * golden_ratio) >> (64 - slot_bits);
    while (slots_[slot] != no_region && regions_[slots_[slot]].start != start) slot = (slot + 1) % slots_.size();
    return slot;
}

void TraceProfile::find_region(std::uint64_t region, LastRegion& last) {
    std::size_t slot = slot_of(region);
    while (slots_[slot] == no_region && regions_.size() == most_regions) {
        widen_regions();
        region >>= 1;
        slot = slot_of(region);
    }
    if (slots_[slot] == no_region) {
        slots_[slot] = static_cast<std::uint16_t>(regions_.size());
        regions_.push_back({region << region_shift_, 0, 0, 0});
    }
    last = {region, slots_[slot]};
}

void TraceProfile::widen_regions() {
    ++region_shift_;
    std::vector<Region> joined;
    for (Region region : regions()) {
        region.start = region.start >> region_shift_ << region_shift_;
        if (joined.empty() || joined.back().start != region.start) {
            joined.push_back(region);
            continue;
        }
        joined.back().references += region.references;
        joined.back().first_level_misses += region.first_level_misses;
        joined.back().second_level_misses += region.second_level_misses;
    }
    regions_.clear();
    last_ = {};
    slots_.assign(slots_.size(), no_region);
    for (const Region& region : joined) {
        slots_[slot_of(region.start >> region_shift_)] = static_cast<std::uint16_t>(regions_.size());
        regions_.push_back(region);
    }
}

std::vector<TraceProfile::Region> TraceProfile::regions() const {
    std::vector<Region> sorted = regions_;
    // By a heap, whose code is a tenth of std::sort()'s.
    const auto before = [](const Region& a, const Region& b) { return a.start < b.start; };
    std::make_heap(sorted.begin(), sorted.end(), before);
    std::sort_heap(sorted.begin(), sorted.end(), before);
    return sorted;
}

}  // namespace pageframe
