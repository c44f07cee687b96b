// A walk of the tables, level by level, for who wants the page and what allows it rather than the steps.
//
//     PGD[511] -> PUD[..] -> PMD[..] -> PTE[..] -> frame       what one level forbids is forbidden
#pragma once

#include "engine/paging/paging.h"

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

/// From `table` of `level` on downwards.
template <unsigned level>
[[gnu::always_inline]] inline TableWalk follow_tables(const PagingState& paging, std::uint64_t address, Pfn table,
                                                      std::uint64_t all = ~std::uint64_t{0}, std::uint64_t any = 0) {
    const std::uint64_t entry = paging.entry(table, index_at(address, level));
    all &= entry;
    any |= entry;
    if constexpr (level > 0) {
        if ((entry & (pte::present | pte::huge)) == pte::present) [[likely]]
            return follow_tables<level - 1>(paging, address, pte::frame(entry), all, any);
    }
    return {table, level, entry, all, any};
}

/// Why a present page refuses an access, or none. Supervisor writes need the write bit too (CR0.WP).
constexpr FaultReason refusal(std::uint64_t entry, AccessKind access, bool from_user) {
    if (from_user && !(entry & pte::user)) return FaultReason::kernel_only;
    if (access == AccessKind::store && !(entry & pte::write)) return FaultReason::read_only;
    if (access == AccessKind::fetch && (entry & pte::no_execute)) return FaultReason::no_execute;
    return FaultReason::none;
}

}  // namespace pageframe
