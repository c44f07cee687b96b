#include "ui/views/object_view.h"

#include <algorithm>
#include <cmath>

#include "engine/core/address_text.h"
#include "engine/slab/slab_info.h"
#include "ui/format.h"
#include "ui/slab_focus.h"
#include "ui/wrapped_text.h"

namespace pageframe::ui {
namespace {

constexpr float line_height = 17;
constexpr float offset_column = 38;
constexpr float slab_column = 268;
constexpr float column_gap = 28;
constexpr float pixels_of_a_notch = 34;
constexpr float zoom_of_a_notch = 1.2f;

std::string hexadecimal(std::uint32_t value, unsigned digits) {
    std::string text;
    for (unsigned digit = digits; digit-- > 0;) text += "0123456789abcdef"[value >> (4 * digit) & 15U];
    return text;
}

std::string offset_text(std::int32_t offset) {
    const auto distance = static_cast<std::uint32_t>(offset < 0 ? -offset : offset);
    return (offset < 0 ? "-" : "") + hexadecimal(distance, distance > 0xfff ? 4 : 3);
}

Colour colour_of(const Palette& palette, const ObjectByte& byte) {
    if (byte.damaged) return palette.mistake;
    switch (byte.kind) {
    case ByteKind::payload: return byte.value == 0 ? palette.dim : palette.ink;
    case ByteKind::not_asked_for: return palette.faint;
    case ByteKind::poison: return palette.dim;
    case ByteKind::red_zone: return palette.vermilion;
    case ByteKind::free_pointer: return palette.blue;
    case ByteKind::tracking:
    case ByteKind::padding: return palette.faint;
    }
    return palette.ink;
}

std::string_view state_words(const SlabObject& record) { return record.allocated ? "in use" : "free"; }

/// What a line's bytes are for: the kind that most of them are, and the free pointer before all others.
std::string label_of(const ObjectBytes& object, const ByteLine& line, const SlabObject& record) {
    ByteKind kind = object.bytes[line.first + line.count - 1].kind;
    bool damaged = false;
    bool pointer = false;
    for (std::uint32_t i = line.first; i < line.first + line.count; ++i) {
        damaged |= object.bytes[i].damaged;
        pointer |= object.bytes[i].kind == ByteKind::free_pointer;
    }
    if (pointer) kind = ByteKind::free_pointer;
    std::string text(byte_kind_text(kind));
    if (kind == ByteKind::payload && !record.allocated) text = "left as it was";
    if (kind == ByteKind::red_zone && line.offset < 0) text = "left red zone";
    if (kind == ByteKind::free_pointer && !damaged)
        text += record.next == no_object ? ": NULL" : " → object " + std::to_string(record.next);
    if (damaged) text += kind == ByteKind::poison ? ", written while free" : ", overwritten";
    if (line.repeated > 1) text += " · " + count_text(line.repeated) + " such lines";
    return text;
}

}  // namespace

void ObjectView::draw(const ViewContext& context) {
    const SlabState& state = context.state.slab;
    const CacheId cache = context.slabs.cache();
    const Painter& painter = context.painter;
    if (cache == no_cache) {
        draw_heading(painter, context.area, "OBJECT", "", "");
        return;
    }
    ObjectReference object = context.slabs.object();
    if (object.slab == no_slab || object.index == no_object || state.slabs[object.slab].cache != cache) object = {};
    const bool wide = context.area.width >= 560;
    const float right = wide ? slab_column + column_gap : 0;
    Rectangle bytes = context.area.below(heading_height);
    bytes.width -= right;
    Rectangle beside{bytes.right() + column_gap, bytes.y, slab_column, bytes.height};
    if (!wide) {
        beside = {bytes.x, bytes.bottom() - 78, bytes.width, 78};
        if (bytes.height > 160)
            bytes.height -= 84;
        else
            beside.height = 0;
    }
    if (object.slab == no_slab) {
        draw_heading(painter, context.area, "OBJECT", "", "");
        draw_wrapped(painter, style::words, bytes, context.palette().dim,
                     state.caches[cache].slabs == no_slab ? "There is no slab yet, and no object."
                                                          : "A click on an object shows its bytes.");
    } else {
        const SlabObject& record = state.object(state.slabs[object.slab], object.index);
        std::string name = record.allocated && record.allocated_by != no_operation
                               ? context.playback.session().variable_of(record.allocated_by)
                               : std::string();
        name = (name.empty() ? "" : name + " = ") + "object " + std::to_string(object.index) + " of slab " +
               std::to_string(state.slabs[object.slab].pfn) + " · " + std::string(state_words(record));
        draw_heading(painter, context.area, "OBJECT", name,
                     std::to_string(state.caches[cache].geometry.object_size) + " B at " +
                         hex_address(object_address(state, object)));
        draw_bytes(context, object, bytes);
    }
    if (beside.height < 40) return;
    draw_use(context, object, beside.top(38));
    draw_slab(context, cache, object, beside.below(wide ? 46 : 34));
}

void ObjectView::draw_bytes(const ViewContext& context, ObjectReference object, const Rectangle& area) {
    const Painter& painter = context.painter;
    const float pair = painter.width(style::code, "00 ");
    const std::uint32_t per_line = area.width >= offset_column + 16 * pair + 90 ? 16 : 8;
    const ObjectBytes bytes = object_bytes(context.state, object);
    const std::vector<ByteLine> lines = byte_lines(bytes, per_line);
    if (!(object == shown_)) scrolled_ = 0;
    shown_ = object;
    overflow_ = std::max(static_cast<float>(lines.size()) * line_height - area.height, 0.0f);
    const Pointer& pointer = context.pointer;
    if (pointer.here && overflow_ > 0) {
        if (pointer.zoom != 1) scrolled_ -= std::log(pointer.zoom) / std::log(zoom_of_a_notch) * pixels_of_a_notch;
        scrolled_ -= pointer.scroll.y + (pointer.dragging ? pointer.moved.y : 0);
    }
    scrolled_ = std::clamp(scrolled_, 0.0f, overflow_);
    if (overflow_ > 0) {
        const float part = area.height / (area.height + overflow_);
        painter.fill({area.right() + 6, area.y + (area.height - area.height * part) * (scrolled_ / overflow_), 3,
                      area.height * part},
                     context.palette().track, 1.5f);
    }
    painter.push_clip(area);
    float middle = area.y + line_height / 2 - scrolled_;
    const std::uint64_t address = object_address(context.state.slab, object);
    for (const ByteLine& line : lines) {
        if (middle > area.y - line_height && middle < area.bottom() + line_height)
            draw_line(context, bytes, line, {area.x, middle}, address, area.right());
        middle += line_height;
    }
    painter.pop_clip();
}

void ObjectView::draw_line(const ViewContext& context, const ObjectBytes& object, const ByteLine& line, Point at,
                           std::uint64_t address, float right) const {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const float pair = painter.width(style::code, "00 ");
    const float digits = painter.width(style::code, "00");
    painter.words_right(style::code_small, at.x + offset_column - 10, at.y, palette.faint, offset_text(line.offset));
    float left = at.x + offset_column;
    for (std::uint32_t i = 0; i < line.count; ++i) {
        const ObjectByte& byte = object.bytes[line.first + i];
        const Rectangle place{left, at.y - 8, digits, 16};
        const std::uint64_t here =
            address + static_cast<std::uint64_t>(static_cast<std::int64_t>(line.offset) + std::int64_t{i});
        if (byte.kind == ByteKind::red_zone)
            painter.fill({left - 2, at.y - 7, pair, 14}, with_alpha(palette.vermilion, 0.12f));
        if (byte.kind == ByteKind::free_pointer) painter.horizontal(left - 1, left + pair - 2, at.y + 7, palette.blue);
        if (byte.damaged) painter.outline({left - 2, at.y - 8, digits + 4, 16}, palette.mistake, 1, 2);
        const bool known = byte.kind != ByteKind::tracking;
        painter.words(style::code, left, at.y, colour_of(palette, byte), known ? hexadecimal(byte.value, 2) : "··");
        if (context.pointer.here && place.grown(2).contains(context.pointer.at)) {
            context.wishes.hover_address = here;
            context.wishes.tip = {hexadecimal(byte.value, 2) + " · " + std::string(byte_kind_text(byte.kind)),
                                  "byte " + std::to_string(line.offset + static_cast<std::int32_t>(i)) +
                                      " of the object, at " + hex_address(here)};
        }
        left += pair;
    }
    const SlabObject& record = context.state.slab.object(context.state.slab.slabs[shown_.slab], shown_.index);
    const std::string label = label_of(object, line, record);
    if (left + 10 + painter.width(style::fact, label) <= right)
        painter.words(style::fact, left + 10, at.y, palette.dim, label);
    else if (line.repeated > 1)
        painter.words(style::fact, left + 10, at.y, palette.dim, "×" + count_text(line.repeated));
}

/// "33 of 64 bytes asked for: 31 wasted", with a bar.
void ObjectView::draw_use(const ViewContext& context, ObjectReference object, const Rectangle& area) const {
    const SlabState& state = context.state.slab;
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const CacheGeometry& geometry = state.caches[context.slabs.cache()].geometry;
    std::uint32_t asked = geometry.object_size;
    bool free = false;
    if (object.slab != no_slab) {
        const SlabObject& record = state.object(state.slabs[object.slab], object.index);
        free = record.allocated == 0;
        if (!free && record.requested != 0) asked = record.requested;
    }
    if (free) {
        const std::string words = "free: " + count_text(geometry.object_size) + " bytes for the next who asks";
        painter.words(style::fact, area.x, area.y + 8, palette.ink, words);
        if (area.height >= 30) painter.fill({area.x, area.y + 20, area.width, 8}, palette.track, 2);
        return;
    }
    const std::uint32_t wasted = geometry.size - std::min(asked, geometry.size);
    std::string words = count_text(asked) + " of " + count_text(geometry.size) + " bytes asked for";
    const std::string rest = wasted == 0
                                 ? ": nothing wasted"
                                 : ": " + count_text(wasted) + (geometry.debugged() ? " for checks" : " wasted");
    if (painter.width(style::fact, words + rest) <= area.width) words += rest;
    painter.words(style::fact, area.x, area.y + 8, palette.ink, words);
    if (area.height < 30) return;
    const float bar = area.width * static_cast<float>(asked) / static_cast<float>(std::max(geometry.size, 1U));
    painter.fill({area.x, area.y + 20, area.width, 8}, palette.track, 2);
    painter.fill({area.x, area.y + 20, std::max(std::min(bar, area.width), 2.0f), 8},
                 mix(palette.ground, palette.blue, palette.used_part), 2);
    if (wasted > 0) painter.outline({area.x + bar, area.y + 20, area.width - bar, 8}, palette.vermilion, 1);
}

namespace {

/// A slab from end to end: management and colour in front, the objects, and what is left over.
struct SlabBar {
    Rectangle bar;
    Order order = 0;
    std::uint32_t objects = 0;
    std::uint64_t start = 0;  ///< bytes in front of the first object
    std::uint64_t rest = 0;   ///< bytes behind the last
    float scale = 0;          ///< pixels a byte
    float pitch = 0;          ///< pixels an object

