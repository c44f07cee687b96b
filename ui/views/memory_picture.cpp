#include "ui/views/memory_picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace pageframe::ui {
namespace {

/// From this width on, in device pixels, a block has a form and a gap to its neighbour.
constexpr int smallest_block = 3;
/// And from this height on.
constexpr float smallest_formed_bar = 3.5f;
/// Whole regions side by side, each with a gap, would be a lattice if they were narrower.
constexpr int smallest_region = 14;
/// Beyond this many frames in a pixel no block but a whole region has a form.
constexpr double most_frames_with_form = 8;
/// Beyond this many, means are taken over groups of frames.
constexpr double fewest_frames_by_groups = 2.0 * FrameMap::group_frames;
/// WebGL 2 has at least 2,048 everywhere, 4,096 and more in practice.
constexpr int widest_texture = 4096;

}  // namespace

void MemoryPicture::draw(const Painter& painter, const FrameMap& map, const MemoryLayout& layout) {
    if (layout.row_count() == 0) return;
    const auto pixels = static_cast<int>(std::ceil(layout.plot().width * painter.device_pixel_ratio()));
    const Place place{layout.frames_per_row(), layout.first_visible_column(), layout.frame_width(),
                      std::clamp(pixels, 1, widest_texture),
                      bar_height(painter, layout) * painter.device_pixel_ratio() >= smallest_formed_bar};
    frames_per_pixel_ = static_cast<double>(layout.plot().width / layout.frame_width()) / place.width;
    if (texture_.reserve(place.width, static_cast<int>(layout.row_count()) * lines_per_row)) painted_.clear();
    invalidate(map, layout, place);
    const std::uint32_t end = layout.end_visible_row();
    for (std::uint32_t row = layout.first_visible_row(); row < end; ++row) {
        if (painted_[row] == 0) paint_row(painter, map, layout, row);
        draw_row(painter, layout, row);
    }
}

void MemoryPicture::invalidate(const FrameMap& map, const MemoryLayout& layout, const Place& place) {
    if (map.everything_changed() || place != place_ || painted_.size() != layout.row_count()) {
        painted_.assign(layout.row_count(), 0);
        place_ = place;
        return;
    }
    for (const std::uint32_t region : map.changed_regions()) {
        const Pfn first = region * FrameMap::region_frames;
        for (Pfn pfn = first; pfn < first + FrameMap::region_frames; pfn += layout.frames_per_row()) {
            const std::uint32_t row = layout.row_of(pfn);
            if (row < painted_.size()) painted_[row] = 0;
        }
    }
}

int MemoryPicture::pixel_of(double column) const {
    const double pixel = std::round((column - place_.left_column) / frames_per_pixel_);
    return static_cast<int>(std::clamp(pixel, -8.0, static_cast<double>(place_.width) + 8.0));
}

void MemoryPicture::paint_row(const Painter& painter, const FrameMap& map, const MemoryLayout& layout,
                              std::uint32_t row) {
    const Pfn start = layout.row_start(row);
    const int first_line = static_cast<int>(row) * lines_per_row;
    for (int line = 0; line < lines_per_row; ++line) lines_[line] = texture_.line(first_line + line);
    paint_means(map, start, painter.palette().ground);
    for (int line = 1; line < lines_per_row; ++line)
        std::memcpy(lines_[line], lines_[0], static_cast<std::size_t>(place_.width) * sizeof(Colour));
    if (place_.form && frames_per_pixel_ <= most_frames_with_form)
        paint_blocks(painter.palette(), map, start);
    else if (place_.form)
        paint_whole_regions(painter.palette(), map, start);
    texture_.touched(first_line, lines_per_row, place_.width);
    painted_[row] = 1;
}

void MemoryPicture::paint_means(const FrameMap& map, Pfn start, Colour ground) {
    const bool by_groups = frames_per_pixel_ >= fewest_frames_by_groups;
    const Pfn step = by_groups ? FrameMap::group_frames : 1;
    const std::uint64_t end = std::min<std::uint64_t>(map.frame_count(), std::uint64_t{start} + place_.frames_per_row);
    const FrameCode* codes = map.codes();
    // A pixel has so many steps or one more: two means, by whether that is even.
    std::array<ColourMean, 2> means{ColourMean(1), ColourMean(1)};
    for (int x = 0; x < place_.width; ++x) {
        const double column = place_.left_column + x * frames_per_pixel_;
        const auto first = (start + static_cast<std::uint64_t>(column)) / step;
        const auto after = (start + static_cast<std::uint64_t>(column + frames_per_pixel_)) / step;
        const std::uint64_t last = std::min(std::max(after, first + 1), end / step);
        if (first >= last) {
            lines_[0][x] = ground;
            continue;
        }
        ColourSum sum = 0;
        if (by_groups)
            for (std::uint64_t at = first; at < last; ++at) sum += map.groups()[at];
        else
            for (std::uint64_t at = first; at < last; ++at) sum += map.sums()[codes[at] & code_mask];
        const auto count = static_cast<std::uint32_t>((last - first) * step);
        ColourMean& mean = means[(last - first) % 2];
        if (count != mean.count()) mean = ColourMean(count);
        lines_[0][x] = mean.of(sum);
    }
}

