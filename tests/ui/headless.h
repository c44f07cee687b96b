// The application without a browser: Dear ImGui with a renderer that takes everything and draws nothing.
#pragma once

#include <imgui.h>

#include "ui/app.h"

namespace pageframe::ui {

/// Takes the textures as a renderer does.
inline void accept_textures(const ImDrawData& data) {
    if (data.Textures == nullptr) return;
    for (ImTextureData* texture : *data.Textures) {
        if (texture->Status == ImTextureStatus_WantCreate) texture->SetTexID(ImTextureID{1});
        const bool done = texture->Status == ImTextureStatus_WantDestroy && texture->UnusedFrames > 0;
        if (done) texture->SetTexID(ImTextureID_Invalid);
        if (texture->Status != ImTextureStatus_WantDestroy || done)
            texture->SetStatus(done ? ImTextureStatus_Destroyed : ImTextureStatus_OK);
    }
}

class HeadlessApp {
public:
    HeadlessApp(float width = 1440, float height = 900, float ratio = 1) {
        ImGuiIO& io = ImGui::GetIO();
        io.BackendFlags |= ImGuiBackendFlags_RendererHasTextures | ImGuiBackendFlags_RendererHasVtxOffset;
        io.DisplaySize = {width, height};
        io.DisplayFramebufferScale = {ratio, ratio};
        io.DeltaTime = 1.0f / 60;
    }

    App& operator*() { return app_; }
    App* operator->() { return &app_; }

    /// The places that the page gives the views in a wide window.
    void place_views() {
        app_.set_view_rectangle("memory", {316, 128, 680, 440});
        app_.set_view_rectangle("tree", {316, 580, 680, 220});
        app_.set_view_rectangle("free_lists", {1026, 128, 398, 290});
        app_.set_view_rectangle("per_cpu_lists", {1026, 434, 398, 130});
        app_.set_view_rectangle("watermarks", {1026, 580, 398, 112});
        app_.set_view_rectangle("fragmentation", {1026, 708, 398, 92});
        app_.set_view_rectangle("landscape", {224, 818, 1200, 74});
    }

    /// One frame, without what a renderer would do. True: another is wanted.
    bool frame() {
        ImGui::NewFrame();
        const bool more = app_.frame();
        ImGui::Render();
        accept_textures(*ImGui::GetDrawData());
        return more;
    }

    /// Frames until nothing moves any more.
    void settle() {
        constexpr int most_frames = 60;
        for (int i = 0; i < most_frames && frame(); ++i) {
        }
        frame();
    }
    void point(float x, float y) {
        ImGui::GetIO().AddMousePosEvent(x, y);
        frame();
    }
    void click(float x, float y) {
        point(x, y);
        ImGui::GetIO().AddMouseButtonEvent(0, true);
        frame();
        ImGui::GetIO().AddMouseButtonEvent(0, false);
        frame();
        frame();
    }

    int vertices() const { return ImGui::GetDrawData()->TotalVtxCount; }

private:
    App app_;
};

}  // namespace pageframe::ui
