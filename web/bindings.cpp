// What the page may call of the canvas: its size, its views' places, the pointer. The run itself is in
// run_bindings.cpp. Coordinates are CSS pixels from the canvas's upper left corner. The names and shapes
// are those of page/engine.ts.
#include <emscripten/bind.h>
#include <imgui.h>

#include <cmath>

#include "ui/app.h"
#include "web/main_loop.h"
#include "web/main_web.h"

namespace pageframe::web {
namespace {

/// What the page told last; Dear ImGui knows it only in its next frame.
bool control_held = false;

// -- drawing ------------------------------------------------------------------

bool start() { return open_window(the_app()); }

void set_font(const std::string& face, const std::string& file) {
    the_app().set_font(face == "code"           ? ui::Face::code
                       : face == "words-strong" ? ui::Face::words_strong
                                                : ui::Face::words,
                       file);
}

ui::Theme theme_named(const std::string& name) { return name == "light" ? ui::Theme::light : ui::Theme::dark; }

void set_theme(const std::string& theme) {
    the_app().set_theme(theme_named(theme));
    request_frame();
}

emscripten::val palette(const std::string& theme) {
    emscripten::val colours = emscripten::val::object();
    for (const auto& [name, colour] : ui::palette_entries(ui::palette_of(theme_named(theme))))
        colours.set(name, ui::colour_as_hex(colour));
    return colours;
}

void set_reduced_motion(bool reduced) { the_app().set_reduced_motion(reduced); }
void set_cooperative_gestures(bool cooperative) { the_app().set_cooperative_gestures(cooperative); }

bool set_view_rectangle(const std::string& name, float x, float y, float width, float height) {
    request_frame();
    return the_app().set_view_rectangle(name, {x, y, width, height});
}

void set_viewport(float width, float height, float ratio) {
    resize_window(width, height, static_cast<int>(std::lround(width * ratio)),
                  static_cast<int>(std::lround(height * ratio)));
}

void wake() { request_frame(); }

emscripten::val frame_statistics() {
    emscripten::val value = emscripten::val::object();
    value.set("framesDrawn", frames_drawn());
    value.set("lastBuildMilliseconds", build_milliseconds());
    value.set("frameMilliseconds", frame_milliseconds());
    return value;
}

// -- input --------------------------------------------------------------------

/// kind is the DOM's pointerType.
void pointer_moved(const std::string& kind, float x, float y) {
    ImGuiIO& io = ImGui::GetIO();
    io.AddMouseSourceEvent(kind == "touch" ? ImGuiMouseSource_TouchScreen
                           : kind == "pen" ? ImGuiMouseSource_Pen
                                           : ImGuiMouseSource_Mouse);
    io.AddMousePosEvent(x, y);
    request_frame();
}

void pointer_left() {
    ImGui::GetIO().AddMousePosEvent(-FLT_MAX, -FLT_MAX);
    request_frame();
}

/// button as in Dear ImGui: 0 left, 1 right, 2 middle.
void pointer_button(int button, bool down) {
    if (button < 0 || button >= ImGuiMouseButton_COUNT) return;
    ImGui::GetIO().AddMouseButtonEvent(button, down);
    request_frame(4);
}

/// In notches, down and right positive as in the DOM. False: nobody here wants it, the page may scroll.
bool wheel(float x, float y, float right, float down) {
    if (!the_app().wants_wheel({x, y}, control_held)) return false;
    // A pinch on a trackpad comes as a wheel with Ctrl, in small steps.
    const bool trackpad_pinch = control_held && std::abs(down) < 0.4f;
    ImGui::GetIO().AddMouseWheelEvent(-right, -down * (trackpad_pinch ? 6.0f : 1.0f));
    request_frame();
    return true;
}

/// Two fingers: a factor about a point, and how far that point has moved.
void pinch(float x, float y, float factor, float moved_x, float moved_y) {
    the_app().pinch({x, y}, factor, {moved_x, moved_y});
    request_frame();
}

void set_modifiers(bool control, bool shift, bool alt, bool meta) {
    control_held = control || meta;
    ImGuiIO& io = ImGui::GetIO();
    io.AddKeyEvent(ImGuiMod_Ctrl, control);
    io.AddKeyEvent(ImGuiMod_Shift, shift);
    io.AddKeyEvent(ImGuiMod_Alt, alt);
    io.AddKeyEvent(ImGuiMod_Super, meta);
}

}  // namespace

EMSCRIPTEN_BINDINGS(pageframe_canvas) {
    using emscripten::function;
    function("start", &start);
    function("setFont", &set_font);
    function("setTheme", &set_theme);
    function("palette", &palette);
    function("setReducedMotion", &set_reduced_motion);
    function("setCooperativeGestures", &set_cooperative_gestures);
    function("setViewRectangle", &set_view_rectangle);
    function("setViewport", &set_viewport);
    function("resize", &resize_window);
    function("requestFrame", &wake);
    function("frameStatistics", &frame_statistics);
    function("contextLost", &context_lost);
    function("contextRestored", &context_restored);

    function("pointerMoved", &pointer_moved);
    function("pointerLeft", &pointer_left);
    function("pointerButton", &pointer_button);
    function("wheel", &wheel);
    function("pinch", &pinch);
    function("setModifiers", &set_modifiers);
}

}  // namespace pageframe::web
