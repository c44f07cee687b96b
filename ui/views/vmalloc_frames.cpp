#include "ui/views/vmalloc_frames.h"

#include <algorithm>
#include <cmath>

#include "ui/format.h"
#include "ui/views/vmalloc_region.h"

namespace pageframe::ui {
namespace {

constexpr float least_fold = 26, widest_cell = 18;

AreaPage page_at(const State& state, std::uint64_t address) {
    AreaPage page;
    page.address = address;
    const WalkResult walk = walk_tables(state.paging, top_of(state.paging, kernel_space), address);
    if (!walk.present) return page;
    page.frames = Pfn{1} << (9 * walk.level);
    page.address = address & ~(level_bytes(walk.level) - 1);
    page.pfn = pte::frame(walk.entry);
    return page;
}

/// Stretches of frames that the mapped pages are in, ascending, disjoint.
std::vector<FrameSpan> spans_of(const AreaPages& pages) {
    std::vector<FrameSpan> spans;
    for (const AreaPage& page : pages.pages)
        if (page.pfn != no_pfn) spans.push_back({page.pfn, page.frames});
    std::sort(spans.begin(), spans.end(), [](const FrameSpan& a, const FrameSpan& b) { return a.pfn < b.pfn; });
    std::vector<FrameSpan> joined;
    for (const FrameSpan& span : spans) {
        if (!joined.empty() && span.pfn <= joined.back().pfn + joined.back().frames)
            joined.back().frames = std::max(joined.back().frames, span.pfn + span.frames - joined.back().pfn);
        else
            joined.push_back(span);
    }
    return joined;
}

Colour frame_colour(const ViewContext& context, Pfn pfn) {
    const Palette& palette = context.palette();
    const PageFrame& head = context.state.buddy.frames[pfn];
    switch (head.kind) {
    case FrameKind::reserved: return palette.grey;
    case FrameKind::absent: return palette.absent;
    default: break;
    }
    const BlockReference block = find_block(context.state.buddy, pfn);
    const bool used = block.head != no_pfn && context.state.buddy.frames[block.head].kind == FrameKind::allocated_head;
    return used ? mix(palette.ground, palette.dim, 0.34f) : palette.track;
}

}  // namespace

AreaPages pages_of(const ViewContext& context, const VmapArea& area, std::uint64_t address, std::size_t most) {
    const State& before = context.playback.state_before();
    const std::uint64_t end = area.start + mapped_bytes(area);
    const AreaPage first_page = page_at(context.state, area.start);
    const std::uint64_t step = std::uint64_t{first_page.frames} << page_shift;
    const std::uint64_t all = (end - area.start + step - 1) / step;
    const std::uint64_t here = address >= area.start && address < end ? (address - area.start) / step : 0;
    std::uint64_t first = here > most / 2 ? here - most / 2 : 0;
    if (first + most > all) first = all > most ? all - most : 0;
    AreaPages result;
    result.before = first;
    const std::uint64_t last = std::min<std::uint64_t>(first + most, all);
    result.after = all - last;
    Pfn expected = no_pfn;
    for (std::uint64_t number = first; number < last; ++number) {
        AreaPage page = page_at(context.state, area.start + number * step);
        page.address = area.start + number * step;
        page.fresh = page.pfn != page_at(before, page.address).pfn;
        if (page.pfn != no_pfn && page.pfn != expected) ++result.pieces;
        expected = page.pfn == no_pfn ? no_pfn : page.pfn + page.frames;
        result.pages.push_back(page);
    }
    return result;
}

FrameStrip::FrameStrip(const ViewContext& context, const AreaPages& pages, const Rectangle& row) : row_(row) {
    for (const AreaPage& page : pages.pages) unit_ = std::max(unit_, page.frames);
    collect(context, pages);
    place();
}

/// The pages' stretches with a few frames around each; what lies between is folded when it is long.
void FrameStrip::collect(const ViewContext& context, const AreaPages& pages) {
    const Pfn frames = context.state.buddy.frame_count();
    std::vector<FrameSpan> spans = spans_of(pages);
    if (spans.empty()) return;
    Pfn cells = 0;
    for (const FrameSpan& span : spans) cells += span.frames / unit_;
    // The less room, the sooner what lies between is folded.
    const Pfn around = cells * 8 < static_cast<Pfn>(row_.width) / 4   ? 3 * unit_
                       : cells * 4 < static_cast<Pfn>(row_.width) / 4 ? unit_
                                                                      : 0;
    const Pfn longest = around * 2 + unit_;
    std::vector<StripPart> shown;
    for (const FrameSpan& span : spans) {
        const Pfn first = span.pfn > around ? span.pfn - around : 0;
        const Pfn end = std::min(span.pfn + span.frames + around, frames);
        if (!shown.empty() && first <= shown.back().pfn + shown.back().frames + longest)
            shown.back().frames = end - shown.back().pfn;
        else
            shown.push_back({first, end - first});
    }
    Pfn at = 0;
    for (const StripPart& part : shown) {
        if (part.pfn > at) parts_.push_back({at, part.pfn - at, true});
        parts_.push_back(part);
        at = part.pfn + part.frames;
    }
    if (at < frames) parts_.push_back({at, frames - at, true});
}

void FrameStrip::place() {
    float cells = 0, folds = 0;
    for (const StripPart& part : parts_)
        (part.folded ? folds : cells) += part.folded ? 1 : static_cast<float>(part.frames) / static_cast<float>(unit_);
    if (cells <= 0) return;
    float fold = std::max(least_fold, std::min(64.0f, row_.width * 0.4f / std::max(folds, 1.0f)));
    if (fold * folds > row_.width * 0.5f) fold = row_.width * 0.5f / folds;
    cell_ = std::min((row_.width - fold * folds) / cells, widest_cell);
    float x = row_.x;
    // What cells do not need goes to the folds: the strip is as wide as its row.
    if (folds > 0) fold = (row_.width - cell_ * cells) / folds;
    for (StripPart& part : parts_) {
        part.x = x;
        part.width = part.folded ? fold : cell_ * static_cast<float>(part.frames) / static_cast<float>(unit_);
        x += part.width;
    }
}

float FrameStrip::middle_of(Pfn pfn, Pfn frames) const {
    for (const StripPart& part : parts_) {
        if (part.folded || pfn < part.pfn || pfn >= part.pfn + part.frames) continue;
        const float per_frame = cell_ / static_cast<float>(unit_);
        return part.x + (static_cast<float>(pfn - part.pfn) + static_cast<float>(frames) / 2) * per_frame;
    }
    return row_.x;
}

Pfn FrameStrip::frame_at(Point at) const {
    if (!row_.contains(at)) return no_pfn;
    for (const StripPart& part : parts_) {
        if (part.folded || at.x < part.x || at.x >= part.x + part.width) continue;
        return part.pfn + static_cast<Pfn>((at.x - part.x) / cell_) * unit_;
    }
    return no_pfn;
}

void draw_strip(const ViewContext& context, const FrameStrip& strip, const AreaPages& pages, Pfn current) {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const Rectangle& row = strip.row();
    Pfn unit = 1;
    for (const AreaPage& page : pages.pages) unit = std::max(unit, page.frames);
    const float gap = strip.cell() >= 4 ? painter.line() : 0;
    const auto is_of_area = [&](Pfn pfn) {
        return std::any_of(pages.pages.begin(), pages.pages.end(), [&](const AreaPage& page) {
            return page.pfn != no_pfn && pfn >= page.pfn && pfn < page.pfn + page.frames;
        });
    };
    for (const StripPart& part : strip.parts()) {
        if (part.folded) {
            const std::string text = count_text(part.frames);
            const float middle = row.centre_y();
            const float left = part.x + part.width / 2 - painter.width(style::fact, text) / 2;
            if (painter.width(style::fact, text) + 8 <= part.width)
                painter.words(style::fact, left, middle, palette.faint, text);
            else
                painter.words_centred(style::fact, part.x + part.width / 2, middle, palette.faint, "…");
            continue;
        }
        for (Pfn at = 0; at < part.frames; at += unit) {
            const Pfn pfn = part.pfn + at;
            const float x = part.x + static_cast<float>(at / unit) * strip.cell();
            const Rectangle cell{x, row.y, strip.cell() - gap, row.height};
            const bool own = is_of_area(pfn);
            const bool here = own && current != no_pfn && pfn <= current && current < pfn + unit;
            painter.fill(cell,
                         here  ? palette.amber
                         : own ? mix(palette.ground, palette.blue, 0.85f)
                               : frame_colour(context, pfn),
                         1);
            if (context.highlight.hovers(pfn, unit)) painter.outline(cell.grown(1.5f), palette.ink, 1, 2);
        }
    }
}

}  // namespace pageframe::ui
