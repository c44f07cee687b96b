#include "ui/views/caches_view.h"

#include <algorithm>
#include <cmath>

#include "engine/slab/slab_info.h"
#include "ui/format.h"
#include "ui/slab_focus.h"
#include "ui/wrapped_text.h"

namespace pageframe::ui {
namespace {

constexpr float row_height = 22;
constexpr float smallest_lock_row = 14;
constexpr float largest_lock_row = 20;
constexpr float locks_heading = 46;
constexpr float cpu_column = 50;
constexpr float lock_gap = 10;
constexpr float pixels_of_a_notch = 44;
constexpr float zoom_of_a_notch = 1.2f;
constexpr float narrowest_name = 84, widest_name = 150;

constexpr std::array<std::string_view, cache_column_count> headings = {"name",   "size", "/slab", "objs",
                                                                       "active", "use",  "waste"};
constexpr std::array<float, cache_column_count> widths = {0, 42, 42, 46, 50, 40, 66};
/// Which columns go first where there is no room.
constexpr std::array<CacheColumn, 4> least_needed = {CacheColumn::per_slab, CacheColumn::active, CacheColumn::waste,
                                                     CacheColumn::size};

std::uint64_t key_of(const CacheLine& line, CacheColumn column) {
    switch (column) {
    case CacheColumn::size: return line.size;
    case CacheColumn::per_slab: return line.per_slab;
    case CacheColumn::objects: return line.objects;
    case CacheColumn::active: return line.active;
    case CacheColumn::use: return line.use();
    case CacheColumn::waste: return line.waste;
    case CacheColumn::name: break;
    }
    return 0;
}

std::string text_of(const CacheLine& line, CacheColumn column) {
    switch (column) {
    case CacheColumn::name: return line.name;
    case CacheColumn::use: return line.objects == 0 ? "–" : std::to_string(line.use()) + "%";
    case CacheColumn::waste: return line.waste < 1024 ? std::to_string(line.waste) + " B" : bytes_text(line.waste);
    default: return count_text(key_of(line, column));
    }
}

/// A name that is too long ends in "…".
std::string shortened(const Painter& painter, std::string text, float width) {
    if (painter.width(style::code, text) <= width) return text;
    while (text.size() > 1 && painter.width(style::code, text + "…") > width) text.pop_back();
    return text + "…";
}

struct LockCounts {
    std::uint32_t without = 0;  ///< the CPU's own freelist
    std::uint32_t slab = 0;     ///< slow way: the slab's own freelist, by one atomic exchange
    std::uint32_t node = 0;     ///< the node's list_lock
};

LockCounts counts_of(const SlabState& state, CacheId cache, CpuId cpu) {
    if (!state.has_cache(cache)) return {};
    const CpuCache& own = state.cpu_cache(cache, cpu);
    return {own.fast_allocations + own.fast_frees, own.slow_allocations + own.slow_frees, own.list_lock_taken};
}

/// What the columns of the locks' table say, and where they stand.
struct LockTable {
    struct Column {
        std::string_view name;
        std::string_view short_name;
        std::uint32_t LockCounts::* count;
        Colour colour;
    };
    std::vector<Column> columns;
    float first = 0;
    float pitch = 0;
    std::uint32_t most = 1;  ///< all bars have one scale

