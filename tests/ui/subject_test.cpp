#include "ui/subject.h"

#include <gtest/gtest.h>

#include "engine/scenario/view_names.h"

namespace pageframe::ui {
namespace {

Subject subject_at(std::string text, Position position) {
    const auto session = Session::from_scenario(std::move(text));
    EXPECT_TRUE(session->errors().empty());
    return Subjects(*session).at(*session, position);
}

TEST(Subject, IsWhatTheCallsOfTheRunAreAbout) {
    EXPECT_EQ(subject_at("alloc_pages(GFP_KERNEL, 0);", {}), Subject::pages);
    EXPECT_EQ(subject_at("alloc_pages(GFP_KERNEL, 0);\nkmalloc(100, GFP_KERNEL);", {}), Subject::slabs);
    EXPECT_EQ(subject_at("char *p = kmalloc(100, GFP_KERNEL);\n*p = 1;", {}), Subject::slabs)
        << "an access to an object is about the object";
    EXPECT_EQ(subject_at("char *p = page_address(alloc_page(GFP_KERNEL));\n*p = 1;", {}), Subject::addresses);
    EXPECT_EQ(subject_at("kmalloc(100, GFP_KERNEL);\nvmalloc(100);", {}), Subject::addresses);
}

TEST(Subject, AnAuthorsShowHoldsFromItsPlaceOn) {
    const std::string text = "kmalloc(8, GFP_KERNEL);\nshow(\"tree\");\nkmalloc(8, GFP_KERNEL);\nshow(\"caches\");\n";
    EXPECT_EQ(subject_at(text, {0, 0}), Subject::slabs);
    EXPECT_EQ(subject_at(text, {1, 0}), Subject::slabs);
    EXPECT_EQ(subject_at(text, {2, 0}), Subject::pages);
    EXPECT_EQ(subject_at(text, {3, 0}), Subject::pages);
    EXPECT_EQ(subject_at(text, {4, 0}), Subject::slabs);
    const auto session = Session::from_scenario(text);
    EXPECT_EQ(Subjects(*session).shown_view(*session, {3, 0}), "tree");
    EXPECT_EQ(Subjects(*session).shown_view(*session, {1, 0}), "");
}

TEST(Subject, EveryViewThatShowMayNameHasOne) {
    for (const std::string_view name : scenario::view_names) EXPECT_TRUE(subject_of_view(name).has_value()) << name;
}

TEST(Subject, NamesComeBack) {
    for (const Subject subject : {Subject::pages, Subject::slabs, Subject::addresses})
        EXPECT_EQ(subject_named(subject_name(subject)), subject);
    EXPECT_FALSE(subject_named("nonsense").has_value());
    EXPECT_FALSE(subject_of_view("landscape").has_value()) << "beside every subject";
}

}  // namespace
}  // namespace pageframe::ui
