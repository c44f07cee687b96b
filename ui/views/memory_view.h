// PHYSICAL MEMORY: every frame of the machine, from a fraction of a pixel to a labelled cell.
//
//     PHYSICAL MEMORY · DMA32                          16,384 frames
//     DMA    |##|#|######|      |###########|  one row of frames
//     DMA32  |      |###########|AAAA|cccc  |  A taken (amber), c changed (cyan outline)
//            |###############################|
//     # unmovable  # movable  # reclaimable  # reserved  [] free
//
// A thin band below each row has the types of its pageblocks: where requests of a type are served first.
// A pageblock that is being emptied (isolated) is hatched.
// Wheel or pinch zooms about the pointer, dragging moves, a double click shows all again. A place of the
// step too small to see gets a pin with its pfn.
#pragma once

#include "ui/view.h"
#include "ui/views/frame_map.h"
#include "ui/views/memory_layout.h"
#include "ui/views/memory_picture.h"

namespace pageframe::ui {

class MemoryView final : public View {
public:
    std::string_view name() const override { return "memory"; }
    void draw(const ViewContext& context) override;
    bool uses_wheel() const override { return true; }
    void reset() override;

    MemoryLayout& layout() { return layout_; }
    const MemoryLayout& layout() const { return layout_; }
    /// Zoom and place as a link has them: taken on at the next frame.
    void restore(float zoom, Pfn centre);

private:
    void place_plot(const ViewContext& context);
    void move(const ViewContext& context);
    void follow_step(const ViewContext& context);
    void point_at(const ViewContext& context) const;
    void draw_heading_and_facts(const ViewContext& context) const;
    void draw_legend(const ViewContext& context) const;
    void draw_zones(const ViewContext& context) const;
    void draw_pageblocks(const ViewContext& context) const;
    void hatch(const ViewContext& context, const Rectangle& area) const;
    void draw_labels(const ViewContext& context) const;
    void draw_block_label(const ViewContext& context, Pfn head, Pfn frames, const Rectangle& bar) const;
    void draw_step(const ViewContext& context) const;
    bool draw_pin(const ViewContext& context, const Rectangle& spot, Pfn pfn, Role role) const;
    void draw_block_outline(const ViewContext& context, Pfn pfn, Colour colour, float thickness) const;

    FrameMap map_;
    MemoryLayout layout_;
    MemoryPicture picture_;
    Rectangle area_;    ///< without the legend
    float gutter_ = 0;  ///< left of the plot: zone names
    std::uint32_t revision_ = 0;
    float restore_zoom_ = 0;
    Pfn restore_centre_ = 0;
};

}  // namespace pageframe::ui
