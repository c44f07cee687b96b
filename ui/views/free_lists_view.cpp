#include "ui/views/free_lists_view.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "ui/description.h"
#include "ui/format.h"

namespace pageframe::ui {
namespace {

constexpr float tallest_row = 24;
constexpr float block_height = 13;
constexpr float gap = 7;
constexpr float group_gap = 13;
constexpr std::uint32_t most_of_a_list = 64;

float block_width(Order order) { return 14 + 3.1f * static_cast<float>(order); }

using Entry = FreeListEntry;

const BlockList& list_of(const Zone& zone, Order order, unsigned type) { return zone.free_area[order].lists[type]; }

bool is_free_block(const BuddyState& state, Pfn pfn, Order order) {
    const PageFrame& frame = state.frames[pfn];
    return frame.kind == FrameKind::free_head && frame.order == order;
}

/// A list as it is, and between its blocks those that left it in this step.
std::vector<Entry> entries_of(const State& before, const State& now, ZoneId zone, Order order, unsigned type) {
    std::vector<Entry> entries;
    const auto migratetype = static_cast<Migratetype>(type);
    const BlockList& list = list_of(now.buddy.zones[zone], order, type);
    const BlockList& old_list = list_of(before.buddy.zones[zone], order, type);
    for (Pfn pfn = list.head; pfn != no_pfn && entries.size() < most_of_a_list; pfn = now.buddy.frames[pfn].next)
        entries.push_back({pfn, false, false});
    if (!entries.empty() && old_list.head != list.head) {
        const bool came =
            !is_free_block(before.buddy, list.head, order) || before.buddy.frames[list.head].migratetype != migratetype;
        entries.front().new_head = came;
    }
    std::size_t place = 0;
    for (Pfn pfn = old_list.head; pfn != no_pfn && place < most_of_a_list; pfn = before.buddy.frames[pfn].next) {
        const bool left = !is_free_block(now.buddy, pfn, order) || now.buddy.frames[pfn].migratetype != migratetype;
        if (left)
            entries.insert(entries.begin() + static_cast<std::ptrdiff_t>(std::min(place, entries.size())),
                           {pfn, true, false});
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

}  // namespace

void FreeListsView::draw(const ViewContext& context) {
    const BuddyState& state = context.state.buddy;
    const bool several = state.zones.size() > 1;
    draw_heading(context.painter, context.area, "FREE LISTS", several ? "" : zone_name(state, context.zone),
                 several ? "" : "as /proc/buddyinfo");
    if (several) draw_tabs(context);
    const Columns at = columns(context);
    const Rectangle rows = context.area.below(heading_height - 2);
    const float pitch = std::min(rows.height / order_count, tallest_row);
    for (Order order = 0; order < order_count; ++order)
        draw_row(context, at, order, rows.y + (static_cast<float>(order) + 0.5f) * pitch);
}

/// The zones on the right of the heading; the one shown is bright. A click picks one.
void FreeListsView::draw_tabs(const ViewContext& context) const {
    const BuddyState& state = context.state.buddy;
    const Painter& painter = context.painter;
    const float middle = context.area.y + heading_middle;
    float right = context.area.right();
    for (std::size_t index = state.zones.size(); index-- > 0;) {
        const auto id = static_cast<ZoneId>(index);
        if (state.zones[id].managed == 0) continue;
        std::string name = zone_kind_name(state.zones[id].kind);
        if (state.node_count > 1) name = std::to_string(state.zones[id].node) + ":" + name;
        const float width = painter.width(style::fact, name);
        const bool shown = id == context.zone;
        const Rectangle tab{right - width - 6, context.area.y, width + 12, 24};
        const bool under_pointer = context.pointer.here && tab.contains(context.pointer.at);
        painter.words(style::fact, right - width, middle,
                      shown || under_pointer ? context.palette().ink : context.palette().faint, name);
        if (shown) painter.horizontal(right - width, right, context.area.y + heading_middle + 9, context.palette().dim);
        if (under_pointer) {
            context.wishes.cursor = ImGuiMouseCursor_Hand;
            if (context.pointer.clicked) context.wishes.zone = id;
        }
        right -= width + 14;
        if (right < context.area.x + 90) break;
    }
}

FreeListsView::Columns FreeListsView::columns(const ViewContext& context) const {
    std::uint32_t largest = 0;
    for (const FreeArea& area : context.state.buddy.zones[context.zone].free_area)
        largest = std::max(largest, area.nr_free);
    const float count_width = context.painter.width(style::code, std::to_string(std::max(largest, 999U)));
    const float left = context.area.x;
    const bool narrow = context.area.width < 260;
    const float size = left + 27;
    const float count = size + (narrow ? 6 : 58) + count_width + 8;
    return {narrow ? -1 : size, count, count + 18, context.area.right()};
}

void FreeListsView::draw_row(const ViewContext& context, const Columns& at, Order order, float middle) const {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const FreeArea& area = context.state.buddy.zones[context.zone].free_area[order];
    const bool empty = area.nr_free == 0;
    painter.words_right(style::code, context.area.x + 15, middle, empty ? palette.faint : palette.ink,
                        std::to_string(order));
    if (at.size >= 0)
        painter.words_right(style::code, at.size + 52, middle, empty ? palette.faint : palette.dim,
                            order_bytes_text(order));
    painter.words_right(style::code, at.count, middle, empty ? palette.faint : palette.ink,
                        std::to_string(area.nr_free));
    draw_lists(context, at, order, middle);
}

void FreeListsView::draw_lists(const ViewContext& context, const Columns& at, Order order, float middle) const {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const FreeArea& area = context.state.buddy.zones[context.zone].free_area[order];
    std::vector<std::vector<Entry>> lists;
    std::vector<float> needs;
    std::uint32_t entered = 0;
    Note note{{}, palette.dim};
    for (unsigned type = 0; type < migratetype_count; ++type) {
        std::vector<Entry> entries =
            entries_of(context.playback.state_before(), context.state, context.zone, order, type);
        if (entries.empty()) continue;
        float need = group_gap - gap;
        for (const Entry& entry : entries) {
            need += entry_width(context, entry, order) + gap;
            if (entry.ghost && note.text.empty()) note.text = std::to_string(entry.pfn) + " left";
            if (entry.new_head) note = {"new head", palette.cyan};
            entered += entry.ghost ? 0 : 1;
        }
        needs.push_back(need);
        lists.push_back(std::move(entries));
    }
    if (lists.empty()) {
        painter.words(style::code_small, at.blocks, middle, palette.faint, "empty");
        return;
    }
    painter.horizontal(at.blocks - 6, at.right, middle, mix(palette.ground, palette.hairline, 0.7f));
    const float note_width = note.text.empty() ? 0 : painter.width(style::code_small, note.text) + 12;
    const float needed = std::accumulate(needs.begin(), needs.end(), 0.0f);
    const bool all = entered == area.nr_free && needed <= at.right - at.blocks - note_width + group_gap;
    const float more_width = all ? 0 : painter.width(style::code_small, "+" + count_text(area.nr_free)) + 6;
    const std::vector<float> shares = fair_shares(needs, at.right - at.blocks - note_width - more_width);
    float left = at.blocks;
    std::uint32_t drawn = 0;
    for (std::size_t list = 0; list < lists.size(); ++list) {
        std::span<const Entry> entries = lists[list];
        float width = group_gap - gap;
        std::size_t fitting = 0;
        while (fitting < entries.size()) {
            const float next = width + entry_width(context, entries[fitting], order) + gap;
            if (next > shares[list] + gap && fitting > 0) break;
            width = next;
            drawn += entries[fitting].ghost ? 0 : 1;
            ++fitting;
        }
        left = draw_entries(context, entries.first(fitting), {left, middle - block_height / 2, width, block_height},
                            order);
    }
    draw_rest(context, left, middle, area.nr_free - drawn, note);
}

float FreeListsView::entry_width(const ViewContext& context, const Entry& entry, Order order) const {
    const float width = block_width(order);
    if (entry.ghost || context.highlight.role_of(entry.pfn, frames_in(order)) == Role::plain) return width;
    return std::max(width, context.painter.width(style::code_small, std::to_string(entry.pfn)) + 12);
}

/// Returns where the next list begins.
float FreeListsView::draw_entries(const ViewContext& context, std::span<const Entry> entries, const Rectangle& room,
                                  Order order) const {
    float left = room.x;
    for (const Entry& entry : entries) {
        const Rectangle at{left, room.y, entry_width(context, entry, order), room.height};
        if (entry.ghost) {
            context.painter.fill(at, context.palette().ground);
            context.painter.dashed_outline(at, context.palette().dim);
        } else {
            draw_block(context, entry.pfn, order, at);
        }
        left += at.width + gap;
    }
    return left + group_gap - gap;
}

/// How many blocks there was no room for, and what the step did.
void FreeListsView::draw_rest(const ViewContext& context, float left, float middle, std::uint32_t more,
                              const Note& note) const {
    const auto words = [&](const std::string& text, Colour colour) {
        const float width = context.painter.width(style::code_small, text);
        context.painter.fill({left - 4, middle - 7, width + 8, 14}, context.palette().ground);
        left = context.painter.words(style::code_small, left, middle, colour, text) + 10;
    };
    if (more > 0) words("+" + count_text(more), context.palette().dim);
    if (!note.text.empty()) words(note.text, note.colour);
}

void FreeListsView::draw_block(const ViewContext& context, Pfn pfn, Order order, const Rectangle& at) const {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const Pfn frames = frames_in(order);
    const Role role = context.highlight.role_of(pfn, frames);
    const Migratetype type = context.state.buddy.frames[pfn].migratetype;
    painter.fill(at, palette.used(type), 3);
    if (role == Role::taken) painter.fill(at, palette.amber, 3);
    if (role == Role::changed || role == Role::mistake) painter.outline(at.grown(1), palette.role(role), 2, 4);
    if (role != Role::plain)
        painter.words_if_room(style::code_small, at, 5, role == Role::taken ? palette.on_amber : palette.on_used,
                              std::to_string(pfn));
    if (context.highlight.selects(pfn, frames)) painter.outline(at.grown(2), palette.amber, 2, 4);
    if (context.highlight.hovers(pfn, frames)) painter.outline(at.grown(2), palette.ink, 1, 4);
    if (context.pointer.here && at.grown(2).contains(context.pointer.at)) {
        context.wishes.hover = pfn;
        if (context.pointer.clicked) context.wishes.select = pfn;
    }
}

}  // namespace pageframe::ui
