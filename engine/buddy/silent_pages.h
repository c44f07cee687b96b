// Requests and frees where nobody looks (silent_pages.cpp): what a PageAllocator without a recorder does first.
#pragma once

#include <span>
#include <vector>

#include "engine/buddy/buddy.h"

namespace pageframe {

/// The fast path of alloc_pages(); no_pfn: it ended without a block, and the slow path is next.
Pfn take_silently(BuddyState& state, CpuId cpu, GfpFlags gfp_flags, Order order, NodeId node);

/// alloc_pages_bulk() as far as the CPU's list gives, appended to `pages`; false: it gave nothing.
bool take_many_silently(BuddyState& state, CpuId cpu, GfpFlags gfp_flags, std::uint32_t wanted,
                        std::vector<Pfn>& pages);

/// __free_pages() of a block with its own order by its owner; false: it is not that, and nothing has happened.
bool give_back_silently(BuddyState& state, CpuId cpu, Pfn pfn, Order order, OperationNumber taken_by);

/// The same of single frames in turn, whoever took them: how many of them it did, from the first on.
std::size_t give_back_many_silently(BuddyState& state, CpuId cpu, std::span<const Pfn> frames);

}  // namespace pageframe
