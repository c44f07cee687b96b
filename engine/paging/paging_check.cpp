#include "engine/paging/paging_check.h"

#include <algorithm>
#include <vector>

namespace pageframe {

namespace {

class PagingChecker {
public:
    PagingChecker(const PagingState& state, const BuddyState& buddy) : state_(state), buddy_(buddy) {}

    std::string check() {
        for (SpaceId space = 0; space < state_.spaces.size() && error_.empty(); ++space) check_space(space);
        std::sort(tables_.begin(), tables_.end());
        if (std::adjacent_find(tables_.begin(), tables_.end()) != tables_.end()) fail("a table is reached twice");
        return error_;
    }

private:
    void fail(std::string message) {
        if (error_.empty()) error_ = std::move(message);
    }

    void check_space(SpaceId space) {
        const AddressSpace& own = state_.spaces[space];
        if (own.top == no_pfn) return;
        const std::size_t before = tables_.size();
        check_table(own.top, top_level, space == kernel_space ? 256 : 0, space == kernel_space ? 512 : 256);
        if (tables_.size() - before != own.tables)
            fail("space " + std::to_string(space) + " has " + std::to_string(tables_.size() - before) +
                 " tables, counted " + std::to_string(own.tables));
        for (unsigned index = 256; index < entries_per_table; ++index)
            if (state_.entry(own.top, index) != state_.entry(state_.spaces[kernel_space].top, index))
                fail("the kernel's half differs in space " + std::to_string(space));
    }

    void check_table(Pfn table, Level level, unsigned first, unsigned end) {
        tables_.push_back(table);
        if (table >= buddy_.frame_count() || buddy_.frames[table].kind != FrameKind::allocated_head ||
            buddy_.frames[table].order != 0)
            return fail("table pfn " + std::to_string(table) + " is no allocated frame");
        for (unsigned index = first; index < end && error_.empty(); ++index) {
            const std::uint64_t entry = state_.entry(table, index);
            if (!(entry & pte::present)) {
                if (entry != 0) fail("an entry of pfn " + std::to_string(table) + " is neither empty nor present");
                continue;
            }
            if (level == 0 || (entry & pte::huge)) {
                if (pte::frame(entry) % (Pfn{1} << (9 * level)) != 0) fail("a huge page is not aligned");
                continue;
            }
            check_table(pte::frame(entry), static_cast<Level>(level - 1), 0, entries_per_table);
        }
    }

    const PagingState& state_;
    const BuddyState& buddy_;
    std::string error_;
    std::vector<Pfn> tables_;
};

}  // namespace

std::string check_paging(const PagingState& state, const BuddyState& buddy) {
    return PagingChecker(state, buddy).check();
}

}  // namespace pageframe
