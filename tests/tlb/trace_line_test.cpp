// The quick reading of a line against the one that looks at each character.
#include "engine/tlb/trace_line.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/core/random.h"

namespace pageframe {
namespace {

/// What the slow reading makes of a text's first line, and whether the quick one may say the same of it.
void expect_the_same(const std::string& text, std::size_t& plain_lines) {
    TraceReference quick;
    TraceReference slow;
    const std::string padded = text + std::string(plain_reference_characters, 'x');
    const char* const begin = padded.data();
    const char* const after = read_plain_reference(begin, quick);
    if (after == nullptr) return;
    ++plain_lines;
    const char* const place = read_reference(begin, begin + padded.size(), slow);
    ASSERT_NE(place, nullptr) << text;
    EXPECT_EQ(place + 1, after) << text;
    EXPECT_EQ(*place, '\n') << text;
    EXPECT_EQ(slow.kind, quick.kind) << text;
    EXPECT_EQ(slow.address, quick.address) << text;
    EXPECT_EQ(slow.size, quick.size) << text;
    EXPECT_TRUE(slow.fits()) << text;
}

TEST(TraceLine, AsLackeyWritesItIsReadQuickly) {
    for (const char* kind : {"I ", " L", " S", " M"}) {
        std::string digits = "04001ab9";
        for (const char next : {'c', 'd', 'e', 'f', '0', '7', '2', '3'}) {
            TraceReference read;
            const std::string line = std::string(kind) + ' ' + digits + ",8\n";
            const std::string padded = line + std::string(plain_reference_characters, ' ');
            const char* const after = read_plain_reference(padded.data(), read);
            ASSERT_EQ(after, padded.data() + line.size()) << line;
            EXPECT_EQ(read.address, std::stoull(digits, nullptr, 16));
            EXPECT_EQ(read.size, 8u);
            digits += next;
        }
    }
}

TEST(TraceLine, AnyCharacterAtAnyPlaceIsReadTheSame) {
    for (const std::string line :
         {"I  04001030,3\n", " L 1ffeffe7e8,8\n", " M 123456789abcdef,1\n", " S 04f7a9c,4\n"}) {
        std::size_t plain_lines = 0;
        for (std::size_t place = 0; place < line.size(); ++place) {
            for (unsigned value = 0; value < 256; ++value) {
                std::string changed = line;
                changed[place] = static_cast<char>(value);
                expect_the_same(changed, plain_lines);
            }
        }
        const bool written_by_lackey = line.find(',') >= 11;
        EXPECT_EQ(plain_lines > 8 * 16, written_by_lackey) << line;
    }
}

TEST(TraceLine, RandomLinesAreReadTheSame) {
    Random random(7);
    const std::string characters = "0123456789abcdefABCDEF,, \n\n:`g/@G\x80\xff";
    std::size_t plain_lines = 0;
    for (int i = 0; i < 200'000; ++i) {
        std::string line = random.below(2) == 0 ? "I  " : " L ";
        const std::uint32_t digits = 7 + random.below(10);
        const std::uint32_t known = random.below(8) == 0 ? static_cast<std::uint32_t>(characters.size()) : 16;
        for (std::uint32_t k = 0; k < digits; ++k) line += characters[random.below(known)];
        line += ',';
        line += characters[random.below(10)];
        if (random.below(4) == 0) line += characters[random.below(10)];
        line += '\n';
        expect_the_same(line, plain_lines);
    }
    EXPECT_GT(plain_lines, 50'000u);
}

}  // namespace
}  // namespace pageframe
