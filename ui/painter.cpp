#include "ui/painter.h"

#include <cmath>

namespace pageframe::ui {
namespace {

ImVec2 vector(Point point) { return {point.x, point.y}; }

}  // namespace

float Painter::line() const { return std::max(1.0f, std::floor(ratio_)) / ratio_; }

float Painter::snap(float value) const { return std::round(value * ratio_) / ratio_; }

Rectangle Painter::snapped(const Rectangle& area) const {
    const float left = snap(area.x);
    const float top = snap(area.y);
    return {left, top, snap(area.right()) - left, snap(area.bottom()) - top};
}

void Painter::fill(const Rectangle& area, Colour colour, float radius) const {
    const Rectangle at = snapped(area);
    list_.AddRectFilled({at.x, at.y}, {at.right(), at.bottom()}, colour, radius);
}

void Painter::outline(const Rectangle& area, Colour colour, float thickness, float radius) const {
    const Rectangle at = snapped(area);
    const float line_width = std::max(1.0f, std::round(thickness * ratio_)) / ratio_;
    if (radius > 0) {
        const float half = line_width / 2;
        list_.AddRect({at.x + half, at.y + half}, {at.right() - half, at.bottom() - half}, colour,
                      std::max(0.0f, radius - half), 0, line_width);
        return;
    }
    const float across = std::min(line_width, at.width / 2);
    const float down = std::min(line_width, at.height / 2);
    list_.AddRectFilled({at.x, at.y}, {at.right(), at.y + down}, colour);
    list_.AddRectFilled({at.x, at.bottom() - down}, {at.right(), at.bottom()}, colour);
    list_.AddRectFilled({at.x, at.y + down}, {at.x + across, at.bottom() - down}, colour);
    list_.AddRectFilled({at.right() - across, at.y + down}, {at.right(), at.bottom() - down}, colour);
}

void Painter::dashed_outline(const Rectangle& area, Colour colour) const {
    const Rectangle at = snapped(area);
    const float pen = line();
    constexpr float dash = 2;
    constexpr float step = 4;
    for (float x = at.x + 1; x < at.right() - 1; x += step) {
        const float end = std::min(x + dash, at.right() - 1);
        list_.AddRectFilled({x, at.y}, {end, at.y + pen}, colour);
        list_.AddRectFilled({x, at.bottom() - pen}, {end, at.bottom()}, colour);
    }
    for (float y = at.y + 1; y < at.bottom() - 1; y += step) {
        const float end = std::min(y + dash, at.bottom() - 1);
        list_.AddRectFilled({at.x, y}, {at.x + pen, end}, colour);
        list_.AddRectFilled({at.right() - pen, y}, {at.right(), end}, colour);
    }
}

void Painter::horizontal(float left, float right, float y, Colour colour) const {
    const float top = snap(y);
    list_.AddRectFilled({snap(left), top}, {snap(right), top + line()}, colour);
}

void Painter::vertical(float x, float top, float bottom, Colour colour) const {
    const float left = snap(x);
    list_.AddRectFilled({left, snap(top)}, {left + line(), snap(bottom)}, colour);
}

void Painter::stroke(Point from, Point to, Colour colour, float thickness) const {
    list_.AddLine(vector(from), vector(to), colour, thickness);
}

void Painter::disc(Point centre, float radius, Colour colour) const {
    list_.AddCircleFilled(vector(centre), radius, colour, 24);
}

void Painter::ring(Point centre, float radius, Colour colour, float thickness) const {
    list_.AddCircle(vector(centre), radius, colour, 24, thickness);
}

void Painter::diamond(Point centre, float radius, Colour colour) const {
    list_.AddQuadFilled({centre.x, centre.y - radius}, {centre.x + radius, centre.y}, {centre.x, centre.y + radius},
                        {centre.x - radius, centre.y}, colour);
}

void Painter::shadow(const Rectangle& area, float radius) const {
    for (int step = 6; step > 0; --step) {
        const float spread = static_cast<float>(step);
        const Rectangle at = area.grown(spread);
        list_.AddRectFilled({at.x, at.y + 3}, {at.right(), at.bottom() + 3}, with_alpha(palette_.shadow, 0.035f),
                            radius + spread);
    }
}

bool Painter::words_if_room(TextStyle style, const Rectangle& area, float inset, Colour colour,
                            std::string_view text) const {
    if (text_.width(style, text) > area.width - 2 * inset || area.height < style.size) return false;
    words(style, area.x + inset, area.centre_y(), colour, text);
    return true;
}

void Painter::push_clip(const Rectangle& area) const {
    const Rectangle at = snapped(area);
    list_.PushClipRect({at.x, at.y}, {at.right(), at.bottom()}, true);
}

void draw_heading(const Painter& painter, const Rectangle& area, std::string_view name, std::string_view of_what,
                  std::string_view facts) {
    const Palette& palette = painter.palette();
    const float middle = area.y + heading_middle;
    float end = painter.words(style::heading, area.x, middle, palette.dim, name);
    if (!of_what.empty()) {
        end = painter.words(style::heading, end, middle, palette.dim, " · ");
        end = painter.words(style::heading, end, middle, palette.dim, of_what);
    }
    if (end + 16 + painter.width(style::fact, facts) <= area.right())
        painter.words_right(style::fact, area.right(), middle, palette.dim, facts);
}

}  // namespace pageframe::ui
