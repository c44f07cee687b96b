#include "ui/palette.h"

namespace pageframe::ui {
namespace {

constexpr Palette dark = {
    .ground = colour_from_rgb(0x0e1116),
    .raised = colour_from_rgb(0x171c24),
    .hairline = colour_from_rgb(0x252c36),
    .ink = colour_from_rgb(0xdbe2ec),
    .dim = colour_from_rgb(0x8b96a6),
    .faint = colour_from_rgb(0x5d6877),
    .hollow = colour_from_rgb(0x151a21),
    .track = colour_from_rgb(0x1d232c),
    .amber = colour_from_rgb(0xffc35c),
    .cyan = colour_from_rgb(0x57d0ff),
    .on_amber = colour_from_rgb(0x20242b),
    .on_used = colour_from_rgb(0x0a0d12),
    .vermilion = colour_from_rgb(0xe07a3f),
    .blue = colour_from_rgb(0x5aa9e6),
    .green = colour_from_rgb(0x3fb68b),
    .pink = colour_from_rgb(0xcf8fc4),
    .yellow = colour_from_rgb(0xe6c229),
    .grey = colour_from_rgb(0x3b434f),
    .absent = colour_from_rgb(0x0a0c10),
    .mistake = colour_from_rgb(0xff7a6b),
    .shadow = colour_from_rgb(0x000000),
    .used_part = 0.84f,
    .free_part = 0.07f,
    .edge_part = 0.34f,
};

constexpr Palette light = {
    .ground = colour_from_rgb(0xfbfaf7),
    .raised = colour_from_rgb(0xffffff),
    .hairline = colour_from_rgb(0xe3e0d8),
    .ink = colour_from_rgb(0x20242b),
    .dim = colour_from_rgb(0x626b78),
    .faint = colour_from_rgb(0x98a0aa),
    .hollow = colour_from_rgb(0xf3f2ee),
    .track = colour_from_rgb(0xe9e6df),
    .amber = colour_from_rgb(0xb86e00),
    .cyan = colour_from_rgb(0x0077b6),
    .on_amber = colour_from_rgb(0xffffff),
    .on_used = colour_from_rgb(0xffffff),
    .vermilion = colour_from_rgb(0xc4551a),
    .blue = colour_from_rgb(0x2f7fc1),
    .green = colour_from_rgb(0x1f8f68),
    .pink = colour_from_rgb(0xa9559b),
    .yellow = colour_from_rgb(0x9a7d00),
    .grey = colour_from_rgb(0xc4c4bf),
    .absent = colour_from_rgb(0xebe8e1),
    .mistake = colour_from_rgb(0xb3261e),
    .shadow = colour_from_rgb(0x6b6250),
    .used_part = 0.86f,
    .free_part = 0.05f,
    .edge_part = 0.34f,
};

}  // namespace

Colour mix(Colour lower, Colour upper, float part) {
    Colour result = 0xff000000U;
    for (unsigned shift = 0; shift < 24; shift += 8) {
        const float from = static_cast<float>(lower >> shift & 0xffU);
        const float to = static_cast<float>(upper >> shift & 0xffU);
        result |= static_cast<Colour>(from + (to - from) * part + 0.5f) << shift;
    }
    return result;
}

std::string colour_as_hex(Colour colour) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text = "#";
    for (unsigned shift = 0; shift < 24; shift += 8) {
        text += digits[colour >> (shift + 4) & 15U];
        text += digits[colour >> shift & 15U];
    }
    return text;
}

Colour Palette::hue(Migratetype type) const {
    switch (type) {
    case Migratetype::unmovable: return vermilion;
    case Migratetype::movable: return blue;
    case Migratetype::reclaimable: return green;
    case Migratetype::highatomic: return yellow;
    case Migratetype::cma: return pink;
    case Migratetype::isolate: return dim;
    }
    return dim;
}

Colour Palette::role(Role role) const {
    switch (role) {
    case Role::taken: return amber;
    case Role::changed: return cyan;
    case Role::mistake: return mistake;
    case Role::plain:
    case Role::strong: return ink;
    }
    return ink;
}

const Palette& palette_of(Theme theme) { return theme == Theme::dark ? dark : light; }

std::vector<std::pair<const char*, Colour>> palette_entries(const Palette& palette) {
    return {
        {"ground", palette.ground},
        {"raised", palette.raised},
        {"hairline", palette.hairline},
        {"ink", palette.ink},
        {"dim", palette.dim},
        {"faint", palette.faint},
        {"hollow", palette.hollow},
        {"track", palette.track},
        {"amber", palette.amber},
        {"cyan", palette.cyan},
        {"on-amber", palette.on_amber},
        {"on-used", palette.on_used},
        {"vermilion", palette.vermilion},
        {"blue", palette.blue},
        {"green", palette.green},
        {"pink", palette.pink},
        {"yellow", palette.yellow},
        {"grey", palette.grey},
        {"absent", palette.absent},
        {"mistake", palette.mistake},
        {"shadow", palette.shadow},
    };
}

}  // namespace pageframe::ui
