#include "engine/replay/recording.h"

#include "engine/replay/recording_parser.h"

namespace pageframe {

bool looks_like_recording(std::string_view text) {
    if (text.starts_with("# kernel ")) return true;
    const std::string_view head = text.substr(0, 16384);
    return head.find("\nDUMP ") != std::string_view::npos && head.find("\nZONE ") != std::string_view::npos;
}

std::optional<Recording> parse_recording(std::string text, RecordingError& error) {
    Recording recording;
    recording.text = std::move(text);
    if (!RecordingParser(recording, error).read_all()) return std::nullopt;
    return recording;
}

std::string_view Recording::line_text(std::uint32_t line) const {
    std::string_view rest = text;
    for (std::uint32_t number = 1; number < line; ++number) {
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos) return {};
        rest.remove_prefix(end + 1);
    }
    rest = rest.substr(0, rest.find('\n'));
    if (rest.ends_with('\r')) rest.remove_suffix(1);
    return rest;
}

}  // namespace pageframe
