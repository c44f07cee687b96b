#include "ui/views/tlb_structure.h"

#include <algorithm>
#include <cmath>

#include "engine/core/address_text.h"
#include "engine/tlb/walk.h"
#include "ui/format.h"

namespace pageframe::ui {
namespace {

/// What the step did to an entry.
enum class Touch : std::uint8_t { none, used, filled, replaced, gone };

struct Slot {
    const TlbEntry* now = nullptr;  ///< nullptr: the TLBs are not in use yet
    const TlbEntry* before = nullptr;
    std::uint32_t set = 0, way = 0;
    bool stale = false;
};

const TlbGeometry& geometry_of(const TlbScene& scene, unsigned structure) {
    return scene.context.state.tlb.configuration.structures[structure].geometry;
}

Slot slot_at(const TlbScene& scene, unsigned structure, std::uint32_t set, std::uint32_t way) {
    const TlbState& now = scene.context.state.tlb;
    const TlbState& before = scene.context.playback.state_before().tlb;
    Slot slot{nullptr, nullptr, set, way, false};
    if (now.started()) {
        slot.now = &now.entry(scene.cpu, now.slot_of(structure, set, way));
        slot.stale = is_stale(scene.context.state, scene.cpu, *slot.now);
    }
    if (before.started()) slot.before = &before.entry(scene.cpu, before.slot_of(structure, set, way));
    return slot;
}

bool same_translation(const TlbEntry& a, const TlbEntry& b) {
    return a.page == b.page && a.level == b.level && a.pcid == b.pcid && a.pfn == b.pfn;
}

Touch touch_of(const Slot& slot) {
    const bool is = slot.now != nullptr && slot.now->valid;
    const bool was = slot.before != nullptr && slot.before->valid;
    if (!is) return was ? Touch::gone : Touch::none;
    if (!was) return Touch::filled;
    if (!same_translation(*slot.now, *slot.before)) return Touch::replaced;
    return slot.now->stamp != slot.before->stamp ? Touch::used : Touch::none;
}

std::uint64_t first_address(const TlbEntry& entry) { return entry.page << level_shift(entry.level); }

bool covers(const TlbEntry& entry, std::uint64_t address) {
    return address != no_address && address >> level_shift(entry.level) == entry.page;
}

/// The set that this access's page belongs to; nothing when it has none here.
std::optional<std::uint32_t> set_of_access(const TlbScene& scene, unsigned structure) {
    if (scene.access.source == AddressSource::nothing) return std::nullopt;
    const TlbState& tlb = scene.context.state.tlb;
    const TlbStructure& shape = tlb.configuration.structures[structure];
    // The size of its page, if this structure takes such; else the smallest it takes.
    Level level = 0;
    if (scene.access.hit && scene.access.hit->structure == structure && tlb.started()) return scene.access.hit->set;
    for (const FillEntry& fill : scene.access.fills) level = fill.level;
    if (scene.access.direct_map) level = 1;
    if (!shape.takes(level)) {
        if (!(scene.access.missed >> structure & 1)) return std::nullopt;
        level = 0;
        while (level < 2 && !shape.takes(level)) ++level;
    }
    return tlb.set_of(structure, scene.access.address >> level_shift(level));
}

/// 0 for the entry of its set that was used last, 1 for the one before it, ...
unsigned age_in_set(const TlbScene& scene, unsigned structure, const Slot& slot) {
    unsigned later = 0;
    for (std::uint32_t way = 0; way < geometry_of(scene, structure).ways; ++way) {
        const Slot other = slot_at(scene, structure, slot.set, way);
        later += other.now->valid && other.now->stamp > slot.now->stamp;
    }
    return later;
}

Colour colour_of(const TlbScene& scene, unsigned structure, const Slot& slot) {
    const Palette& palette = scene.context.palette();
    if (slot.now == nullptr || !slot.now->valid) return palette.track;
    if (slot.stale) return palette.ground;
    const TlbState& tlb = scene.context.state.tlb;
    const bool usable = slot.now->global || slot.now->pcid == tlb.cpus[scene.cpu].pcid;
    const Colour hue = usable ? palette.blue : palette.dim;
    const auto ways = static_cast<float>(std::max(geometry_of(scene, structure).ways, 2U));
    const float age = static_cast<float>(age_in_set(scene, structure, slot)) / (ways - 1);
    return mix(palette.ground, hue, 0.85f - 0.45f * std::min(age, 1.0f));
}

void tell_entry(const TlbScene& scene, unsigned structure, const Slot& slot) {
    const ViewContext& context = scene.context;
    std::vector<std::string>& lines = context.wishes.tip;
    const std::string place =
        grid_name(scene, structure) + " · set " + std::to_string(slot.set) + ", way " + std::to_string(slot.way);
    if (slot.now == nullptr || !slot.now->valid) {
        lines = {"Empty", place};
    } else {
        const TlbEntry& entry = *slot.now;
        const std::string pages =
            entry.level == 0 ? "frame " + std::to_string(entry.pfn)
                             : std::string(page_size_name(entry.level)) + " from frame " + std::to_string(entry.pfn);
        std::string flags = page_size_name(entry.level);
        flags += entry.global ? " · global: of every address space" : " · PCID " + std::to_string(entry.pcid);
        flags += entry.write ? " · read and write" : " · read only";
        if (entry.dirty) flags += ", dirty";
        if (entry.user) flags += ", user";
        if (entry.no_execute) flags += ", no execute";
        lines = {grouped_address(first_address(entry)) + " → " + pages, place, flags};
        context.wishes.hover_address = first_address(entry);
        context.wishes.cursor = ImGuiMouseCursor_Hand;
        if (context.pointer.clicked) context.wishes.select_address = first_address(entry);
    }
    if (slot.stale) {
        lines.front() += " · stale";
        lines.push_back("The page tables say otherwise by now, and no flush has come yet:");
        lines.push_back("an access would still go where they pointed before.");
    }
    const Touch touch = touch_of(slot);
    if (touch == Touch::replaced)
        lines.push_back("in this step in place of " + grouped_address(first_address(*slot.before)));
    if (touch == Touch::gone) lines.push_back("until this step: " + grouped_address(first_address(*slot.before)));
    if (touch == Touch::filled) lines.push_back("written in this step");
    if (touch == Touch::used) lines.push_back("used in this step");
}

/// Hatched, in a frame: told by its form, too.
void draw_stale(const Painter& painter, const Rectangle& cell) {
    const Palette& palette = painter.palette();
    if (cell.width < 4) {
        painter.fill(cell, palette.mistake);
        return;
    }
    painter.outline(cell, palette.mistake, 1);
    for (const float part : {0.5f, 1.0f, 1.5f}) {
        const float low = std::max(part - 1, 0.0f);
        const float high = std::min(part, 1.0f);
        painter.stroke({cell.x + low * cell.width, cell.y + high * cell.height},
                       {cell.x + high * cell.width, cell.y + low * cell.height}, palette.mistake, 1);
    }
}

void draw_slot(const TlbScene& scene, unsigned structure, const Slot& slot, const Rectangle& cell) {
    const Painter& painter = scene.context.painter;
    const Palette& palette = scene.context.palette();
    const Highlighting& highlight = scene.context.highlight;
    const float radius = cell.width >= 6 ? 1.5f : 0;
    switch (touch_of(slot)) {
    case Touch::filled: painter.fill(cell, palette.amber, radius); break;
    case Touch::replaced:
        painter.fill(cell, palette.amber, radius);
        // Somebody had to go: a corner is missing.
        if (cell.width >= 5)
            painter.list().AddTriangleFilled({cell.x, cell.y}, {cell.x + cell.width * 0.55f, cell.y},
                                             {cell.x, cell.y + cell.height * 0.55f}, palette.ground);
        break;
    case Touch::used: painter.fill(cell, palette.cyan, radius); break;
    case Touch::gone:
        painter.fill(cell, palette.ground, radius);
        painter.outline(cell, palette.vermilion, 1, radius);
        break;
    case Touch::none: painter.fill(cell, colour_of(scene, structure, slot), radius); break;
    }
    if (slot.now == nullptr || !slot.now->valid) return;
    if (slot.stale) draw_stale(painter, cell);
    if (covers(*slot.now, highlight.selected_address())) painter.outline(cell.grown(1.5f), palette.amber, 1.5f, radius);
    if (covers(*slot.now, highlight.hovered_address())) painter.outline(cell.grown(1), palette.ink, 1, radius);
}

std::string status_of(const TlbScene& scene, unsigned structure) {
    if (scene.access.cpu != scene.cpu) return "";
    if (scene.access.hit && scene.access.hit->structure == structure) return "hit";
    const bool filled = std::any_of(scene.access.fills.begin(), scene.access.fills.end(),
                                    [&](const FillEntry& fill) { return fill.structure == structure; });
    if (scene.access.missed >> structure & 1) return filled ? "miss, filled" : "miss";
    return filled ? "filled" : "";
}

void draw_label(const TlbScene& scene, const TlbGrid& grid) {
    const Painter& painter = scene.context.painter;
    const Palette& palette = scene.context.palette();
    const TlbGeometry& geometry = geometry_of(scene, grid.structure);
    const float middle = grid.place.y + 8;
    painter.push_clip({grid.place.x, grid.place.y - 4, grid.place.width, grid.place.height + 8});
    const float end = painter.words(style::words, grid.place.x, middle, palette.ink, grid_name(scene, grid.structure));
    float right = grid.place.right();
    const std::string status = status_of(scene, grid.structure);
    if (!status.empty()) {
        const bool hit = status == "hit";
        const float width = painter.width(style::strong, status);
        painter.words_right(style::strong, right, middle, hit ? palette.cyan : palette.amber, status);
        right -= width + 10;
    }
    std::vector<std::string> facts;  // the longest first
    const std::string sets = std::to_string(geometry.sets());
    const std::string ways = std::to_string(geometry.ways) + (geometry.ways == 1 ? " way" : " ways");
    if (grid.sets < geometry.sets()) facts.push_back(std::to_string(grid.sets) + " of " + sets + " sets, " + ways);
    if (geometry.sets() == 1)
        facts.push_back("one set of " + ways);
    else if (facts.empty())
        facts.push_back(sets + " sets, " + ways);
    facts.push_back(count_text(geometry.entries));
    for (const std::string& fact : facts) {
        if (end + 10 + painter.width(style::fact, fact) > right) continue;
        painter.words(style::fact, end + 10, middle, palette.dim, fact);
        break;
    }
    painter.pop_clip();
}

}  // namespace

bool is_stale(const State& state, CpuId cpu, const TlbEntry& entry) {
    const std::uint64_t address = first_address(entry);
    if (!entry.valid || in_direct_map(address)) return false;  // the direct map has no tables, and never changes
    const CpuTlb& own = state.tlb.cpus[cpu];
    if (!entry.global && entry.pcid != own.pcid) return false;  // nobody finds it before the next switch
    const Pfn top = top_of(state.paging, own.space);
    if (top == no_pfn) return true;
    const TableWalk walk = follow_tables<top_level>(state.paging, address, top);
    if (!walk.present()) return true;
    const auto level = static_cast<Level>(walk.level);
    const std::uint64_t within = (address & (level_bytes(level) - 1)) >> page_shift;
    const std::uint64_t allowed = walk.effective();
    return pte::frame(walk.entry) + within != entry.pfn || (entry.write && !(allowed & pte::write)) ||
           (entry.user && !(allowed & pte::user)) || (!entry.no_execute && (allowed & pte::no_execute));
}

std::string grid_name(const TlbScene& scene, unsigned structure) {
    return short_structure_name(scene.context.state.tlb.configuration.structures[structure]);
}

bool is_of_interest(const TlbScene& scene, unsigned structure) {
    const TlbState& tlb = scene.context.state.tlb;
    const bool small_pages = tlb.configuration.structures[structure].takes(0);
    if (!status_of(scene, structure).empty() && small_pages) return true;
    const TlbGeometry& geometry = geometry_of(scene, structure);
    if (!tlb.started()) return small_pages;
    for (std::uint32_t set = 0; set < geometry.sets(); ++set)
        for (std::uint32_t way = 0; way < geometry.ways; ++way) {
            const Slot slot = slot_at(scene, structure, set, way);
            if (slot.now->valid || (slot.before != nullptr && slot.before->valid)) return true;
        }
    return false;
}

TlbGrid shape_grid(const TlbScene& scene, unsigned structure, float pitch, float width) {
    const TlbGeometry& geometry = geometry_of(scene, structure);
    TlbGrid grid;
    grid.structure = structure;
    grid.pitch = pitch;
    const auto room = static_cast<std::uint32_t>(std::max(width / pitch, 1.0f));
    if (geometry.sets() == 1) {
        // Rows of equal length.
        grid.rows = (geometry.ways + room - 1) / room;
        grid.columns = (geometry.ways + grid.rows - 1) / grid.rows;
        return grid;
    }
    grid.rows = geometry.ways;
    grid.columns = grid.sets = std::min(room, geometry.sets());
    const std::uint32_t wanted = set_of_access(scene, structure).value_or(0);
    const std::uint32_t last_first = geometry.sets() - grid.sets;
    grid.first_set = std::min(wanted > grid.sets / 2 ? wanted - grid.sets / 2 : 0, last_first);
    return grid;
}

float grid_width(const TlbScene& scene, const TlbGrid& grid) {
    const float label = scene.context.painter.width(style::words, grid_name(scene, grid.structure)) + 96;
    return std::max(static_cast<float>(grid.columns) * grid.pitch, label);
}

void draw_grid(const TlbScene& scene, const TlbGrid& grid) {
    const ViewContext& context = scene.context;
    const Painter& painter = context.painter;
    draw_label(scene, grid);
    const float top = grid.place.y + tlb_label_height;
    const float gap = grid.pitch >= 5 ? std::max(painter.line(), 1.0f) : painter.line();
    const bool several_sets = geometry_of(scene, grid.structure).sets() > 1;
    if (const auto set = set_of_access(scene, grid.structure);
        several_sets && set && *set >= grid.first_set && *set < grid.first_set + grid.sets) {
        const float x = grid.place.x + static_cast<float>(*set - grid.first_set) * grid.pitch;
        painter.outline(Rectangle{x, top, grid.pitch - gap, static_cast<float>(grid.rows) * grid.pitch - gap}.grown(2),
                        context.palette().cyan, 1, 2);
    }
    const std::uint32_t ways = geometry_of(scene, grid.structure).ways;
    for (std::uint32_t row = 0; row < grid.rows; ++row) {
        for (std::uint32_t column = 0; column < grid.columns; ++column) {
            const std::uint32_t set = several_sets ? grid.first_set + column : 0;
            const std::uint32_t way = several_sets ? row : row * grid.columns + column;
            if (way >= ways) break;
            const Rectangle cell{grid.place.x + static_cast<float>(column) * grid.pitch,
                                 top + static_cast<float>(row) * grid.pitch, grid.pitch - gap, grid.pitch - gap};
            const Slot slot = slot_at(scene, grid.structure, set, way);
            draw_slot(scene, grid.structure, slot, cell);
            if (context.pointer.here && cell.grown(gap / 2).contains(context.pointer.at))
                tell_entry(scene, grid.structure, slot);
        }
    }
}

}  // namespace pageframe::ui
