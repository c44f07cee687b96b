// Rectangles in CSS pixels, from the canvas's upper left corner: what the views calculate with.
#pragma once

#include <algorithm>

namespace pageframe::ui {

struct Point {
    float x = 0;
    float y = 0;
};

struct Rectangle {
    float x = 0, y = 0, width = 0, height = 0;

    float right() const { return x + width; }
    float bottom() const { return y + height; }
    float centre_x() const { return x + width / 2; }
    float centre_y() const { return y + height / 2; }
    bool empty() const { return width <= 0 || height <= 0; }
    bool contains(Point p) const { return p.x >= x && p.x < right() && p.y >= y && p.y < bottom(); }
    Rectangle grown(float by) const { return {x - by, y - by, width + 2 * by, height + 2 * by}; }
    Rectangle intersection(const Rectangle& other) const {
        const float left = std::max(x, other.x);
        const float top = std::max(y, other.y);
        return {left, top, std::min(right(), other.right()) - left, std::min(bottom(), other.bottom()) - top};
    }

    /// The part from `from_top` on, and the part before it: how a view divides its area.
    Rectangle below(float from_top) const { return {x, y + from_top, width, height - from_top}; }
    Rectangle top(float part_height) const { return {x, y, width, std::min(height, part_height)}; }
    bool operator==(const Rectangle&) const = default;
};

}  // namespace pageframe::ui
