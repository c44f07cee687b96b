// The kernel's texts, byte for byte: each recorded text is read into a state by its numbers, printed, and must
// come out as it was. zoneinfo's lines about what the model has not got are left out of the recorded text.
#include "engine/proc/proc.h"

#include <gtest/gtest.h>

#include <sstream>

#include "engine/buddy/fragmentation.h"
#include "engine/replay/recording.h"
#include "tests/oracle_files.h"

namespace pageframe {
namespace {

ZoneKind kind_named(const std::string& name) {
    unsigned kind = 0;
    while (kind < zone_kind_count && name != zone_kind_name(static_cast<ZoneKind>(kind))) ++kind;
    return static_cast<ZoneKind>(kind);
}

/// A machine of the nodes and CPUs wanted, with nothing in it yet.
State empty_machine(unsigned nodes, unsigned cpus) {
    State state;
    state.buddy.node_count = static_cast<std::uint8_t>(nodes);
    state.buddy.cpu_node.assign(cpus, 0);
    return state;
}

Zone& add_zone(State& state, unsigned node, const std::string& name) {
    Zone zone;
    zone.kind = kind_named(name);
    zone.node = static_cast<NodeId>(node);
    zone.present = 1;
    state.buddy.zones.push_back(zone);
    return state.buddy.zones.back();
}

/// "Node 0, zone   DMA32   5   7 ..." into zones with those numbers of free blocks.
State state_of_buddyinfo(const std::string& text) {
    State state = empty_machine(2, 1);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        std::string word, name;
        unsigned node = 0;
        char comma = 0;
        fields >> word >> node >> comma >> word >> name;
        Zone& zone = add_zone(state, node, name);
        for (FreeArea& area : zone.free_area) fields >> area.nr_free;
    }
    return state;
}

/// The part of a zoneinfo_*.txt after "## /proc/NAME".
std::string section(const std::string& text, const std::string& name) {
    const std::string title = "## /proc/" + name + "\n";
    const std::size_t start = text.find(title);
    if (start == std::string::npos) return "";
    const std::size_t body = start + title.size();
    return text.substr(body, std::min(text.find("## ", body), text.size()) - body);
}

TEST(Buddyinfo, IsTheKernelsText) {
    const std::string text = tests::read_oracle("linux-6.1/proc_buddyinfo.txt");
    ASSERT_FALSE(text.empty());
    EXPECT_EQ(buddyinfo(state_of_buddyinfo(text)), text);
    const std::string nodes = section(tests::read_oracle("linux-6.1-smp/zoneinfo_numa2.txt"), "buddyinfo");
    ASSERT_FALSE(nodes.empty());
    EXPECT_EQ(buddyinfo(state_of_buddyinfo(nodes)), nodes);
}

TEST(Buddyinfo, LeavesOutZonesWithoutMemory) {
    State state = empty_machine(1, 1);
    add_zone(state, 0, "DMA");
    add_zone(state, 0, "Movable").present = 0;
    EXPECT_EQ(buddyinfo(state), "Node 0, zone      DMA      0      0      0      0      0      0      0      0      0"
                                "      0      0 \n");
}

// A row known from a real machine, computed by its kernel.
TEST(Fragmentation, UnusableIndexOfAKnownRow) {
    State state = state_of_buddyinfo("Node 0, zone DMA 1 0 1 1 1 1 1 0 1 1 3\n");
    EXPECT_EQ(unusable_index(state), "Node 0, zone      DMA 0.000 0.000 0.000 0.001 0.003 0.007 0.015 0.031 0.031 "
                                     "0.096 0.225 \n");
    EXPECT_EQ(extfrag_index(state), "Node 0, zone      DMA -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 "
                                    "-1.000 -1.000 -1.000 \n");
}

TEST(Fragmentation, WhereARequestWouldFail) {
    // 100 single frames: nothing above order 0 is left, and the frames would be enough for orders 1 to 6.
    const State broken = state_of_buddyinfo("Node 0, zone DMA 100 0 0 0 0 0 0 0 0 0 0\n");
    const Zone& zone = broken.buddy.zones[0];
    EXPECT_EQ(unusable_free_index(zone, 0), 0);
    EXPECT_EQ(unusable_free_index(zone, 1), 1000);
    EXPECT_EQ(fragmentation_index(zone, 0), -1000);
    EXPECT_EQ(fragmentation_index(zone, 1), 1000 - (1000 + 50000) / 100);
    EXPECT_EQ(fragmentation_index(zone, 10), 1000 - (1000 + 97) / 100);
    // One frame: too little memory rather than too broken up; the kernel's formula goes below 0 here.
    const State scarce = state_of_buddyinfo("Node 0, zone DMA 1 0 0 0 0 0 0 0 0 0 0\n");
    EXPECT_EQ(fragmentation_index(scarce.buddy.zones[0], 1), -500);
    EXPECT_EQ(extfrag_index(scarce).substr(0, 44), "Node 0, zone      DMA -1.000  0.-500  0.-250");
    const State none = state_of_buddyinfo("Node 0, zone DMA 0 0 0 0 0 0 0 0 0 0 0\n");
    EXPECT_EQ(unusable_free_index(none.buddy.zones[0], 3), 1000);
    EXPECT_EQ(fragmentation_index(none.buddy.zones[0], 3), 0);
}

// --- pagetypeinfo ---

/// Frames that exist all through the zone, and as many pageblocks of each type as the text says.
void set_pageblocks(State& state, Zone& zone, const std::array<unsigned, migratetype_count>& counts) {
    Pfn pfn = block_start(zone.start, pageblock_order);
    for (unsigned type = 0; type < migratetype_count; ++type) {
        for (unsigned i = 0; i < counts[type]; ++i, pfn += pageblock_frames) {
            state.buddy.pageblocks.write(pfn >> pageblock_order) = static_cast<Migratetype>(type);
            state.buddy.frames.write(std::max(pfn, zone.start)).kind = FrameKind::reserved;
        }
    }
}

unsigned type_named(const std::string& name) {
    const std::string names[] = {"Unmovable", "Movable", "Reclaimable", "HighAtomic", "CMA", "Isolate"};
    return static_cast<unsigned>(std::find(std::begin(names), std::end(names), name) - std::begin(names));
}

State state_of_pagetypeinfo(const std::string& text) {
    State state = empty_machine(1, 1);
    auto pool = std::make_shared<ChunkPool>();
    state.buddy.frames = {pool, 65536, PageFrame{}};
    state.buddy.pageblocks = {pool, 128, Migratetype::unmovable};
    Zone& dma = add_zone(state, 0, "DMA");
    dma.start = 1;
    dma.spanned = 4095;
    Zone& dma32 = add_zone(state, 0, "DMA32");
    dma32.start = 4096;
    dma32.spanned = 61408;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        std::string word, name, type;
        fields >> word >> word >> word >> name;
        Zone& zone = state.buddy.zones[name == "DMA" || name == "DMA," ? 0 : 1];
        if (line.starts_with("Node    0")) {
            fields >> word >> type;
            for (FreeArea& area : zone.free_area) fields >> area.lists[type_named(type)].count;
        } else if (line.starts_with("Node 0")) {
            std::array<unsigned, migratetype_count> counts{};
            for (const char* each : {"Unmovable", "Movable", "Reclaimable", "HighAtomic", "Isolate"})
                fields >> counts[type_named(each)];
            set_pageblocks(state, zone, counts);
        }
    }
    return state;
}

