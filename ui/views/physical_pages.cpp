#include "ui/views/physical_pages.h"

#include <array>
#include <cmath>

#include "engine/core/address_text.h"
#include "engine/machine/events.h"
#include "ui/access.h"
#include "ui/format.h"
#include "ui/wrapped_text.h"

namespace pageframe::ui {
namespace {

constexpr float row_height = 20;
constexpr float header_height = 24;
constexpr float pixels_of_a_notch = 44;
constexpr float zoom_of_a_notch = 1.2f;

template <class Event>
std::optional<Event> paging_event(const EventRecord& record) {
    return event_if<Event, Subsystem::paging, PagingEvents>(record);
}

std::uint64_t page_of(std::uint64_t address) { return address & ~(page_size - 1); }

using Cells = std::array<std::string, 5>;
enum : unsigned { page_column, address_column, physical_column, pfn_column, contiguous_column };

Cells cells_of(const PhysicalPages& pages, std::size_t index, bool narrow) {
    const ShowPage row = pages.row(index);
    const bool mapped = row.mapped();
    return {std::to_string(index), narrow ? hex_address(row.address) : grouped_address(row.address),
            mapped ? hex_number(row.physical).substr(narrow ? 2 : 0) : "none", mapped ? std::to_string(row.pfn()) : "-",
            contiguity_text(pages, index)};
}

}  // namespace

ShowPage PhysicalPages::row(std::size_t index) const { return *paging_event<ShowPage>(rows[index]); }

std::optional<std::size_t> PhysicalPages::row_of(std::uint64_t address) const {
    if (rows.empty()) return std::nullopt;
    const std::uint64_t first = page_of(row(0).address);
    const std::uint64_t index = (address - first) >> page_shift;
    return address >= first && index < rows.size() ? std::optional<std::size_t>(index) : std::nullopt;
}

PhysicalPages physical_pages_of(const Playback& playback) {
    const OperationNumber number = playback.operation_spoken_of();
    if (number == no_operation ||
        playback.session().timeline().operation(number).kind != OperationKind::show_physical_pages)
        return {};
    PhysicalPages pages;
    pages.rows = playback.events_spoken_of();
    if (pages.rows.empty()) return pages;
    pages.end = paging_event<ShowPagesEnd>(pages.rows.back());
    if (pages.end) pages.rows = pages.rows.first(pages.rows.size() - 1);
    return pages;
}

std::string contiguity_text(const PhysicalPages& pages, std::size_t index) {
    const ShowPage row = pages.row(index);
    if (index == 0) return pageframe::contiguity_text(row, nullptr);
    const ShowPage before = pages.row(index - 1);
    return pageframe::contiguity_text(row, &before);
}

std::string summary_of(const ShowPagesEnd& end) {
    std::string text = end.contiguous() ? "Physically contiguous: yes." : "Physically contiguous: no.";
    if (end.first_break != 0) text += " First break at page " + std::to_string(end.first_break) + ".";
    if (end.not_mapped != 0)
        text += " Not mapped: " + pages_text(end.not_mapped) + ".";
    else if (end.jumps != 0)
        text += " " + std::to_string(end.jumps + 1) + " pieces.";
    if (end.left_out != 0) text += " Cut off here, " + bytes_text(end.left_out) + " before the end.";
    return text;
}

/// Characters, all of one width. The widest of what stands in a column: frames of the machine's end.
struct PhysicalPagesTable::Columns {
    std::array<std::size_t, 5> width{};
    std::size_t gap = 1;
    TextStyle style = style::code;
    float character = 0;
    bool narrow = false;
    Cells head;

