#include "ui/views/landscape_view.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "ui/format.h"

namespace pageframe::ui {
namespace {

constexpr float legend_width = 214;
constexpr float narrowest_with_legend = 520;
constexpr float marks_height = 12;

struct Band {
    float low;
    float high;
};

/// Joins buckets so that there are no more of them than pixels.
std::vector<Band> bands(const Landscape& landscape, Landscape::Range Landscape::Bucket::* range, float width) {
    const auto& buckets = landscape.buckets();
    const std::size_t most = std::max<std::size_t>(1, static_cast<std::size_t>(width));
    const std::size_t joined = (buckets.size() + most - 1) / most;
    std::vector<Band> result;
    for (std::size_t first = 0; first < buckets.size(); first += joined) {
        Landscape::Range whole;
        for (std::size_t at = first; at < std::min(first + joined, buckets.size()); ++at) {
            whole.low = std::min(whole.low, (buckets[at].*range).low);
            whole.high = std::max(whole.high, (buckets[at].*range).high);
        }
        result.push_back({static_cast<float>(whole.low), static_cast<float>(whole.high)});
    }
    return result;
}

void draw_curve(const Painter& painter, const Rectangle& area, const std::vector<Band>& curve, float lowest,
                float highest, float end_x, Colour colour) {
    if (curve.empty()) return;
    const float range = std::max(highest - lowest, 1.0f);
    const auto y = [&](float value) { return area.bottom() - (value - lowest) / range * area.height; };
    const float step = (end_x - area.x) / static_cast<float>(curve.size());
    std::vector<ImVec2> line;
    for (std::size_t index = 0; index < curve.size(); ++index) {
        // The value after an operation stands at that operation's end.
        const float x = area.x + (static_cast<float>(index) + 1) * step;
        const Band& band = curve[index];
        if (index == 0) line.push_back({area.x, y((band.low + band.high) / 2)});
        line.push_back({x, y((band.low + band.high) / 2)});
        if (band.high > band.low)
            painter.list().AddRectFilled({x - std::max(step, 1.0f), y(band.high)}, {x, y(band.low)},
                                         with_alpha(colour, 0.3f));
    }
    painter.list().AddPolyline(line.data(), static_cast<int>(line.size()), colour, 0, 1.3f);
}

}  // namespace

void LandscapeView::draw(const ViewContext& context) {
    const Plot plot = plot_of(context);
    draw_curves(context, plot);
    draw_handle(context, plot);
    draw_marks(context, plot);
    draw_legend(context, plot);
    seek(context, plot);
}

LandscapeView::Plot LandscapeView::plot_of(const ViewContext& context) const {
    const bool legend = context.area.width >= narrowest_with_legend && context.area.height >= 44;
    Rectangle curves = context.area;
    curves.x += 6;
    curves.width -= (legend ? legend_width : 0) + 12;
    curves.y += marks_height;
    curves.height -= marks_height + 16;
    return {curves, context.area.bottom() - 8, context.playback.session().timeline().operation_count()};
}

void LandscapeView::draw_curves(const ViewContext& context, const Plot& plot) const {
    const Landscape& landscape = context.playback.session().timeline().landscape();
    if (landscape.buckets().empty() || plot.curves.height < 8) return;
    const auto free = bands(landscape, &Landscape::Bucket::free_pages, plot.curves.width);
    const auto unusable = bands(landscape, &Landscape::Bucket::unusable_permille, plot.curves.width);
    float lowest = free.front().low;
    float highest = free.front().high;
    for (const Band& band : free) {
        lowest = std::min(lowest, band.low);
        highest = std::max(highest, band.high);
    }
    // A few pages of many are a ripple, not a mountain.
    const float smallest_range = std::max(highest * 0.05f, 8.0f);
    if (highest - lowest < smallest_range) {
        const float centre = (highest + lowest) / 2;
        lowest = centre - smallest_range / 2;
        highest = centre + smallest_range / 2;
    }
    const Palette& palette = context.palette();
    const double covered = static_cast<double>(landscape.buckets().size()) * landscape.operations_per_bucket();
    const float end = std::min(plot.at(covered), plot.curves.right());
    draw_curve(context.painter, plot.curves, unusable, 0, 1000, end, palette.vermilion);
    draw_curve(context.painter, plot.curves, free, lowest, highest, end, palette.blue);
}

void LandscapeView::draw_marks(const ViewContext& context, const Plot& plot) const {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const float y = plot.curves.y - 7;
    float last = -100;
    for (const Landscape::Mark& mark : context.playback.session().timeline().landscape().marks()) {
        const float x = plot.at(mark.operation + 1.0);
        const bool bad = mark.kind == Landscape::MarkKind::failure || mark.kind == Landscape::MarkKind::mistake;
        if (x - last < (bad ? 2.0f : 5.0f)) continue;
        last = x;
        switch (mark.kind) {
        case Landscape::MarkKind::note: painter.disc({x, y}, 3, palette.dim); break;
        case Landscape::MarkKind::heading: painter.fill({x - 3, y - 3, 6, 6}, palette.ink); break;
        case Landscape::MarkKind::prediction: painter.ring({x, y}, 3, palette.amber, 1.5f); break;
        case Landscape::MarkKind::failure: painter.diamond({x, y}, 4, palette.vermilion); break;
        case Landscape::MarkKind::mistake:
            painter.stroke({x - 3, y - 3}, {x + 3, y + 3}, palette.mistake, 2);
            painter.stroke({x - 3, y + 3}, {x + 3, y - 3}, palette.mistake, 2);
            break;
        }
    }
}

void LandscapeView::draw_handle(const ViewContext& context, const Plot& plot) const {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const Position position = context.playback.position();
    double operation = position.operation;
    if (position.event > 0 && context.playback.event_count() > 0)
        operation += static_cast<double>(position.event) / context.playback.event_count();
    const float x = std::clamp(plot.at(operation), plot.curves.x, plot.curves.right());
    painter.fill({plot.curves.x, plot.track - 1.5f, plot.curves.width, 3}, palette.track, 1.5f);
    if (x > plot.curves.x) painter.fill({plot.curves.x, plot.track - 1.5f, x - plot.curves.x, 3}, palette.amber, 1.5f);
    painter.vertical(x, plot.curves.y - 2, plot.track, palette.amber);
    painter.disc({x, plot.track}, context.pointer.held ? 7.0f : 6.0f, palette.amber);
}

void LandscapeView::draw_legend(const ViewContext& context, const Plot& plot) const {
    if (plot.curves.right() + legend_width / 2 > context.area.right()) return;
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const BuddyState& state = context.state.buddy;
    std::int64_t free = 0;
    for (ZoneId zone = 0; zone < state.zones.size(); ++zone) free += state.exact_free_pages(zone);
    const Landscape& landscape = context.playback.session().timeline().landscape();
    const float left = plot.curves.right() + 24;
    float middle = context.area.centre_y() - 18;
    painter.fill({left, middle - 1, 8, 2}, palette.blue);
    painter.words(style::fact, left + 14, middle, palette.dim,
                  "free pages " + count_text(static_cast<std::uint64_t>(free)));
    middle += 18;
    std::string unusable = "unusable at order 9";
    const std::size_t bucket = context.playback.position().operation == 0
                                   ? 0
                                   : (context.playback.position().operation - 1) / landscape.operations_per_bucket();
    if (bucket < landscape.buckets().size()) {
        const std::uint32_t permille = landscape.buckets()[bucket].unusable_permille.high;
        const std::string digits = std::to_string(permille % 1000 / 10);
        unusable += (permille >= 1000 ? " 1." : " 0.") + std::string(2 - digits.size(), '0') + digits;
    }
    painter.fill({left, middle - 1, 8, 2}, palette.vermilion);
    painter.words(style::fact, left + 14, middle, palette.dim, unusable);
    middle += 18;
    painter.disc({left + 4, middle}, 3, palette.dim);
    float end = painter.words(style::fact, left + 14, middle, palette.faint, "notes");
    painter.diamond({end + 16, middle}, 4, palette.vermilion);
    painter.words(style::fact, end + 25, middle, palette.faint, "failures");
}

void LandscapeView::seek(const ViewContext& context, const Plot& plot) const {
    const Pointer& pointer = context.pointer;
    if (!pointer.here || pointer.at.x > plot.curves.right() + 12) return;
    context.wishes.cursor = ImGuiMouseCursor_Hand;
    if (!pointer.held && !pointer.pressed) return;
    const float part = std::clamp((pointer.at.x - plot.curves.x) / plot.curves.width, 0.0f, 1.0f);
    const auto operation = static_cast<OperationNumber>(std::lround(static_cast<double>(part) * plot.operations));
    if (Position{operation, 0} != context.playback.position()) context.wishes.seek = Position{operation, 0};
}

}  // namespace pageframe::ui
