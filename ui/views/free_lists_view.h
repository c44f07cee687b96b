// FREE LISTS: a zone's free blocks as the kernel keeps them, one row an order, the columns of /proc/buddyinfo.
//
//     FREE LISTS                                    DMA  DMA32  Normal
//      4   64 KiB      1   [##]
//      5  128 KiB      1   [1120] new head
//      6  256 KiB      2   [ ]..[##]--[##]  1088 left          dotted: was here before the step
//     10    4 MiB     11   [##]--[##]--[##]--[##] +7
//
// An order's lists, one a migrate type, stand one after the other, each head first.
#pragma once

#include <span>
#include <string>

#include "ui/view.h"

namespace pageframe::ui {

/// One block in a row, or where one was.
struct FreeListEntry {
    Pfn pfn;
    bool ghost;
    bool new_head;
};

class FreeListsView final : public View {
public:
    std::string_view name() const override { return "free_lists"; }
    void draw(const ViewContext& context) override;

private:
    using Entry = FreeListEntry;
    /// What the step did to a row, in words behind it.
    struct Note {
        std::string text;
        Colour colour;
    };
    struct Columns {
        float size;    ///< left edge
        float count;   ///< right edge
        float blocks;  ///< left edge
        float right;
    };

    void draw_tabs(const ViewContext& context) const;
    Columns columns(const ViewContext& context) const;
    void draw_row(const ViewContext& context, const Columns& columns, Order order, float middle) const;
    void draw_lists(const ViewContext& context, const Columns& columns, Order order, float middle) const;
    float draw_entries(const ViewContext& context, std::span<const Entry> entries, const Rectangle& room,
                       Order order) const;
    float entry_width(const ViewContext& context, const Entry& entry, Order order) const;
    void draw_rest(const ViewContext& context, float left, float middle, std::uint32_t more, const Note& note) const;
    void draw_block(const ViewContext& context, Pfn pfn, Order order, const Rectangle& at) const;
};

}  // namespace pageframe::ui
