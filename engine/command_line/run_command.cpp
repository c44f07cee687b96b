// pageframe run: a text's run, and what is asked of the state that it leads to.
#include <algorithm>
#include <cstdio>
#include <optional>
#include <vector>

#include "engine/command_line/command_line.h"
#include "engine/machine/events.h"
#include "engine/proc/proc.h"
#include "engine/replay/line.h"
#include "engine/session/session.h"

namespace pageframe::command_line {
namespace {

/// The operations up to a position, each with what `detail` says of it.
template <class Detail>
std::string for_each_operation(Session& session, Position end, Detail detail) {
    std::string text;
    const OperationNumber count = end.operation + (end.event != 0 ? 1 : 0);
    for (OperationNumber number = 0; number < count; ++number) {
        text += std::to_string(number + 1) + ' ' + session.call_text(number) + '\n';
        detail(text, number);
    }
    return text;
}

std::string operations_text(Session& session, Position end) {
    return for_each_operation(session, end, [&](std::string& text, OperationNumber number) {
        text += "    " + session.summary_of(number).plain() + '\n';
    });
}

std::string events_text(Session& session, Position end) {
    return for_each_operation(session, end, [&](std::string& text, OperationNumber number) {
        const auto events = session.timeline().events_of(number);
        State state = session.timeline().state_before(number);
        const std::size_t count =
            number == end.operation ? std::min<std::size_t>(end.event, events.size()) : events.size();
        for (std::size_t i = 0; i < count; ++i) {
            const std::string_view function = event_function(events[i]);
            text += "  " + std::to_string(number + 1) + '.' + std::to_string(i + 1) + ' ';
            text += std::string(event_name(events[i])) + ": " + event_sentence(events[i], state).plain();
            text += function.empty() ? "\n" : " [" + std::string(function) + "]\n";
            apply_event(events[i], state);
        }
    });
}

std::string hash_text(Session& session, Position) {
    char digits[24];
    std::snprintf(digits, sizeof digits, "%016llx\n",
                  static_cast<unsigned long long>(hash_state(session.timeline().state())));
    return digits;
}

template <std::string (*print)(const State&)>
std::string state_text(Session& session, Position) {
    return print(session.timeline().state());
}

struct Printout {
    std::string_view name;
    std::string (*print)(Session& session, Position position);
};

constexpr Printout printouts[] = {
    {"buddyinfo", state_text<buddyinfo>},
    {"pagetypeinfo", state_text<pagetypeinfo>},
    {"zoneinfo", state_text<zoneinfo>},
    {"unusable_index", state_text<unusable_index>},
    {"extfrag_index", state_text<extfrag_index>},
    {"operations", operations_text},
    {"events", events_text},
    {"hash", hash_text},
};

const Printout* find_printout(std::string_view name) {
    const auto* found = std::find_if(std::begin(printouts), std::end(printouts),
                                     [name](const Printout& printout) { return printout.name == name; });
    return found == std::end(printouts) ? nullptr : found;
}

std::string near_printout(std::string_view name) {
    std::vector<std::string_view> names;
    for (const Printout& printout : printouts) names.push_back(printout.name);
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
int read_prints(Words words, std::size_t& index, Options& options) {
    const std::size_t first = index + 1;
    while (index + 1 < words.size() && find_printout(words[index + 1]) != nullptr)
        options.prints.push_back(find_printout(words[++index]));
    if (index >= first) return success;
    if (first >= words.size()) return usage_error("--print wants the name of what is to be printed");
    return usage_error("--print knows no \"" + std::string(words[first]) + "\"" + near_printout(words[first]));
}

int read_options(Words words, Options& options) {
    constexpr std::string_view names[] = {"--at", "--print"};
    for (std::size_t index = 0; index < words.size(); ++index) {
        const std::string_view word = words[index];
        if (word == "--print") {
            if (const int code = read_prints(words, index, options); code != success) return code;
        } else if (word == "--at") {
            if (index + 1 == words.size() || !read_position(words[++index], options.at.emplace()))
                return usage_error("--at wants OP or OP.EVENT, as in --at 3 or --at 3.2");
        } else if (word.size() > 1 && word[0] == '-') {
            return usage_error("run has no option " + std::string(word) + near_name(word, names));
        } else if (options.file.empty()) {
            options.file = word;
        } else {
            return usage_error("run takes one file, and \"" + std::string(word) + "\" is a second" +
                               near_printout(word));
        }
    }
    if (options.file.empty()) return usage_error("run wants a file");
    return success;
}

/// The wanted position, and a word on stderr when the run has no such place.
Position seek(Session& session, const Options& options) {
    Timeline& timeline = session.timeline();
    const Position wanted = options.at.value_or(Position{timeline.operation_count(), 0});
    timeline.seek(wanted);
    const Position reached = timeline.position();
    const bool operation_exists = wanted.operation + (wanted.event != 0 ? 1U : 0U) <= timeline.operation_count();
    if (!operation_exists)
        write_error("pageframe: the run has " + std::to_string(timeline.operation_count()) +
                    " operations; this is its end\n");
    return reached;
}

void print_all(Session& session, const Options& options) {
    const Position position = seek(session, options);
    auto prints = options.prints;
    if (prints.empty()) prints.push_back(find_printout("operations"));
    for (const Printout* printout : prints) {
        if (prints.size() > 1) write("== " + std::string(printout->name) + "\n");
        write(printout->print(session, position));
    }
}

}  // namespace

int run_command(Words words) {
    Options options;
    if (const int code = read_options(words, options); code != success) return code;
    std::string text;
    if (!read_text(options.file, text)) return no_input;
    const auto session = Session::from_text(std::move(text));
    const std::string file = options.file == "-" ? "stdin" : std::string(options.file);
    for (const Diagnostic& error : session->errors()) write_error(format_diagnostic(file, error) + "\n");
    if (!session->errors().empty()) return failure;
    print_all(*session, options);
    if (!session->stop()) return success;
    write_error(format_diagnostic(file, *session->stop()) + "\n");
    return stopped;
}

}  // namespace pageframe::command_line
