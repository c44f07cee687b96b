// pageframe run: a text's run, and what is asked of the state that it leads to.
#include <optional>
#include <vector>

#include "engine/command_line/command_line.h"
#include "engine/replay/line.h"
#include "engine/session/printout.h"

namespace pageframe::command_line {
namespace {

std::string near_printout(std::string_view name) {
    std::vector<std::string_view> names;
    for (const Printout& printout : printouts()) names.push_back(printout.name);
    return near_name(name, names);
}

struct Options {
    std::string_view file;
    std::optional<Position> at;
    std::vector<const Printout*> prints;
};

/// "3": operation 3 is complete; "3.2": of operation 3, two events have been applied.
bool read_position(std::string_view text, Position& position) {
    std::string_view operation = text, event;
    const bool inside = split_at(text, '.', operation, event);
    position = {};
    if (!parse_number(operation, position.operation)) return false;
    if (!inside) return true;
    if (position.operation == 0 || !parse_number(event, position.event)) return false;
    --position.operation;
    return true;
}

/// The names after --print: all that are one. At least one must be there.
int read_prints(Words words, std::size_t& index, Options& options, Console& console) {
    const std::size_t first = index + 1;
    while (index + 1 < words.size() && find_printout(words[index + 1]) != nullptr)
        options.prints.push_back(find_printout(words[++index]));
    if (index >= first) return success;
    if (first >= words.size()) return usage_error(console, "--print wants the name of what is to be printed");
    return usage_error(console, "--print knows no \"" + std::string(words[first]) + "\"" + near_printout(words[first]));
}

int read_options(Words words, Options& options, Console& console) {
    constexpr std::string_view names[] = {"--at", "--print"};
    for (std::size_t index = 0; index < words.size(); ++index) {
        const std::string_view word = words[index];
        if (word == "--print") {
            if (const int code = read_prints(words, index, options, console); code != success) return code;
        } else if (word == "--at") {
            if (index + 1 == words.size() || !read_position(words[++index], options.at.emplace()))
                return usage_error(console, "--at wants OP or OP.EVENT, as in --at 3 or --at 3.2");
        } else if (word.size() > 1 && word[0] == '-') {
            return usage_error(console, "run has no option " + std::string(word) + near_name(word, names));
        } else if (options.file.empty()) {
            options.file = word;
        } else {
            return usage_error(console, "run takes one file, and \"" + std::string(word) + "\" is a second" +
                                            near_printout(word));
        }
    }
    if (options.file.empty()) return usage_error(console, "run wants a file");
    return success;
}

/// Goes to the wanted position, with a word on stderr when the run has no such place.
void seek(Session& session, const Options& options, Console& console) {
    Timeline& timeline = session.timeline();
    const OperationNumber count = timeline.operation_count();
    const Position wanted = options.at.value_or(Position{count, 0});
    timeline.seek(wanted);
    if (wanted.operation + (wanted.event != 0 ? 1U : 0U) > count)
        console.write_error("pageframe: the run has " + std::to_string(count) + " operations; this is its end\n");
}

void print_all(Session& session, const Options& options, Console& console) {
    seek(session, options, console);
    auto prints = options.prints;
    if (prints.empty()) prints.push_back(find_printout("operations"));
    for (const Printout* printout : prints) {
        if (prints.size() > 1) console.write("== " + std::string(printout->name) + "\n");
        printout->print(session, [&console](std::string_view text) { console.write(text); });
    }
}

}  // namespace

int run_command(Words words, Console& console) {
    Options options;
    if (const int code = read_options(words, options, console); code != success) return code;
    std::string text;
    if (!read_text(options.file, text, console)) return no_input;
    const auto session = Session::from_text(std::move(text));
    const std::string file = options.file == "-" ? "stdin" : std::string(options.file);
    for (const Diagnostic& error : session->errors()) console.write_error(format_diagnostic(file, error) + "\n");
    if (!session->errors().empty()) return failure;
    print_all(*session, options, console);
    if (!session->stop()) return success;
    console.write_error(format_diagnostic(file, *session->stop()) + "\n");
    return stopped;
}

}  // namespace pageframe::command_line
