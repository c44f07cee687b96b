// What each event of vmalloc tells a reader. `state` is what the event found.
#include <string>

#include "engine/core/address_text.h"
#include "engine/vmalloc/vmalloc_events.h"

namespace pageframe {

namespace {

std::string range_text(std::uint64_t start, std::uint64_t end) { return hex_address(start) + "-" + hex_address(end); }

std::string operation_text(OperationNumber operation) {
    return operation == no_operation ? "before the run began" : "by operation " + std::to_string(operation + 1);
}

}  // namespace

Sentence StartVmalloc::sentence(const VmallocState&) const {
    Sentence s;
    return s << "The vmalloc region is all free: 32 TiB of addresses from ffffc90000000000 on, none of them mapped.";
}

Sentence RequestArea::sentence(const VmallocState& state) const {
    Sentence s;
    s << bytes_text(requested)
      << " of virtual addresses are wanted: " << pages_text((bytes >> page_shift) - (guard ? 1 : 0));
    if (guard) s << " and a guard page behind them, never mapped, which catches who writes too far";
    if (align > page_size) s << ", at a multiple of " << bytes_text(align);
    return s << ". Of " << state.count(AreaTree::free) << " free areas the lowest that fits is searched.";
}

Sentence TakeAddresses::sentence(const VmallocState& state) const {
    const VmapArea& free = state.areas[area];
    Sentence s;
    s << range_text(start, start + bytes) << " is taken out of the free area " << range_text(free.start, free.end);
    const bool left = free.start == start;
    const bool right = free.end == start + bytes;
    if (left && right) return s << ", which fits exactly and is gone.";
    if (left) return s << ", which begins behind it now.";
    if (right) return s << ", which ends before it now.";
    return s << ", which becomes two: one before it, one behind.";
}

Sentence AddBusyArea::sentence(const VmallocState& state) const {
    Sentence s;
    return s << range_text(start, end) << " is busy: area " << (state.count(AreaTree::busy) + 1) << " in use.";
}

Sentence SetAreaPages::sentence(const VmallocState& state) const {
    Sentence s;
    s << "The area at " << hex_address(state.areas[area].start) << " has its " << pages_text(pages);
    if (page_order != 0) s << ", in huge pages of 2 MiB";
    if (page_array != no_vmap_area) s << "; the list of them is too long for a page and was vmalloc'ed itself";
    return s << '.';
}

Sentence ReleaseArea::sentence(const VmallocState& state) const {
    const std::uint64_t pages = (end - start) >> page_shift;
    Sentence s;
    s << range_text(start, end) << " is freed lazily: unmapped, but no TLB has been flushed, so the addresses can't be "
      << "used again yet. ";
    return s << pages_text(state.lazy_pages + pages) << " wait; from " << state.lazy_max_pages()
             << " on they are purged.";
}

Sentence UncountPages::sentence(const VmallocState& state) const {
    Sentence s;
    return s << "vmalloc holds " << pages_text(state.vmalloc_pages - pages) << " now.";
}

Sentence ScheduleDrain::sentence(const VmallocState& state) const {
    Sentence s;
    return s << "More than " << state.lazy_max_pages()
             << " pages wait: a worker is to purge them as soon as it gets to run.";
}

Sentence PurgeBegins::sentence(const VmallocState& state) const {
    Sentence s;
    if (areas == 0) return s << "The worker finds nothing left to purge.";
    s.in_role(Role::strong, "Purge");
    switch (why) {
    case Why::drain: s << " by the worker"; break;
    case Why::asked: s << ", asked for by vm_unmap_aliases()"; break;
    case Why::no_room: s << ", because no free area is large enough"; break;
    }
    s << ": " << areas << (areas == 1 ? " area" : " areas") << " with " << pages_text(state.lazy_pages)
      << " become free. First every CPU's TLB is flushed, ";
    return s << "once for all of them: that is what waiting was good for.";
}

Sentence PurgeArea::sentence(const VmallocState&) const {
    Sentence s;
    return s << range_text(start, end) << " joins the free areas, and its free neighbours.";
}

Sentence NewBlock::sentence(const VmallocState&) const {
    Sentence s;
    return s << "CPU " << cpu << " gets a block of " << vmap_block_pages << " pages at " << hex_address(start)
             << ", from which vm_map_ram() can cut without a lock that others want.";
}

Sentence TakeFromBlock::sentence(const VmallocState& state) const {
    Sentence s;
    s << pages_text(pages) << " at " << hex_address(address) << " are cut from the block at "
      << hex_address(state.areas[state.blocks[block].area].start);
    return s << "; " << (state.blocks[block].free - pages) << " of it were never used.";
}

Sentence FreeToBlock::sentence(const VmallocState& state) const {
    Sentence s;
    s << pages_text(pages) << " at " << hex_address(address) << " are dirty: unmapped, not flushed. ";
    return s << "A block's pages are not used twice; it goes when all " << vmap_block_pages << " are ("
             << (state.blocks[block].dirty + pages) << " are).";
}

Sentence RetireBlock::sentence(const VmallocState& state) const {
    Sentence s;
    s << "Nothing of the block at " << hex_address(state.areas[state.blocks[block].area].start)
      << " is in use: its addresses are released";
    if (free != 0) s << ", " << pages_text(free) << " that were never used with them";
    return s << '.';
}

Sentence NamePages::sentence(const VmallocState&) const {
    Sentence s;
    if (run.pfn == no_pfn) return s << "For the mapping: NULL, which is no page.";
    s << (run.frames == 1 ? "For the mapping: " : "For the mapping, one after another: ") << pages_text(run.frames)
      << " from ";
    return s.block(Role::taken, run.pfn, 0) << " on.";
}

Sentence ForgetPages::sentence(const VmallocState&) const {
    Sentence s;
    return s << "The list of " << pages_text(pages) << " is complete.";
}

Sentence VmallocFailed::sentence(const VmallocState&) const {
    Sentence s;
    switch (reason) {
    case Reason::no_size: s << "A size of 0 is no request. The caller gets "; break;
    case Reason::too_large:
        s << "The machine has less memory than " << bytes_text(bytes) << ". The caller gets ";
        break;
    case Reason::no_addresses:
        s << "No range of addresses is free that fits " << bytes_text(bytes) << ". The caller gets ";
        break;
    case Reason::no_pages:
        s << "vmalloc error: the page allocator has not enough pages for " << bytes_text(bytes)
          << ". What was got goes back; the caller gets ";
        break;
    case Reason::no_tables:
        s << "vmalloc error: no frame for a page table. What was got goes back; the caller gets ";
        break;
    case Reason::null_page:
        s.in_role(Role::mistake, "WARNING")
            << ": one of the pages is NULL. Those before it are unmapped again, none is mapped; the caller gets ";
        break;
    case Reason::no_page_list: s << "No pages were named to be mapped. The caller gets "; break;
    case Reason::huge_retry: return s << "It can't be had in huge pages: once more, with pages of 4 KiB.";
    }
    return s.in_role(Role::strong, "NULL") << '.';
}

Sentence VmallocMistake::sentence(const VmallocState&) const {
    Sentence s;
    if (kind == Kind::sleep_in_atomic) {
        s.in_role(Role::mistake, "BUG: sleeping function called from invalid context");
        return s << ": vmalloc may sleep, and this is inside atomic { }.";
    }
    s.in_role(Role::mistake, kind == Kind::not_aligned   ? "Trying to vfree() bad address"
                             : kind == Kind::not_a_block ? "vm_unmap_ram() of a wrong range"
                                                         : "Trying to vfree() nonexistent vm area");
    s << " (" << hex_address(address) << "): ";
    switch (kind) {
    case Kind::not_aligned: return s << "what vmalloc gives is always at the start of a page.";
    case Kind::freed_before: return s << "it was freed already, " << operation_text(first) << ".";
    case Kind::not_vmalloc: return s << "this is an address of the direct map, from kmalloc() or alloc_pages().";
    case Kind::not_a_block: return s << "vm_map_ram() did not give this.";
    default: return s << "no area in use contains it.";
    }
}

}  // namespace pageframe
