// The records that the three kinds of slab recordings share.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/replay/line.h"
#include "engine/replay/slab_recording.h"
#include "engine/slab/slab.h"

namespace pageframe {

/// A C line: what was asked for, and what came of it.
struct RecordedCache {
    std::string name;
    CacheRequest request;
    CacheGeometry geometry;
    std::int32_t refcount = 1;
    std::uint32_t line = 0;
};

/// False when the line does not fit.
bool read_cache(const Line& line, RecordedCache& cache);

/// All numbers of a geometry as the C line writes them, for comparing and for telling.
std::string geometry_text(const CacheGeometry& geometry);

/// "# slub_min_order=0 slub_max_order=3 slub_min_objects=0", in a recording's head.
void read_slub_options(const Line& line, SlubOptions& options);
/// What is known otherwise, over what the head said.
void add_known(const KnownSlubOptions& known, SlubOptions& options);

/// Calls visit(line) for each line of the text, until it says false.
template <class Visit>
void for_each_line(std::string_view text, Visit visit) {
    Line line;
    for (std::uint32_t number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        std::string_view content = text.substr(0, end);
        if (content.ends_with('\r')) content.remove_suffix(1);
        line.assign(content, number);
        if (!visit(line)) return;
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + 1);
    }
}

std::optional<ReplayReport> replay_geometry(std::string_view text, RecordingError& error,
                                            const KnownSlubOptions& known);
std::optional<ReplayReport> replay_sequence(std::string_view text, RecordingError& error,
                                            const KnownSlubOptions& known);
std::optional<ReplayReport> replay_kmalloc(std::string_view text, RecordingError& error);

}  // namespace pageframe
