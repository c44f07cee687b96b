// One row of linked blocks: an order's lists, one a migrate type, one after the other, each head first.
//
//     [1120]--[##]--[##]   [##]--[##]  +7   new head        dotted: a block that was here before the step
//
// The free lists and the CPUs' own lists are drawn by it.
#pragma once

#include <vector>

#include "ui/view.h"

namespace pageframe::ui {

/// A list before the step and now.
struct ListPair {
    const BlockList* before;
    const BlockList* now;
    Migratetype type;
};

struct BlockRow {
    std::vector<ListPair> lists;
    Order order = 0;
    FrameKind kind = FrameKind::free_head;  ///< of what is on these lists
    std::uint32_t count = 0;                ///< blocks on them now
    float left = 0, right = 0, middle = 0;
};

void draw_block_row(const ViewContext& context, const BlockRow& row);

/// Where the numbers of such rows stand, as in /proc/buddyinfo: order, size, count, then the blocks.
struct RowColumns {
    float order;   ///< right edge
    float size;    ///< right edge; below 0: no room for sizes
    float count;   ///< right edge
    float blocks;  ///< left edge
    float right;
};
RowColumns row_columns(const ViewContext& context, float left, std::uint32_t largest_count);
void draw_row_numbers(const ViewContext& context, const RowColumns& columns, Order order, std::uint32_t count,
                      float middle);

/// Rows are this far apart where there is room.
inline constexpr float tallest_block_row = 24;

}  // namespace pageframe::ui