TEST(Pagetypeinfo, IsTheKernelsText) {
    const std::string text = tests::read_oracle("linux-6.1/proc_pagetypeinfo.txt");
    ASSERT_FALSE(text.empty());
    EXPECT_EQ(pagetypeinfo(state_of_pagetypeinfo(text)), text);
}

TEST(Pagetypeinfo, ShowsCmaWhereThereIsSome) {
    State state = state_of_pagetypeinfo("");
    EXPECT_EQ(pagetypeinfo(state).find("CMA"), std::string::npos);
    state.buddy.cma = true;
    const std::string text = pagetypeinfo(state);
    EXPECT_NE(text.find("Node    0, zone      DMA, type          CMA      0"), std::string::npos) << text;
    EXPECT_NE(text.find("HighAtomic          CMA      Isolate \n"), std::string::npos) << text;
}

TEST(Pagetypeinfo, StopsCountingLongLists) {
    State state = state_of_pagetypeinfo("");
    state.buddy.zones[0].free_area[0].lists[1].count = 123456;
    EXPECT_NE(pagetypeinfo(state).find("type      Movable >100000      0"), std::string::npos);
}

// --- zoneinfo ---

/// The recorded text without what the model has not got.
std::string known_lines(const std::string& text) {
    std::string known;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        std::string word;
        fields >> word;
        const bool counter = line.starts_with("      ") && line.find_first_not_of(' ') == 6;
        if (line == "  per-node stats" || (counter && word != "nr_free_pages" && word != "nr_free_cma")) continue;
        known += line + "\n";
    }
    return known;
}

/// Reads a zoneinfo into a state: a value belongs to the last zone and CPU named.
class ZoneinfoReader {
public:
    explicit ZoneinfoReader(unsigned cpus) { per_cpu_.resize(cpus); }

