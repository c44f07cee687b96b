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
constexpr float locks_heading = 26;
constexpr float smallest_lock_row = 13;
constexpr float largest_lock_row = 18;

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
    if (!state.per_cpu_lists) return "off";
    const PerCpuPages& pages = state.pages_of_cpu(zone, 0);
    return "batch " + count_text(static_cast<std::uint64_t>(std::max(pages.batch, 0))) + " · high " +
           count_text(static_cast<std::uint64_t>(std::max(pages.high, 0)));
}

/// A bar and its count behind it; in cyan where the step took the lock.
void draw_lock_bar(const ViewContext& context, const Rectangle& room, std::uint32_t before, std::uint32_t now,
                   std::uint32_t most, Colour colour) {
    const Painter& painter = context.painter;
    const std::string number = now == 0 ? "none" : count_text(now);
    const float words = painter.width(style::code_small, count_text(most)) + 8;
    const float longest = std::max(room.width - words, 4.0f);
    float right = room.x;
    if (now > 0) {
        const float width = std::max(longest * static_cast<float>(now) / static_cast<float>(most), 2.0f);
        painter.fill({room.x, room.centre_y() - 4, width, 8}, colour, 1);
        right += width + 5;
    }
    const Palette& palette = context.palette();
    painter.words(style::code_small, right, room.centre_y(),
                  now != before ? palette.cyan
                  : now == 0    ? palette.faint
                                : palette.ink,
                  number);
}

/// "66 pages", and when the CPU frees much in a row and gives back more and more, how much so.
std::string pages_text(const PerCpuPages& pages) {
    std::string text = count_text(static_cast<std::uint64_t>(std::max(pages.count, 0)));
    text += pages.count == 1 ? " page" : " pages";
    if (pages.free_factor > 0) text += " ×" + std::to_string(1U << std::min(pages.free_factor, 20));
    return text;
}

}  // namespace

void PerCpuListsView::draw(const ViewContext& context) {
    const BuddyState& state = context.state.buddy;
    draw_heading(context.painter, context.area, "CPU LISTS", zone_name(state, context.zone),
                 facts_of(state, context.zone));
    const Rectangle area = context.area.below(heading_height - 2);
    // The lists keep a row at least, and where there is more room a half.
    const auto cpus = static_cast<float>(state.cpu_count());
    const float most = std::max(area.height / 2, area.height - tallest_block_row) - locks_heading;
    const float wanted = std::min(cpus * largest_lock_row, std::max(cpus * smallest_lock_row, area.height / 2));
    const float table = locks_heading + std::min(wanted, most);
    const bool both = most >= smallest_lock_row;
    draw_lists(context, both ? area.top(area.height - table) : area);
    if (both) draw_locks(context, area.below(area.height - table));
}

void PerCpuListsView::draw_lists(const ViewContext& context, const Rectangle& area) const {
    const BuddyState& state = context.state.buddy;
    const BuddyState& before = context.playback.state_before().buddy;
    const Painter& painter = context.painter;
    std::vector<CpuRow> rows;
    for (std::size_t cpu = 0; cpu < state.cpu_count(); ++cpu) {
        const auto id = static_cast<CpuId>(cpu);
        add_rows(rows, before.pages_of_cpu(context.zone, id), state.pages_of_cpu(context.zone, id), id);
    }
    float middle = area.y + tallest_block_row / 2;
    if (rows.empty()) {
        painter.words(style::code_small, area.x, middle, context.palette().faint,
                      state.per_cpu_lists ? "all lists are empty" : "every page goes through the zone’s lists");
        return;
    }
    std::uint32_t largest = 0;
    for (const CpuRow& row : rows) largest = std::max(largest, row.blocks.count);
    const RowColumns columns = row_columns(context, area.x + cpu_column, largest);
    const auto fitting = static_cast<std::size_t>(std::max(area.height / tallest_block_row, 1.0f));
    // The last line says how many there was no room for.
    const std::size_t shown = rows.size() <= fitting ? rows.size() : std::max<std::size_t>(fitting, 2) - 1;
    for (std::size_t index = 0; index < shown; ++index) {
        CpuRow& row = rows[index];
        if (index == 0 || rows[index - 1].cpu != row.cpu)
            painter.words(style::code, area.x, middle, context.palette().dim, "CPU " + std::to_string(row.cpu));
        row.blocks.left = columns.blocks;
        row.blocks.right = columns.right;
        row.blocks.middle = middle;
        draw_row_numbers(context, columns, row.blocks.order, row.blocks.count, middle);
        draw_block_row(context, row.blocks);
        middle += tallest_block_row;
    }
    if (shown < rows.size() && middle + 6 < area.bottom())
        painter.words(style::fact, area.x, middle, context.palette().dim,
                      "and " + count_text(rows.size() - shown) + " more lists");
}

