// FRAGMENTATION: how much of a zone's free memory a request of each order could not use.
//
//     FRAGMENTATION · DMA32       | unusable   - index of failures
//                       _  #  #  #
//                 #  #  #  #  #  #
//      0  1  2  3  4  5  6  7  8  9  10
//
// A bar is the unusable free space index, 0 at its foot, 1 at its head. Where a request would fail there is
// a line too, the external fragmentation index: near the foot memory is scarce, near the head it is broken up.
// Pointing at an order tells its numbers.
#pragma once

#include "ui/view.h"

namespace pageframe::ui {

class FragmentationView final : public View {
public:
    std::string_view name() const override { return "fragmentation"; }
    void draw(const ViewContext& context) override;

private:
    void draw_facts(const ViewContext& context, int pointed_at) const;
    void draw_bar(const ViewContext& context, const Rectangle& column, Order order, bool pointed_at) const;
};

}  // namespace pageframe::ui
