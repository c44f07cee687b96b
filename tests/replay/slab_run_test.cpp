// Slab recordings as runs: on a machine with frames of its own every list of the cache comes out as it did on
// the recorded one, once the frames are numbered by the order in which they first appear.
#include "engine/replay/slab_run.h"

#include <gtest/gtest.h>

#include <map>

#include "engine/replay/slab_state_text.h"
#include "engine/session/session.h"
#include "engine/slab/slab_check.h"
#include "tests/oracle_files.h"

namespace pageframe {
namespace {

/// "28592/31/31" -> "#0/31/31": a pfn stands wherever a number is followed by '/', but not after one.
class FrameNumbers {
public:
    std::string renamed(std::string_view text) {
        std::string result;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = std::min(text.find_first_not_of("0123456789", at), text.size());
            const bool begins = at == 0 || text[at - 1] != '/';
            if (end > at && end < text.size() && text[end] == '/' && begins) {
                const auto [known, fresh] =
                    numbers_.try_emplace(std::string(text.substr(at, end - at)), numbers_.size());
                result += "#" + std::to_string(known->second);
            } else {
                result += text.substr(at, end - at);
            }
            if (end < text.size()) result += text[end];
            at = end + 1;
        }
        return result;
    }

private:
    std::map<std::string, std::size_t> numbers_;
};

struct Compared {
    unsigned equal = 0;
    unsigned all = 0;
    std::string first_difference;
};

Compared compare(const std::string& name) {
    const std::string text = tests::read_oracle(name);
    const bool several = text.find("CPUNODE") != std::string::npos;
    Compared compared;
    // Numbers begin afresh with every line: a frame may be freed and become a slab again.
    const auto observer = [&](std::string_view recorded, const State& state) {
        ++compared.all;
        EXPECT_EQ(check_slab(state.slab), "");
        const std::string theirs = FrameNumbers().renamed(recorded);
        const std::string ours = FrameNumbers().renamed(slab_state_text(state.slab, 0, several));
        if (theirs == ours)
            ++compared.equal;
        else if (compared.first_difference.empty())
            compared.first_difference = theirs + "\n" + ours;
    };
    RecordingError error;
    EXPECT_TRUE(run_slab_sequence(text, {}, error, observer).has_value()) << error.message << " at " << error.line;
    return compared;
}

class SlabRunOf : public testing::TestWithParam<const char*> {};

TEST_P(SlabRunOf, HasEveryListAsRecorded) {
    const Compared compared = compare(GetParam());
    EXPECT_GT(compared.all, 1000U);
    EXPECT_EQ(compared.equal, compared.all) << compared.first_difference;
}

INSTANTIATE_TEST_SUITE_P(Recordings, SlabRunOf,
                         testing::Values("linux-6.1/slub_seq_64-sequential.txt",
                                         "linux-6.1/slub_seq_256-sequential.txt",
                                         "linux-6.1/slub_seq_1000-sequential.txt",
                                         "linux-6.1/slub_seq_192-sequential-bulk.txt",
                                         "linux-6.1/slub_seq_100-sequential-debugFZP.txt"));

TEST(SlabRun, IsASessionLikeAnyOther) {
    const auto session = Session::from_text(tests::read_oracle("linux-6.1-smp/slub_seq_256-random_smp4.txt"));
    EXPECT_EQ(session->source_kind(), SourceKind::recording);
    ASSERT_TRUE(session->errors().empty());
    Timeline& timeline = session->timeline();
    EXPECT_GT(timeline.operation_count(), 1500U);
    EXPECT_EQ(timeline.state().slab.cpu_count(), 4U);
    EXPECT_EQ(session->configuration().cpus, 4);
    for (OperationNumber number = 0; number < timeline.operation_count(); number += 97)
        EXPECT_EQ(timeline.result_of(number).status, OperationStatus::done) << session->call_text(number);
    EXPECT_EQ(session->call_text(0), "kmem_cache_alloc(os-256-random, GFP_KERNEL)");
    EXPECT_EQ(check_slab(timeline.end().slab), "");
}

TEST(SlabRun, WhatDoesNotFitIsToldWithItsLine) {
    const std::string whole = tests::read_oracle("linux-6.1/slub_seq_64-sequential.txt");
    const std::string head = whole.substr(0, whole.find("\nA ") + 1);
    const auto line_of_error = [&](const std::string& rest) {
        RecordingError error;
        EXPECT_FALSE(run_slab_sequence(head + rest, {}, error).has_value()) << rest;
        return error.line;
    };
    EXPECT_EQ(line_of_error("F 0 0 ffff888006fab000 28587 0\n"), 5U) << "nobody took it";
    EXPECT_EQ(line_of_error("A 0 ffff888006fab000\n"), 5U);
    EXPECT_EQ(line_of_error("X 0\n"), 5U);
    EXPECT_EQ(line_of_error("AB 0 4000000 1\n"), 5U);
    const auto session = Session::from_text(head + "X 0\n");
    EXPECT_EQ(session->errors().size(), 1U);
}

}  // namespace
}  // namespace pageframe
