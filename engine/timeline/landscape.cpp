// Sums up a run as it is made: free pages and the unusable index at order 9, bucket by bucket.
#include "engine/timeline/landscape.h"

#include <algorithm>

namespace pageframe {

namespace {

constexpr std::size_t largest_failure_marks = 4096;

void widen(Landscape::Range& range, std::uint32_t value) {
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
}

/// unusable_free_index() of mm/vmstat.c over all zones: which part of the free pages lies in blocks too
/// small for the order.
std::uint32_t unusable_permille(const State& state, std::uint64_t free_pages) {
    std::uint64_t suitable = 0;
    for (const Zone& zone : state.buddy.zones)
        for (unsigned order = pageblock_order; order < order_count; ++order)
            suitable += std::uint64_t{zone.free_area[order].nr_free} << order;
    if (free_pages == 0) return 1000;
    return suitable >= free_pages ? 0 : static_cast<std::uint32_t>((free_pages - suitable) * 1000 / free_pages);
}

}  // namespace

Landscape::Translations count_translations(const State& state) {
    Landscape::Translations sum;
    sum.faults = state.paging.faults;
    const TlbState& tlb = state.tlb;
    for (const CpuTlb& cpu : tlb.cpus) {
        for (unsigned i = 0; i < tlb.configuration.count; ++i)
            (tlb.configuration.structures[i].cache_level == 1 ? sum.first_level : sum.second_level) +=
                cpu.counts[i].hits;
        sum.walks += cpu.walks;
    }
    return sum;
}

void Landscape::add(OperationNumber number, const Operation& operation, OperationStatus status, const State& after) {
    const std::size_t index = number / operations_per_bucket_;
    if (index >= largest_bucket_count) {
        for (std::size_t i = 0; i < largest_bucket_count / 2; ++i) {
            Bucket joined = buckets_[2 * i];
            const Bucket& other = buckets_[2 * i + 1];
            joined.translations = other.translations;
            for (Range Bucket::* range : {&Bucket::free_pages, &Bucket::unusable_permille}) {
                widen(joined.*range, (other.*range).low);
                widen(joined.*range, (other.*range).high);
            }
            buckets_[i] = joined;
        }
        buckets_.resize(largest_bucket_count / 2);
        operations_per_bucket_ *= 2;
        return add(number, operation, status, after);
    }
    if (index >= buckets_.size()) {
        Bucket fresh;
        if (!buckets_.empty()) fresh.translations = buckets_.back().translations;
        buckets_.resize(index + 1, fresh);
    }
    if (accesses_memory(operation.kind)) buckets_[index].translations = count_translations(after);

    std::int64_t free_pages = 0;
    for (const Zone& zone : after.buddy.zones) free_pages += zone.free_pages;
    const auto pages = static_cast<std::uint32_t>(std::max<std::int64_t>(free_pages, 0));
    widen(buckets_[index].free_pages, pages);
    widen(buckets_[index].unusable_permille, unusable_permille(after, pages));

    const auto mark = [&](MarkKind kind) { marks_.push_back({number, kind}); };
    if (operation.kind == OperationKind::note) mark(MarkKind::note);
    if (operation.kind == OperationKind::heading) mark(MarkKind::heading);
    if (operation.kind == OperationKind::predict) mark(MarkKind::prediction);
    if (status == OperationStatus::mistake) mark(MarkKind::mistake);
    if (status == OperationStatus::failed && failure_marks_++ < largest_failure_marks) mark(MarkKind::failure);
}

}  // namespace pageframe
