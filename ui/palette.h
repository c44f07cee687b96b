// The one palette, for the canvas and for the page: the page asks for it by palette_entries() and sets each
// entry as a CSS variable ("ground" becomes --ground).
//
// Two colours are reserved: amber for what is taken in this step or selected, cyan for what the step changed
// beside it. Migrate types have hues of their own. Hue never stands alone: what is free is outlined, what is
// used is filled, and a word says the rest.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/core/sentence.h"
#include "engine/core/types.h"

namespace pageframe::ui {

/// 0xAABBGGRR, as Dear ImGui has them.
using Colour = std::uint32_t;

constexpr Colour colour_from_rgb(std::uint32_t rgb) {
    return 0xff000000U | (rgb & 0xffU) << 16 | (rgb & 0xff00U) | (rgb >> 16 & 0xffU);
}
/// `part` of 1 of `upper` over `lower`; both opaque.
Colour mix(Colour lower, Colour upper, float part);
constexpr Colour with_alpha(Colour colour, float alpha) {
    return (colour & 0x00ffffffU) | static_cast<Colour>(alpha * 255.0f + 0.5f) << 24;
}
/// "#rrggbb"
std::string colour_as_hex(Colour colour);

enum class Theme : std::uint8_t { dark, light };

struct Palette {
    Colour ground;    ///< behind everything
    Colour raised;    ///< cards, tooltips, the scenario's current line
    Colour hairline;  ///< between columns
    Colour ink;       ///< words
    Colour dim;       ///< words of less weight
    Colour faint;     ///< what is not in use: words that may be overlooked
    Colour hollow;    ///< the ground inside an outline: free frames
    Colour track;     ///< the unfilled part of a gauge or slider
    Colour amber;     ///< taken in this step, selected
    Colour cyan;      ///< changed by this step
    Colour on_amber;  ///< words on amber
    Colour on_used;   ///< words on a used block
    Colour vermilion, blue, green, pink, yellow;
    Colour grey;      ///< reserved frames
    Colour absent;    ///< no memory there
    Colour mistake;   ///< errors, failures
    Colour shadow;    ///< under a tooltip
    float used_part;  ///< how much of its hue a used block shows
    float free_part;  ///< and a free block's inside
    float edge_part;  ///< and its outline

    Colour hue(Migratetype type) const;
    Colour used(Migratetype type) const { return mix(ground, hue(type), used_part); }
    Colour free_inside(Migratetype type) const { return mix(hollow, hue(type), free_part); }
    Colour free_object_edge() const { return mix(hollow, dim, 0.62f); }
    Colour free_edge(Migratetype type) const { return mix(hollow, hue(type), edge_part); }
    Colour role(Role role) const;
};

const Palette& palette_of(Theme theme);
/// Every colour with its name, in one order.
std::vector<std::pair<const char*, Colour>> palette_entries(const Palette& palette);

}  // namespace pageframe::ui
