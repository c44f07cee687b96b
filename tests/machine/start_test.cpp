// A machine started from its memory's size alone has the zones, watermarks, reserves and per-CPU settings
// that a real kernel printed at that size, and after every vm.* setting that was written.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <sstream>

#include "engine/buddy/buddy_check.h"
#include "engine/machine/machine.h"
#include "tests/oracle_files.h"

namespace pageframe {
namespace {

/// One zone of /proc/zoneinfo. What a line names more than once (per CPU) is a list.
struct PrintedZone {
    std::map<std::string, std::vector<long>> values;
    std::vector<long> protection;
    long one(const std::string& name) const {
        const auto found = values.find(name);
        return found == values.end() || found->second.empty() ? -1 : found->second.front();
    }
};
using PrintedZones = std::map<std::string, PrintedZone>;  // "0 DMA32"

/// The first zones printed in `text`, which may hold other sections before and after.
PrintedZones read_zones(std::istream& text, std::string& next_section) {
    PrintedZones zones;
    PrintedZone* zone = nullptr;
    for (std::string line; std::getline(text, line);) {
        if (line.rfind("## ", 0) == 0 && line.rfind("## readback", 0) != 0) {
            next_section = line.substr(3);
            if (!zones.empty()) return zones;
            continue;
        }
        int node = 0;
        char name[16];
        if (std::sscanf(line.c_str(), "Node %d, zone %15s", &node, name) == 2 &&
            line.find("      0 ") == std::string::npos) {
            zone = &zones[std::to_string(node) + " " + name];
            continue;
        }
        if (zone == nullptr) continue;
        std::istringstream words(line);
        std::string word;
        words >> word;
        if (word == "protection:") {
            for (char& c : line)
                if (c == '(' || c == ')' || c == ',') c = ' ';
            std::istringstream numbers(line.substr(line.find(':') + 1));
            for (long number; numbers >> number;) zone->protection.push_back(number);
            continue;
        }
        std::string rest;
        std::getline(words, rest);
        std::size_t last = rest.find_last_of(' ');
        if (last == std::string::npos) continue;
        const std::string name_part = word + rest.substr(0, rest.find_last_not_of(' ', last) + 1);
        zone->values[name_part].push_back(std::atol(rest.c_str() + last));
    }
    next_section.clear();
    return zones;
}

void expect_equal(const State& state, const PrintedZones& printed, const std::string& where) {
    std::size_t populated = 0;
    for (const auto& [name, zone] : printed) populated += zone.one("present") > 0;
    EXPECT_EQ(populated, state.buddy.zones.size()) << where;
    for (ZoneId id = 0; id < state.buddy.zones.size(); ++id) {
        const Zone& zone = state.buddy.zones[id];
        const std::string name = std::to_string(zone.node) + " " + zone_kind_name(zone.kind);
        ASSERT_TRUE(printed.count(name)) << where << ": " << name;
        const PrintedZone& kernel = printed.at(name);
        const std::string at = where + ", zone " + name;
        EXPECT_EQ(zone.spanned, kernel.one("spanned")) << at;
        EXPECT_EQ(zone.present, kernel.one("present")) << at;
        EXPECT_EQ(zone.managed, kernel.one("managed")) << at;
        EXPECT_EQ(zone.watermark[0], kernel.one("min")) << at;
        EXPECT_EQ(zone.watermark[1], kernel.one("low")) << at;
        EXPECT_EQ(zone.watermark[2], kernel.one("high")) << at;
        ASSERT_EQ(kernel.protection.size(), zone.lowmem_reserve.size()) << at;
        for (std::size_t i = 0; i < kernel.protection.size(); ++i)
            EXPECT_EQ(zone.lowmem_reserve[i], kernel.protection[i]) << at << ", protection " << i;
        const auto highs = kernel.values.find("high:");
        const auto batches = kernel.values.find("batch:");
        ASSERT_TRUE(highs != kernel.values.end() && batches != kernel.values.end()) << at;
        for (std::size_t cpu = 0; cpu < highs->second.size(); ++cpu) {
            const PerCpuPages& pages = state.buddy.pages_of_cpu(id, static_cast<CpuId>(cpu));
            EXPECT_EQ(pages.high, highs->second[cpu]) << at << ", CPU " << cpu;
            EXPECT_EQ(pages.batch, batches->second[cpu]) << at << ", CPU " << cpu;
        }
        if (kernel.values.count("vm stats threshold:")) {
            EXPECT_EQ(zone.stat_threshold, kernel.one("vm stats threshold:")) << at;
        }
        if (kernel.values.count("start_pfn:")) {
            EXPECT_EQ(zone.start, kernel.one("start_pfn:")) << at;
        }
    }
}

MachineConfiguration real_machine(std::uint64_t mib) {
    MachineConfiguration configuration;
    configuration.ram_bytes = mib << 20;
    configuration.reserve = MachineConfiguration::Reserve::kernel;
    return configuration;
}

/// The memory that a file's name speaks of: "256M_3zones", "16G", "smp4", "numa2".
MachineConfiguration machine_named(const std::string& name) {
    if (name == "256M_3zones") {
        MachineConfiguration configuration = real_machine(256);
        configuration.ram_above_4g = 128ULL << 20;
        return configuration;
    }
    if (name == "numa2") {
        MachineConfiguration configuration = real_machine(256);
        configuration.nodes = {{128ULL << 20, 2}, {128ULL << 20, 2}};
        return configuration;
    }
    if (name.rfind("smp", 0) == 0) {
        MachineConfiguration configuration = real_machine(256);
        configuration.cpus = static_cast<std::uint8_t>(std::atoi(name.c_str() + 3));
        return configuration;
    }
    const auto amount = static_cast<std::uint64_t>(std::atoi(name.c_str()));
    return real_machine(name.back() == 'G' ? amount << 10 : amount);
}

class StartedMachine : public testing::TestWithParam<const char*> {};

TEST_P(StartedMachine, HasTheKernelsNumbers) {
    const std::string path = GetParam();
    std::istringstream text(tests::read_oracle(path));
    const std::size_t from = path.rfind("zoneinfo_") + 9;
    const MachineConfiguration configuration = machine_named(path.substr(from, path.rfind('.') - from));
    const State state = boot(configuration, std::make_shared<ChunkPool>());
    std::string section;
    const PrintedZones printed = read_zones(text, section);
    ASSERT_FALSE(printed.empty());
    expect_equal(state, printed, path);
    EXPECT_EQ(check_buddy(state.buddy), "");
}

INSTANTIATE_TEST_SUITE_P(
    Zoneinfo, StartedMachine,
    testing::Values("linux-6.1/zoneinfo_128M.txt", "linux-6.1/zoneinfo_192M.txt", "linux-6.1/zoneinfo_256M.txt",
                    "linux-6.1/zoneinfo_256M_3zones.txt", "linux-6.1/zoneinfo_384M.txt", "linux-6.1/zoneinfo_512M.txt",
                    "linux-6.1/zoneinfo_768M.txt", "linux-6.1/zoneinfo_1G.txt", "linux-6.1/zoneinfo_2G.txt",
                    "linux-6.1/zoneinfo_3G.txt", "linux-6.1/zoneinfo_4G.txt", "linux-6.1/zoneinfo_6G.txt",
                    "linux-6.1/zoneinfo_8G.txt", "linux-6.1/zoneinfo_16G.txt", "linux-6.1-smp/zoneinfo_smp2.txt",
                    "linux-6.1-smp/zoneinfo_smp4.txt", "linux-6.1-smp/zoneinfo_numa2.txt"));

/// "min_free_kbytes = 128" into the configuration; settings add up, as they did on the machine.
bool apply_setting(MachineConfiguration& configuration, const std::string& setting) {
    const std::size_t equals = setting.find(" = ");
    if (setting.rfind("SET ", 0) != 0 || equals == std::string::npos) return false;
    const std::string name = setting.substr(4, equals - 4);
    std::istringstream values(setting.substr(equals + 3));
    if (name == "lowmem_reserve_ratio") {
        for (std::uint32_t& ratio : configuration.lowmem_reserve_ratio) values >> ratio;
        return true;
    }
    long value = 0;
    values >> value;
    if (name == "min_free_kbytes") configuration.min_free_kbytes = value;
    if (name == "watermark_scale_factor") configuration.watermark_scale_factor = value;
    if (name == "percpu_pagelist_high_fraction") configuration.percpu_pagelist_high_fraction = value;
    return true;
}

class TunedMachine : public testing::TestWithParam<const char*> {};

TEST_P(TunedMachine, FollowsEverySetting) {
    const std::string name = GetParam();
    std::istringstream text(tests::read_oracle("linux-6.1/zonetune_" + name + ".txt"));
    MachineConfiguration configuration = machine_named(name);
    std::string section;
    std::size_t settings = 0;
    std::string pending;
    PrintedZones printed = read_zones(text, section);  // "initial"
    ASSERT_FALSE(printed.empty());
    expect_equal(boot(configuration, std::make_shared<ChunkPool>()), printed, name + ", initial");
    while (!section.empty()) {
        const std::string setting = section;
        ASSERT_TRUE(apply_setting(configuration, setting)) << setting;
        printed = read_zones(text, section);
        expect_equal(boot(configuration, std::make_shared<ChunkPool>()), printed, name + ", " + setting);
        ++settings;
    }
    EXPECT_GE(settings, 20U);
}

INSTANTIATE_TEST_SUITE_P(Zonetune, TunedMachine, testing::Values("256M_3zones", "2G", "6G"));

}  // namespace
}  // namespace pageframe
