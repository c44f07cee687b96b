// The command-line tool, word by word: what it prints, what it ends with.
#include "engine/command_line/command_line.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <sstream>
#include <vector>

#include "tests/oracle_files.h"

namespace pageframe::command_line {
namespace {

class Memory : public Console {
public:
    void write(std::string_view text) override { out += text; }
    void write_error(std::string_view text) override { errors += text; }
    std::string out, errors;
};

struct Outcome {
    int code = 0;
    std::string out, errors;
};

/// Runs the tool with words that spaces separate.
Outcome pageframe(const std::string& line) {
    std::vector<std::string> words;
    std::istringstream stream(line);
    for (std::string word; stream >> word;) words.push_back(word);
    const std::vector<std::string_view> views(words.begin(), words.end());
    Memory console;
    const int code = dispatch(views, console);
    return {code, console.out, console.errors};
}

/// A file of the running test's own: several may run at once.
std::string written(const std::string& name, const std::string& text) {
    const std::string running = testing::UnitTest::GetInstance()->current_test_info()->name();
    const std::string path = testing::TempDir() + "pageframe_" + running + "_" + name;
    std::FILE* file = std::fopen(path.c_str(), "wb");
    EXPECT_NE(file, nullptr);
    if (file == nullptr) return path;
    std::fwrite(text.data(), 1, text.size(), file);
    std::fclose(file);
    return path;
}

const std::string split = tests::source_path("tests/golden/split_and_merge.pf");

TEST(CommandLine, Help) {
    const Outcome help = pageframe("--help");
    EXPECT_EQ(help.code, success);
    for (const char* word : {"run FILE", "check FILE", "replay RECORDING", "--at", "--print"})
        EXPECT_NE(help.out.find(word), std::string::npos) << word;
    EXPECT_EQ(pageframe("--version").out.substr(0, 10), "pageframe ");
    EXPECT_EQ(pageframe("").code, wrong_usage);
}

TEST(CommandLine, WrongUseIsToldWithTheNearName) {
    const auto told = [](const std::string& line, const char* words) {
        const Outcome outcome = pageframe(line);
        EXPECT_EQ(outcome.code, wrong_usage) << line;
        EXPECT_NE(outcome.errors.find(words), std::string::npos) << line << ": " << outcome.errors;
        EXPECT_EQ(outcome.out, "") << line;
    };
    told("rnu x", "did you mean run?");
    told("--hlep", "did you mean --help?");
    told("run", "wants a file");
    told("run --prnit hash " + split, "did you mean --print?");
    told("run --print " + split, "--print knows no");
    told("run --print hahs " + split, "did you mean hash?");
    told("run " + split + " --print", "--print wants");
    told("run " + split + " --print hash buddyinf", "did you mean buddyinfo?");
    told("run " + split + " --at", "--at wants");
    told("run " + split + " --at x", "--at wants");
    told("run " + split + " --at 0.1", "--at wants");
    told("run " + split + " --at 1.", "--at wants");
    told("run " + split + " --at -1", "--at wants");
    told("check", "wants a file");
    told("check --all x", "no option --all");
    told("replay", "wants a recording");
    told("replay -v x", "no option -v");
    told("replay --slub_mn_order 1 x", "did you mean --slub_min_order?");
    told("replay x --slub_debug", "--slub_debug wants a value");
    told("replay x --slub_debug FX", "--slub_debug has no letter 'X'");
    told("replay x --slub_max_order 11", "--slub_max_order is 0 to 10");
    told("replay --slub_min_order 1", "wants a recording");
}

TEST(CommandLine, AFileThatIsNotThere) {
    for (const char* command : {"run", "check", "replay"}) {
        const Outcome outcome = pageframe(std::string(command) + " no/such/file.pf");
        EXPECT_EQ(outcome.code, no_input);
        EXPECT_NE(outcome.errors.find("no/such/file.pf can't be opened"), std::string::npos) << outcome.errors;
    }
}

TEST(CommandLine, RunPrintsWhatIsAsked) {
    const Outcome one = pageframe("run " + split + " --print buddyinfo");
    EXPECT_EQ(one.code, success);
    EXPECT_EQ(one.errors, "");
    EXPECT_EQ(one.out.substr(0, 23), "Node 0, zone      DMA  ");
    const Outcome two = pageframe("run --print buddyinfo hash " + split);
    EXPECT_EQ(two.out.substr(0, 13 + one.out.size()), "== buddyinfo\n" + one.out);
    EXPECT_EQ(two.out.substr(13 + one.out.size(), 8), "== hash\n");
    EXPECT_EQ(pageframe("run " + split + " --print hash --print buddyinfo").out.substr(0, 8), "== hash\n");
    for (const char* name : {"pagetypeinfo", "zoneinfo", "unusable_index", "extfrag_index", "events", "operations"})
        EXPECT_FALSE(pageframe("run " + split + " --print " + name).out.empty()) << name;
    EXPECT_EQ(pageframe("run " + split).out, pageframe("run " + split + " --print operations").out);
}

TEST(CommandLine, RunStopsWhereItIsTold) {
    const auto at = [](const std::string& position) { return pageframe("run " + split + " --at " + position); };
    EXPECT_EQ(at("0").out, "");
    EXPECT_EQ(at("1").out.substr(0, 34), "1 p = alloc_pages(GFP_KERNEL, 8)\n ");
    EXPECT_EQ(at("1").out.find("\n2 "), std::string::npos);
    EXPECT_NE(at("1.2").out, "");
    EXPECT_EQ(at("6").errors, "");
    const Outcome beyond = at("7");
    EXPECT_EQ(beyond.code, success);
    EXPECT_NE(beyond.errors.find("the run has 6 operations"), std::string::npos) << beyond.errors;
    EXPECT_EQ(beyond.out, at("6").out);
    EXPECT_NE(pageframe("run " + split + " --print hash --at 1").out, pageframe("run " + split + " --print hash").out);
}

TEST(CommandLine, ErrorsHaveTheirPlace) {
    const std::string path = written("errors.pf", "struct page *p = alloc_page(GFP_KERNEL);\naloc_page(GFP_KERNEL);\n");
    const Outcome check = pageframe("check " + path);
    EXPECT_EQ(check.code, failure);
    EXPECT_EQ(check.out.substr(0, path.size() + 6), path + ":2:1: ");
    EXPECT_NE(check.out.find("alloc_page"), std::string::npos);
    const Outcome run = pageframe("run " + path);
    EXPECT_EQ(run.code, failure);
    EXPECT_EQ(run.out, "");
    EXPECT_EQ(run.errors, check.out);
    EXPECT_EQ(pageframe("check " + split + " " + path).code, failure);
    const Outcome right = pageframe("check " + split);
    EXPECT_EQ(right.code, success);
    EXPECT_EQ(right.out, "");
}

TEST(CommandLine, AStopIsNoError) {
    const std::string path = written("stop.pf", "alloc_page(GFP_KERNEL);\nint a[2];\nint i = 2;\na[i] = 1;\n");
    const Outcome run = pageframe("run " + path + " --print operations");
    EXPECT_EQ(run.code, stopped);
    EXPECT_NE(run.out.find("alloc_page(GFP_KERNEL)"), std::string::npos);
    EXPECT_EQ(run.errors.substr(0, path.size() + 3), path + ":4:") << run.errors;
}

TEST(CommandLine, ReplayTellsOneLineEach) {
    const std::string one = tests::oracle_path("linux-6.1/buddy_a.txt");
    const std::string other = tests::oracle_path("linux-6.1-smp/buddy_numa3_dist_zonelists.txt");
    const Outcome both = pageframe("replay " + one + " " + other);
    EXPECT_EQ(both.code, success);
    EXPECT_EQ(both.out, "buddy_a.txt: 2030 of 2030 results equal, 6 of 6 dumps equal\n"
                        "buddy_numa3_dist_zonelists.txt: 0 of 0 results equal, 2 of 2 dumps equal\n");
    EXPECT_EQ(both.errors, "");
}

TEST(CommandLine, ReplayTellsTheFirstDifference) {
    std::string text = tests::read_oracle("linux-6.1/buddy_a.txt");
    text.replace(text.find("\nA 0 0 10 30720 "), 16, "\nA 0 0 10 30721 ");
    const std::string path = written("differs.txt", text);
    const Outcome outcome = pageframe("replay " + path + " " + tests::oracle_path("linux-6.1/buddy_a9.txt"));
    EXPECT_EQ(outcome.code, failure);
    EXPECT_NE(outcome.out.find("differs.txt: 2029 of 2030 results equal, 6 of 6 dumps equal\n"), std::string::npos);
    EXPECT_NE(outcome.out.find("the kernel: pfn 30721\n"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("the model:  pfn 30720\n"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("buddy_a9.txt: 2090 of 2090 results equal, 6 of 6 dumps equal\n"), std::string::npos);
}

TEST(CommandLine, ADamagedRecordingIsToldByLine) {
    const std::string path = written("damaged.txt", "# kernel 6.1\nGFP 0 X 0x1\nZONE 0\n");
    const Outcome replay = pageframe("replay " + path);
    EXPECT_EQ(replay.code, failure);
    EXPECT_EQ(replay.errors.substr(0, path.size() + 6), path + ":3:1: ") << replay.errors;
    EXPECT_EQ(pageframe("check " + path).out.substr(0, path.size() + 6), path + ":3:1: ");
    EXPECT_EQ(pageframe("run " + path).code, failure);
}

TEST(CommandLine, ChecksRecordingsOfEverySubsystem) {
    for (const char* name : {"buddy_a.txt", "slub_seq_256-sequential.txt", "kmalloc.txt", "slub_caches.txt",
                             "vmalloc_lazy.txt", "vmalloc_api.txt"}) {
        const Outcome outcome = pageframe("check " + tests::oracle_path(std::string("linux-6.1/") + name));
        EXPECT_EQ(outcome.code, success) << name << ": " << outcome.out;
    }
    const std::string path = written("damaged_areas.txt", "BUSYAREAS 0 1\nnonsense\n");
    EXPECT_EQ(pageframe("check " + path).code, failure);
}

TEST(CommandLine, ReadsCompressedFiles) {
    const std::string packed = tests::source_path("examples/buddy_a.txt.gz");
    EXPECT_EQ(pageframe("replay " + packed).out, "buddy_a.txt.gz: 2030 of 2030 results equal, 6 of 6 dumps equal\n");
    const std::string cut = written("cut.gz", tests::read_file(packed).substr(0, 5000));
    const Outcome damaged = pageframe("replay " + cut);
    EXPECT_EQ(damaged.code, no_input);
    EXPECT_NE(damaged.errors.find("damaged"), std::string::npos) << damaged.errors;
}

}  // namespace
}  // namespace pageframe::command_line
