#include "ui/description.h"

#include "ui/format.h"

namespace pageframe::ui {
namespace {

/// What an allocated frame is for, where a recording says so.
const char* use_text(FrameUse use) {
    switch (use) {
    case FrameUse::compound_tail: return "tail of a compound page";
    case FrameUse::slab: return "a slab";
    case FrameUse::page_table: return "a page table";
    case FrameUse::lru: return "on an LRU list";
    case FrameUse::movable: return "movable";
    case FrameUse::unreferenced: return "tail of a block";
    case FrameUse::contiguous: return "taken by cma_alloc()";
    case FrameUse::compound: return "a compound page";
    case FrameUse::other: return "";
    }
    return "";
}

std::string pfn_range(Pfn first, Pfn frames) {
    std::string text = "pfn " + std::to_string(first);
    if (frames > 1) text += "–" + std::to_string(first + frames - 1);
    return text;
}

std::string history_of(const BlockDescription& block) {
    const bool used = block.kind == FrameKind::allocated_head;
    if (block.kind == FrameKind::reserved) return "the kernel's own from the start";
    if (block.kind == FrameKind::absent) return "no memory at this address";
    if (block.operation == no_operation) return used ? "taken before the run" : "free from the start";
    const std::string number = std::to_string(block.operation + 1);
    return (used ? "taken by operation " : "freed by operation ") + number;
}

std::string title_of(const BlockDescription& block, FrameUse use) {
    std::string text;
    if (!block.variable.empty() && block.kind == FrameKind::allocated_head) text = block.variable + " · ";
    text += frame_kind_text(block.kind);
    if (block.kind == FrameKind::allocated_head && *use_text(use) != '\0') text += std::string(", ") + use_text(use);
    if (block.kind == FrameKind::reserved || block.kind == FrameKind::absent) return text;
    return text + " · order " + std::to_string(block.block.order) + " · " + order_bytes_text(block.block.order);
}

}  // namespace

std::string zone_name(const BuddyState& state, ZoneId zone) {
    const Zone& z = state.zones[zone];
    const std::string name = zone_kind_name(z.kind);
    return state.node_count > 1 ? "node " + std::to_string(z.node) + " " + name : name;
}

std::string short_zone_name(const BuddyState& state, ZoneId zone) {
    const Zone& z = state.zones[zone];
    const std::string name = zone_kind_name(z.kind);
    return state.node_count > 1 ? std::to_string(z.node) + ":" + name : name;
}

const char* frame_kind_text(FrameKind kind) {
    switch (kind) {
    case FrameKind::interior:
    case FrameKind::allocated_head: return "allocated";
    case FrameKind::free_head: return "free";
    case FrameKind::per_cpu_head: return "free, on a CPU's list";
    case FrameKind::reserved: return "reserved";
    case FrameKind::absent: return "no memory";
    }
    return "";
}

BlockDescription describe_block(const State& state, const Session& session, Pfn pfn) {
    const BuddyState& buddy = state.buddy;
    BlockDescription block;
    block.block = find_block(buddy, pfn);
    if (block.block.head == no_pfn) block.block = {pfn, 0};
    const PageFrame& head = buddy.frames[block.block.head];
    block.frames = frames_in(block.block.order);
    block.zone = buddy.zone_of(pfn);
    block.kind = head.kind;
    block.migratetype = head.migratetype;
    const bool has_history = head.kind == FrameKind::allocated_head || head.kind == FrameKind::free_head ||
                             head.kind == FrameKind::per_cpu_head;
    if (has_history && head.operation < session.timeline().operation_count()) {
        block.operation = head.operation;
        block.call = session.call_text(head.operation);
        if (head.kind == FrameKind::allocated_head) block.variable = session.variable_of(head.operation);
    }
    block.title = title_of(block, head.use);
    block.place = pfn_range(block.block.head, block.frames) + " · " + zone_name(buddy, block.zone);
    if (has_history) block.place += std::string(" · ") + migratetype_name(block.migratetype);
    block.history = history_of(block);
    return block;
}

}  // namespace pageframe::ui
