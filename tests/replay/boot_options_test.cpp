// Geometry of kernels that were started with slub_min_order= and its kin: what the head says, what is given from
// outside, and what every cache has.
#include <gtest/gtest.h>

#include "engine/replay/slab_recording.h"
#include "tests/oracle_files.h"

namespace pageframe {
namespace {

/// With the options that the kernel had, or only those that its recording doesn't say.
ReplayReport replayed(const std::string& name, const KnownSlubOptions& known = {}) {
    RecordingError error;
    const auto report = replay_slab(tests::read_oracle("linux-6.1-options/" + name + ".txt"), error, known);
    EXPECT_TRUE(report) << name << " line " << error.line << ": " << error.message;
    return report.value_or(ReplayReport{});
}

KnownSlubOptions debug(const char* text) {
    KnownSlubOptions known;
    EXPECT_EQ(parse_slub_debug(text, known.debug.emplace()), '\0');
    return known;
}

void expect_equal(const ReplayReport& report, std::size_t results) {
    EXPECT_EQ(report.results_total, results);
    EXPECT_TRUE(report.all_equal()) << (report.difference ? difference_text(*report.difference) : "");
}

TEST(BootOptions, TheHeadSaysTheOrders) {
    for (const char* name : {"min_order_1", "max_order_5", "min_objects_100", "min_order_6"}) {
        SCOPED_TRACE(name);
        expect_equal(replayed("slub_caches_" + std::string(name)), 1835);
    }
}

TEST(BootOptions, WithoutAHeadTheyAreGiven) {
    EXPECT_LT(replayed("slub_all_caches_min_order_1").results_equal, 100U);
    KnownSlubOptions known;
    known.numbers[0] = 1;
    expect_equal(replayed("slub_all_caches_min_order_1", known), 199);
}

TEST(BootOptions, WhatIsGivenGoesBeforeTheHead) {
    KnownSlubOptions known;
    known.numbers[1] = 2;
    EXPECT_FALSE(replayed("slub_caches_max_order_5", known).all_equal());
}

TEST(BootOptions, DebuggingFlagsThatAllCachesHaveAreTheMachines) {
    expect_equal(replayed("slub_caches_debug_FZP"), 1835);
    expect_equal(replayed("slub_caches_debug_FZP", debug("FZP")), 1835);
    EXPECT_FALSE(replayed("slub_caches_debug_FZP", debug("FZ")).all_equal());
    EXPECT_FALSE(replayed("slub_caches_debug_FZP", debug("-")).all_equal());
}

TEST(BootOptions, BlocksWithNamesConcernThoseCaches) {
    // Its last semicolon belongs to the last name: there is no cache called "ou-512;".
    const std::string blocks = "FZ,oc-1*,oh-1000,kmalloc-*;P,on-*;;fu,om-1*,ou-512";
    expect_equal(replayed("slub_caches_debug_names", debug((blocks + ";").c_str())), 1835);
    const ReplayReport named = replayed("slub_caches_debug_names", debug(blocks.c_str()));
    EXPECT_EQ(named.results_equal, 1834U);
    ASSERT_TRUE(named.difference);
    EXPECT_NE(named.difference->where.find("cache ou-512 "), std::string::npos) << named.difference->where;
    EXPECT_FALSE(replayed("slub_caches_debug_names").all_equal());
}

TEST(BootOptions, WithOSlabsDoNotBecomeLarger) {
    expect_equal(replayed("slub_caches_debug_FZPUO", debug("FZPUO")), 1835);
    expect_equal(replayed("slub_all_caches_debug_FZPUO", debug("FZPUO")), 199);
    EXPECT_FALSE(replayed("slub_caches_debug_FZPUO", debug("FZPU")).all_equal());
}

}  // namespace
}  // namespace pageframe
