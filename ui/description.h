// What a block of frames is, in words: for the tooltip, for the page's table, for screen readers.
#pragma once

#include <string>

#include "engine/buddy/buddy.h"
#include "engine/session/session.h"

namespace pageframe::ui {

struct BlockDescription {
    BlockReference block;
    Pfn frames = 1;
    ZoneId zone = 0;
    FrameKind kind = FrameKind::absent;
    Migratetype migratetype = Migratetype::movable;
    /// Who took it or freed it last; no_operation: it was so from the start.
    OperationNumber operation = no_operation;
    std::string call;      ///< "p = alloc_pages(GFP_KERNEL, 5)"
    std::string variable;  ///< "p"

    std::string title;    ///< "p · order 5 · 128 KiB"
    std::string place;    ///< "pfn 1088-1119 · DMA32 · movable"
    std::string history;  ///< "taken by operation 37"
    std::string text() const { return title + ". " + place + ". " + history; }
};

/// Describes the block that `pfn` lies in. pfn must be below frame_count().
BlockDescription describe_block(const State& state, const Session& session, Pfn pfn);

/// "DMA32", or "node 1 DMA32" where there are several nodes.
std::string zone_name(const BuddyState& state, ZoneId zone);
/// "DMA32", or "1:DMA32".
std::string short_zone_name(const BuddyState& state, ZoneId zone);
/// "allocated", "free", "on a CPU's list", "reserved", "no memory"
const char* frame_kind_text(FrameKind kind);

}  // namespace pageframe::ui
