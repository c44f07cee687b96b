// Every example runs as its author meant: no errors, no stop, no assertion that fails, and a mistake only
// where mistakes are the subject. The menu lists each of them once.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "engine/buddy/buddy_check.h"
#include "engine/core/inflate.h"
#include "engine/machine/events.h"
#include "engine/replay/replay.h"
#include "engine/replay/slab_recording.h"
#include "engine/session/session.h"
#include "tests/oracle_files.h"

namespace pageframe {
namespace {

const std::string folder = tests::source_path("examples");

std::vector<std::string> files_ending(const std::string& ending) {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& file : std::filesystem::directory_iterator(folder, error)) {
        const std::string name = file.path().filename().string();
        if (name.ends_with(ending)) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::string name_for_test(std::string file) {
    std::replace_if(file.begin(), file.end(), [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
    return file;
}

std::string unpacked(const std::string& bytes) {
    std::string text;
    GzipReader reader([&text](std::string_view piece) { text += piece; });
    const bool right = reader.feed({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    EXPECT_TRUE(right && reader.finish()) << reader.error();
    return text;
}

class ExampleScenario : public testing::TestWithParam<std::string> {};

TEST_P(ExampleScenario, Runs) {
    const auto session = Session::from_text(tests::read_file(folder + "/" + GetParam()));
    for (const Diagnostic& error : session->errors()) ADD_FAILURE() << format_diagnostic(GetParam(), error);
    for (const Diagnostic& warning : session->warnings()) ADD_FAILURE() << format_diagnostic(GetParam(), warning);
    if (session->stop()) ADD_FAILURE() << format_diagnostic(GetParam(), *session->stop());
    Timeline& timeline = session->timeline();
    EXPECT_GT(timeline.operation_count(), 5U);
    EXPECT_EQ(check_buddy(timeline.end().buddy), "");

    const bool about_mistakes = GetParam().find("mistake") != std::string::npos;
    unsigned notes = 0;
    unsigned mistakes = 0;
    for (OperationNumber number = 0; number < timeline.operation_count(); ++number) {
        const Operation& operation = timeline.operation(number);
        if (operation.kind == OperationKind::note) ++notes;
        if (operation.kind == OperationKind::assertion) {
            EXPECT_NE(operation.argument, 0U) << "line " << operation.line << ": " << session->text_of(operation);
        }
        // An event may tell of a mistake without it being the whole call's.
        const auto events = timeline.events_of(number);
        const bool told = std::any_of(events.begin(), events.end(), [](const EventRecord& event) {
            return event_name(event).find("Mistake") != std::string_view::npos;
        });
        if (!told && timeline.result_of(number).status != OperationStatus::mistake) continue;
        ++mistakes;
        EXPECT_TRUE(about_mistakes) << "line " << operation.line << ": " << session->call_text(number);
    }
    EXPECT_GE(notes, 3U) << "an example explains what happens";
    EXPECT_EQ(mistakes != 0, about_mistakes);
}

INSTANTIATE_TEST_SUITE_P(Examples, ExampleScenario, testing::ValuesIn(files_ending(".pf")),
                         [](const auto& test) { return name_for_test(test.param); });

class ExampleRecording : public testing::TestWithParam<std::string> {};

TEST_P(ExampleRecording, IsEqual) {
    const std::string text = unpacked(tests::read_file(folder + "/" + GetParam()));
    const auto session = Session::from_text(text);
    EXPECT_EQ(session->source_kind(), SourceKind::recording);
    EXPECT_TRUE(session->errors().empty());
    RecordingError error;
    if (looks_like_slab_recording(text)) {
        const auto report = replay_slab(text, error);
        ASSERT_TRUE(report) << error.message;
        EXPECT_TRUE(report->all_equal());
        EXPECT_GT(session->timeline().operation_count(), 1000U);
        return;
    }
    const auto recording = parse_recording(text, error);
    ASSERT_TRUE(recording) << error.message;
    const auto report = replay(*recording, error);
    ASSERT_TRUE(report) << error.message;
    EXPECT_TRUE(report->all_equal());
    EXPECT_EQ(session->timeline().operation_count(), recording->operations.size());
}

INSTANTIATE_TEST_SUITE_P(Examples, ExampleRecording, testing::ValuesIn(files_ending(".gz")),
                         [](const auto& test) { return name_for_test(test.param); });

TEST(Examples, TheMenuHasEachOnce) {
    const std::string menu = tests::read_file(folder + "/index.json");
    std::size_t listed = 0;
    for (std::size_t at = menu.find("\"file\":"); at != std::string::npos; at = menu.find("\"file\":", at + 1))
        ++listed;
    std::vector<std::string> files = files_ending(".pf");
    for (const std::string& recording : files_ending(".gz")) files.push_back(recording);
    EXPECT_GE(files.size(), 9U);
    EXPECT_EQ(listed, files.size());
    for (const std::string& file : files) {
        const std::string entry = "\"file\": \"" + file + "\"";
        const std::size_t place = menu.find(entry);
        EXPECT_NE(place, std::string::npos) << file << " is not in examples/index.json";
        EXPECT_EQ(menu.find(entry, place + 1), std::string::npos) << file << " is there twice";
    }
}

/// The first line says what the example is about: the page shows it, and so does a listing of the folder.
TEST(Examples, BeginWithTheirSubject) {
    for (const std::string& file : files_ending(".pf")) {
        const std::string text = tests::read_file(folder + "/" + file);
        EXPECT_EQ(text.substr(0, 3), "// ") << file;
    }
}

}  // namespace
}  // namespace pageframe
