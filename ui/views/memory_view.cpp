#include "ui/views/memory_view.h"

#include <cmath>

#include "ui/description.h"
#include "ui/format.h"

namespace pageframe::ui {
namespace {

constexpr float legend_height = 28;
constexpr float legend_line = 18;
constexpr float legend_space = 11;
/// Below this width the legend takes two lines.
constexpr float narrow_legend = 640;
constexpr float zone_gutter = 52;
/// Below this height of a row no words fit in it.
constexpr float smallest_labelled_pitch = 16;
constexpr float narrowest_label = 22;
/// Pixels between spots, below which the pin of the second would lie over the first one's.
constexpr float closest_pins = 40;
/// A place narrower than this gets a pin.
constexpr float smallest_spot = 7;
constexpr unsigned most_pins = 4;
constexpr Pfn most_frames_searched_for_labels = 1U << 15;

unsigned zones_with_memory(const BuddyState& state) {
    unsigned count = 0;
    for (const Zone& zone : state.zones) count += zone.spanned > 0 ? 1 : 0;
    return count;
}

/// One bit a migrate type: has any pageblock that type?
using PresentTypes = unsigned;
PresentTypes present_types(const BuddyState& state) {
    PresentTypes present = 0;
    for (Pfn pfn = 0; pfn < state.frame_count(); pfn += pageblock_frames)
        present |= 1U << static_cast<unsigned>(state.pageblock_type(pfn));
    return present;
}
bool has(PresentTypes present, Migratetype type) { return (present >> static_cast<unsigned>(type) & 1U) != 0; }

bool legend_is_long(const ViewContext& context) {
    const PresentTypes present = present_types(context.state.buddy);
    return context.area.width < narrow_legend || has(present, Migratetype::cma) ||
           has(present, Migratetype::highatomic);
}

}  // namespace

void MemoryView::reset() {
    layout_.show_all();
    restore_zoom_ = 0;
}

void MemoryView::restore(float zoom, Pfn centre) {
    restore_zoom_ = zoom;
    restore_centre_ = centre;
}

void MemoryView::draw(const ViewContext& context) {
    place_plot(context);
    move(context);
    follow_step(context);
    context.wishes.next_frame |= map_.update(context.state.buddy, context.palette());

    draw_heading_and_facts(context);
    draw_legend(context);
    draw_zones(context);
    context.painter.push_clip(layout_.plot().grown(1));
    picture_.draw(context.painter, map_, layout_);
    draw_pageblocks(context);
    draw_labels(context);
    draw_block_outline(context, context.highlight.hovered_frame(), context.palette().ink, 1);
    draw_step(context);
    draw_block_outline(context, context.highlight.selected_frame(), context.palette().amber, 2);
    context.painter.pop_clip();
    point_at(context);
}

void MemoryView::place_plot(const ViewContext& context) {
    area_ = context.area;
    if (context.area.height >= 160 && context.area.width >= 280)
        area_.height -= legend_height + (legend_is_long(context) ? legend_line : 0);
    gutter_ = zones_with_memory(context.state.buddy) > 1 ? zone_gutter : 0;
    Rectangle plot = area_.below(heading_height);
    plot.x += gutter_;
    plot.width -= gutter_;
    layout_.fit(context.state.buddy, context.painter.snapped(plot));
    if (restore_zoom_ > 0) {
        layout_.restore(restore_zoom_, restore_centre_);
        restore_zoom_ = 0;
    }
}

void MemoryView::move(const ViewContext& context) {
    const Pointer& pointer = context.pointer;
    if (!pointer.here) return;
    if (pointer.zoom != 1) {
        layout_.zoom_about(pointer.at, pointer.zoom);
        context.wishes.view_changed = true;
    }
    const bool moved = pointer.dragging && (pointer.moved.x != 0 || pointer.moved.y != 0);
    if (moved || pointer.scroll.x != 0 || pointer.scroll.y != 0) {
        layout_.pan(pointer.scroll.x + (moved ? pointer.moved.x : 0), pointer.scroll.y + (moved ? pointer.moved.y : 0));
        context.wishes.view_changed = true;
    }
    if (pointer.dragging && !layout_.shows_all()) context.wishes.cursor = ImGuiMouseCursor_ResizeAll;
    if (pointer.double_clicked && layout_.plot().contains(pointer.at)) {
        layout_.show_all();
        context.wishes.view_changed = true;
    }
}

void MemoryView::follow_step(const ViewContext& context) {
    if (revision_ == context.playback.revision()) return;
    revision_ = context.playback.revision();
    if (!layout_.shows_all()) layout_.reveal(context.highlight.step_place());
}

void MemoryView::point_at(const ViewContext& context) const {
    const Pointer& pointer = context.pointer;
    if (!pointer.here || pointer.dragging) return;
    const Pfn pfn = layout_.frame_at(pointer.at);
    if (pfn != no_pfn) context.wishes.hover = pfn;
    if (pointer.clicked && layout_.plot().contains(pointer.at)) context.wishes.select = pfn;
}

void MemoryView::draw_heading_and_facts(const ViewContext& context) const {
    const BuddyState& state = context.state.buddy;
    const bool one_zone = zones_with_memory(state) == 1;
    std::string facts = count_text(state.frame_count()) + " frames";
    const float frames_per_pixel = 1 / layout_.frame_width();
    if (!layout_.shows_all()) {
        const double columns = layout_.end_visible_column() - layout_.first_visible_column();
        const double rows = static_cast<double>(layout_.plot().height / layout_.pitch());
        const double shown = std::min<double>(columns * rows, state.frame_count());
        facts = count_text(static_cast<std::uint64_t>(shown)) + " of " + facts;
    }
    if (frames_per_pixel >= 2)
        facts += " · one pixel " + count_text(static_cast<std::uint64_t>(frames_per_pixel + 0.5f)) + " frames";
    draw_heading(context.painter, context.area, "PHYSICAL MEMORY",
                 one_zone ? zone_name(state, context.zone) : std::string(), facts);
}

void MemoryView::draw_legend(const ViewContext& context) const {
    if (area_.height == context.area.height) return;
    enum class Form : std::uint8_t { full, hollow, half, band, hatched };
    struct Entry {
        const char* word;
        Colour colour;
        Form form;
        bool shown = true;
    };
    const Palette& palette = context.palette();
    const PresentTypes present = present_types(context.state.buddy);
    const Entry entries[] = {
        {"unmovable", palette.used(Migratetype::unmovable), Form::full},
        {"movable", palette.used(Migratetype::movable), Form::full},
        {"reclaimable", palette.used(Migratetype::reclaimable), Form::full},
        {"CMA", palette.used(Migratetype::cma), Form::full, has(present, Migratetype::cma)},
        {"high-atomic", palette.used(Migratetype::highatomic), Form::full, has(present, Migratetype::highatomic)},
        {"isolated", palette.dim, Form::hatched, has(present, Migratetype::isolate)},
        {"reserved", palette.grey, Form::full},
        {"free", palette.dim, Form::hollow},
        {"taken", palette.amber, Form::full},
        {"changed", palette.cyan, Form::hollow},
        {"on a CPU’s list", palette.dim, Form::half},
        {"pageblock", palette.blue, Form::band, layout_.shows_pageblocks()},
    };
    const Painter& painter = context.painter;
    const float first_left = context.area.x;
    float middle = area_.bottom() + 19;
    float left = first_left;
    for (const Entry& entry : entries) {
        if (!entry.shown) continue;
        const float width = 15 + painter.width(style::fact, entry.word);
        if (left + width > context.area.right()) {
            if (middle + legend_line > context.area.bottom() + 1) break;
            middle += legend_line;
            left = first_left;
        }
        const Rectangle swatch{left, middle - 4.5f, 9, 9};
        if (entry.form == Form::full) painter.fill(swatch, entry.colour);
        if (entry.form == Form::half) painter.fill(swatch.below(4.5f), entry.colour);
        if (entry.form == Form::band) painter.fill({left, middle - 1, 9, 2}, entry.colour);
        if (entry.form == Form::hatched) hatch(context, swatch);
        if (entry.form == Form::hollow || entry.form == Form::half) painter.outline(swatch, entry.colour, 1);
        painter.words(style::fact, left + 15, middle, palette.dim, entry.word);
        left += width + legend_space;
    }
}

void MemoryView::draw_zones(const ViewContext& context) const {
    const BuddyState& state = context.state.buddy;
    const Palette& palette = context.palette();
    if (gutter_ == 0) return;
    float free_from = layout_.plot().y;
    for (ZoneId id = 0; id < state.zones.size(); ++id) {
        const Zone& zone = state.zones[id];
        if (zone.spanned == 0) continue;
        const float top = std::max(layout_.row_top(layout_.row_from(zone.start)), layout_.plot().y);
        const float end = layout_.row_top(layout_.row_from(zone.start + zone.spanned));
        const float bottom = std::min(end, layout_.plot().bottom());
        if (bottom <= top) continue;
        const float middle = std::max(top + 5, free_from + 5);
        if (middle + 5 > layout_.plot().bottom()) continue;
        const Colour colour = id == context.zone ? palette.ink : palette.dim;
        context.painter.words(style::fact, context.area.x, middle, colour, short_zone_name(state, id));
        context.painter.vertical(layout_.plot().x - 6, top, bottom - 1,
                                 id == context.zone ? palette.dim : palette.hairline);
        free_from = middle + 8;
    }
}

/// What a pageblock is for, in a band below its frames; pageblocks are a pixel apart.
void MemoryView::draw_pageblocks(const ViewContext& context) const {
    if (!layout_.shows_pageblocks()) return;
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const BuddyState& state = context.state.buddy;
    const std::uint32_t end = layout_.end_visible_row();
    const Pfn step = std::min(pageblock_frames, layout_.frames_per_row());
    for (std::uint32_t row = layout_.first_visible_row(); row < end; ++row) {
        for (Pfn column = 0; column < layout_.frames_per_row(); column += step) {
            const Pfn pfn = layout_.row_start(row) + column;
            if (pfn >= state.frame_count()) break;
            if (class_of(map_.codes()[pfn]) == FrameClass::absent) continue;
            const Rectangle bar = layout_.bar(row, column, column + step);
            const Rectangle visible = bar.intersection(layout_.plot());
            if (visible.width <= 0) continue;
            const Migratetype type = state.pageblock_type(pfn);
            const float part = type == Migratetype::movable ? 0.55f : 0.95f;
            painter.fill({bar.x, painter.snap(bar.bottom()) + painter.line(), bar.width - 2, layout_.pageblock_band()},
                         mix(palette.ground, palette.hue(type), part));
            if (type == Migratetype::isolate) hatch(context, visible);
        }
    }
}

void MemoryView::hatch(const ViewContext& context, const Rectangle& area) const {
    const Painter& painter = context.painter;
    painter.push_clip(area);
    for (float x = area.x - area.height; x < area.right(); x += 6)
        painter.stroke({x, area.bottom()}, {x + area.height, area.y}, context.palette().dim, 1.5f);
    painter.pop_clip();
}

void MemoryView::draw_labels(const ViewContext& context) const {
    if (layout_.pitch() < smallest_labelled_pitch) return;
    const FrameCode* codes = map_.codes();
    const auto first_column = static_cast<Pfn>(layout_.first_visible_column());
    const auto end_column = static_cast<Pfn>(std::ceil(layout_.end_visible_column()));
    const std::uint32_t end_row = layout_.end_visible_row();
    const std::uint32_t first_row = layout_.first_visible_row();
    if ((end_column - first_column) * (end_row - first_row) > most_frames_searched_for_labels) return;
    for (std::uint32_t row = first_row; row < end_row; ++row) {
        const Pfn start = layout_.row_start(row);
        const Pfn row_end = std::min(start + layout_.frames_per_row(), map_.frame_count());
        for (Pfn pfn = start + first_column; pfn < std::min(start + end_column, row_end);) {
            Pfn head = pfn;
            while (head > start && (codes[head] & starts_block) == 0) --head;
            Pfn end = pfn + 1;
            while (end < row_end && (codes[end] & starts_block) == 0) ++end;
            const Rectangle bar = layout_.bar(row, head - start, end - start).intersection(layout_.plot());
            if (bar.width >= narrowest_label && (codes[head] & starts_block) != 0)
                draw_block_label(context, head, end - head, bar);
            pfn = end;
        }
    }
}

void MemoryView::draw_block_label(const ViewContext& context, Pfn head, Pfn frames, const Rectangle& bar) const {
    const FrameClass frame_class = class_of(map_.codes()[head]);
    if (frame_class == FrameClass::absent) return;
    const Palette& palette = context.palette();
    const Role role = context.highlight.role_of(head, frames);
    Colour colour = frame_class == FrameClass::used ? palette.on_used : palette.dim;
    if (frame_class == FrameClass::reserved) colour = palette.dim;
    if (role == Role::taken) return;  // the step's own mark carries its label
    const std::string number = std::to_string(head);
    std::string full = number;
    const PageFrame& frame = context.state.buddy.frames[head];
    if (frame_class == FrameClass::used && frame.operation < context.playback.session().timeline().operation_count()) {
        const std::string variable = context.playback.session().variable_of(frame.operation);
        if (!variable.empty()) full = variable + " " + number;
    } else if (frame_class == FrameClass::free) {
        full = number + " order " + std::to_string(frame.order);
    }
    if (!context.painter.words_if_room(style::code_small, bar, 5, colour, full))
        context.painter.words_if_room(style::code_small, bar, 4, colour, number);
}

void MemoryView::draw_step(const ViewContext& context) const {
    const Palette& palette = context.palette();
    unsigned pins = 0;
    Rectangle pinned;
    for (const pageframe::Highlight& span : context.highlight.step()) {
        const bool filled = span.role == Role::taken || span.role == Role::mistake;
        const Colour colour = palette.role(span.role);
        Rectangle spot;
        float total = 0;
        layout_.for_each_piece(span.frames.pfn, span.frames.frames, [&](Rectangle bar) {
            bar.width = std::max(bar.width, 3.0f);
            bar.height = std::max(bar.height, 3.0f);
            if (filled || bar.width < 6)
                context.painter.fill(bar, colour);
            else
                context.painter.outline(bar.height >= 6 ? bar : bar.grown(1), colour, bar.height >= 6 ? 2.0f : 1.0f);
            if (filled) {
                const std::string label = std::to_string(span.frames.pfn);
                if (layout_.pitch() >= smallest_labelled_pitch && total == 0)
                    context.painter.words_if_room(style::code_small, bar, 5, palette.on_amber, label);
            }
            if (total == 0) spot = bar;
            total += bar.width;
        });
        const bool small = total > 0 && (total < smallest_spot || spot.height < 4);
        // Of a step that took hundreds of frames a few pins say where to look; of neighbours, the first one's.
        const bool beside = pins > 0 && spot.y == pinned.y && std::abs(spot.x - pinned.x) < closest_pins;
        if (small && !beside && pins < most_pins && draw_pin(context, spot, span.frames.pfn, span.role)) {
            ++pins;
            pinned = spot;
        }
    }
}

/// A short line and the pfn beside a spot that is easily overlooked. False: not worth one.
bool MemoryView::draw_pin(const ViewContext& context, const Rectangle& spot, Pfn pfn, Role role) const {
    if (context.highlight.step().size() > most_pins && role != Role::taken) return false;
    const Painter& painter = context.painter;
    const std::string text = std::to_string(pfn);
    const float width = painter.width(style::code_small, text) + 10;
    const Rectangle& plot = layout_.plot();
    const bool right = spot.right() + 10 + width < plot.right();
    const bool above = role != Role::changed;
    const float wanted = above ? spot.y - 14 : spot.bottom() + 14;
    const float middle = std::clamp(wanted, plot.y + 9, plot.bottom() - 9);
    const float left = right ? spot.right() + 8 : spot.x - 8 - width;
    const Colour colour = context.palette().role(role);
    painter.stroke({spot.centre_x(), spot.centre_y()}, {right ? left : left + width, middle}, colour, 1);
    const Rectangle card{left, middle - 8, width, 16};
    painter.fill(card, context.palette().ground, 3);
    painter.outline(card, colour, 1, 3);
    painter.words(style::code_small, left + 5, middle, colour, text);
    return true;
}

void MemoryView::draw_block_outline(const ViewContext& context, Pfn pfn, Colour colour, float thickness) const {
    if (pfn == no_pfn || pfn >= context.state.buddy.frame_count()) return;
    const BlockReference block = find_block(context.state.buddy, pfn);
    const Pfn head = block.head == no_pfn ? pfn : block.head;
    layout_.for_each_piece(head, frames_in(block.order), [&](Rectangle bar) {
        const bool small = bar.width < 6 || bar.height < 6;
        bar.width = std::max(bar.width, 4.0f);
        bar.height = std::max(bar.height, 4.0f);
        context.painter.outline(small ? bar.grown(1) : bar, colour, thickness);
    });
}

}  // namespace pageframe::ui
