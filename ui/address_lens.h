// One address on every level: from where it lies in the address space down to the zone and node, each level
// within the one above it.
//
//     ffffc900 00001 234      vmalloc and ioremap
//       v + 0x1234            3 pages and a guard page, page 1
//         PGD 402, PUD 0 ...  read and write, accessed, dirty
//           frame 4098        physical 1002234
//             order 0         taken by operation 1: v = vmalloc(12288)
//               pageblock 8   unmovable
//                 zone DMA32
//
// A frame of a slab has the object and the slab in between. Nothing is accessed: tables are read as they are.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ui/access.h"
#include "ui/slab_focus.h"

namespace pageframe::ui {

struct LensLevel {
    std::string text;
    std::string detail;
    Role role = Role::plain;
    std::uint64_t address = no_address;  ///< picking the level picks this address,
    Pfn pfn = no_pfn;                    ///< or else this frame
};

struct Lens {
    std::uint64_t address = no_address;
    std::vector<LensLevel> levels;  ///< each within the one before it
};

/// What a reader types: "0xffffc90000001234", "ffffc900 00001 234", "pfn 4098", "4098", "phys 1002234", "v + 0x40".
struct LensQuery {
    std::uint64_t address = no_address;
    std::string problem;  ///< why it is none of these; empty: it is one
};
LensQuery read_lens_query(std::string_view text, const State& state, const Session& session);

/// `space`: whose tables are asked first; where it maps nothing, the others' are asked.
Lens look_through(const State& state, const Session& session, std::uint64_t address, SpaceId space);

/// The address to look at when nobody types one: what is picked, else the step's.
std::uint64_t address_to_look_at(const Playback& playback, const Highlighting& highlight, const SlabFocus& slabs);

}  // namespace pageframe::ui
