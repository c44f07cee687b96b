#include "ui/views/slab_card.h"

#include <algorithm>
#include <cmath>

#include "engine/slab/slab_info.h"
#include "ui/format.h"
#include "ui/views/slab_groups.h"

namespace pageframe::ui {
namespace {

/// Objects of large slabs are no wider than this, however few there are.
constexpr float widest_object = 56;
/// So many arrows of a freelist are drawn; the rest is told by the outlines.
constexpr unsigned most_arrows = 16;
constexpr float smallest_marked_cell = 9;
constexpr float smallest_linked_cell = 8;

/// A power of two, so that places are easily counted: about twice as many columns as rows.
unsigned columns_for(unsigned objects) {
    unsigned columns = 1;
    while (columns * columns < 2 * objects && columns < objects) columns *= 2;
    return std::max(columns, 1U);
}

std::string object_name(const Session& session, OperationNumber taken_by) {
    return taken_by == no_operation ? std::string() : session.variable_of(taken_by);
}

std::string_view state_text(ObjectState state) {
    switch (state) {
    case ObjectState::in_use: return "in use";
    case ObjectState::on_cpu_freelist: return "free, on the CPU’s freelist";
    case ObjectState::on_slab_freelist: return "free, on the slab’s freelist";
    case ObjectState::in_cpu_array: return "free, in an array";
    case ObjectState::lost: return "free, but on no list: lost";
    }
    return "";
}

std::string damage_text(std::uint8_t marks) {
    std::string text;
    const auto add = [&](std::uint8_t mark, std::string_view what) {
        if (marks & mark) text += (text.empty() ? "" : ", ") + std::string(what);
    };
    add(damaged_left_red_zone, "left red zone");
    add(damaged_right_red_zone, "right red zone");
    add(damaged_padding, "bytes behind its end");
    add(damaged_free_pointer, "free pointer");
    if ((marks & damaged_while_free) && !(marks & damaged_free_pointer)) add(damaged_while_free, "bytes, while free");
    return text;
}

class Card {
public:
    Card(const ViewContext& context, SlabId id, const CardLayout& layout, const Rectangle& at)
        : context_(context), painter_(context.painter), palette_(context.palette()), state_(context.state.slab),
          slab_(state_.slabs[id]), cache_(state_.caches[slab_.cache]), id_(id), layout_(layout), at_(at),
          states_(object_states(state_, id)), quarantined_(is_quarantined(state_, id)) {}

    void draw() {
        draw_frame();
        draw_header();
        if (layout_.strip > 0) draw_strip();
        for (unsigned index = 0; index < slab_.objects; ++index) draw_object(static_cast<ObjectIndex>(index));
        if (layout_.scale.height >= smallest_linked_cell) draw_freelists();
        point();
    }

private:
    Role role() const { return context_.slabs.role_of(id_); }
    /// As the kernel counts.
    std::uint64_t in_use() const {
        if (quarantined_) return slab_.objects;
        return static_cast<std::uint64_t>(std::count(states_.begin(), states_.end(), ObjectState::in_use));
    }

    void draw_frame() const {
        painter_.fill(at_, palette_.raised, 6);
        const Role of_slab = role();
        const bool selected = context_.highlight.selects(slab_.pfn, frames_in(slab_.order));
        const bool hovered = context_.highlight.hovers(slab_.pfn, frames_in(slab_.order));
        if (of_slab == Role::plain || of_slab == Role::strong)
            painter_.outline(at_, hovered ? palette_.faint : palette_.hairline, 1, 6);
        else
            painter_.outline(at_, palette_.role(of_slab), 1.5f, 6);
        if (selected) painter_.outline(at_.grown(2), with_alpha(palette_.amber, 0.8f), 1, 8);
    }

    void draw_header() const {
        const float middle = at_.y + layout_.scale.header / 2 + 1;
        const float left = at_.x + layout_.scale.padding;
        const float right = at_.right() - layout_.scale.padding;
        const std::string pfn = std::to_string(slab_.pfn);
        const std::string use = std::to_string(in_use()) + " / " + std::to_string(slab_.objects);
        const float room = right - left - painter_.width(style::code_small, use) - 8;
        const std::string full = "slab " + pfn;
        const bool wide = painter_.width(style::code_small, full) <= room;
        float end = left;
        if (wide || painter_.width(style::code_small, pfn) <= room)
            end = painter_.words(style::code_small, left, middle, palette_.ink, wide ? full : pfn);
        const std::string words = use + (quarantined_ ? " marked used" : " in use");
        const bool said = painter_.width(style::code_small, words) + 12 <= right - end;
        painter_.words_right(style::code_small, right, middle, palette_.dim, said ? words : use);
    }

