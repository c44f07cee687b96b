// A session from a scenario and from a recording: the run, and its words for a reader.
#include "engine/session/session.h"

#include <gtest/gtest.h>

#include "engine/machine/machine.h"
#include "engine/session/printout.h"
#include "tests/oracle_files.h"

namespace pageframe {
namespace {

std::string printed(Session& session, std::string_view name) {
    std::string text;
    find_printout(name)->print(session, [&text](std::string_view piece) { text += piece; });
    return text;
}

TEST(Session, RunsAScenario) {
    const auto session = Session::from_text("machine { ram = 32M; }\n"
                                            "struct page *p = alloc_pages(GFP_KERNEL, 5);\n"
                                            "note(\"taken\");\n"
                                            "__free_pages(p, 5);\n");
    EXPECT_EQ(session->source_kind(), SourceKind::scenario);
    EXPECT_TRUE(session->errors().empty());
    EXPECT_FALSE(session->stop());
    EXPECT_EQ(session->configuration().ram_bytes, 32ULL << 20);
    Timeline& timeline = session->timeline();
    ASSERT_EQ(timeline.operation_count(), 3U);
    EXPECT_EQ(session->call_text(0), "p = alloc_pages(GFP_KERNEL, 5)");
    EXPECT_EQ(session->call_text(1), "note(\"taken\")");
    EXPECT_EQ(session->call_text(2), "__free_pages(p, 5)");
    EXPECT_EQ(session->call_text(3), "");
    EXPECT_EQ(session->variable_of(0), "p");
    EXPECT_EQ(session->variable_of(2), "");
    EXPECT_EQ(session->text_of(timeline.operation(1)), "taken");
    EXPECT_EQ(timeline.operation(2).line, 4U);
    EXPECT_EQ(session->summary_of(1).plain(), "taken");
    EXPECT_NE(session->summary_of(0).plain().find("order 5, 128 KiB of zone DMA32"), std::string::npos);
    EXPECT_NE(session->summary_of(2).plain().find("128 KiB given back"), std::string::npos);
    EXPECT_TRUE(session->summary_of(3).parts().empty());
}

TEST(Session, PrintsATableOfPhysicalPages) {
    const auto session = Session::from_text("machine { ram = 64M; }\n"
                                            "char *k = kmalloc(8192, GFP_KERNEL);\n"
                                            "show_phy_pages(k, 8192);\n"
                                            "char *v = vmalloc(4096);\n"
                                            "show_phy_pages(v, 65537 * PAGE_SIZE);\n");
    session->timeline().seek({session->timeline().operation_count(), 0});
    const std::string events = printed(*session, "events");
    EXPECT_NE(events.find("      page  virtual address   physical address       PFN  contiguous\n"
                          "  2.1     0  ffff888001000000         0x1000000      4096  -\n"
                          "  2.2     1  ffff888001001000         0x1001000      4097  yes\n"
                          "  2.3 ShowPagesEnd: 2 pages: physically contiguous. [show_phy_pages()]\n"),
              std::string::npos);
    EXPECT_NE(events.find("  4.2     1  ffffc90000001000        not mapped         -  no\n"), std::string::npos);
    EXPECT_NE(events.find("  4.65537 ShowPagesEnd: 65536 pages: 65535 of them not mapped. Cut off here: a table has "
                          "65536 rows at most, 4 KiB follow that it does not show. [show_phy_pages()]\n"),
              std::string::npos);
}

TEST(Session, GoesOnWhereTheKernelOnlyWarns) {
    const auto session = Session::from_text("char *v = vmalloc(4096);\n"
                                            "struct page *pages[2];\n"
                                            "pages[0] = vmalloc_to_page(v);\n"
                                            "pages[1] = NULL;\n"
                                            "assert(vmap(pages, 2, VM_MAP, PAGE_KERNEL) == NULL);\n"
                                            "unsigned long wrong = virt_to_phys(v);\n"
                                            "char *k = kmalloc_node(100, GFP_KERNEL, 3);\n"
                                            "vmalloc_to_pfn(v);\n");
    ASSERT_TRUE(session->errors().empty());
    EXPECT_FALSE(session->stop());
    std::vector<std::string> calls;
    session->timeline().seek({session->timeline().operation_count(), 0});
    const std::string events = printed(*session, "events");
    for (OperationNumber number = 0; number < session->timeline().operation_count(); ++number)
        calls.push_back(session->call_text(number).substr(0, 20));
    EXPECT_EQ(calls, (std::vector<std::string>{"v = vmalloc(4096)", "vmalloc_to_page(0xff", "pages 4097", "pages NULL",
                                               "vmap(pages, ..., PAG", "assert(vmap(pages, 2", "note(\"virt_to_phys(0",
                                               "k = kmalloc_node(100", "vmalloc_to_pfn(0xfff"}));
    EXPECT_NE(events.find("WARNING: one of the pages is NULL"), std::string::npos);
    EXPECT_NE(events.find("on node 3. The machine has no such node: the wish is ignored"), std::string::npos);
}

TEST(Session, NamesWhatIsFreedOnlyWhenItIsThatPage) {
    const auto session = Session::from_text("struct page *p = alloc_pages(GFP_KERNEL, 1);\n"
                                            "split_page(p, 1);\n"
                                            "__free_page(p);\n"
                                            "__free_page(p + 1);\n"
                                            "struct page *t[2];\n"
                                            "t[1] = alloc_page(GFP_KERNEL);\n"
                                            "__free_page(t[1]);\n"
                                            "unsigned long a = __get_free_pages(GFP_KERNEL, 2);\n"
                                            "free_pages(a, 2);\n");
    ASSERT_TRUE(session->errors().empty());
    EXPECT_EQ(session->call_text(2), "__free_page(p)");
    EXPECT_EQ(session->call_text(3).substr(0, 24), "__free_page(pfn_to_page(");
    EXPECT_EQ(session->call_text(4), "t[1] = alloc_page(GFP_KERNEL)");
    EXPECT_EQ(session->call_text(5), "__free_page(t[1])");
    EXPECT_EQ(session->call_text(7), "free_pages(a, 2)");
}

TEST(Session, NamesTheAreaThatIsFreed) {
    const auto session = Session::from_text("char *v = vmalloc(4096);\n"
                                            "vfree(v + 4096);\n"
                                            "vfree(v);\n");
    ASSERT_TRUE(session->errors().empty());
    EXPECT_EQ(session->call_text(1), "vfree(0xffffc90000001000)") << "it is not what v holds";
    EXPECT_EQ(session->call_text(2), "vfree(v)");
}

TEST(Session, WithErrorsNothingRuns) {
    const auto session = Session::from_text("machine { ram = 16M; }\nalloc_page(GFP_KERNEL);\nnonsense(1);\n");
    ASSERT_EQ(session->errors().size(), 1U);
    EXPECT_EQ(session->errors()[0].line, 3U);
    EXPECT_EQ(session->timeline().operation_count(), 0U);
    EXPECT_NE(session->timeline().end().buddy.exact_free_pages(0), 0);
    EXPECT_EQ(session->call_text(0), "");
}

TEST(Session, KeepsWhatWasDoneBeforeAStop) {
    const auto session = Session::from_text("struct page *p = alloc_page(GFP_KERNEL);\n"
                                            "int zero = 0;\n"
                                            "int x = 1 / zero;\n"
                                            "__free_page(p);\n");
    EXPECT_TRUE(session->errors().empty());
    ASSERT_TRUE(session->stop());
    EXPECT_EQ(session->stop()->line, 3U);
    EXPECT_EQ(session->timeline().operation_count(), 1U);
}

TEST(Session, TellsWhatCameOfEachCall) {
    const auto session = Session::from_text("machine { ram = 64M; cpus = 2; }\n"
                                            "struct page *p = alloc_page(GFP_KERNEL);\n"         // 0
                                            "struct page *q = alloc_page(GFP_KERNEL);\n"         // 1
                                            "__free_page(q);\n"                                  // 2
                                            "struct page *big = alloc_pages(GFP_NOWAIT, 11);\n"  // 3
                                            "void *e = alloc_pages_exact(5 * PAGE_SIZE, GFP_KERNEL);\n"
                                            "free_pages_exact(e, 5 * PAGE_SIZE);\n"
                                            "struct page *many[3];\n"
                                            "alloc_pages_bulk_array(GFP_KERNEL, 3, many);\n"  // 6
                                            "drain_all_pages(NULL);\n"
                                            "__free_page(p);\n"
                                            "__free_page(p);\n"  // 9
                                            "assert(p == q);\n");
    ASSERT_TRUE(session->errors().empty());
    const auto says = [&](OperationNumber number, const char* words) {
        const std::string text = session->summary_of(number).plain();
        EXPECT_NE(text.find(words), std::string::npos) << number << ": " << text;
    };
    says(0, "after CPU 0's list was refilled");
    says(1, "from CPU 0's own list");
    says(2, "kept on CPU 0's own list");
    says(3, "NULL");
    says(4, "5 pages of zone DMA32");
    says(4, "the other 3 of the block went back at once");
    says(5, "20 KiB given back");
    says(6, "3 of 3 pages");
    says(7, "went from the per-CPU lists");
    says(9, "Double free");
    says(10, "Not as expected: p == q");
}

TEST(Session, RunsARecording) {
    const std::string text = tests::read_oracle("linux-6.1/buddy_a.txt");
    const auto session = Session::from_text(text);
    EXPECT_EQ(session->source_kind(), SourceKind::recording);
    EXPECT_TRUE(session->errors().empty());
    EXPECT_EQ(session->source(), text);
    EXPECT_EQ(session->timeline().operation_count(), 2030U);
    EXPECT_EQ(session->configuration().kernel, "6.1");
    EXPECT_EQ(session->call_text(0), "alloc_pages(GFP_ATOMIC|__GFP_NOWARN, 10)");
    EXPECT_EQ(session->timeline().result_of(0).value, 30720U);
    EXPECT_EQ(session->variable_of(0), "");
    // Its last operation leaves what its last dump says: tests/replay has the whole; here, the free pages.
    EXPECT_EQ(session->timeline().end().buddy.exact_free_pages(1), 37202);
}

TEST(Session, ARecordingOfSeveralNodesIsAMachineOfSeveralNodes) {
    const auto session = Session::from_recording(tests::read_oracle("linux-6.1-smp/buddy_numa2_n.txt"));
    ASSERT_TRUE(session->errors().empty());
    const MachineConfiguration& machine = session->configuration();
    EXPECT_EQ(machine.cpus, 4);
    ASSERT_EQ(machine.nodes.size(), 2U);
    EXPECT_EQ(machine.nodes[0].cpus, 2);
    EXPECT_EQ(machine.nodes[1].ram_bytes, 32736ULL * page_size);
}

TEST(Session, ADamagedRecordingIsToldByLine) {
    std::string text = tests::read_oracle("linux-6.1/buddy_a.txt");
    text.replace(text.find("\nZONE 0"), 7, "\nZONE x");
    const auto session = Session::from_text(text);
    ASSERT_EQ(session->errors().size(), 1U);
    EXPECT_EQ(session->errors()[0].line, 20U);
    EXPECT_EQ(session->timeline().operation_count(), 0U);
}

TEST(Printout, OfAPositionInTheMiddle) {
    const auto session = Session::from_text("machine { ram = 32M; per_cpu_lists = off; }\n"
                                            "struct page *p = alloc_pages(GFP_KERNEL, 9);\n"
                                            "__free_pages(p, 9);\n");
    ASSERT_TRUE(session->errors().empty());
    Timeline& timeline = session->timeline();
    timeline.seek({timeline.operation_count(), 0});
    const std::string end_hash = printed(*session, "hash");
    timeline.seek({0, 0});
    EXPECT_EQ(printed(*session, "events"), "");
    EXPECT_EQ(printed(*session, "operations"), "");
    timeline.seek({0, 2});
    const std::string two = printed(*session, "events");
    EXPECT_NE(two.find("\n  1.2 "), std::string::npos) << two;
    EXPECT_EQ(two.find("\n  1.3 "), std::string::npos) << two;
    timeline.seek({2, 0});
    EXPECT_NE(printed(*session, "events").find("\n2 __free_pages(p, 9)\n  2.1 "), std::string::npos);
    EXPECT_EQ(printed(*session, "hash"), end_hash);
    EXPECT_EQ(printed(*session, "hash").size(), 17U);
    EXPECT_EQ(find_printout("nothing"), nullptr);
    for (const Printout& printout : printouts()) {
        const bool no_line = printout.name == std::string_view("vmallocinfo");  // one line an area, and there is none
        EXPECT_EQ(printed(*session, printout.name).empty(), no_line) << printout.name;
    }
}

/// With a constructor the link to the next free object stands behind the object, which keeps its state.
TEST(Session, AConstructorIsAFunctionOfTheText) {
    const auto session = Session::from_text(R"(
        void init_once(void *object) { }
        struct kmem_cache *with = kmem_cache_create("with", 64, 0, 0, init_once);
        struct kmem_cache *without = kmem_cache_create("without", 64, 0, 0, NULL);
        void *object = kmem_cache_alloc(with, GFP_KERNEL);
    )");
    EXPECT_TRUE(session->errors().empty());
    EXPECT_TRUE(session->warnings().empty());
    const SlabState& slab = session->timeline().end().slab;
    ASSERT_EQ(slab.cache_limit, 2U);
    EXPECT_EQ(slab.caches[0].geometry.size, 72U);
    EXPECT_EQ(slab.caches[1].geometry.size, 64U);
    EXPECT_FALSE(Session::from_text("void f() { } int *p = f;")->errors().empty()) << "nowhere else";
}

}  // namespace
}  // namespace pageframe
