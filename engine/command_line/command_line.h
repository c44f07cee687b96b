// The command-line tool: the engine without a picture, natively and (the same program) under node.
//
//     pageframe run FILE [--at OP[.EVENT]] [--print WHAT...]
//     pageframe check FILE...
//     pageframe replay RECORDING... [--slub_debug FZP] [--slub_min_order N] ...
//     pageframe tlb TRACE [--itlb E,W] [--dtlb E,W] [--stlb E,W] [--replacement R] [--seed N]
//
// Each command is a function from its words to an exit code. What was asked for goes to stdout, what went
// wrong to stderr, except that `check` is asked for what is wrong.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace pageframe::command_line {

enum ExitCode : int {
    success = 0,
    failure = 1,       ///< errors in a text; results that differ
    stopped = 2,       ///< a run ended before its text did: a bound, a run-time error
    wrong_usage = 64,  ///< as <sysexits.h> has it
    no_input = 66,
};

using Words = std::span<const std::string_view>;

/// Where a command's words go: the terminal, or a test.
class Console {
public:
    virtual ~Console() = default;
    virtual void write(std::string_view text) = 0;
    virtual void write_error(std::string_view text) = 0;
};

/// The whole tool: `words` without the program's name.
int dispatch(Words words, Console& console);

int run_command(Words words, Console& console);
int check_command(Words words, Console& console);
int replay_command(Words words, Console& console);
int tlb_command(Words words, Console& console);

/// The whole file, or all of stdin for "-"; decompressed when it is gzip. False with a message when it
/// can't be read.
bool read_text(std::string_view path, std::string& text, Console& console);
/// What a reader knows a file by: its name without folders; "stdin" for "-".
std::string name_of(std::string_view path);

/// "pageframe: message" on stderr, and the exit code for a wrong use.
int usage_error(Console& console, const std::string& message);
/// ": did you mean --print?", or nothing when no candidate is near.
std::string near_name(std::string_view meant, std::span<const std::string_view> candidates);

}  // namespace pageframe::command_line
