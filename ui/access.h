// What a step says about one address: which one it is about, and how far its translation has come.
//
//     events of the operation so far:  MissEntry  MissEntry  CountWalk  WalkStep  WalkStep ...
//                                      \______ those of one address, the last one ______/
//                                                             |
//                                       missed, hit, read levels, fills, fault, physical address
//
// The walk, the TLB and the address lens show the same access: this is where they learn which one.
#pragma once

#include <optional>
#include <vector>

#include "engine/machine/events.h"
#include "engine/tlb/tlb_events.h"
#include "ui/highlight.h"
#include "ui/playback.h"

namespace pageframe::ui {

/// Why this address is shown.
enum class AddressSource : std::uint8_t {
    nothing,   ///< there is none
    step,      ///< the step is about it
    selected,  ///< the reader picked it
    earlier,   ///< an operation before the step was about it
};

/// How far a walk of this address has come in this step.
enum class WalkProgress : std::uint8_t {
    none,     ///< nobody walks: the tables are shown as they are
    avoided,  ///< the TLB had the translation
    begun,    ///< level by level: those in `read`
};

struct Access {
    std::uint64_t address = no_address;
    AddressSource source = AddressSource::nothing;
    CpuId cpu = 0;
    SpaceId space = kernel_space;
    std::optional<AccessKind> kind;

    WalkProgress progress = WalkProgress::none;
    std::array<std::optional<WalkStep>, top_level + 1> read;  ///< by level: what the walk has read
    std::optional<Level> reading;                             ///< the level that this very step reads or writes
    bool by_processor = false;                                ///< the MMU walks, not the kernel in software
    bool from_cache = false;                                  ///< the paging-structure cache knew the last table
    bool direct_map = false;                                  ///< of the direct map: no tables

    std::uint8_t missed = 0;  ///< a bit for each TLB structure that was asked and did not have it
    std::optional<UseEntry> hit;
    std::vector<FillEntry> fills;
    bool stale = false;
    std::optional<PageFault> fault;
    std::optional<std::uint64_t> physical;  ///< once the access has got there
    std::optional<std::uint64_t> value;     ///< loaded or stored
};

/// The access that the step shown is about, or the address that was picked.
Access access_of(const Playback& playback, const Highlighting& highlight);

/// "DTLB 4K", "STLB 4K 2M": short enough for a label.
std::string short_structure_name(const TlbStructure& structure);

/// "ffffc900 00001 234" is read more easily: the address in groups, as views show it.
std::string grouped_address(std::uint64_t address);

}  // namespace pageframe::ui
