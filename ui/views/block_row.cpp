#include "ui/views/block_row.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <string>

#include "ui/format.h"

namespace pageframe::ui {
namespace {

constexpr float block_height = 13;
constexpr float gap = 7;
constexpr float group_gap = 13;
constexpr std::uint32_t most_of_a_list = 64;

/// One block in a row, or where one was.
struct Entry {
    Pfn pfn;
    bool ghost;
    bool new_head;
};

/// What the step did to a row, in words behind it.
struct Note {
    std::string text;
    Colour colour;
};

float block_width(Order order) { return 14 + 3.1f * static_cast<float>(order); }

bool is_on_list(const BuddyState& state, Pfn pfn, const BlockRow& row, Migratetype type) {
    const PageFrame& frame = state.frames[pfn];
    return frame.kind == row.kind && frame.order == row.order && frame.migratetype == type;
}

/// A list as it is, and between its blocks those that left it in this step.
std::vector<Entry> entries_of(const ViewContext& context, const BlockRow& row, const ListPair& list) {
    const BuddyState& now = context.state.buddy;
    const BuddyState& before = context.playback.state_before().buddy;
    std::vector<Entry> entries;
    for (Pfn pfn = list.now->head; pfn != no_pfn && entries.size() < most_of_a_list; pfn = now.frames[pfn].next)
        entries.push_back({pfn, false, false});
    if (!entries.empty() && list.before->head != list.now->head)
        entries.front().new_head = !is_on_list(before, list.now->head, row, list.type);
    std::size_t place = 0;
    for (Pfn pfn = list.before->head; pfn != no_pfn && place < most_of_a_list; pfn = before.frames[pfn].next) {
        const auto at = static_cast<std::ptrdiff_t>(std::min(place, entries.size()));
        if (!is_on_list(now, pfn, row, list.type)) entries.insert(entries.begin() + at, {pfn, true, false});
        ++place;
    }
    return entries;
}

/// Divides a width among those who need some of it: nobody gets more than the need, what one leaves the others share.
std::vector<float> fair_shares(const std::vector<float>& needs, float width) {
    std::vector<float> shares(needs.size(), 0);
    std::vector<std::size_t> by_need(needs.size());
    std::iota(by_need.begin(), by_need.end(), std::size_t{0});
    std::sort(by_need.begin(), by_need.end(), [&](std::size_t a, std::size_t b) { return needs[a] < needs[b]; });
    std::size_t left = needs.size();
    for (const std::size_t index : by_need) {
        shares[index] = std::min(needs[index], width / static_cast<float>(left--));
        width -= shares[index];
    }
    return shares;
}

float entry_width(const ViewContext& context, const Entry& entry, Order order) {
    const float width = block_width(order);
    if (entry.ghost || context.highlight.role_of(entry.pfn, frames_in(order)) == Role::plain) return width;
    return std::max(width, context.painter.width(style::code_small, std::to_string(entry.pfn)) + 12);
}

void draw_block(const ViewContext& context, const BlockRow& row, Pfn pfn, const Rectangle& at) {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const Pfn frames = frames_in(row.order);
    const Role role = context.highlight.role_of(pfn, frames);
    const Migratetype type = context.state.buddy.frames[pfn].migratetype;
    painter.fill(at, role == Role::taken ? palette.amber : palette.used(type), 3);
    if (role == Role::changed || role == Role::mistake) painter.outline(at.grown(1), palette.role(role), 2, 4);
    if (role != Role::plain) {
        const Colour words = role == Role::taken ? palette.on_amber : palette.on_used;
        painter.words_if_room(style::code_small, at, 5, words, std::to_string(pfn));
    }
    if (context.highlight.selects(pfn, frames)) painter.outline(at.grown(2), palette.amber, 2, 4);
    if (context.highlight.hovers(pfn, frames)) painter.outline(at.grown(2), palette.ink, 1, 4);
    if (context.pointer.here && at.grown(2).contains(context.pointer.at)) {
        context.wishes.hover = pfn;
        if (context.pointer.clicked) context.wishes.select = pfn;
    }
}

/// Returns where the next list begins.
float draw_entries(const ViewContext& context, const BlockRow& row, std::span<const Entry> entries, float left) {
    for (const Entry& entry : entries) {
        const float width = entry_width(context, entry, row.order);
        const Rectangle at{left, row.middle - block_height / 2, width, block_height};
        if (entry.ghost) {
            context.painter.fill(at, context.palette().ground);
            context.painter.dashed_outline(at, context.palette().dim);
        } else {
            draw_block(context, row, entry.pfn, at);
        }
        left += width + gap;
    }
    return left + group_gap - gap;
}

/// How many of the entries fit into a width; the first one always does.
std::size_t fitting_entries(const ViewContext& context, std::span<const Entry> entries, Order order, float width) {
    float used = group_gap - gap;
    std::size_t fitting = 0;
    while (fitting < entries.size()) {
        used += entry_width(context, entries[fitting], order) + gap;
        if (used > width + 0.5f && fitting > 0) break;
        ++fitting;
    }
    return fitting;
}

/// How many blocks there was no room for, and what the step did.
void draw_rest(const ViewContext& context, const BlockRow& row, float left, std::uint32_t more, const Note& note) {
    const auto words = [&](const std::string& text, Colour colour) {
        const float width = context.painter.width(style::code_small, text);
        context.painter.fill({left - 4, row.middle - 7, width + 8, 14}, context.palette().ground);
        left = context.painter.words(style::code_small, left, row.middle, colour, text) + 10;
    };
    if (more > 0) words("+" + count_text(more), context.palette().dim);
    if (!note.text.empty()) words(note.text, note.colour);
}

Note note_of(const ViewContext& context, std::span<const Entry> entries, Note note) {
    for (const Entry& entry : entries) {
        if (entry.ghost && note.text.empty()) note.text = std::to_string(entry.pfn) + " left";
        if (entry.new_head) note = {"new head", context.palette().cyan};
    }
    return note;
}

}  // namespace

void draw_block_row(const ViewContext& context, const BlockRow& row) {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    std::vector<std::vector<Entry>> lists;
    std::vector<float> needs;
    Note note{{}, palette.dim};
    for (const ListPair& pair : row.lists) {
        std::vector<Entry> entries = entries_of(context, row, pair);
        if (entries.empty()) continue;
        float need = group_gap - gap;
        for (const Entry& entry : entries) need += entry_width(context, entry, row.order) + gap;
        note = note_of(context, entries, note);
        needs.push_back(need);
        lists.push_back(std::move(entries));
    }
    if (lists.empty()) {
        painter.words(style::code_small, row.left, row.middle, palette.faint, "empty");
        return;
    }
    painter.horizontal(row.left - 6, row.right, row.middle, mix(palette.ground, palette.hairline, 0.7f));
    const float note_width = note.text.empty() ? 0 : painter.width(style::code_small, note.text) + 12;
    float room = row.right - row.left - note_width;
    if (std::accumulate(needs.begin(), needs.end(), 0.0f) > room + group_gap)
        room -= painter.width(style::code_small, "+" + count_text(row.count)) + 6;
    const std::vector<float> shares = fair_shares(needs, room);
    float left = row.left;
    std::uint32_t drawn = 0;
    for (std::size_t list = 0; list < lists.size(); ++list) {
        const std::span<const Entry> entries = lists[list];
        const auto shown = entries.first(fitting_entries(context, entries, row.order, shares[list]));
        for (const Entry& entry : shown) drawn += entry.ghost ? 0 : 1;
        left = draw_entries(context, row, shown, left);
    }
    draw_rest(context, row, left, row.count - std::min(drawn, row.count), note);
}

RowColumns row_columns(const ViewContext& context, float left, std::uint32_t largest_count) {
    const std::string widest = std::to_string(std::max(largest_count, 999U));
    const float count_width = context.painter.width(style::code, widest);
    const bool narrow = context.area.width < 260;
    const float order = left + 15;
    const float size = order + 64;
    const float count = (narrow ? order + 18 : size + 14) + count_width;
    return {order, narrow ? -1 : size, count, count + 18, context.area.right()};
}

void draw_row_numbers(const ViewContext& context, const RowColumns& columns, Order order, std::uint32_t count,
                      float middle) {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const Colour strong = count == 0 ? palette.faint : palette.ink;
    const Colour weak = count == 0 ? palette.faint : palette.dim;
    painter.words_right(style::code, columns.order, middle, strong, std::to_string(order));
    if (columns.size >= 0) painter.words_right(style::code, columns.size, middle, weak, order_bytes_text(order));
    painter.words_right(style::code, columns.count, middle, strong, std::to_string(count));
}

}  // namespace pageframe::ui
