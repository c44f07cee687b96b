// What lies under the pointer, in words beside it.
//
//     +--------------------------------+
//     | p · allocated · order 5 · 128 KiB
//     | pfn 1088–1119 · DMA32 · movable
//     | taken by operation 37
//     | p = alloc_pages(GFP_KERNEL, 5)
//     +--------------------------------+
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "ui/description.h"
#include "ui/painter.h"

namespace pageframe::ui {

/// Of the pointer: above where what is below it is being looked at.
enum class TipSide : std::uint8_t { below, above };

void draw_tooltip(const Painter& painter, const BlockDescription& block, Point pointer, const Rectangle& within);
/// Any lines, the first one strong.
void draw_tooltip(const Painter& painter, std::span<const std::string> lines, Point pointer, const Rectangle& within,
                  TipSide side);

}  // namespace pageframe::ui
