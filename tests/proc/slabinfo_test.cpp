// /proc/slabinfo, byte for byte: every line of a real one is read into numbers, printed, and must come out as
// it was; and its geometry columns are what the model computes from what /sys/kernel/slab says was asked for.
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "engine/proc/proc.h"
#include "engine/session/session.h"
#include "tests/oracle_files.h"

namespace pageframe {
namespace {

struct Line {
    std::string text;
    std::string name;
    CacheGeometry geometry;
    SlabInfo info;
};

std::vector<Line> recorded_lines() {
    std::vector<Line> lines;
    std::istringstream text(tests::read_oracle("linux-6.1/proc_slabinfo.txt"));
    std::string row;
    while (std::getline(text, row)) {
        if (row.starts_with("slabinfo") || row.starts_with('#')) continue;
        Line line;
        line.text = row + "\n";
        std::istringstream words(row);
        std::string word;
        std::uint32_t pages = 0;
        SlabInfo& info = line.info;
        words >> line.name >> info.active_objects >> info.objects >> line.geometry.size >> line.geometry.objects >>
            pages >> word >> word >> info.limit >> info.batch >> info.shared >> word >> word >> info.active_slabs >>
            info.slabs >> info.shared_available;
        EXPECT_FALSE(words.fail()) << row;
        while ((1U << line.geometry.order) < pages) ++line.geometry.order;
        lines.push_back(line);
    }
    return lines;
}

TEST(Slabinfo, EveryRecordedLineComesOutAsItWas) {
    const std::vector<Line> lines = recorded_lines();
    EXPECT_EQ(lines.size(), 199U);
    for (const Line& line : lines) EXPECT_EQ(slabinfo_line(line.name, line.geometry, line.info), line.text);
}

TEST(Slabinfo, BeginsAsTheRecordedOneDoes) {
    const std::string recorded = tests::read_oracle("linux-6.1/proc_slabinfo.txt");
    const std::size_t head = recorded.find('\n', recorded.find('\n') + 1) + 1;
    EXPECT_EQ(slabinfo(Session::from_scenario("alloc_page(GFP_KERNEL);\n")->timeline().end()),
              recorded.substr(0, head));
}

using Attributes = std::map<std::string, std::string>;

/// "CACHE dentry object_size=192 ..." of /sys/kernel/slab, by name.
std::map<std::string, Attributes> recorded_attributes() {
    std::map<std::string, Attributes> caches;
    std::istringstream text(tests::read_oracle("linux-6.1/sys_kernel_slab.txt"));
    std::string row;
    while (std::getline(text, row)) {
        std::istringstream words(row);
        std::string word, name;
        words >> word >> name;
        if (word != "CACHE") continue;
        while (words >> word) {
            const std::size_t equals = word.find('=');
            caches[name][word.substr(0, equals)] = word.substr(equals + 1);
        }
    }
    return caches;
}

CacheRequest request_of(Attributes& attributes) {
    CacheRequest request;
    request.size = static_cast<std::uint32_t>(std::stoul(attributes["object_size"]));
    request.align = static_cast<std::uint32_t>(std::stoul(attributes["align"]));
    request.constructor = !attributes["ctor"].empty();
    const auto flag = [&](const char* attribute, SlabFlags value) {
        if (attributes[attribute] == "1") request.flags |= value;
    };
    flag("hwcache_align", slab_flag::hwcache_align);
    flag("reclaim_account", slab_flag::reclaim_account);
    flag("cache_dma", slab_flag::cache_dma);
    flag("destroy_by_rcu", slab_flag::typesafe_by_rcu);
    flag("red_zone", slab_flag::red_zone);
    flag("poison", slab_flag::poison);
    flag("store_user", slab_flag::store_user);
    flag("sanity_checks", slab_flag::consistency_checks);
    return request;
}

TEST(Slabinfo, GeometryColumnsAreWhatTheModelComputes) {
    std::map<std::string, Attributes> caches = recorded_attributes();
    EXPECT_EQ(caches.size(), 199U);
    unsigned compared = 0;
    for (const Line& line : recorded_lines()) {
        ASSERT_TRUE(caches.contains(line.name)) << line.name;
        CacheGeometry geometry;
        ASSERT_TRUE(calculate_geometry(request_of(caches[line.name]), 1, {}, geometry)) << line.name;
        // The caches that SLUB makes before all others have their order by hand (kmem_cache_init()).
        EXPECT_EQ(geometry.size, line.geometry.size) << line.name;
        EXPECT_EQ(geometry.objects, line.geometry.objects) << line.name;
        EXPECT_EQ(geometry.order, line.geometry.order) << line.name;
        ++compared;
    }
    EXPECT_EQ(compared, 199U);
}

TEST(Slabinfo, CountsWhatACpuHoldsFreeAsActive) {
    const auto session =
        Session::from_scenario("machine { ram = 64M; cpus = 2; }\n"
                               "struct kmem_cache *c = kmem_cache_create(\"sample\", 256, 0, 0, NULL);\n"
                               "void *o[40];\n"
                               "for (int i = 0; i < 40; i++) o[i] = kmem_cache_alloc(c, GFP_KERNEL);\n"
                               "for (int i = 0; i < 10; i++) on_cpu(1) kmem_cache_free(c, o[i]);\n");
    ASSERT_TRUE(session->errors().empty());
    const std::string text = slabinfo(session->timeline().end());
    EXPECT_EQ(
        text.substr(text.rfind('\n', text.size() - 2) + 1),
        "sample                48     48    256   16    1 : tunables    0    0    0 : slabdata      3      3      0\n");
}

}  // namespace
}  // namespace pageframe
