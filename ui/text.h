// Words on the canvas: three faces, few sizes, the same as the page's (one font file serves both).
//
// Dear ImGui rasterises glyphs as they are needed, at size x device pixel ratio; the sizes here are CSS
// pixels of the em square, as in CSS (the subsets that web/toolchain/fonts.py makes see to that: to Dear ImGui a
// font's size is ascent to descent). Pens stand on whole device pixels, so that words are crisp at every
// ratio. Words are placed by the middle of their capitals: a row has one middle for text and shapes.
#pragma once

#include <cstdint>
#include <string_view>

#include <imgui.h>

#include "ui/geometry.h"
#include "ui/palette.h"

namespace pageframe::ui {

enum class Face : std::uint8_t { words, words_strong, code };

struct TextStyle {
    Face face;
    float size;
    float tracking = 0;  ///< extra space after each character, CSS pixels
};

namespace style {
inline constexpr TextStyle heading = {Face::words_strong, 11, 0.35f};
inline constexpr TextStyle words = {Face::words, 13};
inline constexpr TextStyle strong = {Face::words_strong, 13};
inline constexpr TextStyle fact = {Face::words, 11.5f};
inline constexpr TextStyle code = {Face::code, 12};
inline constexpr TextStyle code_small = {Face::code, 11};
}  // namespace style

class Text {
public:
    /// The font file's bytes are copied. Until a face is given, another stands in for it.
    void set_face(Face face, std::string_view file);
    void set_density(float device_pixel_ratio) { density_ = device_pixel_ratio; }

    float width(TextStyle style, std::string_view text) const;
    /// Draws from `left`, capitals centred on `middle`; returns where the text ends.
    float draw(ImDrawList& list, TextStyle style, float left, float middle, Colour colour, std::string_view text) const;

private:
    ImFontBaked* baked(TextStyle style) const;

    ImFont* faces_[3] = {};
    float density_ = 1;
};

}  // namespace pageframe::ui
