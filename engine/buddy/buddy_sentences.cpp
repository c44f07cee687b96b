// What each event of the page allocator tells a reader. `state` is what the event found.
#include <algorithm>
#include <string>

#include "engine/buddy/buddy_events.h"
#include "engine/core/gfp.h"

namespace pageframe {

namespace {

std::string size_text(Order order) {
    const std::uint64_t kib = (page_size << order) >> 10;
    return kib < 1024 ? std::to_string(kib) + " KiB" : std::to_string(kib >> 10) + " MiB";
}

std::string frames_text(std::uint64_t count) { return std::to_string(count) + (count == 1 ? " frame" : " frames"); }

std::string zone_text(const BuddyState& state, ZoneId id) {
    std::string text = zone_kind_name(state.zones[id].kind);
    if (state.node_count > 1) text += " of node " + std::to_string(state.zones[id].node);
    return text;
}

std::string order_text(Order order) { return "order " + std::to_string(order); }
std::string order_adjective(Order order) { return "order-" + std::to_string(order); }

std::string operation_text(OperationNumber operation) {
    return operation == no_operation ? "before the run began" : "operation " + std::to_string(operation + 1);
}

}  // namespace

Sentence RequestPages::sentence(const BuddyState& state) const {
    Sentence s;
    s << "A request for " << frames_text(frames_in(order)) << " in one piece (" << order_text(order) << ", "
      << size_text(order) << "), " << migratetype_name(migratetype) << ", by " << gfp::describe(gfp_flags)
      << ". The search begins in zone " << zone_text(state, preferred_zone) << '.';
    return s;
}

Sentence WatermarkCheck::sentence(const BuddyState& state) const {
    constexpr const char* marks[] = {"min", "low", "high"};
    Sentence s;
    s << "Zone " << zone_text(state, zone) << " has " << free_pages << " free frames";
    // The kernel counts whole pageblocks as kept, used frames in them too.
    const auto kept = std::min<std::int64_t>(unusable, free_pages);
    if (kept > 0) s << ", of which " << kept << (kept == 1 ? " is" : " are") << " not for this request";
    s << "; after this request more than " << mark << " (" << marks[static_cast<unsigned>(watermark)] << " watermark";
    if (mark < state.zones[zone].watermark_pages(watermark)) s << ", less what this request may use of the reserve";
    s << ')';
    if (reserve != 0) s << " and " << reserve << " kept for lower zones' users";
    s << " must remain: ";
    switch (outcome) {
    case Outcome::enough: s.in_role(Role::strong, "there is enough."); break;
    case Outcome::below: s.in_role(Role::strong, "not enough, the zone is passed over."); break;
    case Outcome::no_block:
        s.in_role(Role::strong, "enough frames, but no free block of " + order_text(order) + " or larger.");
        break;
    case Outcome::ignored: s.in_role(Role::strong, "this request may ignore the mark."); break;
    }
    return s;
}

Sentence SlowPath::sentence(const BuddyState&) const {
    Sentence s;
    switch (step) {
    case Step::enter:
        return s << "No zone can give it above its low watermark. The slow path wakes kswapd and tries again with "
                    "the min watermark and the reserves that "
                 << gfp::describe(gfp_flags) << " may use.";
    case Step::reserves: return s << "The request may use part of the reserve below the min watermark.";
    case Step::no_watermarks:
        return s << "__GFP_MEMALLOC: who will free memory with it may take the last frame, whatever the watermarks "
                    "say.";
    case Step::direct_reclaim:
        return s << "The caller may sleep, so it would now reclaim memory itself. In this machine nothing can be "
                    "reclaimed.";
    case Step::out_of_memory:
        return s << "The kernel would call the OOM killer here. There is no process to kill, so the request fails.";
    case Step::fragmenting:
        return s << "No zone of the node can give it without mixing types in a pageblock. Mixing is allowed now.";
    case Step::remote:
        return s << "Before another node's memory is used, mixing types in this node's pageblocks is allowed.";
    }
    return s;
}

Sentence AllocationFailed::sentence(const BuddyState&) const {
    Sentence s;
    if (reason == Reason::order_too_large)
        return s << "Order " << order << " is beyond the largest, " << largest_order
                 << ": no block is that large. The caller gets " << "NULL.";
    s << "Page allocation failure: " << order_text(order) << ", mode " << gfp::describe(gfp_flags)
      << ". The caller gets ";
    return s.in_role(Role::strong, "NULL") << '.';
}

Sentence TakeLock::sentence(const BuddyState& state) const {
    Sentence s;
    if (lock == Lock::per_cpu)
        return s << "CPU " << cpu << " takes the lock of its own page lists in " << zone_text(state, zone)
                 << ": nobody else wants it.";
    return s << "CPU " << cpu << " takes the lock of zone " << zone_text(state, zone) << ", which every CPU shares.";
}

Sentence TakeFreeBlock::sentence(const BuddyState&) const {
    Sentence s;
    if (order == wanted) {
        s << "The head of the " << order_adjective(order) << ' ' << migratetype_name(migratetype)
          << " list fits exactly: ";
        return s.block(Role::taken, pfn, order) << " leaves the list.";
    }
    if (order == wanted + 1)
        s << "Order " << wanted << " is empty";
    else
        s << "Orders " << wanted << " to " << (order - 1) << " are empty";
    s << " (" << migratetype_name(migratetype) << "), so the " << order_adjective(order) << " block at ";
    return s.block(Role::taken, pfn, order) << " leaves its list, to be split.";
}

Sentence SplitBlock::sentence(const BuddyState&) const {
    const auto half = static_cast<Order>(order - 1);
    Sentence s;
    s << "The " << order_adjective(order) << " block is split: the lower half, ";
    s.block(Role::taken, pfn, half) << (half == wanted ? ", is taken" : ", is split on") << "; the upper half, ";
    s.block(Role::changed, upper(), half);
    return s << ", becomes the new head of the " << order_adjective(half) << " list.";
}

Sentence CountFreePages::sentence(const BuddyState& state) const {
    const PerCpuPages& pages = state.pages_of_cpu(zone, cpu);
    const std::int32_t differential = pages.free_pages_differential + frames;
    const bool folds = static_cast<std::uint32_t>(std::abs(differential)) > state.zones[zone].stat_threshold;
    Sentence s;
    s << frames_text(static_cast<std::uint64_t>(std::abs(frames))) << (frames < 0 ? " fewer" : " more") << " free in "
      << zone_text(state, zone) << ". ";
    if (folds) return s << "The zone's count is now " << (state.zones[zone].free_pages + differential) << '.';
    return s << "CPU " << cpu << " keeps the difference to itself until it passes " << state.zones[zone].stat_threshold
             << '.';
}

Sentence HandOutBlock::sentence(const BuddyState&) const {
    Sentence s;
    s.block(Role::taken, pfn, order);
    if (order == 0) return s << " is the caller's: one frame, 4 KiB.";
    s << " to " << (pfn + frames_in(order) - 1) << " is the caller's: " << frames_text(frames_in(order)) << ", "
      << size_text(order);
    if (gfp_flags & gfp::comp) s << ", as one compound page";
    if (gfp_flags & gfp::zero) s << ", filled with zeros";
    return s << '.';
}

Sentence UseBlock::sentence(const BuddyState&) const {
    Sentence s;
    s << "The frames of ";
    s.block(Role::changed, pfn, order);
    return s << (use == FrameUse::slab ? " are a slab's from here on (PG_slab)." : " have a new use.");
}

Sentence UseAsTable::sentence(const BuddyState&) const {
    Sentence s;
    s << "The frame of ";
    return s.block(Role::changed, pfn, 0) << " is a page table from here on (PG_table).";
}

Sentence SplitPage::sentence(const BuddyState&) const {
    Sentence s;
    s << "The block at ";
    s.block(Role::taken, pfn, order);
    return s << " becomes " << frames_in(order) << " single pages, each of which can be freed by itself.";
}

Sentence CutBlock::sentence(const BuddyState&) const {
    Sentence s;
    s << "Only the first " << frames_text(frames_in(freed)) << " of the " << order_adjective(order)
      << " block are freed. The other ";
    s.in_role(Role::mistake, frames_text(frames_in(order) - frames_in(freed)));
    return s << " stay allocated, and nobody has a pointer to them: they leak.";
}

Sentence StealFallback::sentence(const BuddyState&) const {
    Sentence s;
    s << "No " << migratetype_name(wanted_type) << " block is large enough. The largest "
      << migratetype_name(fallback_type) << " one, order " << order << " at ";
    s.block(Role::changed, pfn, order);
    switch (extent) {
    case Extent::this_block: return s << ", is taken over; the rest of its pageblock stays as it is.";
    case Extent::whole_pageblock:
        return s << ", is taken over together with the free blocks around it, so that the types mix in one "
                    "pageblock rather than in many.";
    case Extent::owned_pageblocks: return s << ", is a whole pageblock or more: it changes its type as a whole.";
    }
    return s;
}

Sentence MoveFreeBlock::sentence(const BuddyState&) const {
    Sentence s;
    s << "The free " << order_adjective(order) << " block at ";
    s.block(Role::changed, pfn, order);
    if (from == to) return s << " goes to the tail of its list.";
    return s << " moves from the " << migratetype_name(from) << " to the tail of the " << migratetype_name(to)
             << " list.";
}

Sentence SetPageblockType::sentence(const BuddyState&) const {
    Sentence s;
    s << "The pageblock at ";
    s.block(Role::changed, pfn, pageblock_order);
    return s << " is " << migratetype_name(to) << " from now on (it was " << migratetype_name(from)
             << "): what is freed in it goes to those lists.";
}

Sentence BoostWatermark::sentence(const BuddyState& state) const {
    Sentence s;
    s << "Types have mixed in " << zone_text(state, zone) << ": its watermarks are raised by " << boost
      << " frames for a while, so that kswapd makes room";
    return s << (wake_kswapd ? " and is woken for it." : ".");
}

Sentence WakeKswapd::sentence(const BuddyState& state) const {
    return Sentence() << "kswapd is woken for " << zone_text(state, zone) << ", whose watermark was boosted.";
}

Sentence ReserveHighatomic::sentence(const BuddyState& state) const {
    Sentence s;
    s << "The pageblock of ";
    s.block(Role::changed, pfn, 0) << " is kept for further atomic requests of more than one frame. ";
    return s << zone_text(state, zone) << " keeps " << reserved << " frames so.";
}

Sentence UnreserveHighatomic::sentence(const BuddyState& state) const {
    Sentence s;
    s << "The pageblock of ";
    s.block(Role::changed, pfn, 0) << " is given up as a reserve for atomic requests, because memory is short. ";
    return s << zone_text(state, zone) << " keeps " << reserved << " frames so.";
}

Sentence TakeBack::sentence(const BuddyState&) const {
    Sentence s;
    s.block(Role::taken, pfn, order) << " (" << order_text(order) << ", " << size_text(order) << ") comes back";
    if (taken_by != no_operation) s << " from " << operation_text(taken_by);
    return s << ". Its pageblock is " << migratetype_name(migratetype) << ", so it will be free as such.";
}

Sentence MergeBuddy::sentence(const BuddyState&) const {
    Sentence s;
    s << "The buddy, ";
    s.block(Role::changed, buddy, order) << ", is free as a whole too: it leaves its list, and with ";
    s.block(Role::taken, pfn, order);
    return s << " it becomes one block of order " << (order + 1) << " at pfn " << (pfn & buddy) << '.';
}

Sentence AddFreeBlock::sentence(const BuddyState&) const {
    Sentence s;
    s.block(Role::changed, pfn, order) << " joins the " << order_adjective(order) << ' '
                                       << migratetype_name(migratetype) << " list at the ";
    switch (why) {
    case Why::head: return s << "head: what was used last is taken first.";
    case Why::merge_likely:
        return s << "tail: the buddy one order up is free, so this block is left alone in the hope that it merges.";
    case Why::surplus: return s << "tail, as a surplus nobody used.";
    }
    return s;
}

Sentence PerCpuRefill::sentence(const BuddyState& state) const {
    return Sentence() << "CPU " << cpu << " has no " << migratetype_name(migratetype) << " block of "
                      << order_text(order) << " left. It takes the lock of " << zone_text(state, zone)
                      << " once and fetches up to " << blocks << '.';
}

Sentence PerCpuDrain::sentence(const BuddyState& state) const {
    Sentence s;
    s << "CPU " << cpu << " keeps " << frames_text(static_cast<std::uint64_t>(count)) << " of "
      << zone_text(state, zone);
    if (high != 0) s << ", its limit is " << high;
    return s << ": " << frames << " go back to the free lists, from the tails.";
}

Sentence PerCpuAdd::sentence(const BuddyState&) const {
    Sentence s;
    s.block(Role::changed, pfn, order);
    if (end == ListEnd::tail)
        s << " goes to the tail of CPU " << cpu << "'s own ";
    else
        s << " goes to the head of CPU " << cpu << "'s own ";
    s << order_adjective(order) << " list";
    return s << (end == ListEnd::head ? ": the next request here takes it while it is still in the cache." : ".");
}

Sentence PerCpuRemove::sentence(const BuddyState&) const {
    Sentence s;
    if (to == To::user) {
        s << "The head of CPU " << cpu << "'s own " << order_adjective(order) << " list, ";
        return s.block(Role::taken, pfn, order) << ", is taken: no lock of the zone, no search.";
    }
    s << "The tail of CPU " << cpu << "'s " << order_adjective(order) << " list, ";
    return s.block(Role::taken, pfn, order) << ", goes back to the free lists.";
}

Sentence SetFreeFactor::sentence(const BuddyState& state) const {
    const bool grows = free_factor > state.pages_of_cpu(zone, cpu).free_factor;
    Sentence s;
    s << "CPU " << cpu
      << (grows ? " frees more than it allocates: next time it gives back twice as much at once"
                : " allocates again: it gives back less at once from now on");
    return s << " (free_factor " << free_factor << ").";
}

Sentence FoldStatistics::sentence(const BuddyState& state) const {
    return Sentence() << "CPU " << cpu << " adds its difference of "
                      << state.pages_of_cpu(zone, cpu).free_pages_differential << " to the count of "
                      << zone_text(state, zone) << '.';
}

Sentence SetExpire::sentence(const BuddyState& state) const {
    Sentence s;
    if (expire == 0) return s << "CPU " << cpu << "'s pages of " << zone_text(state, zone) << " no longer age.";
    return s << "CPU " << cpu << "'s pages of " << zone_text(state, zone) << " go back after " << expire
             << " more quiet rounds, if the zone is another node's.";
}

Sentence PageAccess::sentence(const BuddyState&) const {
    const std::string place = "byte " + std::to_string(address & (page_size - 1)) + " of pfn " + std::to_string(pfn);
    if (!free) return foreign_access("page", place, other, pointer, own, write);
    Sentence s;
    const bool given_back = other != no_operation;
    s.in_role(Role::mistake, given_back ? "Use after free" : "Use of a free page") << ": " << place;
    if (given_back)
        s << ", a page that " << operation_text(other) << " gave back.";
    else
        s << ", a page that nobody has (past the end of the block before it?).";
    return s << (write ? " Nothing notices; whoever gets the page finds a strange byte."
                       : " What is read is nobody's promise.");
}

Sentence PageMistake::sentence(const BuddyState&) const {
    Sentence s;
    const std::string place = pfn == no_pfn ? std::string("this address") : "pfn " + std::to_string(pfn);
    switch (kind) {
    case Kind::double_free:
        s.in_role(Role::mistake, "Double free");
        return s << ": " << place << " is free already. It was freed by " << operation_text(first)
                 << ", and here again. Nothing is changed; the kernel reports a bad page state.";
    case Kind::stale_free:
        s.in_role(Role::mistake, "Free of an old pointer");
        return s << ": " << place << " was taken by " << operation_text(first) << " and freed since. Now it belongs to "
                 << operation_text(second) << ", whose memory is freed under its feet. The kernel can't see this.";
    case Kind::never_allocated:
        s.in_role(Role::mistake, "Free of what was never allocated");
        s << ": " << place;
        if (pfn == no_pfn || found == FrameKind::absent) return s << " is no memory of this machine.";
        if (found == FrameKind::reserved) return s << " is reserved and was never handed out.";
        if (found == FrameKind::allocated_head)
            return s << " lies inside a block of order " << real_order << " taken by " << operation_text(first)
                     << "; only its first frame can be freed.";
        return s << " is free and was never handed out.";
    case Kind::order_too_small:
        s.in_role(Role::mistake, "Wrong order");
        return s << ": the block at " << place << " was taken with order " << real_order << " by "
                 << operation_text(first) << " and is freed with order " << order << '.';
    case Kind::order_too_large:
        s.in_role(Role::mistake, "Wrong order");
        return s << ": the block at " << place << " was taken with order " << real_order << " by "
                 << operation_text(first) << ". Freeing order " << order
                 << " would free frames of others. Nothing is changed here; the kernel would do it.";
    case Kind::sleep_in_atomic:
        s.in_role(Role::mistake, "Sleeping function called from atomic context");
        return s << ": this request may wait for memory (__GFP_DIRECT_RECLAIM), and nothing may wait here. Use "
                    "GFP_ATOMIC or GFP_NOWAIT.";
    case Kind::not_contiguous:
        s.in_role(Role::mistake, "Not from cma_alloc()");
        return s << ": " << place << " was not given by cma_alloc(), so cma_release() leaves it alone.";
    case Kind::not_a_block:
        s.in_role(Role::mistake, "Not an allocated block");
        return s << ": split_page() wants a block as alloc_pages() gave it, order " << order << " at " << place << '.';
    }
    return s;
}

}  // namespace pageframe
