// The program's own share of a frame: everything up to the draw lists, nothing of the renderer. 16 GiB,
// 4,194,304 frames, all of them in view, every view drawn.
#include <benchmark/benchmark.h>

#include <string>

#include "tests/ui/headless.h"

namespace pageframe::ui {
namespace {

/// Some thousand allocations of all kinds and orders, a third freed again.
std::unique_ptr<Session> big_run() {
    return Session::from_scenario("machine { ram = 16G; cpus = 4; }\n"
                                  "struct page *taken[4000];\n"
                                  "int order[4000];\n"
                                  "for (int i = 0; i < 4000; i++) {\n"
                                  "    order[i] = rand() % 10;\n"
                                  "    if (i % 4 == 0) taken[i] = alloc_pages(GFP_KERNEL, order[i]);\n"
                                  "    else taken[i] = alloc_pages(GFP_HIGHUSER_MOVABLE, order[i]);\n"
                                  "}\n"
                                  "for (int i = 0; i < 4000; i += 3) __free_pages(taken[i], order[i]);\n");
}

HeadlessApp& big_app() {
    static HeadlessApp& app = *[] {
        auto* made = new HeadlessApp(1440, 900, 2);
        (*made)->show(big_run());
        made->place_views();
        while (made->frame()) {
        }
        return made;
    }();
    return app;
}

/// The next operation, and its frame. Going there is the timeline's affair and not counted.
void frame_build(benchmark::State& state) {
    HeadlessApp& app = big_app();
    app->playback()->move(Move::first);
    app.frame();
    for (auto _ : state) {
        state.PauseTiming();
        app->playback()->move(Move::next_operation);
        if (app->playback()->position().operation > 5000) app->playback()->move(Move::first);
        state.ResumeTiming();
        app.frame();
    }
    state.counters["vertices"] = app.vertices();
    state.SetLabel("all of 16 GiB, one step");
}
BENCHMARK(frame_build)->Unit(benchmark::kMillisecond);

/// Nothing changed: what a move of the pointer costs.
void frame_build_unchanged(benchmark::State& state) {
    HeadlessApp& app = big_app();
    for (auto _ : state) app.frame();
    state.SetLabel("all of 16 GiB, nothing changed");
}
BENCHMARK(frame_build_unchanged)->Unit(benchmark::kMillisecond);

/// From one end of the run to the other: the most that changes at once.
void frame_build_seek(benchmark::State& state) {
    HeadlessApp& app = big_app();
    bool at_start = false;
    for (auto _ : state) {
        state.PauseTiming();
        app->playback()->move(at_start ? Move::last : Move::first);
        at_start = !at_start;
        state.ResumeTiming();
        app.frame();
    }
    state.SetLabel("all of 16 GiB, another end of the run");
}
BENCHMARK(frame_build_seek)->Unit(benchmark::kMillisecond);

/// A turn of the wheel: all rows are painted again.
void frame_build_zoom(benchmark::State& state) {
    HeadlessApp& app = big_app();
    float factor = 1.02f;
    int turns = 0;
    for (auto _ : state) {
        app->pinch({650, 340}, factor, {});
        if (++turns % 20 == 0) factor = 1 / factor;
        app.frame();
    }
    app->set_view_settings("1");
    app.frame();
    state.SetLabel("16 GiB, zoomed by 1 to 1.5");
}
BENCHMARK(frame_build_zoom)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace pageframe::ui
