// The engine against the kernel: every recording, every result, every later dump. And the comparison itself:
// whatever is changed in a recording's text must be found, or it compares nothing.
#include "engine/replay/replay.h"

#include <gtest/gtest.h>

#include "tests/oracle_files.h"

namespace pageframe {
namespace {

struct Expected {
    const char* name;
    std::size_t results;
    std::size_t dumps;
};

std::optional<ReplayReport> replay_text(std::string text, ReplayOptions options = {}) {
    RecordingError error;
    const auto recording = parse_recording(std::move(text), error);
    if (!recording) {
        ADD_FAILURE() << "line " << error.line << ": " << error.message;
        return std::nullopt;
    }
    auto report = replay(*recording, error, options);
    if (!report) ADD_FAILURE() << "line " << error.line << ": " << error.message;
    return report;
}

class EveryRecording : public testing::TestWithParam<Expected> {};

TEST_P(EveryRecording, IsEqual) {
    // Invariants look at every frame: at a machine of 4 GiB of addresses less often.
    const std::string name = GetParam().name;
    const bool large = name.find("3zones") != std::string::npos;
    const auto report = replay_text(tests::read_oracle(name), {.check_every = large ? 97U : 7U});
    ASSERT_TRUE(report);
    EXPECT_EQ(report->results_total, GetParam().results);
    EXPECT_EQ(report->dumps_total, GetParam().dumps);
    EXPECT_EQ(report->results_equal, report->results_total);
    EXPECT_EQ(report->dumps_equal, report->dumps_total);
    EXPECT_TRUE(report->all_equal()) << (report->difference ? difference_text(*report->difference) : "");
}

INSTANTIATE_TEST_SUITE_P(Oracle, EveryRecording,
                         testing::Values(Expected{"linux-6.1/buddy_a.txt", 2030, 6},             //
                                         Expected{"linux-6.1/buddy_a9.txt", 2090, 6},            //
                                         Expected{"linux-6.1/buddy_b.txt", 2000, 10},            //
                                         Expected{"linux-6.1/buddy_c.txt", 3218, 14},            //
                                         Expected{"linux-6.1/buddy_c_3zones.txt", 3240, 14},     //
                                         Expected{"linux-6.1/buddy_c_tight.txt", 3122, 14},      //
                                         Expected{"linux-6.1/buddy_c_tight11.txt", 6001, 14},    //
                                         Expected{"linux-6.1/buddy_d.txt", 22463, 7},            //
                                         Expected{"linux-6.1/buddy_e_3zones.txt", 3083, 14},     //
                                         Expected{"linux-6.1/buddy_f.txt", 5969, 10},            //
                                         Expected{"linux-6.1/buddy_low.txt", 4108, 10},          //
                                         Expected{"linux-6.1-smp/buddy_numa2_n.txt", 4087, 18},  //
                                         Expected{"linux-6.1-smp/buddy_numa3_dist_zonelists.txt", 0, 2},
                                         Expected{"linux-6.1-smp/buddy_smp2_b.txt", 4066, 18},    //
                                         Expected{"linux-6.1-smp/buddy_smp2_low.txt", 4025, 18},  //
                                         Expected{"linux-6.1-smp/buddy_smp4_c.txt", 4102, 18},    //
                                         Expected{"linux-6.1-smp/buddy_smp4_c_tight.txt", 6070, 14}),
                         [](const auto& test) {
                             const std::string path = test.param.name;
                             const std::size_t start = path.rfind('/') + 1;
                             const char* folder = path.find("smp/") != std::string::npos ? "smp_" : "one_";
                             return folder + path.substr(start, path.rfind('.') - start);
                         });

// --- the comparison can fail ---

/// One change of a recording's text: in the line after `nth` lines that start with `record` (and lie after
/// the first dump), the last place where `from` stands becomes `to`.
struct Damage {
    const char* file;
    const char* record;
    unsigned nth;
    const char* from;
    const char* to;
    const char* what;  ///< part of what the difference must say
};

/// The start of that line in the text; npos when there is none.
std::size_t find_line(const std::string& text, const std::string& record, unsigned nth) {
    std::size_t place = text.find("\nENDDUMP initial");
    for (unsigned seen = 0; place != std::string::npos; ++seen) {
        place = text.find("\n" + record, place + 1);
        if (seen == nth) break;
    }
    return place == std::string::npos ? place : place + 1;
}

bool damage(std::string& text, const Damage& change) {
    const std::size_t line = find_line(text, change.record, change.nth);
    if (line == std::string::npos) return false;
    const std::size_t end = text.find('\n', line);
    const std::size_t place = text.rfind(change.from, end);
    if (place == std::string::npos || place < line) return false;
    text.replace(place, std::string(change.from).size(), change.to);
    return true;
}

class EveryDamage : public testing::TestWithParam<Damage> {};

TEST_P(EveryDamage, IsReported) {
    std::string text = tests::read_oracle(GetParam().file);
    ASSERT_TRUE(damage(text, GetParam())) << "the line to change is not there";
    const auto report = replay_text(text);
    ASSERT_TRUE(report);
    EXPECT_FALSE(report->all_equal());
    ASSERT_TRUE(report->difference);
    EXPECT_NE(report->difference->what.find(GetParam().what), std::string::npos)
        << difference_text(*report->difference);
    EXPECT_NE(report->difference->kernel, report->difference->model);
    EXPECT_NE(report->difference->line, 0U);
    // One damage spoils one result or one dump, and nothing else: the model goes its own way.
    EXPECT_EQ(report->results_equal + report->dumps_equal + 1, report->results_total + report->dumps_total);
}

constexpr const char* one = "linux-6.1/buddy_c_tight.txt";
constexpr const char* several = "linux-6.1-smp/buddy_numa2_n.txt";

INSTANTIATE_TEST_SUITE_P(
    Replay, EveryDamage,
    testing::Values(
        // results, and what stands behind them on the line
        Damage{one, "A 0 ", 0, " 7688 ", " 7689 ", "result"}, Damage{one, "A 0 ", 0, " 7688 ", " NULL ", "result"},
        Damage{one, "A 0 ", 0, " m1 ", " m0 ", "migrate type"},
        Damage{one, "A 0 ", 0, "3808/0/0", "3808/1/0", "zone DMA after it"},
        Damage{one, "A 0 ", 0, "3808/0/0", "3809/0/0", "zone DMA after it"},
        Damage{one, "A 0 ", 0, "3808/0/0", "3808/0/1", "zone DMA after it"},
        Damage{"linux-6.1/buddy_f.txt", "AB 32 ", 0, " 29955 ", " 29954 ", "result"},
        Damage{"linux-6.1/buddy_f.txt", "AB 32 ", 0, "8 8 29952 ", "8 7 ", "result"},
        Damage{several, "VS ", 3, "/0", "/1", "after it"},
        // pageblock and zone changes: another, one too few, one too many
        Damage{one, "B ", 0, " 1 0", " 1 2", "pageblocks that changed"},
        Damage{one, "B ", 0, "B ", "# ", "pageblocks that changed"},
        Damage{one, "A 0 ", 0, "\n", "\nB 9216 1 2\n", "pageblocks that changed"},
        Damage{one, "W ", 0, "boost=512", "boost=511", "boost"}, Damage{one, "W ", 0, "W ", "# ", "boost"},
        Damage{one, "A 0 ", 0, "\n", "\nW 0 boost=0 ha=512 flags=0\n", "boost"},
        // dumps
        Damage{one, "ZONE 1", 2, "start=4096", "start=4095", "start"},
        Damage{one, "ZONE 1", 2, "present=28640", "present=28639", "present"},
        Damage{one, "ZONE 0", 1, "managed=3840", "managed=3839", "managed"},
        Damage{one, "ZONE 1", 0, "wm_low=", "wm_low=1", "watermark"},
        Damage{one, "ZONE 1", 0, " ha=", " ha=1", "nr_reserved_highatomic"},
        Damage{one, "ZONE 1", 0, " flags=", " flags=1", "flags"},
        Damage{one, "ZONE 1", 0, "drift_mark=", "drift_mark=7", "drift"},
        Damage{one, "ZONE 1", 0, "stat_threshold=", "stat_threshold=7", "stat_threshold"},
        Damage{one, "ZONE 0", 0, "lowmem_reserve=0,", "lowmem_reserve=1,", "lowmem_reserve"},
        Damage{one, "PCP 1", 3, "high=", "high=1", "high"}, Damage{one, "PCP 1", 3, "batch=", "batch=1", "batch"},
        Damage{one, "PCP 0", 3, "free_factor=0", "free_factor=1", "free_factor"},
        Damage{several, "PCP 1 c2", 3, " diff=", " diff=1", "differential"},
        Damage{several, "PCP 1 c2", 3, "odiff=0", "odiff=1", "other differential"},
        Damage{several, "PCP 11 c3", 3, "expire=0", "expire=1", "expire"},
        Damage{one, "BM 1", 1, ":1", ":2", "pageblock"}, Damage{one, "NF 1 3", 1, "NF 1 3 ", "NF 1 3 1", "nr_free"},
        Damage{one, "PM 1", 73, "-", "A", "page map"}, Damage{one, "PM 1", 70, "R", "S", "page map"}),
    [](const auto& test) { return std::to_string(test.index); });

/// Everything that a dump says is compared: no digit of it can change unnoticed.
TEST(Replay, EveryDigitOfADumpCounts) {
    std::string text = tests::read_oracle(several);
    const std::size_t begin = text.find("\nDUMP ckpt250\n") + 14;
    const std::size_t end = text.find("ENDDUMP ckpt250\n");
    ASSERT_LT(begin, end);
    text.resize(end + 16);
    ASSERT_TRUE(replay_text(text)->all_equal());
    unsigned changed = 0;
    for (std::size_t place = begin; place < end; place += 7) {
        if (text[place] < '0' || text[place] > '9') continue;
        const char digit = text[place];
        text[place] = digit == '9' ? '0' : static_cast<char>(digit + 1);
        RecordingError error;
        const auto recording = parse_recording(text, error);
        if (recording) {
            const auto report = replay(*recording, error);
            ASSERT_TRUE(report);
            EXPECT_EQ(report->dumps_equal, 0U) << recording->line_text(recording->dumps.back().line);
            EXPECT_EQ(report->results_equal, report->results_total);
        }
        text[place] = digit;
        ++changed;
    }
    EXPECT_GT(changed, 200U);
}

/// The same for the order of lists: two neighbours change places.
TEST(Replay, OrderOfEveryListCounts) {
    std::string text = tests::read_oracle(several);
    const std::size_t end = text.find("ENDDUMP ckpt250\n");
    text.resize(end + 16);
    unsigned changed = 0;
    for (std::size_t line = text.find("\nDUMP ckpt250"); line != std::string::npos; line = text.find('\n', line + 1)) {
        const std::size_t skip = text.compare(line, 4, "\nFL ") == 0 ? 4 : text.compare(line, 4, "\nPL ") == 0 ? 4 : 0;
        std::size_t first = line;
        for (std::size_t field = 0; field < skip; ++field) first = text.find(' ', first + 1);
        const std::size_t second = text.find(' ', first + 1);
        const std::size_t third = std::min(text.find(' ', second + 1), text.find('\n', second + 1));
        if (skip == 0 || second > text.find('\n', line + 1)) continue;
        std::string swapped = text;
        swapped.replace(first, third - first, text.substr(second, third - second) + text.substr(first, second - first));
        EXPECT_FALSE(replay_text(swapped)->all_equal());
        ++changed;
    }
    EXPECT_GT(changed, 30U);
}

TEST(Replay, TellsWhatBothDid) {
    std::string text = tests::read_oracle(one);
    ASSERT_TRUE(damage(text, {one, "A 0 ", 0, " 7688 ", " 7689 ", ""}));
    const auto report = replay_text(text);
    const std::string told = difference_text(*report->difference);
    EXPECT_NE(told.find("operation 0, alloc_pages("), std::string::npos) << told;
    EXPECT_NE(told.find("pfn 7689"), std::string::npos) << told;
    EXPECT_NE(told.find("pfn 7688"), std::string::npos) << told;
    EXPECT_GT(report->difference->events.size(), 1U);
    EXPECT_EQ(summary_text(*report), "3121 of 3122 results equal, 14 of 14 dumps equal");
}

}  // namespace
}  // namespace pageframe
