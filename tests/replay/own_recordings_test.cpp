// Recordings that we made ourselves of a Linux 6.1, for ways that the others do not go: a node that is full, three
// nodes, every debugging flag, other numbers of CPUs, pages of 2 MiB, a worker that the scheduler lets wait.
#include <gtest/gtest.h>

#include "engine/replay/slab_recording.h"
#include "engine/replay/vmalloc_recording.h"
#include "tests/oracle_files.h"

namespace pageframe {
namespace {

struct OwnRecording {
    const char* name;
    std::size_t results;
    std::size_t dumps;
};

constexpr OwnRecording recordings[] = {
    {"slub_all_caches_merge_cpus64", 145, 0},
    {"slub_caches_cpus3", 1835, 193},
    {"slub_caches_merge_cpus4", 1835, 193},
    {"slub_seq_1000-random-defrag0_numa2full", 2147, 2149},
    {"slub_seq_192-random-defrag1024_numa2", 1949, 1951},
    {"slub_seq_192-sequential-defrag1024_numa2full", 2604, 2606},
    {"slub_seq_200-sequential-rcudebugFZP", 1501, 1502},
    {"slub_seq_2048-random_minorder", 1555, 1556},
    {"slub_seq_24-random-bulk-debugFZP", 1885, 1886},
    {"slub_seq_256-sequential-defrag0_numa2b", 2961, 2963},
    {"slub_seq_300-random-debugU_smp4", 2026, 2028},
    {"slub_seq_512-random-debugFZPU", 1765, 1766},
    {"slub_seq_6000-sequential-defrag0_numa3full", 2127, 2129},
    {"slub_seq_8192-sequential-bulk-c", 1519, 1520},
    {"slub_seq_96-random_smp4", 1801, 1803},
    {"vmalloc_api", 1015, 27},
    {"vmalloc_api_huge", 331, 13},
    {"vmalloc_api_hugefull", 301, 13},
    {"vmalloc_purge", 1502, 27},
};

std::optional<ReplayReport> replay_own(const std::string& text, RecordingError& error) {
    if (looks_like_slab_recording(text)) return replay_slab(text, error);
    return replay_vmalloc(text, error, {.check_every = 20});
}

TEST(OwnRecordings, AreEqual) {
    for (const OwnRecording& recording : recordings) {
        SCOPED_TRACE(recording.name);
        RecordingError error;
        const std::string text = tests::read_oracle("linux-6.1-own/" + std::string(recording.name) + ".txt");
        const auto report = replay_own(text, error);
        ASSERT_TRUE(report) << "line " << error.line << ": " << error.message;
        EXPECT_EQ(report->results_total, recording.results);
        EXPECT_EQ(report->dumps_total, recording.dumps);
        EXPECT_TRUE(report->all_equal()) << (report->difference ? difference_text(*report->difference) : "");
    }
}

}  // namespace
}  // namespace pageframe
