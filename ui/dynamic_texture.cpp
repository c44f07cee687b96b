#include "ui/dynamic_texture.h"

#include <algorithm>

#include <imgui_internal.h>

namespace pageframe::ui {
namespace {

int round_up(int value, int step) { return (value + step - 1) / step * step; }

}  // namespace

DynamicTexture::~DynamicTexture() {
    if (ImGui::GetCurrentContext() == nullptr) return;
    if (data_) ImGui::UnregisterUserTexture(data_.get());
    for (const auto& old : retired_) ImGui::UnregisterUserTexture(old.get());
}

bool DynamicTexture::reserve(int width, int height) {
    release_retired();
    if (data_ && data_->Status == ImTextureStatus_Destroyed) data_->SetStatus(ImTextureStatus_WantCreate);
    if (data_ && width <= data_->Width && height <= data_->Height) return false;
    const int new_width = std::max(round_up(width, 256), data_ ? data_->Width : 0);
    const int new_height = std::max(round_up(height, 128), data_ ? data_->Height : 0);
    if (data_) retire();
    data_ = std::make_unique<ImTextureData>();
    data_->Create(ImTextureFormat_RGBA32, new_width, new_height);
    data_->UseColors = true;
    ImGui::RegisterUserTexture(data_.get());
    return true;
}

void DynamicTexture::touched(int first_line, int lines, int width) {
    if (data_->Status == ImTextureStatus_WantCreate) return;  // all of it will be uploaded
    if (data_->Status == ImTextureStatus_OK) {
        data_->Updates.resize(0);
        data_->SetStatus(ImTextureStatus_WantUpdates);
    }
    ImTextureRect area;
    area.x = 0;
    area.y = static_cast<unsigned short>(first_line);
    area.w = static_cast<unsigned short>(width);
    area.h = static_cast<unsigned short>(lines);
    data_->Updates.push_back(area);
    data_->UpdateRect = area;
}

void DynamicTexture::retire() {
    const bool known = data_->Status != ImTextureStatus_WantCreate;
    data_->SetStatus(known ? ImTextureStatus_WantDestroy : ImTextureStatus_Destroyed);
    data_->UnusedFrames = 1;
    retired_.push_back(std::move(data_));
}

void DynamicTexture::release_retired() {
    std::erase_if(retired_, [](const std::unique_ptr<ImTextureData>& old) {
        if (old->Status != ImTextureStatus_Destroyed) return false;
        ImGui::UnregisterUserTexture(old.get());
        return true;
    });
}

}  // namespace pageframe::ui