    /// |colour|management|objects ...            |rest|
    void draw_strip() const {
        const CacheGeometry& geometry = cache_.geometry;
        const float left = at_.x + layout_.scale.padding;
        const float width = at_.width - 2 * layout_.scale.padding;
        const auto bytes = static_cast<float>(page_size << slab_.order);
        const float y = at_.y + layout_.scale.header - 1;
        const std::uint32_t management = slab_.management_off_slab ? 0 : geometry.management_bytes;
        const std::uint32_t colour = slab_.colour - std::min<std::uint32_t>(slab_.colour, management);
        const auto place = [&](std::uint64_t offset) { return left + width * static_cast<float>(offset) / bytes; };
        const std::uint64_t end = slab_.colour + std::uint64_t{slab_.objects} * geometry.size;
        painter_.fill({left, y, width, 5}, palette_.track, 1);
        if (colour > 0) painter_.fill({left, y, std::max(place(colour) - left, 2.0f), 5}, palette_.pink);
        if (management > 0) painter_.fill({place(colour), y, place(slab_.colour) - place(colour), 5}, palette_.grey);
        painter_.fill({place(slab_.colour), y, place(end) - place(slab_.colour), 5},
                      mix(palette_.raised, palette_.blue, 0.55f));
    }

    void draw_object(ObjectIndex index) const {
        const Rectangle cell = layout_.object(at_, index);
        const SlabObject& record = state_.object(slab_, index);
        const Role of_object = context_.slabs.role_of(ObjectReference{id_, index});
        const ObjectState what = states_[index];
        const bool large = cell.height >= smallest_marked_cell;
        const float radius = large ? 2 : 0;
        if (what == ObjectState::in_use) {
            const Colour used = mix(palette_.raised, palette_.blue, palette_.used_part);
            painter_.fill(cell, of_object == Role::taken ? palette_.amber : used, radius);
        } else {
            painter_.fill(cell, palette_.hollow, radius);
            draw_free_edge(cell, what, radius);
            if (of_object == Role::taken) painter_.outline(cell, palette_.amber, 2, radius);
        }
        if (of_object == Role::changed) painter_.outline(cell, palette_.cyan, large ? 2 : 1, radius);
        if (of_object == Role::mistake) painter_.outline(cell.grown(1), palette_.mistake, 2, radius);
        if (large) draw_debugging(cell, what);
        if (record.marks != 0) draw_damage(cell);
        draw_pick(cell, index, radius);
    }

    void draw_free_edge(const Rectangle& cell, ObjectState what, float radius) const {
        const Colour edge = palette_.free_object_edge();
        switch (what) {
        case ObjectState::lost: painter_.dashed_outline(cell, palette_.mistake); return;
        case ObjectState::on_cpu_freelist: painter_.outline(cell, palette_.green, 1, radius); return;
        case ObjectState::in_cpu_array:
            painter_.outline(cell, palette_.green, 1, radius);
            if (cell.height >= 5) painter_.fill({cell.centre_x() - 2, cell.centre_y() - 1.5f, 4, 3}, palette_.green);
            return;
        default: painter_.outline(cell, edge, 1, radius); return;
        }
    }

    /// Red zones are bars at both ends; poison is a hatch.
    void draw_debugging(const Rectangle& cell, ObjectState what) const {
        if (cache_.geometry.has(slab_flag::red_zone)) {
            const Colour zone = mix(palette_.raised, palette_.vermilion, 0.9f);
            painter_.fill({cell.x, cell.y, 2, cell.height}, zone);
            painter_.fill({cell.right() - 2, cell.y, 2, cell.height}, zone);
        }
        const bool poisoned = what != ObjectState::in_use && cache_.geometry.has(slab_flag::object_poison);
        if (!poisoned) return;
        const Colour hatch = with_alpha(palette_.dim, 0.55f);
        for (float x = cell.x + 4; x + cell.height * 0.5f < cell.right() - 2; x += 5)
            painter_.stroke({x, cell.bottom() - 2}, {x + cell.height * 0.5f - 1, cell.y + 2}, hatch, painter_.line());
    }

