#include "ui/palette.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace pageframe::ui {
namespace {

double luminance(Colour colour) {
    double sum = 0;
    constexpr double weights[] = {0.2126, 0.7152, 0.0722};
    for (unsigned channel = 0; channel < 3; ++channel) {
        const double value = (colour >> (8 * channel) & 0xffU) / 255.0;
        sum += weights[channel] * (value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4));
    }
    return sum;
}

double contrast(Colour one, Colour other) {
    const double a = luminance(one) + 0.05;
    const double b = luminance(other) + 0.05;
    return a > b ? a / b : b / a;
}

TEST(Palette, ColoursAsHexAreThoseOfCss) {
    EXPECT_EQ(colour_as_hex(colour_from_rgb(0x0e1116)), "#0e1116");
    EXPECT_EQ(colour_as_hex(palette_of(Theme::light).ground), "#fbfaf7");
}

TEST(Palette, MixIsExactAtBothEnds) {
    const Colour one = colour_from_rgb(0x102030);
    const Colour other = colour_from_rgb(0xf0e0d0);
    EXPECT_EQ(mix(one, other, 0), one);
    EXPECT_EQ(mix(one, other, 1), other);
}

TEST(Palette, EntriesHaveNamesOfTheirOwnInBothThemes) {
    std::set<std::string> names;
    for (const auto& [name, colour] : palette_entries(palette_of(Theme::dark))) EXPECT_TRUE(names.insert(name).second);
    EXPECT_EQ(names.size(), palette_entries(palette_of(Theme::light)).size());
}

TEST(Palette, WordsCanBeReadOnTheirGrounds) {
    for (const Theme theme : {Theme::dark, Theme::light}) {
        const Palette& palette = palette_of(theme);
        EXPECT_GE(contrast(palette.ink, palette.ground), 7);
        EXPECT_GE(contrast(palette.dim, palette.ground), 4.5);
        EXPECT_GE(contrast(palette.dim, palette.raised), 4.5);
        EXPECT_GE(contrast(palette.on_amber, palette.amber), 3.5);
        for (const Colour colour : {palette.amber, palette.cyan, palette.mistake})
            EXPECT_GE(contrast(colour, palette.ground), 3.5);
        for (const Migratetype type : {Migratetype::unmovable, Migratetype::movable, Migratetype::reclaimable})
            EXPECT_GE(contrast(palette.on_used, palette.used(type)), 3.2);
    }
}

}  // namespace
}  // namespace pageframe::ui
