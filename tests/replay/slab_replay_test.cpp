// SLUB and kmalloc against the kernel: every number of every cache, every object and every list of every
// sequence, every size. And the comparison itself: a changed recording must differ.
#include "engine/replay/slab_recording.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/replay/slab_lines.h"
#include "engine/slab/cache_geometry.h"
#include "tests/oracle_files.h"

namespace pageframe {
namespace {

struct Expected {
    const char* name;
    std::size_t results;
    std::size_t dumps;
};

ReplayReport replay_text(const std::string& text) {
    RecordingError error;
    EXPECT_TRUE(looks_like_slab_recording(text));
    auto report = replay_slab(text, error);
    EXPECT_TRUE(report) << "line " << error.line << ": " << error.message;
    return report.value_or(ReplayReport{});
}

class SlabRecording : public testing::TestWithParam<Expected> {};

TEST_P(SlabRecording, IsEqual) {
    const ReplayReport report = replay_text(tests::read_oracle(GetParam().name));
    EXPECT_EQ(report.results_total, GetParam().results);
    EXPECT_EQ(report.dumps_total, GetParam().dumps);
    EXPECT_TRUE(report.all_equal()) << (report.difference ? difference_text(*report.difference) : "");
}

INSTANTIATE_TEST_SUITE_P(Oracle, SlabRecording,
                         testing::Values(Expected{"linux-6.1/slub_caches.txt", 293, 17},         //
                                         Expected{"linux-6.1/slub_caches_cpus2.txt", 293, 17},   //
                                         Expected{"linux-6.1/slub_caches_cpus4.txt", 293, 17},   //
                                         Expected{"linux-6.1/slub_caches_cpus16.txt", 293, 17},  //
                                         Expected{"linux-6.1/slub_caches_cpus64.txt", 293, 17},  //
                                         Expected{"linux-6.1/slub_caches_merge.txt", 293, 17},   //
                                         Expected{"linux-6.1/slub_all_caches.txt", 199, 0},      //
                                         Expected{"linux-6.1/slub_all_caches_cpus2.txt", 199, 0},
                                         Expected{"linux-6.1/slub_all_caches_cpus4.txt", 199, 0},
                                         Expected{"linux-6.1/slub_all_caches_cpus16.txt", 199, 0},
                                         Expected{"linux-6.1/slub_all_caches_cpus64.txt", 199, 0},
                                         Expected{"linux-6.1/slub_all_caches_merge.txt", 145, 0},
                                         Expected{"linux-6.1/kmalloc.txt", 367, 0},  //
                                         Expected{"linux-6.1/slub_seq_64-sequential.txt", 1707, 1708},
                                         Expected{"linux-6.1/slub_seq_256-sequential.txt", 1707, 1708},
                                         Expected{"linux-6.1/slub_seq_1000-sequential.txt", 1707, 1708},
                                         Expected{"linux-6.1/slub_seq_192-sequential-bulk.txt", 1964, 1965},
                                         Expected{"linux-6.1/slub_seq_200-random-bulk.txt", 1964, 1965},
                                         Expected{"linux-6.1/slub_seq_100-sequential-debugFZP.txt", 1707, 1708},
                                         Expected{"linux-6.1-smp/slub_seq_64-sequential_smp2.txt", 1734, 1736},
                                         Expected{"linux-6.1-smp/slub_seq_256-sequential_smp2.txt", 1734, 1736},
                                         Expected{"linux-6.1-smp/slub_seq_256-random_smp4.txt", 2126, 2128},
                                         Expected{"linux-6.1-smp/slub_seq_1000-sequential_smp4.txt", 2126, 2128},
                                         Expected{"linux-6.1-smp/slub_seq_1000-sequential_smp2b.txt", 3462, 3464},
                                         Expected{"linux-6.1-smp/slub_seq_256-sequential-defrag0_numa2.txt", 1802,
                                                  1804}),
                         [](const auto& test) {
                             std::string name = test.param.name;
                             name = (name.find("smp/") != std::string::npos ? "smp_" : "one_") +
                                    name.substr(name.rfind('/') + 1);
                             name = name.substr(0, name.rfind('.'));
                             std::replace_if(name.begin(), name.end(), [](char c) { return c == '-'; }, '_');
                             return name;
                         });

/// One place of a text, after `from` has been met `nth` times before, becomes something else.
std::string changed(std::string text, const std::string& from, const std::string& to, unsigned nth) {
    std::size_t place = text.find(from);
    for (unsigned i = 0; i < nth && place != std::string::npos; ++i) place = text.find(from, place + 1);
    EXPECT_NE(place, std::string::npos);
    return text.replace(place, from.size(), to);
}

TEST(SlabReplay, FindsWhatWasChanged) {
    const std::string sequence = tests::read_oracle("linux-6.1/slub_seq_256-sequential.txt");
    const auto differs = [](const std::string& text, const char* what) {
        const ReplayReport report = replay_text(text);
        ASSERT_TRUE(report.difference) << what;
        EXPECT_NE(report.difference->what.find(what), std::string::npos) << report.difference->what;
    };
    differs(changed(sequence, " 28587 3\n", " 28587 4\n", 0), "object");
    differs(changed(sequence, " sf=-", " sf=1", 200), "lists");
    differs(changed(sequence, " np=0:-", " np=1:7/0:-", 100), "lists");
    differs(changed(sequence, " min_partial=5", " min_partial=6", 0), "geometry");
    const std::string caches = tests::read_oracle("linux-6.1/slub_caches_cpus16.txt");
    differs(changed(caches, " cpu_partial=120", " cpu_partial=30", 50), "geometry");
    differs(changed(caches, "nr_cpu_ids=16", "nr_cpu_ids=1", 0), "geometry");
    const std::string classes = tests::read_oracle("linux-6.1/kmalloc.txt");
    differs(changed(classes, "cache=kmalloc-96", "cache=kmalloc-128", 0), "kmalloc");
    differs(changed(classes, "ROUNDUP 9 16 16", "ROUNDUP 8 16 16", 0), "kmalloc");
}

/// What the kernel merged a new cache into follows from the list of caches it had.
TEST(SlabReplay, MergesAsTheKernelDid) {
    std::vector<RecordedCache> system;  // newest first, as slab_caches is
    for_each_line(tests::read_oracle("linux-6.1/slub_all_caches_merge.txt"), [&](const Line& line) {
        RecordedCache cache;
        if (line[0] == "C" && read_cache(line, cache)) system.push_back(cache);
        return true;
    });
    ASSERT_EQ(system.size(), 145u);
    std::vector<RecordedCache> wanted;
    unsigned merges = 0;
    for_each_line(tests::read_oracle("linux-6.1/slub_caches_merge.txt"), [&](const Line& line) {
        RecordedCache cache;
        if (line[0] == "C" && read_cache(line, cache)) wanted.push_back(cache);
        if (line[0] != "MERGE") return true;
        const auto made = std::find_if(wanted.begin(), wanted.end(), [&](const auto& c) { return c.name == line[1]; });
        EXPECT_NE(made, wanted.end());
        std::string target(line[1]);
        // From the oldest on. proc_dir_entry comes from kmem_cache_create_usercopy(): a cache with a part
        // that may be copied to user space is never shared, and the recording does not say which have one.
        for (auto existing = system.rbegin(); existing != system.rend(); ++existing)
            if (existing->refcount > 0 && !existing->request.constructor &&
                can_merge(made->request, existing->geometry)) {
                if (existing->name == "proc_dir_entry") continue;
                target = existing->name;
                break;
            }
        EXPECT_EQ(target, line[3]) << line[1];
        ++merges;
        return true;
    });
    EXPECT_EQ(merges, 17u);
}

}  // namespace
}  // namespace pageframe
