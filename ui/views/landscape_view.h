// The run as a landscape, and the handle in it: dragging seeks.
//
//        o        o     x       <>              notes, failures, predictions
//      ~~~~~\__/~~~~~~~~|~~~~~~                 - free pages 9,204
//      ______/~~~~~~~~~~|~\____                 - unusable at order 9: 0.41
//     ==================O----------             o notes  ^ failures
#pragma once

#include "ui/view.h"

namespace pageframe::ui {

class LandscapeView final : public View {
public:
    std::string_view name() const override { return "landscape"; }
    void draw(const ViewContext& context) override;

private:
    struct Plot {
        Rectangle curves;
        float track;  ///< the handle's height
        OperationNumber operations;
        float at(double operation) const {
            return curves.x +
                   curves.width * static_cast<float>(operation / std::max(1.0, static_cast<double>(operations)));
        }
    };

    Plot plot_of(const ViewContext& context) const;
    void draw_curves(const ViewContext& context, const Plot& plot) const;
    void draw_marks(const ViewContext& context, const Plot& plot) const;
    void draw_handle(const ViewContext& context, const Plot& plot) const;
    void draw_legend(const ViewContext& context, const Plot& plot) const;
    void seek(const ViewContext& context, const Plot& plot) const;
};

}  // namespace pageframe::ui
