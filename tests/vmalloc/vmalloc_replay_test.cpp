// The recordings of a real kernel's vmalloc: every address, every list of areas.
#include <gtest/gtest.h>

#include <regex>

#include "engine/proc/proc.h"
#include "engine/replay/vmalloc_recording.h"
#include "engine/session/session.h"
#include "tests/oracle_files.h"

namespace pageframe {
namespace {

ReplayReport replayed(const std::string& text) {
    RecordingError error;
    const auto report = replay_vmalloc(text, error, {.check_every = 1});
    EXPECT_TRUE(report.has_value()) << error.line << ": " << error.message;
    return report.value_or(ReplayReport{});
}

TEST(VmallocReplay, LazyIsEqual) {
    const ReplayReport report = replayed(tests::read_oracle("linux-6.1/vmalloc_lazy.txt"));
    EXPECT_TRUE(report.all_equal()) << summary_text(report)
                                    << (report.difference ? difference_text(*report.difference) : "");
    EXPECT_EQ(report.results_total, 348u);
    EXPECT_EQ(report.dumps_total, 13u);
}

TEST(VmallocReplay, EveryCallIsEqual) {
    const ReplayReport report = replayed(tests::read_oracle("linux-6.1/vmalloc_api.txt"));
    EXPECT_TRUE(report.all_equal()) << summary_text(report)
                                    << (report.difference ? difference_text(*report.difference) : "");
    EXPECT_TRUE(report.not_modelled.empty());
}

/// The sizes of the areas, line by line, and the words of areas that wait to be purged: the rest of a line
/// says who called (whom the recording of the areas does not know) and where (which the kernel hides).
std::vector<std::string> sizes_of(const std::string& vmallocinfo) {
    static const std::regex line(R"(0x\S+-0x\S+ +(\d+)([^\n]*))");
    std::vector<std::string> sizes;
    for (std::sregex_iterator at(vmallocinfo.begin(), vmallocinfo.end(), line), end; at != end; ++at)
        sizes.push_back((*at)[1].str() + ((*at)[2].str().find("unpurged") != std::string::npos ? " unpurged" : ""));
    return sizes;
}

TEST(VmallocReplay, VmallocinfoAfterwardsHasTheKernelsLines) {
    for (const char* name : {"vmalloc_lazy", "vmalloc_api"}) {
        const std::string folder = "linux-6.1/" + std::string(name);
        const auto session = Session::from_recording(tests::read_oracle(folder + ".txt"));
        ASSERT_TRUE(session->errors().empty()) << name;
        session->timeline().seek({session->timeline().operation_count(), 0});
        const std::vector<std::string> expected = sizes_of(tests::read_oracle(folder + "_proc_after.txt"));
        EXPECT_GT(expected.size(), 50u);
        EXPECT_EQ(sizes_of(vmallocinfo(session->timeline().state())), expected) << name;
    }
}

TEST(VmallocReplay, AChangedAddressIsFound) {
    std::string text = tests::read_oracle("linux-6.1/vmalloc_lazy.txt");
    const std::size_t place = text.find("ffffc90000649000 pfns");
    ASSERT_NE(place, std::string::npos);
    text[place + 11] = '5';
    const ReplayReport report = replayed(text);
    EXPECT_FALSE(report.all_equal());
    ASSERT_TRUE(report.difference.has_value());
    EXPECT_EQ(report.difference->what, "address");
}

TEST(VmallocReplay, UnknownCallsAreNamed) {
    std::string text = tests::read_oracle("linux-6.1/vmalloc_lazy.txt");
    const std::size_t place = text.find(" vmalloc ");
    text.replace(place, 9, " vmalloc_exotic ");
    const ReplayReport report = replayed(text);
    ASSERT_EQ(report.not_modelled.size(), 1u);
    EXPECT_EQ(report.not_modelled[0], "vmalloc_exotic");
}

TEST(VmallocReplay, DamageIsToldWithItsLine) {
    for (const char* text : {"BUSYAREAS x\nBA 2 1 1\n", "FREEAREAS x\nFA 1 zz 1\n", "FREEAREAS x\nA 0 vmalloc many 0\n",
                             "FREEAREAS x\nA 0 vmap 4096 1000 pfns=1,,2\n", "FREEAREAS x\nF 0 7 1000 4096 vfree\n",
                             "FREEAREAS x\nQ\n", "FREEAREAS x\n"}) {
        RecordingError error;
        EXPECT_FALSE(replay_vmalloc(text, error)) << text;
        EXPECT_FALSE(error.message.empty());
    }
}

}  // namespace
}  // namespace pageframe
