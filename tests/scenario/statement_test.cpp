// What statements do: loops, blocks, functions, CPUs, and where values come from and go.
#include "tests/scenario/fake_target.h"

namespace pageframe::testing {
namespace {

TEST(ScenarioStatement, LoopsAndBranches) {
    EXPECT_EQ(value_of("s", "int s = 0; for (int i = 0; i < 5; i++) s += i;"), "10");
    EXPECT_EQ(value_of("s", "int s = 0, i = 0; while (1) { if (++i > 9) break; if (i % 2) continue; s += i; }"), "20");
    EXPECT_EQ(value_of("s", "int s = 0; do s++; while (s < 7);"), "7");
    EXPECT_EQ(value_of("s", "int s = 0; for (;;) if (s++ == 3) break;"), "4");
    EXPECT_EQ(value_of("s", "int s = 0, i, j; for (i = 0, j = 9; i < j; i++, j--) s += j - i;"), "25");
    EXPECT_EQ(value_of("s", "int s = 0; for (int i = 0; i < 3; i++) for (int j = 0; j < 3; j++) { if (j == 2) "
                            "continue; if (i == 2) break; s += 10 * i + j; }"),
              "22");
    EXPECT_EQ(value_of("s", "int s = 5; if (s > 9) s = 1; else if (s > 4) s = 2; else s = 3;"), "2");
    EXPECT_EQ(value_of("s", "int s = 1; { int s = 2; s = 3; } "), "1");
    EXPECT_EQ(value_of("s", "int s = 0; int i = 0; again: s += i; if (++i < 4) goto again;"), "6");
}

TEST(ScenarioStatement, Functions) {
    EXPECT_EQ(value_of("fib(12)", "int fib(int n) { if (n < 2) return n; return fib(n - 1) + fib(n - 2); }"), "144");
    EXPECT_EQ(value_of("even(10)", "int odd(int n); int even(int n) { return n == 0 ? 1 : odd(n - 1); } int odd(int n) "
                                   "{ return n == 0 ? 0 : even(n - 1); }"),
              "1");
    EXPECT_EQ(value_of("n", "int n; void set(int v) { n = v; } set(7);"), "7");
    EXPECT_EQ(
        value_of("sum(a, 3)",
                 "int sum(int v[], int n) { int s = 0; while (n-- > 0) s += v[n]; return s; } int a[3] = {1, 2, 4};"),
        "7");
    EXPECT_EQ(
        value_of("a[1] + a[2] * 10",
                 "void fill(int v[], int n) { for (int i = 0; i < n; i++) v[i] = i + 1; } int a[3]; fill(&a[1], 2);"),
        "21");
    EXPECT_EQ(value_of("x", "void set(int v[]) { v[0] = 9; } int x; set(&x);"), "9");
    EXPECT_EQ(value_of("next() * 100 + next() * 10 + next()", "int next(void) { static int n = 4; return n++; }"),
              "456");
    EXPECT_EQ(value_of("later()", "int later(void) { return value; } static int value = 3;"), "3");
}

TEST(ScenarioStatement, TopLevelVariablesStartAsZeroOthersHaveNone) {
    EXPECT_EQ(value_of("n + (p == NULL)", "int n; struct page *p;"), "1");
    EXPECT_EQ(run_of("int f(void) {\n    int x;\n    return x + 1;\n}\nf();"), "stop:3:12: 'x' has no value yet\n");
    EXPECT_EQ(run_of("for (int i = 0; i < 2; i++) {\n    int x;\n    if (i) note(\"%d\", x);\n    x = 1;\n}"),
              "stop:3:23: 'x' has no value yet\n");
    EXPECT_EQ(run_of("void f(void) { int a[4]; a[1] = 2; a[2]++; }\nf();"), "stop:1:36: 'a'[2] has no value yet\n");
}

TEST(ScenarioStatement, MistakesAtRunTimeHaveTheirPlace) {
    EXPECT_EQ(run_of("int a[4];\nfor (int i = 0; i <= 4; i++)\n    a[i] = i;"),
              "stop:3:5: 'a' has elements 0 to 3, found 4\n");
    EXPECT_EQ(run_of("int a[4], i = -1;\na[0] = 3 +\n  a[i];"), "stop:3:3: 'a' has elements 0 to 3, found -1\n");
    EXPECT_EQ(run_of("int f(int n) { if (n) return 1; }\nnote(\"%d\", f(0));"),
              "stop:1:5: 'f' ends without the value that is used\n");
    EXPECT_EQ(run_of("int f(int n) { if (n) return 1; }\nf(0);"), "");
    EXPECT_EQ(run_of("on_cpu(1) { alloc_page(GFP_KERNEL); }"),
              "stop:1:8: there is no CPU 1: this machine has 1 (machine { cpus = ...; })\n");
}

TEST(ScenarioStatement, RegionsEndHoweverTheyAreLeft) {
    const std::string machine = "machine { cpus = 4; }\n";
    EXPECT_EQ(
        run_of(
            machine +
            "on_cpu(1) {\n on_cpu(3) drain_local_pages(NULL);\n drain_local_pages(NULL); }\ndrain_local_pages(NULL);"),
        "3:12 cpu3 drain_local_pages(NULL)\n4:2 cpu1 drain_local_pages(NULL)\n5:1 drain_local_pages(NULL)\n");
    EXPECT_EQ(run_of(machine + "for (int i = 0; i < 3; i++) on_cpu(i) atomic { if (i == 1) continue; if (i == 2) "
                               "break; note(\"a\"); }\nnote(\"b\");"),
              "2:89 atomic note(\"a\")\n3:1 note(\"b\")\n");
    EXPECT_EQ(
        run_of(machine +
               "int f(void) { on_cpu(2) { atomic { note(\"in\"); return 3; } } return 0; }\nnote(\"%d\", 1 + f());"),
        "2:36 cpu2 atomic note(\"in\")\n3:1 note(\"4\")\n");
    EXPECT_EQ(run_of(machine + "on_cpu(2) { atomic { goto out; } }\nout: note(\"out\");"), "3:6 note(\"out\")\n");
    EXPECT_EQ(errors_of("goto in; atomic { in: note(\"\"); }"),
              "1:6: 'goto' can't jump into on_cpu() { } or atomic { }\n");
    EXPECT_EQ(run_of(machine + "atomic { atomic { } note(\"still\"); }"), "2:21 atomic note(\"still\")\n");
}

TEST(ScenarioStatement, ReturnAtTheTopLevelEndsTheRun) {
    EXPECT_EQ(run_of("struct page *p = alloc_page(GFP_KERNEL);\nif (p) return;\nnote(\"not reached\");"),
              "1:18 p = alloc_page(GFP_KERNEL)\n");
}

TEST(ScenarioStatement, LabelsNameTheOutermostVariable) {
    EXPECT_EQ(run_of("struct page *get(int order) {\n    struct page *page = alloc_pages(GFP_KERNEL, order);\n    "
                     "return page;\n}\n"
                     "struct page *mine[2];\nmine[1] = get(1);\nget(2);\nstruct page *other = mine[1];"),
              "2:25 mine[1] = alloc_pages(GFP_KERNEL, 1)\n2:25 page = alloc_pages(GFP_KERNEL, 2)\n");
    EXPECT_EQ(run_of("void fill(struct page *to[], int n) { for (int i = 0; i < n; i++) to[i] = "
                     "alloc_page(GFP_KERNEL); }\nstruct page *set[2];\nfill(set, 2);"),
              "1:75 set[0] = alloc_page(GFP_KERNEL)\n1:75 set[1] = alloc_page(GFP_KERNEL)\n");
}

TEST(ScenarioStatement, OperationNumbersStartWhereTheTargetIs) {
    const Scenario scenario = Scenario::read("struct page *p = alloc_page(GFP_KERNEL); __free_page(p);");
    FakeTarget target;
    target.first_operation = 1000;
    const RunResult result = run(scenario, target);
    EXPECT_TRUE(result.finished);
    EXPECT_EQ(result.first_operation, 1000U);
    EXPECT_EQ(result.label_of(1000), "p");
    EXPECT_EQ(result.label_of(1001), "");
    EXPECT_EQ(result.label_of(999), "");
    EXPECT_EQ(target.operations[1].argument, 1000U);
}

TEST(ScenarioStatement, PastedModulesRun) {
    const std::string module = R"(#include <linux/module.h>
#include <linux/gfp.h>
#define ORDER 3

MODULE_LICENSE("GPL");
static struct page *page;

static int __init my_init(void)
{
    page = alloc_pages(GFP_KERNEL, ORDER);
    if (!page) {
        pr_err("no memory\n");
        return -ENOMEM;
    }
    printk(KERN_INFO "pfn " "%lu\n", page_to_pfn(page));
    return 0;
}

static void __exit my_exit(void)
{
    __free_pages(page, ORDER);
}
)";
    const std::string did = "10:12 page = alloc_pages(GFP_KERNEL, 3)\n15:5 note(\"pfn 256\")\n";
    EXPECT_EQ(run_of(module + "module_init(my_init);\nmodule_exit(my_exit);\n"),
              did + "21:5 __free_pages(pfn_to_page(256), 3) from 0\n");
    EXPECT_EQ(run_of(module), did);
    EXPECT_EQ(run_of("int main(void) { note(\"main\"); return 0; } void other(void) { }"), "1:18 note(\"main\")\n");
    EXPECT_EQ(run_of("void only(void) { note(\"only\"); }"), "1:19 note(\"only\")\n");
    EXPECT_EQ(run_of("void one(void) { note(\"\"); } void two(void) { }"), "");
}

TEST(ScenarioStatement, MacrosAreReplaced) {
    EXPECT_EQ(value_of("N * M", "#define N 4 // four\n#define M (N + \\\n 1)"), "20");
    EXPECT_EQ(value_of("A", "#define A A + 1\nint A = 3;").substr(0, 7), "errors:");
    EXPECT_EQ(value_of("PAGE_SIZE", "#define PAGE_SIZE 8192"), "8192");
    EXPECT_EQ(errors_of("#define MAX(a, b) a\n#ifdef X\n#endif\n#define\n"),
              "1:9: macros with parameters are not supported: write 'MAX' as a function\n"
              "2:1: '#ifdef' is not known here: expected #include or #define\n"
              "3:1: '#endif' is not known here: expected #include or #define\n"
              "4:1: expected a name after #define\n");
}

}  // namespace
}  // namespace pageframe::testing
