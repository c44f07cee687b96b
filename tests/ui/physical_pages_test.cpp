// The table of show_phy_pages(): which lines it has at each step, what it says of contiguity, and that a line
// is picked as a frame is.
#include <gtest/gtest.h>

#include "tests/ui/headless.h"
#include "ui/views/physical_pages.h"

namespace pageframe::ui {
namespace {

constexpr const char* two_tables = "machine { ram = 64M; seed = 1; }\n"
                                   "struct page *a[6];\n"
                                   "for (int i = 0; i < 6; i++) a[i] = alloc_page(GFP_KERNEL);\n"  // 0 to 5
                                   "__free_page(a[0]); __free_page(a[2]); __free_page(a[4]);\n"    // 6 to 8
                                   "char *v = vmalloc(3 * PAGE_SIZE);\n"                           // 9
                                   "show_phy_pages(v, 4 * PAGE_SIZE);\n"                           // 10
                                   "char *k = kmalloc(4 * PAGE_SIZE, GFP_KERNEL);\n"               // 11
                                   "show_phy_pages(k, 4 * PAGE_SIZE);\n"                           // 12
                                   "note(\"Contiguous.\");\n";
constexpr OperationNumber of_vmalloc = 10, of_kmalloc = 12;
const std::uint64_t v = layout::vmalloc_start;

class PhysicalPagesTest : public testing::Test {
protected:
    PhysicalPagesTest() {
        app->show(Session::from_scenario(two_tables));
        EXPECT_TRUE(playback().session().errors().empty());
        app->set_view_rectangle("walk", {0, 0, 458, 300});
    }
    Playback& playback() { return *app->playback(); }
    PhysicalPages at(OperationNumber operation, std::uint32_t event) {
        playback().seek({operation, event});
        return physical_pages_of(playback());
    }
    HeadlessApp app;
};

TEST_F(PhysicalPagesTest, LinesComeAndGoWithTheSteps) {
    EXPECT_EQ(at(of_vmalloc, 0).rows.size(), 0U) << "vmalloc() is the step";
    for (std::uint32_t event = 1; event <= 4; ++event) {
        const PhysicalPages pages = at(of_vmalloc, event);
        ASSERT_EQ(pages.rows.size(), event);
        EXPECT_EQ(pages.row(event - 1).address, v + (event - 1) * page_size);
        EXPECT_FALSE(pages.end);
    }
    EXPECT_EQ(at(of_vmalloc + 1, 0).rows.size(), 4U);
    playback().move(Move::previous_event);
    EXPECT_EQ(physical_pages_of(playback()).rows.size(), 4U);
    EXPECT_FALSE(physical_pages_of(playback()).end) << "before the last line";
    playback().move(Move::previous_event);
    EXPECT_EQ(physical_pages_of(playback()).rows.size(), 3U);
    EXPECT_EQ(at(of_kmalloc, 0).rows.size(), 0U);
    EXPECT_EQ(at(of_kmalloc + 2, 0).rows.size(), 4U) << "a note speaks about the call before it";
}

TEST_F(PhysicalPagesTest, EveryBreakIsNamedAndTheFirstOneAgain) {
    const PhysicalPages scattered = at(of_vmalloc + 1, 0);
    ASSERT_TRUE(scattered.end);
    EXPECT_EQ(contiguity_text(scattered, 0), "-");
    for (std::size_t index = 1; index < 3; ++index) {
        const auto before = static_cast<std::int64_t>(scattered.row(index - 1).physical >> page_shift);
        const auto here = static_cast<std::int64_t>(scattered.row(index).physical >> page_shift);
        ASSERT_NE(here, before + 1) << "of a[0], a[2] and a[4]";
        EXPECT_EQ(contiguity_text(scattered, index),
                  here > before ? "no, +" + std::to_string(here - before) : "no, -" + std::to_string(before - here));
    }
    EXPECT_EQ(contiguity_text(scattered, 3), "no") << "the guard page";
    EXPECT_EQ(summary_of(*scattered.end), "Physically contiguous: no. First break at page 1. Not mapped: 1 page.");

    const PhysicalPages together = at(of_kmalloc + 1, 0);
    ASSERT_TRUE(together.end);
    for (std::size_t index = 1; index < 4; ++index) EXPECT_EQ(contiguity_text(together, index), "yes");
    EXPECT_EQ(summary_of(*together.end), "Physically contiguous: yes.");
    EXPECT_EQ(summary_of({9, 2, 0, 5, 0}), "Physically contiguous: no. First break at page 5. 3 pieces.");
    EXPECT_EQ(summary_of({65536, 0, 0, 0, 8192}), "Physically contiguous: yes. Cut off here, 8 KiB before the end.");
}

TEST_F(PhysicalPagesTest, ALineIsPickedAsAFrameIs) {
    const PhysicalPages pages = at(of_vmalloc + 1, 0);
    app.settle();
    const float second_line = 28 + 24 + 20 + 10;
    app.click(200, second_line);
    EXPECT_TRUE(app->take_changes().selection);
    EXPECT_EQ(app->selected_address(), v + page_size);
    EXPECT_EQ(app->highlighting().selected_frame(), pages.row(1).physical >> page_shift);
    app.click(200, second_line + 20);
    EXPECT_EQ(app->selected_address(), v + 2 * page_size) << "the table stays";
    // An address of none of its lines is looked at as ever.
    app->select_address(v + 100 * page_size);
    app.settle();
    app.click(200, second_line);
    EXPECT_NE(app->selected_address(), v + page_size) << "the walk stands there";
}

TEST_F(PhysicalPagesTest, ALongTableScrolls) {
    app->show(Session::from_scenario("machine { ram = 64M; seed = 1; }\n"
                                     "char *v = vmalloc(200 * PAGE_SIZE);\n"
                                     "show_phy_pages(v, 200 * PAGE_SIZE);\n"));
    app->playback()->seek({1, 0});
    app.settle();
    EXPECT_FALSE(app->wants_wheel({200, 100}, false)) << "the step is vmalloc()";
    app->playback()->seek({1, 150});
    app.settle();
    EXPECT_TRUE(app->wants_wheel({200, 100}, false));
    const float last_line = 300 - 10;
    app.click(200, last_line);
    EXPECT_EQ(app->selected_address(), v + 149 * page_size) << "the line told last is in view";
    app->playback()->seek({2, 0});
    app.settle();
    app.click(200, 28 + 24 + 10);
    EXPECT_EQ(app->selected_address(), v) << "of the whole table its beginning";
}

TEST_F(PhysicalPagesTest, EveryStepIsDrawnAtEverySize) {
    for (const Rectangle& area : {Rectangle{0, 0, 1, 1}, Rectangle{0, 0, 60, 40}, Rectangle{0, 0, 210, 95},
                                  Rectangle{0, 0, 366, 400}, Rectangle{0, 0, 3000, 2000}}) {
        app->set_view_rectangle("walk", area);
        app->playback()->seek({of_vmalloc, 1});
        while (app->playback()->position().operation <= of_kmalloc) {
            app.frame();
            if (area.height >= 300) {
                EXPECT_GT(app.vertices(), 100);
            }
            app->playback()->move(Move::next_event);
        }
    }
}

}  // namespace
}  // namespace pageframe::ui
