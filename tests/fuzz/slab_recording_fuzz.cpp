// Any bytes as a recording of the slab allocator: replayed, and run as a session. No list may break.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "engine/replay/slab_recording.h"
#include "engine/replay/slab_run.h"
#include "engine/slab/slab_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace pageframe;
    const std::string text(reinterpret_cast<const char*>(data), size);
    if (!looks_like_slab_recording(text)) return 0;
    RecordingError error;
    const auto report = replay_slab(text, error);
    if (report && report->difference && report->difference->what == "the engine's invariants") std::abort();
    if (!looks_like_slab_sequence(text)) return 0;
    error = {};
    const auto run = run_slab_sequence(text, {}, error);
    if (run && !check_slab(run->timeline->end().slab).empty()) std::abort();
    return 0;
}
