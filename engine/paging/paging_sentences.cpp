// What each event of page tables and memory tells a reader. `state` is what the event found.
#include <string>

#include "engine/core/address_text.h"
#include "engine/paging/paging_events.h"

namespace pageframe {

namespace {

std::string space_text(SpaceId space) {
    return space == kernel_space ? "the kernel's address space" : "address space " + std::to_string(space);
}

/// "bits 47..39", the field of the address that picks the entry.
std::string field_text(Level level) {
    return "bits " + std::to_string(level_shift(level) + 8) + ".." + std::to_string(level_shift(level));
}

std::string next_table(Level level) { return std::string(level_name(static_cast<Level>(level - 1))) + " table"; }

}  // namespace

Sentence MakeSpace::sentence(const PagingState&) const {
    Sentence s;
    s.block(Role::taken, top, 0) << " becomes the top table (PGD) of " << space_text(space);
    if (space == kernel_space)
        return s << ". Four levels of 512 entries each lead from it to every page that is mapped.";
    return s << ": the kernel's half is copied, the user half is empty.";
}

Sentence DropSpace::sentence(const PagingState&) const {
    Sentence s;
    s << space_text(space) << " is gone, its top table at ";
    return s.block(Role::taken, top, 0) << " goes back to the page allocator.";
}

Sentence TakeTable::sentence(const PagingState&) const {
    Sentence s;
    s << "Nothing in the " << bytes_text(level_bytes(static_cast<Level>(level + 1))) << " around "
      << hex_address(address) << " was mapped before, so there is no " << level_name(level) << " table for it: ";
    return s.block(Role::taken, table, 0) << " becomes one, 512 empty entries.";
}

Sentence FreeTable::sentence(const PagingState&) const {
    Sentence s;
    s << "The " << level_name(level) << " table at ";
    return s.block(Role::taken, table, 0) << " is not needed any more and goes back to the page allocator.";
}

Sentence SetEntry::sentence(const PagingState&) const {
    Sentence s;
    if (why == Why::copy) {
        s << "Entry " << std::uint32_t{index} << " of the kernel's half is copied to the top table at ";
        return s.block(Role::changed, table, 0) << ": the kernel is the same in every space.";
    }
    s << level_name(level) << " entry " << std::uint32_t{index} << " in ";
    s.block(Role::changed, table, 0);
    if (why == Why::table) {
        s << " leads to the " << next_table(level) << " at ";
        return s.block(Role::taken, pte::frame(entry), 0) << '.';
    }
    if (why == Why::protect) return s << " for " << hex_address(address) << " is now: " << entry_text(entry) << '.';
    s << " maps " << hex_address(address) << " to ";
    s.block(Role::taken, pte::frame(entry), static_cast<Order>(9 * level > 10 ? 10 : 9 * level));
    if (level > 0) s << ", " << page_size_name(level) << " at once";
    return s << " (" << entry_text(entry) << ").";
}

Sentence ClearEntry::sentence(const PagingState&) const {
    Sentence s;
    s << level_name(level) << " entry " << std::uint32_t{index} << " in ";
    s.block(Role::changed, table, 0) << " is emptied: " << hex_address(address) << " leads nowhere";
    return s << ". A CPU that has the translation in its TLB still finds it, until it is flushed.";
}

Sentence AdvanceGeneration::sentence(const PagingState& state) const {
    Sentence s;
    return s << "Translations of " << space_text(space) << " changed: its generation becomes "
             << state.spaces[space].generation + 1
             << ". A CPU that runs something else now will see that when it "
                "comes back.";
}

Sentence WalkStep::sentence(const PagingState&) const {
    Sentence s;
    s << level_name(level) << ": " << field_text(level) << " of " << hex_address(address) << " are "
      << std::uint32_t{index} << "; entry " << std::uint32_t{index} << " of the table in ";
    s.block(Role::changed, table, 0);
    if (!(entry & pte::present)) return s << " is empty. The walk ends here.";
    if (level > 0 && !(entry & pte::huge)) {
        s << " leads to the " << next_table(level) << " in ";
        return s.block(Role::taken, pte::frame(entry), 0) << '.';
    }
    s << (level > 0 ? " is a huge page: " : " is the page: ");
    s.block(Role::taken, pte::frame(entry), 0);
    return s << " (" << entry_text(entry) << ").";
}

Sentence WalkDirectMap::sentence(const PagingState&) const {
    Sentence s;
    s << hex_address(address) << " lies in the direct map: physical address "
      << hex_number(address - layout::direct_map) << ", ";
    s.block(Role::taken, pfn, 0);
    return s << ". All memory stands there in order, mapped once at start in pages of " << page_size_name(level) << '.';
}

Sentence SetAccessedDirty::sentence(const PagingState&) const {
    Sentence s;
    s << "The processor sets the ";
    s << (bits == (pte::accessed | pte::dirty) ? "accessed and dirty bits"
          : bits == pte::dirty                 ? "dirty bit"
                                               : "accessed bit");
    s << " in " << level_name(level) << " entry " << std::uint32_t{index} << " of ";
    s.block(Role::changed, table, 0);
    return s << (bits & pte::dirty ? ": the page was written." : ": the kernel can see later what was used.");
}

Sentence PageFault::sentence(const PagingState&) const {
    Sentence s;
    if (reason == FaultReason::not_canonical) {
        s.in_role(Role::mistake, "general protection fault");
        return s << ", probably for non-canonical address " << hex_address(address)
                 << ": bits 63..48 must repeat bit 47.";
    }
    s.in_role(Role::mistake, reason == FaultReason::null_pointer ? "BUG: kernel NULL pointer dereference"
                                                                 : "BUG: unable to handle page fault");
    s << ", address: " << hex_address(address) << ". ";
    switch (reason) {
    case FaultReason::null_pointer: s << "Nothing is mapped at the lowest addresses, so that NULL is found. "; break;
    case FaultReason::not_present: s << "The walk ended at an empty " << level_name(level) << " entry. "; break;
    case FaultReason::read_only: s << "The page is there, but read only: " << entry_text(entry) << ". "; break;
    case FaultReason::kernel_only:
        s << "The page is there, but only for the kernel: " << entry_text(entry) << ". ";
        break;
    case FaultReason::no_execute:
        s << "The page is there, but no code may run in it: " << entry_text(entry) << ". ";
        break;
    case FaultReason::no_memory:
        s << "The direct map has nothing here: the machine has no memory at physical address "
          << hex_number(address - layout::direct_map) << ". ";
        break;
    default: break;
    }
    s << "Error code " << hex_number(error_code) << ": " << (error_code & fault::user ? "user " : "supervisor ");
    s << (error_code & fault::fetch ? "instruction fetch" : error_code & fault::write ? "write access" : "read access");
    return s << ", " << (error_code & fault::protection ? "permissions violation." : "not-present page.");
}

Sentence LoadValue::sentence(const PagingState&) const {
    Sentence s;
    if (access == AccessKind::fetch) {
        s << "The instruction at " << hex_address(address) << " is fetched from ";
        return s.block(Role::taken, static_cast<Pfn>(physical >> page_shift), 0) << '.';
    }
    s << std::uint32_t{size} << (size == 1 ? " byte" : " bytes") << " at " << hex_address(address) << " (";
    s.block(Role::taken, static_cast<Pfn>(physical >> page_shift), 0) << " + " << hex_number(physical % page_size);
    return s << ") are loaded: " << hex_number(value) << '.';
}

Sentence StoreValue::sentence(const PagingState&) const {
    Sentence s;
    s << hex_number(value) << " is stored in " << std::uint32_t{size} << (size == 1 ? " byte" : " bytes") << " at "
      << hex_address(address) << " (";
    s.block(Role::taken, static_cast<Pfn>(physical >> page_shift), 0);
    return s << " + " << hex_number(physical % page_size) << ").";
}

Sentence FillBytes::sentence(const PagingState&) const {
    Sentence s;
    s << bytes_text(length) << " of ";
    s.block(Role::taken, static_cast<Pfn>(physical >> page_shift), 0);
    return s << " become " << hex_number(byte) << '.';
}

Sentence ClearPages::sentence(const PagingState&) const {
    Sentence s;
    s << pages_text(frames) << " from ";
    return s.block(Role::taken, pfn, 0) << " on are filled with zeros (__GFP_ZERO).";
}

Sentence CopyBytes::sentence(const PagingState&) const {
    Sentence s;
    s << bytes_text(length) << " are copied from ";
    s.block(Role::changed, static_cast<Pfn>(from_physical >> page_shift), 0) << " to ";
    return s.block(Role::taken, static_cast<Pfn>(to_physical >> page_shift), 0) << '.';
}

Sentence CompareBytes::sentence(const PagingState&) const {
    Sentence s;
    if (first_difference >= length) return s << bytes_text(length) << " are the same in both places.";
    return s << "The first difference is at offset " << first_difference << '.';
}

Sentence ShowPage::sentence(const PagingState&) const {
    Sentence s;
    s << "Page " << row << ": virtual " << hex_address(address);
    if (contiguity == Contiguity::not_mapped) return s << ", not mapped.";
    s << ", physical " << hex_number(physical) << ", ";
    s.block(Role::taken, static_cast<Pfn>(physical >> page_shift), 0);
    if (contiguity == Contiguity::follows) s << ", right behind the one before";
    if (contiguity == Contiguity::jumps) s.in_role(Role::strong, ", not behind the one before");
    return s << '.';
}

Sentence ShowPagesEnd::sentence(const PagingState&) const {
    Sentence s;
    s << pages_text(pages) << ": ";
    if (not_mapped != 0) return s << not_mapped << " of them not mapped.";
    if (jumps == 0) return s << "physically contiguous.";
    return s << "contiguous in virtual memory, in " << (jumps + 1)
             << " pieces in physical memory. The first break is at page " << first_break << '.';
}

}  // namespace pageframe
