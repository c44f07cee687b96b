// Compares the engine's state with what a recording says of the kernel's: everything, in order.
#pragma once

#include <optional>
#include <string>

#include "engine/replay/recording.h"

namespace pageframe {

/// One thing that is not the same.
struct Mismatch {
    std::uint32_t line = 0;  ///< of the recording's text
    std::string what;        ///< "free list of zone DMA32, order 3, movable"
    std::string kernel;
    std::string model;
};

/// The first thing in which the state is not the dump's: every list in list order, every pageblock, every
/// counter, and every frame where the dump has a page map.
std::optional<Mismatch> compare_dump(const Recording& recording, const RecordedDump& dump, const State& state);

/// "zone DMA32", with the node where there are several: "zone DMA32 of node 1".
std::string zone_text(const BuddyState& buddy, ZoneId zone);

/// Before an operation: what its B and W lines are about.
struct StateBefore {
    explicit StateBefore(const State& state) : pageblocks(state.buddy.pageblocks), zones(zone_changes_of(state)) {}

    ChunkArray<Migratetype> pageblocks;
    std::vector<RecordedZoneChange> zones;

    static std::vector<RecordedZoneChange> zone_changes_of(const State& state);
};

/// The first thing that a step left otherwise than the recording says, its result apart: the stored
/// migrate type, the counters, the changed pageblocks and zones.
std::optional<Mismatch> compare_step(const Recording& recording, const RecordedStep& step, const StateBefore& before,
                                     const State& after);

}  // namespace pageframe
