#include "engine/machine/object_bytes.h"

#include <algorithm>

#include "engine/buddy/buddy_events.h"
#include "engine/paging/paging_events.h"
#include "engine/slab/object_access.h"

namespace pageframe {

namespace {

bool all_zero(const State& state, std::uint64_t physical, std::uint64_t bytes) {
    for (std::uint64_t at = physical & ~(page_size - 1); at < physical + bytes; at += page_size)
        if (state.paging.memory.uniform_byte(static_cast<Pfn>(at >> page_shift)) != 0) return false;
    return true;
}

/// `bytes` at a physical address become `byte`, frame by frame.
void fill(State& state, std::uint64_t physical, std::uint64_t bytes, std::uint8_t byte, Recorder* recorder) {
    PagingEmitter emitter(state.paging, recorder);
    for_each_frame_part(physical, bytes,
                        [&](std::uint64_t at, std::uint32_t here) { emitter.emit(FillBytes{0, at, here, byte}); });
}

}  // namespace

void zero_object(State& state, std::uint64_t address, std::uint64_t bytes, Recorder* recorder) {
    if (address < direct_map_start) return;
    const std::uint64_t physical = address - direct_map_start;
    if (!all_zero(state, physical, bytes)) fill(state, physical, bytes, 0, recorder);
}

void copy_object(State& state, std::uint64_t to, std::uint64_t from, std::uint64_t bytes, Recorder* recorder) {
    if (to < direct_map_start || from < direct_map_start) return;
    std::uint64_t source = from - direct_map_start;
    std::uint64_t target = to - direct_map_start;
    if (all_zero(state, source, bytes) && all_zero(state, target, bytes)) return;
    PagingEmitter emitter(state.paging, recorder);
    while (bytes != 0) {
        const std::uint64_t room = page_size - std::max(source % page_size, target % page_size);
        const auto here = static_cast<std::uint32_t>(std::min(bytes, room));
        emitter.emit(CopyBytes{direct_map_start + target, target, source, here});
        source += here;
        target += here;
        bytes -= here;
    }
}

namespace {

/// Who gave the free page back: the nearest head around it that was freed after the pointer was got.
OperationNumber freed_by(const BuddyState& buddy, Pfn pfn, OperationNumber pointer) {
    for (Order order = 0; order < order_count; ++order) {
        const OperationNumber by = buddy.frames[block_start(pfn, order)].operation;
        if (by != no_operation && (pointer == no_operation || by > pointer)) return by;
    }
    return no_operation;
}

/// Where the pages of the pointer's operation are, seen from another block.
OwnMemory own_pages(const BuddyState& buddy, BlockReference block, OperationNumber pointer) {
    const auto is_own = [&](std::uint64_t pfn) {
        if (pfn >= buddy.frame_count()) return false;
        const PageFrame& head = buddy.frames[find_block(buddy, static_cast<Pfn>(pfn)).head];
        return head.kind == FrameKind::allocated_head && head.operation == pointer;
    };
    if (block.head != 0 && is_own(block.head - 1)) return OwnMemory::before;
    return is_own(std::uint64_t{block.head} + frames_in(block.order)) ? OwnMemory::behind : OwnMemory::elsewhere;
}

/// Who has taken the memory at an address of the direct map; no_operation: nobody, or nobody knows.
OperationNumber owner_of(const State& state, std::uint64_t address) {
    const ObjectReference object = object_around(state.slab, address);
    if (object.index != no_object) return owner_of_object(state.slab, object);
    const std::uint64_t frame = (address - direct_map_start) >> page_shift;
    if (object.slab != no_slab || address < direct_map_start || frame >= state.buddy.frame_count()) return no_operation;
    const PageFrame& head = state.buddy.frames[find_block(state.buddy, static_cast<Pfn>(frame)).head];
    return head.kind == FrameKind::allocated_head ? head.operation : no_operation;
}

/// The first page of an access through the direct map that is free, or another's than the pointer's. Slabs' pages
/// are told of by their objects.
bool note_page_access(State& state, std::uint64_t address, std::uint64_t bytes, bool write, OperationNumber pointer,
                      Recorder* recorder) {
    const BuddyState& buddy = state.buddy;
    const std::uint64_t offset = address - direct_map_start;
    if (bytes == 0 || offset >= std::uint64_t{buddy.frame_count()} << page_shift) return false;
    const std::uint64_t end = std::min((offset + bytes - 1) >> page_shift, std::uint64_t{buddy.frame_count()} - 1);
    for (std::uint64_t at = offset >> page_shift; at <= end;) {
        const auto pfn = static_cast<Pfn>(at);
        const BlockReference block = find_block(buddy, pfn);
        const PageFrame& head = buddy.frames[block.head];
        const bool free = head.kind == FrameKind::free_head || head.kind == FrameKind::per_cpu_head;
        const bool foreign = head.kind == FrameKind::allocated_head && state.slab.slab_at(pfn) == no_slab &&
                             pointer != no_operation && head.operation != no_operation && head.operation != pointer;
        if (free || foreign) {
            const OperationNumber other = free ? freed_by(buddy, pfn, pointer) : head.operation;
            BuddyEmitter(state.buddy, recorder)
                .tell(PageAccess{std::max(address, direct_map_start + (at << page_shift)), pfn, other, pointer, free,
                                 write, foreign ? own_pages(buddy, block, pointer) : OwnMemory::elsewhere});
            return true;
        }
        at = std::uint64_t{block.head} + frames_in(block.order);
    }
    return false;
}

}  // namespace

bool note_object_accesses(State& state, const Operation& operation, Recorder* recorder, ObjectExtent constructed) {
    SlabEmitter emitter(state.slab, recorder);
    const auto note = [&](std::uint64_t at, std::uint64_t bytes, bool write, OperationNumber pointer) {
        const std::uint64_t offset = at - constructed.address;
        if (offset < constructed.bytes && bytes <= constructed.bytes - offset) return false;
        return note_object_access(emitter, at, bytes, write, pointer) ||
               note_page_access(state, at, bytes, write, pointer, recorder);
    };
    const std::uint64_t address = operation.argument;
    switch (operation.kind) {
    case OperationKind::load: return note(address, operation.order, false, operation.text - 1);
    case OperationKind::store: return note(address, operation.order, true, operation.text - 1);
    case OperationKind::fill_memory: return note(address, second_argument(operation), true, operation.text - 1);
    case OperationKind::copy_memory: {
        // Where the source's address came from is not known: whoever has its first byte may read on from there.
        const std::uint64_t source = second_argument(operation);
        const bool written = note(address, operation.text, true, copy_origin(operation));
        return note(source, operation.text, false, owner_of(state, source)) || written;
    }
    default: return false;
    }
}

}  // namespace pageframe
