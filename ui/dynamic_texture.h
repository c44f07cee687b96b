// Pixels that change a little from frame to frame, handed to the renderer through Dear ImGui.
//
// The renderer gets only the lines that were touched. A texture that has grown too small is replaced; the
// old one goes once the renderer has let go of it. A lost WebGL context makes the renderer ask for the
// pixels again, which are kept here.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <imgui.h>

#include "ui/palette.h"

namespace pageframe::ui {

class DynamicTexture {
public:
    DynamicTexture() = default;
    ~DynamicTexture();
    DynamicTexture(const DynamicTexture&) = delete;
    DynamicTexture& operator=(const DynamicTexture&) = delete;

    /// At least so big. True: the pixels are new and undefined.
    bool reserve(int width, int height);
    Colour* line(int y) { return reinterpret_cast<Colour*>(data_->GetPixelsAt(0, y)); }
    /// These lines were written, from x = 0 on.
    void touched(int first_line, int lines, int width);

    ImTextureRef reference() const { return data_->GetTexRef(); }
    float width() const { return static_cast<float>(data_->Width); }
    float height() const { return static_cast<float>(data_->Height); }

private:
    void retire();
    void release_retired();

    std::unique_ptr<ImTextureData> data_;
    std::vector<std::unique_ptr<ImTextureData>> retired_;
};

}  // namespace pageframe::ui
