// Which command the first word means; help and version.
#include <vector>

#include "engine/command_line/command_line.h"
#include "engine/scenario/scenario.h"

namespace pageframe::command_line {
namespace {

constexpr const char* help = R"(pageframe: how Linux manages memory, without the picture

  pageframe run FILE [--at OP[.EVENT]] [--print WHAT...]
      Runs a scenario (or a recording) and prints the state it leads to.
      --at 3      the state after operation 3; --at 3.2: after the second event of operation 3
      --print     one or more of
          buddyinfo pagetypeinfo zoneinfo vmallocinfo slabinfo    as in /proc
          unusable_index extfrag_index        as in /sys/kernel/debug/extfrag
          operations                          every operation and what came of it (the default)
          events                              every event of every operation
          hash                                the state's hash
      Ends with 0; 1: errors in the text; 2: the run stopped before its end, at a bound or an error.

  pageframe check FILE...
      Prints the errors of a scenario or a recording as FILE:LINE:COLUMN: MESSAGE. Ends with 0 or 1.

  pageframe replay RECORDING... [--slub_min_order N] [--slub_max_order N] [--slub_min_objects N]
                                [--slub_debug LETTERS,NAMES;...]
      Lets the engine do what a recorded kernel did, and compares every result and every state.
      The options are those of the kernel's command line, for recordings of slab caches that don't say
      them. Ends with 0 when all is equal; 1 and the first difference otherwise.

  pageframe tlb TRACE [--itlb E,W] [--dtlb E,W] [--stlb E,W] [--replacement lru|plru|random] [--seed N]
      Reads what valgrind --tool=lackey --trace-mem=yes wrote (plain or gzipped) and counts the misses of
      a first-level instruction TLB, a first-level data TLB and a shared second level, each of E entries in
      W ways, 4 KiB pages. Without the options: 64,4 64,4 1536,6, lru.

  pageframe --help | --version

FILE may be - for standard input.
)";

struct Command {
    std::string_view name;
    int (*run)(Words words, Console& console);
};

int print_help(Words, Console& console) {
    console.write(help);
    return success;
}

int print_version(Words, Console& console) {
    console.write("pageframe 0.1 (scenario language " + std::to_string(language_version) + ", Linux 6.1)\n");
    return success;
}

constexpr Command commands[] = {
    {"run", run_command},   {"check", check_command}, {"replay", replay_command},
    {"tlb", tlb_command},   {"help", print_help},     {"version", print_version},
    {"--help", print_help}, {"-h", print_help},       {"--version", print_version},
};

}  // namespace

int dispatch(Words words, Console& console) {
    if (words.empty()) {
        console.write_error(help);
        return wrong_usage;
    }
    std::vector<std::string_view> names;
    for (const Command& command : commands) {
        if (words[0] == command.name) return command.run(words.subspan(1), console);
        names.push_back(command.name);
    }
    return usage_error(console, "no such command: " + std::string(words[0]) + near_name(words[0], names));
}

}  // namespace pageframe::command_line
