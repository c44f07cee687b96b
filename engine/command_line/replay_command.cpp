// pageframe replay: recordings of a real kernel, one line each.
#include "engine/command_line/command_line.h"
#include "engine/replay/replay.h"
#include "engine/replay/slab_recording.h"
#include "engine/replay/vmalloc_recording.h"

namespace pageframe::command_line {
namespace {

/// Each subsystem knows its own recordings by their records.
std::optional<ReplayReport> replay_any(std::string text, RecordingError& error) {
    if (looks_like_slab_recording(text)) return replay_slab(text, error);
    if (looks_like_vmalloc_recording(text)) return replay_vmalloc(text, error);
    const auto recording = parse_recording(std::move(text), error);
    return recording ? replay(*recording, error) : std::nullopt;
}

bool replay_text(std::string_view path, std::string text, Console& console) {
    RecordingError error;
    const auto report = replay_any(std::move(text), error);
    if (!report) {
        console.write_error(std::string(path) + ":" + std::to_string(error.line) + ":1: " + error.message + "\n");
        return false;
    }
    console.write(name_of(path) + ": " + summary_text(*report) + "\n");
    if (report->difference) console.write(difference_text(*report->difference));
    return report->all_equal();
}

}  // namespace

int replay_command(Words words, Console& console) {
    if (words.empty()) return usage_error(console, "replay wants a recording");
    int code = success;
    for (std::string_view word : words) {
        if (word.size() > 1 && word[0] == '-') return usage_error(console, "replay has no option " + std::string(word));
        std::string text;
        if (!read_text(word, text, console)) {
            code = no_input;
            continue;
        }
        if (!replay_text(word, std::move(text), console) && code == success) code = failure;
    }
    return code;
}

}  // namespace pageframe::command_line
