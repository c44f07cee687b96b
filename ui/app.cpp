// A first frame: each view's rectangle and its name. The real views take its place.
#include "ui/app.h"

#include <cstring>

#include <imgui.h>

namespace pageframe::ui {

App::App() {
    IMGUI_CHECKVERSION();
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.LogFilename = nullptr;
    io.ConfigFlags |= ImGuiConfigFlags_NoMouseCursorChange;
}

App::~App() { ImGui::DestroyContext(); }

void App::set_font(Face face, std::string_view file) {
    void* copy = ImGui::MemAlloc(file.size());
    std::memcpy(copy, file.data(), file.size());
    ImFont* font = ImGui::GetIO().Fonts->AddFontFromMemoryTTF(copy, static_cast<int>(file.size()), 13.0f);
    faces_[static_cast<int>(face)] = font;
    if (face == Face::Words) ImGui::GetIO().FontDefault = font;
}

void App::set_theme(Theme theme) { theme_ = theme; }

void App::set_view_rectangle(std::string_view name, Rectangle rectangle) {
    views_.insert_or_assign(std::string(name), rectangle);
}

std::uint32_t App::ground() const {
    return theme_ == Theme::Dark ? IM_COL32(0x0e, 0x11, 0x16, 255) : IM_COL32(0xfb, 0xfa, 0xf7, 255);
}

bool App::wants_wheel(float x, float y) const {
    for (const auto& [name, view] : views_) {
        if (x >= view.x && x < view.x + view.width && y >= view.y && y < view.y + view.height) return true;
    }
    return false;
}

bool App::frame() {
    ImDrawList* list = ImGui::GetBackgroundDrawList();
    const bool dark = theme_ == Theme::Dark;
    const ImU32 hairline = dark ? IM_COL32(0x25, 0x2c, 0x36, 255) : IM_COL32(0xe3, 0xe0, 0xd8, 255);
    const ImU32 amber = dark ? IM_COL32(0xff, 0xc3, 0x5c, 255) : IM_COL32(0xb8, 0x6e, 0x00, 255);
    const ImU32 ink = dark ? IM_COL32(0xdb, 0xe2, 0xec, 255) : IM_COL32(0x20, 0x24, 0x2b, 255);
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    for (const auto& [name, view] : views_) {
        if (view.width <= 0) continue;
        const ImVec2 low(view.x, view.y);
        const ImVec2 high(view.x + view.width, view.y + view.height);
        const bool hovered = mouse.x >= low.x && mouse.x < high.x && mouse.y >= low.y && mouse.y < high.y;
        list->AddRect(low, high, hovered ? amber : hairline);
        list->AddText(faces_[0], 13.0f, ImVec2(low.x + 8, low.y + 8), ink, name.c_str());
        list->AddText(faces_[2], 12.0f, ImVec2(low.x + 8, low.y + 28), ink, "pfn 1088 → 1120 · 0x440");
    }
    return false;
}

} // namespace pageframe::ui
