// What the page may call, all of it. Coordinates are CSS pixels from the canvas's
// upper left corner. Names are the same in TypeScript (page/wasm.ts).
#include <emscripten/bind.h>
#include <imgui.h>

#include "ui/app.h"
#include "web/main_loop.h"
#include "web/main_web.h"

namespace pageframe::web {
namespace {

// -- drawing ------------------------------------------------------------------

bool start() { return open_window(the_app()); }

void set_font(const std::string& face, const std::string& file) {
    the_app().set_font(face == "code"           ? ui::Face::Code
                       : face == "words-strong" ? ui::Face::WordsStrong
                                                : ui::Face::Words,
                       file);
}

void set_theme(const std::string& theme) {
    the_app().set_theme(theme == "light" ? ui::Theme::Light : ui::Theme::Dark);
    request_frame();
}

void set_view_rectangle(const std::string& name, float x, float y, float width, float height) {
    the_app().set_view_rectangle(name, {x, y, width, height});
    request_frame();
}

void wake() { request_frame(); }

// -- input --------------------------------------------------------------------

// kind is the DOM's pointerType.
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

// button as in ImGui: 0 left, 1 right, 2 middle.
void pointer_button(int button, bool down) {
    if (button < 0 || button >= ImGuiMouseButton_COUNT) return;
    ImGui::GetIO().AddMouseButtonEvent(button, down);
    request_frame();
}

// In notches, down and right positive as in the DOM. False: nobody here wants it, the
// page may scroll.
bool wheel(float x, float y, float right, float down) {
    if (!the_app().wants_wheel(x, y)) return false;
    ImGui::GetIO().AddMouseWheelEvent(-right, -down);
    request_frame();
    return true;
}

void set_modifiers(bool control, bool shift, bool alt, bool meta) {
    ImGuiIO& io = ImGui::GetIO();
    io.AddKeyEvent(ImGuiMod_Ctrl, control);
    io.AddKeyEvent(ImGuiMod_Shift, shift);
    io.AddKeyEvent(ImGuiMod_Alt, alt);
    io.AddKeyEvent(ImGuiMod_Super, meta);
}

}  // namespace

EMSCRIPTEN_BINDINGS(pageframe) {
    using emscripten::function;
    function("start", &start);
    function("set_font", &set_font);
    function("set_theme", &set_theme);
    function("set_view_rectangle", &set_view_rectangle);
    function("request_frame", &wake);
    function("resize", &resize_window);
    function("context_lost", &context_lost);
    function("context_restored", &context_restored);
    function("frames_drawn", &frames_drawn);
    function("frame_milliseconds", &frame_milliseconds);

    function("pointer_moved", &pointer_moved);
    function("pointer_left", &pointer_left);
    function("pointer_button", &pointer_button);
    function("wheel", &wheel);
    function("set_modifiers", &set_modifiers);
}

}  // namespace pageframe::web
