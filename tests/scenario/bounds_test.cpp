// Bounds: a run stops there, keeps what it did and says which bound and where; and no text, however
// hostile, takes the reader with it.
#include "engine/core/random.h"
#include "tests/scenario/fake_target.h"

namespace pageframe::testing {
namespace {

TEST(ScenarioBounds, Operations) {
    Bounds bounds;
    bounds.operations = 3;
    EXPECT_EQ(run_of("while (1)\n  note(\"a\");", bounds),
              "2:3 note(\"a\")\n2:3 note(\"a\")\n2:3 note(\"a\")\nstop:2:3: stopped: a run has at most 3 operations\n");
}

TEST(ScenarioBounds, Steps) {
    Bounds bounds;
    bounds.steps = 1000;
    EXPECT_EQ(run_of("note(\"a\");\nwhile (1) {\n}", bounds),
              "1:1 note(\"a\")\nstop:2:8: stopped: a run has at most 1000 steps (a loop that does not end?)\n");
    EXPECT_EQ(run_of("again: goto again;", bounds),
              "stop:1:13: stopped: a run has at most 1000 steps (a loop that does not end?)\n");
    bounds.steps = 0;
    EXPECT_NE(run_of("int x = 1;", bounds), "");
    EXPECT_NE(run_of("", bounds), "");
}

TEST(ScenarioBounds, Recursion) {
    EXPECT_EQ(run_of("void f(void) { f(); }\nf();"),
              "stop:1:16: stopped: functions call each other at most 200 deep\n");
    EXPECT_EQ(value_of("f(199)", "int f(int n) { return n ? 1 + f(n - 1) : 0; }"), "199");
}

TEST(ScenarioBounds, ArrayElements) {
    EXPECT_EQ(run_of("int a[1000000];\na[999999] = 1;"), "");
    EXPECT_EQ(errors_of("int a[1000001];"), "1:7: the length of 'a' is 1000001: expected 1 to 1000000\n");
    EXPECT_EQ(errors_of("int a[600000], b[600000];"),
              "1:16: more than 1000000 variables and array elements in this text\n");
    EXPECT_EQ(run_of("int f(int n) { int a[300000]; return n ? f(n - 1) : 0; }\nf(5);"),
              "stop:1:42: stopped: more than 1000000 variables and array elements at a time\n");
    Bounds bounds;
    bounds.array_elements = 10;
    EXPECT_EQ(run_of("int a[11];", bounds), "stop:1:1: stopped: more than 10 variables and array elements\n");
}

TEST(ScenarioBounds, Strings) {
    Bounds bounds;
    bounds.string_bytes = 20;
    EXPECT_EQ(run_of("for (int i = 0; ; i++)\n  note(\"%d\", i);", bounds),
              "2:3 note(\"0\")\n2:3 note(\"1\")\n2:3 note(\"2\")\n2:3 note(\"3\")\n2:3 note(\"4\")\n2:3 note(\"5\")\n"
              "2:3 note(\"6\")\n2:3 note(\"7\")\n2:3 note(\"8\")\n2:3 note(\"9\")\n"
              "stop:2:3: stopped: the strings of a run are too long together\n");
}

TEST(ScenarioBounds, ArraysInLoopsCostTheirLength) {
    Bounds bounds;
    bounds.steps = 1'000'000;
    EXPECT_NE(run_of("while (1) { int a[100000]; }", bounds).find("steps"), std::string::npos);
    const Scenario scenario = Scenario::read("while (1) { int a[100000]; }");
    FakeTarget target;
    EXPECT_LE(run(scenario, target, bounds).steps, bounds.steps);
}

TEST(ScenarioBounds, TextsThatAreTooLong) {
    EXPECT_EQ(errors_of(std::string((1 << 20) + 1, ' ')), " the text is too long: 1048577 bytes, at most 1048576\n");
    EXPECT_EQ(errors_of(std::string(1 << 20, ' ')), "");
    EXPECT_EQ(errors_of(std::string(600'000, ';')),
              "1:500001: the text is too long: more than 500000 words and signs\n");
}

std::string repeated(const std::string& text, int times) {
    std::string result;
    for (int i = 0; i < times; ++i) result += text;
    return result;
}

TEST(ScenarioBounds, DeepNestingIsTold) {
    const std::string deep[] = {
        "int x = " + repeated("(", 100'000) + "1;",
        "int x = " + repeated("-", 100'001) + "1;",
        "int x = " + repeated("!~", 100'000) + "1;",
        "int x = " + repeated("1+", 100'000) + "1;",
        "int x = " + repeated("1?", 100'000) + "1;",
        "int x = " + repeated("1?1:", 100'000) + "1;",
        "int x; " + repeated("x=", 100'000) + "1;",
        "int x = " + repeated("f(", 100'000) + "1;",
        "int x; x" + repeated("[0]", 100'000) + ";",
        "int x; x" + repeated(".x", 100'000) + ";",
        "int x; x" + repeated("++", 100'000) + ";",
        "int x = " + repeated("(int)", 100'000) + "1;",
        "int x = " + repeated("sizeof ", 100'000) + "1;",
        "int x = 1" + repeated(",1", 100'000) + ";",
        "for (" + repeated("1,", 100'000) + "1;;) break;",
        repeated("{", 100'000),
        repeated("if (1) ", 100'000) + ";",
        repeated("if (1) ; else ", 100'000) + ";",
        repeated("while (1) ", 100'000) + ";",
        repeated("for (;;) {", 50'000),
        repeated("atomic { ", 50'000),
        repeated("do ", 100'000),
        repeated("else ", 100'000),
        repeated("a: ", 100'000),
        "machine { ram = " + repeated("(", 100'000) + "; }",
        "machine " + repeated("{", 100'000),
        "int a[" + repeated("(", 100'000) + "];",
        "void f(" + repeated("int a[", 100'000),
    };
    for (const std::string& text : deep) EXPECT_NE(errors_of(text), "") << text.substr(0, 40);
}

TEST(ScenarioBounds, AHundredLevelsAreFine) {
    EXPECT_EQ(value_of(repeated("(", 60) + "7" + repeated(")", 60)), "7");
    EXPECT_EQ(value_of("1" + repeated(" + 1", 90)), "91");
    EXPECT_EQ(errors_of(repeated("{ ", 60) + repeated("} ", 60)), "");
}

TEST(ScenarioBounds, MacrosCanNotExplode) {
    std::string text = "#define A0 x\n";
    for (int i = 1; i < 40; ++i) {
        const std::string before = " A" + std::to_string(i - 1);
        text += "#define A" + std::to_string(i) + before + before + "\n";
    }
    EXPECT_NE(errors_of(text + "A30;"), "");
    EXPECT_NE(errors_of(text + "A39;"), "");
    std::string empty = "#define A0\n" + text.substr(text.find('\n') + 1);
    EXPECT_NE(errors_of(empty + "A30;"), "");
    EXPECT_EQ(errors_of("#define A B\n#define B A\nint A = 3;"), "");
}

TEST(ScenarioBounds, WideTextsAreQuick) {
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += "int v" + std::to_string(i) + " = " + std::to_string(i) + ";\n";
    EXPECT_EQ(errors_of(text), "");
    text.clear();
    for (int i = 0; i < 20'000; ++i) text += "l" + std::to_string(i) + ": goto l" + std::to_string(i) + ";\n";
    EXPECT_EQ(errors_of(text), "");
    text.clear();
    for (int i = 0; i < 20'000; ++i) text += "void f" + std::to_string(i) + "(void) { }\n";
    EXPECT_EQ(errors_of(text), "");
    EXPECT_EQ(errors_of("int a[" + std::to_string(100'000) + "] = {" + repeated("1,", 100'000) + "};"), "");
    EXPECT_EQ(errors_of("note(\"" + std::string(1'000'000, 'x') + "\");"), "");
    EXPECT_NE(errors_of("note(" + repeated("1,", 100'000) + "1);"), "");
}

// Random bytes, random words, and damaged programs: an error or a bounded run, never more.
TEST(ScenarioBounds, NonsenseIsSurvived) {
    const char* words[] = {
        "int",    "x",  "=",    "1",           ";",          "(",       ")",      "{",          "}",    "[",
        "]",      "if", "else", "for",         "while",      "return",  "break",  "struct",     "page", "*",
        "+",      "-",  ",",    "\"s\"",       "f",          "on_cpu",  "atomic", "goto",       "a",    ":",
        "void",   "&",  "!",    "alloc_pages", "GFP_KERNEL", "machine", "ram",    "#define A ", "\n",   "?",
        "sizeof", "&&", "++",   "note",        "predict",    "assert",  "const",  "static",     "p",    "<<"};
    Random random(1);
    Bounds bounds;
    bounds.steps = 20'000;
    bounds.operations = 1000;
    for (int round = 0; round < 4000; ++round) {
        std::string text;
        const std::uint32_t length = random.below(60);
        for (std::uint32_t i = 0; i < length; ++i) {
            text += words[random.below(std::size(words))];
            text += ' ';
        }
        run_of(text, bounds);
    }
    const std::string good = "machine { ram = 64M; }\nstruct page *p[4];\nint f(int n) { return n ? f(n - 1) : 0; }\n"
                             "for (int i = 0; i < 4; i++) { p[i] = alloc_pages(GFP_KERNEL, i); if (!p[i]) break; }\n"
                             "on_cpu(0) { __free_pages(p[2], f(2)); } goto end; end: assert(p[0] != NULL);\n";
    ASSERT_EQ(errors_of(good), "");
    for (int round = 0; round < 4000; ++round) {
        std::string text = good;
        for (std::uint32_t i = 0; i <= random.below(4); ++i) {
            const std::uint32_t at = random.below(static_cast<std::uint32_t>(text.size()));
            switch (random.below(3)) {
            case 0: text[at] = static_cast<char>(random.below(256)); break;
            case 1: text.erase(at, 1 + random.below(8)); break;
            default:
                text.insert(at, text.substr(random.below(static_cast<std::uint32_t>(text.size())), random.below(20)));
                break;
            }
            if (text.empty()) break;
        }
        run_of(text, bounds);
    }
}

}  // namespace
}  // namespace pageframe::testing
