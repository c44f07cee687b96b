// What a view draws with: crisp shapes and words in the palette's colours, in CSS pixels.
//
// Edges stand on whole device pixels at every device pixel ratio: fill() and outline() snap what they are
// given. A line is one CSS pixel, or what a whole number of device pixels makes of it.
#pragma once

#include <string_view>

#include <imgui.h>

#include "ui/geometry.h"
#include "ui/palette.h"
#include "ui/text.h"

namespace pageframe::ui {

class Painter {
public:
    Painter(ImDrawList& list, const Text& text, const Palette& palette, float device_pixel_ratio)
        : list_(list), text_(text), palette_(palette), ratio_(device_pixel_ratio) {}

    const Palette& palette() const { return palette_; }
    ImDrawList& list() const { return list_; }
    float device_pixel_ratio() const { return ratio_; }
    /// One CSS pixel in whole device pixels, at least one.
    float line() const;
    float snap(float value) const;
    Rectangle snapped(const Rectangle& rectangle) const;

    // --- shapes ---
    void fill(const Rectangle& area, Colour colour, float radius = 0) const;
    /// Inside the area's edge.
    void outline(const Rectangle& area, Colour colour, float thickness, float radius = 0) const;
    void dashed_outline(const Rectangle& area, Colour colour) const;
    void horizontal(float left, float right, float y, Colour colour) const;
    void vertical(float x, float top, float bottom, Colour colour) const;
    void stroke(Point from, Point to, Colour colour, float thickness) const;
    void disc(Point centre, float radius, Colour colour) const;
    void ring(Point centre, float radius, Colour colour, float thickness) const;
    void diamond(Point centre, float radius, Colour colour) const;
    void shadow(const Rectangle& area, float radius) const;

    // --- words ---
    float width(TextStyle style, std::string_view text) const { return text_.width(style, text); }
    float words(TextStyle style, float left, float middle, Colour colour, std::string_view text) const {
        return text_.draw(list_, style, left, middle, colour, text);
    }
    void words_right(TextStyle style, float right, float middle, Colour colour, std::string_view text) const {
        text_.draw(list_, style, right - text_.width(style, text), middle, colour, text);
    }
    void words_centred(TextStyle style, float centre, float middle, Colour colour, std::string_view text) const {
        text_.draw(list_, style, centre - text_.width(style, text) / 2, middle, colour, text);
    }
    /// Only if there is room for all of it.
    bool words_if_room(TextStyle style, const Rectangle& area, float inset, Colour colour, std::string_view text) const;

    void push_clip(const Rectangle& area) const;
    void pop_clip() const { list_.PopClipRect(); }

private:
    ImDrawList& list_;
    const Text& text_;
    const Palette& palette_;
    float ratio_;
};

/// What stands above every view: its name, small and strong, and facts on the right.
inline constexpr float heading_height = 28;
/// Its middle, as that of the page's own headings.
inline constexpr float heading_middle = 12;
void draw_heading(const Painter& painter, const Rectangle& area, std::string_view name, std::string_view of_what,
                  std::string_view facts);

}  // namespace pageframe::ui
