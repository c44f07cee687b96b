// Errors of a text: all of them, each at its place, with what was found, what was expected and the near
// name; and no second error that only follows from a first.
#include <algorithm>

#include "engine/scenario/calls.h"
#include "tests/scenario/fake_target.h"

namespace pageframe::testing {
namespace {

TEST(ScenarioError, TheFormatIsThatOfCompilers) {
    const Scenario scenario = Scenario::read("\n  kmaloc(3);");
    ASSERT_EQ(scenario.errors().size(), 1U);
    const Diagnostic& error = scenario.errors()[0];
    EXPECT_EQ(format_diagnostic("a.pf", error), "a.pf:2:3: 'kmaloc' is not a function: did you mean kmalloc?");
    EXPECT_EQ(error.suggestion, "kmalloc");
    EXPECT_EQ(error.length, 6U);
    EXPECT_EQ(format_diagnostic("a.pf", {0, 0, 0, "too long", ""}), "a.pf: too long");
}

TEST(ScenarioError, AllErrorsAreTold) {
    EXPECT_EQ(errors_of("struct page *p = aloc_pages(GFP_KERNL, 5);\n"
                        "__free_pages(p);\n"
                        "int x = 3\n"
                        "int y = x +;\n"
                        "free_pages(p, 2);\n"
                        "alloc_pages(5, GFP_KERNEL);\n"
                        "for (int i = 0; i < 3; i++ {\n"
                        "   kmaloc(3);\n"
                        "}\n"
                        "int arr[3];\n"
                        "arr[3] = 1;\n"),
              "1:18: 'aloc_pages' is not a function: did you mean alloc_pages?\n"
              "1:29: 'GFP_KERNL' is not declared: did you mean GFP_KERNEL?\n"
              "2:1: __free_pages(page, order) takes 2 arguments, found 1\n"
              "3:10: expected ';' after the declaration, found 'int'\n"
              "4:12: expected an expression, found ';'\n"
              "5:12: the argument 'addr' of free_pages() is an address, found struct page *; __free_pages() takes a "
              "struct page *\n"
              "6:16: the argument 'order' of alloc_pages() is a number, found gfp_t; are the arguments swapped? "
              "alloc_pages(gfp, order)\n"
              "7:28: expected ')' after the parts of 'for', found '{'\n"
              "8:4: 'kmaloc' is not a function: did you mean kmalloc?\n"
              "11:5: 'arr' has elements 0 to 2, found 3\n");
}

TEST(ScenarioError, ViewsOfShow) {
    EXPECT_EQ(errors_of("show(\"memory\"); show(\"tlb\");"), "");
    EXPECT_EQ(errors_of("show(\"free_list\");"), "1:6: there is no view \"free_list\": did you mean free_lists?\n");
    EXPECT_EQ(errors_of("show(\"everything\");").substr(0, 62),
              "1:6: there is no view \"everything\"; there are memory, tree, fr");
    EXPECT_EQ(errors_of("show(3);"), "1:6: show() takes the name of a view, such as \"tree\"\n");
}

TEST(ScenarioError, NearNames) {
    EXPECT_EQ(errors_of("int counter; conter = 1;"), "1:14: 'conter' is not declared: did you mean counter?\n");
    EXPECT_EQ(errors_of("__fre_pages(NULL, 0);"), "1:1: '__fre_pages' is not a function: did you mean __free_pages?\n");
    EXPECT_EQ(errors_of("void grab(void) { } garb();"), "1:21: 'garb' is not a function: did you mean grab?\n");
    EXPECT_EQ(errors_of("int x = gfp_kernel;"), "1:9: 'gfp_kernel' is not declared: did you mean GFP_KERNEL?\n");
    EXPECT_EQ(errors_of("int x = zebra;"), "1:9: 'zebra' is not declared\n");
    EXPECT_EQ(
        errors_of("whlie (1) { }"),
        "1:1: 'whlie' is not a function: did you mean while?\n1:11: expected ';' after the statement, found '{'\n");
    EXPECT_EQ(errors_of("unsinged long q = 3; q = 4;"), "1:1: 'unsinged' is not a type: did you mean unsigned?\n");
    EXPECT_EQ(errors_of("page *p = NULL; p = NULL;"), "1:1: 'page' is not a type: did you mean struct page?\n");
    EXPECT_EQ(errors_of("goto dnoe; done: ;"), "1:6: there is no label 'dnoe' here: did you mean done?\n");
}

TEST(ScenarioError, NamesAndTypes) {
    EXPECT_EQ(errors_of("int x; int x;"), "1:12: 'x' is declared a second time, first in line 1\n");
    EXPECT_EQ(errors_of("int x; { long x; }"), "");
    EXPECT_EQ(errors_of("void f(void) { }\nvoid f(void) { }"), "2:6: 'f' is defined a second time, first in line 1\n");
    EXPECT_EQ(errors_of("void alloc_page(void) { }"),
              "1:6: 'alloc_page' is a function of the kernel: choose another name\n");
    EXPECT_EQ(errors_of("const int n = 3; n = 4; n++;"), "1:18: 'n' is const\n1:25: 'n' is const\n");
    EXPECT_EQ(errors_of("PAGE_SIZE = 3;"), "1:1: 'PAGE_SIZE' is a constant of the kernel\n");
    EXPECT_EQ(errors_of("3 = 4;"), "1:3: what is assigned to must be a variable or an element of an array\n");
    EXPECT_EQ(errors_of("alloc_page = 4;"), "1:1: 'alloc_page' is a function: expected '(' after it\n");
    EXPECT_EQ(errors_of("int x; x(3);"), "1:8: 'x' is a variable, not a function\n");
    EXPECT_EQ(errors_of("void x;"), "1:6: a variable can't be void: 'x'\n");
    EXPECT_EQ(errors_of("struct page x;"),
              "1:13: the contents of structures are not modelled: expected '*' before 'x'\n");
    EXPECT_EQ(errors_of("int x = note(\"\");"), "1:9: note() gives no value\n");
    EXPECT_EQ(errors_of("struct page *p; int n = p->flags;"),
              "1:28: members of structures are not modelled: 'flags'\n");
    EXPECT_EQ(errors_of("struct foo { int a; };\nnote(\"\");"),
              "1:1: structures can not be defined: struct page * and struct kmem_cache * are known, any other is a "
              "plain pointer\n");
    EXPECT_EQ(errors_of("int n = 4; int a[n];"),
              "1:18: the length of 'a' must be a constant: a number, #define or const\n");
    EXPECT_EQ(errors_of("const int n = 4; int a[n * 2];"), "");
    EXPECT_EQ(
        errors_of("int a[0]; int b[-1]; int c[];"),
        "1:7: the length of 'a' is 0: expected 1 to 1000000\n1:17: the length of 'b' is -1: expected 1 to 1000000\n"
        "1:26: the length of 'c' is missing\n");
    EXPECT_EQ(errors_of("int a[2] = {1, 2, 3};"), "1:12: 3 values for the 2 elements of 'a'\n");
    EXPECT_EQ(errors_of("int f(int n) { return; } void g(void) { return 3; }"),
              "1:16: expected a value to return: 'f' is int\n1:41: 'g' is void: expected 'return;'\n");
    EXPECT_EQ(errors_of("int f(int n) { return n; } f(1, 2);"), "1:28: f(n) takes 1 argument, found 2\n");
    EXPECT_EQ(errors_of("void f(struct page *p) { } f(3); f(NULL); f(0);"),
              "1:30: the argument 'p' of f() is struct page *, found int; virt_to_page(addr) or pfn_to_page(pfn) gives "
              "one\n");
    EXPECT_EQ(errors_of("break; continue;"),
              "1:1: 'break' stands outside of a loop\n1:8: 'continue' stands outside of a loop\n");
    EXPECT_EQ(errors_of("if (1) { void f(void) { } }"),
              "1:15: functions are defined at the top level, not within others or in blocks\n");
}

TEST(ScenarioError, KindsOfPointersAreKeptApart) {
    EXPECT_EQ(errors_of("struct page *p = __get_free_page(GFP_KERNEL);"),
              "1:18: 'p' is struct page *, found unsigned long; virt_to_page(addr) or pfn_to_page(pfn) gives one\n");
    EXPECT_EQ(errors_of("unsigned long a = alloc_page(GFP_KERNEL);"),
              "1:19: 'a' is unsigned long, found struct page *; page_to_pfn(page) gives its number, (unsigned "
              "long)page_address(page) its address\n");
    EXPECT_EQ(errors_of("char *c = alloc_page(GFP_KERNEL);"),
              "1:11: 'c' is char *, found struct page *; page_address(page) gives its address\n");
    EXPECT_EQ(errors_of("char *c = __get_free_page(GFP_KERNEL);"),
              "1:11: 'c' is char *, found unsigned long; a cast says that it is meant: (void *)\n");
    EXPECT_EQ(
        errors_of(
            "char *c = (char *)__get_free_page(GFP_KERNEL); void *v = alloc_page(GFP_KERNEL); struct page *p = v;"),
        "");
    EXPECT_EQ(errors_of("__free_pages((void *)0, 1); unsigned long a = 5; __free_pages(a, 0);"),
              "1:63: the argument 'page' of __free_pages() is struct page *, found unsigned long; virt_to_page(addr) "
              "or pfn_to_page(pfn) gives one\n");
    EXPECT_EQ(errors_of("struct page *p; p * 2; p + p; -p; p & 1;"),
              "1:19: '*' of struct page * and int\n1:26: '+' of struct page * and struct page *\n1:31: '-' of struct "
              "page *: expected a number\n"
              "1:37: '&' of struct page * and int\n");
    EXPECT_EQ(errors_of("struct page *p; char *c; p == c; p == 3; c == p + 1;"),
              "1:28: '==' of struct page * and char *\n1:36: '==' of struct page * and int\n1:44: '==' of char * and "
              "struct page *\n");
    EXPECT_EQ(warnings_of("unsigned long a; a == NULL;"), "1:20: a number is compared with NULL: expected 0\n");
    EXPECT_EQ(errors_of("char *c = NULL; c[3] = 1; *c = 1; int x = c[0]; c[1]++; *c += 2; *(u64 *)c = 1;"), "");
    EXPECT_EQ(errors_of("void *v = NULL; *v = 1; v[0] = 1;"),
              "1:17: what a void * points to has no type: cast the pointer first, as in *(int *)p\n"
              "1:25: what a void * points to has no type: cast the pointer first, as in *(int *)p\n");
}

TEST(ScenarioError, SyntaxIsRecovered) {
    EXPECT_EQ(
        errors_of("int a = (3 + 4;\nint b = 3 3;\nint c;\nc = ;\nfoo bar;\nc = 1;"),
        "1:15: expected ')' after the expression, found ';'\n2:11: expected ';' after the declaration, found '3'\n"
        "4:5: expected an expression, found ';'\n5:1: 'foo' is not a type\n");
    EXPECT_EQ(errors_of("if (1 { note(\"\"); }\nif 1) note(\"\");\nelse note(\"\");\nelse note(\"\");"),
              "1:7: expected ')' after the condition of 'if', found '{'\n2:4: expected '(' after 'if', found '1'\n4:1: "
              "this 'else' has no 'if'\n");
    EXPECT_EQ(errors_of("void f(int a, b) { }\nvoid g(int) { }\nnote(\"a\" \"b\");"),
              "1:15: expected the type of a parameter, found 'b'\n");
    EXPECT_EQ(errors_of("while (1) {\n  note(\"\");\n"),
              "2:12: expected '}' for the '{' of line 1, found the end of the text\n");
    EXPECT_EQ(errors_of("}\nnote(\"\");"), "1:1: this '}' closes nothing\n");
    EXPECT_EQ(errors_of("note(\"abc);\nnote(\"d\");"), "1:6: the string has no end: expected '\"' in its line\n1:12: "
                                                       "expected ',' or ')' after the argument, found 'note'\n");
    EXPECT_EQ(errors_of("/* abc\n"), "1:1: the comment has no end: expected '*/'\n");
    EXPECT_EQ(errors_of("note(1, , 2);"),
              "1:6: the argument 'text' of note() is a string, found int\n1:9: expected an expression, found ','\n");
    EXPECT_EQ(errors_of("switch (1) { case 1: break; }"),
              "1:1: 'switch' is not part of the language: expected 'if' and 'else'\n");
    EXPECT_EQ(errors_of("process(\"a\") { note(\"\"); }"), "1:1: process blocks are not modelled in this version\n");
    EXPECT_EQ(errors_of("int x = 'ab';"), "1:9: expected one character between single quotes\n");
    EXPECT_EQ(errors_of("int a[2][3];"), "1:9: arrays have one dimension\n");
    EXPECT_EQ(errors_of("int x = @;"),
              "1:9: '@' is no part of the language\n1:10: expected an expression, found ';'\n");
}

TEST(ScenarioError, PastedTypography) {
    EXPECT_EQ(errors_of("note(\xe2\x80\x9chi\xe2\x80\x9d);"),
              "1:6: '\xe2\x80\x9c' is no part of the language: did you mean \"?\n1:7: 'hi' is not declared\n"
              "1:9: '\xe2\x80\x9d' is no part of the language: did you mean \"?\n");
    // No-break space, byte-order mark, CRLF: white space.
    EXPECT_EQ(errors_of("\xef\xbb\xbfint\xc2\xa0x\xc2\xa0= 1;\r\nx = 2;\r\n"), "");
    // Columns count characters, not bytes.
    EXPECT_EQ(errors_of("/* \xc3\xa9\xe2\x82\xac */ foo();"), "1:10: 'foo' is not a function\n");
}

TEST(ScenarioError, ManyErrorsEndSomewhere) {
    std::string text;
    for (int i = 0; i < 5000; ++i) text += "foo();\n";
    const Scenario scenario = Scenario::read(text);
    EXPECT_EQ(scenario.errors().size(), 200U);
    EXPECT_TRUE(std::any_of(scenario.errors().begin(), scenario.errors().end(), [](const Diagnostic& error) {
        return error.message == "too many errors: the rest of the text is not told";
    }));
}

// What is not there yet is told as that, and nothing is wrong with the example of the language's description.
TEST(ScenarioError, WhatIsNotModelledYetIsToldAsThat) {
    for (std::string_view name : scenario::unmodelled_calls())
        EXPECT_EQ(errors_of(std::string(name) + "(1);"),
                  "1:1: " + std::string(name) + "() is not modelled in this version\n");
    const Scenario example = Scenario::read(R"(machine { ram = 64M; cpus = 2; kernel = "6.1"; seed = 7; }
struct page *p = alloc_pages(GFP_KERNEL, 5);
note("Order 5 was empty, so an order-6 block was split in two.");
__free_pages(p, 5);
struct kmem_cache *tasks = kmem_cache_create("task_struct", 1040, 0, SLAB_HWCACHE_ALIGN, NULL);
void *task[40];
for (int i = 0; i < 40; i++)
    task[i] = kmem_cache_alloc(tasks, GFP_KERNEL);
kmem_cache_free(tasks, task[3]);
char *v = vmalloc(5 * PAGE_SIZE);
v[0x2010] = 1;
vfree(v);
on_cpu(1) { void *q = kmalloc(100, GFP_KERNEL | GFP_DMA); kfree(q); }
)");
    for (const Diagnostic& error : example.errors()) ADD_FAILURE() << error.message;
}

TEST(ScenarioError, ErrorsPreventTheRun) {
    const Scenario scenario = Scenario::read("alloc_page(GFP_KERNEL); foo();");
    FakeTarget target;
    EXPECT_FALSE(scenario.valid());
    EXPECT_FALSE(run(scenario, target).finished);
    EXPECT_TRUE(target.operations.empty());
}

}  // namespace
}  // namespace pageframe::testing
