// Any bytes as a recording: read, loaded, replayed, printed. The text comes from strangers' links and files.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "engine/buddy/buddy_check.h"
#include "engine/proc/proc.h"
#include "engine/replay/replay.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace pageframe;
    RecordingError error;
    const auto recording = parse_recording(std::string(reinterpret_cast<const char*>(data), size), error);
    if (!recording) return 0;
    const auto state = initial_state(*recording, std::make_shared<ChunkPool>(), error);
    if (!state) return 0;
    pagetypeinfo(*state);
    zoneinfo(*state);
    const auto report = replay(*recording, error, {.check_every = 1});
    if (report && report->difference && report->difference->what == "the engine's invariants") std::abort();
    return 0;
}
