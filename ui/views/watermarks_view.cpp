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

}  // namespace

void WatermarksView::draw(const ViewContext& context) {
    draw_heading(context.painter, context.area, "WATERMARKS", zone_name(context.state.buddy, context.zone), "pages");
    const float top = context.area.y + heading_height + 20;
    const Rectangle bar{context.area.x, top, context.area.width, 10};
    draw_gauge(context, bar);
    draw_marks(context, bar);
}

void WatermarksView::draw_gauge(const ViewContext& context, const Rectangle& bar) const {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const BuddyState& state = context.state.buddy;
    const Zone& zone = state.zones[context.zone];
    const Scale scale = scale_of(zone, bar);
    const std::int64_t free = std::max<std::int64_t>(state.exact_free_pages(context.zone), 0);
    const float end = scale.at(static_cast<double>(free));
    const bool below_low = free < static_cast<std::int64_t>(zone.watermark_pages(Watermark::low));
    painter.fill(bar, palette.track, 2);
    if (end > bar.x)
        painter.fill({bar.x, bar.y, end - bar.x, bar.height},
                     below_low ? palette.vermilion : palette.used(Migratetype::movable), 2);
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
    if (zone.watermark_boost == 0) return;
    const std::string boost = "boosted by " + count_text(zone.watermark_boost);
    painter.words(style::code_small, bar.x, bar.bottom() + 29, palette.yellow, boost);
}

}  // namespace pageframe::ui