void PerCpuListsView::draw_locks(const ViewContext& context, const Rectangle& area) const {
    const BuddyState& state = context.state.buddy;
    const BuddyState& before = context.playback.state_before().buddy;
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const float first = area.x + std::min(area.width * 0.4f, 142.0f);
    const float bar = (area.right() - first - 12) / 2;
    const float second = first + bar + 12;
    const float heading = area.y + locks_heading - 12;
    constexpr std::string_view whole = "LOCKS TAKEN SO FAR", shorter = "LOCKS TAKEN";
    const bool fits = area.x + painter.width(style::heading, whole) + 8 <= first;
    painter.words(style::heading, area.x, heading, palette.dim, fits ? whole : shorter);
    painter.words(style::fact, first, heading, palette.dim, "CPU’s own");
    painter.words(style::fact, second, heading, palette.dim, "zone’s");
    std::uint32_t most = 1;
    for (std::size_t cpu = 0; cpu < state.cpu_count(); ++cpu) {
        const PerCpuPages& pages = state.pages_of_cpu(context.zone, static_cast<CpuId>(cpu));
        most = std::max({most, pages.zone_lock_taken, pages.per_cpu_lock_taken});
    }
    const float room = area.height - locks_heading;
    const auto fitting = static_cast<std::size_t>(std::max(room / smallest_lock_row, 1.0f));
    const std::size_t cpus = state.cpu_count() <= fitting ? state.cpu_count() : std::max<std::size_t>(fitting, 2) - 1;
    const std::size_t lines = cpus < state.cpu_count() ? cpus + 1 : cpus;
    const float pitch = std::clamp(room / static_cast<float>(lines), smallest_lock_row, largest_lock_row);
    float middle = area.y + locks_heading + pitch / 2;
    for (std::size_t cpu = 0; cpu < cpus; ++cpu) {
        const PerCpuPages& old = before.pages_of_cpu(context.zone, static_cast<CpuId>(cpu));
        const PerCpuPages& now = state.pages_of_cpu(context.zone, static_cast<CpuId>(cpu));
        painter.words(style::code, area.x, middle, palette.dim, "CPU " + std::to_string(cpu));
        painter.words_if_room(style::code_small, {area.x + cpu_column, middle - 7, first - area.x - cpu_column, 14}, 2,
                              now.count == 0 ? palette.faint : palette.ink, pages_text(now));
        draw_lock_bar(context, {first, middle - 8, bar, 16}, old.per_cpu_lock_taken, now.per_cpu_lock_taken, most,
                      palette.green);
        draw_lock_bar(context, {second, middle - 8, bar, 16}, old.zone_lock_taken, now.zone_lock_taken, most,
                      palette.vermilion);
        middle += pitch;
    }
    if (cpus < state.cpu_count() && middle + 5 <= area.bottom() + 2)
        painter.words(style::fact, area.x, middle, palette.dim,
                      "and " + std::to_string(state.cpu_count() - cpus) + " more CPUs");
}

}  // namespace pageframe::ui
