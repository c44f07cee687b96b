// The help page has every call and every key of the machine, as the engine's own tables have them.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "engine/scenario/calls.h"
#include "engine/scenario/check.h"
#include "tests/oracle_files.h"

namespace pageframe::scenario {
namespace {

std::string help_page() {
    std::ifstream file(tests::source_path("web/page/help.html"));
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

TEST(Help, HasEveryCall) {
    const std::string page = help_page();
    ASSERT_GT(call_count(), 100U);
    for (CallIndex index = 0; index < call_count(); ++index) {
        const std::string signature = call_signature(call_at(index));
        EXPECT_NE(page.find("<code>" + signature + "</code>"), std::string::npos) << signature;
    }
}

TEST(Help, HasEveryKeyOfTheMachine) {
    const std::string page = help_page();
    ASSERT_GT(machine_key_names().size(), 20U);
    for (const std::string_view key : machine_key_names())
        EXPECT_NE(page.find("<code>" + std::string(key) + "</code>"), std::string::npos) << key;
}

}  // namespace
}  // namespace pageframe::scenario
