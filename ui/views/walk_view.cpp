#include "ui/views/walk_view.h"

#include <algorithm>

#include "ui/views/walk_parts.h"

namespace pageframe::ui {
namespace {

constexpr double seconds_of_arrow = 0.22;

/// The level whose entry maps the page, or would.
Level last_level(const Access& access, const WalkResult& tables) {
    if (access.direct_map) return 1;
    return tables.present ? tables.level : Level{0};
}

std::string facts_of(const ViewContext& context, const Access& access) {
    std::string text;
    const auto add = [&](const std::string& fact) { text += (text.empty() ? "" : " · ") + fact; };
    if (access.source == AddressSource::selected) add("selected");
    if (access.source == AddressSource::earlier) add("of an earlier call");
    if (access.kind) add(access_name(*access.kind));
    if (context.state.tlb.cpu_count > 1) add("CPU " + std::to_string(access.cpu));
    add(access.space == kernel_space ? "kernel’s space" : "address space " + std::to_string(access.space));
    return text;
}

}  // namespace

void WalkView::draw(const ViewContext& context) {
    if (pages_.draw(context)) return;
    const Access access = access_of(context.playback, context.highlight);
    if (access.source == AddressSource::nothing) {
        draw_nothing(context);
        return;
    }
    draw_heading_of(context, access);
    if (context.area.height < 90 || context.area.width < 200) return;

    const Pfn top = top_of(context.state.paging, access.space);
    const WalkResult tables = walk_tables(context.state.paging, top, access.address);
    const WalkLayout layout = lay_out_walk(context.painter, context.area, last_level(access, tables));
    const WalkPicture picture{context, access, tables, layout, progress_of_step(context)};
    context.painter.push_clip(context.area);
    draw_fields(picture);
    if (access.direct_map) {
        draw_direct_map(picture);
    } else {
        draw_tables(picture);
        draw_arrows(picture);
        if (!layout.rows.empty()) draw_entry_rows(picture);
    }
    draw_tlb_band(picture);
    draw_outcome(picture);
    context.painter.pop_clip();
}

void WalkView::draw_nothing(const ViewContext& context) const {
    draw_heading(context.painter, context.area, "WALK", "", "");
    if (context.area.height < 60) return;
    const Palette& palette = context.palette();
    const float middle = context.area.y + heading_height + 16;
    context.painter.push_clip(context.area);
    context.painter.words(style::words, context.area.x, middle, palette.dim, "No address has been named yet.");
    context.painter.words(style::words, context.area.x, middle + 20, palette.faint,
                          "A step that maps or touches one shows here how it is translated.");
    context.painter.pop_clip();
}

void WalkView::draw_heading_of(const ViewContext& context, const Access& access) const {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    draw_heading(painter, context.area, "WALK", "", "");
    const std::string facts = facts_of(context, access);
    const float middle = context.area.y + heading_middle;
    const std::string address = grouped_address(access.address);
    const float facts_width = painter.width(style::fact, facts);
    const float address_width = painter.width(style::code, address);
    float right = context.area.right();
    if (address_width + facts_width + 80 <= context.area.width) {
        painter.words_right(style::fact, right, middle, palette.dim, facts);
        right -= facts_width + 14;
    }
    painter.words_right(style::code, right, middle,
                        access.source == AddressSource::selected ? palette.amber : palette.ink, address);
}

/// The arrow of a new step grows from where it begins.
float WalkView::progress_of_step(const ViewContext& context) {
    if (revision_ != context.playback.revision()) {
        const bool first = revision_ == 0;
        revision_ = context.playback.revision();
        since_ = first || !context.motion ? -1e9 : context.time;
    }
    const float part = std::clamp(static_cast<float>((context.time - since_) / seconds_of_arrow), 0.0f, 1.0f);
    if (part < 1) context.wishes.next_frame = true;
    return 1 - (1 - part) * (1 - part);
}

}  // namespace pageframe::ui
