// Constructors run once for each object, when its slab is made, and the object keeps what it holds; a run that is
// run again does the same.
#include <gtest/gtest.h>

#include <vector>

#include "engine/machine/events.h"
#include "engine/session/session.h"
#include "engine/slab/slab_events.h"

namespace pageframe {
namespace {

/// The objects that the operation's constructor ran for, in order.
std::vector<ObjectIndex> constructed(Session& session, OperationNumber number) {
    std::vector<ObjectIndex> indexes;
    for (const EventRecord& event : session.timeline().events_of(number))
        if (const auto one = event_if<ConstructObject, Subsystem::slab, SlabEvents>(event))
            indexes.push_back(one->index);
    return indexes;
}

void expect_clean(const Session& session) {
    for (const Diagnostic& error : session.errors()) ADD_FAILURE() << format_diagnostic("text", error);
    if (session.stop()) ADD_FAILURE() << format_diagnostic("text", *session.stop());
    const Timeline& timeline = session.timeline();
    for (OperationNumber number = 0; number < timeline.operation_count(); ++number)
        if (timeline.operation(number).kind == OperationKind::assertion) {
            EXPECT_NE(timeline.operation(number).argument, 0U) << session.text_of(timeline.operation(number));
        }
}

/// A cache with a constructor, by the machine's keys and the cache's flags; two objects taken, the first given
/// back and taken again.
std::string text_of(const std::string& machine, const std::string& flags) {
    return "machine { ram = 64M; " + machine + " }\nint runs;\n" + R"(
        void init_once(void *object) {
            unsigned long *words = object;
            memset(object, 0x11, 100);
            words[0] = (unsigned long)object;
            if (words[1] == 0x1111111111111111) words[1] = runs++;
        }
        struct kmem_cache *cache = kmem_cache_create("inode", 500, 0, )" +
           flags + R"(, init_once);
        assert(runs == 0);
        unsigned long *a = kmem_cache_alloc(cache, GFP_KERNEL);
        int of_a_slab = runs;
        unsigned long *b = kmem_cache_alloc(cache, GFP_KERNEL);
        assert(of_a_slab > 1 && runs == of_a_slab);
        assert(a[0] == (unsigned long)a && b[0] == (unsigned long)b && a[1] != b[1] && a[2] == 0x1111111111111111);
        unsigned long was = a[1];
        a[2] = 77;
        kmem_cache_free(cache, a);
        unsigned long *again = kmem_cache_alloc(cache, GFP_KERNEL);
        assert(again == a && again[0] == (unsigned long)a && again[1] == was && again[2] == 77);
        assert(runs == of_a_slab);
        kmem_cache_free(cache, again);
        kmem_cache_free(cache, b);
        kmem_cache_shrink(cache);
        again = kmem_cache_alloc(cache, GFP_KERNEL);
        assert(runs == 2 * of_a_slab);
    )";
}

class Constructor : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(Constructor, RunsOncePerObjectWhichKeepsItsState) {
    const auto session = Session::from_text(text_of(GetParam().first, GetParam().second));
    expect_clean(*session);
    std::vector<OperationNumber> with_runs;
    for (OperationNumber number = 0; number < session->timeline().operation_count(); ++number)
        if (!constructed(*session, number).empty()) with_runs.push_back(number);
    ASSERT_EQ(with_runs.size(), 2U) << "the first and the last kmem_cache_alloc()";
    for (const OperationNumber number : with_runs) {
        const std::vector<ObjectIndex> order = constructed(*session, number);
        EXPECT_EQ(session->timeline().operation(number).kind, OperationKind::kmem_cache_alloc);
        // The order is that of the new slab's freelist.
        State state = session->timeline().state_before(number);
        for (const EventRecord& event : session->timeline().events_of(number)) {
            if (event_name(event) == "ConstructObject") break;
            apply_event(event, state);
        }
        const Slab& slab = state.slab.slabs[state.slab.caches[0].slabs];
        ASSERT_EQ(order.size(), slab.objects);
        ObjectIndex next = slab.freelist;
        for (const ObjectIndex index : order) {
            EXPECT_EQ(index, next);
            next = state.slab.object(slab, next).next;
        }
    }
}

TEST_P(Constructor, IsRunAgainAsItRan) {
    TimelineLimits limits;
    limits.snapshot_interval = 7;
    const auto session = Session::from_text(text_of(GetParam().first, GetParam().second), limits);
    Timeline& timeline = session->timeline();
    const std::uint64_t end = hash_state(timeline.end());
    EXPECT_EQ(end, hash_state(Session::from_text(session->source())->timeline().end()));
    std::vector<std::uint64_t> hashes;
    for (OperationNumber number = 0; number <= timeline.operation_count(); ++number)
        hashes.push_back(hash_state(timeline.seek({number, 0})));
    EXPECT_EQ(hashes.back(), end);
    for (OperationNumber number = timeline.operation_count(); number-- > 0;) {
        EXPECT_EQ(hash_state(timeline.seek({number, 0})), hashes[number]);
        // Recorded, event by event, the operation ends where it ended with nobody looking.
        State state = timeline.state_before(number);
        for (const EventRecord& event : timeline.events_of(number)) apply_event(event, state);
        EXPECT_EQ(hash_state(state), hashes[number + 1]) << session->call_text(number);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Machines, Constructor,
    testing::Values(std::pair("", "0"), std::pair("allocator = slab;", "0"), std::pair("freelist_random = on;", "0"),
                    std::pair("", "SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER"),
                    std::pair("allocator = slab;", "SLAB_POISON")));

TEST(Constructors, ABulkRequestMakesSlabsAsItGoes) {
    // The constructor's own array moves the variables while the request is under way.
    const auto session = Session::from_text(R"(
        int runs;
        void init_once(void *object) {
            int history[5000];
            history[4999] = ++runs;
            int *words = object;
            words[0] = history[4999];
        }
        struct kmem_cache *cache = kmem_cache_create("inode", 500, 0, 0, init_once);
        void *objects[30];
        assert(kmem_cache_alloc_bulk(cache, GFP_KERNEL, 30, objects) == 30);
        assert(runs == 32);
        for (int i = 0; i < 30; i++) {
            int *words = objects[i];
            assert(words[0] == i + 1);
        }
    )");
    expect_clean(*session);
    EXPECT_EQ(constructed(*session, 1).size(), 32U);
}

TEST(Constructors, AWriteBesideTheObjectIsToldAsAnywhere) {
    const auto session = Session::from_text(R"(
        void init_once(void *object) { memset(object, 0, 501); }
        struct kmem_cache *cache = kmem_cache_create("inode", 500, 0, 0, init_once);
        void *object = kmem_cache_alloc(cache, GFP_KERNEL);
    )");
    expect_clean(*session);
    EXPECT_EQ(session->timeline().result_of(1).status, OperationStatus::mistake);
}

TEST(Constructors, WhatOneMayNotDoStopsTheRunAtItsLine) {
    const auto session =
        Session::from_text("void init_once(void *object) {\n"
                           "    note(\"one more\");\n"
                           "    void *more = kmalloc(64, GFP_KERNEL);\n"
                           "}\n"
                           "struct kmem_cache *cache = kmem_cache_create(\"inode\", 500, 0, 0, init_once);\n"
                           "void *object = kmem_cache_alloc(cache, GFP_KERNEL);\n"
                           "void *never = kmem_cache_alloc(cache, GFP_KERNEL);\n");
    ASSERT_TRUE(session->stop());
    EXPECT_EQ(session->stop()->line, 3U);
    EXPECT_NE(session->stop()->message.find("a constructor runs while its slab is being made"), std::string::npos);
    Timeline& timeline = session->timeline();
    EXPECT_EQ(timeline.operation_count(), 2U);
    const auto events = timeline.events_of(1);
    State state = timeline.state_before(1);
    unsigned notes = 0;
    for (const EventRecord& event : events)
        if (event_name(event) == "ConstructorNote") {
            ++notes;
            EXPECT_NE(event_sentence(event, state).plain().find("one more"), std::string::npos);
        }
    EXPECT_EQ(notes, 1U);
}

TEST(Constructors, TakeTheObjectAndNothingElse) {
    const auto session =
        Session::from_text("void set_up(void *object, int flags) { }\n"
                           "struct kmem_cache *cache = kmem_cache_create(\"inode\", 500, 0, 0, set_up);\n");
    ASSERT_EQ(session->errors().size(), 1U);
    EXPECT_EQ(session->errors()[0].line, 2U);
    EXPECT_NE(session->errors()[0].message.find("void set_up(void *object), defined in line 1"), std::string::npos);
}

}  // namespace
}  // namespace pageframe
