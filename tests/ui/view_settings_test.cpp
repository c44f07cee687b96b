#include "ui/view_settings.h"

#include <gtest/gtest.h>

#include "ui/format.h"

namespace pageframe::ui {
namespace {

TEST(ViewSettings, ComeBackAsTheyWent) {
    ViewSettings zoomed, picked, all;
    zoomed.zoom = 1.5f;
    zoomed.centre = 12345;
    picked.subject = Subject::addresses;
    picked.address = 0xffffffffffffffffULL;
    all.zoom = 64.25f;
    all.centre = 4194303;
    all.zone = ZoneId{2};
    all.selection = Pfn{0};
    all.subject = Subject::pages;
    for (const ViewSettings& settings : {ViewSettings{}, zoomed, picked, all}) {
        const auto back = read_view_settings(write_view_settings(settings));
        ASSERT_TRUE(back.has_value());
        EXPECT_EQ(*back, settings);
    }
}

TEST(ViewSettings, NothingOutOfTheOrdinaryIsTheVersionAlone) { EXPECT_EQ(write_view_settings({}), "1"); }

TEST(ViewSettings, WhatIsNoSuchTextIsRefused) {
    for (const char* text : {"", "2", "1z", "1z999c0", "1q5", "1n256", "1s4294967295", "1z99999999999999", "1 ", "1n-1",
                             "1u3", "1a18446744073709551616", "1s12x", "\xff\xfe", "1zNaN"})
        EXPECT_FALSE(read_view_settings(text).has_value()) << text;
}

TEST(Format, NumbersAsReadersSeeThem) {
    EXPECT_EQ(count_text(0), "0");
    EXPECT_EQ(count_text(999), "999");
    EXPECT_EQ(count_text(4194304), "4,194,304");
    EXPECT_EQ(bytes_text(4096), "4 KiB");
    EXPECT_EQ(bytes_text(1536ULL << 20), "1.5 GiB");
    EXPECT_EQ(order_bytes_text(10), "4 MiB");
}

}  // namespace
}  // namespace pageframe::ui
