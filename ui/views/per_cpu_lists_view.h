// CPU LISTS: the pages that each CPU keeps for itself in a zone, one row a CPU and order; and why it does so.
//
//     CPU LISTS · DMA32                        batch 63 · high 1,204
//     CPU 0    0   4 KiB   62   [##]--[##]--[##]--[##] +58
//              3  32 KiB    1   [##]
//     CPU 1    0   4 KiB    4   [##]--[##]--[##]--[##]
//
//     LOCKS TAKEN SO FAR      the CPU's own        the zone's
//     CPU 0   66 pages        ############ 214     # 9
//     CPU 1    4 pages        ## 31                # 3
//
// Only lists with something on them are shown, or something that left in this step. Both bars have one
// scale: a CPU's own lock nobody else wants, for the zone's lock all CPUs wait.
#pragma once

#include "ui/view.h"

namespace pageframe::ui {

class PerCpuListsView final : public View {
public:
    std::string_view name() const override { return "per_cpu_lists"; }
    void draw(const ViewContext& context) override;

private:
    void draw_lists(const ViewContext& context, const Rectangle& area) const;
    void draw_locks(const ViewContext& context, const Rectangle& area) const;
};

}  // namespace pageframe::ui
