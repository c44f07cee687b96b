// The rows of the memory view as a texture, painted from the frame map at device pixels.
//
//     a row's bar, cut into four lines:      used      per-CPU    free
//         edge      (the first device pixel)             ######    ------     ------
//         upper     (stretched)                          ######    |    |     |    |
//         lower     (stretched)                          ######    ######     |    |
//         edge      (the last device pixel)              ######    ######     ------
//
// So a bar of any height is four lines of the texture, and form says what hue says: used is full, on a
// CPU's list half full, free hollow. Where a pixel holds many frames it has their mean colour. A row is
// painted again only when a region in it changed, or the zoom. Bars too
// low for edges show mean colours only: at that size outlines would be noise.
#pragma once

#include <vector>

#include "ui/dynamic_texture.h"
#include "ui/painter.h"
#include "ui/views/frame_map.h"
#include "ui/views/memory_layout.h"

namespace pageframe::ui {

class MemoryPicture {
public:
    /// Paints what changed, and draws all rows that are in the plot.
    void draw(const Painter& painter, const FrameMap& map, const MemoryLayout& layout);

private:
    static constexpr int lines_per_row = 4;

    struct Place {
        Pfn frames_per_row = 0;
        double left_column = 0;
        float frame_width = 0;
        int width = 0;
        bool form = true;  ///< blocks have edges and gaps
        bool operator==(const Place&) const = default;
    };

    void invalidate(const FrameMap& map, const MemoryLayout& layout, const Place& place);
    void paint_row(const Painter& painter, const FrameMap& map, const MemoryLayout& layout, std::uint32_t row);
    void paint_means(const FrameMap& map, Pfn start, Colour ground);
    void paint_blocks(const Palette& palette, const FrameMap& map, Pfn start);
    void paint_whole_regions(const Palette& palette, const FrameMap& map, Pfn start);
    void paint_block(const Palette& palette, FrameCode code, int from, int to);
    void draw_row(const Painter& painter, const MemoryLayout& layout, std::uint32_t row) const;
    int pixel_of(double column) const;
    float bar_height(const Painter& painter, const MemoryLayout& layout) const;

    DynamicTexture texture_;
    std::vector<std::uint8_t> painted_;  ///< by row
    Place place_;
    double frames_per_pixel_ = 1;
    Colour* lines_[lines_per_row] = {};  ///< of the row that is being painted
};

}  // namespace pageframe::ui
