// CPU LISTS: the pages that each CPU keeps for itself in a zone, one row a CPU and order.
//
//     CPU LISTS · DMA32                        batch 63 · high 1,204
//     CPU 0    0   4 KiB   62   [##]--[##]--[##]--[##] +58
//              3  32 KiB    1   [##]
//     CPU 1    0   4 KiB    4   [##]--[##]--[##]--[##]
//
// Only rows with something on them are shown, or something that left in this step.
#pragma once

#include "ui/view.h"

namespace pageframe::ui {

class PerCpuListsView final : public View {
public:
    std::string_view name() const override { return "per_cpu_lists"; }
    void draw(const ViewContext& context) override;
};

}  // namespace pageframe::ui
