// A walk of the tables, level by level, for who wants the page and what allows it rather than the steps.
//
//     PGD[511] -> PUD[..] -> PMD[..] -> PTE[..] -> frame       what one level forbids is forbidden
#pragma once

#include "engine/paging/paging_events.h"

namespace pageframe {

/// What the tables say of an address.
struct TableWalk {
    Pfn table = no_pfn;       ///< the last one read
    std::uint32_t level = 0;  ///< its level
    std::uint64_t entry = 0;
    std::uint64_t all = ~std::uint64_t{0};  ///< bits that every entry has
    std::uint64_t any = 0;                  ///< bits that some entry has

    bool present() const { return entry & pte::present; }
    /// The page's entry, with what the levels above forbid.
    std::uint64_t effective() const { return (entry & (all | ~(pte::write | pte::user))) | (any & pte::no_execute); }
};

/// From `table` of `level` on downwards, to `last` at most.
template <unsigned level, unsigned last = 0>
[[gnu::always_inline]] inline TableWalk follow_tables(const PagingState& paging, std::uint64_t address, Pfn table,
                                                      std::uint64_t all = ~std::uint64_t{0}, std::uint64_t any = 0) {
    const std::uint64_t entry = paging.entry(table, index_at(address, level));
    all &= entry;
    any |= entry;
    if constexpr (level > last) {
        if ((entry & (pte::present | pte::huge)) == pte::present) [[likely]]
            return follow_tables<level - 1, last>(paging, address, pte::frame(entry), all, any);
    }
    return {table, level, entry, all, any};
}

/// Walks, and remembers the last table: addresses of the same 2 MiB share it, and the three entries above it.
/// It is forgotten when anything is written to memory, tables or not.
class TableWalker {
public:
    explicit TableWalker(const PagingState& paging) : paging_(paging) {}

    const PagingState& paging() const { return paging_; }
    [[gnu::always_inline]] TableWalk walk(Pfn top, std::uint64_t address) {
        const std::uint64_t region = address >> level_shift(1);
        if (region != region_ || top != top_ || paging_.memory.version() != version_) {
            const TableWalk upper = follow_tables<top_level, 1>(paging_, address, top);
            if (upper.level != 1 || (upper.entry & (pte::present | pte::huge)) != pte::present) return upper;
            region_ = region;
            version_ = paging_.memory.version();
            top_ = top;
            last_ = upper;
        }
        return follow_tables<0>(paging_, address, pte::frame(last_.entry), last_.all, last_.any);
    }

private:
    const PagingState& paging_;
    std::uint64_t region_ = ~std::uint64_t{0};  ///< no address is there
    std::uint64_t version_ = 0;
    Pfn top_ = no_pfn;
    TableWalk last_;  ///< as far as the entry of the last table
};

/// Why a present page refuses an access, or none. Supervisor writes need the write bit too (CR0.WP).
constexpr FaultReason refusal(std::uint64_t entry, AccessKind access, bool from_user) {
    if (from_user && !(entry & pte::user)) return FaultReason::kernel_only;
    if (access == AccessKind::store && !(entry & pte::write)) return FaultReason::read_only;
    if (access == AccessKind::fetch && (entry & pte::no_execute)) return FaultReason::no_execute;
    return FaultReason::none;
}

}  // namespace pageframe