    void draw_damage(const Rectangle& cell) const {
        const float reach = std::min(cell.height, cell.width) * 0.3f;
        const Point centre{cell.centre_x(), cell.centre_y()};
        painter_.outline(cell, palette_.mistake, 1.5f, 2);
        painter_.stroke({centre.x - reach, centre.y - reach}, {centre.x + reach, centre.y + reach}, palette_.mistake,
                        1.5f);
        painter_.stroke({centre.x - reach, centre.y + reach}, {centre.x + reach, centre.y - reach}, palette_.mistake,
                        1.5f);
    }

    void draw_pick(const Rectangle& cell, ObjectIndex index, float radius) const {
        const ObjectReference here{id_, index};
        const auto is = [&](std::uint64_t address) {
            return address != no_address && object_of_address(state_, address) == here;
        };
        if (is(context_.highlight.selected_address()))
            painter_.outline(cell.grown(2), palette_.amber, 1.5f, radius + 2);
        if (is(context_.highlight.hovered_address())) painter_.outline(cell.grown(1), palette_.ink, 1, radius + 1);
    }

    void draw_freelists() const {
        draw_freelist(slab_.freelist, mix(palette_.raised, palette_.ink, 0.62f));
        if (slab_.place == SlabPlace::cpu && state_.allocator == SlabAllocatorKind::slub)
            draw_freelist(state_.cpu_cache(slab_.cache, slab_.cpu).freelist, palette_.green);
    }

    /// A dot where the list begins, a line through neighbours, an arrow where they end. From the end of a row to
    /// the start of the next one there is no line: that is how one reads.
    void draw_freelist(ObjectIndex first, Colour colour) const {
        if (first >= slab_.objects) return;
        std::vector<bool> met(slab_.objects, false);
        ObjectIndex now = first;
        unsigned arrows = 0;
        painter_.disc(middle(now), std::min(3.0f, layout_.scale.height * 0.24f), colour);
        while (arrows < most_arrows) {
            met[now] = true;
            const ObjectIndex next = state_.object(slab_, now).next;
            if (next >= slab_.objects) return;
            const bool broken = met[next];
            const Colour line = broken ? palette_.mistake : colour_of_link(now, colour);
            if (!broken && continues(now, next)) {
                painter_.stroke(middle(now), middle(next), line, 1.3f);
            } else if (broken || !neighbours(now, next) || same_row(now, next)) {
                arrow(middle(now), middle(next), line);
                ++arrows;
            }
            if (broken) return;
            now = next;
        }
    }

    bool same_row(ObjectIndex a, ObjectIndex b) const { return a / layout_.columns == b / layout_.columns; }
    static bool neighbours(ObjectIndex a, ObjectIndex b) { return a + 1 == b || b + 1 == a; }
    /// Does the link after `next` go the same way, so that one arrow does for both?
    bool continues(ObjectIndex from, ObjectIndex next) const {
        const ObjectIndex after = state_.object(slab_, next).next;
        if (after >= slab_.objects) return false;
        return same_row(from, after) && neighbours(from, next) && after - next == next - from;
    }

    Colour colour_of_link(ObjectIndex from, Colour colour) const {
        const Role of_object = context_.slabs.role_of(ObjectReference{id_, from});
        return of_object == Role::taken ? palette_.cyan : colour;
    }

    Point middle(ObjectIndex index) const {
        const Rectangle cell = layout_.object(at_, index);
        return {cell.centre_x(), cell.centre_y()};
    }

    void arrow(Point from, Point to, Colour colour) const {
        const float x = to.x - from.x;
        const float y = to.y - from.y;
        const float length = std::sqrt(x * x + y * y);
        if (length < 1) return;
        const Point along{x / length, y / length};
        const float head = std::min(7.0f, layout_.scale.height * 0.55f);
        const Point tip{to.x + along.x, to.y + along.y};
        const Point back{tip.x - along.x * head, tip.y - along.y * head};
        painter_.stroke(from, back, colour, 1.3f);
        const float half = head * 0.42f;
        painter_.list().AddTriangleFilled({tip.x, tip.y}, {back.x - along.y * half, back.y + along.x * half},
                                          {back.x + along.y * half, back.y - along.x * half}, colour);
    }

