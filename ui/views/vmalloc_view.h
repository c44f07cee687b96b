// The vmalloc region, and where its pages are: contiguous in virtual memory, scattered in physical memory.
//
//     VMALLOC                                                    v · 5 pages + guard · in 4 pieces
//     |free| [ v ]: [////] |16 KiB| [ w ]:  ... 32 TiB free       the areas in order; not to scale
//            [ 0 ][ 1 ][ 2 ][ 3 ][ 4 ]:guard:                     the pages of one of them
//               \   \_____  \___/___
//     [ ][ ][#][ ] ... [#][#][ ] ... [ ][#][#]                    their frames; what lies between is folded
//
// Busy areas are filled, those freed lazily hatched: unmapped, and kept until a flush of the TLBs. The page
// behind an area is its guard, dashed: it is never mapped.
#pragma once

#include <vector>

#include "ui/access.h"
#include "ui/view.h"

namespace pageframe::ui {

class VmallocView : public View {
public:
    std::string_view name() const override { return "vmalloc"; }
    void draw(const ViewContext& context) override;
};

}  // namespace pageframe::ui
