// WATERMARKS: how much of a zone is free, and the marks that decide who may still take of it.
//
//     WATERMARKS · DMA32                                   pages
//                                           9,204 free
//     [###|####|####|########//##################      ]
//       min 414  low 517  high 620
//     boost 256 · 1,024 kept from Normal · high-atomic 512
//     DMA [##   ]  DMA32 [####/  ]  Normal [#    ]
//
// The marks are small against the zone, so the gauge has two scales: up to a little above the highest mark
// it is stretched, from the slanted cut on it goes to all the zone's pages. A yellow part below a mark is
// the boost that raised it; the yellow foot of what is free are pageblocks reserved for high-atomic
// requests. The dashed mark is min for requests that could be served from a higher zone too: what lies
// between is kept for those who can't. Where there are several zones, each has a small gauge; a click
// picks one.
#pragma once

#include "ui/view.h"

namespace pageframe::ui {

class WatermarksView final : public View {
public:
    std::string_view name() const override { return "watermarks"; }
    void draw(const ViewContext& context) override;

private:
    void draw_gauge(const ViewContext& context, const Rectangle& bar) const;
    void draw_marks(const ViewContext& context, const Rectangle& bar) const;
    void draw_boost(const ViewContext& context, const Rectangle& bar) const;
    void draw_reserves(const ViewContext& context, const Rectangle& bar, float middle) const;
    void draw_zones(const ViewContext& context, const Rectangle& area) const;
};

}  // namespace pageframe::ui
