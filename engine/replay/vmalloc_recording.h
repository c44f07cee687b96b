// Recordings of vmalloc: lets the engine do what a recording's kernel did, and compares every address, the
// count of lazily freed pages after each operation, and every list of areas.
//
//     # ... VMALLOC_START=ffffc90000000000 ...
//     BUSYAREAS before / BA start end pages      areas in use, by address
//     FREEAREAS before / FA start end pages      free areas; then "# n free areas, lazy_nr="
//     A op api bytes address pfns=... lazy=      what was got
//     F op ref address bytes vfree|vunmap|vm_unmap_ram lazy=
//     PURGE op                                   vm_unmap_aliases()
//
// A recording does not hold the page allocator's lists: frames of vmalloc'ed areas are the model's own, and
// not compared; vmap() gets the frames that the recording names. Nor does it hold the shape of the tree of
// free areas, which decides where an aligned request (vmalloc_huge(), a block of vm_map_ram()) goes when
// several areas fit: such a request goes where the recording says, if some shape could have sent it there.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/chunk_pool.h"
#include "engine/replay/replay.h"

namespace pageframe {

/// An A, F or PURGE line with the operations that do it.
struct VmallocStep {
    std::uint32_t line = 0;
    std::string text;       ///< "vmalloc(4096)", for a reader
    std::size_t first = 0;  ///< of `operations`; the last of them gives the result
    std::size_t count = 0;
    std::uint64_t address = 0;  ///< what it got, of an A
    bool gives_address = false;
    std::optional<std::uint64_t> lazy_pages;
    std::string not_modelled;  ///< the api's name, when there is no such operation here
};

struct RecordedAreas {
    struct Area {
        std::uint64_t start = 0;
        std::uint64_t end = 0;
        bool operator==(const Area&) const = default;
    };
    std::uint32_t line = 0;
    std::string tag;
    bool busy = false;
    std::size_t after_steps = 0;
    std::vector<Area> areas;
    std::optional<std::uint64_t> lazy_pages;
};

struct VmallocRecording {
    std::vector<RecordedAreas> dumps;
    std::vector<VmallocStep> steps;
    std::vector<Operation> operations;
};

bool looks_like_vmalloc_recording(std::string_view text);
std::optional<VmallocRecording> parse_vmalloc_recording(std::string_view text, RecordingError& error);
/// A machine of 256 MiB whose areas are those of the recording's first lists.
std::optional<State> vmalloc_initial_state(const VmallocRecording& recording, std::shared_ptr<ChunkPool> pool,
                                           RecordingError& error);
/// Runs all of it, also past a difference. Results are addresses and counts of lazy pages.
std::optional<ReplayReport> replay_vmalloc(std::string_view text, RecordingError& error, ReplayOptions options = {});

}  // namespace pageframe
