#include "ui/views/buddy_view.h"

#include <algorithm>
#include <cmath>

#include "ui/description.h"
#include "ui/format.h"

namespace pageframe::ui {
namespace {

constexpr Order lens_order = 5;
constexpr float funnel_height = 16;
constexpr float label_height = 18;
constexpr float tallest_pitch = 27;
constexpr float shortest_pitch = 16;
/// Where not all levels fit, those that do are this far apart.
constexpr float compact_pitch = 20;
constexpr double motion_seconds = 0.16;
constexpr float free_fill = 0.5f;
constexpr float narrowest_split = 4;
constexpr unsigned most_labels = 2;

bool is_block(FrameKind kind) {
    return kind == FrameKind::free_head || kind == FrameKind::per_cpu_head || kind == FrameKind::allocated_head;
}

/// Frames that are nothing's block, all of one kind: drawn as one.
bool uniform(const BuddyState& state, Pfn base, Order order) {
    const FrameKind kind = state.frames[base].kind;
    if (kind != FrameKind::reserved && kind != FrameKind::absent) return false;
    for (Pfn pfn = base + 1; pfn < base + frames_in(order); ++pfn)
        if (pfn >= state.frame_count() || state.frames[pfn].kind != kind) return false;
    return true;
}

const char* kind_word(FrameKind kind) {
    switch (kind) {
    case FrameKind::free_head: return "free";
    case FrameKind::per_cpu_head: return "on CPU list";
    case FrameKind::reserved: return "reserved";
    case FrameKind::absent: return "no memory";
    case FrameKind::allocated_head:
    case FrameKind::interior: return "used";
    }
    return "";
}

/// "pageblocks unmovable, movable": what is freed in them goes to lists of that type.
std::string pageblocks_text(const BuddyState& state, Pfn base, Pfn frames) {
    if (base + frames > state.frame_count()) return "";
    const Migratetype first = state.pageblock_type(base);
    const Migratetype last = state.pageblock_type(base + frames - 1);
    const std::string text =
        std::string(frames > pageblock_frames ? "pageblocks " : "pageblock ") + migratetype_name(first);
    return first == last ? text : text + ", " + migratetype_name(last);
}

float ease_out(float t) { return 1 - (1 - t) * (1 - t) * (1 - t); }

Rectangle between(const Rectangle& from, const Rectangle& to, float t) {
    return {from.x + (to.x - from.x) * t, from.y + (to.y - from.y) * t, from.width + (to.width - from.width) * t,
            from.height + (to.height - from.height) * t};
}

}  // namespace

void BuddyView::draw(const ViewContext& context) {
    choose_region(context);
    choose_levels(context);
    start_motion(context);
    const Pfn last = levels_.root + frames_in(levels_.top) - 1;
    draw_heading(context.painter, context.area, "BUDDY TREE",
                 "pfn " + std::to_string(levels_.root) + "–" + std::to_string(last),
                 pageblocks_text(context.state.buddy, levels_.root, frames_in(levels_.top)));
    context.painter.push_clip(context.area.grown(1));
    if (levels_.lens != no_pfn) draw_lens(context);
    draw_node(context, {levels_.root, levels_.top, place(levels_.root, levels_.top)});
    draw_step_labels(context);
    context.painter.pop_clip();
}

void BuddyView::choose_region(const ViewContext& context) {
    const Pfn focus = context.highlight.focus();
    if (focus != no_pfn && focus < context.state.buddy.frame_count()) region_ = block_start(focus, largest_order);
    if (region_ == no_pfn || region_ >= context.state.buddy.frame_count())
        region_ = block_start(context.state.buddy.zones[context.zone].start, largest_order);
}

bool BuddyView::wants_lens(const ViewContext& context) const {
    const Pfn focus = context.highlight.focus();
    if (focus == no_pfn || block_start(focus, largest_order) != region_) return false;
    if (find_block(context.state.buddy, focus).order < lens_order) return true;
    return find_block(context.playback.state_before().buddy, focus).order < lens_order;
}

void BuddyView::choose_levels(const ViewContext& context) {
    levels_ = Levels{};
    levels_.plot = context.area.below(heading_height);
    const float height = levels_.plot.height - label_height - funnel_height;
    levels_.root = region_;
    if (height >= shortest_pitch * order_count) {
        levels_.pitch = std::min(height / order_count, tallest_pitch);
        if (wants_lens(context)) {
            levels_.lens = block_start(context.highlight.focus(), lens_order);
            levels_.funnel = funnel_height;
        }
        return;
    }
    const int fitting = std::clamp(static_cast<int>((height + funnel_height) / compact_pitch), 2, 11);
    const Pfn focus = context.highlight.focus() == no_pfn ? region_ : context.highlight.focus();
    const int focus_order = find_block(context.state.buddy, focus).order;
    const int top = std::clamp(focus_order + fitting - 1, fitting - 1, static_cast<int>(largest_order));
    levels_.top = static_cast<Order>(top);
    levels_.bottom = static_cast<Order>(top - fitting + 1);
    levels_.root = block_start(focus, levels_.top);
    levels_.pitch = std::min((height + funnel_height) / static_cast<float>(fitting), tallest_pitch);
}

/// Only what goes forward moves: backwards there is no cause to show.
void BuddyView::start_motion(const ViewContext& context) {
    if (revision_ == context.playback.revision()) return;
    revision_ = context.playback.revision();
    const bool forward = context.playback.position() > position_;
    position_ = context.playback.position();
    motion_start_ = forward && context.motion ? context.time : -1;
}

float BuddyView::motion(const ViewContext& context) const {
    if (motion_start_ < 0) return 1;
    const double part = (context.time - motion_start_) / motion_seconds;
    if (part >= 1) return 1;
    context.wishes.next_frame = true;
    return ease_out(static_cast<float>(std::max(part, 0.0)));
}

Rectangle BuddyView::place(Pfn base, Order order) const {
    const bool magnified = levels_.lens != no_pfn && order < lens_order;
    const Pfn from = magnified ? levels_.lens : levels_.root;
    const Order whole = magnified ? lens_order : levels_.top;
    const float frame_width = levels_.plot.width / static_cast<float>(frames_in(whole));
    const float row = static_cast<float>(levels_.top - order);
    const float y = levels_.plot.y + row * levels_.pitch + (magnified ? levels_.funnel : 0);
    const float left = static_cast<float>(static_cast<double>(base) - static_cast<double>(from)) * frame_width;
    const float width = static_cast<float>(frames_in(order)) * frame_width;
    const float gap = width >= 6 ? 1.5f : 0;
    return {levels_.plot.x + left, y, width - gap, levels_.pitch - (levels_.pitch > 18 ? 6.0f : 4.0f)};
}

/// A block of the step comes from the place of the block that it came of.
Rectangle BuddyView::moving_place(const ViewContext& context, const Node& node) const {
    const float t = motion(context);
    if (t >= 1 || context.highlight.role_of(node.base, frames_in(node.order)) == Role::plain) return node.at;
    const BlockReference before = find_block(context.playback.state_before().buddy, node.base);
    if (before.head == no_pfn || before.order == node.order) return node.at;
    if (before.order > node.order) {
        if (before.order > levels_.top) return node.at;
        return between(place(before.head, before.order), node.at, t);
    }
    if (node.order <= levels_.bottom) return node.at;
    Rectangle below = node.at;
    below.y = place(node.base, static_cast<Order>(node.order - 1)).y;
    return between(below, node.at, t);
}

void BuddyView::draw_node(const ViewContext& context, const Node& node) {
    const BuddyState& state = context.state.buddy;
    if (node.base >= state.frame_count()) return;
    const PageFrame& head = state.frames[node.base];
    if (is_block(head.kind) && head.order >= node.order) return draw_block(context, node, head.kind);
    const bool above_root = node.order == levels_.top && find_block(state, node.base).order > node.order;
    if (above_root) {
        const PageFrame& outer = state.frames[find_block(state, node.base).head];
        return draw_block(context, node, outer.kind);
    }
    if (node.order == 0 || uniform(state, node.base, node.order)) return draw_block(context, node, head.kind);
    draw_split(context, node);
}

void BuddyView::draw_split(const ViewContext& context, const Node& node) {
    const Palette& palette = context.palette();
    if (node.at.width >= narrowest_split)
        context.painter.outline(node.at, palette.hairline, 1, node.at.width > 12 ? 3.0f : 0.0f);
    const std::string order = std::to_string(node.order);
    const std::string longest = "order " + order + " · " + order_bytes_text(node.order) + " split";
    if (!context.painter.words_if_room(style::code_small, node.at, 7, palette.faint, longest) &&
        !context.painter.words_if_room(style::code_small, node.at, 7, palette.faint, "order " + order + " split"))
        context.painter.words_if_room(style::code_small, node.at, 4, palette.faint, order);

    if (node.order <= levels_.bottom) return;
    const auto half = static_cast<Order>(node.order - 1);
    for (const Pfn base : {node.base, node.base + frames_in(half)}) {
        if (levels_.lens != no_pfn && half < lens_order && block_start(base, lens_order) != levels_.lens) continue;
        const Node child{base, half, place(base, half)};
        draw_branch(context, node, child);
        draw_node(context, child);
    }
}

void BuddyView::draw_branch(const ViewContext& context, const Node& parent, const Node& child) const {
    const bool into_lens = levels_.lens != no_pfn && parent.order == lens_order;
    if (child.at.width < 10 || into_lens) return;
    context.painter.stroke({parent.at.centre_x(), parent.at.bottom()}, {child.at.centre_x(), child.at.y},
                           context.palette().hairline, context.painter.line());
}

void BuddyView::draw_block(const ViewContext& context, const Node& node, FrameKind kind) {
    const Palette& palette = context.palette();
    const Painter& painter = context.painter;
    const Pfn frames = frames_in(node.order);
    const PageFrame& head = context.state.buddy.frames[node.base];
    const Role role = context.highlight.role_of(node.base, frames);
    Rectangle at = moving_place(context, node);
    if (role != Role::plain) at.width = std::max(at.width, 4.0f);
    const float radius = at.width > 12 ? 3.0f : at.width > 6 ? 2.0f : 0.0f;

    Colour fill = palette.used(head.migratetype);
    Colour words = palette.on_used;
    const bool free = kind == FrameKind::free_head || kind == FrameKind::per_cpu_head;
    if (free) fill = mix(palette.ground, palette.hue(head.migratetype), free_fill);
    if (free) words = palette.ink;
    if (kind == FrameKind::reserved) fill = palette.grey;
    if (kind == FrameKind::absent) fill = palette.absent;
    if (kind == FrameKind::reserved || kind == FrameKind::absent) words = palette.dim;
    if (role == Role::taken) fill = palette.amber;
    if (role == Role::taken) words = palette.on_amber;
    painter.fill(at, fill, radius);
    if (kind == FrameKind::per_cpu_head && role != Role::taken && at.width > 6)
        painter.fill(at.below(at.height / 2), palette.used(head.migratetype), radius);
    if (role == Role::changed || role == Role::mistake)
        painter.outline(at.width < 6 ? at.grown(1) : at, palette.role(role), 2, radius);
    if (context.highlight.selects(node.base, frames) && role != Role::taken)
        painter.outline(at.grown(1), palette.amber, 2, radius);
    if (context.highlight.hovers(node.base, frames)) painter.outline(at.grown(1), palette.ink, 1, radius);

    const std::string order = std::to_string(node.order);
    if (!painter.words_if_room(style::code_small, at, 7, words, "order " + order + " " + kind_word(kind)))
        painter.words_if_room(style::code_small, at, 4, words, order);
    if (context.pointer.here && at.contains(context.pointer.at)) {
        context.wishes.hover = node.base;
        if (context.pointer.clicked) context.wishes.select = node.base;
    }
}

/// Two lines open from the small node to the full width below it.
void BuddyView::draw_lens(const ViewContext& context) const {
    const Rectangle small = place(levels_.lens, lens_order);
    const Rectangle child = place(levels_.lens, static_cast<Order>(lens_order - 1));
    const Colour colour = context.palette().faint;
    const float top = small.bottom() + 2;
    const float bottom = child.y - 3;
    const float line = context.painter.line();
    context.painter.stroke({small.x, top}, {levels_.plot.x, bottom}, colour, line);
    context.painter.stroke({small.right(), top}, {levels_.plot.right(), bottom}, colour, line);
}

/// Beside the step's blocks: whose it is, what the buddy is now. What was taken comes first.
void BuddyView::draw_step_labels(const ViewContext& context) const {
    float free_from = levels_.plot.x;
    float row = -1;
    Pfn labelled = no_pfn;
    unsigned labels = 0;
    for (const Role role : {Role::mistake, Role::taken, Role::changed}) {
        for (const pageframe::Highlight& span : context.highlight.step()) {
            if (span.role != role || labels == most_labels || !in_tree(context, span.frames.pfn)) continue;
            const BlockReference block = find_block(context.state.buddy, span.frames.pfn);
            const std::string text = step_label(context, span.frames.pfn, block.head == labelled);
            labelled = block.head;
            const Rectangle at = place(block.head, block.order);
            const float width = context.painter.width(style::code_small, text);
            if (at.bottom() != row) free_from = levels_.plot.x;
            row = at.bottom();
            const float left = std::clamp(at.x, free_from, std::max(free_from, levels_.plot.right() - width));
            const float middle = at.bottom() + 9;
            context.painter.fill({left - 3, middle - 7, width + 6, 14}, with_alpha(context.palette().ground, 0.9f), 3);
            context.painter.words(style::code_small, left, middle, context.palette().role(role), text);
            free_from = left + width + 14;
            ++labels;
        }
    }
}

bool BuddyView::in_tree(const ViewContext& context, Pfn pfn) const {
    if (pfn >= context.state.buddy.frame_count()) return false;
    const BlockReference block = find_block(context.state.buddy, pfn);
    const bool inside = block.head != no_pfn && block.head - levels_.root < frames_in(levels_.top);
    return inside && block.order >= levels_.bottom && block.order <= levels_.top;
}

std::string BuddyView::step_label(const ViewContext& context, Pfn pfn, bool labelled_already) const {
    if (labelled_already) return std::to_string(pfn) + " is part of it now";
    const BlockDescription what = describe_block(context.state, context.playback.session(), pfn);
    const std::string text = std::to_string(pfn) + ", " + kind_word(what.kind);
    return what.variable.empty() ? text : what.variable + " " + text;
}

}  // namespace pageframe::ui
