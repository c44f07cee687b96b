#include "ui/views/fragmentation_view.h"

#include <algorithm>

#include "engine/buddy/fragmentation.h"
#include "ui/description.h"
#include "ui/format.h"

namespace pageframe::ui {
namespace {

constexpr float orders_height = 18;

/// "0.412", of thousandths.
std::string index_text(int thousandths) {
    const std::string digits = std::to_string(thousandths % 1000);
    return std::to_string(thousandths / 1000) + "." + std::string(3 - digits.size(), '0') + digits;
}

}  // namespace

void FragmentationView::draw(const ViewContext& context) {
    const Rectangle plot = context.area.below(heading_height);
    const float width = plot.width / order_count;
    int pointed_at = -1;
    if (context.pointer.here && plot.contains(context.pointer.at))
        pointed_at = std::clamp(static_cast<int>((context.pointer.at.x - plot.x) / width), 0, order_count - 1);
    draw_facts(context, pointed_at);
    for (Order order = 0; order < order_count; ++order)
        draw_bar(context, {plot.x + static_cast<float>(order) * width, plot.y, width, plot.height}, order,
                 pointed_at == order);
}

void FragmentationView::draw_facts(const ViewContext& context, int pointed_at) const {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const Zone& zone = context.state.buddy.zones[context.zone];
    std::string facts;
    if (pointed_at >= 0) {
        const auto order = static_cast<Order>(pointed_at);
        const int index = fragmentation_index(zone, order);
        facts =
            "order " + std::to_string(pointed_at) + ": " + index_text(unusable_free_index(zone, order)) + " unusable";
        if (index >= 0) facts += " · index " + index_text(index);
    }
    draw_heading(painter, context.area, "FRAGMENTATION", zone_name(context.state.buddy, context.zone), facts);
    if (pointed_at >= 0) return;
    const float middle = context.area.y + heading_middle;
    float left = context.area.right() - painter.width(style::fact, "index");
    painter.words(style::fact, left, middle, palette.dim, "index");
    painter.fill({left - 14, middle - 1, 9, 2}, palette.ink);
    left -= 26 + painter.width(style::fact, "unusable");
    painter.words(style::fact, left, middle, palette.dim, "unusable");
    painter.fill({left - 14, middle - 4.5f, 9, 9}, palette.vermilion);
}

void FragmentationView::draw_bar(const ViewContext& context, const Rectangle& column, Order order,
                                 bool pointed_at) const {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const Zone& zone = context.state.buddy.zones[context.zone];
    const Zone& before = context.playback.state_before().buddy.zones[context.zone];
    const int unusable = unusable_free_index(zone, order);
    const int index = fragmentation_index(zone, order);
    const Rectangle room{column.x + 1, column.y + 2, column.width - 5, column.height - orders_height - 2};
    painter.fill(room, palette.track, 1);
    const auto y = [&](int thousandths) {
        return room.bottom() - room.height * static_cast<float>(std::clamp(thousandths, 0, 1000)) / 1000;
    };
    if (unusable > 0) {
        const float top = std::min(y(unusable), room.bottom() - 1);
        painter.fill({room.x, top, room.width, room.bottom() - top}, palette.used(Migratetype::unmovable), 1);
    }
    if (unusable_free_index(before, order) != unusable) {
        const float old = std::clamp(y(unusable_free_index(before, order)), room.y, room.bottom() - 1);
        painter.fill({room.x, old - 0.5f, room.width, 1}, palette.cyan);
    }
    if (index >= 0) {
        const float at = std::clamp(y(index), room.y + 1, room.bottom() - 1);
        painter.fill({room.x - 2, at - 2, room.width + 4, 4}, palette.ground);
        painter.fill({room.x - 1, at - 1, room.width + 2, 2}, palette.ink);
    }
    painter.words_centred(style::code_small, room.centre_x(), column.bottom() - 8,
                          pointed_at || index >= 0 ? palette.ink : palette.dim, std::to_string(order));
}

}  // namespace pageframe::ui
