// The parts of a walk's picture: fields, tables, the frame or the fault, and the rows of entries.
#pragma once

#include "ui/access.h"
#include "ui/view.h"
#include "ui/views/walk_layout.h"

namespace pageframe::ui {

/// One access, and what the tables say of its address at this moment.
struct WalkPicture {
    const ViewContext& context;
    const Access& access;
    const WalkResult& tables;
    const WalkLayout& layout;
    float part;  ///< of 1: how far the arrow of this step has come

    /// The table of a level, as the walk met it; no_pfn: none.
    Pfn table(Level level) const;
    std::uint64_t entry(Level level) const;
    /// Has the walk got there, or is nobody walking and the table there?
    bool reached(Level level) const;
    /// Does this level lead on: a present entry that was read?
    bool leads_on(Level level) const { return reached(level) && (entry(level) & pte::present); }
    bool mapped() const { return layout.last <= top_level && leads_on(layout.last); }
    bool done() const { return access.physical.has_value(); }
};

void draw_fields(const WalkPicture& picture);
/// What the TLB said, between the fields and the tables.
void draw_tlb_band(const WalkPicture& picture);
void draw_tables(const WalkPicture& picture);
void draw_arrows(const WalkPicture& picture);
/// The frame that it leads to, or the fault.
void draw_outcome(const WalkPicture& picture);
void draw_entry_rows(const WalkPicture& picture);
/// Instead of tables: virtual minus an offset is physical.
void draw_direct_map(const WalkPicture& picture);

/// "80000000 06b81 163"
std::string grouped_entry(std::uint64_t entry);
/// What an entry is, line by line, for a tooltip.
std::vector<std::string> describe_entry(Level level, unsigned index, Pfn table, std::uint64_t entry,
                                        std::uint64_t first_address);
/// The first address that entry `index` of this level is responsible for, in the table that `address` uses.
std::uint64_t address_of_entry(std::uint64_t address, Level level, unsigned index);
/// "0 1011 0000", or without spaces.
std::string bits_of(unsigned value, unsigned bits, bool grouped);

}  // namespace pageframe::ui
