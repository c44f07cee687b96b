// Reading a recording: what its text says ends up where it belongs, and a text that does not fit is told with
// its line, whatever is wrong with it.
#include "engine/replay/recording.h"

#include <gtest/gtest.h>

#include "engine/core/gfp.h"
#include "engine/core/random.h"
#include "engine/replay/replay.h"
#include "tests/oracle_files.h"

namespace pageframe {
namespace {

/// A machine of 16 frames: small enough to change by hand.
constexpr const char* small = R"(# kernel 6.1.0-test mode=a
# MAX_NR_ZONES=5 MIGRATE_TYPES=5 HIGHATOMIC=3 ISOLATE=4
# watermark_boost_factor=12000 watermark_scale_factor=10
GFP 0 ATOMIC_UNMOV 0x2a20
GFP 3 ATOMIC_MOV 0x2a28
ZONELIST 0:DMA(managed)
DUMP initial
ZONE 0 DMA start=1 spanned=15 present=15 managed=14 wm_min=0 wm_low=0 wm_high=0 boost=0 ha=0 flags=0 free=9 free_global=8 drift_mark=0 stat_threshold=2 lowmem_reserve=0,0,0,0,0
PCP 0 count=3 high=4 batch=1 free_factor=0
PL 0 0 3:1
PL 0 3 4:0
BM 0 0:4
NF 0 0 1
FL 0 0 0 2
NF 0 1 0
NF 0 2 0
NF 0 3 1
FL 0 3 1 8
NF 0 4 0
NF 0 5 0
NF 0 6 0
NF 0 7 0
NF 0 8 0
NF 0 9 0
NF 0 10 0
PM 0 1 R0ppuSA3-------
ENDDUMP initial
A 0 3 3 8 m1 z0=1/3/0
AS 1 0 0 NULL z0=1/3/0
AX 2 0 12288 NULL z0=1/3/0
AB 3 0 5 1 3 z0=1/2/0
F 4 0 3 8 z0=9/2/0
B 0 4 0
W 0 boost=5 ha=512 flags=1f
)";

Recording read(std::string text) {
    RecordingError error;
    auto recording = parse_recording(std::move(text), error);
    if (!recording) ADD_FAILURE() << "line " << error.line << ": " << error.message;
    return recording ? *std::move(recording) : Recording{};
}

/// `text` with the first `from` replaced.
std::string changed(std::string text, const std::string& from, const std::string& to) {
    const std::size_t place = text.find(from);
    if (place == std::string::npos) ADD_FAILURE() << "not in the text: " << from;
    return text.replace(place, from.size(), to);
}

TEST(Recording, ReadsItsHead) {
    const Recording recording = read(small);
    EXPECT_EQ(recording.kernel, "6.1.0-test");
    EXPECT_EQ(recording.watermark_boost_factor, 12000U);
    ASSERT_EQ(recording.migratetypes.size(), 5U);
    EXPECT_EQ(recording.migratetypes[4], Migratetype::isolate);
    EXPECT_FALSE(recording.several_cpus);
    ASSERT_EQ(recording.zonelists.size(), 1U);
    EXPECT_EQ(recording.zonelists[0].fallback.count, 1);
    EXPECT_EQ(recording.zonelists[0].this_node.count, 1);
    EXPECT_TRUE(looks_like_recording(small));
    EXPECT_FALSE(looks_like_recording("machine { ram = 64M; }\n"));
    EXPECT_FALSE(looks_like_recording(""));
}

TEST(Recording, ReadsOperations) {
    const Recording recording = read(small);
    ASSERT_EQ(recording.steps.size(), 5U);
    ASSERT_EQ(recording.operations.size(), 5U);  // a split of NULL is no operation
    const Operation& first = recording.operations[0];
    EXPECT_EQ(first.kind, OperationKind::alloc_pages);
    EXPECT_EQ(first.gfp_flags, gfp::atomic | gfp::nowarn | gfp::movable);
    EXPECT_EQ(first.order, 3);
    EXPECT_EQ(first.line, 28U);
    EXPECT_EQ(recording.line_text(first.line), "A 0 3 3 8 m1 z0=1/3/0");
    EXPECT_EQ(recording.steps[0].pfn, 8U);
    EXPECT_EQ(recording.steps[0].type, Migratetype::movable);
    EXPECT_EQ(recording.steps[1].pfn, no_pfn);
    EXPECT_EQ(recording.operations[2].kind, OperationKind::alloc_pages_exact);
    EXPECT_EQ(recording.operations[2].argument, 12288U);
    EXPECT_EQ(recording.steps[3].pages, std::vector<Pfn>{3});
    const Operation& last = recording.operations[4];
    EXPECT_EQ(last.kind, OperationKind::free_pages);
    EXPECT_EQ(last.argument, 0U);  // the operation that took it
    const RecordedStep& step = recording.steps[4];
    ASSERT_EQ(step.counters.size(), 1U);
    EXPECT_EQ(step.counters[0].free_pages, 9);
    EXPECT_EQ(step.counters[0].per_cpu_count, 2);
    ASSERT_EQ(step.pageblock_changes.size(), 1U);
    EXPECT_EQ(step.pageblock_changes[0].before, Migratetype::isolate);
    ASSERT_EQ(step.zone_changes.size(), 1U);
    EXPECT_EQ(step.zone_changes[0].flags, 0x1fU);
    EXPECT_EQ(step.zone_changes[0].highatomic, 512U);
}

TEST(Recording, BecomesAState) {
    RecordingError error;
    const Recording recording = read(changed(small, "0:4", "0:1"));
    const auto state = initial_state(recording, std::make_shared<ChunkPool>(), error);
    ASSERT_TRUE(state) << error.message;
    const BuddyState& buddy = state->buddy;
    EXPECT_EQ(buddy.frames[1].kind, FrameKind::reserved);
    EXPECT_EQ(buddy.frames[2].kind, FrameKind::free_head);
    EXPECT_EQ(buddy.frames[3].kind, FrameKind::per_cpu_head);
    EXPECT_EQ(buddy.frames[4].order, 1);
    EXPECT_EQ(buddy.frames[5].kind, FrameKind::interior);
    EXPECT_EQ(buddy.frames[6].use, FrameUse::slab);
    EXPECT_EQ(buddy.frames[7].kind, FrameKind::allocated_head);
    EXPECT_EQ(buddy.frames[8].order, 3);
    EXPECT_EQ(buddy.frames[16].kind, FrameKind::absent);
    EXPECT_EQ(buddy.exact_free_pages(0), 9);
    EXPECT_EQ(buddy.zones[0].free_pages, 8);
    EXPECT_EQ(buddy.pageblock_type(0), Migratetype::movable);
    EXPECT_FALSE(buddy.movable_pages_on_lru);
    EXPECT_EQ(buddy.watermark_boost_factor, 12000U);
}

struct Wrong {
    const char* from;
    const char* to;
    std::uint32_t line;
    const char* message;  ///< part of it
};

class WrongText : public testing::TestWithParam<Wrong> {};

TEST_P(WrongText, IsToldWithItsLine) {
    const Wrong& wrong = GetParam();
    RecordingError error;
    const auto recording = parse_recording(changed(changed(small, "0:4", "0:1"), wrong.from, wrong.to), error);
    std::optional<State> state;
    if (recording) state = initial_state(*recording, std::make_shared<ChunkPool>(), error);
    EXPECT_FALSE(state);
    EXPECT_EQ(error.line, wrong.line);
    EXPECT_NE(error.message.find(wrong.message), std::string::npos) << error.message;
}

INSTANTIATE_TEST_SUITE_P(Recording, WrongText,
                         testing::Values(Wrong{"TYPES=5", "TYPES=9", 2, "MIGRATE_TYPES"},             //
                                         Wrong{"=12000", "=12x", 3, "watermark_boost_factor"},        //
                                         Wrong{"0x2a20", "2a20", 4, "GFP"},                           //
                                         Wrong{"GFP 3", "GFP 3000", 5, "GFP"},                        //
                                         Wrong{"0:DMA", "1:DMA", 6, "zone 1"},                        //
                                         Wrong{"ZONELIST", "ZONLIST", 6, "ZONLIST"},                  //
                                         Wrong{"(managed)", "(empty)", 27, "no zonelist"},            //
                                         Wrong{"ZONE 0", "ZONE 7", 8, "zone's number"},               //
                                         Wrong{"ZONE 0", "ZONE x", 8, "zone's number"},               //
                                         Wrong{"ZONE 0", "ZONE 10", 8, "zone's number"},              //
                                         Wrong{" spanned=15", "", 8, "missing"},                      //
                                         Wrong{" wm_low=0", " wm_low=", 8, "missing"},                //
                                         Wrong{"=0,0,0,0,0", "=0,0,0,0", 8, "lowmem_reserve"},        //
                                         Wrong{"start=1 ", "start=4294967295 ", 8, "size"},           //
                                         Wrong{"spanned=15", "spanned=4294967295", 8, "size"},        //
                                         Wrong{"present=15", "present=16", 8, "size"},                //
                                         Wrong{"free=9", "free=-1", 8, "free pages"},                 //
                                         Wrong{"free=9", "free=15", 8, "free pages"},                 //
                                         Wrong{"free=9", "free=10", 7, "contradicts"},                //
                                         Wrong{"batch=1", "batch=0", 9, "out of range"},              //
                                         Wrong{"high=4", "high=-4", 9, "out of range"},               //
                                         Wrong{"free_factor=0", "flags=0", 9, "6.1"},                 //
                                         Wrong{"count=3", "count=4", 7, "contradicts"},               //
                                         Wrong{"PCP 0", "# PCP 0", 8, "PCP line"},                    //
                                         Wrong{"PL 0 0 3:1", "PL 0 14 3:1", 10, "per-CPU list"},      //
                                         Wrong{"PL 0 0 3:1", "PL 0 0 3:9", 10, "migrate type"},       //
                                         Wrong{"PL 0 0 3:1", "PL 0 0 3", 10, "pfn:type"},             //
                                         Wrong{"PL 0 0 3:1", "PL 0 0 6:1", 9, "something else"},      //
                                         Wrong{"PL 0 0 3:1", "PL 0 3 3:1", 11, "was there before"},   //
                                         Wrong{"PL 0 3 4:0", "PL 0 3 5:0", 9, "no block"},            //
                                         Wrong{"BM 0 0:1", "BM 0 5120:1", 8, "outside of memory"},    //
                                         Wrong{"BM 0", "BN 0", 12, "BN"},                             //
                                         Wrong{"NF 0 0 1", "NF 0 0 2", 7, "contradicts"},             //
                                         Wrong{"NF 0 7 0\n", "", 22, "next order"},                   //
                                         Wrong{"NF 0 10 0\n", "", 8, "NF line"},                      //
                                         Wrong{"0 DMA", "0 DMA32", 8, "name"},                        //
                                         Wrong{"NF 0 0 1", "NF 0 11 1", 13, "order"},                 //
                                         Wrong{"FL 0 0 0 2", "FL 0 0 0 2 2", 8, "something else"},    //
                                         Wrong{"FL 0 0 0 2", "FL 0 0 0 4294967296", 14, "pfn"},       //
                                         Wrong{"FL 0 3 1 8", "FL 0 10 1 8", 8, "no block"},           //
                                         Wrong{"FL 0 3 1 8", "FL 0 3 1 1024", 8, "no block"},         //
                                         Wrong{"FL 0 3 1 8", "FL 1 3 1 8", 18, "no ZONE line"},       //
                                         Wrong{"FL 0 3 1 8\n", "", 25, "on no list"},                 //
                                         Wrong{"PM 0 1", "PM 0 2", 26, "not in this zone"},           //
                                         Wrong{"PM 0 1 R0pp", "PM 0 1 R0p?", 26, "page map's char"},  //
                                         Wrong{"PM 0 1 R", "PM 0 0 RR", 26, "not in this zone"},      //
                                         Wrong{"PM 0 1", "# PM 0 1", 7, "no page map"},               //
                                         Wrong{"ENDDUMP initial", "ENDDUMP other", 27, "another"},    //
                                         Wrong{"ENDDUMP initial", "# ENDDUMP", 28, "inside a dump"},  //
                                         Wrong{"A 0 3 3 8", "A 0 1 3 8", 28, "GFP"},                  //
                                         Wrong{"A 0 3 3 8", "A 0 3 11 8", 28, "order"},               //
                                         Wrong{"A 0 3 3 8", "A 0 3 3 8388608", 28, "pfn or NULL"},    //
                                         Wrong{"A 0 3 3 8", "A x 3 3 8", 28, "number"},               //
                                         Wrong{"m1 z0=1/3/0", "m5 z0=1/3/0", 28, "migrate type"},     //
                                         Wrong{"m1 z0=1/3/0", "m1 z1=1/3/0", 28, "z<zone>"},          //
                                         Wrong{"m1 z0=1/3/0", "m1 z0=1/3", 28, "z<zone>"},            //
                                         Wrong{"m1 z0=1/3/0", "m1 ?", 28, "was expected"},            //
                                         Wrong{"12288", "99999999999999", 30, "bytes"},               //
                                         Wrong{"5 1 3 z0", "5 2 3 z0", 31, "pfn"},                    //
                                         Wrong{"5 1 3 z0", "5 6 3 z0", 31, "wanted and got"},         //
                                         Wrong{"F 4 0 3 8", "F 4 0 3", 32, "pfn"},                    //
                                         Wrong{"B 0 4 0", "B 0 4", 33, "migrate type"},               //
                                         Wrong{"W 0", "W 1", 34, "zone"},                             //
                                         Wrong{"flags=1f", "flags=1g", 34, "flags="}),
                         [](const auto& test) { return std::to_string(test.index); });

TEST(Recording, OtherTextsAreToldToo) {
    for (const char* text : {"", "\n\n", "# kernel 6.1\n", "hello\n", "DUMP initial", "A 0 0 0 0\n", "ZONELIST n0\n"}) {
        RecordingError error;
        EXPECT_FALSE(parse_recording(text, error)) << text;
        EXPECT_FALSE(error.message.empty()) << text;
    }
}

/// Cut anywhere, and damaged anywhere: an error or a recording, and never a crash.
TEST(Recording, DamagedTextIsHarmless) {
    const std::string whole = tests::read_oracle("linux-6.1-smp/buddy_smp4_c_tight.txt").substr(0, 40000);
    Random random(7);
    for (int round = 0; round < 400; ++round) {
        std::string text = whole;
        text.resize(random.below(static_cast<std::uint32_t>(text.size())));
        for (std::uint32_t change = random.below(8); change != 0 && !text.empty(); --change) {
            const std::uint32_t place = random.below(static_cast<std::uint32_t>(text.size()));
            text[place] = "0123456789 =:/\nABFDLMPZcnz-"[random.below(27)];
        }
        RecordingError error;
        const auto recording = parse_recording(text, error);
        if (recording) replay(*recording, error, {.check_every = 16});
    }
}

TEST(Recording, LinesMayEndAsWindowsEndsThem) {
    std::string text;
    for (const char* c = small; *c != '\0'; ++c) {
        if (*c == '\n') text += '\r';
        text += *c;
    }
    EXPECT_EQ(read(text).steps.size(), 5U);
}

}  // namespace
}  // namespace pageframe