    State read(const std::string& text) {
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) read_line(line);
        State state = empty_machine(nodes_, static_cast<unsigned>(per_cpu_.size()));
        auto pool = std::make_shared<ChunkPool>();
        const auto zone_count = static_cast<ZoneId>(zones_.size());
        state.buddy.per_cpu = {pool, BuddyState::per_cpu_index(zone_count, 0), PerCpuPages{}};
        for (ZoneId zone = 0; zone < zone_count; ++zone)
            for (std::size_t cpu = 0; cpu < per_cpu_.size(); ++cpu)
                state.buddy.write_pages_of_cpu(zone, static_cast<CpuId>(cpu)) = pages_[zone * per_cpu_.size() + cpu];
        state.buddy.zones = zones_;
        return state;
    }

private:
    void read_line(const std::string& line) {
        std::istringstream fields(line);
        std::string word;
        fields >> word;
        if (word == "Node") return begin_zone(fields);
        Zone& zone = zones_.back();
        if (word == "pages") fields >> word >> zone.free_pages;
        if (word == "boost") fields >> zone.watermark_boost;
        if (word == "min") fields >> zone.watermark[0];
        if (word == "low") fields >> zone.watermark[1];
        if (word == "high") fields >> zone.watermark[2];
        if (word == "spanned") fields >> zone.spanned;
        if (word == "present") fields >> zone.present;
        if (word == "managed") fields >> zone.managed;
        if (word == "start_pfn:") fields >> zone.start;
        if (word == "vm") fields >> word >> word >> zone.stat_threshold;
        if (word == "protection:") {
            char separator = 0;
            for (std::uint32_t& reserve : zone.lowmem_reserve) fields >> separator >> reserve;
        }
        if (word == "cpu:") fields >> cpu_;
        PerCpuPages& pages = pages_[(zones_.size() - 1) * per_cpu_.size() + cpu_];
        if (word == "count:") fields >> pages.count;
        if (word == "high:") fields >> pages.high;
        if (word == "batch:") fields >> pages.batch;
    }

    void begin_zone(std::istringstream& fields) {
        unsigned node = 0;
        std::string word, name;
        fields >> node >> word >> word >> name;
        nodes_ = std::max(nodes_, node + 1);
        Zone zone;
        zone.node = static_cast<NodeId>(node);
        zone.kind = kind_named(name);
        zones_.push_back(zone);
        pages_.resize(zones_.size() * per_cpu_.size());
    }

    std::vector<char> per_cpu_;
    std::vector<Zone> zones_;
    std::vector<PerCpuPages> pages_;
    unsigned nodes_ = 0;
    unsigned cpu_ = 0;
};

TEST(Zoneinfo, IsTheKernelsText) {
    struct File {
        const char* name;
        unsigned cpus;
    };
    for (const File& file : {File{"linux-6.1/zoneinfo_256M.txt", 1}, File{"linux-6.1/zoneinfo_16G.txt", 1},
                             File{"linux-6.1/zoneinfo_256M_3zones.txt", 1}, File{"linux-6.1-smp/zoneinfo_smp4.txt", 4},
                             File{"linux-6.1-smp/zoneinfo_numa2.txt", 4}}) {
        const std::string text = known_lines(section(tests::read_oracle(file.name), "zoneinfo"));
        ASSERT_FALSE(text.empty()) << file.name;
        EXPECT_EQ(zoneinfo(ZoneinfoReader(file.cpus).read(text)), text) << file.name;
    }
    const std::string text = known_lines(tests::read_oracle("linux-6.1/proc_zoneinfo.txt"));
    EXPECT_EQ(zoneinfo(ZoneinfoReader(1).read(text)), text);
}

TEST(Zoneinfo, NeverShowsLessThanNothing) {
    State state = empty_machine(1, 1);
    state.buddy.per_cpu = {std::make_shared<ChunkPool>(), 1, PerCpuPages{}};
    add_zone(state, 0, "DMA").free_pages = -3;
    EXPECT_NE(zoneinfo(state).find("  pages free     0\n"), std::string::npos);
}

// --- all of them, on the state of a real machine ---

TEST(Proc, OfARecordingFitsItsLists) {
    RecordingError error;
    const auto recording = parse_recording(tests::read_oracle("linux-6.1/buddy_a.txt"), error);
    ASSERT_TRUE(recording) << error.message;
    const auto state = initial_state(*recording, std::make_shared<ChunkPool>(), error);
    ASSERT_TRUE(state) << error.message;
    // The NF lines of that dump.
    EXPECT_EQ(buddyinfo(*state),
              "Node 0, zone      DMA      0      0      0      0      0      1      1      1      0      1      3 \n"
              "Node 0, zone    DMA32      2      4      6      4      5      8      7      6      5      3     32 \n");
    // Its BM lines: eight pageblocks, the first unmovable.
    EXPECT_NE(pagetypeinfo(*state).find("Node 0, zone      DMA            1            7            0            0"
                                        "            0 \n"),
              std::string::npos);
    EXPECT_NE(zoneinfo(*state).find("        protection: (0, 181, 181, 181, 181)\n      nr_free_pages 3808\n"),
              std::string::npos);
}

}  // namespace
}  // namespace pageframe
