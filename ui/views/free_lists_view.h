// FREE LISTS: a zone's free blocks as the kernel keeps them, one row an order, the columns of /proc/buddyinfo.
//
//     FREE LISTS                                    DMA  DMA32  Normal
//      4   64 KiB      1   [##]
//      5  128 KiB      1   [1120] new head
//      6  256 KiB      2   [ ]..[##]--[##]  1088 left          dotted: was here before the step
//     10    4 MiB     11   [##]--[##]--[##]--[##] +7
#pragma once

#include "ui/view.h"

namespace pageframe::ui {

class FreeListsView final : public View {
public:
    std::string_view name() const override { return "free_lists"; }
    void draw(const ViewContext& context) override;

private:
    void draw_tabs(const ViewContext& context) const;
};

}  // namespace pageframe::ui
