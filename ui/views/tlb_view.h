// One CPU's translation lookaside buffers: sets across, ways down, what this step did to them.
//
//     TLB                                            CPU 0 1 2 3
//     DTLB 4 KiB   16 sets x 4 ways     miss    STLB ...
//     [#][#][ ][#]...                           filled: a translation; the brighter the later used
//     [#][ ][ ][ ]...                           grey: of another address space, of no use now
//        ^ this page's set                      amber: written in this step   cyan: hit
//
// Structures that hold nothing and were not asked are named only. Where there are more sets than fit, those
// around this page's set are shown, and the heading says so. A structure that there is no room for is named
// with its entries; where the table of CPUs has the room, a click lets it give way until the next step.
#pragma once

#include "ui/access.h"
#include "ui/view.h"

namespace pageframe::ui {

struct TlbScene;

class TlbView : public View {
public:
    std::string_view name() const override { return "tlb"; }
    void draw(const ViewContext& context) override;
    void reset() override { *this = {}; }

private:
    CpuId cpu(const ViewContext& context, const Access& access) const;
    void draw_cpu_tabs(const ViewContext& context, CpuId shown);
    void draw_cpu_table(const ViewContext& context, CpuId shown, float height);
    void draw_left_out(const TlbScene& scene, const std::vector<unsigned>& structures, const Rectangle& row,
                       bool table_has_room);

    std::optional<CpuId> picked_cpu_;
    std::uint32_t without_table_ = 0;  ///< the step whose table of CPUs was asked to give way
};

}  // namespace pageframe::ui
