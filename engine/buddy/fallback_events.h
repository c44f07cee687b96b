// Events of a migratetype whose own lists are empty, and of the pageblocks kept for high-order atomic requests
// (__rmqueue_fallback() and its kin of mm/page_alloc.c). Sentences in buddy_sentences.cpp.
//
//     StealFallback  [BoostWatermark]  MoveFreeBlock*  SetPageblockType*      ... later: WakeKswapd
#pragma once

#include "engine/buddy/buddy.h"
#include "engine/buddy/free_lists.h"
#include "engine/core/event.h"

namespace pageframe {

/// Remark: a block of another type is taken for this one.
struct StealFallback {
    static constexpr const char* name = "StealFallback";
    static constexpr const char* function = "__rmqueue_fallback()";
    enum class Extent : std::uint8_t { this_block, whole_pageblock, owned_pageblocks };
    Pfn pfn;
    ZoneId zone;
    Order order;  ///< of the block found
    Order wanted;
    Migratetype wanted_type;
    Migratetype fallback_type;
    Extent extent;
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{pfn, frames_in(order)}, Role::changed}); }
};

/// A free block changes its list, to the tail of another type's.
struct MoveFreeBlock {
    static constexpr const char* name = "MoveFreeBlock";
    static constexpr const char* function = "move_to_free_list()";
    Pfn pfn;
    ZoneId zone;
    Order order;
    Migratetype from;
    Migratetype to;
    void apply(BuddyState& state) const {
        PageFrame& block = state.frames.write(pfn);
        delete_from_free_list(state, zone, order, block);
        add_to_free_list(state, zone, order, to, pfn, block, ListEnd::tail);
    }
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{pfn, frames_in(order)}, Role::changed}); }
};

/// What is freed in this pageblock from now on goes to the lists of another type.
struct SetPageblockType {
    static constexpr const char* name = "SetPageblockType";
    static constexpr const char* function = "set_pageblock_migratetype()";
    Pfn pfn;  ///< the pageblock's first
    Migratetype from;
    Migratetype to;
    void apply(BuddyState& state) const { state.pageblocks.write(pfn >> pageblock_order) = to; }
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{pfn, pageblock_frames}, Role::changed}); }
};

/// Watermarks are raised for a while, so that kswapd frees memory before types mix further.
struct BoostWatermark {
    static constexpr const char* name = "BoostWatermark";
    static constexpr const char* function = "boost_watermark()";
    std::uint32_t boost;
    ZoneId zone;
    bool wake_kswapd;  ///< ZONE_BOOSTED_WATERMARK: to be woken when the lock is dropped
    void apply(BuddyState& state) const {
        state.zones[zone].watermark_boost = boost;
        if (wake_kswapd) state.zones[zone].flags |= zone_boosted_watermark;
    }
    Sentence sentence(const BuddyState& state) const;
};

/// kswapd is told that the zone's watermark was boosted.
struct WakeKswapd {
    static constexpr const char* name = "WakeKswapd";
    static constexpr const char* function = "wakeup_kswapd()";
    ZoneId zone;
    void apply(BuddyState& state) const { state.zones[zone].flags &= ~zone_boosted_watermark; }
    Sentence sentence(const BuddyState& state) const;
};

/// The zone's account of frames kept for high-order atomic requests.
struct ReserveHighatomic {
    static constexpr const char* name = "ReserveHighatomic";
    static constexpr const char* function = "reserve_highatomic_pageblock()";
    Pfn pfn;
    std::uint32_t reserved;  ///< frames, from now on
    ZoneId zone;
    void apply(BuddyState& state) const { state.zones[zone].nr_reserved_highatomic = reserved; }
    Sentence sentence(const BuddyState& state) const;
    void highlight(HighlightList& list) const {
        list.push_back({{block_start(pfn, pageblock_order), pageblock_frames}, Role::changed});
    }
};

/// The reserve is given back to everybody, rather than let a request fail.
struct UnreserveHighatomic : ReserveHighatomic {
    static constexpr const char* name = "UnreserveHighatomic";
    static constexpr const char* function = "unreserve_highatomic_pageblock()";
    Sentence sentence(const BuddyState& state) const;
};

}  // namespace pageframe
