// slub_debug= as the kernel reads it, and what the options do to a machine's caches.
#include "engine/slab/slub_options.h"

#include <gtest/gtest.h>

#include "tests/told.h"

namespace pageframe {
namespace {

namespace flag = slab_flag;
constexpr SlabFlags fzpu = flag::consistency_checks | flag::red_zone | flag::poison | flag::store_user;

SlubDebug read(std::string_view text) {
    SlubDebug debug;
    EXPECT_EQ(parse_slub_debug(text, debug), '\0') << text;
    return debug;
}
SlabFlags flags_of(std::string_view text, std::string_view name, SlabFlags asked = 0) {
    return with_slub_debug(read(text), asked, name);
}

TEST(SlubDebug, LettersAreForAllCaches) {
    EXPECT_EQ(flags_of("", "any"), fzpu);
    EXPECT_EQ(flags_of("FZ", "any"), flag::consistency_checks | flag::red_zone);
    EXPECT_EQ(flags_of("fzput", "any"), fzpu | flag::trace);
    EXPECT_EQ(flags_of("FZ-P", "any"), flag::poison);
    EXPECT_EQ(flags_of("-", "any"), 0U);
    EXPECT_EQ(flags_of("F", "any", flag::poison), flag::consistency_checks | flag::poison);
    EXPECT_EQ(flags_of("F;Z", "any"), flag::red_zone);
    EXPECT_FALSE(read("FZ").spare_higher_orders);
    EXPECT_TRUE(read("O").spare_higher_orders);
    EXPECT_TRUE(read("F;O,dentry").spare_higher_orders);
    SlubDebug debug;
    EXPECT_EQ(parse_slub_debug("FXZ", debug), 'X');
}

TEST(SlubDebug, NamesAreForThoseCachesAlone) {
    EXPECT_EQ(flags_of("Z,dentry,kmalloc-*", "dentry"), flag::red_zone);
    EXPECT_EQ(flags_of("Z,dentry,kmalloc-*", "kmalloc-64"), flag::red_zone);
    EXPECT_EQ(flags_of("Z,dentry,kmalloc-*", "dentry2"), 0U);
    EXPECT_EQ(flags_of("Z,dentry,kmalloc-*", "dent"), 0U);
    EXPECT_EQ(flags_of(",dentry", "dentry"), fzpu);
    EXPECT_EQ(flags_of("Z,a*b", "axx"), flag::red_zone);
    EXPECT_EQ(flags_of("Z,*", "any"), flag::red_zone);
    EXPECT_EQ(flags_of("Z,a;P", "a"), flag::red_zone);
    EXPECT_EQ(flags_of("Z,a;P", "b"), flag::poison);
    EXPECT_EQ(flags_of("P;Z,a", "b"), flag::poison);
    EXPECT_EQ(flags_of("Z,a;F,a", "a"), flag::red_zone);
    EXPECT_EQ(flags_of("FZ;-,a", "a"), 0U);
    // With two semicolons the first is the name's.
    EXPECT_EQ(flags_of("Z,a;;P", "a"), flag::poison);
    EXPECT_EQ(flags_of("Z,b,a;;P", "b"), flag::red_zone);
    EXPECT_EQ(flags_of("Z,a;", "a"), 0U);
    EXPECT_EQ(flags_of("Z,a*;;P", "a"), flag::red_zone);
}

TEST(SlubDebug, SomeCachesAreSpared) {
    EXPECT_EQ(flags_of("FU", "a", flag::no_user_flags), flag::no_user_flags);
    EXPECT_EQ(flags_of("FU", "a", flag::noleaktrace), flag::noleaktrace | flag::consistency_checks);
    EXPECT_EQ(flags_of("FU,a", "a", flag::noleaktrace),
              flag::noleaktrace | flag::consistency_checks | flag::store_user);
}

TEST(SlubOptions, ASlabHasNoMoreObjectsThanItCanCount) {
    CacheGeometry geometry;
    SlubOptions options;
    options.min_order = 10;
    ASSERT_TRUE(calculate_geometry({8, 0, 0, false}, 1, options, geometry));
    EXPECT_EQ(geometry.order, 5);
    ASSERT_TRUE(calculate_geometry({4096, 0, 0, false}, 1, options, geometry));
    EXPECT_EQ(geometry.order, 10);
    options = {};
    options.max_order = 10;
    options.min_objects = 16384;
    for (std::uint32_t size = 8; size < 8192; size += 8)
        ASSERT_TRUE(calculate_geometry({size, 0, 0, false}, 1, options, geometry)) << size;
    options.min_objects = 40000;
    EXPECT_FALSE(calculate_geometry({16, 0, 0, false}, 1, options, geometry));
}

const KmemCache* cache_named(const tests::Told& told, std::string_view name) {
    const SlabState& slab = told.end().slab;
    for (CacheId id = slab.newest_cache; id != no_cache; id = slab.caches[id].next)
        if (slab.caches[id].name_text() == name) return &slab.caches[id];
    return nullptr;
}

TEST(SlubOptions, AMachineHasThem) {
    const tests::Told told("machine { slub_min_order = 2; slub_debug = \"FZ,kmalloc-64\"; }\n"
                           "void *a = kmalloc(64, GFP_KERNEL); void *b = kmalloc(32, GFP_KERNEL);\n");
    const KmemCache* const checked = cache_named(told, "kmalloc-64");
    const KmemCache* const plain = cache_named(told, "kmalloc-32");
    ASSERT_TRUE(checked != nullptr && plain != nullptr);
    EXPECT_TRUE(checked->geometry.has(flag::red_zone));
    EXPECT_FALSE(plain->geometry.debugged());
    EXPECT_EQ(plain->geometry.order, 2);
}

TEST(SlubOptions, AWritePastTheEndOfAKmallocObjectIsFound) {
    const std::string text = "char *p = kmalloc(64, GFP_KERNEL); p[64] = 1; kfree(p);\n";
    tests::Told plain(text);
    EXPECT_FALSE(plain.erred(3));
    tests::Told checked("machine { slub_debug = \"FZPU\"; }\n" + text);
    EXPECT_TRUE(checked.says(1, "It has debugging flags, from slub_debug")) << checked[1];
    EXPECT_TRUE(checked.says(2, "The red zone there is found when the object comes back")) << checked[2];
    EXPECT_TRUE(checked.erred(3));
    EXPECT_TRUE(checked.says(3, "Red zone overwritten: object 0 of kmalloc-64")) << checked[3];
}

TEST(SlubOptions, TheClassicSlabDoesNotLookAtThem) {
    const tests::Told told("machine { allocator = slab; slub_min_order = 2; slub_debug = \"FZPU\"; }\n"
                           "void *a = kmalloc(64, GFP_KERNEL);\n");
    const KmemCache* const cache = cache_named(told, "size-64");
    ASSERT_NE(cache, nullptr);
    EXPECT_EQ(cache->geometry.order, 0);
    EXPECT_FALSE(cache->geometry.debugged());
}

TEST(SlubOptions, CachesThatAreCheckedAreNotShared) {
    const std::string two = "struct kmem_cache *a = kmem_cache_create(\"a\", 200, 0, 0, NULL);\n"
                            "struct kmem_cache *b = kmem_cache_create(\"b\", 200, 0, 0, NULL);\n";
    EXPECT_EQ(cache_named(tests::Told(two), "b"), nullptr);
    EXPECT_NE(cache_named(tests::Told("machine { slub_debug = \"Z\"; }\n" + two), "b"), nullptr);
    // F alone needs no bytes beside an object.
    EXPECT_EQ(cache_named(tests::Told("machine { slub_debug = \"F\"; }\n" + two), "b"), nullptr);
}

}  // namespace
}  // namespace pageframe
