// Words in lines of a given width, broken between words.
#pragma once

#include <string_view>
#include <vector>

#include "ui/painter.h"

namespace pageframe::ui {

inline constexpr float line_pitch = 18;

std::vector<std::string_view> wrap_words(const Painter& painter, TextStyle style, std::string_view text, float width);
/// Draws the lines from `top` on, as many as fit, the last one with "…" where there are more; returns where the next one would begin.
float draw_wrapped(const Painter& painter, TextStyle style, const Rectangle& area, Colour colour,
                   std::string_view text);

}  // namespace pageframe::ui