    float left(std::size_t index) const { return first + static_cast<float>(index) * pitch; }
};

LockTable lock_table(const ViewContext& context, const Rectangle& area) {
    const Palette& palette = context.palette();
    const SlabState& state = context.state.slab;
    LockTable table;
    table.columns.push_back({"none", "none", &LockCounts::without, palette.green});
    // A cache with debugging flags does everything under the node's lock.
    const bool exchanges = !state.caches[context.slabs.cache()].geometry.debugged();
    if (state.allocator == SlabAllocatorKind::slub && exchanges)
        table.columns.push_back({"slab cmpxchg", "cmpxchg", &LockCounts::slab, palette.blue});
    table.columns.push_back({"n→list_lock", "list_lock", &LockCounts::node, palette.vermilion});
    table.first = area.x + cpu_column;
    table.pitch = (area.right() - table.first + lock_gap) / static_cast<float>(table.columns.size());
    for (std::size_t cpu = 0; cpu < state.cpu_count(); ++cpu) {
        const LockCounts counts = counts_of(state, context.slabs.cache(), static_cast<CpuId>(cpu));
        for (const LockTable::Column& column : table.columns) table.most = std::max(table.most, counts.*column.count);
    }
    return table;
}

/// Bars with their numbers; in cyan what the step changed.
void draw_lock_row(const ViewContext& context, const LockTable& table, CpuId cpu, float left, float middle) {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const CacheId cache = context.slabs.cache();
    const LockCounts now = counts_of(context.state.slab, cache, cpu);
    const LockCounts then = counts_of(context.playback.state_before().slab, cache, cpu);
    painter.words(style::code, left, middle, palette.dim, "CPU " + std::to_string(cpu));
    const float words = painter.width(style::code_small, count_text(table.most)) + 6;
    const float longest = std::max(table.pitch - lock_gap - words, 4.0f);
    for (std::size_t index = 0; index < table.columns.size(); ++index) {
        const LockTable::Column& column = table.columns[index];
        const std::uint32_t value = now.*column.count;
        float end = table.left(index);
        if (value > 0) {
            const float width = std::max(longest * static_cast<float>(value) / static_cast<float>(table.most), 2.0f);
            painter.fill({end, middle - 4, width, 8}, column.colour, 1);
            end += width + 5;
        }
        const bool changed = value != then.*column.count;
        painter.words(style::code_small, end, middle,
                      changed      ? palette.cyan
                      : value == 0 ? palette.faint
                                   : palette.ink,
                      count_text(value));
    }
}

}  // namespace

CacheLine cache_line(const SlabState& state, CacheId cache) {
    const KmemCache& of = state.caches[cache];
    const SlabInfo info = slab_info(state, cache);
    CacheLine line;
    line.cache = cache;
    line.name = of.name_text();
    line.size = of.geometry.size;
    line.per_slab = of.geometry.objects;
    line.objects = info.objects;
    line.active = info.active_objects;
    const std::uint64_t places = std::uint64_t{info.objects_in_use} * of.geometry.size;
    const std::uint64_t cut = std::uint64_t{info.objects} * of.geometry.size;
    line.waste =
        (places - std::min(places, info.requested_bytes)) + (info.memory_bytes - std::min(cut, info.memory_bytes));
    return line;
}

void sort_cache_lines(std::vector<CacheLine>& lines, CacheColumn column, SortDirection direction) {
    std::stable_sort(lines.begin(), lines.end(), [&](const CacheLine& a, const CacheLine& b) {
        const CacheLine& first = direction == SortDirection::ascending ? a : b;
        const CacheLine& second = direction == SortDirection::ascending ? b : a;
        if (column == CacheColumn::name) return first.name < second.name;
        return key_of(first, column) < key_of(second, column);
    });
}

void CachesView::reset() {
    lines_.clear();
    revision_ = 0;
    scrolled_ = overflow_ = 0;
}

void CachesView::read_lines(const ViewContext& context) {
    if (context.playback.revision() == revision_) return;
    revision_ = context.playback.revision();
    const SlabState& state = context.state.slab;
    const SlabState& before = context.playback.state_before().slab;
    lines_.clear();
    for (CacheId cache = state.newest_cache; cache != no_cache; cache = state.caches[cache].next)
        lines_.push_back(cache_line(state, cache));
    before_ = {};
    const CacheId of_step = context.slabs.cache();
    if (context.slabs.step_has_slabs() && before.has_cache(of_step)) before_ = cache_line(before, of_step);
    sort_cache_lines(lines_, sorted_by_, direction_);
}

void CachesView::draw(const ViewContext& context) {
    read_lines(context);
    const bool classic = context.state.slab.allocator == SlabAllocatorKind::slab;
    draw_heading(context.painter, context.area, "CACHES", classic ? "SLAB" : "SLUB", "as slabtop");
    if (lines_.empty()) {
        draw_wrapped(context.painter, style::words, context.area.below(heading_height), context.palette().dim,
                     "None yet: kmem_cache_create() makes one, and so does the first kmalloc() of a size.");
        return;
    }
    const auto cpus = static_cast<float>(context.state.slab.cpu_count());
    Rectangle area = context.area.below(heading_height);
    const float wanted_lines = static_cast<float>(lines_.size() + 1) * row_height;
    const float least_locks = locks_heading + std::min(cpus, 2.0f) * largest_lock_row;
    const float locks =
        std::min(locks_heading + cpus * largest_lock_row, std::max(area.height - wanted_lines - 8, least_locks));
    const bool both = area.height - locks > 3 * row_height && context.slabs.cache() != no_cache;
    if (both) area.height -= locks;
    const Columns columns = columns_for(context);
    draw_headings(context, columns, area.y + row_height / 2 - 3);
    draw_lines(context, columns, area.below(row_height - 2));
    if (both) {
        const float top = std::min(area.bottom() - context.area.y, heading_height + wanted_lines + 16);
        draw_locks(context, {area.x, context.area.y + top, area.width, locks});
    }
}

CachesView::Columns CachesView::columns_for(const ViewContext& context) const {
    std::array<bool, cache_column_count> shown{};
    shown.fill(true);
    const float whole = context.area.width - (overflow_ > 0 ? 8.0f : 0.0f);
    const auto room = [&] {
        float used = 0;
        for (unsigned i = 1; i < cache_column_count; ++i) used += shown[i] ? widths[i] : 0;
        return whole - used;
    };
    float names = narrowest_name;
    for (const CacheLine& line : lines_) names = std::max(names, context.painter.width(style::code, line.name) + 8);
    for (const CacheColumn column : least_needed)
        if (room() < std::min(names, widest_name)) shown[static_cast<unsigned>(column)] = false;
    Columns columns;
    float right = context.area.x + whole;
    for (unsigned i = cache_column_count; i-- > 1;) {
        columns.right[i] = shown[i] ? right : -1;
        if (shown[i]) right -= widths[i];
    }
    columns.name_width = right - context.area.x - 6;
    columns.right[0] = context.area.x + columns.name_width;
    return columns;
}

void CachesView::draw_headings(const ViewContext& context, const Columns& columns, float middle) {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    for (unsigned i = 0; i < cache_column_count; ++i) {
        if (columns.right[i] < 0) continue;
        const auto column = static_cast<CacheColumn>(i);
        const float width = painter.width(style::code_small, headings[i]);
        const float left = i == 0 ? context.area.x : columns.right[i] - width;
        const Rectangle place{i == 0 ? left : columns.right[i] - widths[i] + 4, middle - 11,
                              i == 0 ? columns.name_width : widths[i] - 4, 22};
        const bool at = context.pointer.here && place.contains(context.pointer.at);
        const bool sorted = column == sorted_by_;
        painter.words(style::code_small, left, middle, sorted || at ? palette.ink : palette.dim, headings[i]);
        if (sorted) painter.horizontal(left, left + width, middle + 8, palette.dim);
        if (!at) continue;
        context.wishes.cursor = ImGuiMouseCursor_Hand;
        context.wishes.tip_side = TipSide::above;  // below are the rows that a click sorts
        if (column == CacheColumn::waste)
            context.wishes.tip = {"waste", "the rest of a class behind what was asked for,",
                                  "padding, and what is left over at the end of slabs"};
        if (!context.pointer.clicked) continue;
        const bool falls = column != CacheColumn::name;
        if (sorted)
            direction_ = direction_ == SortDirection::ascending ? SortDirection::descending : SortDirection::ascending;
        else
            direction_ = falls ? SortDirection::descending : SortDirection::ascending;
        sorted_by_ = column;
        revision_ = 0;
        context.wishes.next_frame = true;
    }
}

void CachesView::draw_lines(const ViewContext& context, const Columns& columns, const Rectangle& area) {
    const Pointer& pointer = context.pointer;
    const float height = static_cast<float>(lines_.size()) * row_height;
    overflow_ = std::max(height - area.height, 0.0f);
    const bool here = pointer.here && area.contains(pointer.at);
    if (here && overflow_ > 0) {
        if (pointer.zoom != 1) scrolled_ -= std::log(pointer.zoom) / std::log(zoom_of_a_notch) * pixels_of_a_notch;
        scrolled_ -= pointer.scroll.y + (pointer.dragging ? pointer.moved.y : 0);
    }
    scrolled_ = std::clamp(scrolled_, 0.0f, overflow_);
    if (overflow_ > 0) {
        const float part = area.height / height;
        const float top = area.y + (area.height - area.height * part) * (scrolled_ / overflow_);
        context.painter.fill({context.area.right() - 3, top, 3, area.height * part}, context.palette().track, 1.5f);
    }
    context.painter.push_clip({area.x - 6, area.y, area.width + 12, area.height});
    float top = area.y - scrolled_;
    for (const CacheLine& line : lines_) {
        const Rectangle row{area.x, top, area.width, row_height};
        top += row_height;
        if (row.bottom() < area.y || row.y > area.bottom()) continue;
        const bool at = here && row.contains(pointer.at);
        if (at) {
            context.painter.fill({row.x - 6, row.y + 1, row.width + 12, row.height - 2}, context.palette().track, 3);
            context.wishes.cursor = ImGuiMouseCursor_Hand;
            if (pointer.clicked) context.wishes.cache = line.cache;
        }
        draw_line(context, columns, line, row);
    }
    context.painter.pop_clip();
}

void CachesView::draw_line(const ViewContext& context, const Columns& columns, const CacheLine& line,
                           const Rectangle& row) const {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const bool shown = line.cache == context.slabs.cache();
    const bool compared = line.cache == before_.cache;
    for (unsigned i = 0; i < cache_column_count; ++i) {
        if (columns.right[i] < 0) continue;
        const auto column = static_cast<CacheColumn>(i);
        const bool changed = compared && i > 0 && text_of(before_, column) != text_of(line, column);
        const std::string text = text_of(line, column);
        const Colour quiet = i == 0 || i == 3 || i == 5 ? palette.ink : palette.dim;
        if (i == 0)
            painter.words(style::code, row.x, row.centre_y(), shown ? palette.amber : quiet,
                          shortened(painter, text, columns.name_width));
        else
            painter.words_right(style::code, columns.right[i], row.centre_y(), changed ? palette.cyan : quiet, text);
    }
}

void CachesView::draw_locks(const ViewContext& context, const Rectangle& area) const {
    const Painter& painter = context.painter;
    const Palette& palette = context.palette();
    const SlabState& state = context.state.slab;
    const CacheId cache = context.slabs.cache();
    const std::string name(state.caches[cache].name_text());
    constexpr std::string_view heading = "LOCKS TAKEN SO FAR";
    painter.words(style::heading, area.x, area.y + 10, palette.dim, heading);
    if (painter.width(style::heading, heading) + 16 + painter.width(style::fact, name) <= area.width)
        painter.words_right(style::fact, area.right(), area.y + 10, palette.dim, name);

    const LockTable table = lock_table(context, area);
    for (std::size_t index = 0; index < table.columns.size(); ++index) {
        const LockTable::Column& column = table.columns[index];
        const bool fits = painter.width(style::fact, column.name) + 6 <= table.pitch;
        painter.words(style::fact, table.left(index), area.y + 30, palette.dim, fits ? column.name : column.short_name);
    }
    const float room = area.height - locks_heading;
    const auto fitting = static_cast<std::size_t>(std::max(room / smallest_lock_row, 1.0f));
    const std::size_t all = state.cpu_count();
    // The last line says for how many there was no room.
    const std::size_t shown = all <= fitting ? all : std::max<std::size_t>(fitting, 2) - 1;
    const std::size_t lines = shown < all ? shown + 1 : shown;
    const float pitch = std::clamp(room / static_cast<float>(lines), smallest_lock_row, largest_lock_row);
    float middle = area.y + locks_heading - 6 + pitch / 2;
    for (std::size_t cpu = 0; cpu < shown; ++cpu) {
        draw_lock_row(context, table, static_cast<CpuId>(cpu), area.x, middle);
        middle += pitch;
    }
    if (shown < all)
        painter.words(style::fact, area.x, middle, palette.dim, "and " + std::to_string(all - shown) + " more CPUs");
}

}  // namespace pageframe::ui
