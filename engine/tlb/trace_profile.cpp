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
    in_bucket_ = 0;
}

void TraceProfile::find_region(std::uint64_t region) {
    for (;;) {
        const std::uint64_t start = region << region_shift_;
        const auto place =
            std::lower_bound(by_address_.begin(), by_address_.end(), start,
                             [this](std::uint32_t i, std::uint64_t at) { return regions_[i].start < at; });
        if (place != by_address_.end() && regions_[*place].start == start) {
            last_index_ = *place;
            break;
        }
        if (regions_.size() < most_regions) {
            last_index_ = regions_.size();
            by_address_.insert(place, static_cast<std::uint32_t>(last_index_));
            regions_.push_back({start, 0, 0, 0});
            break;
        }
        widen_regions();
        region >>= 1;
    }
    last_region_ = region;
}

void TraceProfile::widen_regions() {
    ++region_shift_;
    std::vector<Region> joined;
    for (std::uint32_t index : by_address_) {
        Region region = regions_[index];
        region.start = region.start >> region_shift_ << region_shift_;
        if (joined.empty() || joined.back().start != region.start) {
            joined.push_back(region);
            continue;
        }
        joined.back().references += region.references;
        joined.back().first_level_misses += region.first_level_misses;
        joined.back().second_level_misses += region.second_level_misses;
    }
    regions_ = std::move(joined);
    by_address_.resize(regions_.size());
    for (std::size_t i = 0; i < by_address_.size(); ++i) by_address_[i] = static_cast<std::uint32_t>(i);
}

std::vector<TraceProfile::Region> TraceProfile::regions() const {
    std::vector<Region> sorted;
    for (std::uint32_t index : by_address_) sorted.push_back(regions_[index]);
    return sorted;
}

}  // namespace pageframe
