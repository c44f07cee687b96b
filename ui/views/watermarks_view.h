// WATERMARKS: how much of a zone is free, and the marks that decide who may still take of it.
//
//     WATERMARKS · DMA32                                   pages
//                                           9,204 free
//     [###|####|####|########//##################      ]
//       min 414  low 517  high 620
//
// The marks are small against the zone, so the gauge has two scales: up to a little above the highest mark
// it is stretched, from the slanted cut on it goes to all the zone's pages.
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
};

}  // namespace pageframe::ui
