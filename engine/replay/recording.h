// A recording: what a real kernel's page allocator did, read from its text.
//
// A module in that kernel stopped everything else, wrote down the allocator's whole state, ran a sequence
// of operations, noted what each one got, and wrote the state down again:
//
//     # kernel 6.1.0 ... watermark_boost_factor=15000     settings
//     GFP 0 ATOMIC_UNMOV 0x2a20                           gfp values, by number
//     CPUNODE 0:0 1:0 2:1 3:1                             (several CPUs only)
//     ZONELIST n0 FALLBACK 1:DMA32(managed) ...           in which order a node's requests try the zones
//     DUMP initial ... ENDDUMP initial                    zones, lists in order, every frame
//     A 0 0 10 30720 m0 z0=3808/0/0 z1=36178/480/0        an operation, its result, counters after it
//     B 30720 1 0                                         a pageblock that changed its type in it
//     W 1 boost=512 ha=0 flags=0                          a zone that changed in it
//     DUMP ckpt500 ... ENDDUMP ckpt500                    the state in between, and at the end
//
// The text may come from anywhere: reading it never trusts a number, and the first thing that does not
// fit ends it with the line and what was expected. Recordings know a zone as 10 * node + kind; here it is
// the ZoneId that the engine gives it, the place of its ZONE line in the first dump.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/core/chunk_pool.h"
#include "engine/core/operation.h"
#include "engine/machine/state.h"

namespace pageframe {

/// What is wrong with a recording's text.
struct RecordingError {
    std::uint32_t line = 0;  ///< 1-based; 0: the text as a whole
    std::string message;
};

/// A page on a CPU's list, with the migrate type stored with it.
struct RecordedPage {
    Pfn pfn = no_pfn;
    Migratetype type{};
    bool operator==(const RecordedPage&) const = default;
};

/// PCP and PL lines: one CPU's share of a zone.
struct RecordedCpuPages {
    std::uint32_t line = 0;
    std::int32_t count = 0, high = 0, batch = 1, free_factor = 0, expire = 0;
    std::int32_t free_pages_differential = 0;
    std::int32_t other_differential = 0;
    std::array<std::vector<RecordedPage>, per_cpu_list_count> lists;
};

/// ZONE, NF, FL and BM lines, and the CPUs' shares.
struct RecordedZone {
    std::uint32_t line = 0;
    Zone fields;  ///< as the ZONE line has them; its lists stay empty
    std::int64_t exact_free_pages = 0;
    std::array<std::uint32_t, order_count> nr_free{};
    Order orders_counted = 0;  ///< NF lines
    std::array<std::array<std::vector<Pfn>, migratetype_count>, order_count> free_lists;
    std::vector<std::pair<Pfn, Migratetype>> pageblocks;
    std::vector<RecordedCpuPages> cpus;
};

/// A PM line: one character for each frame from `pfn` on.
struct RecordedFrames {
    std::uint32_t line = 0;
    ZoneId zone = 0;
    Pfn pfn = 0;
    std::size_t offset = 0;  ///< of the first character in the recording's text
    std::uint32_t count = 0;
};

struct RecordedDump {
    std::string tag;
    std::uint32_t line = 0;
    std::size_t after_steps = 0;  ///< steps done before it was written
    std::vector<RecordedZone> zones;
    std::vector<RecordedFrames> frames;  ///< some dumps have none
};

/// A z field: zone counters after the operation, the per-CPU ones of the CPU that ran it.
struct RecordedCounters {
    ZoneId zone = 0;
    std::int64_t free_pages = 0;
    std::int32_t per_cpu_count = 0, free_factor = 0;
    bool operator==(const RecordedCounters&) const = default;
};

struct RecordedPageblockChange {
    Pfn pfn = 0;
    Migratetype before{}, after{};
    auto operator<=>(const RecordedPageblockChange&) const = default;
};

struct RecordedZoneChange {
    ZoneId zone = 0;
    std::uint32_t boost = 0, highatomic = 0, flags = 0;
    bool operator==(const RecordedZoneChange&) const = default;
};

/// One operation of the recording with all that it left behind. `first_operation` and `operation_count`
/// say which of the recording's operations() it is: "allocate and split" is two calls.
struct RecordedStep {
    OperationNumber number = 0;  ///< as the recording counts
    std::uint32_t line = 0;
    OperationNumber first_operation = 0;
    std::uint8_t operation_count = 1;
    bool allocates = false;
    Pfn pfn = no_pfn;                 ///< what an allocation got
    std::optional<Migratetype> type;  ///< stored with that page after it
    std::vector<Pfn> pages;           ///< what a bulk allocation got
    std::vector<RecordedCounters> counters;
    std::vector<RecordedPageblockChange> pageblock_changes;
    std::vector<RecordedZoneChange> zone_changes;
};

struct Recording {
    std::string text;
    std::string kernel;  ///< "6.1.0-56-amd64"
    std::uint32_t watermark_boost_factor = 15000;
    std::vector<NodeId> cpu_node{0};
    bool several_cpus = false;  ///< operations name their CPU
    std::vector<NodeZonelists> zonelists;
    std::vector<unsigned> zone_numbers;  ///< by ZoneId: 10 * node + kind
    std::vector<std::optional<GfpFlags>> gfp_flags;
    /// By the recording's number: kernels without CMA count fewer types.
    std::vector<Migratetype> migratetypes;

    std::vector<RecordedDump> dumps;  ///< the first is the state that the operations start from
    std::vector<Operation> operations;
    std::vector<RecordedStep> steps;

    std::string_view characters(const RecordedFrames& frames) const {
        return std::string_view(text).substr(frames.offset, frames.count);
    }
    std::string_view line_text(std::uint32_t line) const;
};

/// True for a text that says at its head that it is a recording.
bool looks_like_recording(std::string_view text);

/// Reads a recording; nothing when the text does not fit, with the reason in `error`.
std::optional<Recording> parse_recording(std::string text, RecordingError& error);

/// The machine in the state of the recording's first dump; nothing when that dump contradicts itself.
std::optional<State> initial_state(const Recording& recording, std::shared_ptr<ChunkPool> pool, RecordingError& error);

/// Larger pfns are taken for damage: 32 GiB of address space, twice the largest machine.
inline constexpr Pfn largest_recorded_pfn = Pfn{1} << 23;

}  // namespace pageframe
