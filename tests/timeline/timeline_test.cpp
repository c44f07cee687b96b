// Time travel: a seek to any position equals running to it.
#include <gtest/gtest.h>

#include "engine/buddy/buddy_check.h"
#include "engine/core/random.h"
#include "engine/machine/events.h"
#include "engine/timeline/timeline.h"
#include "tests/bench/random_load.h"

namespace pageframe {
namespace {

/// A run of random operations with the hash after each, computed while it was made.
struct RecordedRun {
    std::unique_ptr<Timeline> timeline;
    std::vector<std::uint64_t> hashes;
};

RecordedRun make_run(std::size_t operations, TimelineLimits limits, std::uint64_t seed = 5) {
    RecordedRun run;
    auto pool = std::make_shared<ChunkPool>();
    State initial = boot(plain_machine(24ULL << 20), pool);
    run.hashes.push_back(hash_state(initial));
    run.timeline = std::make_unique<Timeline>(std::move(initial), pool, limits);
    RandomLoad load(seed, 4000);
    for (std::size_t i = 0; i < operations; ++i) {
        const Operation operation = load.next();
        load.done(operation, run.timeline->append(operation));
        run.hashes.push_back(hash_state(run.timeline->end()));
    }
    return run;
}

TEST(Timeline, AnySeekEqualsRunningToIt) {
    RecordedRun run = make_run(3000, {.snapshot_bytes = 64 << 20, .snapshot_interval = 200});
    EXPECT_GT(run.timeline->snapshot_count(), 10U);
    Random random(1);
    for (int i = 0; i < 300; ++i) {
        const std::uint32_t target = random.below(3001);
        ASSERT_EQ(hash_state(run.timeline->seek({target, 0})), run.hashes[target]) << target;
        ASSERT_EQ(run.timeline->position(), (Position{target, 0}));
    }
}

TEST(Timeline, EveryEventOfEveryOperationLeadsToTheNextState) {
    RecordedRun run = make_run(300, {.snapshot_bytes = 64 << 20, .snapshot_interval = 50});
    for (OperationNumber number = 0; number < 300; ++number) {
        const auto events = static_cast<std::uint32_t>(run.timeline->events_of(number).size());
        ASSERT_GT(events, 0U);
        ASSERT_EQ(hash_state(run.timeline->seek({number, events})), run.hashes[number + 1]) << number;
        ASSERT_EQ(hash_state(run.timeline->seek({number, 0})), run.hashes[number]) << number;
    }
}

TEST(Timeline, SteppingForwardsAndBackwardsMeetsTheSameStates) {
    RecordedRun run = make_run(60, {});
    std::vector<std::pair<Position, std::uint64_t>> seen;
    for (OperationNumber number = 0; number < 60; ++number) {
        const auto events = static_cast<std::uint32_t>(run.timeline->events_of(number).size());
        for (std::uint32_t event = 0; event <= events; ++event)
            seen.push_back({{number, event}, hash_state(run.timeline->seek({number, event}))});
    }
    for (std::size_t i = seen.size(); i-- > 0;)
        ASSERT_EQ(hash_state(run.timeline->seek(seen[i].first)), seen[i].second)
            << seen[i].first.operation << '.' << seen[i].first.event;
}

TEST(Timeline, PositionsBeyondTheRunAreItsEnd) {
    RecordedRun run = make_run(50, {});
    EXPECT_EQ(hash_state(run.timeline->seek({1000, 3})), run.hashes.back());
    EXPECT_EQ(run.timeline->position(), (Position{50, 0}));
    run.timeline->seek({10, 100000});
    EXPECT_EQ(run.timeline->position().event, run.timeline->events_of(10).size());
}

TEST(Timeline, ABudgetThinsSnapshotsAndStaysRight) {
    const std::size_t machine_bytes = make_run(0, {}).timeline->bytes_in_use();
    RecordedRun run = make_run(6000, {.snapshot_bytes = machine_bytes + (2 << 20), .snapshot_interval = 20});
    EXPECT_LE(run.timeline->bytes_in_use(), machine_bytes + (3 << 20));
    EXPECT_LT(run.timeline->snapshot_count(), 100U);
    EXPECT_GT(run.timeline->snapshot_count(), 2U);
    Random random(2);
    for (int i = 0; i < 50; ++i) {
        const std::uint32_t target = random.below(6001);
        ASSERT_EQ(hash_state(run.timeline->seek({target, 0})), run.hashes[target]);
    }
}

TEST(Timeline, TheLandscapeStaysBoundedAndKeepsExtremes) {
    auto pool = std::make_shared<ChunkPool>();
    Timeline timeline(boot(plain_machine(24ULL << 20), pool), pool);
    Operation note;
    note.kind = OperationKind::note;
    Operation take;
    take.kind = OperationKind::alloc_pages;
    take.gfp_flags = gfp::nowait;
    take.order = 10;
    for (int i = 0; i < 10000; ++i) timeline.append(note);
    const auto pfn = static_cast<Pfn>(timeline.append(take).value);
    const auto dip =
        static_cast<std::uint32_t>(timeline.end().buddy.zones[0].free_pages + timeline.end().buddy.zones[1].free_pages);
    Operation give;
    give.kind = OperationKind::free_pages;
    give.pfn = pfn;
    give.order = 10;
    give.argument = no_operation;
    timeline.append(give);
    for (int i = 0; i < 10000; ++i) timeline.append(note);
    const Landscape& landscape = timeline.landscape();
    EXPECT_LE(landscape.buckets().size(), Landscape::largest_bucket_count);
    std::uint32_t low = 0xffffffffU;
    for (const Landscape::Bucket& bucket : landscape.buckets()) low = std::min(low, bucket.free_pages.low);
    EXPECT_EQ(low, dip);
    EXPECT_GE(landscape.buckets().size() * landscape.operations_per_bucket(), 20002U);
}

}  // namespace
}  // namespace pageframe
