// The pages of one area, and the strip of physical memory that they lie in.
#pragma once

#include <vector>

#include "ui/access.h"
#include "ui/view.h"

namespace pageframe::ui {

/// A page of an area: 4 KiB, or a huge one.
struct AreaPage {
    std::uint64_t address = 0;
    Pfn pfn = no_pfn;  ///< no_pfn: not mapped
    Pfn frames = 1;
    bool fresh = false;  ///< mapped or unmapped by this step
};

/// Pages of an area around the one at `address`, at most `most`.
struct AreaPages {
    std::vector<AreaPage> pages;
    std::uint64_t before = 0, after = 0;  ///< left out on either side
    unsigned pieces = 0;                  ///< stretches of physical memory that the pages shown make up
};
AreaPages pages_of(const ViewContext& context, const VmapArea& area, std::uint64_t address, std::size_t most);

/// A stretch of the strip of physical memory: frames that are drawn, or so many that are folded.
struct StripPart {
    Pfn pfn = 0;
    Pfn frames = 0;
    bool folded = false;
    float x = 0, width = 0;
};

class FrameStrip {
public:
    FrameStrip(const ViewContext& context, const AreaPages& pages, const Rectangle& row);
    const std::vector<StripPart>& parts() const { return parts_; }
    const Rectangle& row() const { return row_; }
    float cell() const { return cell_; }
    /// The middle of these frames in the strip.
    float middle_of(Pfn pfn, Pfn frames) const;
    Pfn frame_at(Point at) const;

private:
    void collect(const ViewContext& context, const AreaPages& pages);
    void place();

    std::vector<StripPart> parts_;
    Rectangle row_;
    Pfn unit_ = 1;  ///< frames that one cell stands for
    float cell_ = 0;
};

void draw_strip(const ViewContext& context, const FrameStrip& strip, const AreaPages& pages, Pfn current);

}  // namespace pageframe::ui
