#include "ui/views/misses_view.h"

#include <algorithm>
#include <cmath>

#include "ui/format.h"
#include "ui/wrapped_text.h"

namespace pageframe::ui {
namespace {

constexpr float legend_height = 20, scale_width = 30;
constexpr float narrowest_bin = 3;

Landscape::Translations minus(const Landscape::Translations& a, const Landscape::Translations& b) {
    return {a.first_level - b.first_level, a.second_level - b.second_level, a.walks - b.walks, a.faults - b.faults};
}

/// "1 walk", "1,024 walks"
std::string counted(std::uint64_t count, const char* what) {
    return count_text(count) + ' ' + what + (count == 1 ? "" : "s");
}

double first_level_misses(const MissBin& bin) {
    const double all = static_cast<double>(bin.translations.all());
    return all > 0 ? static_cast<double>(bin.translations.second_level + bin.translations.walks) / all : 0;
}
double walks(const MissBin& bin) {
    const double all = static_cast<double>(bin.translations.all());
    return all > 0 ? static_cast<double>(bin.translations.walks) / all : 0;
}

struct Plot {
    Rectangle area;
    OperationNumber operations;
    float x(double operation) const {
        return area.x + static_cast<float>(operation / std::max<OperationNumber>(operations, 1)) * area.width;
    }
};

/// Below, what was walked for; on it, what the second level had. Under the axis, where accesses were refused.
void draw_bins(const ViewContext& context, const Plot& plot, const std::vector<MissBin>& bins) {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    for (const MissBin& bin : bins) {
        const float left = plot.x(bin.first);
        const float width = std::max(plot.x(bin.end) - left, 1.0f);
        const float bottom = plot.area.bottom();
        if (bin.translations.faults > 0) painter.fill({left, bottom + 1, width, 3}, palette.mistake);
        if (bin.translations.all() == 0) continue;
        const float walked = bottom - static_cast<float>(walks(bin)) * plot.area.height;
        const float missed = bottom - static_cast<float>(first_level_misses(bin)) * plot.area.height;
        painter.fill({left, missed, width, walked - missed}, with_alpha(palette.blue, 0.3f));
        painter.fill({left, walked, width, bottom - walked}, with_alpha(palette.vermilion, 0.34f));
        painter.fill({left, missed - 1, width, 2}, palette.blue);
        painter.fill({left, walked - 1, width, 2}, palette.vermilion);
    }
}

void draw_scale(const ViewContext& context, const Plot& plot) {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    for (const auto& [share, text] : {std::pair{0.0f, "0"}, {0.5f, "500"}, {1.0f, "1000"}}) {
        const float y = plot.area.bottom() - share * plot.area.height;
        if (share == 0.5f && plot.area.height < 40) continue;
        painter.horizontal(plot.area.x, plot.area.right(), y, palette.hairline);
        painter.words_right(style::fact, plot.area.x - 6, y, palette.faint, text);
    }
}

void draw_legend(const ViewContext& context, float middle, bool faults) {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    float x = context.area.x + scale_width;
    for (const auto& [colour, text] :
         {std::pair{palette.blue, "first level"}, {palette.vermilion, "walked for"}, {palette.mistake, "faults"}}) {
        if (colour == palette.mistake && !faults) break;
        painter.fill({x, middle - 1, 8, 2}, colour);
        x = painter.words(style::fact, x + 14, middle, palette.dim, text) + 12;
    }
}

void ask(const ViewContext& context, const Plot& plot, const std::vector<MissBin>& bins) {
    const Pointer& pointer = context.pointer;
    if (!pointer.here || !plot.area.grown(4).contains(pointer.at)) return;
    const float part = std::clamp((pointer.at.x - plot.area.x) / plot.area.width, 0.0f, 0.9999f);
    const auto operation = static_cast<OperationNumber>(part * static_cast<float>(plot.operations));
    for (const MissBin& bin : bins) {
        if (operation < bin.first || operation >= bin.end) continue;
        const Landscape::Translations& counts = bin.translations;
        const std::string range = bin.end - bin.first == 1
                                      ? "Operation " + count_text(bin.end)
                                      : "Operations " + count_text(bin.first + 1) + "–" + count_text(bin.end);
        std::vector<std::string>& lines = context.wishes.tip;
        lines = {range};
        if (counts.all() > 0) {
            lines.push_back(counted(counts.all(), "translation"));
            lines.push_back(count_text(counts.first_level) + " from the first level, " +
                            count_text(counts.second_level) + " from the second, " + count_text(counts.walks) +
                            " walked for");
        }
        if (counts.faults > 0) lines.push_back(counted(counts.faults, "fault"));
        if (lines.size() == 1) lines.push_back("no memory accessed");
    }
    context.wishes.cursor = ImGuiMouseCursor_Hand;
    if (pointer.clicked) context.wishes.seek = Position{operation + 1, 0};
}

}  // namespace

std::vector<MissBin> miss_bins(const Landscape& landscape, OperationNumber operations, std::size_t most) {
    std::vector<MissBin> bins;
    const auto& buckets = landscape.buckets();
    const std::size_t per_bin = (buckets.size() + most - 1) / std::max<std::size_t>(most, 1);
    Landscape::Translations before;
    for (std::size_t first = 0; first < buckets.size(); first += per_bin) {
        const std::size_t end = std::min(first + per_bin, buckets.size());
        const Landscape::Translations& now = buckets[end - 1].translations;
        const auto number = [&](std::size_t bucket) {
            return std::min(static_cast<OperationNumber>(bucket * landscape.operations_per_bucket()), operations);
        };
        bins.push_back({number(first), number(end), minus(now, before)});
        before = now;
    }
    return bins;
}

void MissesView::draw(const ViewContext& context) {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const Timeline& timeline = context.playback.session().timeline();
    const Landscape::Translations now = count_translations(context.state);
    std::string facts;
    if (now.all() > 0) facts = counted(now.all(), "translation") + " · " + counted(now.walks, "walk");
    if (now.faults > 0) facts += (facts.empty() ? "" : " · ") + counted(now.faults, "fault");
    if (!facts.empty()) facts += " so far";
    draw_heading(painter, context.area, "MISSES PER 1,000", "", facts);
    const Rectangle rest = context.area.below(heading_height);
    if (rest.height < 30 || rest.width < 60) return;
    const bool legend = rest.height >= 60;
    Plot plot{
        {rest.x + scale_width, rest.y + 4, rest.width - scale_width, rest.height - 8 - (legend ? legend_height : 0)},
        timeline.operation_count()};
    const auto most = static_cast<std::size_t>(std::max(plot.area.width / narrowest_bin, 1.0f));
    const std::vector<MissBin> bins = miss_bins(timeline.landscape(), plot.operations, most);
    const Landscape::Translations& all =
        timeline.landscape().buckets().empty() ? now : timeline.landscape().buckets().back().translations;
    if (all.all() + all.faults == 0) {
        draw_wrapped(painter, style::words, {rest.x, rest.y + 4, rest.width, rest.height - 4}, palette.dim,
                     "This run accesses no memory by its address.");
        return;
    }
    draw_scale(context, plot);
    draw_bins(context, plot, bins);
    painter.vertical(plot.x(context.playback.position().operation), plot.area.y - 3, plot.area.bottom() + 3,
                     palette.amber);
    if (legend) draw_legend(context, rest.bottom() - 8, all.faults > 0);
    ask(context, plot, bins);
}

}  // namespace pageframe::ui
