// A slab recording's sequence as a run: a machine with the recorded cache, and the recorded calls on it.
//
//     C, CPUNODE, RANDOMSEQ  -->  a machine as it starts, with the cache
//     A, AN, F, AB, FB, FL   -->  operations, appended to a timeline one by one
//
// What the recording says: which CPU does what, and which object it gives back. What it does not say is what
// the page allocator's lists looked like, so that new slabs lie where this machine has room, and where in a
// random sequence a new freelist begins is drawn afresh. All else comes out as it did there, and
// tests/replay/slab_run_test.cpp compares every list after every call.
//
// Left out: marks such as "# drain", which are no calls.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "engine/machine/configuration.h"
#include "engine/machine/state.h"
#include "engine/replay/recording.h"
#include "engine/timeline/timeline.h"

namespace pageframe {

/// True for a recording of a sequence, not of geometry or kmalloc's classes.
bool looks_like_slab_sequence(std::string_view text);

struct SlabRun {
    MachineConfiguration configuration;
    std::unique_ptr<Timeline> timeline;
};

/// Called at every S line with the state that the run has reached.
using SlabRunObserver = std::function<void(std::string_view recorded, const State& state)>;

/// Runs the sequence. Nothing when the text does not fit, with the reason in `error`.
std::optional<SlabRun> run_slab_sequence(std::string_view text, TimelineLimits limits, RecordingError& error,
                                         const SlabRunObserver& observer = {});

}  // namespace pageframe
