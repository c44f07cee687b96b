#include "ui/playback.h"

#include <gtest/gtest.h>

#include "tests/ui/sample_run.h"

namespace pageframe::ui {
namespace {

TEST(Playback, ForwardsAndBackwardsByEventMeetTheSameStates) {
    Playback playback(sample_session());
    playback.move(Move::first);
    std::vector<std::pair<Position, std::uint64_t>> forwards;
    for (;;) {
        forwards.emplace_back(playback.position(), hash_state(playback.state()));
        const Position before = playback.position();
        playback.move(Move::next_event);
        if (playback.position() == before) break;
        ASSERT_GT(playback.position(), before);
    }
    EXPECT_EQ(playback.position().operation, playback.session().timeline().operation_count());
    for (std::size_t index = forwards.size(); index-- > 0;) {
        EXPECT_EQ(playback.position(), forwards[index].first);
        EXPECT_EQ(hash_state(playback.state()), forwards[index].second);
        playback.move(Move::previous_event);
    }
    EXPECT_EQ(playback.position(), (Position{0, 0}));
}

TEST(Playback, TheEndOfAnOperationHasOnePosition) {
    Playback playback(sample_session());
    const std::size_t events = playback.session().timeline().events_of(1).size();
    ASSERT_GT(events, 1U);
    playback.seek({1, static_cast<std::uint32_t>(events)});
    EXPECT_EQ(playback.position(), (Position{2, 0}));
    EXPECT_EQ(playback.operation(), 1U);
    EXPECT_EQ(playback.event(), events);
    playback.seek({1, 100000});
    EXPECT_EQ(playback.position(), (Position{2, 0}));
    playback.seek({4000000000U, 7});
    EXPECT_EQ(playback.position().operation, playback.session().timeline().operation_count());
}

TEST(Playback, StateBeforeIsOneStepBack) {
    Playback playback(sample_session());
    playback.seek({1, 2});
    const std::uint64_t before = hash_state(playback.state());
    playback.move(Move::next_event);
    EXPECT_EQ(hash_state(playback.state_before()), before);
}

TEST(Playback, ACompleteOperationShowsWhatCameOfItsEvents) {
    Playback playback(sample_session());
    playback.seek({2, 0});
    const auto pfn = static_cast<Pfn>(playback.result().value);
    bool taken = false;
    for (const Highlight& span : playback.highlight())
        taken |= span.role == Role::taken && span.frames == FrameSpan{pfn, 32};
    EXPECT_TRUE(taken);
}

TEST(Playback, HighlightedStretchesAreDisjoint) {
    Playback playback(sample_session());
    for (OperationNumber operation = 0; operation <= playback.session().timeline().operation_count(); ++operation) {
        playback.seek({operation, 0});
        const HighlightList& list = playback.highlight();
        for (std::size_t one = 0; one < list.size(); ++one) {
            for (std::size_t other = one + 1; other < list.size(); ++other) {
                const FrameSpan a = list[one].frames;
                const FrameSpan b = list[other].frames;
                EXPECT_TRUE(a.pfn + a.frames <= b.pfn || b.pfn + b.frames <= a.pfn);
            }
        }
    }
}

TEST(Playback, ATextWithErrorsShowsAMachineAndNothingHappened) {
    Playback playback(Session::from_scenario("machine { ram = 64M; }\nkmaloc(1);\n"));
    EXPECT_FALSE(playback.session().errors().empty());
    playback.move(Move::next_event);
    EXPECT_EQ(playback.position(), (Position{0, 0}));
    EXPECT_EQ(playback.operation(), no_operation);
}

}  // namespace
}  // namespace pageframe::ui
