#include "ui/views/vmalloc_view.h"

#include <algorithm>
#include <cmath>

#include "ui/format.h"
#include "ui/views/curve.h"
#include "ui/views/vmalloc_frames.h"
#include "ui/views/vmalloc_region.h"

namespace pageframe::ui {
namespace {

constexpr float region_height = 22, page_height = 24, strip_height = 18, label_height = 18;
constexpr float widest_page = 64, narrowest_page = 5;
constexpr std::size_t most_parts = 200;

struct PageRow {
    Rectangle row;
    float left;  ///< of the first page
    float pitch;
    Rectangle guard;
    Rectangle place(std::size_t index) const {
        return {left + pitch * static_cast<float>(index), row.y, pitch - (pitch > 8 ? 2.0f : 1.0f), row.height};
    }
};

PageRow lay_out_pages(const ViewContext& context, const AreaPages& pages, const VmapArea& area, const Rectangle& row) {
    const bool guard = mapped_bytes(area) < area.bytes() && pages.after == 0;
    const float before = pages.before > 0 ? 40 : 0;
    const float after = pages.after > 0 ? 40 : guard ? 50 : 0;
    const float room = row.width - before - after;
    const float count = static_cast<float>(std::max<std::size_t>(pages.pages.size(), 1));
    float pitch = std::clamp(room / count, 1.0f, widest_page);
    if (pitch > 4)
        pitch = std::floor(pitch * context.painter.device_pixel_ratio()) / context.painter.device_pixel_ratio();
    PageRow result{row, row.x + before, pitch, {}};
    // In the middle, above the frames.
    if (before == 0 && pages.after == 0) result.left = row.x + std::floor((room - pitch * count) / 2);
    if (guard) result.guard = {result.left + pitch * count + 2, row.y, 46, row.height};
    return result;
}

std::uint64_t current_page(const Access& access, const VmapArea& area) {
    return access.address >= area.start && access.address < area.end ? access.address & ~(page_size - 1) : no_address;
}

bool is_current(const AreaPage& page, std::uint64_t address) {
    return address != no_address && address >= page.address &&
           address < page.address + (std::uint64_t{page.frames} << page_shift);
}

void tell_page(const ViewContext& context, const AreaPage& page, std::uint64_t number) {
    std::vector<std::string>& lines = context.wishes.tip;
    lines = {"Page " + std::to_string(number) + " · " + grouped_address(page.address)};
    if (page.pfn == no_pfn)
        lines.push_back("not mapped: an access faults");
    else if (page.frames > 1)
        lines.push_back("2 MiB page, frames " + std::to_string(page.pfn) + "–" +
                        std::to_string(page.pfn + page.frames - 1));
    else
        lines.push_back("frame " + std::to_string(page.pfn) + ", physical " +
                        grouped_address(std::uint64_t{page.pfn} << page_shift));
    context.wishes.hover_address = page.address;
    context.wishes.cursor = ImGuiMouseCursor_Hand;
    if (context.pointer.clicked) context.wishes.select_address = page.address;
}

void draw_page(const ViewContext& context, const AreaPage& page, const Rectangle& place, std::uint64_t number,
               bool current, bool lazy) {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const bool pointed = is_current(page, context.highlight.hovered_address());
    if (page.pfn == no_pfn) {
        painter.fill(place, palette.hollow, 2);
        if (lazy) draw_hatching(painter, place, mix(palette.ground, palette.dim, 0.55f));
        if (place.width >= 4) painter.outline(place, current ? palette.amber : palette.hairline, 1, 2);
    } else {
        painter.fill(place, current ? palette.amber : mix(palette.ground, palette.blue, 0.85f), 2);
    }
    if (page.fresh && place.width >= 4) painter.outline(place, palette.cyan, 1.5f, 2);
    if (pointed && place.width >= 4) painter.outline(place.grown(1.5f), palette.ink, 1, 3);
    const std::string text = std::to_string(number);
    if (painter.width(style::code_small, text) + 8 <= place.width)
        painter.words_centred(style::code_small, place.centre_x(), place.centre_y(),
                              page.pfn == no_pfn ? palette.dim
                              : current          ? palette.on_amber
                                                 : palette.on_used,
                              text);
}

void draw_lines(const ViewContext& context, const AreaPages& pages, const PageRow& row, const FrameStrip& strip,
                std::uint64_t current) {
    const Palette& palette = context.palette();
    const float opacity = pages.pages.size() > 48 ? 0.35f : 0.75f;
    // The one looked at last, above the others.
    for (const bool front : {false, true}) {
        for (std::size_t index = 0; index < pages.pages.size(); ++index) {
            const AreaPage& page = pages.pages[index];
            if (page.pfn == no_pfn) continue;
            const bool here = is_current(page, current);
            const bool pointed = is_current(page, context.highlight.hovered_address()) ||
                                 context.highlight.hovers(page.pfn, page.frames);
            if (front != (here || pointed)) continue;
            const Rectangle place = row.place(index);
            const Colour colour = here ? palette.amber : pointed ? palette.ink : with_alpha(palette.blue, opacity);
            draw_curve(context.painter,
                       {{place.centre_x(), place.bottom() + 2},
                        {strip.middle_of(page.pfn, page.frames), strip.row().y - 2},
                        CurveAxis::down,
                        CurveEnd::plain,
                        front ? 2.0f : 1.2f},
                       colour);
        }
    }
}

std::string facts_of(const ViewContext& context, const VmapArea& area, const AreaPages& pages) {
    const std::string name = area_name(context, area);
    const std::uint64_t count = mapped_bytes(area) >> page_shift;
    std::string text = (name.empty() ? "" : name + " · ") + count_text(count) + (count == 1 ? " page" : " pages");
    if (mapped_bytes(area) < area.bytes()) text += " + guard";
    if (area.tree == AreaTree::lazy) return text + " of addresses · freed, waiting for a flush";
    if (pages.pieces == 0) return text + " · not mapped";
    if (pages.before + pages.after > 0) return text;
    return text + (pages.pieces == 1 ? " · in one piece of memory"
                                     : " · in " + count_text(pages.pieces) + " pieces of memory");
}

void draw_pages(const ViewContext& context, const AreaPages& pages, const PageRow& row, const VmapArea& area,
                std::uint64_t current) {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    for (std::size_t index = 0; index < pages.pages.size(); ++index) {
        const AreaPage& page = pages.pages[index];
        const Rectangle place = row.place(index);
        draw_page(context, page, place, pages.before + index, is_current(page, current), area.tree == AreaTree::lazy);
        if (context.pointer.here && place.contains(context.pointer.at)) tell_page(context, page, pages.before + index);
    }
    const float middle = row.row.centre_y();
    if (pages.before > 0) painter.words(style::fact, row.row.x, middle, palette.dim, "+" + count_text(pages.before));
    if (pages.after > 0)
        painter.words(style::fact, row.place(pages.pages.size()).x + 6, middle, palette.dim,
                      "+" + count_text(pages.after));
    if (row.guard.empty()) return;
    const bool touched = current >= area.start + mapped_bytes(area) && current != no_address;
    painter.dashed_outline(row.guard, palette.vermilion);
    painter.words_centred(style::code_small, row.guard.centre_x(), middle, touched ? palette.amber : palette.vermilion,
                          "guard");
    if (context.pointer.here && row.guard.contains(context.pointer.at)) {
        context.wishes.tip = {"Guard page", "addresses that are never mapped: who writes too far is caught at once"};
        context.wishes.cursor = ImGuiMouseCursor_Hand;
        if (context.pointer.clicked) context.wishes.select_address = area.start + mapped_bytes(area);
    }
}

void draw_why_it_waits(const ViewContext& context, const Rectangle& row) {
    float middle = row.bottom() + 22;
    for (const char* text : {"The frames are free and the entries are empty, but CPUs may still have translations.",
                             "The addresses wait here until one flush of the TLBs does for all that wait."}) {
        if (context.painter.width(style::words, text) <= row.width)
            context.painter.words_centred(style::words, row.centre_x(), middle, context.palette().dim, text);
        middle += 20;
    }
}

}  // namespace

void VmallocView::draw(const ViewContext& context) {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const VmallocState& state = context.state.vmalloc;
    const Access access = access_of(context.playback, context.highlight);
    const AreaIndex looked_at = area_in_view(state, access);
    if (looked_at == no_vmap_area) {
        draw_heading(painter, context.area, "VMALLOC", "", "");
        if (context.area.height >= 60)
            painter.words(style::words, context.area.x, context.area.y + heading_height + 16, palette.dim,
                          "No area is in use: 32 TiB of addresses are free.");
        return;
    }
    const VmapArea& area = state.areas[looked_at];
    const auto most = static_cast<std::size_t>(std::max(context.area.width / narrowest_page, 1.0f));
    const AreaPages pages = pages_of(context, area, access.address, most);
    draw_heading(painter, context.area, "VMALLOC", "", facts_of(context, area, pages));
    Rectangle rest = context.area.below(heading_height);
    if (rest.height < page_height) return;
    painter.push_clip(context.area.grown(2));

    if (rest.height >= region_height + page_height + strip_height + 60) {
        draw_region(context, region_around(state, area.start, most_parts), looked_at,
                    {rest.x, rest.y, rest.width, region_height});
        rest = rest.below(region_height);
        const bool label = rest.height >= 130;
        if (label) painter.words(style::fact, rest.x, rest.y + 10, palette.faint, "areas in their order, not to scale");
        rest = rest.below(label ? 30 : 12);
    }
    const bool label_below = rest.height >= page_height + strip_height + 50;
    const Rectangle page_place{rest.x, rest.y, rest.width, page_height};
    const float strip_top = rest.bottom() - strip_height - (label_below ? label_height : 0);
    const PageRow row = lay_out_pages(context, pages, area, page_place);
    const std::uint64_t current = current_page(access, area);
    if (strip_top > page_place.bottom() + 12) {
        const FrameStrip strip(context, pages, {rest.x, strip_top, rest.width, strip_height});
        if (!strip.parts().empty()) {
            draw_lines(context, pages, row, strip, current);
            Pfn frame = no_pfn;
            for (const AreaPage& page : pages.pages)
                if (is_current(page, current)) frame = page.pfn;
            draw_strip(context, strip, pages, frame);
            if (label_below)
                painter.words(style::fact, rest.x, strip_top + strip_height + 11, palette.faint,
                              "physical memory; frames in between are folded");
            const Pfn pointed = context.pointer.here ? strip.frame_at(context.pointer.at) : no_pfn;
            if (pointed < context.state.buddy.frame_count()) {
                context.wishes.hover = pointed;
                context.wishes.cursor = ImGuiMouseCursor_Hand;
                if (context.pointer.clicked) context.wishes.select = pointed;
            }
        }
    }
    draw_pages(context, pages, row, area, current);
    if (area.tree == AreaTree::lazy && rest.height >= page_height + 60) draw_why_it_waits(context, page_place);
    painter.pop_clip();
}

}  // namespace pageframe::ui
