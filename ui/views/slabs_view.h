// SLABS: one cache's slabs as grids of objects, on the lists that they are on.
//
//     SLABS · task_struct                         1,040 bytes each · 31 in 8 pages
//     CPU 0 · ITS SLAB       CPU 0 PARTIAL LIST   28590 was full      2 of 2 · head first
//     [card]                 [card] [card]
//     NODE 0 PARTIAL LIST                         1 · min_partial 5
//     [card]   For every CPU, under the node's list_lock.
//     FULL · ON NO LIST      [card]
//     # in use  [] free  [] on the CPU's own freelist ...
//
// The cards are as large as lets all of them be seen at once; where not even small ones fit, the view
// scrolls, and lists of hundreds say how many they leave out. A slab that changes its list moves there.
#pragma once

#include <vector>

#include "ui/view.h"
#include "ui/views/slab_card.h"
#include "ui/views/slab_groups.h"

namespace pageframe::ui {

class SlabsView final : public View {
public:
    std::string_view name() const override { return "slabs"; }
    void draw(const ViewContext& context) override;
    bool uses_wheel() const override { return overflow_ > 0; }
    void reset() override;

private:
    struct PlacedGroup {
        const SlabGroup* group;
        Rectangle at;
        std::size_t shown;  ///< cards or entries of it
        unsigned columns;
        unsigned scale;
        bool ends_row;
    };
    struct PlacedCard {
        SlabId slab;
        Pfn pfn;
        Rectangle at;
    };

    void draw_empty(const ViewContext& context) const;
    void choose_layout(const ViewContext& context, CacheId cache, const Rectangle& area);
    /// `spread`: every list has a row of its own, and its sentence beside it.
    enum class Spread : std::uint8_t { side_by_side, rows };
    float place_groups(const ViewContext& context, CacheId cache, const Rectangle& area, unsigned scale, Spread spread);
    PlacedGroup place_group(const ViewContext& context, const SlabGroup& group, CacheId cache, float width,
                            unsigned scale) const;
    void scroll(const ViewContext& context, const Rectangle& area);
    void start_motion(const ViewContext& context, CacheId cache);
    float motion(const ViewContext& context) const;
    void draw_group(const ViewContext& context, CacheId cache, const PlacedGroup& placed, const Rectangle& area);
    void draw_sentence(const ViewContext& context, const PlacedGroup& placed, const Rectangle& at, float right) const;
    void draw_group_heading(const ViewContext& context, const PlacedGroup& placed, const Rectangle& at,
                            float right) const;
    void draw_cards(const ViewContext& context, CacheId cache, const PlacedGroup& placed, const Rectangle& at);
    void draw_array(const ViewContext& context, const PlacedGroup& placed, const Rectangle& at) const;
    void draw_legend(const ViewContext& context, CacheId cache, const Rectangle& area) const;

    std::vector<SlabGroup> groups_;
    std::vector<PlacedGroup> placed_;
    float height_ = 0;    ///< of everything
    float overflow_ = 0;  ///< of it, what the area can't show
    float scrolled_ = 0;

    std::vector<PlacedCard> cards_;  ///< of this frame
    std::vector<PlacedCard> earlier_;
    CacheId cache_ = no_cache;
    std::uint32_t revision_ = 0;
    OperationNumber operation_ = no_operation;
    double motion_start_ = -1;
};

}  // namespace pageframe::ui
