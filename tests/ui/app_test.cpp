#include <gtest/gtest.h>

#include "tests/ui/headless.h"
#include "tests/ui/sample_run.h"

namespace pageframe::ui {
namespace {

class AppTest : public testing::Test {
protected:
    AppTest() {
        app->show(sample_session());
        app.place_views();
        app.settle();
    }

    HeadlessApp app;
};

TEST_F(AppTest, NothingIsWantedWhileNothingChanges) {
    EXPECT_FALSE(app.frame());
    const int vertices = app.vertices();
    EXPECT_FALSE(app.frame());
    EXPECT_EQ(app.vertices(), vertices);
    EXPECT_GT(vertices, 100);
}

TEST_F(AppTest, AViewWithoutWidthIsNotDrawn) {
    const int all = app.vertices();
    app->set_view_rectangle("tree", {});
    app.frame();
    EXPECT_LT(app.vertices(), all);
    EXPECT_FALSE(app->set_view_rectangle("no such view", {}));
}

TEST_F(AppTest, AClickOnAFramePicksIt) {
    app.click(500, 300);
    EXPECT_TRUE(app->take_changes().selection);
    const auto selection = app->selection();
    ASSERT_TRUE(selection.has_value());
    EXPECT_FALSE(selection->title.empty());
    EXPECT_NE(app->view_settings().find('s'), std::string::npos);
    EXPECT_FALSE(app->take_changes().selection);
}

TEST_F(AppTest, PointingAtABlockTellsAboutIt) {
    app.point(10, 10);
    const int before = app.vertices();
    app.point(500, 300);
    app.frame();
    EXPECT_GT(app.vertices(), before);
}

TEST_F(AppTest, ADragInTheLandscapeSeeks) {
    app->playback()->move(Move::last);
    app.click(224 + 5, 860);
    EXPECT_TRUE(app->take_changes().position);
    EXPECT_EQ(app->playback()->position(), (Position{0, 0}));
    app.click(224 + 980, 860);
    EXPECT_EQ(app->playback()->position().operation, app->playback()->session().timeline().operation_count());
}

TEST_F(AppTest, TheWheelZoomsWhereItMay) {
    EXPECT_TRUE(app->wants_wheel({500, 300}, false));
    EXPECT_FALSE(app->wants_wheel({10, 10}, false));
    EXPECT_FALSE(app->wants_wheel({500, 860}, false));
    app->set_cooperative_gestures(true);
    EXPECT_FALSE(app->wants_wheel({500, 300}, false));
    EXPECT_TRUE(app->wants_wheel({500, 300}, true));
    app.point(500, 300);
    ImGui::GetIO().AddMouseWheelEvent(0, 3);
    app.frame();
    EXPECT_TRUE(app->take_changes().view);
    EXPECT_NE(app->view_settings().find('z'), std::string::npos);
}

TEST_F(AppTest, TheKeyboardZoomsAndMoves) {
    app->zoom_memory(4);
    const std::string zoomed = app->view_settings();
    EXPECT_NE(zoomed, "1");
    app->move_memory(0.5f, 0);
    EXPECT_NE(app->view_settings(), zoomed);
    app->move_memory(1e9f, 0);
    app->zoom_memory(-1);
    app->zoom_memory(1 / 64.0f);
    EXPECT_EQ(app->view_settings(), "1");
}

TEST_F(AppTest, TheLastOfStepAndPickIsInFocus) {
    Highlighting highlighting;
    highlighting.set_step({{{100, 4}, Role::changed}, {{200, 4}, Role::taken}});
    EXPECT_EQ(highlighting.focus(), 200U);
    highlighting.set_selected(7);
    EXPECT_EQ(highlighting.focus(), 7U);
    highlighting.set_step({{{300, 4}, Role::changed}});
    EXPECT_EQ(highlighting.focus(), 300U);
    highlighting.set_step({});
    EXPECT_EQ(highlighting.focus(), 7U);
}

TEST_F(AppTest, ViewSettingsComeBack) {
    ASSERT_TRUE(app->set_view_settings("1z8000c9000n0s1088"));
    app.settle();
    const std::string settings = app->view_settings();
    EXPECT_EQ(settings.substr(0, 7), "1z8000c");
    EXPECT_EQ(settings.substr(settings.find('n')), "n0s1088");
    EXPECT_FALSE(app->set_view_settings("nonsense"));
    EXPECT_EQ(app->view_settings(), settings);
    EXPECT_TRUE(app->set_view_settings("1n200s4000000000")) << "beyond this machine: left out";
    EXPECT_EQ(app->view_settings(), "1");
}

TEST_F(AppTest, EveryPositionIsDrawnAtEverySize) {
    for (const Rectangle& area :
         {Rectangle{0, 0, 1, 1}, Rectangle{0, 0, 40, 30}, Rectangle{0, 0, 360, 300}, Rectangle{0, 0, 3000, 2000}}) {
        for (const char* name : {"memory", "tree", "free_lists", "watermarks", "landscape"})
            app->set_view_rectangle(name, area);
        app->playback()->move(Move::first);
        for (int step = 0; step < 200; ++step) {
            app->playback()->move(Move::next_event);
            app.frame();
        }
    }
}

TEST_F(AppTest, ReducedMotionMovesNothing) {
    app->set_reduced_motion(true);
    app->playback()->move(Move::first);
    app.frame();
    for (int step = 0; step < 30; ++step) {
        app->playback()->move(Move::next_event);
        EXPECT_FALSE(app.frame());
    }
}

TEST(App, EverySizeOfMachineIsDrawnInBothThemes) {
    for (const char* ram : {"1M", "16M", "128M", "6G"}) {
        HeadlessApp app(860, 430, 2);
        app->show(Session::from_scenario("machine { ram = " + std::string(ram) + "; }\nalloc_pages(GFP_KERNEL, 0);\n"));
        app.place_views();
        for (const Theme theme : {Theme::light, Theme::dark}) {
            app->set_theme(theme);
            for (int frame = 0; frame < 20; ++frame) app.frame();
            EXPECT_GT(app.vertices(), 100) << ram;
        }
    }
}

}  // namespace
}  // namespace pageframe::ui
