#include "ui/views/walk_layout.h"

#include <cmath>

namespace pageframe::ui {
namespace {

constexpr float field_label = 18;
constexpr float field_height = 26;
constexpr float band_height = 34;
constexpr float table_label = 20;
constexpr float least_table = 96;
constexpr float entry_rows = 5;  ///< with their heading

/// Cells as large as they can be, not too far from square.
void size_cells(WalkLayout& layout, const Painter& painter, float width, float height) {
    const float ratio = painter.device_pixel_ratio();
    const auto whole = [&](float value) { return std::max(std::floor(value * ratio), 1.0f) / ratio; };
    float best = 0;
    for (const int columns : {8, 16, 32}) {
        const float x = whole(width / static_cast<float>(columns));
        const float y = whole(height / static_cast<float>(entries_per_table / columns));
        const float area = std::min(x, 2.2f * y) * std::min(y, 2.2f * x);
        if (area <= best) continue;
        best = area;
        layout.columns = columns;
        layout.pitch_x = std::min(x, whole(2.2f * y));
        layout.pitch_y = std::min(y, whole(2.2f * x));
    }
}

}  // namespace

Colour level_colour(const Palette& palette, Level level) {
    const Colour colours[] = {palette.vermilion, palette.yellow, palette.green, palette.blue};
    return colours[level];
}

Rectangle WalkLayout::cell(Level level, unsigned index) const {
    const Rectangle& all = table[level];
    const auto column = static_cast<float>(index % static_cast<unsigned>(columns));
    const auto row = static_cast<float>(index / static_cast<unsigned>(columns));
    return {all.x + column * pitch_x, all.y + row * pitch_y, pitch_x, pitch_y};
}

std::optional<unsigned> WalkLayout::entry_at(Level level, Point at) const {
    if (!table[level].contains(at)) return std::nullopt;
    const auto column = static_cast<unsigned>((at.x - table[level].x) / pitch_x);
    const auto row = static_cast<unsigned>((at.y - table[level].y) / pitch_y);
    const unsigned index = row * static_cast<unsigned>(columns) + column;
    if (column >= static_cast<unsigned>(columns) || index >= entries_per_table) return std::nullopt;
    return index;
}

WalkLayout lay_out_walk(const Painter& painter, const Rectangle& area, Level last) {
    WalkLayout layout;
    layout.last = last;
    const bool wide = area.width >= 560;
    const float gap = wide ? 10 : 5;
    layout.grouped = wide;
    const float sign = wide ? 56 : 0;
    const float top = area.y + heading_height + field_label;
    // Each field as wide as its bits; where the frame stands needs more.
    const float least_offset = wide ? 132 : 84;
    const int fields = top_level - last + 1;
    float x = area.x;
    if (sign > 0) {
        layout.sign = {x, top, sign, field_height};
        x += sign + gap;
    }
    // As wide as if there were four levels: tables stay where they are from walk to walk.
    const float room = area.right() - x - 4 * gap;
    const float width = std::floor((room - std::max(least_offset, room * 13 / 49)) / 4);
    for (int i = 0; i < fields; ++i) {
        layout.field[static_cast<std::size_t>(top_level - i)] = {x, top, width, field_height};
        x += width + gap;
    }
    layout.offset = {x, top, area.right() - x, field_height};
    const bool low = area.height < 260;
    layout.band = {area.x, top + field_height, area.width, low ? 24 : band_height};

    float bottom = area.bottom();
    const float with_rows = layout.band.bottom() + least_table * 1.5f + table_label + entry_rows * walk_row_height;
    if (with_rows <= bottom) {
        layout.rows = {area.x, bottom - entry_rows * walk_row_height, area.width, entry_rows * walk_row_height};
        bottom = layout.rows.y - 8;
    }
    const float table_top = layout.band.bottom() + 4;
    const float table_height = std::max(bottom - table_label - table_top, 16.0f);
    size_cells(layout, painter, width - (wide ? 4 : 2), table_height);
    const float cells_width = layout.pitch_x * static_cast<float>(layout.columns);
    const float cells_height =
        layout.pitch_y * static_cast<float>(entries_per_table) / static_cast<float>(layout.columns);
    for (Level level = last; level <= top_level; ++level) {
        const Rectangle& field = layout.field[level];
        layout.table[level] = {painter.snap(field.x + (field.width - cells_width) / 2), painter.snap(table_top),
                               cells_width, cells_height};
    }
    const float frame_left = std::max(layout.offset.x + (wide ? 14 : 4), area.right() - 190);
    layout.frame = {frame_left, table_top, area.right() - frame_left, cells_height};
    return layout;
}

}  // namespace pageframe::ui
