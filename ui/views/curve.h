// Arrows between tables, and lines from pages to frames: a curve that leaves and arrives straight.
#pragma once

#include "ui/painter.h"

namespace pageframe::ui {

enum class CurveAxis : std::uint8_t { across, down };
enum class CurveEnd : std::uint8_t { plain, arrow };

struct Curve {
    Point from, to;
    CurveAxis axis = CurveAxis::across;
    CurveEnd end = CurveEnd::plain;
    float thickness = 1.3f;
    float part = 1;  ///< of 1: how much of it is drawn, from its beginning
};

void draw_curve(const Painter& painter, const Curve& curve, Colour colour);

}  // namespace pageframe::ui
