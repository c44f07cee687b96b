// The reference trace against cachegrind's counts, damage of every kind, and the three ways to replace.
#include <map>
#include <sstream>
#include <vector>

#include <gtest/gtest.h>

#include "engine/tlb/trace_replay.h"
#include "tests/oracle_files.h"

namespace pageframe {
namespace {

std::string oracle_file(const char* name) { return tests::read_oracle(std::string("tlb/") + name); }

TraceCounts run(const TraceSettings& settings, std::string_view bytes, std::size_t piece = 65536) {
    TraceReplay replay(settings);
    for (std::size_t at = 0; at < bytes.size(); at += piece) EXPECT_TRUE(replay.feed(bytes.substr(at, piece)));
    EXPECT_TRUE(replay.finish()) << replay.error();
    return replay.counts();
}

std::string error_of(std::string_view bytes, std::size_t piece = 65536) {
    TraceReplay replay(TraceSettings{});
    for (std::size_t at = 0; at < bytes.size(); at += piece)
        if (!replay.feed(bytes.substr(at, piece))) break;
    EXPECT_FALSE(replay.finish());
    return replay.error();
}

TraceSettings settings_of(TlbGeometry both, TlbGeometry shared, Replacement replacement = Replacement::true_lru) {
    TraceSettings settings;
    settings.instructions = settings.data = both;
    settings.shared = shared;
    settings.replacement = replacement;
    return settings;
}

TEST(TraceReplay, EveryGeometryOfTheReferenceIsEqual) {
    const std::string trace = oracle_file("walk.trace.gz");
    std::istringstream expected(oracle_file("expected.txt"));
    int lines = 0;
    for (std::string line; std::getline(expected, line); ++lines) {
        TraceSettings settings;
        std::istringstream fields(line);
        for (TlbGeometry* geometry : {&settings.instructions, &settings.data, &settings.shared}) {
            std::string field;
            fields >> field;
            ASSERT_TRUE(parse_geometry(std::string_view(field).substr(field.find('=') + 1), *geometry)) << field;
        }
        const std::string summary = trace_summary(settings, run(settings, trace));
        EXPECT_EQ(summary.substr(0, line.size()), line);
    }
    EXPECT_GE(lines, 3);
}

TEST(TraceReplay, PiecesOfAnySizeGiveTheSame) {
    const std::string trace = oracle_file("walk.trace.gz");
    const TraceCounts whole = run({}, trace, trace.size());
    EXPECT_EQ(run({}, trace, 1013), whole);
    EXPECT_EQ(run({}, std::string_view(trace), 37), whole);
}

TEST(TraceReplay, PlainTextIsTakenInPiecesToo) {
    const std::string text = "==7== Lackey\nI  00001000,4\n L 1ffe,8\r\n S 2000,1\n M 2001,4";
    for (std::size_t piece = 1; piece < 20; ++piece) {
        const TraceCounts counts = run({}, text, piece);
        EXPECT_EQ(counts.instructions, 1u);
        EXPECT_EQ(counts.data, 3u);
        EXPECT_EQ(counts.modifies, 1u);
        EXPECT_EQ(counts.data_misses, 1u);  // both pages of the load are one miss
        EXPECT_EQ(counts.walks, 2u);        // page 1 by the fetch, page 2 by the load
    }
}

TEST(TraceReplay, DamageIsToldWithItsPlace) {
    const std::string trace = oracle_file("walk.trace.gz");
    EXPECT_NE(error_of(std::string_view(trace).substr(0, trace.size() / 2)).find("ends in its middle"),
              std::string::npos);
    EXPECT_NE(error_of(std::string_view(trace).substr(0, trace.size() - 3)).find("ends in its middle"),
              std::string::npos);
    std::string damaged = trace;
    damaged[trace.size() - 6] = static_cast<char>(damaged[trace.size() - 6] ^ 1);
    EXPECT_NE(error_of(damaged).find("damaged"), std::string::npos);
    EXPECT_NE(error_of(std::string(100, '\x1f')).find("damaged"), std::string::npos);
    EXPECT_NE(error_of("I  1000,4\nrubbish\n").find("line 2"), std::string::npos);
    EXPECT_NE(error_of("I  1000,4\n L 2000").find("line 2"), std::string::npos);
    EXPECT_NE(error_of(" L 2000,0\n").find("line 1"), std::string::npos);
    for (const char* other : {"II 1000,4\n", " I 1000,4\n", "L  1000,4\n", " L1000,4\n", " L ,4\n", " L 1000,\n"})
        EXPECT_NE(error_of(other).find("line 1"), std::string::npos) << other;
    EXPECT_NE(error_of(" L 2000,4097\n").find("two pages"), std::string::npos);
    EXPECT_NE(error_of(" L 11112222333344445,4\n").find("line 1"), std::string::npos);
    EXPECT_NE(error_of("").find("no reference"), std::string::npos);
    EXPECT_NE(error_of(std::string(1 << 20, 'x')).find("too long"), std::string::npos);
}

TEST(TraceReplay, AMissingTailIsFound) {
    const std::string text = "I  1000,4\n L 2000,8\n S 3000,8\n";
    // A stored block without the check sum behind it.
    std::string file("\x1f\x8b\x08\0\0\0\0\0\0\xff\x01", 11);
    file += static_cast<char>(text.size());
    file += '\0';
    file += static_cast<char>(~text.size());
    file += '\xff';
    file += text;
    EXPECT_NE(error_of(file).find("ends in its middle"), std::string::npos);
}

std::string stride(std::uint32_t pages, std::uint32_t rounds) {
    std::ostringstream text;
    for (std::uint32_t round = 0; round < rounds; ++round)
        for (std::uint32_t page = 0; page < pages; ++page)
            text << " L " << std::hex << page * 4096 << std::dec << ",8\n";
    return text.str();
}

TEST(TraceReplay, OnePageMoreThanFitsIsTheCliff) {
    const TlbGeometry sixteen{16, 16};
    EXPECT_EQ(run(settings_of(sixteen, {64, 4}), stride(16, 10)).data_misses, 16u);
    EXPECT_EQ(run(settings_of(sixteen, {64, 4}), stride(17, 10)).data_misses, 170u);
    // Random replacement has no cliff, and pseudo-LRU a smaller one.
    EXPECT_LT(run(settings_of(sixteen, {64, 4}, Replacement::random), stride(17, 10)).data_misses, 100u);
    EXPECT_LT(run(settings_of(sixteen, {64, 4}, Replacement::tree_plru), stride(17, 10)).data_misses, 170u);
}

TEST(TraceReplay, SetsNeedNoPowerOfTwo) {
    // 3 sets of 2: pages 0, 3, 6 share a set.
    const TlbGeometry six{6, 2};
    EXPECT_EQ(run(settings_of(six, {60, 2}), stride(6, 5)).data_misses, 6u);
    EXPECT_EQ(run(settings_of(six, {60, 2}), stride(9, 5)).data_misses, 45u);
}

TEST(TlbGeometry, ImpossibleOnesAreRefused) {
    EXPECT_EQ(geometry_problem({64, 4}, Replacement::true_lru), "");
    EXPECT_EQ(geometry_problem({1536, 12}, Replacement::true_lru), "");
    EXPECT_NE(geometry_problem({0, 4}, Replacement::true_lru), "");
    EXPECT_NE(geometry_problem({64, 0}, Replacement::true_lru), "");
    EXPECT_NE(geometry_problem({64, 5}, Replacement::true_lru), "");
    EXPECT_NE(geometry_problem({4, 8}, Replacement::true_lru), "");
    EXPECT_NE(geometry_problem({12, 6}, Replacement::tree_plru), "");
    TlbGeometry geometry;
    EXPECT_FALSE(parse_geometry("64", geometry));
    EXPECT_FALSE(parse_geometry("64,", geometry));
    EXPECT_FALSE(parse_geometry("64,4x", geometry));
}

TEST(TreePlru, PointsAwayFromWhatWasUsed) {
    std::uint32_t tree = 0;
    for (std::uint32_t way : {0u, 2u, 1u, 3u}) tree = plru_after_use(tree, way, 4);
    EXPECT_EQ(plru_victim(tree, 4), 0u);
    tree = plru_after_use(tree, 0, 4);
    EXPECT_EQ(plru_victim(tree, 4), 2u);
}

TEST(TraceReplay, ASecondLevelForEachKind) {
    TraceSettings settings;
    settings.instructions = settings.data = {1, 1};
    ASSERT_TRUE(parse_second_level("1,1/2,2", settings));
    EXPECT_EQ(shape_problems(settings)[2], "");
    TraceReplay replay(settings);
    // Two pages of data in turn, between them two of instructions: those drive only each other out.
    std::string text;
    for (int i = 0; i < 10; ++i) text += i % 2 == 0 ? "I  1000,4\n L 5000,4\n" : "I  2000,4\n L 6000,4\n";
    ASSERT_TRUE(replay.feed(text) && replay.finish());
    const TraceCounts counts = replay.counts();
    EXPECT_EQ(counts.instruction_misses, 10u);
    EXPECT_EQ(counts.shared_instruction_misses, 10u);
    EXPECT_EQ(counts.data_misses, 10u);
    EXPECT_EQ(counts.shared_data_misses, 2u);
    EXPECT_EQ(trace_summary(settings, counts).substr(0, 34), "itlb=1,1 dtlb=1,1 stlb=1,1/2,2 ins");
    EXPECT_FALSE(parse_second_level("1,1/", settings));
    ASSERT_TRUE(parse_second_level("4,2", settings));
    EXPECT_FALSE(settings.data_second);
    ASSERT_TRUE(parse_second_level("4,2/4,3", settings));
    EXPECT_NE(shape_problems(settings)[2], "");
}

TEST(TraceProfile, StaysBoundedAndLosesNothing) {
    TraceProfile profile;
    std::uint64_t misses = 0;
    for (std::uint64_t i = 0; i < 3'000'000; ++i) {
        const bool miss = i % 7 == 0;
        misses += miss;
        profile.add(ReferenceKind::load, i * 40961);
        if (miss) profile.add_miss(ReferenceKind::load, false);
    }
    EXPECT_LE(profile.buckets().size(), TraceProfile::most_buckets);
    std::uint64_t references = 0, counted = 0;
    for (const TraceProfile::Bucket& bucket : profile.buckets()) {
        references += bucket.references;
        counted += bucket.first_level_misses;
    }
    EXPECT_EQ(references, 3'000'000u);
    EXPECT_EQ(counted, misses);
    counted = 0;
    const auto regions = profile.regions();
    EXPECT_LE(regions.size(), TraceProfile::most_regions);
    for (std::size_t i = 0; i < regions.size(); ++i) {
        counted += regions[i].first_level_misses;
        if (i > 0) {
            EXPECT_LT(regions[i - 1].start, regions[i].start);
        }
    }
    EXPECT_EQ(counted, misses);
}

TEST(TraceProfile, CodeAndDataAreCountedWhereTheyLie) {
    TraceProfile profile;
    std::vector<std::uint64_t> addresses;
    const auto add = [&](ReferenceKind kind, std::uint64_t address) {
        addresses.push_back(address);
        profile.add(kind, address);
    };
    // Data goes on to where it was not yet, so that the regions double; code comes back each time to a place whose
    // region now has the number that the last one had before.
    std::uint64_t code = 0x401000;
    add(ReferenceKind::fetch, code);
    for (std::uint64_t i = 0; i < 60'000; ++i) {
        const std::uint64_t before = profile.region_bytes();
        add(ReferenceKind::store, 0x10000000 + i * 4096);
        if (profile.region_bytes() != before) add(ReferenceKind::fetch, code *= 2);
    }
    EXPECT_GE(profile.region_bytes(), 4096u << 3);
    std::map<std::uint64_t, std::uint64_t> expected;
    for (const std::uint64_t address : addresses) ++expected[address / profile.region_bytes() * profile.region_bytes()];
    std::map<std::uint64_t, std::uint64_t> counted;
    for (const TraceProfile::Region& region : profile.regions()) counted[region.start] = region.references;
    EXPECT_EQ(counted, expected);
}

}  // namespace
}  // namespace pageframe
