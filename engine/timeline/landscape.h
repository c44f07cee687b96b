// The run as a landscape: two curves, where translations came from, and the marks of notes and failures, in
// bounded memory.
//
// A run of any length is kept as at most `largest_bucket_count` buckets of equally many operations; when
// they are full, neighbours are joined and a bucket covers twice as many. Each keeps the lowest and highest
// value, so that a short dip survives the joining.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/core/operation.h"
#include "engine/machine/state.h"

namespace pageframe {

class Landscape {
public:
    static constexpr std::size_t largest_bucket_count = 4096;

    struct Range {
        std::uint32_t low = 0xffffffffU;
        std::uint32_t high = 0;
    };
    /// Where translations of addresses came from, since the run began.
    struct Translations {
        std::uint64_t first_level = 0;
        std::uint64_t second_level = 0;
        std::uint64_t walks = 0;
        std::uint64_t faults = 0;  ///< accesses that were refused, some of them after a walk
        std::uint64_t all() const { return first_level + second_level + walks; }
        bool operator==(const Translations&) const = default;
    };
    struct Bucket {
        Range free_pages;
        Range unusable_permille;    ///< unusable free space index at order 9, x 1000
        Translations translations;  ///< at the bucket's end
    };
    enum class MarkKind : std::uint8_t { note, heading, prediction, failure, mistake };
    struct Mark {
        OperationNumber operation;
        MarkKind kind;
    };

    /// Adds the state after operation `number` (in order, none left out).
    void add(OperationNumber number, const Operation& operation, OperationStatus status, const State& after);

    const std::vector<Bucket>& buckets() const { return buckets_; }
    OperationNumber operations_per_bucket() const { return operations_per_bucket_; }
    /// Notes, headings and mistakes all; of failures the first `largest_failure_marks`.
    const std::vector<Mark>& marks() const { return marks_; }

private:
    std::vector<Bucket> buckets_;
    OperationNumber operations_per_bucket_ = 1;
    std::vector<Mark> marks_;
    std::size_t failure_marks_ = 0;
};

/// Of all CPUs up to this state.
Landscape::Translations count_translations(const State& state);

}  // namespace pageframe