    SlabBar(const SlabState& state, const CacheGeometry& geometry, ObjectReference object, Rectangle where)
        : bar(where) {
        const bool known = object.slab != no_slab;
        order = known ? state.slabs[object.slab].order : geometry.order;
        objects = known ? state.slabs[object.slab].objects : geometry.objects;
        if (known)
            start = state.slabs[object.slab].colour;
        else if (!geometry.management_off_slab)
            start = geometry.management_bytes;
        rest = (page_size << order) - start - std::uint64_t{objects} * geometry.size;
        scale = bar.width / static_cast<float>(page_size << order);
        pitch = static_cast<float>(geometry.size) * scale;
    }
    float left_of(std::uint32_t index) const {
        return bar.x + static_cast<float>(start) * scale + pitch * static_cast<float>(index);
    }
};

void draw_objects(const ViewContext& context, const SlabBar& slab, ObjectReference object) {
    const SlabState& state = context.state.slab;
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const bool known = object.slab != no_slab;
    const Colour used = mix(palette.ground, palette.blue, palette.used_part);
    if (slab.pitch < 3) {
        painter.fill({slab.left_of(0), slab.bar.y, slab.pitch * static_cast<float>(slab.objects), slab.bar.height},
                     used);
        if (known)
            painter.fill({slab.left_of(object.index), slab.bar.y - 2, std::max(slab.pitch, 3.0f), slab.bar.height + 4},
                         palette.amber);
        return;
    }
    for (std::uint32_t i = 0; i < slab.objects; ++i) {
        const Rectangle cell{slab.left_of(i), slab.bar.y, slab.pitch - 1, slab.bar.height};
        const bool here = known && i == object.index;
        if (known && !state.object(state.slabs[object.slab], static_cast<ObjectIndex>(i)).allocated) {
            painter.fill(cell, palette.hollow);
            painter.outline(cell, here ? palette.amber : palette.free_object_edge(), 1);
        } else {
            painter.fill(cell, here ? palette.amber : used);
        }
    }
}

}  // namespace

/// The slab's bytes as a bar: objects, those in use filled, and what is left over.
void ObjectView::draw_slab(const ViewContext& context, CacheId cache, ObjectReference object,
                           const Rectangle& area) const {
    if (area.height < 44) return;
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const SlabBar slab(context.state.slab, context.state.slab.caches[cache].geometry, object,
                       {area.x, area.y + 20, area.width, 14});
    const Rectangle& bar = slab.bar;
    draw_heading(painter, {area.x, area.y - 4, area.width, heading_height}, "INSIDE THE SLAB", "",
                 count_text(page_size << slab.order) + " bytes");
    painter.fill(bar, palette.track, 2);
    if (slab.start > 0) painter.fill({bar.x, bar.y, slab.left_of(0) - bar.x, bar.height}, palette.grey);
    draw_objects(context, slab, object);
    if (slab.rest > 0) {
        const float width = std::max(static_cast<float>(slab.rest) * slab.scale, 2.0f);
        painter.fill({bar.right() - width, bar.y, width, bar.height}, palette.vermilion);
    }
    for (std::uint64_t page = 1; page < frames_in(slab.order); ++page)
        painter.vertical(bar.x + static_cast<float>(page * page_size) * slab.scale, bar.bottom() + 2, bar.bottom() + 5,
                         palette.faint);
    const float words = bar.bottom() + 14;
    if (words > area.bottom()) return;
    painter.words(style::fact, bar.x, words, palette.dim,
                  count_text(slab.objects) + (slab.objects == 1 ? " object in " : " objects in ") +
                      count_text(frames_in(slab.order)) + (slab.order == 0 ? " page" : " pages"));
    painter.words_right(style::fact, bar.right(), words, slab.rest > 0 ? palette.vermilion : palette.dim,
                        slab.rest > 0 ? count_text(slab.rest) + " B left over" : "nothing left over");
}

}  // namespace pageframe::ui
