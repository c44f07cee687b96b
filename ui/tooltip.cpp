#include "ui/tooltip.h"

#include <algorithm>
#include <vector>

namespace pageframe::ui {
namespace {

struct Line {
    TextStyle style;
    Colour colour;
    std::string_view text;
};

constexpr float line_height = 18;
constexpr float padding = 10;
constexpr float away_from_pointer = 16;

void draw_card(const Painter& painter, std::span<const Line> lines, Point pointer, const Rectangle& within,
               TipSide side = TipSide::below) {
    const Palette& palette = painter.palette();
    float width = 0;
    for (const Line& line : lines) width = std::max(width, painter.width(line.style, line.text));
    Rectangle card{pointer.x + away_from_pointer, pointer.y + away_from_pointer, width + 2 * padding,
                   static_cast<float>(lines.size()) * line_height + 2 * padding - 4};
    if (card.right() > within.right() - 8) card.x = std::max(within.x + 8, pointer.x - away_from_pointer - card.width);
    if (side == TipSide::above || card.bottom() > within.bottom() - 8)
        card.y = std::max(within.y + 8, pointer.y - away_from_pointer - card.height);

    painter.shadow(card, 6);
    painter.fill(card, palette.raised, 6);
    painter.outline(card, palette.hairline, 1, 6);
    float middle = card.y + padding + line_height / 2 - 2;
    for (const Line& line : lines) {
        painter.words(line.style, card.x + padding, middle, line.colour, line.text);
        middle += line_height;
    }
}

}  // namespace

void draw_tooltip(const Painter& painter, const BlockDescription& block, Point pointer, const Rectangle& within) {
    const Palette& palette = painter.palette();
    std::vector<Line> lines = {
        {style::strong, palette.ink, block.title},
        {style::code_small, palette.dim, block.place},
        {style::fact, palette.dim, block.history},
    };
    if (!block.call.empty()) lines.push_back({style::code_small, palette.ink, block.call});
    draw_card(painter, lines, pointer, within);
}

void draw_tooltip(const Painter& painter, std::span<const std::string> lines, Point pointer, const Rectangle& within,
                  TipSide side) {
    const Palette& palette = painter.palette();
    std::vector<Line> drawn;
    for (const std::string& line : lines)
        drawn.push_back(drawn.empty() ? Line{style::strong, palette.ink, line} : Line{style::fact, palette.dim, line});
    draw_card(painter, drawn, pointer, within, side);
}

}  // namespace pageframe::ui
