#include "ui/views/free_lists_view.h"

#include <algorithm>

#include "ui/description.h"
#include "ui/views/block_row.h"

namespace pageframe::ui {

void FreeListsView::draw(const ViewContext& context) {
    const BuddyState& state = context.state.buddy;
    const bool several = state.zones.size() > 1;
    draw_heading(context.painter, context.area, "FREE LISTS", several ? "" : zone_name(state, context.zone),
                 several ? "" : "as /proc/buddyinfo");
    if (several) draw_tabs(context);

    const Zone& zone = state.zones[context.zone];
    const Zone& before = context.playback.state_before().buddy.zones[context.zone];
    std::uint32_t largest = 0;
    for (const FreeArea& area : zone.free_area) largest = std::max(largest, area.nr_free);
    const RowColumns columns = row_columns(context, context.area.x, largest);
    const Rectangle rows = context.area.below(heading_height - 2);
    const float pitch = std::min(rows.height / order_count, tallest_block_row);
    for (Order order = 0; order < order_count; ++order) {
        const float middle = rows.y + (static_cast<float>(order) + 0.5f) * pitch;
        BlockRow row{{},    order, FrameKind::free_head, zone.free_area[order].nr_free, columns.blocks, columns.right,
                     middle};
        for (unsigned type = 0; type < migratetype_count; ++type)
            row.lists.push_back({&before.free_area[order].lists[type], &zone.free_area[order].lists[type],
                                 static_cast<Migratetype>(type)});
        draw_row_numbers(context, columns, order, row.count, middle);
        draw_block_row(context, row);
    }
}

/// The zones on the right of the heading; the one shown is bright. A click picks one.
void FreeListsView::draw_tabs(const ViewContext& context) const {
    const BuddyState& state = context.state.buddy;
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const float middle = context.area.y + heading_middle;
    float right = context.area.right();
    for (std::size_t index = state.zones.size(); index-- > 0;) {
        const auto id = static_cast<ZoneId>(index);
        if (state.zones[id].managed == 0) continue;
        const std::string name = short_zone_name(state, id);
        const float width = painter.width(style::fact, name);
        const bool shown = id == context.zone;
        const Rectangle tab{right - width - 6, context.area.y, width + 12, 24};
        const bool under_pointer = context.pointer.here && tab.contains(context.pointer.at);
        painter.words(style::fact, right - width, middle, shown || under_pointer ? palette.ink : palette.dim, name);
        if (shown) painter.horizontal(right - width, right, middle + 9, palette.dim);
        if (under_pointer) {
            context.wishes.cursor = ImGuiMouseCursor_Hand;
            if (context.pointer.clicked) context.wishes.zone = id;
        }
        right -= width + 14;
        if (right < context.area.x + 90) break;
    }
}

}  // namespace pageframe::ui