    /// What the pointer is at: an object, or the slab.
    void point() const {
        if (!context_.pointer.here || !at_.contains(context_.pointer.at)) return;
        for (unsigned index = 0; index < slab_.objects; ++index) {
            if (!layout_.object(at_, index).grown(layout_.scale.gap / 2).contains(context_.pointer.at)) continue;
            const std::uint64_t address = object_address(state_, {id_, static_cast<ObjectIndex>(index)});
            context_.wishes.hover_address = address;
            context_.wishes.tip = tip_of(static_cast<ObjectIndex>(index));
            context_.wishes.cursor = ImGuiMouseCursor_Hand;
            if (context_.pointer.clicked) context_.wishes.select_address = address;
            return;
        }
        context_.wishes.hover = slab_.pfn;
        if (context_.pointer.clicked) context_.wishes.select = slab_.pfn;
    }

    std::string_view state_words(ObjectIndex index) const {
        const bool kept_away = quarantined_ && states_[index] == ObjectState::lost;
        return kept_away ? "out of use with its slab: a check found it damaged" : state_text(states_[index]);
    }

    std::vector<std::string> tip_of(ObjectIndex index) const {
        const SlabObject& record = state_.object(slab_, index);
        const Session& session = context_.playback.session();
        const std::string name = record.allocated ? object_name(session, record.allocated_by) : std::string();
        std::vector<std::string> lines;
        lines.push_back((name.empty() ? "" : name + " · ") + "object " + std::to_string(index) + " of slab " +
                        std::to_string(slab_.pfn));
        lines.push_back(std::string(cache_.name_text()) + " · " + std::string(state_words(index)));
        if (record.allocated && record.requested != 0)
            lines.push_back(count_text(record.requested) + " of " + count_text(cache_.geometry.object_size) +
                            " bytes were asked for");
        if (record.marks != 0) lines.push_back("damaged: " + damage_text(record.marks));
        if (record.allocated_by != no_operation)
            lines.push_back("taken by operation " + count_text(record.allocated_by + std::uint64_t{1}));
        if (!record.allocated && record.freed_by != no_operation)
            lines.push_back("freed by operation " + count_text(record.freed_by + std::uint64_t{1}));
        return lines;
    }

    const ViewContext& context_;
    const Painter& painter_;
    const Palette& palette_;
    const SlabState& state_;
    const Slab& slab_;
    const KmemCache& cache_;
    SlabId id_;
    const CardLayout& layout_;
    const Rectangle& at_;
    std::vector<ObjectState> states_;
    bool quarantined_;
};

}  // namespace

CardLayout card_layout(const Painter& painter, const SlabState& state, CacheId cache, unsigned scale) {
    const CacheGeometry& geometry = state.caches[cache].geometry;
    CardLayout layout;
    layout.scale = card_scales[std::min(scale, smallest_card_scale)];
    layout.columns = columns_for(geometry.objects);
    layout.rows = (geometry.objects + layout.columns - 1) / layout.columns;
    layout.strip = state.allocator == SlabAllocatorKind::slab ? 10 : 0;
    const auto columns = static_cast<float>(layout.columns);
    const bool named = scale < 3;
    const std::string widest = std::to_string(geometry.objects);
    const float header =
        painter.width(style::code_small, (named ? "slab 12345  " : "12345 ") + widest + " / " + widest);
    const float grid = columns * (layout.scale.width + layout.scale.gap) - layout.scale.gap;
    const float inner = std::min(std::max(grid, header), std::max(grid, columns * (widest_object + layout.scale.gap)));
    layout.cell = std::floor((inner + layout.scale.gap) / columns) - layout.scale.gap;
    layout.width =
        std::max(columns * (layout.cell + layout.scale.gap) - layout.scale.gap, header) + 2 * layout.scale.padding;
    layout.height = layout.scale.header + layout.strip + layout.scale.padding - layout.scale.gap +
                    static_cast<float>(layout.rows) * (layout.scale.height + layout.scale.gap);
    return layout;
}

void draw_slab_card(const ViewContext& context, SlabId slab, const CardLayout& layout, const Rectangle& card) {
    Card(context, slab, layout, card).draw();
}

void draw_gone_card(const ViewContext& context, Pfn pfn, const CardLayout& layout, const Rectangle& card) {
    const Painter& painter = context.painter;
    painter.dashed_outline(card, context.palette().dim);
    painter.words(style::code_small, card.x + layout.scale.padding, card.y + layout.scale.header / 2 + 1,
                  context.palette().dim, "slab " + std::to_string(pfn));
    if (card.height < 44) return;
    const float left = card.x + layout.scale.padding;
    painter.words_if_room(style::fact, {left, card.y + layout.scale.header, card.width - layout.scale.padding, 18}, 0,
                          context.palette().dim, "back to the page allocator");
}

}  // namespace pageframe::ui
