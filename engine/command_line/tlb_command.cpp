// pageframe tlb: a program's references through TLBs of the shapes that were asked for, as a stream.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <vector>

#include "engine/command_line/command_line.h"
#include "engine/tlb/trace_replay.h"

namespace pageframe::command_line {
namespace {

constexpr std::array<std::string_view, 5> options = {"--itlb", "--dtlb", "--stlb", "--replacement", "--seed"};

bool parse_seed(std::string_view text, std::uint64_t& seed) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
    return error == std::errc{} && end == text.data() + text.size();
}

/// The option and its value into the settings; what is wrong with it, or nothing.
std::string take_option(std::string_view option, std::string_view value, TraceSettings& settings) {
    const std::string named(option);
    if (option == "--replacement")
        return parse_replacement(value, settings.replacement) ? "" : named + " is lru, plru or random";
    if (option == "--seed") return parse_seed(value, settings.seed) ? "" : named + " is a number";
    if (option == "--stlb")
        return parse_second_level(value, settings) ? ""
                                                   : named + " is ENTRIES,WAYS, or one for instructions and one for "
                                                             "data, such as 512,8/2048,16";
    TlbGeometry& geometry = option == "--itlb" ? settings.instructions : settings.data;
    return parse_geometry(value, geometry) ? "" : named + " is ENTRIES,WAYS, such as 64,4";
}

std::string settings_problem(const TraceSettings& settings) {
    const auto problems = shape_problems(settings);
    for (std::size_t i = 0; i < problems.size(); ++i)
        if (!problems[i].empty()) return std::string(options[i]) + ": " + problems[i];
    return {};
}

int replay_trace(std::string_view path, const TraceSettings& settings, Console& console) {
    const std::string name(path);
    std::FILE* file = path == "-" ? stdin : std::fopen(name.c_str(), "rb");
    if (file == nullptr) {
        console.write_error("pageframe: " + name + ": can't be opened\n");
        return no_input;
    }
    TraceReplay replay(settings);
    static constexpr std::size_t piece = 1U << 16;
    std::vector<std::uint8_t> buffer(piece);
    bool good = true;
    for (std::size_t got; good && (got = std::fread(buffer.data(), 1, piece, file)) != 0;)
        good = replay.feed(std::span<const std::uint8_t>(buffer.data(), got));
    const bool read = std::ferror(file) == 0;
    if (file != stdin) std::fclose(file);
    if (!read) {
        console.write_error("pageframe: " + name + ": can't be read\n");
        return no_input;
    }
    if (!replay.finish()) {
        console.write_error("pageframe: " + name_of(path) + ": " + replay.error() + "\n");
        return failure;
    }
    console.write(trace_summary(settings, replay.counts()) + "\n");
    return success;
}

}  // namespace

int tlb_command(Words words, Console& console) {
    TraceSettings settings;
    std::string_view path;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view word = words[i];
        if (word.size() > 1 && word[0] == '-') {
            if (std::find(options.begin(), options.end(), word) == options.end())
                return usage_error(console, "tlb has no option " + std::string(word) + near_name(word, options));
            if (++i == words.size()) return usage_error(console, std::string(word) + " wants a value");
            const std::string problem = take_option(word, words[i], settings);
            if (!problem.empty()) return usage_error(console, problem);
            continue;
        }
        if (!path.empty()) return usage_error(console, "tlb takes one trace");
        path = word;
    }
    if (path.empty()) return usage_error(console, "tlb wants a trace");
    const std::string problem = settings_problem(settings);
    if (!problem.empty()) return usage_error(console, problem);
    return replay_trace(path, settings, console);
}

}  // namespace pageframe::command_line
