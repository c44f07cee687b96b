#include "engine/paging/page_tables.h"

#include <algorithm>

#include "engine/core/gfp.h"

namespace pageframe {

namespace {
/// GFP_PGTABLE_KERNEL; tables of processes are charged to their memory cgroup, which is not modelled.
constexpr GfpFlags table_gfp = gfp::kernel | gfp::zero;
constexpr unsigned first_kernel_index = entries_per_table / 2;

constexpr std::uint64_t table_flags(SpaceId space) {
    return space == kernel_space ? pte::kernel_table : pte::user_table;
}
/// Kernel addresses belong to space 0, whoever asks.
constexpr SpaceId owner_of(SpaceId space, std::uint64_t address) { return address >> 63 ? kernel_space : space; }
}  // namespace

Pfn PageTables::take_frame() {
    const Pfn frame = allocator_.alloc_pages(table_gfp, 0);
    if (frame != no_pfn) allocator_.use_as_table(frame);
    return frame;
}

bool PageTables::ensure_kernel_space(OperationNumber operation) {
    if (state_.started()) return true;
    const Pfn top = take_frame();
    if (top == no_pfn) return false;
    emitter_.emit(MakeSpace{top, operation, kernel_space});
    return true;
}

SpaceId PageTables::make_space(OperationNumber operation) {
    if (!ensure_kernel_space(operation)) return no_space;
    const Pfn top = take_frame();
    if (top == no_pfn) return no_space;
    SpaceId space = 1;
    while (space < state_.spaces.size() && state_.spaces[space].top != no_pfn) ++space;
    emitter_.emit(MakeSpace{top, operation, space});
    // pgd_ctor(): clone_pgd_range() of the kernel's half.
    const Pfn kernel_top = state_.spaces[kernel_space].top;
    for (unsigned index = first_kernel_index; index < entries_per_table; ++index) {
        const std::uint64_t entry = state_.entry(kernel_top, index);
        if (entry == 0) continue;
        const std::uint64_t address = ~std::uint64_t{0} << 48 | std::uint64_t{index} << level_shift(top_level);
        emitter_.emit(SetEntry{address, entry, top, static_cast<std::uint16_t>(index), top_level, SetEntry::Why::copy});
    }
    return space;
}

bool PageTables::drop_space(SpaceId space) {
    if (space == kernel_space || top_of(state_, space) == no_pfn) return false;
    const Pfn top = state_.spaces[space].top;
    free_user_half(space, top, top_level, 0);
    emitter_.emit(DropSpace{top, space});
    allocator_.free_pages(top, 0);
    return true;
}

void PageTables::free_user_half(SpaceId space, Pfn table, Level level, std::uint64_t address) {
    const unsigned end = level == top_level ? first_kernel_index : entries_per_table;
    for (unsigned index = 0; index < end; ++index) {
        const std::uint64_t entry = state_.entry(table, index);
        if (!(entry & pte::present) || (entry & pte::huge) || level == 0) continue;
        const std::uint64_t below = address | std::uint64_t{index} << level_shift(level);
        const Pfn lower = pte::frame(entry);
        free_user_half(space, lower, static_cast<Level>(level - 1), below);
        emitter_.emit(ClearEntry{below, entry, table, static_cast<std::uint16_t>(index), level});
        emitter_.emit(FreeTable{below, lower, space, static_cast<Level>(level - 1)});
        allocator_.free_pages(lower, 0);
    }
}

Pfn PageTables::take_table(SpaceId space, std::uint64_t address, Level level) {
    const Pfn table = take_frame();
    if (table == no_pfn) return no_pfn;
    emitter_.emit(TakeTable{address & ~(level_bytes(static_cast<Level>(level + 1)) - 1), table, space, level});
    return table;
}

/// The entry of `level` leads to a lower table. The kernel's half of the top table stands in every space.
void PageTables::lead_to(SpaceId space, Pfn table, std::uint64_t address, Level level, Pfn lower) {
    const std::uint64_t base = address & ~(level_bytes(level) - 1);
    const auto index = static_cast<std::uint16_t>(index_at(address, level));
    const std::uint64_t entry = pte::make(lower, table_flags(space));
    emitter_.emit(SetEntry{base, entry, table, index, level, SetEntry::Why::table});
    if (level != top_level || space != kernel_space) return;
    for (SpaceId other = 1; other < state_.spaces.size(); ++other)
        if (state_.spaces[other].top != no_pfn)
            emitter_.emit(SetEntry{base, entry, state_.spaces[other].top, index, level, SetEntry::Why::copy});
}

/// pte_alloc_kernel() and its kin: the table of `level` that has the address's entry, with those above it; no_pfn
/// when there is no frame for one, or a huge page in its place.
Pfn PageTables::table_for(SpaceId space, std::uint64_t address, Level level) {
    const Reached lowest = lowest_table(space, address, level);
    if (lowest.level == level || lowest.table == no_pfn) [[likely]]
        return lowest.table;
    return make_tables(space, address, level, lowest);
}

Pfn PageTables::make_tables(SpaceId space, std::uint64_t address, Level level, Reached from) {
    if (state_.entry(from.table, index_at(address, from.level)) & pte::present) return no_pfn;  // a huge page
    Pfn table = from.table;
    for (Level at = from.level; at > level && table != no_pfn; --at) {
        const Pfn lower = take_table(space, address, static_cast<Level>(at - 1));
        if (lower != no_pfn) lead_to(space, table, address, at, lower);
        table = lower;
    }
    return table;
}

/// The entries of one last table, from the address's on, for as many of the frames as it has, up to
/// one that is none: so many.
std::size_t PageTables::set_entries(Pfn table, std::uint64_t address, std::span<const Pfn> frames,
                                    std::uint64_t flags) {
    const unsigned first = index_at(address, 0);
    const std::size_t count = std::min<std::size_t>(frames.size(), entries_per_table - first);
    const auto entry_of = [&](std::size_t i) {
        return SetEntry{
            address + i * page_size, pte::make(frames[i], flags), table, static_cast<std::uint16_t>(first + i), 0,
            SetEntry::Why::page};
    };
    std::size_t i = 0;
    if (!emitter_.recording()) {
        const SilentEmitter silent = emitter_.silent();
        while (i < count && frames[i] != no_pfn) {
            for (std::uint64_t& word : silent.part(&PagingState::memory).words_from(table, first + i)) {
                if (i == count) break;
                if (frames[i] == no_pfn) return i;
                silent.emit_on(entry_of(i++), word);
            }
        }
    }
    for (; i < count && frames[i] != no_pfn; ++i) emitter_.emit(entry_of(i));
    return i;
}

bool PageTables::map_pages(SpaceId asked, std::uint64_t address, const std::vector<Pfn>& frames, std::uint64_t flags) {
    const SpaceId space = owner_of(asked, address);
    address &= ~(page_size - 1);
    for (std::size_t done = 0; done < frames.size();) {
        const Pfn table = table_for(space, address, 0);
        if (table == no_pfn) return false;
        const std::size_t count = set_entries(table, address, std::span(frames).subspan(done), flags);
        if (count == 0) return false;  // WARN_ON(!page)
        address += count * page_size;
        done += count;
    }
    return true;
}

bool PageTables::map(SpaceId asked, std::uint64_t address, Pfn pfn, std::uint64_t flags, Level level) {
    const SpaceId space = owner_of(asked, address);
    const Pfn table = table_for(space, address, level);
    if (table == no_pfn) return false;
    const std::uint64_t base = address & ~(level_bytes(level) - 1);
    const auto index = static_cast<std::uint16_t>(index_at(address, level));
    if (level > 0) {
        free_replaced_tables(space, table, base, level);
        flags |= pte::huge;
    }
    emitter_.emit(SetEntry{base, pte::make(pfn, flags), table, index, level, SetEntry::Why::page});
    return true;
}

/// pmd_free_pte_page(), pud_free_pmd_page(): a huge page where (empty) tables are. The kernel flushes what
/// paging-structure caches know of them at once.
void PageTables::free_replaced_tables(SpaceId space, Pfn table, std::uint64_t address, Level level) {
    const unsigned index = index_at(address, level);
    const std::uint64_t entry = state_.entry(table, index);
    if (!(entry & pte::present) || (entry & pte::huge)) return;
    const Pfn lower = pte::frame(entry);
    const auto below = static_cast<Level>(level - 1);
    if (below > 0)
        for (unsigned i = 0; i < entries_per_table; ++i)
            free_replaced_tables(space, lower, address | std::uint64_t{i} << level_shift(below), below);
    emitter_.emit(ClearEntry{address, entry, table, static_cast<std::uint16_t>(index), level});
    emitter_.emit(FreeTable{address, lower, space, below});
    allocator_.free_pages(lower, 0);
}

void PageTables::clear(const WalkResult& found, std::uint64_t address) {
    const WalkResult::Step& step = found.steps[found.level];
    emitter_.emit(ClearEntry{address, step.entry, step.table, step.index, found.level});
}

bool PageTables::is_empty(Pfn table) const {
    for (unsigned index = 0; index < entries_per_table; ++index)
        if (state_.entry(table, index) != 0) return false;
    return true;
}

void PageTables::free_empty_tables(SpaceId space, const WalkResult& found, std::uint64_t address) {
    for (Level level = found.level; level < top_level && is_empty(found.steps[level].table); ++level) {
        const auto above = static_cast<Level>(level + 1);
        const WalkResult::Step& step = found.steps[above];
        const std::uint64_t base = address & ~(level_bytes(above) - 1);
        emitter_.emit(ClearEntry{base, step.entry, step.table, step.index, above});
        emitter_.emit(FreeTable{base, found.steps[level].table, space, level});
        allocator_.free_pages(found.steps[level].table, 0);
    }
}

bool PageTables::protect(SpaceId space, std::uint64_t start, std::uint64_t end, std::uint64_t set,
                         std::uint64_t clear_bits) {
    bool changed = false;
    for (std::uint64_t at = start; at < end;) {
        const WalkResult found = walk_tables(state_, top_of(state_, owner_of(space, at)), at);
        const std::uint64_t bytes = level_bytes(found.level);
        const std::uint64_t base = at & ~(bytes - 1);
        const std::uint64_t entry = (found.entry & ~clear_bits) | set;
        if (found.present && entry != found.entry) {
            const WalkResult::Step& step = found.steps[found.level];
            emitter_.emit(SetEntry{base, entry, step.table, step.index, found.level, SetEntry::Why::protect});
            changed = true;
        }
        if (base + bytes <= at) break;
        at = base + bytes;
    }
    return changed;
}

}  // namespace pageframe
