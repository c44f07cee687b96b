// The tables, the arrows between them, and the rows of the entries on the way.
#include <algorithm>

#include "engine/core/address_text.h"
#include "ui/views/curve.h"
#include "ui/views/walk_parts.h"

namespace pageframe::ui {
namespace {

struct Flag {
    std::uint64_t bit;
    const char* letters;
};
/// As the manuals list them, from bit 63 down.
constexpr Flag flags[] = {{pte::no_execute, "NX"}, {pte::global, "G"}, {pte::huge, "PS"}, {pte::dirty, "D"},
                          {pte::accessed, "A"},    {pte::user, "U"},   {pte::write, "W"}, {pte::present, "P"}};

void draw_cells(const WalkPicture& picture, Level level, Pfn table, bool reached) {
    const Painter& painter = picture.context.painter;
    const Palette& palette = picture.context.palette();
    const PagingState& paging = picture.context.state.paging;
    const WalkLayout& layout = picture.layout;
    const float gap = std::min(layout.pitch_x, layout.pitch_y) >= 3 ? painter.line() : 0;
    const Colour hue = level_colour(palette, level);
    const Colour absent = reached ? palette.track : mix(palette.ground, palette.track, 0.6f);
    const Colour present = mix(palette.ground, hue, reached ? 0.5f : 0.2f);
    for (unsigned index = 0; index < entries_per_table; ++index) {
        Rectangle cell = layout.cell(level, index);
        cell.width -= gap;
        cell.height -= gap;
        const bool is_present = paging.entry(table, index) & pte::present;
        painter.fill(cell, is_present ? present : absent);
    }
}

void draw_chosen(const WalkPicture& picture, Level level) {
    const Painter& painter = picture.context.painter;
    const Palette& palette = picture.context.palette();
    const unsigned index = index_at(picture.access.address, level);
    const Rectangle cell = picture.layout.cell(level, index).grown(1);
    const bool present = picture.entry(level) & pte::present;
    const bool now = picture.access.reading == level;
    if (present)
        painter.fill(cell, level_colour(palette, level), 1);
    else
        painter.outline(cell.grown(1), palette.mistake, 1.5f);
    if (now) painter.outline(cell.grown(3), palette.cyan, 1.5f, 2);
}

unsigned present_entries(const PagingState& paging, Pfn table) {
    unsigned count = 0;
    for (unsigned index = 0; index < entries_per_table; ++index) count += paging.entry(table, index) & pte::present;
    return count;
}

void draw_label(const WalkPicture& picture, Level level, Pfn table, bool reached) {
    const Painter& painter = picture.context.painter;
    const Palette& palette = picture.context.palette();
    const Rectangle& cells = picture.layout.table[level];
    // As far as the next table's label; below the frame there is none.
    const WalkLayout& layout = picture.layout;
    const float room = level > layout.last ? layout.table[level - 1].x - 8 : layout.frame.right();
    const float middle = cells.bottom() + 11;
    const std::string pfn = (picture.layout.grouped ? "pfn " : "") + std::to_string(table);
    const float end = painter.words(style::code_small, cells.x, middle, reached ? palette.ink : palette.faint, pfn);
    const std::string present = std::to_string(present_entries(picture.context.state.paging, table));
    for (const std::string& count : {present + "/512", present}) {
        if (end + 8 + painter.width(style::fact, count) > room) continue;
        painter.words(style::fact, end + 8, middle, palette.faint, count);
        break;
    }
}

void ask_about(const WalkPicture& picture, Level level, unsigned index, Pfn table) {
    const ViewContext& context = picture.context;
    const std::uint64_t entry = context.state.paging.entry(table, index);
    const std::uint64_t first = address_of_entry(picture.access.address, level, index);
    context.wishes.tip = describe_entry(level, index, table, entry, first);
    if (entry & pte::present) context.wishes.hover = pte::frame(entry);
    context.wishes.cursor = ImGuiMouseCursor_Hand;
    if (context.pointer.clicked) context.wishes.select_address = first;
}

void draw_table(const WalkPicture& picture, Level level) {
    const Painter& painter = picture.context.painter;
    const Palette& palette = picture.context.palette();
    const Rectangle& cells = picture.layout.table[level];
    const Pfn table = picture.table(level);
    const bool reached = picture.reached(level);
    if (table == no_pfn) {
        painter.dashed_outline(cells, palette.hairline);
        std::string text = "no " + std::string(level_name(level)) + " table";
        if (painter.width(style::fact, text) + 4 > cells.width) text.resize(text.rfind(' '));
        painter.words_centred(style::fact, cells.centre_x(), cells.centre_y(), palette.faint, text);
        return;
    }
    draw_cells(picture, level, table, reached);
    draw_label(picture, level, table, reached);
    if (reached) draw_chosen(picture, level);
    if (!picture.context.pointer.here) return;
    if (const auto index = picture.layout.entry_at(level, picture.context.pointer.at)) {
        painter.outline(picture.layout.cell(level, *index).grown(1), palette.ink, 1);
        ask_about(picture, level, *index, table);
    }
}

/// The frame or table that an entry leads to.
std::string leads_to(Level level, std::uint64_t entry, bool wide) {
    if (!(entry & pte::present)) return wide ? "nothing" : "–";
    const std::string pfn = (wide ? "pfn " : "") + std::to_string(pte::frame(entry));
    if (!wide) return pfn;
    if (level == 0) return "the page in " + pfn;
    if (entry & pte::huge) return std::string(page_size_name(level)) + " from " + pfn;
    return std::string(level_name(static_cast<Level>(level - 1))) + " table in " + pfn;
}

/// Returns where they end.
float draw_flags(const WalkPicture& picture, float left, float middle, std::uint64_t entry) {
    const bool wide = picture.layout.grouped;
    const Painter& painter = picture.context.painter;
    const Palette& palette = picture.context.palette();
    for (const Flag& flag : flags) {
        const bool set = entry & flag.bit;
        left = painter.words(wide ? style::code : style::code_small, left, middle, set ? palette.ink : palette.grey,
                             flag.letters) +
               (wide ? 8 : 4);
    }
    return left;
}

/// Behind "PGD 402".
float entry_place(const WalkPicture& picture) { return picture.layout.grouped ? 78 : 64; }

void draw_row(const WalkPicture& picture, Level level, float middle) {
    const ViewContext& context = picture.context;
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const Rectangle& rows = picture.layout.rows;
    const bool reached = picture.reached(level);
    const bool now = picture.access.reading == level;
    const Rectangle place{rows.x, middle - walk_row_height / 2, rows.width, walk_row_height};
    const bool pointed = reached && context.pointer.here && place.contains(context.pointer.at);
    if (now || pointed) painter.fill(place, pointed ? palette.raised : mix(palette.ground, palette.cyan, 0.1f), 2);
    const Colour hue = level_colour(palette, level);
    const std::string name = level_name(level) + (" " + std::to_string(index_at(picture.access.address, level)));
    painter.words(style::code, rows.x + 6, middle, reached ? hue : mix(palette.ground, hue, 0.5f), name);
    const bool wide = picture.layout.grouped;
    const float entry_left = rows.x + entry_place(picture);
    if (!reached) {
        painter.words(style::fact, entry_left, middle, palette.faint,
                      picture.access.from_cache && level > 0 ? "skipped: the paging-structure cache knew the next table"
                                                             : "not read");
        return;
    }
    const std::uint64_t entry = picture.entry(level);
    const float end =
        painter.words(wide ? style::code : style::code_small, entry_left, middle, palette.ink, grouped_entry(entry));
    const float left = draw_flags(picture, end + (wide ? 20 : 10), middle, entry) + (wide ? 12 : 6);
    painter.push_clip(place);
    painter.words(wide ? style::words : style::code_small, left, middle, now ? palette.ink : palette.dim,
                  leads_to(level, entry, wide));
    painter.pop_clip();
    if (pointed) ask_about(picture, level, index_at(picture.access.address, level), picture.table(level));
}

}  // namespace

Pfn WalkPicture::table(Level level) const {
    return access.read[level] ? access.read[level]->table : tables.steps[level].table;
}

std::uint64_t WalkPicture::entry(Level level) const {
    const Pfn at = table(level);
    return at == no_pfn ? 0 : context.state.paging.entry(at, index_at(access.address, level));
}

bool WalkPicture::reached(Level level) const {
    if (!is_canonical(access.address)) return false;  // refused before any table is asked
    switch (access.progress) {
    case WalkProgress::none: return access.missed == 0 && tables.steps[level].table != no_pfn;
    case WalkProgress::avoided: return false;
    case WalkProgress::begun: return access.read[level].has_value();
    }
    return false;
}

std::string grouped_entry(std::uint64_t entry) {
    const std::string digits = hex_address(entry);
    return digits.substr(0, 8) + ' ' + digits.substr(8, 5) + ' ' + digits.substr(13);
}

std::uint64_t address_of_entry(std::uint64_t address, Level level, unsigned index) {
    const unsigned above = level_shift(level) + 9;
    std::uint64_t first = (address & (~std::uint64_t{0} << above)) | std::uint64_t{index} << level_shift(level);
    if (level == top_level) first = (first & 0xffffffffffffULL) | (index >= 256 ? 0xffffULL << 48 : 0);
    return first;
}

std::vector<std::string> describe_entry(Level level, unsigned index, Pfn table, std::uint64_t entry,
                                        std::uint64_t first_address) {
    std::vector<std::string> lines;
    lines.push_back(level_name(level) + (" entry " + std::to_string(index)) + " · " + leads_to(level, entry, true));
    lines.push_back("in the table in pfn " + std::to_string(table) + ", for " + bytes_text(level_bytes(level)) +
                    " from " + hex_address(first_address));
    lines.push_back(grouped_entry(entry) + " · " + entry_text(entry));
    return lines;
}

void draw_tables(const WalkPicture& picture) {
    for (Level level = picture.layout.last; level <= top_level; ++level) draw_table(picture, level);
}

void draw_arrows(const WalkPicture& picture) {
    const WalkLayout& layout = picture.layout;
    const Palette& palette = picture.context.palette();
    for (Level level = layout.last; level <= top_level; ++level) {
        if (!picture.reached(level) || picture.table(level) == no_pfn) continue;
        const Rectangle cell = layout.cell(level, index_at(picture.access.address, level));
        const Colour hue = level_colour(palette, level);
        const Rectangle& field = layout.field[level];
        draw_curve(picture.context.painter,
                   {{field.centre_x(), field.bottom()}, {cell.centre_x(), cell.y - 2}, CurveAxis::down},
                   with_alpha(hue, 0.75f));
        if (level == layout.last || !picture.leads_on(level)) continue;
        const bool now = picture.access.reading == level;
        const Rectangle& next = layout.table[level - 1];
        draw_curve(picture.context.painter,
                   {{cell.right() + 2, cell.centre_y()},
                    {next.x - 1, next.y + layout.pitch_y / 2},
                    CurveAxis::across,
                    CurveEnd::arrow,
                    now ? 2.2f : 1.5f,
                    now ? picture.part : 1},
                   now ? palette.cyan : hue);
    }
}

void draw_entry_rows(const WalkPicture& picture) {
    const Painter& painter = picture.context.painter;
    const Palette& palette = picture.context.palette();
    const Rectangle& rows = picture.layout.rows;
    float middle = rows.y + walk_row_height / 2;
    painter.horizontal(rows.x, rows.right(), rows.y - 4, palette.hairline);
    painter.words(style::heading, rows.x + 6, middle, palette.dim, "ENTRY");
    painter.words(style::fact, rows.x + entry_place(picture), middle, palette.dim, "bits 63–32, frame, flags");
    for (Level level = top_level;; --level) {
        middle += walk_row_height;
        draw_row(picture, level, middle);
        if (level == picture.layout.last) break;
    }
}

}  // namespace pageframe::ui
