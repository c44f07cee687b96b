// pageframe replay: recordings of a real kernel, one line each.
#include <algorithm>
#include <array>
#include <vector>

#include "engine/command_line/command_line.h"
#include "engine/replay/line.h"
#include "engine/replay/replay.h"
#include "engine/replay/slab_recording.h"
#include "engine/replay/vmalloc_recording.h"

namespace pageframe::command_line {
namespace {

/// Each subsystem knows its own recordings by their records.
std::optional<ReplayReport> replay_any(std::string text, RecordingError& error, const KnownSlubOptions& known) {
    if (looks_like_slab_recording(text)) return replay_slab(text, error, known);
    if (looks_like_vmalloc_recording(text)) return replay_vmalloc(text, error);
    const auto recording = parse_recording(std::move(text), error);
    return recording ? replay(*recording, error) : std::nullopt;
}

bool replay_text(std::string_view path, std::string text, const KnownSlubOptions& known, Console& console) {
    RecordingError error;
    const auto report = replay_any(std::move(text), error, known);
    if (!report) {
        console.write_error(std::string(path) + ":" + std::to_string(error.line) + ":1: " + error.message + "\n");
        return false;
    }
    console.write(name_of(path) + ": " + summary_text(*report) + "\n");
    if (report->difference) console.write(difference_text(*report->difference));
    return report->all_equal();
}

/// The option and its value; what is wrong with it, or nothing.
std::string take_option(std::string_view option, std::string_view value, KnownSlubOptions& known) {
    if (option == "--slub_debug") {
        const char wrong = parse_slub_debug(value, known.debug.emplace());
        return wrong == '\0' ? "" : "--slub_debug has no letter '" + std::string(1, wrong) + "'";
    }
    for (std::size_t i = 0; i < std::size(slub_numbers); ++i) {
        const SlubNumber& number = slub_numbers[i];
        if (option.substr(2) != number.name) continue;
        if (!parse_number(value, known.numbers[i].emplace()) || *known.numbers[i] > number.most)
            return std::string(option) + " is 0 to " + std::to_string(number.most);
    }
    return {};
}

}  // namespace

int replay_command(Words words, Console& console) {
    constexpr std::array<std::string_view, 4> options = {"--slub_min_order", "--slub_max_order", "--slub_min_objects",
                                                         "--slub_debug"};
    std::vector<std::string_view> files;
    KnownSlubOptions known;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view word = words[i];
        if (word.size() < 2 || word[0] != '-') {
            files.push_back(word);
            continue;
        }
        if (std::find(options.begin(), options.end(), word) == options.end())
            return usage_error(console, "replay has no option " + std::string(word) + near_name(word, options));
        if (++i == words.size()) return usage_error(console, std::string(word) + " wants a value");
        const std::string problem = take_option(word, words[i], known);
        if (!problem.empty()) return usage_error(console, problem);
    }
    if (files.empty()) return usage_error(console, "replay wants a recording");
    int code = success;
    for (std::string_view word : files) {
        std::string text;
        if (!read_text(word, text, console)) {
            code = no_input;
            continue;
        }
        if (!replay_text(word, std::move(text), known, console) && code == success) code = failure;
    }
    return code;
}

}  // namespace pageframe::command_line
