// Who makes, changes and empties page tables: vmap_range_noflush(), vmap_pages_range_noflush(),
// vunmap_range_noflush() of mm/vmalloc.c, and the like for user pages (mm/memory.c).
//
//     map(space, address, pfn, flags, level)
//       top table --missing? take a frame, zeroed, as a table--> ... --> the entry of `level`
//
// Tables come from the page allocator one frame at a time (GFP_KERNEL | __GFP_ZERO). The kernel frees a
// table of its own half only when a huge page takes its place; a table of a user half goes when it is
// empty (free_pgtables()). Flushing what CPUs have cached is the caller's affair.
#pragma once

#include <span>
#include <vector>

#include "engine/buddy/page_allocator.h"
#include "engine/paging/paging_events.h"

namespace pageframe {

class PageTables {
public:
    PageTables(PagingState& state, PageAllocator& allocator, Recorder* recorder)
        : emitter_(state, recorder), state_(emitter_.state()), allocator_(allocator) {}

    /// The kernel's own space, made at first use. False when there is no frame for its top table.
    bool ensure_kernel_space(OperationNumber operation);
    /// A new space with the kernel's half; no_space when there is no frame.
    SpaceId make_space(OperationNumber operation);
    /// Its user half and its top table go back. False when there is no such space.
    bool drop_space(SpaceId space);

    /// One page of 4 KiB (level 0), 2 MiB (1) or 1 GiB (2). False when a table could not be taken; then
    /// nothing is mapped.
    bool map(SpaceId space, std::uint64_t address, Pfn pfn, std::uint64_t flags, Level level = 0);
    /// vmap_pages_pte_range(): pages of 4 KiB at addresses that follow each other. False when a table could not
    /// be taken, or at no_pfn, a page that is NULL; then those before it are mapped.
    bool map_pages(SpaceId space, std::uint64_t address, const std::vector<Pfn>& frames, std::uint64_t flags);
    /// Empties the entries of every page in the range; a huge page goes as a whole. The frames they held
    /// are given to `each` (first pfn, level), in ascending order of address.
    template <class Each>
    void unmap(SpaceId space, std::uint64_t start, std::uint64_t end, Each each) {
        for (std::uint64_t at = start; at < end;) {
            if (space == kernel_space) {
                // The kernel keeps its tables: the pages that follow have their entries in the same one.
                const Reached lowest = lowest_table(space, at, 0);
                if (lowest.level == 0) {
                    at = clear_entries(lowest.table, at, end, each);
                    if (at == 0) return;  // the end of all addresses
                    continue;
                }
            }
            const WalkResult found = walk_tables(state_, top_of(state_, space), at);
            const std::uint64_t bytes = level_bytes(found.level);
            if (found.present) {
                clear(found, at & ~(bytes - 1));
                each(pte::frame(found.entry), found.level);
                if (space != kernel_space) free_empty_tables(space, found, at);
            }
            const std::uint64_t next = (at & ~(bytes - 1)) + bytes;
            if (next <= at) return;
            at = next;
        }
    }
    /// Other permissions for the pages of a range that are mapped; true when an entry changed. A huge page
    /// changes as a whole.
    bool protect(SpaceId space, std::uint64_t start, std::uint64_t end, std::uint64_t set, std::uint64_t clear_bits);

    const PagingState& state() const { return state_; }
    PagingEmitter& emitter() { return emitter_; }

private:
    /// vunmap_pte_range(): the entries of one last table, to its end at most; where the range goes on.
    template <class Each>
    std::uint64_t clear_entries(Pfn table, std::uint64_t at, std::uint64_t end, Each each) {
        at &= ~(page_size - 1);
        const auto clear_entry = [&](std::uint64_t entry, auto&& emit) {
            if (entry & pte::present) {
                emit(ClearEntry{at, entry, table, static_cast<std::uint16_t>(index_at(at, 0)), 0});
                each(pte::frame(entry), Level{0});
            }
            at += page_size;
            return at < end && index_at(at, 0) != 0;
        };
        bool more = true;
        // A table that nobody wrote stays so.
        while (more && !emitter_.recording() && state_.memory.uniform_byte(table) < 0) {
            const SilentEmitter silent = emitter_.silent();
            for (std::uint64_t& word : silent.part(&PagingState::memory).words_from(table, index_at(at, 0))) {
                more = clear_entry(word, [&](const ClearEntry& event) { silent.emit_on(event, word); });
                if (!more) break;
            }
        }
        while (more)
            more = clear_entry(state_.entry(table, index_at(at, 0)), [&](auto event) { emitter_.emit(event); });
        return at;
    }
    struct Reached {
        Pfn table;
        Level level;
    };
    /// As far down towards the table of `level` as tables lead; no_pfn of the top level when the space has none.
    [[gnu::always_inline]] Reached lowest_table(SpaceId space, std::uint64_t address, Level level) const {
        Pfn table = top_of(state_, space);
        Level at = top_level;
        for (; at > level && table != no_pfn; --at) {
            const std::uint64_t entry = state_.entry(table, index_at(address, at));
            if (!(entry & pte::present) || (entry & pte::huge)) break;
            table = pte::frame(entry);
        }
        return {table, at};
    }
    std::size_t set_entries(Pfn table, std::uint64_t address, std::span<const Pfn> frames, std::uint64_t flags);
    Pfn table_for(SpaceId space, std::uint64_t address, Level level);
    [[gnu::noinline, gnu::cold]] Pfn make_tables(SpaceId space, std::uint64_t address, Level level, Reached from);
    Pfn take_frame();
    Pfn take_table(SpaceId space, std::uint64_t address, Level level);
    void lead_to(SpaceId space, Pfn table, std::uint64_t address, Level level, Pfn lower);
    void clear(const WalkResult& found, std::uint64_t address);
    void free_empty_tables(SpaceId space, const WalkResult& found, std::uint64_t address);
    void free_replaced_tables(SpaceId space, Pfn table, std::uint64_t address, Level level);
    void free_user_half(SpaceId space, Pfn table, Level level, std::uint64_t address);
    bool is_empty(Pfn table) const;

    PagingEmitter emitter_;
    const PagingState& state_;
    PageAllocator& allocator_;
};

}  // namespace pageframe
