// What a scenario's slab calls say and do at their edges: names that two caches have, large objects and pages given to
// kfree(), both allocators' own functions, and the calls as they are written.
#include <gtest/gtest.h>

#include "tests/told.h"

namespace pageframe {
namespace {

using tests::Told;

// ---------------------------------------------------------------- names

TEST(CacheNames, SlubTakesTheSysfsEntryFromTheOlderCache) {
    Told told(R"(
        void ctor(void *object) { }
        struct kmem_cache *a = kmem_cache_create("twins", 200, 0, 0, ctor);
        struct kmem_cache *b = kmem_cache_create("twins", 300, 0, 0, ctor);
        struct kmem_cache *c = kmem_cache_create("twins", 300, 0, 0, NULL);
        struct kmem_cache *d = kmem_cache_create("other", 300, 0, 0, NULL);
        assert(a != NULL && b != NULL && c != NULL && a != b && d == c);
    )");
    EXPECT_FALSE(told.says(1, "TakeOverName"));
    EXPECT_TRUE(told.says(2, "An older cache is called twins too")) << told[2];
    EXPECT_TRUE(told.says(3, "TakeOverName")) << told[3];
    EXPECT_FALSE(told.says(4, "TakeOverName")) << told[4];
    EXPECT_FALSE(told.erred(2));
}

TEST(CacheNames, ACallShowsTheConstructorsOwnName) {
    const Told told(R"(
        void clear_inode(void *object) { memset(object, 0, 200); }
        struct kmem_cache *a = kmem_cache_create("a", 200, 8, SLAB_HWCACHE_ALIGN, clear_inode);
        struct kmem_cache *b = kmem_cache_create("b", 300, 0, 0, NULL);
    )");
    EXPECT_EQ(told.call(1), "a = kmem_cache_create(\"a\", 200, 8, SLAB_HWCACHE_ALIGN, clear_inode)");
    EXPECT_EQ(told.call(2), "b = kmem_cache_create(\"b\", 300, 0, 0, NULL)");
    EXPECT_EQ(told.end().slab.caches[told.end().slab.newest_cache].request.size, 300U);
}

TEST(CacheNames, BulkCallsKeepTheNameThatTheyUse) {
    const Told told(R"(
        struct kmem_cache *first = kmem_cache_create("first", 200, 0, 0, NULL);
        struct kmem_cache *second = kmem_cache_create("second", 200, 0, 0, NULL);
        assert(first == second);
        void *objects[4];
        kmem_cache_alloc_bulk(first, GFP_KERNEL, 4, objects);
        kmem_cache_free_bulk(first, 4, objects);
        kmem_cache_alloc_bulk(second, GFP_KERNEL, 4, objects);
        kmem_cache_free_bulk(second, 4, objects);
    )");
    EXPECT_EQ(told.call(4), "kmem_cache_alloc_bulk(first, GFP_KERNEL, 4, p)");
    EXPECT_EQ(told.call(5), "kmem_cache_free_bulk(first, 4, p)");
    EXPECT_EQ(told.call(6), "kmem_cache_alloc_bulk(second, GFP_KERNEL, 4, p)");
    EXPECT_EQ(told.call(7), "kmem_cache_free_bulk(second, 4, p)");
}

TEST(CacheNames, TheClassicSlabRefusesTheSecond) {
    Told told(R"(
        machine { allocator = slab; }
        struct kmem_cache *a = kmem_cache_create("twins", 200, 0, 0, NULL);
        struct kmem_cache *b = kmem_cache_create("twins", 300, 0, 0, NULL);
        assert(a != NULL && b == NULL);
        kmem_cache_destroy(a);
        b = kmem_cache_create("twins", 300, 0, 0, NULL);
        assert(b != NULL);
    )");
    EXPECT_TRUE(told.erred(2));
    EXPECT_TRUE(told.says(2, "Duplicate cache")) << told[2];
}

TEST(CacheNames, ACacheThatCouldNotBeDestroyedIsSharedAgain) {
    Told told(R"(
        struct kmem_cache *a = kmem_cache_create("a", 64, 0, 0, NULL);
        void *object = kmem_cache_alloc(a, GFP_KERNEL);
        kmem_cache_destroy(a);
        struct kmem_cache *b = kmem_cache_create("b", 64, 0, 0, NULL);
        assert(b == a);
        kmem_cache_free(b, object);
        kmem_cache_destroy(b);
    )");
    EXPECT_TRUE(told.says(3, "Objects remaining")) << told[3];
    EXPECT_TRUE(told.says(4, "now it lives on")) << told[4];
    EXPECT_TRUE(told.says(7, "RemoveCache")) << told[7];
    EXPECT_EQ(told.end().slab.newest_cache, no_cache);
}

TEST(CacheNames, ButNotWhenItWasDestroyedTwice) {
    Told told(R"(
        struct kmem_cache *a = kmem_cache_create("a", 64, 0, 0, NULL);
        void *object = kmem_cache_alloc(a, GFP_KERNEL);
        kmem_cache_destroy(a);
        kmem_cache_destroy(a);
        struct kmem_cache *b = kmem_cache_create("b", 64, 0, 0, NULL);
        assert(b != a);
    )");
    EXPECT_TRUE(told.says(4, "kmem_cache_destroy() again")) << told[4];
}

TEST(CacheNames, ACallHasTheNameThatItUsed) {
    const Told told(R"(
        struct kmem_cache *a = kmem_cache_create("a", 64, 0, 0, NULL);
        struct kmem_cache *b = kmem_cache_create("b", 64, 0, 0, NULL);
        void *object = kmem_cache_alloc(a, GFP_KERNEL);
        void *another = kmem_cache_alloc(b, GFP_KERNEL);
        kmem_cache_free(a, object);
        kmem_cache_shrink(a);
        kmem_cache_destroy(a);
        kmem_cache_free(b, another);
    )");
    EXPECT_EQ(told.call(3), "object = kmem_cache_alloc(a, GFP_KERNEL)");
    EXPECT_EQ(told.call(4), "another = kmem_cache_alloc(b, GFP_KERNEL)");
    EXPECT_EQ(told.call(5), "kmem_cache_free(a, object)");
    EXPECT_EQ(told.call(6), "kmem_cache_shrink(a)");
    EXPECT_EQ(told.call(7), "kmem_cache_destroy(a)");
    EXPECT_EQ(told.call(8), "kmem_cache_free(b, another)");
}

// ---------------------------------------------------------------- the classic SLAB's own words

TEST(ClassicWords, FunctionsAndSentencesAreItsOwn) {
    Told told(R"(
        machine { allocator = slab; }
        struct kmem_cache *a = kmem_cache_create("a", 256, 0, 0, NULL);
        struct kmem_cache *b = kmem_cache_create("b", 512, 0, 0, NULL);
        void *object = kmem_cache_alloc(a, GFP_KERNEL);
        kmem_cache_free(b, object);
        kmem_cache_free(a, object);
        object = kmem_cache_alloc(a, GFP_KERNEL);
        kmem_cache_free(a, object);
        kmem_cache_shrink(a);
        kmem_cache_destroy(a);
        void *large = kmalloc(200000, GFP_KERNEL);
        assert(large == NULL);
    )");
    for (OperationNumber number = 1; number <= 10; ++number)
        for (const char* of_slub :
             {"allocate_slab", "slab_alloc_node", "discard_slab", "kmem_cache_open", "create_cache", "shutdown_cache",
              "slab_free()", "spin_lock_irqsave", "__kmalloc_large_node"})
            EXPECT_FALSE(told.says(number, of_slub)) << told[number];
    EXPECT_TRUE(told.says(3, "[cache_grow()]")) << told[3];
    EXPECT_TRUE(told.says(3, "nobody had it before")) << told[3];
    EXPECT_TRUE(told.erred(4));
    EXPECT_TRUE(told.says(4, "BUG_ON(virt_to_cache(objp) != cachep)")) << told[4];
    EXPECT_FALSE(told.erred(5)) << "the one before has changed nothing";
    EXPECT_TRUE(told.says(6, "operation 5 freed it")) << told[6];
    EXPECT_TRUE(told.says(8, "[slab_destroy()]")) << told[8];
    EXPECT_TRUE(told.says(10, "has no cache for it")) << told[10];
}

// ---------------------------------------------------------------- large objects and pages

TEST(LargeObjects, AnAddressWithinOneFreesItAll) {
    Told told(R"(
        char *large = kmalloc(20000, GFP_KERNEL);
        kfree(large + 5000);
        kfree(large);
    )");
    EXPECT_TRUE(told.says(2, "kfree() into the middle")) << told[2];
    EXPECT_TRUE(told.says(2, "taken by operation 1")) << told[2];
    EXPECT_TRUE(told.says(2, "TakeBack")) << told[2];
    EXPECT_TRUE(told.erred(2));
    EXPECT_TRUE(told.says(3, "It was freed by operation 2")) << told[3];
    Told right("char *large = kmalloc(20000, GFP_KERNEL); kfree(large);");
    EXPECT_FALSE(right.erred(2)) << right[2];
}

TEST(LargeObjects, APageIsTakenForOneOfOrder0) {
    Told told(R"(
        struct page *pages = alloc_pages(GFP_KERNEL, 2);
        kfree(page_address(pages));
        struct page *one = alloc_page(GFP_KERNEL);
        kfree(page_address(one));
        struct page *compound = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);
        kfree(page_address(compound));
        struct page *more = alloc_pages(GFP_KERNEL, 2);
        kfree(page_address(more) + 5000);
    )");
    EXPECT_TRUE(told.says(2, "kfree() of a page")) << told[2];
    EXPECT_TRUE(told.says(2, "is freed with order 0")) << told[2];
    EXPECT_TRUE(told.says(4, "free_large_kmalloc() takes its order for 0")) << told[4];
    EXPECT_TRUE(told.says(4, "TakeBack")) << told[4];
    EXPECT_FALSE(told.erred(6)) << "the kernel sees no difference to a large object\n" << told[6];
    EXPECT_TRUE(told.says(8, "only its first frame can be freed")) << told[8];
}

TEST(LargeObjects, TheirSizeIsThatOfTheStart) {
    Told told(R"(
        char *large = kmalloc(20000, GFP_KERNEL);
        assert(ksize(large) == 32768);
        assert(ksize(large + 4096) == 0);
        struct page *page = alloc_page(GFP_KERNEL);
        assert(ksize(page_address(page)) == 0);
        assert(ksize(NULL) == 0);
    )");
    EXPECT_FALSE(told.erred(2));
    EXPECT_TRUE(told.says(4, "ksize() of what kmalloc() did not give")) << told[4];
    EXPECT_TRUE(told.erred(7)) << told[7];
    EXPECT_EQ(told.call(9), "ksize(NULL)");
}

TEST(LargeObjects, KfreeOfVmallocSaysVfree) {
    Told told("char *area = vmalloc(4096); kfree(area);");
    EXPECT_TRUE(told.erred(2));
    EXPECT_TRUE(told.says(2, "vfree() is right")) << told[2];
}

// ---------------------------------------------------------------- calls as they are written

TEST(Calls, KreallocInPlaceKeepsItsVariable) {
    const Told told(R"(
        char *a = kmalloc(50, GFP_KERNEL);
        char *b[2];
        a = krealloc(a, 60, GFP_KERNEL);
        b[1] = krealloc(a, 62, GFP_KERNEL);
        krealloc(a, 0x200000000, GFP_KERNEL);
        kfree(a);
    )");
    EXPECT_EQ(told.call(2), "a = krealloc(a, 60, GFP_KERNEL)");
    EXPECT_EQ(told.call(3), "b[1] = krealloc(a, 62, GFP_KERNEL)");
    EXPECT_EQ(told.call(4), "krealloc(a, 4G or more, GFP_KERNEL)");
    EXPECT_EQ(told.call(5), "kfree(a)");
}

TEST(Calls, AnOverflowIsNoted) {
    const Told told("void *p = kcalloc(0x200000000, 0x800000000, GFP_KERNEL); assert(p == NULL);");
    EXPECT_NE(told.call(1).find("check_mul_overflow"), std::string::npos) << told.call(1);
}

TEST(Calls, MmputTwiceSaysWhatIsWrong) {
    Told told("struct mm_struct *mm = mm_alloc(); mmput(mm); mmput(mm);");
    EXPECT_TRUE(told.erred(3));
    EXPECT_NE(told.summary(3).find("dropped before"), std::string::npos) << told.summary(3);
}

}  // namespace
}  // namespace pageframe
