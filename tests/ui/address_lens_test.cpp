// The address lens: what a reader types, and the levels that an address has.
#include <gtest/gtest.h>

#include "engine/slab/slab_info.h"
#include "ui/address_lens.h"

namespace pageframe::ui {
namespace {

class LensTest : public testing::Test {
protected:
    LensTest()
        : playback(Session::from_scenario("machine { ram = 64M; seed = 1; }\n"
                                          "char *v = vmalloc(3 * PAGE_SIZE);\n"
                                          "v[0x1234] = 42;\n"
                                          "char *k = kmalloc(100, GFP_KERNEL);\n"
                                          "kfree(k);\n"
                                          "char *w = vmalloc(PAGE_SIZE);\n"
                                          "vfree(w);\n")) {
        EXPECT_TRUE(playback.session().errors().empty());
        playback.move(Move::last);
    }
    Lens look(std::uint64_t address) {
        return look_through(playback.state(), playback.session(), address, kernel_space);
    }
    /// The level whose text begins so, or a failure.
    static LensLevel level(const Lens& lens, std::string_view begin) {
        for (const LensLevel& each : lens.levels)
            if (std::string_view(each.text).starts_with(begin)) return each;
        std::string all;
        for (const LensLevel& each : lens.levels) all += each.text + " | ";
        ADD_FAILURE() << "no level \"" << begin << "\" in " << all;
        return {};
    }
    Playback playback;
};

TEST_F(LensTest, AVmallocAddressOnEveryLevel) {
    const Lens lens = look(layout::vmalloc_start + 0x1234);
    ASSERT_GE(lens.levels.size(), 7U);
    EXPECT_EQ(lens.levels[0].text, "ffffc900 00001 234");
    EXPECT_EQ(lens.levels[0].detail, "vmalloc and ioremap");
    EXPECT_EQ(level(lens, "v + 0x1234").detail, "3 pages and a guard page, page 1");
    EXPECT_EQ(level(lens, "v + 0x1234").address, layout::vmalloc_start);
    EXPECT_EQ(level(lens, "PGD 402 › PUD 0 › PMD 0 › PTE 1").detail.substr(0, 21), "4 KiB, read and write");
    const WalkResult walk = walk_tables(playback.state().paging, top_of(playback.state().paging, kernel_space),
                                        layout::vmalloc_start + 0x1234);
    EXPECT_EQ(level(lens, "frame " + std::to_string(walk.pfn)).pfn, walk.pfn);
    EXPECT_NE(level(lens, "order 0, allocated").detail.find("operation 1"), std::string::npos);
    level(lens, "pageblock " + std::to_string(walk.pfn / pageblock_frames));
    EXPECT_EQ(level(lens, "zone DMA32").detail, "node 0");
}

TEST_F(LensTest, AnObjectTellsItsSlabAndItsHistory) {
    playback.seek({3, 0});
    const std::uint64_t k = playback.result().value;
    const Lens taken = look(k + 8);
    EXPECT_EQ(level(taken, "object").text.substr(level(taken, "object").text.find(" + ")), " + 0x8");
    EXPECT_NE(level(taken, "object").detail.find("taken by operation 3"), std::string::npos);
    EXPECT_EQ(level(taken, "object").address, k);
    EXPECT_EQ(level(taken, "slab of").text, "slab of kmalloc-128");
    playback.seek({4, 0});
    EXPECT_NE(level(look(k), "object").detail.find("given back by operation 4"), std::string::npos);
}

TEST_F(LensTest, WhatIsFreedLazilySaysSo) {
    const std::uint64_t w = layout::vmalloc_start + 4 * page_size;
    const Lens lens = look(w);
    EXPECT_EQ(level(lens, "area, freed").detail, "by operation 6; waits until the TLBs are flushed");
    EXPECT_EQ(lens.levels.back().role, Role::mistake);
    EXPECT_EQ(lens.levels.back().text, "nothing is mapped: PTE entry 4 is empty");
}

TEST_F(LensTest, OtherRegions) {
    EXPECT_EQ(look(0x0000900000000000).levels.back().text, "not an address: bits 63–48 must repeat bit 47");
    EXPECT_EQ(look(layout::kernel_text + 0x1000).levels[0].detail, "kernel text and data");
    EXPECT_EQ(look(layout::direct_map + (1ULL << 40)).levels.back().text, "no memory at physical 10000000000");
    const Lens page = look(layout::struct_pages + 64 * 100);
    EXPECT_EQ(level(page, "struct page of frame 100").text, "struct page of frame 100");
    EXPECT_EQ(level(page, "frame 100").pfn, 100U);
    EXPECT_EQ(look(8).levels[0].detail, "NULL and what is near");
}

TEST_F(LensTest, WhatAReaderTypes) {
    const State& state = playback.state();
    const auto address = [&](std::string_view text) {
        const LensQuery query = read_lens_query(text, state, playback.session());
        EXPECT_EQ(query.problem, "") << text;
        return query.address;
    };
    const std::uint64_t v = 0xffffc90000001234;
    for (const char* text : {"0xffffc90000001234", "ffffc90000001234", "ffffc900 00001 234", " FFFFC900_00001234 "})
        EXPECT_EQ(address(text), v) << text;
    for (const char* text : {"pfn 4098", "4098", "frame 4098", "pfn 0x1002"})
        EXPECT_EQ(address(text), direct_map_of(4098)) << text;
    EXPECT_EQ(address("phys 1002234"), direct_map_of(0x1002) + 0x234);
    EXPECT_EQ(address("0x400000"), 0x400000U);
    EXPECT_EQ(address("0x0"), 0U);
    for (const char* text : {"", "pfn", "pfn x", "hello", "0x", "ffffc900000012345", "99999999", "phys zz", "-1"}) {
        const LensQuery query = read_lens_query(text, state, playback.session());
        EXPECT_NE(query.problem, "") << text;
        EXPECT_EQ(query.address, no_address) << text;
    }
    for (const char* text : {"v", " v ", "v + 0", "v+0x0"}) EXPECT_EQ(address(text), layout::vmalloc_start) << text;
    EXPECT_EQ(address("v + 0x1234"), layout::vmalloc_start + 0x1234);
    EXPECT_EQ(address("w + 8"), layout::vmalloc_start + 4 * page_size + 8) << "freed, but the variable still has it";
    EXPECT_NE(read_lens_query("v + x", state, playback.session()).problem, "");
    playback.seek({1, 0});
    EXPECT_EQ(address("v"), layout::vmalloc_start);
    EXPECT_NE(read_lens_query("w", state, playback.session()).problem, "") << "nothing has filled it yet";
    EXPECT_EQ(read_lens_query("99999999", state, playback.session()).problem,
              "This machine’s frames go from 0 to 16,383.");
}

TEST(LensOfVariables, PagesAndElements) {
    Playback playback(Session::from_scenario("machine { ram = 64M; seed = 1; }\n"
                                             "struct page *p[2];\n"
                                             "for (int i = 0; i < 2; i++) p[i] = alloc_pages(GFP_KERNEL, 0);\n"
                                             "struct page *b = alloc_pages(GFP_KERNEL, 10);\n"
                                             "struct page *q = p[0];\n"));
    ASSERT_TRUE(playback.session().errors().empty());
    playback.seek({3, 0});
    const auto query = [&](std::string_view text) {
        return read_lens_query(text, playback.state(), playback.session());
    };
    const auto page = [&](OperationNumber number) {
        return direct_map_of(static_cast<Pfn>(playback.session().timeline().result_of(number).value));
    };
    EXPECT_EQ(query("p[1]").address, page(1)) << "a struct page *: its page";
    EXPECT_EQ(query("q").address, page(0));
    EXPECT_NE(query("b").address, 0xbU) << "a name before a number of base 16";
    EXPECT_EQ(query("0xb").address, 0xbU);
    EXPECT_EQ(query("p").problem, "p: its elements are 0 to 1.");
    EXPECT_EQ(query("p[2]").problem, "p[2]: its elements are 0 to 1.");
    playback.seek({1, 0});
    EXPECT_EQ(query("p[0]").address, page(0));
    EXPECT_EQ(query("p[1]").address, 0U) << "at file scope: NULL from the start";
    EXPECT_EQ(query("i").problem, "i is a number: 0.");
    EXPECT_EQ(query("q").address, no_address) << "not declared yet";
}

/// What a reader is told of variables at the steps of a text.
class LensOfSteps : public testing::Test {
protected:
    void run(const std::string& text) {
        playback = std::make_unique<Playback>(Session::from_scenario("machine { ram = 64M; }\n" + text));
        ASSERT_TRUE(playback->session().errors().empty());
    }
    /// Behind the start of the vmalloc region.
    std::uint64_t at(Position position, std::string_view text) {
        playback->seek(position);
        return read_lens_query(text, playback->state(), playback->session()).address - layout::vmalloc_start;
    }
    static constexpr std::uint64_t none = no_address - layout::vmalloc_start;
    std::unique_ptr<Playback> playback;
};

TEST_F(LensOfSteps, WhatTheTextAssigns) {
    run("char *v = vmalloc(3 * PAGE_SIZE);\n"
        "char *q = v + 64;\n"
        "*q = 1;\n"
        "q = &v[4096];\n"
        "*q = 2;\n"
        "unsigned long number = (unsigned long)q + 8;\n"
        "q = NULL;\n");
    EXPECT_EQ(at({0, 1}, "v"), none) << "in the middle of the call nothing has come of it";
    EXPECT_EQ(at({1, 0}, "v"), 0U);
    EXPECT_EQ(at({1, 0}, "q"), 64U) << "its first value comes at this step";
    EXPECT_EQ(at({2, 0}, "q"), 64U) << "the store's, not what follows it";
    EXPECT_EQ(at({2, 1}, "q"), 4096U) << "the next store has begun";
    EXPECT_EQ(at({2, 0}, "q[2] + 1"), 67U);
    EXPECT_EQ(at({3, 0}, "number"), 4104U);
    EXPECT_EQ(at({3, 0}, "q"), 0 - layout::vmalloc_start) << "the text has ended";
}

TEST_F(LensOfSteps, LoopsBlocksAndFunctions) {
    run("void touch(char *place, int times) {\n"
        "    char *end = place + times * PAGE_SIZE;\n"
        "    for (; place < end; place += PAGE_SIZE) *place = 1;\n"
        "}\n"
        "char *take(void) { char *fresh = vmalloc(PAGE_SIZE); if (!fresh) return NULL; return fresh; }\n"
        "char *v = vmalloc(3 * PAGE_SIZE);\n"
        "touch(v, 2);\n"
        "on_cpu(0) { for (char *c = v; c < v + 8192; c += PAGE_SIZE) *c = 2; }\n"
        "for (char *c = v + 1; c < v + 8192; c += PAGE_SIZE) { char *place = c + 1; *place = 3; }\n"
        "v = take();\n");
    const std::uint64_t page = page_size;
    EXPECT_EQ(at({2, 0}, "place"), 0U) << "handed over";
    EXPECT_EQ(at({3, 0}, "place"), page);
    EXPECT_EQ(at({3, 0}, "end"), 2 * page);
    EXPECT_EQ(at({3, 0}, "v"), 0U) << "from inside of a function";
    EXPECT_EQ(at({4, 0}, "place"), none) << "its function has returned";
    EXPECT_EQ(at({4, 0}, "c"), 0U);
    EXPECT_EQ(at({5, 0}, "c"), page) << "in a region of a CPU";
    EXPECT_EQ(at({6, 0}, "c"), 1U) << "another variable of this name";
    EXPECT_EQ(at({6, 0}, "place"), 2U);
    EXPECT_EQ(at({7, 0}, "c"), page + 1);
    EXPECT_EQ(at({7, 0}, "v"), 0U);
    EXPECT_EQ(at({8, 0}, "fresh"), 4 * page);
    EXPECT_EQ(at({8, 0}, "v"), 4 * page) << "the step is that of v = ...";
}

TEST_F(LensOfSteps, ArraysOfTheCallerAndConstructors) {
    run("char *last;\n"
        "void made(void *object) { last = object; *(char *)object = 1; }\n"
        "void fill(char *to[], int n) { for (int i = 0; i < n; i++) to[i] = vmalloc(PAGE_SIZE); }\n"
        "struct kmem_cache *cache = kmem_cache_create(\"made\", 64, 0, 0, made);\n"
        "char *object = kmem_cache_alloc(cache, GFP_KERNEL);\n"
        "char *areas[3];\n"
        "fill(areas, 2);\n");
    EXPECT_EQ(at({4, 0}, "to[1]"), 2 * page_size);
    EXPECT_EQ(at({4, 0}, "areas[1]"), 2 * page_size);
    EXPECT_EQ(at({4, 0}, "areas[2]"), 0 - layout::vmalloc_start);
    EXPECT_EQ(at({3, 0}, "to[1]"), 0 - layout::vmalloc_start);
    playback->seek({2, 0});
    const auto slab =
        playback->state().slab.slab_at(static_cast<Pfn>((playback->result().value - layout::direct_map) >> page_shift));
    const std::uint64_t last = at({2, 0}, "last") + layout::vmalloc_start;
    EXPECT_EQ(playback->state().slab.slab_at(static_cast<Pfn>((last - layout::direct_map) >> page_shift)), slab)
        << "the constructor runs again";
    EXPECT_EQ(at({2, 0}, "cache"), none);
}

TEST(LensOfSlabs, OneOutOfUseIsCountedAsTheCacheCountsIt) {
    Playback playback(Session::from_scenario("machine { ram = 64M; }\n"
                                             "struct kmem_cache *c = kmem_cache_create(\"checked\", 512, 0,\n"
                                             "    SLAB_POISON | SLAB_RED_ZONE | SLAB_CONSISTENCY_CHECKS, NULL);\n"
                                             "char *a = kmem_cache_alloc(c, GFP_KERNEL);\n"
                                             "kmem_cache_free(c, a);\n"
                                             "a[16] = 0;\n"
                                             "char *b = kmem_cache_alloc(c, GFP_KERNEL);\n"));
    ASSERT_TRUE(playback.session().errors().empty());
    playback.move(Move::last);
    const SlabState& slabs = playback.state().slab;
    unsigned out_of_use = 0;
    for (SlabId id = 0; id < slabs.slab_limit; ++id) {
        if (slabs.slabs[id].objects == 0 || !is_quarantined(slabs, id)) continue;
        ++out_of_use;
        const Lens lens =
            look_through(playback.state(), playback.session(), direct_map_of(slabs.slabs[id].pfn), kernel_space);
        const std::string all = std::to_string(slabs.slabs[id].objects);
        bool told = false;
        for (const LensLevel& level : lens.levels)
            told |= level.detail.starts_with("out of use: all " + all + " objects marked used");
        EXPECT_TRUE(told);
    }
    EXPECT_GT(out_of_use, 0U);
}

}  // namespace
}  // namespace pageframe::ui
