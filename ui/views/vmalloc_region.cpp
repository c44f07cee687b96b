#include "ui/views/vmalloc_region.h"

#include <algorithm>
#include <cmath>

#include "ui/format.h"

namespace pageframe::ui {
namespace {

constexpr float guard_width = 7;

/// Areas of both trees in ascending order from `address` on, or before it.
AreaIndex lower_of(const VmallocState& state, AreaIndex a, AreaIndex b) {
    if (a == no_vmap_area) return b;
    if (b == no_vmap_area) return a;
    return state.areas[a].start < state.areas[b].start ? a : b;
}

/// All busy and lazy areas by address.
std::vector<AreaIndex> areas_in_order(const VmallocState& state) {
    std::vector<AreaIndex> areas;
    AreaIndex busy = first_area(state, AreaTree::busy);
    AreaIndex lazy = first_area(state, AreaTree::lazy);
    while (busy != no_vmap_area || lazy != no_vmap_area) {
        const AreaIndex next = lower_of(state, busy, lazy);
        areas.push_back(next);
        (next == busy ? busy : lazy) = next_area(state, next);
    }
    return areas;
}

bool has_guard(const VmapArea& area) { return area.has_vm && !(area.flags & vm::no_guard); }

/// What is small needs no word: it stands between areas.
std::string free_text(const RegionPart& part) {
    const std::uint64_t bytes = part.end - part.start;
    return gap_text(bytes) + (bytes >> 40 ? " free" : "");
}

float width_of(const ViewContext& context, const RegionPart& part) {
    if (part.tree == AreaTree::free) return std::max(context.painter.width(style::fact, free_text(part)) + 16, 40.0f);
    const auto pages = static_cast<float>((part.end - part.start) >> page_shift);
    return std::clamp(18 + 7 * std::sqrt(pages), 30.0f, 150.0f);
}

void tell_part(const ViewContext& context, const RegionPart& part) {
    std::vector<std::string>& lines = context.wishes.tip;
    const std::string range = grouped_address(part.start) + " – " + grouped_address(part.end);
    if (part.tree == AreaTree::free) {
        lines = {"Free: " + gap_text(part.end - part.start), range};
        return;
    }
    const VmapArea& area = context.state.vmalloc.areas[part.area];
    const std::uint64_t pages = mapped_bytes(area) >> page_shift;
    const std::string name = area_name(context, area);
    if (part.tree == AreaTree::lazy) {
        lines = {"Freed, and not yet free", range, "unmapped; no TLB has been flushed since, so nobody may have it"};
    } else {
        lines = {(name.empty() ? "Area" : name) + " · " + count_text(pages) + (pages == 1 ? " page" : " pages"), range,
                 has_guard(area) ? "and a guard page behind it" : "without a guard page"};
    }
    if (area.operation < context.playback.session().timeline().operation_count())
        lines.push_back((part.tree == AreaTree::lazy ? "freed by operation " : "taken by operation ") +
                        std::to_string(area.operation + 1));
    context.wishes.cursor = ImGuiMouseCursor_Hand;
    if (context.pointer.clicked) context.wishes.select_address = part.start;
}

void draw_free_part(const ViewContext& context, const RegionPart& part, const Rectangle& place) {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const std::string text = free_text(part);
    const float width = painter.width(style::fact, text);
    const float middle = place.centre_y();
    const float left = place.centre_x() - width / 2;
    if (width + 4 <= place.width) {
        painter.words(style::fact, left, middle, palette.faint, text);
        painter.horizontal(place.x + 2, left - 4, middle, palette.hairline);
        painter.horizontal(left + width + 4, place.right() - 2, middle, palette.hairline);
    } else {
        painter.horizontal(place.x + 2, place.right() - 2, middle, palette.hairline);
    }
}

void draw_area_part(const ViewContext& context, const RegionPart& part, const Rectangle& place, bool looked_at) {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const VmapArea& area = context.state.vmalloc.areas[part.area];
    Rectangle body = place;
    if (part.tree == AreaTree::lazy) {
        painter.fill(body, palette.hollow, 3);
        draw_hatching(painter, body, mix(palette.ground, palette.dim, 0.55f));
        painter.outline(body, palette.dim, 1, 3);
    } else {
        if (has_guard(area)) {
            body.width -= guard_width + 1;
            painter.dashed_outline({body.right() + 1, body.y, guard_width, body.height}, palette.vermilion);
        }
        painter.fill(body, mix(palette.ground, palette.blue, looked_at ? 0.85f : 0.5f), 3);
        const std::string name = area_name(context, area);
        const std::string text = name.empty() ? count_text(mapped_bytes(area) >> page_shift) : name;
        painter.words_if_room(style::code_small, body, 6, looked_at ? palette.on_used : palette.ink, text);
    }
    const std::uint64_t selected = context.highlight.selected_address();
    if (selected >= part.start && selected < part.end && selected != no_address)
        painter.outline(place.grown(2), palette.amber, 1.5f, 4);
}

}  // namespace

std::string gap_text(std::uint64_t bytes) {
    constexpr std::uint64_t tib = 1ULL << 40;
    if (bytes < tib) return bytes_text(bytes);
    const std::uint64_t tenths = (bytes * 10 + tib / 2) / tib;
    return std::to_string(tenths / 10) + (tenths % 10 ? "." + std::to_string(tenths % 10) : "") + " TiB";
}

std::uint64_t mapped_bytes(const VmapArea& area) { return area.bytes() - (has_guard(area) ? page_size : 0); }

std::string area_name(const ViewContext& context, const VmapArea& area) {
    const Session& session = context.playback.session();
    if (area.tree != AreaTree::busy || area.operation >= session.timeline().operation_count()) return "";
    return session.variable_of(area.operation);
}

AreaIndex area_in_view(const VmallocState& state, const Access& access) {
    for (const AreaTree tree : {AreaTree::busy, AreaTree::lazy}) {
        const AreaIndex area = find_area(state, tree, access.address);
        if (area != no_vmap_area) return area;
    }
    AreaIndex latest = no_vmap_area;
    for (AreaIndex area = first_area(state, AreaTree::busy); area != no_vmap_area; area = next_area(state, area)) {
        const OperationNumber by = state.areas[area].operation;
        if (latest == no_vmap_area || (by != no_operation && (state.areas[latest].operation == no_operation ||
                                                              by > state.areas[latest].operation)))
            latest = area;
    }
    return latest != no_vmap_area ? latest : first_area(state, AreaTree::lazy);
}

Region region_around(const VmallocState& state, std::uint64_t address, std::size_t most) {
    const std::vector<AreaIndex> areas = areas_in_order(state);
    std::size_t here = 0;
    while (here + 1 < areas.size() && state.areas[areas[here + 1]].start <= address) ++here;
    std::size_t first = here > most / 2 ? here - most / 2 : 0;
    const std::size_t end = std::min(first + most, areas.size());
    first = end > most ? std::min(first, end - most) : 0;
    Region region;
    region.before = first;
    region.after = areas.size() - end;
    std::uint64_t at = first == 0 ? layout::vmalloc_start : state.areas[areas[first - 1]].end;
    for (std::size_t i = first; i < end; ++i) {
        const VmapArea& area = state.areas[areas[i]];
        if (area.start > at) region.parts.push_back({at, area.start, AreaTree::free, no_vmap_area});
        region.parts.push_back({area.start, area.end, area.tree, areas[i]});
        at = area.end;
    }
    if (region.after == 0) region.parts.push_back({at, layout::vmalloc_end + 1, AreaTree::free, no_vmap_area});
    return region;
}

void draw_hatching(const Painter& painter, const Rectangle& area, Colour colour) {
    painter.push_clip(area);
    for (float x = area.x - area.height + 2; x < area.right(); x += 6)
        painter.stroke({x, area.bottom()}, {x + area.height, area.y}, colour, 1);
    painter.pop_clip();
}

void draw_region(const ViewContext& context, const Region& region, AreaIndex looked_at, const Rectangle& row) {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    std::vector<float> widths;
    std::size_t here = 0;
    for (const RegionPart& part : region.parts) {
        if (part.area == looked_at && part.tree != AreaTree::free) here = widths.size();
        widths.push_back(width_of(context, part));
    }
    // As many as fit, the one looked at among them.
    constexpr float gap = 3, end_room = 34;
    std::size_t first = here, end = here;
    float used = 0;
    const float room = row.width - (region.before + region.after > 0 ? 2 * end_room : 0);
    while (first > 0 || end < widths.size()) {
        const bool can_right = end < widths.size() && used + widths[end] + gap <= room;
        const bool can_left = first > 0 && used + widths[first - 1] + gap <= room;
        if (can_left && (!can_right || here - first < end - here)) {
            used += widths[--first] + gap;
        } else if (can_right) {
            used += widths[end++] + gap;
        } else {
            break;
        }
    }
    std::size_t left_out_before = region.before, left_out_after = region.after;
    for (std::size_t i = 0; i < first; ++i) left_out_before += region.parts[i].tree != AreaTree::free;
    for (std::size_t i = end; i < region.parts.size(); ++i) left_out_after += region.parts[i].tree != AreaTree::free;

    float x = row.x;
    if (left_out_before > 0)
        x = painter.words(style::fact, x, row.centre_y(), palette.dim, "+" + count_text(left_out_before)) + 6;
    for (std::size_t i = first; i < end; ++i) {
        const RegionPart& part = region.parts[i];
        const Rectangle place{x, row.y, widths[i], row.height};
        if (part.tree == AreaTree::free)
            draw_free_part(context, part, place);
        else
            draw_area_part(context, part, place, part.area == looked_at);
        if (context.pointer.here && place.contains(context.pointer.at)) tell_part(context, part);
        x += widths[i] + gap;
    }
    if (left_out_after > 0)
        painter.words(style::fact, x + 3, row.centre_y(), palette.dim, "+" + count_text(left_out_after));
}

}  // namespace pageframe::ui
