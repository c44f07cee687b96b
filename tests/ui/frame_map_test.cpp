#include "ui/views/frame_map.h"

#include <gtest/gtest.h>

#include "tests/ui/sample_run.h"

namespace pageframe::ui {
namespace {

void update_fully(FrameMap& map, const State& state, const Palette& palette) {
    while (map.update(state.buddy, palette)) {
    }
}

FrameClass expected_class(FrameKind kind) {
    switch (kind) {
    case FrameKind::absent: return FrameClass::absent;
    case FrameKind::reserved: return FrameClass::reserved;
    case FrameKind::free_head: return FrameClass::free;
    case FrameKind::per_cpu_head: return FrameClass::per_cpu;
    default: return FrameClass::used;
    }
}

TEST(FrameMap, SaysOfEveryFrameWhatItsBlockIs) {
    SampleMachine machine(32 << 20);
    machine.run(3000);
    FrameMap map;
    update_fully(map, machine.state(), palette_of(Theme::dark));
    const BuddyState& state = machine.state().buddy;
    ASSERT_EQ(map.frame_count(), state.frame_count());
    for (Pfn pfn = 0; pfn < state.frame_count(); ++pfn) {
        const BlockReference block = find_block(state, pfn);
        const FrameCode code = map.codes()[pfn];
        ASSERT_EQ(class_of(code), expected_class(state.frames[block.head].kind)) << pfn;
        ASSERT_EQ((code & starts_block) != 0, block.head == pfn) << pfn;
    }
}

TEST(FrameMap, KeptUpIsTheSameAsReadAfresh) {
    SampleMachine machine(32 << 20);
    FrameMap kept;
    for (int round = 0; round < 40; ++round) {
        machine.run(25);
        update_fully(kept, machine.state(), palette_of(Theme::dark));
        FrameMap fresh;
        update_fully(fresh, machine.state(), palette_of(Theme::dark));
        ASSERT_TRUE(std::equal(kept.codes(), kept.codes() + kept.frame_count(), fresh.codes()));
        ASSERT_TRUE(
            std::equal(kept.groups(), kept.groups() + kept.frame_count() / FrameMap::group_frames, fresh.groups()));
    }
}

TEST(FrameMap, ReadsOnlyWhatChanged) {
    SampleMachine machine(256 << 20);
    machine.run(500);
    FrameMap map;
    update_fully(map, machine.state(), palette_of(Theme::dark));
    EXPECT_FALSE(map.update(machine.state().buddy, palette_of(Theme::dark)));
    EXPECT_TRUE(map.changed_regions().empty());
    const State before = machine.state();
    machine.run(1);
    map.update(machine.state().buddy, palette_of(Theme::dark));
    EXPECT_LE(map.changed_regions().size(), 4U);
    map.update(before.buddy, palette_of(Theme::dark));
    EXPECT_LE(map.changed_regions().size(), 4U);
}

TEST(FrameMap, NeverReadsMoreThanItsShareInOneFrame) {
    const SampleMachine machine(16ULL << 30);
    FrameMap map;
    EXPECT_TRUE(map.update(machine.state().buddy, palette_of(Theme::dark)));
    EXPECT_EQ(map.changed_regions().size(), FrameMap::regions_per_update);
}

TEST(FrameMap, MeansAreExact) {
    const Colour blue = colour_from_rgb(0x5aa9e6);
    EXPECT_EQ(ColourMean(4096).of(colour_sum(blue) * 4096), blue);
    EXPECT_EQ(ColourMean(2).of(colour_sum(0xff000000U) + colour_sum(0xff0000feU)), 0xff00007fU);
}

/// A mean multiplies; what it stands for is a division. The sums around every border between two results.
TEST(FrameMap, MeansAreWhatADivisionGives) {
    for (std::uint32_t count = 1; count <= ColourMean::most_colours; count += count < 300 ? 1 : 37) {
        const ColourMean mean(count);
        for (std::uint32_t level = 0; level <= 0xff; ++level)
            for (const std::int64_t beside : {-1, 0, 1}) {
                const std::int64_t sum = std::int64_t{level} * count + count / 2 + beside;
                if (sum < 0 || sum > std::int64_t{0xff} * count) continue;
                const auto expected = static_cast<Colour>((sum + count / 2) / count);
                ASSERT_EQ(mean.of(static_cast<ColourSum>(sum)) & 0xffU, expected) << sum << " / " << count;
                ASSERT_EQ(mean.of(static_cast<ColourSum>(sum) << 42) >> 16 & 0xffU, expected);
            }
    }
    const ColourMean largest(ColourMean::most_colours);
    EXPECT_EQ(largest.of(colour_sum(0xffffffffU) * ColourMean::most_colours), 0xffffffffU);
}

}  // namespace
}  // namespace pageframe::ui
