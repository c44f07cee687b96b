// The slabs' pictures: what they read out of a state, and that they can be drawn at every size.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/slab/slab_info.h"
#include "tests/ui/headless.h"
#include "ui/object_layout.h"
#include "ui/views/caches_view.h"
#include "ui/views/slab_groups.h"

namespace pageframe::ui {
namespace {

constexpr const char* tasks = "machine { ram = 64M; cpus = 4; }\n"
                              "struct kmem_cache *c = kmem_cache_create(\"task_struct\", 1040, 0, 0, NULL);\n"
                              "void *t[40];\n"
                              "for (int i = 0; i < 40; i++) t[i] = kmem_cache_alloc(c, GFP_KERNEL);\n"
                              "kmem_cache_free(c, t[3]);\n"
                              "kmem_cache_free(c, t[20]);\n"
                              "note(\"Two came back.\");\n"
                              "void *other = kmalloc(33, GFP_KERNEL);\n";
constexpr OperationNumber first_free = 42;  ///< the state after kmem_cache_free(c, t[3])

Playback playback_at(const std::string& text, Position position) {
    auto session = Session::from_scenario(text);
    EXPECT_TRUE(session->errors().empty());
    Playback playback(std::move(session));
    playback.seek(position);
    return playback;
}

SlabFocus focus_of(const Playback& playback, const Highlighting& highlight = {}, CacheId picked = no_cache) {
    SlabFocus focus;
    focus.follow(playback);
    focus.look(playback, highlight, picked);
    return focus;
}

const SlabGroup* group_named(const std::vector<SlabGroup>& groups, std::string_view heading) {
    const auto found = std::find_if(groups.begin(), groups.end(),
                                    [heading](const SlabGroup& group) { return group.heading == heading; });
    return found == groups.end() ? nullptr : &*found;
}

TEST(SlabFocus, IsWhereTheStepIs) {
    const Playback playback = playback_at(tasks, {first_free, 0});
    const SlabFocus focus = focus_of(playback);
    const SlabState& state = playback.state().slab;
    EXPECT_EQ(state.caches[focus.cache()].name_text(), "task_struct");
    EXPECT_EQ(focus.object().index, 3);
    EXPECT_EQ(focus.role_of(focus.object()), Role::taken);
    EXPECT_EQ(focus.role_of(ObjectReference{focus.object().slab, 4}), Role::plain);
    EXPECT_EQ(focus.role_of(focus.object().slab), Role::changed) << "it went to the CPU's partial list";
}

TEST(SlabFocus, ANoteSpeaksOfTheCallBeforeIt) {
    const SlabFocus focus = focus_of(playback_at(tasks, {first_free + 2, 0}));
    EXPECT_EQ(focus.object().index, 20);
}

TEST(SlabFocus, FollowsThePickAndTheHand) {
    const Playback playback = playback_at(tasks, {first_free + 3, 0});
    const SlabState& state = playback.state().slab;
    EXPECT_EQ(state.caches[focus_of(playback).cache()].name_text(), "kmalloc-64");
    CacheId of_tasks = 0;
    while (state.caches[of_tasks].name_text() != "task_struct") ++of_tasks;
    EXPECT_EQ(focus_of(playback, {}, of_tasks).cache(), of_tasks);

    const SlabId slab = state.caches[of_tasks].slabs;
    Highlighting highlight;
    highlight.set_selected(state.slabs[slab].pfn, object_address(state, {slab, 5}) + 100);
    EXPECT_EQ(focus_of(playback, highlight).cache(), of_tasks);
    EXPECT_EQ(focus_of(playback, highlight).object(), (ObjectReference{slab, 5}));
    highlight.set_hovered(state.slabs[slab].pfn, object_address(state, {slab, 7}));
    EXPECT_EQ(focus_of(playback, highlight).object(), (ObjectReference{slab, 7}));
    Highlighting frame;
    frame.set_selected(state.slabs[slab].pfn + 1);
    EXPECT_EQ(focus_of(playback, frame).cache(), of_tasks) << "a frame in the middle of a slab leads to it too";
}

TEST(SlabFocus, HasNothingWhereThereIsNothing) {
    const SlabFocus focus = focus_of(playback_at("alloc_pages(GFP_KERNEL, 0);\n", {1, 0}));
    EXPECT_EQ(focus.cache(), no_cache);
    EXPECT_EQ(focus.object().slab, no_slab);
}

TEST(SlabGroups, OfSlubAreInTheOrderOfARequest) {
    const Playback playback = playback_at(tasks, {first_free, 0});
    const SlabState& state = playback.state().slab;
    const auto groups = slab_groups(state, playback.state_before().slab, focus_of(playback).cache());
    ASSERT_EQ(groups.size(), 4U);
    EXPECT_EQ(groups[0].heading, "CPU 0 · ITS SLAB");
    ASSERT_EQ(groups[0].slabs.size(), 1U);
    EXPECT_EQ(groups[1].heading, "CPU 0 PARTIAL LIST");
    ASSERT_EQ(groups[1].slabs.size(), 1U);
    EXPECT_EQ(groups[1].note, std::to_string(state.slabs[groups[1].slabs[0]].pfn) + " was full");
    EXPECT_EQ(groups[2].heading, "3 OTHER CPUS");
    EXPECT_EQ(groups[3].heading, "NODE 0 PARTIAL LIST");
    EXPECT_EQ(groups[3].facts, "0 · min_partial 5");
}

TEST(SlabGroups, FullSlabsAreOnNoList) {
    const Playback playback = playback_at(tasks, {first_free - 1, 0});
    const auto groups = slab_groups(playback.state().slab, playback.state_before().slab, focus_of(playback).cache());
    const SlabGroup* full = group_named(groups, "FULL · ON NO LIST");
    ASSERT_NE(full, nullptr);
    EXPECT_EQ(full->slabs.size(), 1U);
}

TEST(SlabGroups, ASlabThatACheckFoundDamagedIsNotFull) {
    const Playback playback = playback_at("machine { ram = 64M; }\n"
                                          "struct kmem_cache *c = kmem_cache_create(\"checked\", 512, 0,\n"
                                          "    SLAB_POISON | SLAB_RED_ZONE | SLAB_CONSISTENCY_CHECKS, NULL);\n"
                                          "char *a = kmem_cache_alloc(c, GFP_KERNEL);\n"
                                          "kmem_cache_free(c, a);\n"
                                          "a[16] = 0;\n"
                                          "char *b = kmem_cache_alloc(c, GFP_KERNEL);\n",
                                          {5, 0});
    const SlabState& state = playback.state().slab;
    const auto groups = slab_groups(state, playback.state_before().slab, focus_of(playback).cache());
    ASSERT_FALSE(groups.empty());
    EXPECT_EQ(groups.back().heading, "OUT OF USE");
    ASSERT_EQ(groups.back().slabs.size(), 1U);
    EXPECT_TRUE(is_quarantined(state, groups.back().slabs[0]));
    for (const SlabGroup& group : groups) EXPECT_EQ(group.heading.find("FULL"), std::string::npos);
}

TEST(SlabGroups, TellWhatIsGone) {
    const Playback playback = playback_at("struct kmem_cache *c = kmem_cache_create(\"a\", 256, 0, 0, NULL);\n"
                                          "void *o = kmem_cache_alloc(c, GFP_KERNEL);\n"
                                          "kmem_cache_free(c, o);\nkmem_cache_shrink(c);\n",
                                          {4, 0});
    const auto groups = slab_groups(playback.state().slab, playback.state_before().slab, focus_of(playback).cache());
    const SlabGroup* gone = group_named(groups, "GONE IN THIS STEP");
    ASSERT_NE(gone, nullptr);
    EXPECT_EQ(gone->gone.size(), 1U);
    EXPECT_NE(group_named(groups, "CPU 0 · ITS SLAB"), nullptr) << "it had one before the step";
}

TEST(SlabGroups, OfTheClassicSlabAreArraysAndThreeLists) {
    const Playback playback = playback_at("machine { ram = 64M; cpus = 2; allocator = slab; }\n"
                                          "struct kmem_cache *c = kmem_cache_create(\"a\", 480, 0, 0, NULL);\n"
                                          "void *o = kmem_cache_alloc(c, GFP_KERNEL);\n",
                                          {2, 0});
    const auto groups = slab_groups(playback.state().slab, playback.state_before().slab, focus_of(playback).cache());
    const SlabGroup* array = group_named(groups, "CPU 0 ARRAY");
    ASSERT_NE(array, nullptr);
    EXPECT_TRUE(array->is_array);
    const std::size_t waiting = playback.state().slab.cpu_cache(focus_of(playback).cache(), 0).avail;
    EXPECT_GT(waiting, 0U);
    EXPECT_EQ(array->entries.size(), waiting);
    for (const char* heading : {"CPU 1 ARRAY", "SHARED ARRAY", "PARTIAL", "FREE", "FULL"})
        EXPECT_NE(group_named(groups, heading), nullptr) << heading;
}

TEST(CacheLines, CountWasteOfTwoRequestsFor33Bytes) {
    const Playback playback =
        playback_at("void *a = kmalloc(33, GFP_KERNEL);\nvoid *b = kmalloc(33, GFP_KERNEL);\n", {2, 0});
    const CacheLine line = cache_line(playback.state().slab, playback.state().slab.newest_cache);
    EXPECT_EQ(line.name, "kmalloc-64");
    EXPECT_EQ(line.size, 64U);
    EXPECT_EQ(line.per_slab, 64U);
    EXPECT_EQ(line.objects, 64U);
    EXPECT_EQ(line.waste, 2U * 31U);
    EXPECT_EQ(line.use(), 100U) << "what a CPU holds counts as active, as in /proc/slabinfo";
}

TEST(CacheLines, CountWhatIsLeftOverOfASlab) {
    const Playback playback = playback_at(tasks, {first_free, 0});
    const CacheLine line = cache_line(playback.state().slab, focus_of(playback).cache());
    EXPECT_EQ(line.waste, 2U * (32768U - 31U * 1040U));
}

TEST(CacheLines, AreSortedAsSlabtopDoes) {
    std::vector<CacheLine> lines(3);
    lines[0].name = "b", lines[0].objects = 10, lines[0].active = 1;
    lines[1].name = "a", lines[1].objects = 30, lines[1].active = 30;
    lines[2].name = "c", lines[2].objects = 10, lines[2].active = 5;
    const auto names = [&] { return lines[0].name + lines[1].name + lines[2].name; };
    sort_cache_lines(lines, CacheColumn::objects, SortDirection::descending);
    EXPECT_EQ(names(), "abc") << "equal ones keep their order";
    sort_cache_lines(lines, CacheColumn::name, SortDirection::descending);
    EXPECT_EQ(names(), "cba");
    sort_cache_lines(lines, CacheColumn::use, SortDirection::ascending);
    EXPECT_EQ(names(), "bca");
}

// --- bytes ---

constexpr const char* fenced = "struct kmem_cache *c = kmem_cache_create(\"a\", 100, 0,\n"
                               "    SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_CONSISTENCY_CHECKS, NULL);\n"
                               "char *p = kmem_cache_alloc(c, GFP_KERNEL);\n"
                               "p[100] = 1;\n"
                               "kmem_cache_free(c, p);\n";

unsigned count_of(const ObjectBytes& object, ByteKind kind) {
    return static_cast<unsigned>(std::count_if(object.bytes.begin(), object.bytes.end(),
                                               [kind](const ObjectByte& byte) { return byte.kind == kind; }));
}
const ObjectByte& byte_at(const ObjectBytes& object, std::int32_t offset) {
    return object.bytes[static_cast<std::size_t>(offset - object.first)];
}

TEST(ObjectBytes, OfADebuggedObjectInUse) {
    const Playback playback = playback_at(fenced, {2, 0});
    const ObjectReference taken = focus_of(playback).object();
    const CacheGeometry& geometry = playback.state().slab.caches[focus_of(playback).cache()].geometry;
    const ObjectBytes object = object_bytes(playback.state(), taken);
    EXPECT_EQ(object.bytes.size(), geometry.size);
    EXPECT_EQ(object.first, -static_cast<std::int32_t>(geometry.red_left_pad));
    EXPECT_EQ(count_of(object, ByteKind::payload), 100U);
    EXPECT_EQ(count_of(object, ByteKind::red_zone), geometry.red_left_pad + geometry.inuse - 100);
    EXPECT_EQ(count_of(object, ByteKind::free_pointer), 8U) << "outside the object: always there";
    EXPECT_EQ(count_of(object, ByteKind::tracking), 2 * track_bytes);
    EXPECT_EQ(byte_at(object, -1), (ObjectByte{ByteKind::red_zone, 0xcc, false}));
    EXPECT_EQ(byte_at(object, 100), (ObjectByte{ByteKind::red_zone, 0xcc, false}));
    EXPECT_EQ(object.bytes.back(), (ObjectByte{ByteKind::padding, 0x5a, false}));
}

TEST(ObjectBytes, ShowTheByteThatWasHit) {
    const Playback playback = playback_at(fenced, {3, 0});
    const ObjectBytes object = object_bytes(playback.state(), focus_of(playback).object());
    EXPECT_EQ(byte_at(object, 100), (ObjectByte{ByteKind::red_zone, 1, true}));
    EXPECT_FALSE(byte_at(object, 101).damaged);
}

/// In the middle of kmem_cache_free() what was there in use is not painted over yet: nobody has hurt it.
TEST(ObjectBytes, BeingFreedAreNotOverwritten) {
    std::string text = fenced;
    text.replace(text.find("p[100]"), std::string("p[100] = 1;").size(), "p[50] = 1;");
    for (std::uint32_t event = 1; event <= 4; ++event) {
        const Playback playback = playback_at(text, {3, event});
        const SlabState& state = playback.state().slab;
        const ObjectReference freed = focus_of(playback).object();
        EXPECT_FALSE(state.object(state.slabs[freed.slab], freed.index).allocated) << "event " << event;
        for (const ObjectByte& byte : object_bytes(playback.state(), freed).bytes)
            EXPECT_FALSE(byte.damaged) << byte_kind_text(byte.kind) << " at event " << event;
    }
}

TEST(ObjectBytes, OfAFreeObjectArePoisonAndALink) {
    std::string text = fenced;
    text.erase(text.find("p[100]"), std::string("p[100] = 1;\n").size());
    const Playback playback = playback_at(text, {3, 0});
    const ObjectReference freed = focus_of(playback).object();
    const ObjectBytes object = object_bytes(playback.state(), freed);
    EXPECT_EQ(count_of(object, ByteKind::poison), 100U);
    EXPECT_EQ(byte_at(object, 0).value, 0x6b);
    EXPECT_EQ(byte_at(object, 99).value, 0xa5);
    EXPECT_EQ(byte_at(object, -1).value, 0xbb);
    const SlabState& state = playback.state().slab;
    const std::uint64_t next = object_address(state, {freed.slab, 1});
    const auto offset = static_cast<std::int32_t>(state.caches[state.newest_cache].geometry.offset);
    for (int i = 0; i < 8; ++i) EXPECT_EQ(byte_at(object, offset + i).value, next >> (8 * i) & 0xff);
    const ObjectBytes never_taken = object_bytes(playback.state(), {freed.slab, 5});
    EXPECT_EQ(byte_at(never_taken, 0), (ObjectByte{ByteKind::poison, 0x6b, false})) << "a new slab is poisoned whole";
}

TEST(ObjectBytes, KnowWhatNobodyAskedFor) {
    const Playback playback = playback_at("void *a = kmalloc(33, GFP_KERNEL);\n", {1, 0});
    const ObjectBytes object = object_bytes(playback.state(), focus_of(playback).object());
    EXPECT_EQ(count_of(object, ByteKind::payload), 33U);
    EXPECT_EQ(count_of(object, ByteKind::not_asked_for), 31U);
}

TEST(ObjectBytes, AreFoldedWhereLinesRepeat) {
    const Playback playback = playback_at(fenced, {2, 0});
    const ObjectBytes object = object_bytes(playback.state(), focus_of(playback).object());
    for (const std::uint32_t per_line : {8U, 16U}) {
        std::uint32_t told = 0;
        for (const ByteLine& line : byte_lines(object, per_line)) told += line.count * line.repeated;
        EXPECT_EQ(told, object.bytes.size());
    }
    EXPECT_EQ(byte_lines(object, 16)[1].offset, 0) << "the object begins a line of its own";
    EXPECT_EQ(byte_lines(object, 16)[1].repeated, 6U) << "96 bytes of poison";
}

// --- pictures ---

class SlabViews : public testing::Test {
protected:
    void show(const std::string& text) {
        auto session = Session::from_scenario(text);
        ASSERT_TRUE(session->errors().empty());
        app->show(std::move(session));
        app->set_view_rectangle("slabs", {0, 0, 680, 440});
        app->set_view_rectangle("object", {0, 460, 680, 152});
        app->set_view_rectangle("caches", {700, 0, 398, 400});
        app->playback()->move(Move::last);
        app.settle();
    }
    HeadlessApp app;
};

TEST_F(SlabViews, AClickOnAnObjectPicksItsAddress) {
    show(tasks);
    app->playback()->seek({first_free, 0});
    app.settle();
    // The first object of the first card: below the heading, the list's heading and the card's own header.
    app.click(20, 90);
    EXPECT_TRUE(app->take_changes().selection);
    const SlabState& state = app->playback()->state().slab;
    const ObjectReference picked = object_of_address(state, app->selected_address());
    ASSERT_NE(picked.slab, no_slab);
    EXPECT_EQ(state.slabs[picked.slab].place, SlabPlace::cpu);
    EXPECT_EQ(picked.index, 0);
}

TEST_F(SlabViews, AClickOnACacheShowsItsSlabs) {
    show(tasks);
    const int vertices = app.vertices();
    // Two lines: kmalloc-64 with 64 objects and task_struct with 62; the run ended with a kmalloc().
    app.click(740, 82);
    app.settle();
    EXPECT_NE(app.vertices(), vertices) << "another cache's slabs are drawn";
    app->playback()->move(Move::previous_operation);
    app->playback()->move(Move::next_operation);
    app.point(-100, -100);
    app.settle();
    EXPECT_EQ(app.vertices(), vertices) << "the next step shows its own cache again";
}

TEST_F(SlabViews, CardsAreNoWiderThanANarrowPage) {
    show("void *a = kmalloc(33, GFP_KERNEL);\n");
    app->set_view_rectangle("slabs", {0, 0, 360, 420});
    app->set_view_rectangle("caches", {});
    app->set_view_rectangle("object", {});
    app.settle();
    // 64 objects: none of the last column lies beyond the edge.
    float right = 0;
    const ImDrawData& data = *ImGui::GetDrawData();
    for (const ImDrawList* list : data.CmdLists)
        for (const ImDrawVert& vertex : list->VtxBuffer) right = std::max(right, vertex.pos.x);
    EXPECT_LE(right, 361);
}

TEST_F(SlabViews, ASlabMovesToItsNewListAndComesToRest) {
    show(tasks);
    app->playback()->seek({first_free - 1, 0});
    app.settle();
    app->playback()->move(Move::next_operation);
    EXPECT_TRUE(app.frame());
    app.settle();
    EXPECT_FALSE(app.frame());
    app->set_reduced_motion(true);
    app->playback()->move(Move::next_operation);
    EXPECT_FALSE(app.frame());
}

TEST_F(SlabViews, TheWheelScrollsOnlyWhatDoesNotFit) {
    show(tasks);
    EXPECT_FALSE(app->wants_wheel({300, 200}, false));
    show("struct kmem_cache *c = kmem_cache_create(\"many\", 2048, 0, 0, NULL);\n"
         "for (int i = 0; i < 4000; i++) kmem_cache_alloc(c, GFP_KERNEL);\n");
    EXPECT_TRUE(app->wants_wheel({300, 200}, false));
    const int vertices = app.vertices();
    app.point(300, 200);
    ImGui::GetIO().AddMouseWheelEvent(0, -200);
    app.frame();
    app.settle();
    EXPECT_NE(app.vertices(), vertices);
}

TEST_F(SlabViews, EveryStepOfEveryKindIsDrawnAtEverySize) {
    const std::vector<std::string> texts = {
        tasks,
        fenced,
        "machine { ram = 64M; cpus = 8; nodes = 2; freelist_random = on; }\n"
        "struct kmem_cache *c = kmem_cache_create(\"a\", 256, 0, SLAB_HWCACHE_ALIGN, NULL);\nvoid *o[300];\n"
        "for (int i = 0; i < 300; i++) on_cpu(i % 8) o[i] = kmem_cache_alloc(c, GFP_KERNEL);\n"
        "for (int i = 0; i < 300; i++) on_cpu(1) kmem_cache_free(c, o[i]);\n",
        "machine { ram = 64M; cpus = 2; allocator = slab; }\nvoid *o[300];\n"
        "for (int i = 0; i < 300; i++) o[i] = kmalloc(100, GFP_KERNEL);\n"
        "for (int i = 0; i < 300; i++) on_cpu(1) kfree(o[i]);\n",
        "void *a = kmalloc(8, GFP_KERNEL);\nkfree(a);\nkfree(a);\nvoid *b = kmalloc(8, GFP_KERNEL);\n",
    };
    for (const std::string& text : texts) {
        show(text);
        for (const Rectangle& area : {Rectangle{0, 0, 1, 1}, Rectangle{0, 0, 60, 40}, Rectangle{0, 0, 360, 300},
                                      Rectangle{0, 0, 1000, 152}, Rectangle{0, 0, 2000, 1500}}) {
            for (const char* name : {"slabs", "object", "caches"}) app->set_view_rectangle(name, area);
            const OperationNumber count = app->playback()->session().timeline().operation_count();
            for (OperationNumber number = 0; number <= count; number += count > 100 ? 17 : 1) {
                app->playback()->seek({number, 0});
                app.frame();
                app->playback()->move(Move::next_event);
                app.frame();
            }
            EXPECT_GT(app.vertices(), 4) << text;
        }
    }
}

}  // namespace
}  // namespace pageframe::ui
