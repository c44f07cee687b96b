#include "ui/views/curve.h"

#include <array>
#include <cmath>

namespace pageframe::ui {
namespace {

constexpr int points_of_curve = 28;

}  // namespace

void draw_curve(const Painter& painter, const Curve& curve, Colour colour) {
    if (curve.part <= 0) return;
    const float reach_x = (curve.to.x - curve.from.x) * 0.5f;
    const float reach_y = (curve.to.y - curve.from.y) * 0.5f;
    const bool across = curve.axis == CurveAxis::across;
    // Room for the arrow's head.
    Point to = curve.to;
    if (curve.end == CurveEnd::arrow) (across ? to.x : to.y) -= 4;
    const ImVec2 start{curve.from.x, curve.from.y};
    const ImVec2 leave{curve.from.x + (across ? reach_x : 0), curve.from.y + (across ? 0 : reach_y)};
    const ImVec2 arrive{to.x - (across ? reach_x : 0), to.y - (across ? 0 : reach_y)};
    std::array<ImVec2, points_of_curve + 1> points;
    const int last = std::max(1, static_cast<int>(std::lround(points_of_curve * std::min(curve.part, 1.0f))));
    for (int i = 0; i <= last; ++i) {
        const float t = static_cast<float>(i) / points_of_curve;
        const float s = 1 - t;
        const float a = s * s * s, b = 3 * s * s * t, c = 3 * s * t * t, d = t * t * t;
        points[static_cast<std::size_t>(i)] = {a * start.x + b * leave.x + c * arrive.x + d * to.x,
                                               a * start.y + b * leave.y + c * arrive.y + d * to.y};
    }
    painter.list().AddPolyline(points.data(), last + 1, colour, 0, curve.thickness);
    if (curve.end == CurveEnd::arrow && curve.part >= 1) {
        const float side = 3 + curve.thickness * 0.5f;
        const ImVec2 tip{curve.to.x, curve.to.y};
        if (across)
            painter.list().AddTriangleFilled({tip.x - 6, tip.y - side}, tip, {tip.x - 6, tip.y + side}, colour);
        else
            painter.list().AddTriangleFilled({tip.x - side, tip.y - 6}, tip, {tip.x + side, tip.y - 6}, colour);
    }
}

}  // namespace pageframe::ui
