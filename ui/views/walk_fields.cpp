// The address's fields, and what the TLB said to them.
#include <algorithm>

#include "engine/core/address_text.h"
#include "ui/views/curve.h"
#include "ui/views/walk_parts.h"

namespace pageframe::ui {
namespace {

struct Field {
    std::string label;
    std::string bits;
    Colour colour;
    bool lit;
};

void draw_field(const WalkPicture& picture, const Rectangle& box, const Field& field) {
    const Painter& painter = picture.context.painter;
    const Palette& palette = picture.context.palette();
    const float label_middle = box.y - 9;
    painter.push_clip({box.x - 2, box.y - 20, box.width + 4, box.height + 24});
    painter.words_centred(style::code, box.centre_x(), label_middle,
                          field.lit ? field.colour : mix(palette.ground, field.colour, 0.6f), field.label);
    painter.outline(box, field.lit ? field.colour : mix(palette.ground, field.colour, 0.45f), field.lit ? 1.5f : 1, 3);
    const TextStyle digits = picture.layout.grouped ? style::code : style::code_small;
    painter.words_centred(digits, box.centre_x(), box.centre_y(), field.lit ? palette.ink : palette.dim, field.bits);
    painter.pop_clip();
}

/// "0x234", and without the prefix where there is little room.
std::string offset_label(const WalkPicture& picture, std::uint64_t offset) {
    const std::string number = hex_number(offset);
    return picture.layout.grouped ? "offset " + number : number;
}

/// The structures that were asked, of those for pages of this size.
std::string asked_text(const TlbState& tlb, std::uint64_t address, std::uint8_t structures, Level level) {
    std::string text;
    for (unsigned i = 0; i < tlb.configuration.count; ++i) {
        const TlbStructure& structure = tlb.configuration.structures[i];
        if (!(structures >> i & 1) || !structure.takes(level)) continue;
        text += (text.empty() ? "" : ", ") + short_structure_name(structure);
        if (structure.geometry.sets() > 1)
            text += " set " + std::to_string(tlb.set_of(i, address >> level_shift(level)));
    }
    return text;
}

}  // namespace

std::string bits_of(unsigned value, unsigned bits, bool grouped) {
    std::string text;
    for (unsigned bit = bits; bit-- > 0;) {
        text += (value >> bit & 1U) ? '1' : '0';
        if (grouped && bit > 0 && bit % 4 == 0) text += ' ';
    }
    return text;
}

void draw_fields(const WalkPicture& picture) {
    const WalkLayout& layout = picture.layout;
    const Palette& palette = picture.context.palette();
    const std::uint64_t address = picture.access.address;
    const bool canonical = is_canonical(address);
    if (!layout.sign.empty()) {
        const std::string sign = hex_number(address >> 48);
        draw_field(picture, layout.sign, {"63…48", sign, canonical ? palette.dim : palette.mistake, !canonical});
    }
    for (Level level = layout.last; level <= top_level; ++level) {
        const unsigned index = index_at(address, level);
        const bool lit = canonical && !picture.access.direct_map && picture.reached(level);
        draw_field(picture, layout.field[level],
                   {level_name(level) + (" " + std::to_string(index)), bits_of(index, 9, layout.grouped),
                    level_colour(palette, level), lit});
    }
    const unsigned bits = level_shift(layout.last);
    const std::uint64_t offset = address & (level_bytes(layout.last) - 1);
    std::string digits = bits_of(static_cast<unsigned>(offset), bits, layout.grouped);
    if (picture.context.painter.width(layout.grouped ? style::code : style::code_small, digits) >
        layout.offset.width - 8)
        digits = std::to_string(bits) + " bits";
    draw_field(picture, layout.offset, {offset_label(picture, offset), digits, palette.dim, picture.mapped()});
}

void draw_tlb_band(const WalkPicture& picture) {
    const Access& access = picture.access;
    if (access.progress == WalkProgress::none && access.missed == 0 && !access.hit) return;
    const Painter& painter = picture.context.painter;
    const Palette& palette = picture.context.palette();
    const TlbState& tlb = picture.context.state.tlb;
    const WalkLayout& layout = picture.layout;
    const float left = layout.field[top_level].x;
    const Rectangle box{left, layout.band.centre_y() - 10, layout.field[layout.last].right() - left, 20};
    std::vector<std::string> texts;  // the longest first
    Colour colour = palette.dim;
    if (access.hit) {
        const TlbStructure& structure = tlb.configuration.structures[access.hit->structure];
        const std::string place = short_structure_name(structure) + ", set " + std::to_string(access.hit->set) +
                                  ", way " + std::to_string(access.hit->way);
        texts = {"TLB hit: " + place + " · no table is read", "TLB hit: " + place, "TLB hit"};
        colour = palette.cyan;
        if (access.stale) {
            texts = {"TLB hit, but stale: the tables say something else", "TLB hit, stale"};
            colour = palette.mistake;
        }
    } else if (access.missed != 0) {
        const std::string asked = asked_text(tlb, access.address, access.missed, layout.last);
        texts = {"TLB miss: " + asked, "TLB miss"};
        if (access.from_cache) texts.insert(texts.begin(), "TLB miss · paging-structure cache knows the PTE table");
    } else if (access.progress == WalkProgress::begun) {
        texts =
            access.by_processor
                ? std::vector<std::string>{"the TLB’s entry does not allow this: the tables are asked",
                                           "TLB: not allowed"}
                : std::vector<std::string>{"the kernel reads the tables itself, without the TLB", "without the TLB"};
    }
    painter.fill(box, access.hit ? mix(palette.ground, colour, 0.14f) : palette.ground, 3);
    painter.outline(box, access.hit ? colour : palette.hairline, 1, 3);
    for (const std::string& text : texts) {
        if (painter.width(style::fact, text) > box.width - 12) continue;
        painter.words_centred(style::fact, box.centre_x(), box.centre_y(), access.hit ? colour : palette.dim, text);
        break;
    }
    if (access.hit)
        draw_curve(painter,
                   {{box.right(), box.centre_y()},
                    {layout.frame.x + 4, layout.frame.y + std::min(layout.frame.height, 88.0f) / 2},
                    CurveAxis::across,
                    CurveEnd::arrow,
                    2,
                    picture.part},
                   colour);
}

}  // namespace pageframe::ui
