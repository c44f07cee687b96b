// Recordings of the slab allocator: lets the engine do what a recording's kernel did, and compares.
//
//     C name req_size= ... : object_size= ...      geometry: every number of every cache
//     MERGE om-20 -> lsm_file_cache                which cache a new one became another name of
//     A 0 c0 ffff888005208000 21000 0 n0           sequence: which object, and after it
//     S slabs=1 objs=31 c0=21000/31/31 lf=1,2 ...  every CPU's and every node's lists
//     K GFP_KERNEL 9 16 ksize=16 cache=kmalloc-16  kmalloc: class and usable size
//
// A sequence does not say what the page allocator's lists look like: the frames of a new slab are taken
// from the recording, as is the place in the random sequence (RANDOMSEQ) where its freelist begins. All
// else is the engine's: whether a new slab is needed at all, each object's index, every list.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "engine/replay/replay.h"
#include "engine/slab/slub_options.h"

namespace pageframe {

/// What the recorded kernel's command line had, as far as it is known otherwise: it goes before what the head says.
struct KnownSlubOptions {
    std::array<std::optional<std::uint32_t>, std::size(slub_numbers)> numbers;
    std::optional<SlubDebug> debug;
};

/// True for a text that has the slab allocator's records.
bool looks_like_slab_recording(std::string_view text);

/// Runs all of it, also past a difference. Results are caches, operations or sizes; dumps are S lines.
/// Nothing when the text does not fit, with the reason in `error`.
std::optional<ReplayReport> replay_slab(std::string_view text, RecordingError& error,
                                        const KnownSlubOptions& known = {});

}  // namespace pageframe
