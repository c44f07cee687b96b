// pageframe check: what is wrong with a text, without running it.
#include "engine/command_line/command_line.h"
#include "engine/replay/recording.h"
#include "engine/replay/slab_recording.h"
#include "engine/replay/vmalloc_recording.h"
#include "engine/scenario/scenario.h"

namespace pageframe::command_line {
namespace {

/// True when the text has no errors.
bool check_recording(const std::string& file, std::string text, Console& console) {
    RecordingError error;
    if (looks_like_slab_recording(text)) {
        if (replay_slab(text, error)) return true;
    } else if (looks_like_vmalloc_recording(text)) {
        const auto recording = parse_vmalloc_recording(text, error);
        if (recording && vmalloc_initial_state(*recording, std::make_shared<ChunkPool>(), error)) return true;
    } else {
        const auto recording = parse_recording(std::move(text), error);
        if (recording && initial_state(*recording, std::make_shared<ChunkPool>(), error)) return true;
    }
    console.write(format_diagnostic(file, {error.line, 1, 1, error.message, {}}) + "\n");
    return false;
}

bool check_scenario(const std::string& file, const std::string& text, Console& console) {
    const Scenario scenario = Scenario::read(text);
    for (const Diagnostic& error : scenario.errors()) console.write(format_diagnostic(file, error) + "\n");
    for (Diagnostic warning : scenario.warnings()) {
        warning.message.insert(0, "warning: ");
        console.write(format_diagnostic(file, warning) + "\n");
    }
    return scenario.valid();
}

}  // namespace

int check_command(Words words, Console& console) {
    if (words.empty()) return usage_error(console, "check wants a file");
    int code = success;
    for (std::string_view word : words) {
        if (word.size() > 1 && word[0] == '-') return usage_error(console, "check has no option " + std::string(word));
        std::string text;
        if (!read_text(word, text, console)) return no_input;
        const std::string file = word == "-" ? "stdin" : std::string(word);
        const bool right = looks_like_recording(text) ? check_recording(file, std::move(text), console)
                                                      : check_scenario(file, text, console);
        if (!right) code = failure;
    }
    return code;
}

}  // namespace pageframe::command_line
