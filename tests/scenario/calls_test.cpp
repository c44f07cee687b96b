// The kernel's functions: what operation each becomes and what it gives back.
#include "engine/core/gfp.h"
#include "tests/scenario/fake_target.h"

namespace pageframe::testing {
namespace {

TEST(ScenarioCalls, Allocations) {
    EXPECT_EQ(run_of("struct page *a = alloc_pages(GFP_KERNEL, 5);\n"
                     "struct page *b = alloc_page(GFP_ATOMIC);\n"
                     "struct page *c = alloc_pages_node(0, GFP_KERNEL, 2);\n"
                     "struct page *d = alloc_pages_node(NUMA_NO_NODE, GFP_KERNEL, 2);\n"
                     "unsigned long e = __get_free_pages(GFP_KERNEL | __GFP_HIGHMEM, 1);\n"
                     "unsigned long f = __get_free_page(GFP_USER);\n"
                     "unsigned long g = get_zeroed_page(GFP_KERNEL);\n"
                     "void *h = alloc_pages_exact(5 * PAGE_SIZE, GFP_KERNEL);\n"),
              "1:18 a = alloc_pages(GFP_KERNEL, 5)\n"
              "2:18 b = alloc_page(GFP_ATOMIC)\n"
              "3:18 c = alloc_pages_node(0, GFP_KERNEL, 2)\n"
              "4:18 d = alloc_pages(GFP_KERNEL, 2)\n"
              "5:19 e = __get_free_pages(GFP_KERNEL, 1)\n"
              "6:19 f = __get_free_page(GFP_USER)\n"
              "7:19 g = get_zeroed_page(GFP_KERNEL)\n"
              "8:11 h = alloc_pages_exact(20480, GFP_KERNEL)\n");
}

TEST(ScenarioCalls, FreesCarryTheirOrigin) {
    EXPECT_EQ(run_of("struct page *a = alloc_pages(GFP_KERNEL, 2), *b = a;\n"
                     "unsigned long c = __get_free_pages(GFP_KERNEL, 1);\n"
                     "void *d = (void *)c;\n"
                     "__free_pages(b, 2);\n"
                     "__free_page(pfn_to_page(page_to_pfn(a) + 3));\n"
                     "free_pages((unsigned long)d, 1);\n"
                     "free_page(c + PAGE_SIZE);\n"
                     "__free_pages(virt_to_page(c), 0);\n"
                     "__free_page(pfn_to_page(7));\n"
                     "void *e = alloc_pages_exact(9000, GFP_KERNEL);\n"
                     "free_pages_exact(e, 9000);\n"),
              "1:18 a = alloc_pages(GFP_KERNEL, 2)\n"
              "2:19 c = __get_free_pages(GFP_KERNEL, 1)\n"
              "4:1 __free_pages(pfn_to_page(256), 2) from 0\n"
              "5:1 __free_page(pfn_to_page(259)) from 0\n"
              "6:1 free_pages(0xffff888000104000, 1) from 1\n"
              "7:1 free_page(0xffff888000105000) from 1\n"
              "8:1 __free_pages(pfn_to_page(260), 0) from 1\n"
              "9:1 __free_page(pfn_to_page(7))\n"
              "10:11 e = alloc_pages_exact(9000, GFP_KERNEL)\n"
              "11:1 free_pages_exact(0xffff888000106000, 9000)\n");
}

TEST(ScenarioCalls, FreesOfNull) {
    EXPECT_EQ(run_of("free_pages(0, 3); free_page(0); free_pages_exact(NULL, 1);"), "");
    EXPECT_EQ(run_of("struct page *p = NULL;\n__free_pages(p, 3);"),
              "stop:2:1: __free_pages() of NULL: the kernel would read the page descriptor at address 0\n");
    EXPECT_EQ(run_of("__free_page((struct page *)4096);"),
              "stop:1:1: __free_page() of what is not the address of a struct page\n");
    EXPECT_EQ(run_of("free_pages(4096, 0);"),
              "stop:1:1: free_pages() of what is not an address of the direct map (PAGE_OFFSET + physical)\n");
    EXPECT_EQ(run_of("free_page((unsigned long)pfn_to_page(3));"),
              "stop:1:1: free_page() of what is not an address of the direct map (PAGE_OFFSET + physical): this is a "
              "struct page *\n");
}

TEST(ScenarioCalls, FailuresGiveNull) {
    const Scenario scenario = Scenario::read(
        "struct page *p = alloc_pages(GFP_KERNEL, 4); unsigned long a = __get_free_pages(GFP_KERNEL, 4);\n"
        "void *e = alloc_pages_exact(PAGE_SIZE * 64, GFP_KERNEL);\n"
        "assert(p == NULL); assert(!a); assert(!e);");
    FakeTarget target;
    target.end_pfn = target.next_pfn + 1;
    EXPECT_TRUE(run(scenario, target).finished);
    ASSERT_EQ(target.operations.size(), 6U);
    for (int i = 3; i < 6; ++i) EXPECT_EQ(target.operations[static_cast<std::size_t>(i)].argument, 1U);
}

TEST(ScenarioCalls, OrdersAreClippedNotChecked) {
    const Scenario scenario =
        Scenario::read("alloc_pages(GFP_KERNEL, 11); alloc_pages(GFP_KERNEL, 256); alloc_pages(GFP_KERNEL, -1);");
    FakeTarget target;
    run(scenario, target);
    ASSERT_EQ(target.operations.size(), 3U);
    EXPECT_EQ(target.operations[0].order, 11);
    EXPECT_EQ(target.operations[1].order, 255);
    EXPECT_EQ(target.operations[2].order, 255);
}

TEST(ScenarioCalls, BulkFillsWhatIsNull) {
    EXPECT_EQ(run_of("struct page *pages[4];\n"
                     "pages[1] = alloc_page(GFP_KERNEL);\n"
                     "predict(\"\", alloc_pages_bulk_array(GFP_KERNEL, 3, pages));\n"
                     "predict(\"\", page_to_pfn(pages[0]) * 1000 + page_to_pfn(pages[2]));\n"
                     "__free_page(pages[2]);\n"
                     "predict(\"\", pages[3] == NULL);\n"),
              "2:12 pages[1] = alloc_page(GFP_KERNEL)\n"
              "3:13 pages = alloc_pages_bulk_array(GFP_KERNEL, 2, pages)\n3:1 predict(\"\") -> 3\n"
              "4:1 predict(\"\") -> 257258\n"
              "5:1 __free_page(pfn_to_page(258)) from 1\n"
              "6:1 predict(\"\") -> 1\n");
    EXPECT_EQ(run_of("struct page *pages[4];\nalloc_pages_bulk_array(GFP_KERNEL, 5, pages);"),
              "stop:2:1: alloc_pages_bulk_array() of 5 pages into an array of 4\n");
    EXPECT_EQ(
        run_of("void f(void) { struct page *set[2]; predict(\"\", alloc_pages_bulk_array(GFP_KERNEL, 2, set)); } f();"),
        "1:49 set = alloc_pages_bulk_array(GFP_KERNEL, 2, pages)\n1:37 predict(\"\") -> 2\n");
    EXPECT_EQ(
        errors_of("alloc_pages_bulk_array(GFP_KERNEL, 5, NULL);"),
        "1:39: the argument 'page_array' of alloc_pages_bulk_array() is an array of struct page *, found void *\n");
}

TEST(ScenarioCalls, OtherOperations) {
    EXPECT_EQ(run_of("struct page *p = alloc_pages(GFP_KERNEL, 2);\nsplit_page(p, 2);\ndrain_local_pages(NULL);\n"
                     "drain_all_pages(NULL);\nrefresh_cpu_vm_stats(true);"),
              "1:18 p = alloc_pages(GFP_KERNEL, 2)\n2:1 split_page(pfn_to_page(256), 2)\n3:1 drain_local_pages(NULL)\n"
              "4:1 drain_all_pages(NULL)\n5:1 refresh_cpu_vm_stats(true)\n");
}

TEST(ScenarioCalls, ContiguousMemory) {
    EXPECT_EQ(run_of("machine { cma = 16M; }\nstruct page *p = cma_alloc(NULL, 300, 0, false);\n"
                     "assert(cma_release(NULL, p, 300));\nassert(!cma_release(NULL, NULL, 1));"),
              "2:18 p = cma_alloc(NULL, 300, 0, false)\n3:8 cma_release(NULL, pfn_to_page(256), 300)\n"
              "3:1 assert(cma_release(NULL, p, 300)) -> 1\n4:1 assert(!cma_release(NULL, NULL, 1)) -> 1\n");
}

TEST(ScenarioCalls, PointersFollowPagesThatMove) {
    const Scenario scenario = Scenario::read(
        "struct page *p = alloc_page(GFP_HIGHUSER_MOVABLE), *q = alloc_page(GFP_HIGHUSER_MOVABLE);\n"
        "struct page *copies[2] = {p, q}, *stranger = pfn_to_page(256);\n"
        "unsigned long a = (unsigned long)page_address(p) + 5, pfn = page_to_pfn(p);\n"
        "void f(struct page *local) { compact_memory(); predict(\"\", page_to_pfn(local)); }\n"
        "f(p);\n"
        "predict(\"\", page_to_pfn(p)); predict(\"\", page_to_pfn(q)); predict(\"\", page_to_pfn(copies[0]));\n"
        "predict(\"\", a - PAGE_OFFSET); predict(\"\", pfn); predict(\"\", page_to_pfn(stranger));");
    ASSERT_TRUE(scenario.valid());
    FakeTarget target;
    // 256 goes to 900 and on to 1000; 257 to 256's old place; 900's former owner is somebody else.
    target.moves = {{256, 900, 0}, {900, 1000, 0}, {257, 256, 1}, {5, 6, 7}};
    EXPECT_TRUE(run(scenario, target).finished);
    std::vector<std::uint64_t> seen;
    for (const Operation& operation : target.operations)
        if (operation.kind == OperationKind::predict) seen.push_back(operation.argument);
    EXPECT_EQ(seen, (std::vector<std::uint64_t>{1000, 1000, 256, 1000, 1000 * 4096 + 5, 256, 256}));
}

TEST(ScenarioCalls, Nodes) {
    EXPECT_EQ(run_of("machine { nodes = 2; cpus = 2; }\nalloc_pages_node(1, GFP_KERNEL, 0);\nalloc_pages_node(2, "
                     "GFP_KERNEL, 0);"),
              "2:1 alloc_pages_node(1, GFP_KERNEL, 0)\nstop:3:1: there is no node 2: this machine has 2\n");
    EXPECT_EQ(run_of("kmalloc_node(100, GFP_KERNEL, 5);\nkmalloc_node(8193, GFP_KERNEL, 5);"),
              "1:1 kmalloc_node(100, GFP_KERNEL, 5)\nstop:2:1: there is no node 5: this machine has 1\n")
        << "the slab allocator ignores the wish, the page allocator can't";
    EXPECT_EQ(run_of("machine { allocator = slab; }\nkmalloc_node(8193, GFP_KERNEL, 5);"),
              "2:1 kmalloc_node(8193, GFP_KERNEL, 5)\n");
}

TEST(ScenarioCalls, Conversions) {
    const std::string page =
        "struct page *p = pfn_to_page(0x1234); unsigned long a = (unsigned long)page_address(p);\n";
    EXPECT_EQ(value_of("a - PAGE_OFFSET", page), std::to_string(0x1234000));
    EXPECT_EQ(value_of("virt_to_phys((void *)(a + 5))", page), std::to_string(0x1234005));
    EXPECT_EQ(value_of("phys_to_virt(0x1234005) == (void *)(a + 5)", page), "1");
    EXPECT_EQ(value_of("virt_to_page(a + 5) == p", page), "1");
    EXPECT_EQ(value_of("page_to_phys(p)", page), std::to_string(0x1234000));
    EXPECT_EQ(value_of("page_to_pfn(virt_to_page((void *)a))", page), std::to_string(0x1234));
    EXPECT_EQ(value_of("get_order(1) + get_order(4096) * 10 + get_order(4097) * 100 + get_order(128K) * 1000"), "5100");
    EXPECT_EQ(value_of("get_order(0)"), "52");
    EXPECT_EQ(value_of("PAGE_ALIGN(1) + PAGE_ALIGN(8192)"), "12288");
    EXPECT_EQ(value_of("ALIGN(13, 8) * 100 + ALIGN_DOWN(13, 8)"), "1608");
    EXPECT_EQ(value_of("BIT(5) + DIV_ROUND_UP(9, 4) + ilog2(1024)"), "45");
    EXPECT_EQ(value_of("BIT(64)"), "stop: BIT() of a bit beyond the 64 there are");
    EXPECT_EQ(value_of("page_to_pfn(NULL)"), "stop: page_to_pfn() of NULL");
}

TEST(ScenarioCalls, AnAddressBesideTheDirectMapIsConvertedAndTold) {
    constexpr const char* told = "(0xffffc90000001000) is of no use: the address is not of the direct map. The kernel "
                                 "subtracts 0xffff888000000000 all the same and gets 0x408000001000. vmalloc_to_page() "
                                 "would read the page tables.\")\n";
    EXPECT_EQ(run_of("predict(\"\", virt_to_phys((void *)0xffffc90000001000));"),
              "1:13 note(\"virt_to_phys" + std::string(told) + "1:1 predict(\"\") -> 70918499995648\n");
    EXPECT_EQ(run_of("predict(\"\", virt_to_pfn((void *)0xffffc90000001000));"),
              "1:13 note(\"virt_to_pfn" + std::string(told) + "1:1 predict(\"\") -> 17314086913\n");
    EXPECT_EQ(value_of("(unsigned long)virt_to_page((void *)0xffffc90000001000)"),
              std::to_string(static_cast<std::int64_t>(0xffffea0000000000ULL + 17314086913ULL * 64)));
    EXPECT_EQ(value_of("virt_to_phys((void *)0xffffffff81000000)"), std::to_string(0x1000000)) << "the kernel's text";
}

TEST(ScenarioCalls, ThePagesOfAMappingMayBeNull) {
    EXPECT_EQ(run_of("struct page *p[3]; p[0] = pfn_to_page(7); p[1] = NULL; p[2] = pfn_to_page(8);\n"
                     "vmap(p, 3, VM_MAP, PAGE_KERNEL);\np[1] = (struct page *)4096;\nvmap(p, 3, VM_MAP, "
                     "PAGE_KERNEL);"),
              "2:1 pages 7\n2:1 pages NULL\n2:1 pages 8\n2:1 vmap(pages, ..., PAGE_KERNEL)\n"
              "stop:4:1: one of the pages is not a struct page *\n");
}

TEST(ScenarioCalls, Remarks) {
    EXPECT_EQ(run_of("heading(\"One\"); note(\"50 % \\\"free\\\"\"); show(\"tree\");\n"
                     "note(\"order %d, %lu pages\", 3, 1UL << 3);\n"
                     "predict(\"how many?\", 3 * 4);\nassert(1 + 1 == 2 && /* yes */ true);\nassert(NULL);"),
              "1:1 heading(\"One\")\n1:17 note(\"50 % \\\"free\\\"\")\n1:40 show(\"tree\")\n"
              "2:1 note(\"order 3, 8 pages\")\n3:1 predict(\"how many?\") -> 12\n"
              "4:1 assert(1 + 1 == 2 && /* yes */ true) -> 1\n5:1 assert(NULL) -> 0\n");
}

TEST(ScenarioCalls, Formatting) {
    const auto formatted = [](const std::string& arguments) {
        const Scenario scenario = Scenario::read("pr_info(" + arguments + ");");
        FakeTarget target;
        const RunResult result = run(scenario, target);
        return target.operations.empty() ? "nothing" : result.strings[target.operations[0].text];
    };
    EXPECT_EQ(formatted("\"%d %i %u %x %X %o\\n\", -5, 6, -1, 255, 255, 8"), "-5 6 4294967295 ff FF 10");
    EXPECT_EQ(formatted("\"%ld %lu %llx %zu\", -5L, -1UL, 1ULL << 40, sizeof(long)"),
              "-5 18446744073709551615 10000000000 8");
    EXPECT_EQ(formatted("\"[%5d] [%-5d] [%05d] [%+d] [% d]\", 42, 42, -42, 42, 42"),
              "[   42] [42   ] [-0042] [+42] [ 42]");
    EXPECT_EQ(formatted("\"%#x %p\", 16, (void *)4096"), "0x10 0000000000001000");
    EXPECT_EQ(formatted("\"%s|%8s|%c|100%%\", \"ab\", \"cd\", 'x'"), "ab|      cd|x|100%");
    EXPECT_EQ(formatted("\"%px %hhu\", alloc_page, 1"), "nothing");
    EXPECT_EQ(formatted("\"%px\", phys_to_virt(0)"), "ffff888000000000");
    EXPECT_EQ(formatted("\"%d %d\", 1"), "1 %d");
    EXPECT_EQ(formatted("\"50%\""), "50%");
    EXPECT_EQ(formatted("\"%999999999d\", 1").size(), 64U);
    EXPECT_EQ(run_of("printk(\"%d\", 1, 2);"),
              "1:1 note(\"1\")\nwarning:1:1: more values are given than the format asks for\n");
    // A warning of a loop is told once.
    EXPECT_EQ(
        run_of("for (int i = 0; i < 2; i++) printk(\"%d %d\", i);"),
        "1:29 note(\"0 %d\")\n1:29 note(\"1 %d\")\nwarning:1:29: the format asks for more values than are given\n");
    EXPECT_EQ(run_of("note((char *)5);"), "stop:1:1: expected a string, found another address\n");
    EXPECT_EQ(run_of("char *s = \"text\"; note(s); s = NULL; note(s);"),
              "1:19 note(\"text\")\nstop:1:38: expected a string, found NULL\n");
}

TEST(ScenarioCalls, ChanceIsSeeded) {
    const auto numbers = [](const std::string& seed) {
        return run_of("machine { seed = " + seed + "; }\nfor (int i = 0; i < 5; i++) note(\"%d\", rand() % 1000);");
    };
    EXPECT_EQ(numbers("7"), numbers("7"));
    EXPECT_NE(numbers("7"), numbers("8"));
    EXPECT_EQ(
        value_of("ok",
                 "int ok = 1; for (int i = 0; i < 1000; i++) { int r = rand(); if (r < 0 || r > INT_MAX) ok = 0; }"),
        "1");
    // Fixed for ever: a link that is shared today shows the same tomorrow.
    EXPECT_EQ(value_of("rand()"), "1896895516");
}

TEST(ScenarioCalls, StringsAreSharedByTheRun) {
    const Scenario scenario = Scenario::read("for (int i = 0; i < 10; i++) { note(\"same\"); note(\"%d\", i % 2); }");
    FakeTarget target;
    const RunResult result = run(scenario, target);
    EXPECT_EQ(result.strings.size(), 3U);
    EXPECT_EQ(target.operations.size(), 20U);
}

TEST(ScenarioCalls, DescriptionOfForeignOperations) {
    Operation operation;
    operation.kind = OperationKind::alloc_pages;
    operation.gfp_flags = gfp::kernel;
    operation.order = 3;
    EXPECT_EQ(describe_call(operation), "alloc_pages(GFP_KERNEL, 3)");
    operation.kind = OperationKind::note;
    operation.text = 5;
    EXPECT_EQ(describe_call(operation), "note()");
}

}  // namespace
}  // namespace pageframe::testing
