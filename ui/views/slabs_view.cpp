#include "ui/views/slabs_view.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "ui/format.h"
#include "ui/slab_focus.h"
#include "ui/wrapped_text.h"

namespace pageframe::ui {
namespace {

constexpr float group_heading = 22;
constexpr float group_gap = 22;  ///< between groups side by side
constexpr float row_gap = 12;    ///< between rows of groups
constexpr float card_gap = 10;
constexpr float legend_height = 22;
constexpr float chip_height = 16;
constexpr float narrowest_sentence = 150;
constexpr float widest_sentence = 270;
/// Of a list, so many cards are drawn, and so many rows of an array.
constexpr std::size_t most_cards = 240;
constexpr std::size_t most_array_rows = 2;
/// What does not fit is scrolled, up to so many times the height; beyond it the cards are made smaller.
constexpr float most_heights = 2.5f;
constexpr double motion_seconds = 0.24;
/// A notch of the wheel is a factor of the view's zoom elsewhere; here it moves so far.
constexpr float pixels_of_a_notch = 60;
constexpr float zoom_of_a_notch = 1.2f;

std::string entry_text(const SlabState& state, ObjectReference entry) {
    return std::to_string(state.slabs[entry.slab].pfn) + ":" + std::to_string(entry.index);
}

float chip_width(const Painter& painter, const SlabState& state, const SlabGroup& group) {
    float width = 30;
    for (std::size_t i = 0; i < std::min<std::size_t>(group.entries.size(), 8); ++i)
        width = std::max(width, painter.width(style::code_small, entry_text(state, group.entries[i])) + 10);
    return width;
}

}  // namespace

void SlabsView::reset() {
    groups_.clear();
    placed_.clear();
    cards_.clear();
    earlier_.clear();
    cache_ = no_cache;
    scrolled_ = overflow_ = 0;
    revision_ = 0;
    motion_start_ = -1;
}

void SlabsView::draw(const ViewContext& context) {
    const CacheId cache = context.slabs.cache();
    if (cache == no_cache) return draw_empty(context);
    const KmemCache& shown = context.state.slab.caches[cache];
    const CacheGeometry& geometry = shown.geometry;
    const std::uint64_t pages = frames_in(geometry.order);
    std::string facts = count_text(geometry.size) + " bytes each · " + count_text(geometry.objects) + " in " +
                        count_text(pages) + (pages == 1 ? " page" : " pages");
    draw_heading(context.painter, context.area, "SLABS", shown.name_text(), shown.corrupted ? "" : facts);
    if (shown.corrupted)
        context.painter.words_right(
            style::fact, context.area.right(), context.area.y + heading_middle, context.palette().mistake,
            geometry.debugged() ? "a check has found damage" : "a mistake has broken a freelist");

    const bool legend = context.area.height > 150;
    Rectangle area = context.area.below(heading_height);
    if (legend) area.height -= legend_height;
    groups_ = slab_groups(context.state.slab, context.playback.state_before().slab, cache);
    choose_layout(context, cache, area);
    if (cache != cache_) scrolled_ = 0;
    scroll(context, area);
    start_motion(context, cache);
    context.painter.push_clip(area.grown(3));
    cards_.clear();
    for (const PlacedGroup& placed : placed_) draw_group(context, cache, placed, area);
    context.painter.pop_clip();
    if (legend) draw_legend(context, cache, context.area.below(context.area.height - legend_height));
    if (motion(context) < 1) context.wishes.next_frame = true;
}

void SlabsView::draw_empty(const ViewContext& context) const {
    draw_heading(context.painter, context.area, "SLABS", "", "");
    draw_wrapped(context.painter, style::words, context.area.below(heading_height), context.palette().dim,
                 "No cache yet. kmem_cache_create() makes one, and so does the first kmalloc() of a size.");
}

// ---------------------------------------------------------------- where everything stands

void SlabsView::choose_layout(const ViewContext& context, CacheId cache, const Rectangle& area) {
    struct Attempt {
        unsigned scale;
        Spread spread;
    };
    constexpr std::array<Attempt, 9> attempts = {{{0, Spread::rows},
                                                  {1, Spread::rows},
                                                  {0, Spread::side_by_side},
                                                  {2, Spread::rows},
                                                  {1, Spread::side_by_side},
                                                  {2, Spread::side_by_side},
                                                  {3, Spread::side_by_side},
                                                  {4, Spread::side_by_side},
                                                  {5, Spread::side_by_side}}};
    const auto too_wide = [&](unsigned scale) {
        return scale < smallest_card_scale &&
               card_layout(context.painter, context.state.slab, cache, scale).width > area.width;
    };
    for (const Attempt& attempt : attempts) {
        if (too_wide(attempt.scale)) continue;
        height_ = place_groups(context, cache, area, attempt.scale, attempt.spread);
        overflow_ = 0;
        if (height_ <= area.height) return;
    }
    // It is going to be scrolled anyway: then with the largest cards that don't make it endless.
    for (unsigned scale = 1; scale <= smallest_card_scale; ++scale) {
        if (too_wide(scale)) continue;
        height_ = place_groups(context, cache, area, scale, Spread::side_by_side);
        if (height_ <= most_heights * area.height) break;
    }
    overflow_ = std::max(height_ - area.height, 0.0f);
}

float SlabsView::place_groups(const ViewContext& context, CacheId cache, const Rectangle& area, unsigned scale,
                              Spread spread) {
    placed_.clear();
    float x = 0;
    float y = 0;
    float row = 0;
    for (const SlabGroup& group : groups_) {
        PlacedGroup placed = place_group(context, group, cache, area.width, scale);
        // A list without slabs takes a line, with its sentence.
        const bool bare = group.cards() == 0 && !group.is_array;
        if (spread == Spread::rows && bare && !group.sentence.empty()) placed.at.height += line_pitch;
        if (x > 0 && (spread == Spread::rows || x + placed.at.width > area.width)) {
            placed_.back().ends_row = true;
            y += row + row_gap;
            x = row = 0;
        }
        placed.at.x = area.x + x;
        placed.at.y = y;
        x += placed.at.width + group_gap;
        row = std::max(row, placed.at.height);
        placed_.push_back(placed);
    }
    if (!placed_.empty()) placed_.back().ends_row = true;
    return y + row;
}

/// A group's measures; where it stands is not yet said.
SlabsView::PlacedGroup SlabsView::place_group(const ViewContext& context, const SlabGroup& group, CacheId cache,
                                              float width, unsigned scale) const {
    const Painter& painter = context.painter;
    PlacedGroup placed{&group, {}, 0, 1, scale, false};
    float heading = painter.width(style::heading, group.heading);
    if (!group.note.empty()) heading += 12 + painter.width(style::fact, group.note);
    if (!group.facts.empty()) heading += 16 + painter.width(style::fact, group.facts);
    if (group.is_array) {
        const float chip = chip_width(painter, context.state.slab, group) + 4;
        placed.columns = std::max(1U, static_cast<unsigned>((width + 4) / chip));
        const std::size_t most = placed.columns * most_array_rows;
        placed.shown = group.entries.size() <= most ? group.entries.size() : most - 1;
        const std::size_t rows = std::max<std::size_t>(1, (placed.shown + placed.columns - 1) / placed.columns);
        const auto used =
            static_cast<float>(std::min<std::size_t>(placed.columns, std::max<std::size_t>(placed.shown, 1)));
        placed.at.width = std::min(width, std::max(heading, used * chip - 4));
        placed.at.height = group_heading + static_cast<float>(rows) * (chip_height + 4);
        return placed;
    }
    // Full slabs have nothing to tell but that they are full.
    if (group.quiet) placed.scale = std::min(scale + 1, smallest_card_scale);
    const CardLayout card = card_layout(painter, context.state.slab, cache, placed.scale);
    const float pitch = card.width + card_gap;
    placed.columns = std::max(1U, static_cast<unsigned>((width + card_gap) / pitch));
    placed.shown = std::min(group.cards(), most_cards);
    const std::size_t rows = (placed.shown + placed.columns - 1) / placed.columns;
    const float more = placed.shown < group.cards() ? 20.0f : 0.0f;
    const auto used = static_cast<float>(std::min<std::size_t>(placed.columns, placed.shown));
    placed.at.width = std::min(width, std::max(heading, used * pitch - card_gap));
    placed.at.height = group_heading + more;
    if (rows > 0) placed.at.height += static_cast<float>(rows) * (card.height + card_gap) - card_gap;
    return placed;
}

void SlabsView::scroll(const ViewContext& context, const Rectangle& area) {
    const Pointer& pointer = context.pointer;
    const float before = scrolled_;
    if (pointer.here && overflow_ > 0) {
        if (pointer.zoom != 1) scrolled_ -= std::log(pointer.zoom) / std::log(zoom_of_a_notch) * pixels_of_a_notch;
        scrolled_ -= pointer.scroll.y;
        if (pointer.dragging) scrolled_ -= pointer.moved.y;
    }
    scrolled_ = std::clamp(scrolled_, 0.0f, overflow_);
    if (overflow_ <= 0) return;
    if (scrolled_ != before) context.wishes.next_frame = true;
    // How far one is, as a thin bar at the right edge.
    const float part = area.height / height_;
    const float top = area.y + (area.height - area.height * part) * (scrolled_ / overflow_);
    context.painter.fill({context.area.right() - 3, top, 3, area.height * part}, context.palette().track, 1.5f);
}

// ---------------------------------------------------------------- motion

/// From one step to the next the cards move; after a jump they stand where they are.
void SlabsView::start_motion(const ViewContext& context, CacheId cache) {
    const std::uint32_t revision = context.playback.revision();
    if (revision == revision_ && cache == cache_) return;
    const OperationNumber now = context.playback.operation();
    const bool near = operation_ != no_operation && now != no_operation &&
                      (now > operation_ ? now - operation_ : operation_ - now) <= 1;
    const bool moves = context.motion && near && cache == cache_ && revision_ != 0;
    earlier_ = moves ? cards_ : std::vector<PlacedCard>();
    motion_start_ = moves ? context.time : -1;
    revision_ = revision;
    cache_ = cache;
    operation_ = now;
}

float SlabsView::motion(const ViewContext& context) const {
    if (motion_start_ < 0) return 1;
    const double part = (context.time - motion_start_) / motion_seconds;
    if (part >= 1) return 1;
    const auto t = static_cast<float>(std::max(part, 0.0));
    return 1 - (1 - t) * (1 - t) * (1 - t);
}

// ---------------------------------------------------------------- drawing

void SlabsView::draw_group(const ViewContext& context, CacheId cache, const PlacedGroup& placed,
                           const Rectangle& area) {
    Rectangle at = placed.at;
    at.y += area.y - scrolled_;
    if (at.y > area.bottom() || at.bottom() < area.y) return;
    const float right = placed.ends_row ? area.right() - (overflow_ > 0 ? 10.0f : 0.0f) : at.right();
    draw_group_heading(context, placed, at, right);
    const Rectangle body = at.below(group_heading);
    if (placed.group->is_array)
        draw_array(context, placed, body);
    else
        draw_cards(context, cache, placed, body);
    draw_sentence(context, placed, at, right);
}

/// Beside the cards, or where there are none below the heading; only where there is room for all of it.
void SlabsView::draw_sentence(const ViewContext& context, const PlacedGroup& placed, const Rectangle& at,
                              float right) const {
    const std::string& sentence = placed.group->sentence;
    if (!placed.ends_row || sentence.empty()) return;
    const Rectangle body = at.below(group_heading);
    const bool bare = placed.group->cards() == 0 && !placed.group->is_array;
    if (bare) {
        if (body.height >= line_pitch && context.painter.width(style::words, sentence) <= right - at.x)
            context.painter.words(style::words, at.x, body.y + line_pitch / 2 - 2, context.palette().dim, sentence);
        return;
    }
    const float left = at.right() + 18;
    const float width = std::min(right - left, widest_sentence);
    if (width < narrowest_sentence) return;
    const auto lines = wrap_words(context.painter, style::words, sentence, width);
    const float wanted = static_cast<float>(lines.size()) * line_pitch;
    if (wanted > body.height + 2) return;
    const float top = body.y + (std::min(body.height, 110.0f) - wanted) / 2;
    draw_wrapped(context.painter, style::words, {left, top, width, wanted}, context.palette().dim, sentence);
}

void SlabsView::draw_group_heading(const ViewContext& context, const PlacedGroup& placed, const Rectangle& at,
                                   float right) const {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const SlabGroup& group = *placed.group;
    const float middle = at.y + group_heading / 2 - 2;
    float end = painter.words(style::heading, at.x, middle, palette.dim, group.heading);
    if (!group.note.empty() && end + 12 + painter.width(style::fact, group.note) <= right)
        end = painter.words(style::fact, end + 12, middle, palette.cyan, group.note);
    if (group.facts.empty() || end + 12 + painter.width(style::fact, group.facts) > right) return;
    // Where the row goes on to the view's edge the facts stay near the cards they are about.
    const bool near = group.cards() == 0 && !group.is_array;
    if (near)
        painter.words(style::fact, end + 12, middle, palette.dim, group.facts);
    else
        painter.words_right(style::fact, std::max(at.right(), end + 12 + painter.width(style::fact, group.facts)),
                            middle, palette.dim, group.facts);
}

void SlabsView::draw_cards(const ViewContext& context, CacheId cache, const PlacedGroup& placed, const Rectangle& at) {
    const SlabGroup& group = *placed.group;
    const CardLayout layout = card_layout(context.painter, context.state.slab, cache, placed.scale);
    const float t = motion(context);
    const auto in_view = [&](const Rectangle& card) {
        return card.bottom() > context.area.y && card.y < context.area.bottom();
    };
    for (std::size_t index = 0; index < placed.shown; ++index) {
        const auto column = static_cast<float>(index % placed.columns);
        const auto row = static_cast<float>(index / placed.columns);
        Rectangle card{at.x + column * (layout.width + card_gap), at.y + row * (layout.height + card_gap), layout.width,
                       layout.height};
        if (index >= group.slabs.size()) {
            draw_gone_card(context, group.gone[index - group.slabs.size()], layout, card);
            continue;
        }
        const SlabId slab = group.slabs[index];
        const Pfn pfn = context.state.slab.slabs[slab].pfn;
        cards_.push_back({slab, pfn, card});
        if (t < 1) {
            for (const PlacedCard& was : earlier_) {
                if (was.slab != slab || was.pfn != pfn) continue;
                card.x = was.at.x + (card.x - was.at.x) * t;
                card.y = was.at.y + (card.y - was.at.y) * t;
            }
        }
        if (in_view(card)) draw_slab_card(context, slab, layout, card);
    }
    if (placed.shown < group.cards())
        context.painter.words(style::fact, at.x, at.bottom() - 8, context.palette().dim,
                              "and " + count_text(group.cards() - placed.shown) + " more slabs");
}

/// The entry taken next comes first.
void SlabsView::draw_array(const ViewContext& context, const PlacedGroup& placed, const Rectangle& at) const {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const SlabState& state = context.state.slab;
    const SlabGroup& group = *placed.group;
    if (group.entries.empty()) {
        painter.words(style::code_small, at.x, at.y + chip_height / 2, palette.faint, "empty");
        return;
    }
    const float width = chip_width(painter, state, group);
    for (std::size_t index = 0; index < placed.shown; ++index) {
        const ObjectReference entry = group.entries[index];
        const Rectangle chip{at.x + static_cast<float>(index % placed.columns) * (width + 4),
                             at.y + static_cast<float>(index / placed.columns) * (chip_height + 4), width, chip_height};
        const Role role = context.slabs.role_of(entry);
        const std::uint64_t address = object_address(state, entry);
        painter.fill(chip, palette.hollow, 3);
        painter.outline(chip, role == Role::plain ? palette.green : palette.role(role), role == Role::plain ? 1 : 2, 3);
        painter.words_centred(style::code_small, chip.centre_x(), chip.centre_y(), palette.ink,
                              entry_text(state, entry));
        if (context.highlight.hovered_address() == address) painter.outline(chip.grown(1), palette.ink, 1, 4);
        if (context.highlight.selected_address() == address) painter.outline(chip.grown(2), palette.amber, 1.5f, 5);
        if (!context.pointer.here || !chip.contains(context.pointer.at)) continue;
        context.wishes.hover_address = address;
        context.wishes.tip = {"object " + std::to_string(entry.index) + " of slab " +
                                  std::to_string(state.slabs[entry.slab].pfn),
                              index == 0 ? "the next one that this array gives" : "free, waiting in the array"};
        if (context.pointer.clicked) context.wishes.select_address = address;
    }
    if (placed.shown == group.entries.size()) return;
    const float left = at.x + static_cast<float>(placed.shown % placed.columns) * (width + 4);
    const float middle = at.y + static_cast<float>(placed.shown / placed.columns) * (chip_height + 4) + chip_height / 2;
    painter.words(style::code_small, left + 4, middle, palette.dim,
                  "+" + count_text(group.entries.size() - placed.shown));
}

void SlabsView::draw_legend(const ViewContext& context, CacheId cache, const Rectangle& area) const {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const CacheGeometry& geometry = context.state.slab.caches[cache].geometry;
    const bool classic = context.state.slab.allocator == SlabAllocatorKind::slab;
    const float middle = area.bottom() - 8;
    float left = area.x;
    const auto entry = [&](auto draw_mark, std::string_view words) {
        if (left + 18 + painter.width(style::fact, words) > area.right()) return;
        draw_mark(Rectangle{left, middle - 5, 12, 10});
        left = painter.words(style::fact, left + 18, middle, palette.dim, words) + 16;
    };
    const auto outlined = [&](Colour edge) {
        return [&painter, &palette, edge](const Rectangle& mark) {
            painter.fill(mark, palette.hollow, 2);
            painter.outline(mark, edge, 1, 2);
        };
    };
    entry([&](const Rectangle& mark) { painter.fill(mark, mix(palette.raised, palette.blue, palette.used_part), 2); },
          "in use");
    entry(outlined(palette.free_object_edge()), "free");
    if (!geometry.debugged()) entry(outlined(palette.green), classic ? "free, in an array" : "free, the CPU’s to take");
    entry([&](const Rectangle& mark) { painter.fill(mark, palette.amber, 2); }, "this step");
    if (geometry.has(slab_flag::object_poison))
        entry(
            [&](const Rectangle& mark) {
                outlined(palette.free_object_edge())(mark);
                for (float x = mark.x + 3; x < mark.right() - 4; x += 4)
                    painter.stroke({x, mark.bottom() - 2}, {x + 3, mark.y + 2}, palette.dim, painter.line());
            },
            "poisoned");
    if (geometry.has(slab_flag::red_zone))
        entry(
            [&](const Rectangle& mark) {
                painter.fill({mark.x, mark.y, 3, mark.height}, palette.vermilion);
                painter.fill({mark.right() - 3, mark.y, 3, mark.height}, palette.vermilion);
            },
            "red zones");
    if (classic && geometry.colours > 1)
        entry([&](const Rectangle& mark) { painter.fill({mark.x, middle - 2.5f, 12, 5}, palette.pink); }, "colour");
    if (classic && !geometry.management_off_slab)
        entry([&](const Rectangle& mark) { painter.fill({mark.x, middle - 2.5f, 12, 5}, palette.grey); }, "management");
    if (context.state.slab.caches[cache].corrupted)
        entry([&](const Rectangle& mark) { painter.dashed_outline(mark, palette.mistake); }, "on no list: lost");
}

}  // namespace pageframe::ui
