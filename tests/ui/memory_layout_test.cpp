#include "ui/views/memory_layout.h"

#include <gtest/gtest.h>

#include "tests/ui/sample_run.h"

namespace pageframe::ui {
namespace {

constexpr Rectangle plot{300, 150, 680, 380};

MemoryLayout layout_of(const State& state) {
    MemoryLayout layout;
    layout.fit(state.buddy, plot);
    return layout;
}

TEST(MemoryLayout, EveryFrameIsInThePlotAndFoundThere) {
    const SampleMachine machine(64 << 20);
    const MemoryLayout layout = layout_of(machine.state());
    for (Pfn pfn = 0; pfn < machine.state().buddy.frame_count(); ++pfn) {
        const std::uint32_t row = layout.row_of(pfn);
        ASSERT_LT(row, layout.row_count());
        const Pfn column = pfn - layout.row_start(row);
        const Rectangle bar = layout.bar(row, column, column + 1.0);
        ASSERT_EQ(layout.frame_at({bar.centre_x(), bar.centre_y()}), pfn);
    }
}

TEST(MemoryLayout, RowsAreEasyToTellApartAtEverySize) {
    for (const std::uint64_t mib : {1, 16, 64, 1024, 16384}) {
        const SampleMachine machine(mib << 20);
        const MemoryLayout layout = layout_of(machine.state());
        EXPECT_GE(layout.pitch(), 2.9f) << mib;
        EXPECT_LE(layout.pitch(), MemoryLayout::comfortable_pitch) << mib;
        EXPECT_LE(static_cast<float>(layout.row_count()) * layout.pitch(), plot.height + 1) << mib;
    }
}

TEST(MemoryLayout, WhatHasNoMemoryTakesNoRows) {
    MachineConfiguration configuration;
    configuration.ram_bytes = 256 << 20;
    configuration.ram_above_4g = 128 << 20;
    const State state = boot(configuration, std::make_shared<ChunkPool>());
    const MemoryLayout layout = layout_of(state);
    const Pfn in_the_hole = (2ULL << 30) >> page_shift;
    EXPECT_EQ(layout.row_of(in_the_hole), layout.row_count());
    EXPECT_LE(std::uint64_t{layout.row_count()} * layout.frames_per_row(), 2 * (configuration.ram_bytes >> page_shift));
    bool gap = false;
    for (std::uint32_t row = 0; row < layout.row_count(); ++row) gap |= layout.after_gap(row);
    EXPECT_TRUE(gap);
}

TEST(MemoryLayout, ZoomLeavesThePointWhereItIs) {
    const SampleMachine machine(64 << 20);
    MemoryLayout layout = layout_of(machine.state());
    const Point point{700, 300};
    const Pfn pfn = layout.frame_at(point);
    for (int turn = 0; turn < 20; ++turn) layout.zoom_about(point, 1.3f);
    EXPECT_NEAR(static_cast<double>(layout.frame_at(point)), static_cast<double>(pfn), 1.0);
    EXPECT_FLOAT_EQ(layout.frame_width(), MemoryLayout::largest_frame_width);
    layout.zoom_about(point, 1e-6f);
    EXPECT_TRUE(layout.shows_all());
}

TEST(MemoryLayout, RevealBringsAFrameIntoThePlot) {
    const SampleMachine machine(64 << 20);
    MemoryLayout layout = layout_of(machine.state());
    layout.zoom_about({plot.x, plot.y}, 40);
    EXPECT_TRUE(layout.reveal({16000, 8}));
    const std::uint32_t row = layout.row_of(16000);
    EXPECT_GE(row, layout.first_visible_row());
    EXPECT_LT(row, layout.end_visible_row());
    EXPECT_FALSE(layout.reveal({16000, 8}));
    EXPECT_FALSE(layout.reveal({no_pfn, 0}));
}

TEST(MemoryLayout, AnotherSizeKeepsZoomAndPlace) {
    const SampleMachine machine(64 << 20);
    MemoryLayout layout = layout_of(machine.state());
    layout.zoom_about({600, 300}, 30);
    const Pfn centre = layout.centre_frame();
    layout.fit(machine.state().buddy, {300, 150, 900, 500});
    EXPECT_FALSE(layout.shows_all());
    EXPECT_EQ(layout.row_of(layout.centre_frame()), layout.row_of(centre));
}

}  // namespace
}  // namespace pageframe::ui
