// Loads and stores where nobody may: pages that are free or another's, objects of another owner. The kernel sees none
// of it; the reader is told.
#include <gtest/gtest.h>

#include "tests/told.h"

namespace pageframe {
namespace {

using tests::Told;

TEST(PageAccess, PastALargeObjectAndAfterItsFree) {
    Told told(R"(
        char *large = kmalloc(20000, GFP_KERNEL);
        char *next = kmalloc(20000, GFP_KERNEL);
        large[32767] = 1;
        next[-1] = 1;
        kfree(large);
        large[5000] = 1;
        memset(large, 0, 100);
        char c = large[5000];
        next[0] = 1;
    )");
    EXPECT_FALSE(told.erred(3)) << told[3];
    EXPECT_TRUE(told.erred(4));
    EXPECT_TRUE(told.says(6, "Use after free: byte 904 of pfn 4")) << told[6];
    EXPECT_TRUE(told.says(6, "a page that operation 5 gave back")) << told[6];
    EXPECT_TRUE(told.erred(7));
    EXPECT_TRUE(told.says(8, "What is read is nobody's promise")) << told[8];
    EXPECT_FALSE(told.erred(9)) << told[9];
}

TEST(PageAccess, APageThatSomebodyElseHasMeanwhile) {
    Told told(R"(
        char *mine = (char *)__get_free_pages(GFP_KERNEL, 0);
        mine[4095] = 1;
        memset(mine, 0, 4096);
        free_page((unsigned long)mine);
        mine[1] = 1;
        char *theirs = (char *)__get_free_pages(GFP_KERNEL, 0);
        assert(theirs == mine);
        theirs[1] = 1;
        mine[1] = 1;
    )");
    EXPECT_FALSE(told.erred(2)) << told[2];
    EXPECT_FALSE(told.erred(3)) << told[3];
    EXPECT_TRUE(told.says(5, "a page that operation 4 gave back")) << told[5];
    EXPECT_FALSE(told.erred(8)) << told[8];
    EXPECT_TRUE(told.says(9, "Somebody else's page")) << told[9];
    EXPECT_TRUE(told.says(9, "which operation 6 has taken; the pointer came from operation 1")) << told[9];
    EXPECT_NE(told.summary(9).find("Somebody else's page"), std::string::npos) << told.summary(9);
}

TEST(PageAccess, APageThatNobodyHad) {
    Told told(R"(
        char *page = page_address(alloc_page(GFP_KERNEL));
        memset(page, 0, 4097);
    )");
    EXPECT_TRUE(told.says(2, "Use of a free page: byte 0 of pfn")) << told[2];
    EXPECT_TRUE(told.says(2, "past the end of the block before it?")) << told[2];
}

TEST(PageAccess, AnObjectThatSomebodyElseHasMeanwhile) {
    Told told(R"(
        char *mine = kmalloc(64, GFP_KERNEL);
        kfree(mine);
        char *theirs = kmalloc(64, GFP_KERNEL);
        theirs[3] = 1;
        mine[3] = 1;
        theirs = krealloc(theirs, 60, GFP_KERNEL);
        theirs[3] = 1;
    )");
    EXPECT_FALSE(told.erred(4)) << told[4];
    EXPECT_TRUE(told.says(5, "Somebody else's object: byte 3")) << told[5];
    EXPECT_TRUE(told.says(5, "which operation 3 has taken; the pointer came from operation 1")) << told[5];
    EXPECT_FALSE(told.erred(7)) << told[7];
}

TEST(PageAccess, CopiesAndFillsIntoWhatAnotherHas) {
    Told told(R"(
        char *mine = kmalloc(64, GFP_KERNEL);
        char *next = kmalloc(64, GFP_KERNEL);
        char *page = (char *)__get_free_pages(GFP_KERNEL, 0);
        memcpy(mine, page, 64);
        memcpy(mine, page, 65);
        memset(mine, 0, 65);
        memcpy(page, mine, 65);
        kfree(mine);
        char *theirs = kmalloc(64, GFP_KERNEL);
        assert(theirs == mine);
        memcpy(mine, page, 8);
        memcpy(theirs, page, 8);
    )");
    EXPECT_FALSE(told.erred(4)) << told[4];
    for (const OperationNumber over : {5, 6}) {
        EXPECT_TRUE(told.says(over, "Past the end: byte 0 of object 1 of kmalloc-64, which operation 2 has taken; the "
                                    "pointer came from operation 1, whose object ends before it. Nothing notices"))
            << told[over];
        EXPECT_TRUE(told.erred(over));
    }
    EXPECT_TRUE(told.says(7, "whose object ends before it. What is read is nobody's promise.")) << told[7];
    EXPECT_TRUE(told.says(11, "Somebody else's object: byte 0 of object 0 of kmalloc-64, which operation 9 has taken; "
                              "the pointer came from operation 1, which got another one, or this one earlier."))
        << told[11];
    EXPECT_FALSE(told.erred(12)) << told[12];
}

TEST(PageAccess, APageBesideOnesOwnIsNotSomebodyElses) {
    Told told(R"(
        char *low = (char *)__get_free_pages(GFP_KERNEL, 1);
        char *high = (char *)__get_free_pages(GFP_KERNEL, 1);
        assert(high == low + 8192);
        low[8191] = 1;
        low[8192] = 1;
        high[-1] = 1;
        memcpy(high, low, 8193);
        low[12288] = 1;
    )");
    EXPECT_FALSE(told.erred(4)) << told[4];
    EXPECT_TRUE(told.says(5, "Past the end: byte 0 of pfn")) << told[5];
    EXPECT_TRUE(told.says(5, "which operation 2 has taken; the pointer came from operation 1, whose page ends before"))
        << told[5];
    EXPECT_TRUE(told.says(6, "Before the start: byte 4095 of pfn")) << told[6];
    EXPECT_TRUE(
        told.says(6, "which operation 1 has taken; the pointer came from operation 2, whose page begins behind"))
        << told[6];
    EXPECT_TRUE(told.says(7, "whose page ends before it. What is read is nobody's promise.")) << told[7];
    EXPECT_TRUE(told.says(8, "Past the end: byte 0 of pfn")) << told[8];
    for (const OperationNumber wrong : {5, 6, 7, 8}) EXPECT_TRUE(told.erred(wrong)) << told[wrong];
}

/// Every way to get pages gives pointers that are their owner's.
TEST(PageAccess, OwnersAreNotAccused) {
    Told told(R"(
        machine { ram = 64M; }
        struct page *bulk[4];
        alloc_pages_bulk_array(GFP_KERNEL, 4, bulk);
        char *area = vmalloc(8192);
        char *exact = alloc_pages_exact(12288, GFP_KERNEL);
        struct page *split = alloc_pages(GFP_KERNEL, 2);
        split_page(split, 2);
        void *many[8];
        struct kmem_cache *cache = kmem_cache_create("many", 200, 0, 0, NULL);
        kmem_cache_alloc_bulk(cache, GFP_KERNEL, 8, many);
        for (int i = 0; i < 4; i++) memset(page_address(bulk[i]), 0, 4096);
        memset(area, 0, 8192);
        memset(page_address(vmalloc_to_page(area)), 0, 4096);
        memset(exact, 0, 12288);
        memset(page_address(split + 3), 0, 4096);
        memset(kmap(split + 1), 0, 4096);
        for (int i = 0; i < 8; i++) memset(many[i], 0, 200);
        for (int i = 1; i < 8; i++) memcpy(many[i], many[i - 1], 200);
        memcpy(exact, page_address(split), 4096);
        memcpy(page_address(bulk[0]), area, 4096);
        memcpy(area, exact, 8192);
        __free_page(split + 1);
        memset(page_address(split), 0, 4096);
    )");
    for (OperationNumber number = 1; number <= told.count(); ++number)
        EXPECT_FALSE(told.erred(number)) << told.call(number) << "\n" << told[number];
}

}  // namespace
}  // namespace pageframe
