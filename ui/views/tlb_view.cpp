#include "ui/views/tlb_view.h"

#include <algorithm>
#include <cmath>

#include "ui/format.h"
#include "ui/views/tlb_structure.h"

namespace pageframe::ui {
namespace {

constexpr float largest_pitch = 13, smallest_pitch = 3;
constexpr float between = 14;
constexpr float narrowest_grid = 190;  ///< with room for its label
constexpr float row_height = 18;

/// Grids in rows, as many side by side as fit; one with many sets takes what is left of a row and shows
/// those that fit. Returns the height that they take.
float flow(const TlbScene& scene, std::vector<TlbGrid>& grids, const std::vector<unsigned>& structures,
           const Rectangle& area, float pitch) {
    grids.clear();
    float x = area.x, y = area.y, tallest = 0;
    for (const unsigned structure : structures) {
        const float left = area.right() - x;
        TlbGrid grid = shape_grid(scene, structure, pitch, left >= narrowest_grid ? left : area.width);
        float width = std::min(grid_width(scene, grid), area.width);
        if (x > area.x && x + width > area.right()) {
            y += tallest + between;
            x = area.x;
            tallest = 0;
            grid = shape_grid(scene, structure, pitch, area.width);
            width = std::min(grid_width(scene, grid), area.width);
        }
        grid.place = {x, y, width, grid_height(grid)};
        tallest = std::max(tallest, grid.place.height);
        x += width + 2 * between;
        grids.push_back(grid);
    }
    return y + tallest - area.y;
}

unsigned valid_entries(const TlbState& tlb, CpuId cpu) {
    unsigned count = 0;
    for (TlbSlot slot = 0; slot < tlb.entries_per_cpu; ++slot) count += tlb.entry(cpu, slot).valid;
    return count;
}

/// Cached pointers to PTE tables, in a row.
void draw_walk_cache(const TlbScene& scene, const Rectangle& row) {
    const ViewContext& context = scene.context;
    const TlbState& tlb = context.state.tlb;
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const unsigned entries = tlb.configuration.walk_cache_entries;
    float x = painter.words(style::words, row.x, row.centre_y(), palette.ink, "Paging-structure cache") + 12;
    const float pitch = std::clamp((row.right() - x) / static_cast<float>(entries), 3.0f, 10.0f);
    for (unsigned index = 0; index < entries; ++index, x += pitch) {
        const Rectangle cell{x, row.centre_y() - 4, pitch - 1, 8};
        if (!tlb.started() || tlb.cpus[scene.cpu].walk_cache[index].table == no_pfn) {
            painter.fill(cell, palette.track, 1);
            continue;
        }
        const CpuTlb::CachedTable& cached = tlb.cpus[scene.cpu].walk_cache[index];
        const TlbState& before = context.playback.state_before().tlb;
        const bool fresh = !before.started() || before.cpus[scene.cpu].walk_cache[index].stamp != cached.stamp;
        painter.fill(cell, fresh ? palette.amber : mix(palette.ground, palette.yellow, 0.75f), 1);
        if (!context.pointer.here || !cell.grown(1).contains(context.pointer.at)) continue;
        context.wishes.tip = {"PTE table in pfn " + std::to_string(cached.table),
                              "for 2 MiB from " + grouped_address(cached.page << level_shift(1)),
                              "A walk there reads one table instead of four."};
        context.wishes.hover = cached.table;
    }
}

/// Have CPUs flushed, or been interrupted to do so? Then the table of them is what there is to see.
bool was_flushed(const TlbState& tlb) {
    return std::any_of(tlb.cpus.begin(), tlb.cpus.end(),
                       [](const CpuTlb& cpu) { return cpu.flushes > 0 || cpu.interrupts_received > 0; });
}

/// Of the table below the structures; 0: one CPU, or too many.
float cpu_table_height(const TlbState& tlb, float room) {
    const float height = row_height * static_cast<float>(tlb.cpu_count + 1) + 10;
    const float most = was_flushed(tlb) ? room : room * 0.6f;
    return tlb.started() && tlb.cpu_count > 1 && tlb.cpu_count <= 8 && height <= most ? height : 0;
}

/// The smallest that they can be made fit.
bool fits(const TlbScene& scene, const std::vector<unsigned>& structures, const Rectangle& area, float height) {
    std::vector<TlbGrid> grids;
    return flow(scene, grids, structures, area, smallest_pitch) <= height;
}

/// Those that have something to show; when nothing is in any, those that will be filled first, if there is
/// room for them.
std::vector<unsigned> structures_to_show(const TlbScene& scene, const Rectangle& area, float table) {
    const TlbState& tlb = scene.context.state.tlb;
    std::vector<unsigned> shown, small;
    for (unsigned i = 0; i < tlb.configuration.count; ++i) {
        if (is_of_interest(scene, i)) shown.push_back(i);
        if (tlb.configuration.structures[i].takes(0)) small.push_back(i);
    }
    if (!shown.empty()) return shown;
    const bool table_first = table > 0 && was_flushed(tlb);
    if (table_first && !fits(scene, small, area, area.height - table)) return {};
    return small;
}

std::string names_of_empty(const TlbScene& scene, const std::vector<unsigned>& shown) {
    std::string names;
    for (unsigned i = 0; i < scene.context.state.tlb.configuration.count; ++i)
        if (std::find(shown.begin(), shown.end(), i) == shown.end())
            names += (names.empty() ? "" : ", ") + grid_name(scene, i);
    return names;
}

void draw_empty(const TlbScene& scene, const Rectangle& row, const std::string& names, bool all) {
    const Painter& painter = scene.context.painter;
    const std::string text = "empty: " + names;
    const bool room = painter.width(style::fact, text) <= row.width;
    painter.words(style::fact, row.x, row.centre_y(), scene.context.palette().faint,
                  room  ? text
                  : all ? "all are empty"
                        : "the others are empty");
}

}  // namespace

void TlbView::draw(const ViewContext& context) {
    const Access access = access_of(context.playback, context.highlight);
    const TlbState& tlb = context.state.tlb;
    const TlbScene scene{context, access, cpu(context, access)};
    draw_heading(context.painter, context.area, "TLB", "", "");
    if (tlb.cpu_count > 1)
        draw_cpu_tabs(context, scene.cpu);
    else if (tlb.started() && tlb.cpus[0].walks > 0)
        context.painter.words_right(
            style::fact, context.area.right(), context.area.y + heading_middle, context.palette().dim,
            count_text(tlb.cpus[0].walks) + (tlb.cpus[0].walks == 1 ? " walk so far" : " walks so far"));
    if (context.area.height < 60) return;

    Rectangle area = context.area.below(heading_height);
    context.painter.push_clip(context.area.grown(3));
    // The structures come first: the table of CPUs is there where they leave it room. After a flush the table
    // comes first, and what does not fit above it is left out.
    const bool gives_way = without_table_ == context.playback.revision();
    const bool flushed = was_flushed(tlb) && !gives_way;
    const float table = gives_way ? 0 : cpu_table_height(tlb, area.height);
    const std::vector<unsigned> shown = structures_to_show(scene, area, table);
    if (table > 0 && (flushed || fits(scene, shown, area, area.height - table))) {
        draw_cpu_table(context, scene.cpu, table);
        area.height -= table;
    }
    std::string empty = names_of_empty(scene, shown);
    const bool has_cache = tlb.configuration.walk_cache_entries > 0;
    if (has_cache) area.height -= row_height + 4;
    if (area.height <= 110 && !shown.empty()) empty.clear();
    if (!empty.empty()) area.height -= row_height;

    const float step = 1 / context.painter.device_pixel_ratio();
    float pitch = largest_pitch;
    std::vector<TlbGrid> grids;
    float height = flow(scene, grids, shown, area, pitch);
    while (height > area.height && pitch > smallest_pitch) {
        pitch -= step;
        height = flow(scene, grids, shown, area, pitch);
    }
    float bottom_of_grids = context.area.bottom() + 1 - (flushed ? table : 0);
    if (area.y + height > bottom_of_grids) bottom_of_grids -= row_height;
    std::vector<unsigned> left_out;
    for (const TlbGrid& grid : grids) {
        if (grid.place.bottom() <= bottom_of_grids)
            draw_grid(scene, grid);
        else
            left_out.push_back(grid.structure);
    }
    if (!left_out.empty())
        draw_left_out(scene, left_out, {area.x, bottom_of_grids - 2, area.width, row_height}, flushed && table > 0);
    float y = area.y + height + 6;
    const float bottom = area.bottom() + (has_cache ? row_height + 4 : 0) + (empty.empty() ? 0 : row_height);
    if (has_cache && y + row_height <= bottom) {
        draw_walk_cache(scene, {area.x, y, area.width, row_height});
        y += row_height + 4;
    }
    if (!empty.empty() && y + row_height <= bottom)
        draw_empty(scene, {area.x, y, area.width, row_height}, empty, shown.empty());
    context.painter.pop_clip();
}

/// "STLB 4K 2M: 12 in use": there is no room for them, or the table of CPUs has it.
void TlbView::draw_left_out(const TlbScene& scene, const std::vector<unsigned>& structures, const Rectangle& row,
                            bool table_has_room) {
    const ViewContext& context = scene.context;
    const TlbState& tlb = context.state.tlb;
    std::string text;
    for (const unsigned structure : structures) {
        const std::uint32_t sets = tlb.configuration.structures[structure].geometry.sets();
        unsigned count = 0;
        for (TlbSlot slot = tlb.slot_of(structure, 0, 0); tlb.started() && slot < tlb.slot_of(structure, sets, 0);
             ++slot)
            count += tlb.entry(scene.cpu, slot).valid;
        if (count == 0 && !table_has_room) continue;
        text += (text.empty() ? "" : ", ") + grid_name(scene, structure) + ": " + count_text(count) + " in use";
    }
    const Palette& palette = context.palette();
    const float end = context.painter.words(style::fact, row.x, row.centre_y(), palette.dim, text) + 10;
    if (!table_has_room) return;
    const bool here = context.pointer.here && row.contains(context.pointer.at);
    context.painter.words(style::fact, end, row.centre_y(), here ? palette.amber : palette.ink, "Show");
    if (!here) return;
    context.wishes.cursor = ImGuiMouseCursor_Hand;
    context.wishes.tip = {"No room here beside the table of CPUs",
                          "a click lets the table give way until the next step"};
    if (!context.pointer.clicked) return;
    without_table_ = context.playback.revision();
    context.wishes.next_frame = true;
}

CpuId TlbView::cpu(const ViewContext& context, const Access& access) const {
    const CpuId wanted = picked_cpu_.value_or(access.cpu);
    return wanted < context.state.tlb.cpu_count ? wanted : CpuId{0};
}

/// On the right of the heading; the one shown is bright. A click picks one, a second one lets go.
void TlbView::draw_cpu_tabs(const ViewContext& context, CpuId shown) {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const float middle = context.area.y + heading_middle;
    float right = context.area.right();
    // As many as there is room for, around the one shown.
    const unsigned cpus = context.state.tlb.cpu_count;
    const float widest = painter.width(style::fact, std::to_string(cpus - 1)) + 14;
    const float room = context.area.width - 90;
    const auto count = std::clamp(static_cast<unsigned>(std::max(room / widest, 1.0f)), 1u, cpus);
    const unsigned first = std::min(shown - std::min<unsigned>(count / 2, shown), cpus - count);
    for (unsigned index = first + count; index-- > first;) {
        const auto id = static_cast<CpuId>(index);
        const std::string name = std::to_string(index);
        const float width = painter.width(style::fact, name);
        const Rectangle tab{right - width - 6, context.area.y, width + 12, 24};
        const bool pointed = context.pointer.here && tab.contains(context.pointer.at);
        painter.words(style::fact, right - width, middle, id == shown || pointed ? palette.ink : palette.dim, name);
        if (id == shown) painter.horizontal(right - width - 2, right + 2, middle + 9, palette.ink);
        if (pointed) {
            context.wishes.cursor = ImGuiMouseCursor_Hand;
            if (context.pointer.clicked) {
                picked_cpu_ = picked_cpu_ == id ? std::nullopt : std::optional(id);
                context.wishes.next_frame = true;
            }
        }
        right -= width + 14;
    }
    painter.words_right(style::fact, right, middle, palette.dim, count < cpus ? "CPU …" : "CPU");
}

/// Every CPU in a row of its own, at the bottom: what flushes and interrupts cost.
void TlbView::draw_cpu_table(const ViewContext& context, CpuId shown, float height) {
    const TlbState& tlb = context.state.tlb;
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const TlbState& before = context.playback.state_before().tlb;
    const Rectangle& area = context.area;
    float middle = area.bottom() - height + 10 + row_height / 2;
    constexpr const char* names[] = {"entries", "walks", "flushes", "interrupts"};
    // The same room between any two names.
    float widths[4], sum = 46;
    for (unsigned i = 0; i < 4; ++i) sum += widths[i] = painter.width(style::fact, names[i]);
    float right[4], x = area.x + 46;
    for (unsigned i = 0; i < 4; ++i) right[i] = x += widths[i] + (area.width - sum) / 4;
    painter.horizontal(area.x, area.right(), middle - row_height / 2 - 4, palette.hairline);
    for (unsigned i = 0; i < 4; ++i) painter.words_right(style::fact, right[i], middle, palette.dim, names[i]);
    for (CpuId id = 0; id < tlb.cpu_count; ++id) {
        middle += row_height;
        const Rectangle row{area.x, middle - row_height / 2, area.width, row_height};
        if (context.pointer.here && row.contains(context.pointer.at)) {
            painter.fill(row, palette.raised, 2);
            context.wishes.cursor = ImGuiMouseCursor_Hand;
            if (context.pointer.clicked) {
                picked_cpu_ = id;
                context.wishes.next_frame = true;
            }
        }
        const CpuTlb& now = tlb.cpus[id];
        const std::uint64_t values[] = {valid_entries(tlb, id), now.walks, now.flushes, now.interrupts_received};
        std::uint64_t earlier[] = {values[0], values[1], values[2], values[3]};
        if (before.started()) {
            const CpuTlb& was = before.cpus[id];
            earlier[0] = valid_entries(before, id);
            earlier[1] = was.walks, earlier[2] = was.flushes, earlier[3] = was.interrupts_received;
        }
        painter.words(style::fact, area.x, middle, id == shown ? palette.ink : palette.dim,
                      "CPU " + std::to_string(id));
        for (unsigned i = 0; i < 4; ++i)
            painter.words_right(style::code, right[i], middle,
                                values[i] != earlier[i] ? palette.cyan
                                : id == shown           ? palette.ink
                                                        : palette.dim,
                                count_text(values[i]));
    }
}

}  // namespace pageframe::ui
