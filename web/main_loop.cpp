// Frames on demand, through GLFW and Dear ImGui's OpenGL part.
//
//     input, resize, request_frame()        3 frames wanted
//       -> requestAnimationFrame            one at a time, none left over
//       -> draw()                           2, 1, 0: nothing is scheduled any more
//
// GLFW opens the window and its context, and does nothing else here. Its Emscripten
// layer listens on the whole page and calls preventDefault on Tab, Backspace, touches
// and the wheel, which belong to the page; so its listeners are turned away, and input
// comes from the page's own (page/input.ts) by way of bindings.cpp.
#include "web/main_loop.h"

#include <algorithm>

#define GLFW_INCLUDE_NONE
#include <GLES3/gl3.h>
#include <GLFW/glfw3.h>
#include <backends/imgui_impl_opengl3.h>
#include <emscripten/em_js.h>
#include <emscripten/emscripten.h>
#include <emscripten/html5.h>
#include <imgui.h>

namespace pageframe::web {

// clang-format off
EM_JS(void, turn_listeners_away, (bool away), {
    for (const target of [window, Module['canvas']]) {
        if (away) target.addEventListener = () => {};
        else delete target.addEventListener;
    }
})

EM_JS(void, show_cursor, (int cursor), {
    Module['canvas'].style.cursor = ['default', 'text', 'move', 'ns-resize', 'ew-resize',
        'nesw-resize', 'nwse-resize', 'pointer', 'wait', 'progress', 'not-allowed'][cursor] ?? 'none';
})
// clang-format on

namespace {

ui::App* app = nullptr;
GLFWwindow* window = nullptr;
int frames_wanted = 0;
bool frame_scheduled = false;
bool context_there = false;
int width_in_pixels = 0;
int height_in_pixels = 0;
int drawn = 0;
double last_milliseconds = 0;
double last_build_milliseconds = 0;
void (*after_frame)() = nullptr;
double last_time = 0;
ImGuiMouseCursor cursor_shown = ImGuiMouseCursor_Arrow;

void draw() {
    ImGuiIO& io = ImGui::GetIO();
    if (!context_there || io.DisplaySize.x <= 0 || io.DisplaySize.y <= 0) return;

    const double start = emscripten_get_now();
    // A page that stood still for an hour goes on with one ordinary frame.
    io.DeltaTime = static_cast<float>(std::clamp((start - last_time) / 1000.0, 0.001, 0.1));
    last_time = start;

    ImGui_ImplOpenGL3_NewFrame();
    ImGui::NewFrame();
    const bool moving = app->frame();
    ImGui::Render();
    last_build_milliseconds = emscripten_get_now() - start;

    const ImVec4 ground = ImGui::ColorConvertU32ToFloat4(app->ground());
    glViewport(0, 0, width_in_pixels, height_in_pixels);
    glClearColor(ground.x, ground.y, ground.z, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());

    if (const ImGuiMouseCursor cursor = ImGui::GetMouseCursor(); cursor != cursor_shown) {
        cursor_shown = cursor;
        show_cursor(cursor);
    }
    if (moving) frames_wanted = std::max(frames_wanted, 2);
    ++drawn;
    last_milliseconds = emscripten_get_now() - start;
    if (after_frame != nullptr) after_frame();
}

void schedule();

bool on_animation_frame(double, void*) {
    frame_scheduled = false;
    if (frames_wanted > 0) --frames_wanted;
    draw();
    schedule();
    return false;
}

void schedule() {
    if (frame_scheduled || frames_wanted == 0 || !context_there) return;
    frame_scheduled = true;
    emscripten_request_animation_frame(
        [](double time, void* data) -> decltype(EM_FALSE) { return on_animation_frame(time, data); }, nullptr);
}

}  // namespace

bool open_window(ui::App& the_app) {
    app = &the_app;
    turn_listeners_away(true);
    if (glfwInit() != 0) {
        glfwWindowHint(GLFW_CLIENT_API, GLFW_OPENGL_ES_API);
        glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
        glfwWindowHint(GLFW_ALPHA_BITS, 0);
        glfwWindowHint(GLFW_DEPTH_BITS, 0);
        glfwWindowHint(GLFW_STENCIL_BITS, 0);
        glfwWindowHint(GLFW_SAMPLES, 0);
        window = glfwCreateWindow(64, 64, "Pageframe", nullptr, nullptr);
    }
    turn_listeners_away(false);
    if (window == nullptr) return false;
    glfwMakeContextCurrent(window);
    context_there = ImGui_ImplOpenGL3_Init("#version 300 es");
    return context_there;
}

void request_frame(int frames) {
    frames_wanted = std::max(frames_wanted, frames);
    schedule();
}

void resize_window(float css_width, float css_height, int device_width, int device_height) {
    ImGuiIO& io = ImGui::GetIO();
    width_in_pixels = device_width;
    height_in_pixels = device_height;
    io.DisplaySize = ImVec2(css_width, css_height);
    if (css_width > 0 && css_height > 0) {
        io.DisplayFramebufferScale =
            ImVec2(static_cast<float>(device_width) / css_width, static_cast<float>(device_height) / css_height);
    }
    draw();
    request_frame(2);
}

void context_lost() { context_there = false; }

void context_restored() {
    // What ImGui's OpenGL part had is gone with the old context; ImGui keeps the
    // pixels of its textures and hands them over again.
    ImGui_ImplOpenGL3_Shutdown();
    context_there = ImGui_ImplOpenGL3_Init("#version 300 es");
    request_frame();
}

int frames_drawn() { return drawn; }
double frame_milliseconds() { return last_milliseconds; }
double build_milliseconds() { return last_build_milliseconds; }
void set_after_frame(void (*callback)()) { after_frame = callback; }

}  // namespace pageframe::web
