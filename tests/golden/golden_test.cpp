// Golden tests: for every NAME.pf in this folder, what `pageframe run NAME.pf --print events buddyinfo pagetypeinfo hash`
// says must be what NAME.txt holds, to the byte, natively and in WebAssembly.
//
// To accept what the engine says now, and to add a new one (read the difference before committing it):
//
//     PAGEFRAME_UPDATE_GOLDEN=1 build/dev/tests/pageframe_tests --gtest_filter='Golden/*'
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "engine/buddy/buddy_check.h"
#include "engine/session/printout.h"
#include "tests/oracle_files.h"

namespace pageframe {
namespace {

const std::string folder = tests::source_path("tests/golden");

std::vector<std::string> scenario_names() {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& file : std::filesystem::directory_iterator(folder, error))
        if (file.path().extension() == ".pf") names.push_back(file.path().stem().string());
    std::sort(names.begin(), names.end());
    return names;
}

/// All that a run says: what is wrong with its text, or every printout and why it stopped.
std::string told(Session& session, const std::string& file) {
    std::string text;
    for (const Diagnostic& error : session.errors()) text += format_diagnostic(file, error) + "\n";
    for (const Diagnostic& warning : session.warnings()) text += "warning: " + format_diagnostic(file, warning) + "\n";
    if (!session.errors().empty()) return text;
    session.timeline().seek({session.timeline().operation_count(), 0});
    for (const char* name : {"events", "buddyinfo", "pagetypeinfo", "hash"}) {
        text += std::string("== ") + name + "\n";
        find_printout(name)->print(session, [&text](std::string_view piece) { text += piece; });
    }
    if (session.stop()) text += "== stopped\n" + format_diagnostic(file, *session.stop()) + "\n";
    return text;
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, SaysTheSame) {
    const std::string path = folder + "/" + GetParam();
    const auto session = Session::from_scenario(tests::read_file(path + ".pf"));
    const std::string text = told(*session, GetParam() + ".pf");
    EXPECT_EQ(check_buddy(session->timeline().end().buddy), "");
    if (std::getenv("PAGEFRAME_UPDATE_GOLDEN") != nullptr) {
        std::FILE* file = std::fopen((path + ".txt").c_str(), "wb");
        ASSERT_NE(file, nullptr);
        std::fwrite(text.data(), 1, text.size(), file);
        std::fclose(file);
        return;
    }
    const std::string expected = tests::read_file(path + ".txt");
    ASSERT_FALSE(expected.empty()) << path << ".txt is missing: see the head of this file";
    EXPECT_EQ(text, expected);
}

INSTANTIATE_TEST_SUITE_P(Golden, Golden, testing::ValuesIn(scenario_names()),
                         [](const auto& test) { return test.param; });

TEST(GoldenFolder, HasScenarios) { EXPECT_GE(scenario_names().size(), 10U); }

}  // namespace
}  // namespace pageframe
