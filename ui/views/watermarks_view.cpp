#include "ui/views/watermarks_view.h"

#include <algorithm>

#include "ui/description.h"
#include "ui/format.h"

namespace pageframe::ui {
namespace {

constexpr float stretched_part = 0.5f;

/// Pages to pixels, on two scales.
struct Scale {
    float left;
    float width;
    double cut;    ///< pages at the cut
    double whole;  ///< pages at the right end
    float at(double pages) const {
        if (pages <= cut) return left + static_cast<float>(pages / cut) * width * stretched_part;
        const double rest = std::min((pages - cut) / std::max(whole - cut, 1.0), 1.0);
        return left + width * (stretched_part + (1 - stretched_part) * static_cast<float>(rest));
    }
    float cut_at() const { return left + width * stretched_part; }
};

Scale scale_of(const Zone& zone, const Rectangle& bar) {
    const double managed = std::max<double>(zone.managed, 1);
    const double high = std::max<double>(zone.watermark_pages(Watermark::high), 1);
    return {bar.x, bar.width, std::min(high * 1.25, managed), managed};
}

/// What min demands of requests that could use a higher zone: the most of lowmem_reserve, and whose it is.
struct Kept {
    std::uint32_t pages = 0;
    ZoneKind from = ZoneKind::dma;
};
Kept kept_for_lower_zones(const Zone& zone) {
    Kept kept;
    for (unsigned kind = static_cast<unsigned>(zone.kind) + 1; kind < zone_kind_count; ++kind)
        if (zone.lowmem_reserve[kind] > kept.pages) kept = {zone.lowmem_reserve[kind], static_cast<ZoneKind>(kind)};
    return kept;
}

unsigned zones_with_pages(const BuddyState& state) {
    unsigned count = 0;
    for (const Zone& zone : state.zones) count += zone.managed > 0 ? 1 : 0;
    return count;
}

bool is_below_low(const BuddyState& state, ZoneId zone) {
    return state.exact_free_pages(zone) < static_cast<std::int64_t>(state.zones[zone].watermark_pages(Watermark::low));
}

}  // namespace

void WatermarksView::draw(const ViewContext& context) {
    draw_heading(context.painter, context.area, "WATERMARKS", zone_name(context.state.buddy, context.zone), "pages");
    const float top = context.area.y + heading_height + 14;
    const Rectangle bar{context.area.x, top, context.area.width, 10};
    draw_gauge(context, bar);
    draw_boost(context, bar);
    draw_marks(context, bar);
    const float reserves = bar.bottom() + 29;
    if (reserves + 7 <= context.area.bottom()) draw_reserves(context, bar, reserves);
    const Rectangle zones{bar.x, reserves + 9, bar.width, 20};
    if (zones.bottom() <= context.area.bottom() && zones_with_pages(context.state.buddy) > 1)
        draw_zones(context, zones);
}

void WatermarksView::draw_gauge(const ViewContext& context, const Rectangle& bar) const {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const BuddyState& state = context.state.buddy;
    const Zone& zone = state.zones[context.zone];
    const Scale scale = scale_of(zone, bar);
    const std::int64_t free = std::max<std::int64_t>(state.exact_free_pages(context.zone), 0);
    const float end = scale.at(static_cast<double>(free));
    const bool below_low = is_below_low(state, context.zone);
    painter.fill(bar, palette.track, 2);
    if (end > bar.x)
        painter.fill({bar.x, bar.y, end - bar.x, bar.height},
                     below_low ? palette.vermilion : palette.used(Migratetype::movable), 2);
    const float highatomic = std::min(scale.at(zone.nr_reserved_highatomic), end);
    if (zone.nr_reserved_highatomic > 0 && highatomic > bar.x)
        painter.fill({bar.x, bar.bottom() - 3, highatomic - bar.x, 3}, palette.yellow);
    const float cut = scale.cut_at();
    for (const float shift : {0.0f, 4.0f})
        painter.stroke({cut - 3 + shift, bar.bottom() + 1}, {cut + 3 + shift, bar.y - 1}, palette.ground, 1.5f);

    const std::string text = count_text(static_cast<std::uint64_t>(free)) + " free of " + count_text(zone.managed);
    const float width = painter.width(style::code_small, text);
    const float left = std::clamp(end - width, bar.x, bar.right() - width);
    painter.words(style::code_small, left, bar.y - 10, palette.ink, text);
}

void WatermarksView::draw_marks(const ViewContext& context, const Rectangle& bar) const {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const Zone& zone = context.state.buddy.zones[context.zone];
    const Scale scale = scale_of(zone, bar);
    constexpr const char* names[] = {"min", "low", "high"};
    float free_from = bar.x;
    for (unsigned index = 0; index < 3; ++index) {
        const std::uint32_t pages = zone.watermark_pages(static_cast<Watermark>(index));
        const float x = scale.at(pages);
        const std::string text = names[index] + (" " + count_text(pages));
        const float width = painter.width(style::code_small, text);
        const float left = std::clamp(x - 4, free_from, std::max(free_from, bar.right() - width));
        painter.vertical(x, bar.y - 2, bar.bottom() + 4, palette.ink);
        painter.words(style::code_small, left, bar.bottom() + 13, palette.dim, text);
        free_from = left + width + 12;
    }
}

/// From where the marks would stand to where they do.
void WatermarksView::draw_boost(const ViewContext& context, const Rectangle& bar) const {
    const Zone& zone = context.state.buddy.zones[context.zone];
    if (zone.watermark_boost == 0) return;
    const Scale scale = scale_of(zone, bar);
    for (const std::uint32_t pages : zone.watermark) {
        const float from = scale.at(pages);
        context.painter.fill({from, bar.bottom() + 1, scale.at(pages + zone.watermark_boost) - from, 3},
                             context.palette().yellow);
    }
}

/// In words what raises a mark or takes from what is free.
void WatermarksView::draw_reserves(const ViewContext& context, const Rectangle& bar, float middle) const {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const Zone& zone = context.state.buddy.zones[context.zone];
    float left = bar.x;
    const auto words = [&](Colour colour, const std::string& text) {
        if (left + painter.width(style::code_small, text) > bar.right()) return;
        left = painter.words(style::code_small, left, middle, colour, text) + 14;
    };
    if (zone.watermark_boost > 0) words(palette.yellow, "boost " + count_text(zone.watermark_boost));
    if (zone.nr_reserved_highatomic > 0)
        words(palette.yellow, "high-atomic " + count_text(zone.nr_reserved_highatomic));
    const Kept kept = kept_for_lower_zones(zone);
    if (kept.pages > 0) {
        const Scale scale = scale_of(zone, bar);
        const float x = std::min(scale.at(kept.pages + zone.watermark_pages(Watermark::min)), bar.right() - 1);
        for (float y = bar.y - 3; y < bar.bottom() + 3; y += 4) painter.fill({x, y, painter.line(), 2}, palette.ink);
        words(palette.dim, count_text(kept.pages) + " more kept from " + zone_kind_name(kept.from) + " requests");
    }
}

/// Every zone small, in a row.
void WatermarksView::draw_zones(const ViewContext& context, const Rectangle& area) const {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const BuddyState& state = context.state.buddy;
    constexpr float space = 10;
    const float width = (area.width + space) / static_cast<float>(zones_with_pages(state));
    float left = area.x;
    for (ZoneId id = 0; id < state.zones.size(); ++id) {
        const Zone& zone = state.zones[id];
        if (zone.managed == 0) continue;
        const Rectangle place{left, area.y, width - space, area.height};
        const Rectangle bar{left, area.bottom() - 6, width - space, 5};
        const bool under_pointer = context.pointer.here && place.contains(context.pointer.at);
        const Scale scale = scale_of(zone, bar);
        const auto free = static_cast<double>(std::max<std::int64_t>(state.exact_free_pages(id), 0));
        painter.push_clip(place);
        painter.words(style::fact, left, area.y + 6, id == context.zone || under_pointer ? palette.ink : palette.dim,
                      short_zone_name(state, id));
        painter.pop_clip();
        painter.fill(bar, palette.track, 1);
        painter.fill({bar.x, bar.y, scale.at(free) - bar.x, bar.height},
                     is_below_low(state, id) ? palette.vermilion : palette.used(Migratetype::movable), 1);
        painter.vertical(scale.at(zone.watermark_pages(Watermark::min)), bar.y - 1, bar.bottom() + 1, palette.ink);
        if (under_pointer) {
            context.wishes.cursor = ImGuiMouseCursor_Hand;
            if (context.pointer.clicked) context.wishes.zone = id;
        }
        left += width;
    }
}

}  // namespace pageframe::ui
