// Where a walk ends: at a frame, or in a fault. And the direct map, which needs no walk in this model.
#include <algorithm>

#include "engine/core/address_text.h"
#include "ui/views/curve.h"
#include "ui/views/walk_parts.h"
#include "ui/wrapped_text.h"

namespace pageframe::ui {
namespace {

constexpr float card_height = 88;
constexpr float line_height = 18;

struct ErrorBit {
    std::uint8_t bit;
    const char* name;
    const char* set;
    const char* clear;
};
/// arch/x86/include/asm/trap_pf.h
constexpr ErrorBit error_bits[] = {
    {fault::protection, "P", "protection", "not present"},
    {fault::write, "W", "write", "read"},
    {fault::user, "U", "user", "supervisor"},
    {fault::reserved, "R", "reserved bit", ""},
    {fault::fetch, "I", "fetch", "data"},
};

const char* reason_text(FaultReason reason) {
    switch (reason) {
    case FaultReason::not_canonical: return "not canonical";
    case FaultReason::not_present: return "not present";
    case FaultReason::read_only: return "read only";
    case FaultReason::kernel_only: return "the kernel’s only";
    case FaultReason::no_execute: return "no execute";
    case FaultReason::no_memory: return "no memory there";
    case FaultReason::null_pointer: return "NULL pointer";
    case FaultReason::none: break;
    }
    return "";
}

/// Where the card stands: beside the entry that leads to it.
Rectangle card_beside_entry(const WalkPicture& picture, float height) {
    const WalkLayout& layout = picture.layout;
    Rectangle card = layout.frame;
    card.height = std::min(height, std::max(layout.frame.height, 40.0f));
    if (picture.access.progress == WalkProgress::avoided || picture.access.direct_map) return card;
    const Rectangle cell = layout.cell(layout.last, index_at(picture.access.address, layout.last));
    const float highest = layout.frame.y;
    const float lowest = std::max(highest, layout.frame.bottom() - card.height);
    card.y = picture.context.painter.snap(std::clamp(cell.centre_y() - card.height / 2, highest, lowest));
    return card;
}

void draw_fault(const WalkPicture& picture) {
    const Painter& painter = picture.context.painter;
    const Palette& palette = picture.context.palette();
    const PageFault& fault = *picture.access.fault;
    const bool page_fault = fault.reason != FaultReason::not_canonical;
    Rectangle card = picture.layout.frame;
    card.height = std::min(std::max(card.height, 60.0f), page_fault ? 40 + 5 * 16.0f : 48.0f);
    painter.fill(card, mix(palette.ground, palette.mistake, 0.1f), 4);
    painter.outline(card, palette.mistake, 1.5f, 4);
    painter.push_clip(card);
    const float left = card.x + 10;
    float middle = card.y + 14;
    const char* title = page_fault ? "Page fault" : "General protection";
    if (left + painter.width(style::strong, title) + 4 > card.right()) title = page_fault ? "Fault" : "#GP";
    painter.words(style::strong, left, middle, palette.mistake, title);
    middle += 16;
    painter.words(style::fact, left, middle, palette.ink, reason_text(fault.reason));
    if (page_fault) {
        for (const ErrorBit& bit : error_bits) {
            middle += 16;
            if (middle + 6 > card.bottom()) break;
            const bool set = fault.error_code & bit.bit;
            painter.words(style::code, left, middle, set ? palette.ink : palette.faint,
                          std::string(bit.name) + (set ? " 1" : " 0"));
            const char* meaning = set ? bit.set : bit.clear;
            if (left + 34 + painter.width(style::fact, meaning) > card.right()) continue;
            painter.words(style::fact, left + 32, middle, set ? palette.ink : palette.faint, meaning);
        }
    }
    painter.pop_clip();
    const ViewContext& context = picture.context;
    if (!context.pointer.here || !card.contains(context.pointer.at)) return;
    context.wishes.tip = {page_fault ? "Error code " + hex_number(fault.error_code) : "No error code",
                          "what the processor pushes for exc_page_fault(): P protection (else not present),",
                          "W write, U user mode, R reserved bit, I instruction fetch"};
}

void draw_arrow_to(const WalkPicture& picture, const Rectangle& card) {
    const Access& access = picture.access;
    if (access.direct_map || access.progress == WalkProgress::avoided || !picture.mapped()) return;
    const Palette& palette = picture.context.palette();
    const WalkLayout& layout = picture.layout;
    const Rectangle cell = layout.cell(layout.last, index_at(access.address, layout.last));
    const bool now = access.reading == layout.last;
    draw_curve(picture.context.painter,
               {{cell.right() + 2, cell.centre_y()},
                {card.x - 1, card.y + std::min(card.height / 2, 22.0f)},
                CurveAxis::across,
                CurveEnd::arrow,
                now ? 2.2f : 1.5f,
                now ? picture.part : 1},
               now ? palette.cyan : level_colour(palette, layout.last));
}

/// The page as a bar from its first byte down, and where in it the offset is.
void draw_offset(const WalkPicture& picture, const Rectangle& bar, Colour colour) {
    const WalkLayout& layout = picture.layout;
    const std::uint64_t bytes = level_bytes(layout.last);
    const auto part =
        static_cast<float>(static_cast<double>(picture.access.address & (bytes - 1)) / static_cast<double>(bytes));
    const float y = bar.y + 2 + part * (bar.height - 4);
    picture.context.painter.fill({bar.x, y - 1, bar.width, 2}, colour);
}

void draw_frame(const WalkPicture& picture) {
    const ViewContext& context = picture.context;
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const Access& access = picture.access;
    std::uint64_t physical = 0;
    if (access.physical)
        physical = *access.physical;
    else if (access.direct_map)
        physical = access.address - layout::direct_map;
    else if (access.hit && access.hit->slot < context.state.tlb.entries_per_cpu) {
        const TlbEntry& entry = context.state.tlb.entry(access.hit->cpu, access.hit->slot);
        physical = (std::uint64_t{entry.pfn} << page_shift) + (access.address & (level_bytes(entry.level) - 1));
    } else if (picture.tables.present) {
        physical = picture.tables.physical(access.address);
    } else {
        return;
    }
    const bool memory = context.state.buddy.has_memory(physical >> page_shift);
    const bool there = memory && (picture.mapped() || access.progress == WalkProgress::avoided || access.physical ||
                                  access.direct_map);
    const Rectangle card = card_beside_entry(picture, card_height);
    const bool filled = there && (access.source == AddressSource::step || access.source == AddressSource::selected);
    const Colour ground = filled ? mix(palette.ground, palette.amber, 0.88f) : palette.ground;
    const Colour ink = filled ? palette.on_amber : there ? palette.ink : palette.faint;
    draw_arrow_to(picture, card);
    if (filled)
        painter.fill(card, ground, 4);
    else
        painter.outline(card, there ? palette.dim : palette.hairline, 1, 4);
    const Rectangle bar{card.x + 8, card.y + 8, 5, card.height - 16};
    painter.fill(bar, with_alpha(ink, 0.22f), 1);
    draw_offset(picture, {bar.x - 2, bar.y, bar.width + 4, bar.height}, ink);

    const Pfn pfn = static_cast<Pfn>(physical >> page_shift);
    std::vector<std::string> lines = {(picture.layout.grouped ? "frame " : "") + std::to_string(pfn),
                                      (picture.layout.grouped ? "phys " : "") + hex_number(physical).substr(2)};
    if (!memory) lines.front() = "no memory";
    if (memory && picture.layout.last > 0) lines.push_back(std::string("in ") + page_size_name(picture.layout.last));
    if (access.value) lines.push_back("= " + hex_number(*access.value));
    const auto fitting = static_cast<std::size_t>(std::max((card.height - 8) / line_height, 1.0f));
    lines.resize(std::min(lines.size(), fitting));
    float middle = card.centre_y() - line_height * (static_cast<float>(lines.size()) - 1) / 2;
    painter.push_clip(card);
    for (const std::string& line : lines) {
        painter.words(&line == lines.data() ? style::code : style::code_small, card.x + 22, middle, ink, line);
        middle += line_height;
    }
    painter.pop_clip();
    if (!context.pointer.here || !card.contains(context.pointer.at)) return;
    if (memory) context.wishes.hover = pfn;
    context.wishes.cursor = ImGuiMouseCursor_Hand;
    if (context.pointer.clicked) context.wishes.select_address = access.address;
}

}  // namespace

void draw_outcome(const WalkPicture& picture) {
    if (picture.access.fault)
        draw_fault(picture);
    else
        draw_frame(picture);
}

void draw_direct_map(const WalkPicture& picture) {
    const Painter& painter = picture.context.painter;
    const Palette& palette = picture.context.palette();
    const WalkLayout& layout = picture.layout;
    const std::uint64_t address = picture.access.address;
    const float left = layout.field[top_level].x;
    const float right = layout.frame.x - 24;
    float middle = layout.frame.y + 12;
    const auto line = [&](const std::string& number, const std::string& meaning, Colour colour) {
        const float end = left + 158;
        painter.words_right(style::code, end, middle, colour, number);
        if (end + 16 + painter.width(style::words, meaning) <= right)
            painter.words(style::words, end + 16, middle, palette.dim, meaning);
        middle += 20;
    };
    line(grouped_address(address), "the address", palette.ink);
    line("− " + grouped_address(layout::direct_map), "where the direct map begins", palette.ink);
    painter.horizontal(left + 10, left + 158, middle - 10, palette.dim);
    line(hex_number(address - layout::direct_map).substr(2), "its physical address", palette.amber);
    middle += 8;
    const float top = middle - 9;
    const Rectangle room{left, top, right + 20 - left, picture.context.area.bottom() - top};
    const std::uint64_t pfn = (address - layout::direct_map) >> page_shift;
    // The longest that fits.
    const std::initializer_list<const char*> there = {
        "All memory is mapped here in its order, once at start, in pages of 2 MiB and 1 GiB. The model keeps the "
        "offset alone: it has no tables for this region, and none are paid for.",
        "All memory is mapped here in its order. The model keeps the offset alone, without tables.",
        "All memory is mapped here in its order."};
    const std::initializer_list<const char*> nothing = {
        "The machine has no memory there, so nothing is mapped: an access faults.", "Nothing is mapped there."};
    for (const char* text : picture.context.state.buddy.has_memory(pfn) ? there : nothing) {
        const auto lines = static_cast<float>(wrap_words(painter, style::words, text, room.width).size());
        if (lines * line_pitch > room.height + 1) continue;
        draw_wrapped(painter, style::words, room, palette.dim, text);
        break;
    }
}

}  // namespace pageframe::ui
