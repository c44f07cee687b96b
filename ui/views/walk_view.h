// The walk of one address: its five fields, the table that each one is an index into, and the frame.
//
//     PGD 402      PUD 0        PMD 0        PTE 1       offset 0x234
//     1 1001 0010  0 0000 0000  0 0000 0000  0 0000 0001  0010 0011 0100
//     [:::::::]    [#::::::]    [#::::::]    [:#:::::]    +-----------+
//     [::#::::]--->[:::::::]--->[:::::::]--->[:::::::]--->| frame 8021|     512 cells each, present ones filled
//     PGD  402  00000000 01f43 063   ... D A . W P   PUD table in pfn 8003
//
// Each WalkStep of the step shown lights one level; what has not been read yet is dim. A hit of the TLB
// goes past the tables; a fault stands where the frame would be, with the bits of its error code. The direct
// map is an offset in this model and has no tables: the picture says so. The many addresses of a
// show_phy_pages() are a table of lines instead (physical_pages.h).
#pragma once

#include "ui/access.h"
#include "ui/view.h"
#include "ui/views/physical_pages.h"
#include "ui/views/walk_layout.h"

namespace pageframe::ui {

class WalkView : public View {
public:
    std::string_view name() const override { return "walk"; }
    void draw(const ViewContext& context) override;
    bool uses_wheel() const override { return pages_.scrolls(); }
    void reset() override {
        revision_ = 0;
        pages_.reset();
    }

private:
    void draw_heading_of(const ViewContext& context, const Access& access) const;
    void draw_nothing(const ViewContext& context) const;
    float progress_of_step(const ViewContext& context);

    std::uint32_t revision_ = 0;
    PhysicalPagesTable pages_;
    double since_ = 0;  ///< when the step shown began to be shown
};

}  // namespace pageframe::ui
