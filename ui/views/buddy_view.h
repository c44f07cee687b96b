// BUDDY TREE: one stretch of 2^10 frames as the buddy allocator sees it.
//
//     order 10   [ order 10 · split                              ]
//     order  9   [ order 9 · split      ][ order 9 · free        ]     split: outline
//     order  8   [ 8 free   ][ 8 split  ]                              free: dim, used: full
//     order  7               [ 7 ][ 7   ]
//        ...                  |        |
//     order  4   [ 4              ][ 4                           ]     the lens: 2^5 frames, when the
//        ...                                                           step is about small blocks
//     order  0   [0][0][0][0] ...
//
// The stretch is the one of what was picked, or of the step. Where there is little height, only the levels
// around the step are shown. A block that came of a split or a merge moves from where it was.
#pragma once

#include "ui/view.h"

namespace pageframe::ui {

class BuddyView final : public View {
public:
    std::string_view name() const override { return "tree"; }
    void draw(const ViewContext& context) override;
    void reset() override { region_ = no_pfn; }

private:
    struct Node {
        Pfn base;
        Order order;
        Rectangle at;
    };
    /// Which levels are drawn, and where.
    struct Levels {
        Pfn root = 0;  ///< first frame of the top node
        Order top = 10;
        Order bottom = 0;
        Pfn lens = no_pfn;  ///< first frame of the node that the levels below are magnified from
        Rectangle plot;
        float pitch = 20;
        float funnel = 0;  ///< height between the levels above the lens and below
    };

    void choose_region(const ViewContext& context);
    void choose_levels(const ViewContext& context);
    bool wants_lens(const ViewContext& context) const;
    void start_motion(const ViewContext& context);
    float motion(const ViewContext& context) const;

    Rectangle place(Pfn base, Order order) const;
    Rectangle moving_place(const ViewContext& context, const Node& node) const;
    void draw_node(const ViewContext& context, const Node& node);
    void draw_split(const ViewContext& context, const Node& node);
    void draw_block(const ViewContext& context, const Node& node, FrameKind kind);
    void draw_branch(const ViewContext& context, const Node& parent, const Node& child) const;
    void draw_lens(const ViewContext& context) const;
    void draw_step_labels(const ViewContext& context) const;
    bool in_tree(const ViewContext& context, Pfn pfn) const;
    std::string step_label(const ViewContext& context, Pfn pfn, bool labelled_already) const;

    Pfn region_ = no_pfn;
    Levels levels_;
    Position position_;
    std::uint32_t revision_ = 0;
    double motion_start_ = -1;
};

}  // namespace pageframe::ui