    float right(unsigned column) const {
        std::size_t count = column * gap;
        for (unsigned i = 0; i <= column; ++i) count += width[i];
        return character * static_cast<float>(count);
    }
    std::string line(const Cells& cells) const {
        std::string text;
        for (unsigned i = 0; i < cells.size(); ++i) {
            const std::string rest(width[i] - std::min(width[i], cells[i].size()), ' ');
            text += i == address_column ? cells[i] + rest : rest + cells[i];
            text.append(gap, ' ');
        }
        return text;
    }
};

PhysicalPagesTable::Columns PhysicalPagesTable::columns_for(const ViewContext& context,
                                                            const PhysicalPages& pages) const {
    const Pfn last = context.state.buddy.frame_count();
    const std::string physical = hex_number(std::uint64_t{last} << page_shift);
    Columns columns;
    do {
        columns.narrow = columns.width[0] != 0;
        columns.style = columns.narrow ? style::code_small : style::code;
        columns.character = context.painter.width(columns.style, "0");
        columns.head = {"page", "virtual address", columns.narrow ? "physical" : "physical address", "PFN",
                        "contiguous"};
        const Cells widest = {std::to_string(pages.rows.size()), columns.narrow ? hex_address(0) : grouped_address(0),
                              columns.narrow ? physical.substr(2) : physical, std::to_string(last), ""};
        std::size_t sum = 0;
        for (unsigned i = 0; i < widest.size(); ++i)
            sum += columns.width[i] = std::max(columns.head[i].size(), widest[i].size());
        const auto room = static_cast<std::size_t>((context.area.width - 8) / columns.character);
        columns.gap = room > sum ? std::clamp<std::size_t>((room - sum) / 4, 1, 4) : 1;
    } while (!columns.narrow && columns.right(contiguous_column) > context.area.width - 8);
    return columns;
}

void PhysicalPagesTable::scroll(const ViewContext& context, const Rectangle& area, std::size_t rows,
                                std::optional<std::size_t> look_at) {
    const Pointer& pointer = context.pointer;
    const float height = static_cast<float>(rows) * row_height;
    overflow_ = std::max(height - area.height, 0.0f);
    const bool moved = revision_ != context.playback.revision() || picked_ != context.highlight.selected_address();
    revision_ = context.playback.revision();
    picked_ = context.highlight.selected_address();
    if (moved) {
        const float top = static_cast<float>(look_at.value_or(0)) * row_height;
        scrolled_ = look_at ? std::clamp(scrolled_, top + row_height - area.height, top) : 0;
    }
    if (pointer.here && overflow_ > 0) {
        if (pointer.zoom != 1) scrolled_ -= std::log(pointer.zoom) / std::log(zoom_of_a_notch) * pixels_of_a_notch;
        scrolled_ -= pointer.scroll.y + (pointer.dragging ? pointer.moved.y : 0);
    }
    scrolled_ = std::clamp(scrolled_, 0.0f, overflow_);
    if (overflow_ <= 0) return;
    const float part = std::max(area.height * area.height / height, 16.0f);
    context.painter.fill({area.right() + 5, area.y + (area.height - part) * (scrolled_ / overflow_), 3, part},
                         context.palette().track, 1.5f);
}

void PhysicalPagesTable::draw_row(const ViewContext& context, const PhysicalPages& pages, const Columns& columns,
                                  std::size_t index, const Rectangle& row, bool looked_at) const {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const ShowPage page = pages.row(index);
    const bool mapped = page.mapped();
    if (page_of(context.highlight.hovered_address()) == page_of(page.address) ||
        (mapped && context.highlight.hovers(page.pfn(), 1)))
        painter.fill({row.x - 6, row.y + 1, row.width + 12, row.height - 2}, palette.track, 3);
    if (index > 0 && page.contiguity != ShowPage::Contiguity::follows)
        painter.horizontal(row.x + columns.right(physical_column) + 4, row.right(), row.y, palette.dim);
    painter.words(columns.style, row.x, row.centre_y(),
                  looked_at ? palette.amber
                  : mapped  ? palette.ink
                            : palette.dim,
                  columns.line(cells_of(pages, index, columns.narrow)));
    if (!context.pointer.here || !row.contains(context.pointer.at)) return;
    context.wishes.hover_address = page.address;
    context.wishes.cursor = ImGuiMouseCursor_Hand;
    if (context.pointer.clicked) context.wishes.select_address = page.address;
}

bool PhysicalPagesTable::draw(const ViewContext& context) {
    const PhysicalPages pages = physical_pages_of(context.playback);
    if (pages.rows.empty()) overflow_ = 0;
    if (pages.rows.empty()) return false;
    const std::uint64_t picked = context.highlight.looks_at_step() ? no_address : context.highlight.selected_address();
    std::optional<std::size_t> look_at = pages.row_of(picked);
    if (picked != no_address && !look_at) return false;
    if (!look_at && !pages.end) look_at = pages.rows.size() - 1;

    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    draw_heading(painter, context.area, "SHOW_PHY_PAGES", "", pages_text(pages.rows.size()));
    Rectangle area = context.area.below(heading_height);
    if (area.height < header_height + row_height) return true;

    const Columns columns = columns_for(context, pages);
    area.width = std::min(area.width, columns.right(contiguous_column));
    const std::string summary = pages.end ? summary_of(*pages.end) : "";
    const auto lines = static_cast<float>(wrap_words(painter, style::words, summary, context.area.width).size());
    const float below = pages.end ? 10 + lines * line_pitch : 0;
    painter.push_clip(context.area.grown(6));
    painter.words(columns.style, area.x, area.y + 8, palette.dim, columns.line(columns.head));
    painter.horizontal(area.x, area.right(), area.y + header_height - 4, palette.hairline);
    const Rectangle body = area.below(header_height).top(std::max(area.height - header_height - below, row_height));
    scroll(context, body, pages.rows.size(), look_at);
    painter.push_clip(body.grown(6).intersection({0, body.y, 1e6f, body.height}));
    auto index = static_cast<std::size_t>(scrolled_ / row_height);
    float top = body.y + static_cast<float>(index) * row_height - scrolled_;
    for (; index < pages.rows.size() && top < body.bottom(); ++index, top += row_height)
        draw_row(context, pages, columns, index, {body.x, top, body.width, row_height}, look_at == index);
    painter.pop_clip();
    if (pages.end) {
        const float line = std::min(top, body.bottom()) + 4;
        painter.horizontal(area.x, area.right(), line, palette.hairline);
        draw_wrapped(painter, style::words, context.area.below(line + 4 - context.area.y), palette.ink, summary);
    }
    painter.pop_clip();
    return true;
}

}  // namespace pageframe::ui
