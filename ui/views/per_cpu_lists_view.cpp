#include "ui/views/per_cpu_lists_view.h"

#include <algorithm>
#include <array>

#include "engine/buddy/free_lists.h"
#include "ui/description.h"
#include "ui/format.h"
#include "ui/views/block_row.h"

namespace pageframe::ui {
namespace {

constexpr float cpu_column = 46;

struct CpuRow {
    CpuId cpu;
    BlockRow blocks;
};

Migratetype type_of_list(unsigned list) {
    if (list == 13) return Migratetype::movable;
    return list == 12 ? Migratetype::unmovable : static_cast<Migratetype>(list % per_cpu_migratetype_count);
}

/// One CPU's lists of one zone, by order.
void add_rows(std::vector<CpuRow>& rows, const PerCpuPages& before, const PerCpuPages& now, CpuId cpu) {
    std::array<BlockRow, order_count> by_order;
    for (unsigned list = 0; list < per_cpu_list_count; ++list) {
        if (before.lists[list].count == 0 && now.lists[list].count == 0) continue;
        BlockRow& row = by_order[order_of_per_cpu_list(list)];
        row.lists.push_back({&before.lists[list], &now.lists[list], type_of_list(list)});
        row.count += now.lists[list].count;
    }
    for (Order order = 0; order < order_count; ++order) {
        BlockRow& row = by_order[order];
        if (row.lists.empty()) continue;
        row.order = order;
        row.kind = FrameKind::per_cpu_head;
        rows.push_back({cpu, std::move(row)});
    }
}

std::string facts_of(const BuddyState& state, ZoneId zone) {
    const PerCpuPages& pages = state.pages_of_cpu(zone, 0);
    return "batch " + count_text(static_cast<std::uint64_t>(std::max(pages.batch, 0))) + " · high " +
           count_text(static_cast<std::uint64_t>(std::max(pages.high, 0)));
}

}  // namespace

void PerCpuListsView::draw(const ViewContext& context) {
    const BuddyState& state = context.state.buddy;
    const BuddyState& before = context.playback.state_before().buddy;
    const Painter& painter = context.painter;
    draw_heading(painter, context.area, "CPU LISTS", zone_name(state, context.zone), facts_of(state, context.zone));

    std::vector<CpuRow> rows;
    for (std::size_t cpu = 0; cpu < state.cpu_count(); ++cpu) {
        const auto id = static_cast<CpuId>(cpu);
        add_rows(rows, before.pages_of_cpu(context.zone, id), state.pages_of_cpu(context.zone, id), id);
    }
    const Rectangle area = context.area.below(heading_height - 2);
    float middle = area.y + tallest_block_row / 2;
    if (rows.empty()) {
        painter.words(style::code_small, area.x, middle, context.palette().faint, "empty");
        return;
    }
    std::uint32_t largest = 0;
    for (const CpuRow& row : rows) largest = std::max(largest, row.blocks.count);
    const RowColumns columns = row_columns(context, area.x + cpu_column, largest);
    std::size_t drawn = 0;
    for (CpuRow& row : rows) {
        const bool last = middle + 1.5f * tallest_block_row > area.bottom();
        if (last && drawn + 1 < rows.size()) break;
        const bool first_of_cpu = drawn == 0 || rows[drawn - 1].cpu != row.cpu;
        if (first_of_cpu)
            painter.words(style::code, area.x, middle, context.palette().dim, "CPU " + std::to_string(row.cpu));
        row.blocks.left = columns.blocks;
        row.blocks.right = columns.right;
        row.blocks.middle = middle;
        draw_row_numbers(context, columns, row.blocks.order, row.blocks.count, middle);
        draw_block_row(context, row.blocks);
        middle += tallest_block_row;
        ++drawn;
    }
    if (drawn < rows.size())
        painter.words(style::fact, area.x, middle, context.palette().dim,
                      "and " + count_text(rows.size() - drawn) + " more lists");
}

}  // namespace pageframe::ui
