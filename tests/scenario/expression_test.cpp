// C's arithmetic: precedence, conversions, and what the language decides where C leaves things open.
#include "tests/scenario/fake_target.h"

namespace pageframe::testing {
namespace {

TEST(ScenarioExpression, PrecedenceIsCs) {
    EXPECT_EQ(value_of("2 + 3 * 4"), "14");
    EXPECT_EQ(value_of("(2 + 3) * 4"), "20");
    EXPECT_EQ(value_of("20 - 3 - 2"), "15");
    EXPECT_EQ(value_of("100 / 10 / 5 % 3"), "2");
    EXPECT_EQ(value_of("1 << 2 + 3"), "32");
    EXPECT_EQ(value_of("1 | 2 ^ 3 & 2"), "1");
    EXPECT_EQ(value_of("1 + 2 == 3 && 4 > 3 != 0"), "1");
    EXPECT_EQ(value_of("5 & 4 == 4"), "1");
    EXPECT_EQ(value_of("0 || 0 && 1"), "0");
    EXPECT_EQ(value_of("1 ? 2 : 0 ? 3 : 4"), "2");
    EXPECT_EQ(value_of("0 ? 2 : 0 ? 3 : 4"), "4");
    EXPECT_EQ(value_of("-2 * -3 + ~0"), "5");
    EXPECT_EQ(value_of("!0 + !5"), "1");
    EXPECT_EQ(value_of("- -3"), "3");
}

TEST(ScenarioExpression, NumbersAreSpeltAsInC) {
    EXPECT_EQ(value_of("0x1fUL + 017 + 0b101 + 'A' + '\\n' + '\\0'"), std::to_string(31 + 15 + 5 + 65 + 10));
    EXPECT_EQ(value_of("4K + 1M + 1G"), std::to_string(4096 + (1 << 20) + (1 << 30)));
    EXPECT_EQ(value_of("4G == 1UL << 32"), "1");
    EXPECT_EQ(value_of("0x10K"), "16384");
    EXPECT_EQ(value_of("18446744073709551615UL"), "-1");
    EXPECT_EQ(errors_of("int a = 64MB;"), "1:9: '64MB' is not a number: did you mean 64M?\n");
    EXPECT_EQ(errors_of("int a = 64k;"), "1:9: '64k' is not a number: did you mean 64K?\n");
    EXPECT_EQ(errors_of("int a = 64MiB;"), "1:9: '64MiB' is not a number: did you mean 64M?\n");
    EXPECT_EQ(errors_of("int a = 09;"),
              "1:9: '09': the digit 9 does not belong in an octal number (it starts with 0)\n");
    EXPECT_EQ(errors_of("int a = 0x;"), "1:9: '0x' has no digits\n");
    EXPECT_EQ(errors_of("int a = 1.5;"), "1:9: '1.5': there is no floating point in the kernel, and none here\n");
    EXPECT_EQ(errors_of("long a = 18446744073709551616;"), "1:10: '18446744073709551616' does not fit into 64 bits\n");
    EXPECT_EQ(errors_of("long a = 17179869184G;"), "1:10: '17179869184G' does not fit into 64 bits\n");
    EXPECT_EQ(errors_of("int a = 12abc;"), "1:9: '12abc' is not a number: 'abc' is not a suffix of C\n");
}

TEST(ScenarioExpression, StoringNarrowsToTheType) {
    EXPECT_EQ(value_of("a", "u8 a = 300;"), "44");
    EXPECT_EQ(value_of("a", "char a = 200;"), "-56");
    EXPECT_EQ(value_of("a", "int a = 4G + 7;"), "7");
    EXPECT_EQ(value_of("a", "unsigned int a = -1;"), "4294967295");
    EXPECT_EQ(value_of("a", "bool a = 17;"), "1");
    EXPECT_EQ(value_of("a", "u8 a = 255; a++;"), "0");
    EXPECT_EQ(value_of("a", "u8 a = 0; a--;"), "255");
    EXPECT_EQ(value_of("a += 10", "u8 a = 250;"), "4");
    EXPECT_EQ(value_of("(unsigned char)258"), "2");
    EXPECT_EQ(value_of("f(70000)", "u16 f(u16 x) { return x; }"), "4464");
    EXPECT_EQ(value_of("f(70000)", "u16 f(int x) { return x; }"), "4464");
    EXPECT_EQ(value_of("a[0]", "short a[1] = {65537};"), "1");
}

TEST(ScenarioExpression, UnsignedArithmeticWrapsAtItsWidth) {
    EXPECT_EQ(value_of("a - 1", "unsigned int a = 0;"), "4294967295");
    EXPECT_EQ(value_of("a * a", "unsigned int a = 65536;"), "0");
    EXPECT_EQ(value_of("~a", "unsigned int a = 0;"), "4294967295");
    EXPECT_EQ(value_of("-a", "unsigned int a = 1;"), "4294967295");
    EXPECT_EQ(value_of("a << 31", "unsigned int a = 3;"), "2147483648");
    EXPECT_EQ(value_of("a + b > 0", "unsigned int a = 1; int b = -2;"), "1");
    EXPECT_EQ(value_of("a < b", "int a = -1; unsigned long b = 1;"), "0");
    EXPECT_EQ(value_of("a < b", "int a = -1; int b = 1;"), "1");
    EXPECT_EQ(value_of("a > b", "u8 a = 1; int b = -1;"), "1");
    EXPECT_EQ(value_of("a / 2", "unsigned long a = -2;"), std::to_string(INT64_MAX));
    EXPECT_EQ(value_of("a >> 1", "long a = -2;"), "-1");
    EXPECT_EQ(value_of("a % 5", "int a = -7;"), "-2");
    EXPECT_EQ(value_of("~GFP_KERNEL & 0xfffff"), std::to_string(~0xcc0 & 0xfffff));
}

// What C leaves undefined for an int: here the int was wide enough.
TEST(ScenarioExpression, SignedArithmeticIsDoneIn64Bits) {
    EXPECT_EQ(value_of("4 * 1024 * 1024 * 1024"), "4294967296");
    EXPECT_EQ(value_of("1 << 40"), std::to_string(1LL << 40));
    EXPECT_EQ(value_of("a + 1 < a", "long a = LONG_MAX;"), "1");
    EXPECT_EQ(value_of("LONG_MIN / -1 == LONG_MIN"), "1");
    EXPECT_EQ(value_of("a / b == a && a % b == 0", "long a = LONG_MIN; int b = -1;"), "1");
}

TEST(ScenarioExpression, WhatHasNoResultIsTold) {
    EXPECT_EQ(value_of("1 / 0"), "errors: division by 0");
    EXPECT_EQ(value_of("1 % (2 - 2)"), "errors: division by 0");
    EXPECT_EQ(value_of("1 / a", "int a = 0;"), "stop: division by 0");
    EXPECT_EQ(value_of("1 % a", "unsigned a = 0;"), "stop: division by 0");
    EXPECT_EQ(value_of("1 << a", "int a = 64;"), "stop: a shift by less than 0 or by more than 63 bits");
    EXPECT_EQ(value_of("1 >> a", "int a = -1;"), "stop: a shift by less than 0 or by more than 63 bits");
}

TEST(ScenarioExpression, LogicStopsEarly) {
    const std::string counting = "int n = 0; int f(int v) { n++; return v; }\n";
    EXPECT_EQ(value_of("(f(0) && f(1)) * 100 + n", counting), "1");
    EXPECT_EQ(value_of("(f(1) || f(1)) * 100 + n", counting), "101");
    EXPECT_EQ(value_of("(f(1) && f(7)) * 100 + n", counting), "102");
    EXPECT_EQ(value_of("(f(1) ? 5 : f(2)) * 100 + n", counting), "501");
}

TEST(ScenarioExpression, AssignmentsAndSteps) {
    EXPECT_EQ(value_of("a = b = 4", "int a, b;"), "4");
    EXPECT_EQ(value_of("a++ * 100 + a", "int a = 5;"), "506");
    EXPECT_EQ(value_of("++a * 100 + a", "int a = 5;"), "606");
    EXPECT_EQ(value_of("a-- * 100 + a", "int a = 5;"), "504");
    EXPECT_EQ(value_of("a[1]++ * 100 + a[1]", "int a[3] = {1, 2, 3};"), "203");
    EXPECT_EQ(value_of("--a[2] * 100 + a[2]", "int a[3] = {1, 2, 3};"), "202");
    EXPECT_EQ(value_of("(a[i++] += 5, a[0] * 10 + i)", "int a[3] = {1, 2, 3}; int i = 0;"), "61");
    EXPECT_EQ(value_of("(a -= 3, a *= 4, a /= 3, a %= 5, a <<= 4, a >>= 1, a |= 1, a ^= 3, a &= 14)", "int a = 9;"),
              "10");
    EXPECT_EQ(value_of("a[0] + a[1] + a[2]", "int a[] = {1, 2, };"), "errors: 'a' has elements 0 to 1, found 2");
    EXPECT_EQ(value_of("a[0] + a[1] + a[2]", "int a[3] = {1};"), "1");
    EXPECT_EQ(value_of("*a", "int a[3] = {9};"), "9");
}

TEST(ScenarioExpression, SizesAreCs) {
    EXPECT_EQ(value_of("sizeof(int) + sizeof(char) * 10 + sizeof(unsigned long) * 100"), "814");
    EXPECT_EQ(value_of("sizeof(struct page *) * 100 + sizeof(struct page)"), "864");
    EXPECT_EQ(value_of("sizeof a * 10 + sizeof(a[0])", "short a[7];"), "142");
    EXPECT_EQ(value_of("ARRAY_SIZE(a)", "short a[7];"), "7");
    EXPECT_EQ(value_of("sizeof(struct task_struct)"), "errors: the size of struct task_struct is not known");
}

TEST(ScenarioExpression, MinimumAndMaximumKeepTheSign) {
    EXPECT_EQ(value_of("min(-1, 1)"), "-1");
    EXPECT_EQ(value_of("max(-1, 1)"), "1");
    EXPECT_EQ(value_of("max(-1, 1UL)"), "-1");  // as unsigned long, the largest
    EXPECT_EQ(value_of("min(3, 2) + max(3, 2) * 10"), "32");
    EXPECT_EQ(errors_of("min(1);"), "1:1: min(a, b) takes 2 arguments, found 1\n");
}

TEST(ScenarioExpression, PointersStepByWhatTheyPointTo) {
    const std::string two = "struct page *p = pfn_to_page(100), *q = p + 5;\n";
    EXPECT_EQ(value_of("page_to_pfn(q)", two), "105");
    EXPECT_EQ(value_of("q - p", two), "5");
    EXPECT_EQ(value_of("p - q", two), "-5");
    EXPECT_EQ(value_of("page_to_pfn(2 + p)", two), "102");
    EXPECT_EQ(value_of("page_to_pfn(&p[7])", two), "107");
    EXPECT_EQ(value_of("(++p, page_to_pfn(p++) * 1000 + page_to_pfn(p))", two), "101102");
    EXPECT_EQ(value_of("(p += 3, page_to_pfn(p))", two), "103");
    EXPECT_EQ(value_of("p < q && q >= p && p != q && !(p == q)", two), "1");
    EXPECT_EQ(value_of("(unsigned long)(a + 1) - (unsigned long)a", "int *a = (int *)PAGE_OFFSET;"), "4");
    EXPECT_EQ(value_of("(unsigned long)(a + 1) - (unsigned long)a", "void *a = (void *)PAGE_OFFSET;"), "1");
    EXPECT_EQ(value_of("(unsigned long)q - (unsigned long)p", two), "320");
}

TEST(ScenarioExpression, ConstantsOfTheKernel) {
    EXPECT_EQ(value_of("PAGE_SIZE"), "4096");
    EXPECT_EQ(value_of("MAX_ORDER"), "11");
    EXPECT_EQ(value_of("GFP_KERNEL"), std::to_string(0xcc0));
    EXPECT_EQ(value_of("GFP_KERNEL | __GFP_ZERO"), std::to_string(0xdc0));
    EXPECT_EQ(value_of("NULL == 0 && true && !false"), "1");
    EXPECT_EQ(value_of("-ENOMEM"), "-12");
    EXPECT_EQ(value_of("INT_MIN"), "-2147483648");
    EXPECT_EQ(value_of("PAGE_SIZE == 1 << PAGE_SHIFT && (4097 & PAGE_MASK) == 4096"), "1");
}

}  // namespace
}  // namespace pageframe::testing
