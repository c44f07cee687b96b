// What the events of compaction and of contiguous areas tell a reader.
#include <string>

#include "engine/buddy/migration_events.h"

namespace pageframe {

namespace {

std::string owner_text(OperationNumber owner) {
    return owner == no_operation ? std::string("something from before the run")
                                 : "operation " + std::to_string(owner + 1);
}

}  // namespace

Sentence Compact::sentence(const BuddyState& state) const {
    Sentence s;
    const char* name_of_zone = zone_kind_name(state.zones[zone].kind);
    switch (what) {
    case What::started:
        s << "Zone " << name_of_zone << " is compacted";
        if (order < order_count) s << " to make a free block of order " << order;
        return s << (sync ? "" : ", without waiting and only in pageblocks of the request's own type")
                 << ": movable pages from its start move to free frames near its end.";
    case What::skipped_few_free:
        return s << "Zone " << name_of_zone << " has too few free frames to compact: moving pages needs room, and "
                 << "what is missing is memory, not order.";
    case What::skipped_not_fragmented:
        return s << "Zone " << name_of_zone << " is not compacted: its fragmentation index says that the request "
                 << "fails for lack of memory rather than for its being broken up.";
    case What::skipped_suitable: return s << "Zone " << name_of_zone << " has a suitable block already.";
    case What::succeeded:
        s << "Compaction of " << name_of_zone << " ends with a ";
        s.in_role(Role::strong, "suitable free block");
        return s << " after " << moved << " moved pages.";
    case What::scanners_met:
        s << "The scanners meet at pfn " << migrate_pfn << ": all of " << name_of_zone << " has been looked at, "
          << moved << " pages were moved";
        return s << (order < order_count ? ", and no block large enough came of it." : ".");
    case What::no_target:
        return s << "No free frame is left to move pages to: compaction of " << name_of_zone << " stops after " << moved
                 << " moved pages.";
    }
    return s;
}

Sentence CompactBlocked::sentence(const BuddyState&) const {
    Sentence s;
    s.in_role(Role::mistake, "pfn " + std::to_string(pfn));
    return s << " was taken by " << owner_text(owner)
             << " and can't be moved: this stretch can't become one free block.";
}

Sentence IsolateFreeBlock::sentence(const BuddyState&) const {
    Sentence s;
    s << "From the zone's end, the free scanner takes the order-" << order << " block at ";
    s.block(Role::changed, pfn, order);
    return s << " as room for pages to move to.";
}

Sentence MovePage::sentence(const BuddyState&) const {
    Sentence s;
    s << "The page of " << owner_text(owner) << " moves from ";
    s.block(Role::changed, from, order) << " to ";
    return s.block(Role::taken, to, order) << "; its page-table entry, and so its owner's pointer, follows.";
}

Sentence IsolatePageblock::sentence(const BuddyState&) const {
    Sentence s;
    s << "The pageblock at ";
    s.block(Role::changed, pfn, pageblock_order);
    if (closed) return s << " is closed: nobody gets memory from it while a range in it is emptied.";
    return s << " is open again, as " << migratetype_name(migratetype) << '.';
}

Sentence TakeContiguous::sentence(const BuddyState&) const {
    Sentence s;
    s << "The free frames at ";
    return s.block(Role::taken, pfn, order) << " (order " << order << ") are taken for the range.";
}

Sentence ContiguousRequest::sentence(const BuddyState& state) const {
    Sentence s;
    switch (what) {
    case What::trying:
        s << "A range of " << frames << " frames in the CMA area: ";
        s.in_role(Role::changed, "pfn " + std::to_string(pfn)) << " to " << (pfn + frames - 1);
        return s << ". Movable pages that stand there have to move out.";
    case What::busy:
        s << "The range at pfn " << pfn << " can't be emptied";
        if (blocker != no_pfn)
            s << ": pfn " << blocker << " was taken by " << owner_text(state.frames[blocker].operation);
        return s << ". The next range is tried.";
    case What::got:
        s << "The range ";
        s.in_role(Role::taken, "pfn " + std::to_string(pfn)) << " to " << (pfn + frames - 1);
        return s << " is the caller's: " << frames << " frames in one piece, whatever the free lists looked like.";
    case What::no_room:
        return s << "No range of " << frames << " frames is left in the CMA areas. The caller gets NULL.";
    case What::no_area: return s << "This machine has no CMA area: machine { cma = 16M; } gives it one.";
    }
    return s;
}

}  // namespace pageframe