void MemoryPicture::paint_blocks(const Palette& palette, const FrameMap& map, Pfn start) {
    const FrameCode* codes = map.codes();
    const std::uint64_t row_end =
        std::min<std::uint64_t>(map.frame_count(), std::uint64_t{start} + place_.frames_per_row);
    const double visible_end = place_.left_column + place_.width * frames_per_pixel_;
    const std::uint64_t end = std::min(row_end, start + static_cast<std::uint64_t>(visible_end) + 1);
    std::uint64_t from = std::min(row_end, start + static_cast<std::uint64_t>(place_.left_column));
    while (from > start && (codes[from] & starts_block) == 0) --from;
    while (from < end) {
        std::uint64_t to = from + 1;
        while (to < row_end && (codes[to] & starts_block) == 0) ++to;
        const int left = pixel_of(static_cast<double>(from - start));
        const int right = pixel_of(static_cast<double>(to - start));
        if (right - left >= smallest_block) paint_block(palette, codes[from] & code_mask, left, right);
        from = to;
    }
}

void MemoryPicture::paint_whole_regions(const Palette& palette, const FrameMap& map, Pfn start) {
    const std::uint64_t row_end =
        std::min<std::uint64_t>(map.frame_count(), std::uint64_t{start} + place_.frames_per_row);
    for (std::uint64_t pfn = start; pfn + FrameMap::region_frames <= row_end; pfn += FrameMap::region_frames) {
        if (!map.whole(static_cast<std::uint32_t>(pfn / FrameMap::region_frames))) continue;
        const int left = pixel_of(static_cast<double>(pfn - start));
        const int right = pixel_of(static_cast<double>(pfn + FrameMap::region_frames - start));
        if (right - left >= smallest_region) paint_block(palette, map.codes()[pfn] & code_mask, left, right);
    }
}

/// `to` is the gap's pixel plus one.
void MemoryPicture::paint_block(const Palette& palette, FrameCode code, int from, int to) {
    const Migratetype type = type_of(code);
    const FrameClass frame_class = class_of(code);
    const Colour full = plain_colour(palette, code);
    Colour edge = full;
    Colour upper = full;
    Colour lower = full;
    if (frame_class == FrameClass::free) {
        edge = palette.free_edge(type);
    } else if (frame_class == FrameClass::per_cpu) {
        edge = lower = palette.used(type);
        upper = palette.free_inside(type);
    }
    const Colour colours[lines_per_row] = {edge, upper, lower, edge};
    const int last = to - 2;
    for (int line = 0; line < lines_per_row; ++line) {
        for (int x = std::max(from, 0); x < std::min(to - 1, place_.width); ++x) {
            const bool side = x == from || x == last;
            lines_[line][x] = side ? edge : colours[line];
            if (frame_class == FrameClass::absent) lines_[line][x] = x % 4 == 0 ? palette.hairline : palette.absent;
        }
        if (to - 1 >= 0 && to - 1 < place_.width) lines_[line][to - 1] = palette.ground;
    }
}

/// The same for all rows: snapped each for itself, some would be a pixel higher than others.
float MemoryPicture::bar_height(const Painter& painter, const MemoryLayout& layout) const {
    const float pixels = std::floor((layout.pitch() - layout.gap()) * painter.device_pixel_ratio());
    return std::max(pixels, 1.0f) / painter.device_pixel_ratio();
}

void MemoryPicture::draw_row(const Painter& painter, const MemoryLayout& layout, std::uint32_t row) const {
    const float top = painter.snap(layout.row_top(row));
    const float next = painter.snap(layout.row_top(row) + layout.pitch());
    const float height = layout.gap() > 0 ? bar_height(painter, layout) : next - top;
    const float edge = place_.form ? 1 / painter.device_pixel_ratio() : 0;
    const float tops[] = {top, top + edge, painter.snap(top + height / 2), top + height - edge, top + height};
    const float left = layout.plot().x;
    const float right = static_cast<float>(place_.width) / texture_.width();
    for (int line = 0; line < lines_per_row; ++line) {
        if (tops[line + 1] <= tops[line]) continue;
        // The middle of a texel's line: sampling between lines would mix them.
        const float texel = static_cast<float>(row) * lines_per_row + static_cast<float>(line) + 0.5f;
        const float v = texel / texture_.height();
        painter.list().AddImage(texture_.reference(), {left, tops[line]}, {layout.plot().right(), tops[line + 1]},
                                {0, v}, {right, v});
    }
}

}  // namespace pageframe::ui
