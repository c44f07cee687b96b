// The page allocator's rules one by one: what is split, where a block goes, who may take how much, and
// what is told when a caller makes a mistake.
#include <gtest/gtest.h>

#include "engine/buddy/buddy_check.h"
#include "engine/buddy/buddy_events.h"
#include "engine/buddy/free_lists.h"
#include "engine/core/gfp.h"
#include "engine/machine/events.h"
#include "engine/machine/machine.h"

namespace pageframe {
namespace {

/// A machine to call, with the events of the last call.
class BuddyTest : public testing::Test {
protected:
    void start(std::uint64_t mib, bool per_cpu_lists = false) {
        MachineConfiguration configuration;
        configuration.ram_bytes = mib << 20;
        configuration.per_cpu_lists = per_cpu_lists;
        state_ = boot(configuration, std::make_shared<ChunkPool>());
        number_ = 0;
    }
    OperationResult run(const Operation& operation) {
        recorder_.clear();
        before_ = state_;
        const OperationResult result = execute(state_, operation, number_++, &recorder_, output_);
        EXPECT_EQ(check_buddy(state_.buddy), "");
        return result;
    }
    Pfn alloc(GfpFlags flags, Order order) {
        Operation operation;
        operation.kind = OperationKind::alloc_pages;
        operation.gfp_flags = flags;
        operation.order = order;
        return static_cast<Pfn>(run(operation).value);
    }
    OperationResult free(Pfn pfn, Order order, OperationNumber from = no_operation) {
        Operation operation;
        operation.kind = OperationKind::free_pages;
        operation.pfn = pfn;
        operation.order = order;
        operation.argument = from;
        return run(operation);
    }
    std::size_t count_events(std::string_view name) const {
        std::size_t count = 0;
        for (const EventRecord& record : recorder_.events()) count += event_name(record) == name;
        return count;
    }
    /// The sentence of the last call's first event of that name.
    std::string sentence(std::string_view name) const {
        State state = before_;
        for (const EventRecord& record : recorder_.events()) {
            if (event_name(record) == name) return event_sentence(record, state).plain();
            apply_event(record, state);
        }
        return "";
    }
    std::vector<Pfn> free_blocks(ZoneId zone, Order order, Migratetype type) const {
        std::vector<Pfn> list;
        for (Pfn pfn = free_list(state_.buddy.zones[zone], order, type).head; pfn != no_pfn;
             pfn = state_.buddy.frames[pfn].next)
            list.push_back(pfn);
        return list;
    }

    State state_;
    State before_;
    Recorder recorder_;
    OperationOutput output_;
    OperationNumber number_ = 0;
};

TEST_F(BuddyTest, AFreshMachineHasTheLargestBlocksInAscendingOrder) {
    start(64);
    ASSERT_EQ(state_.buddy.zones.size(), 2U);
    EXPECT_EQ(free_blocks(0, 10, Migratetype::movable), (std::vector<Pfn>{1024, 2048, 3072}));
    EXPECT_EQ(free_blocks(1, 10, Migratetype::movable).front(), 4096U);
    EXPECT_EQ(free_blocks(1, 10, Migratetype::movable).size(), 12U);
    EXPECT_EQ(check_buddy(state_.buddy), "");
}

TEST_F(BuddyTest, SplittingPutsEachUpperHalfAtTheHeadOfItsList) {
    start(64);
    const Pfn pfn = alloc(gfp::highuser_movable, 7);
    EXPECT_EQ(pfn, 4096U);
    EXPECT_EQ(count_events("SplitBlock"), 3U);
    EXPECT_EQ(free_blocks(1, 9, Migratetype::movable), (std::vector<Pfn>{4096 + 512}));
    EXPECT_EQ(free_blocks(1, 8, Migratetype::movable), (std::vector<Pfn>{4096 + 256}));
    EXPECT_EQ(free_blocks(1, 7, Migratetype::movable), (std::vector<Pfn>{4096 + 128}));
    EXPECT_EQ(sentence("TakeFreeBlock"),
              "Orders 7 to 9 are empty (movable), so the order-10 block at pfn 4096 leaves its list, to be split.");
    EXPECT_EQ(sentence("SplitBlock"),
              "The order-10 block is split: the lower half, pfn 4096, is split on; the upper half, pfn 4608, becomes "
              "the new head of the order-9 list.");
}

TEST_F(BuddyTest, FreeingMergesBackToTheBlockThatWasSplit) {
    start(64);
    const std::uint64_t hash = hash_state(state_);
    const Pfn pfn = alloc(gfp::highuser_movable, 5);
    EXPECT_NE(hash_state(state_), hash);
    EXPECT_EQ(free(pfn, 5).status, OperationStatus::done);
    EXPECT_EQ(count_events("MergeBuddy"), 5U);
    // Merged to the largest order, it goes to the head of the list.
    EXPECT_EQ(free_blocks(1, 10, Migratetype::movable).front(), pfn);
}

TEST_F(BuddyTest, ABlockWhoseNextBuddyIsFreeWaitsAtTheTail) {
    start(64);
    const Pfn a = alloc(gfp::highuser_movable, 4);
    const Pfn b = alloc(gfp::highuser_movable, 4);
    const Pfn c = alloc(gfp::highuser_movable, 4);
    ASSERT_EQ(b, a + 16);
    ASSERT_EQ(c, a + 32);
    free(c, 4);  // its buddy a+48 is free: they merge to order 5, and on
    const Pfn far = alloc(gfp::highuser_movable, 5);
    ASSERT_EQ(far, c);
    free(far, 5);
    free(a, 4);  // the buddy b is taken, the buddy one order up (a+32) is free
    EXPECT_NE(sentence("AddFreeBlock").find("tail"), std::string::npos);
}

TEST_F(BuddyTest, AnUnmovableRequestTakesOverMovablePageblocks) {
    start(64);
    const Pfn pfn = alloc(gfp::kernel, 5);
    EXPECT_EQ(count_events("StealFallback"), 1U);
    EXPECT_EQ(count_events("SetPageblockType"), 2U) << "an order-10 block is two pageblocks";
    EXPECT_EQ(state_.buddy.pageblock_type(pfn), Migratetype::unmovable);
    EXPECT_EQ(state_.buddy.frames[pfn].migratetype, Migratetype::unmovable);
}

TEST_F(BuddyTest, AtomicRequestsReachDeeperThanKernelRequests) {
    start(20);
    std::size_t by_kernel = 0;
    while (alloc(gfp::kernel | gfp::noretry, 0) != no_pfn) ++by_kernel;
    std::size_t by_atomic = 0;
    while (alloc(gfp::atomic, 0) != no_pfn) ++by_atomic;
    std::size_t by_memalloc = 0;
    while (alloc(gfp::atomic | gfp::memalloc, 0) != no_pfn) ++by_memalloc;
    EXPECT_GT(by_kernel, 1000U);
    EXPECT_GT(by_atomic, 0U);
    EXPECT_GT(by_memalloc, 0U);
    std::int64_t left = 0;
    for (ZoneId zone = 0; zone < state_.buddy.zones.size(); ++zone) left += state_.buddy.exact_free_pages(zone);
    EXPECT_EQ(left, 0);
}

TEST_F(BuddyTest, AnOrderBeyondTheLargestGetsNull) {
    start(64);
    EXPECT_EQ(alloc(gfp::kernel, 11), no_pfn);
    EXPECT_EQ(count_events("AllocationFailed"), 1U);
}

TEST_F(BuddyTest, ExactRequestsGiveTheSurplusBack) {
    start(64);
    Operation operation;
    operation.kind = OperationKind::alloc_pages_exact;
    operation.gfp_flags = gfp::highuser_movable;
    operation.argument = 5 * page_size;
    const auto pfn = static_cast<Pfn>(run(operation).value);
    for (Pfn i = 0; i < 5; ++i) EXPECT_EQ(state_.buddy.frames[pfn + i].kind, FrameKind::allocated_head);
    EXPECT_EQ(find_block(state_.buddy, pfn + 5), (BlockReference{pfn + 5, 0}));
    EXPECT_EQ(find_block(state_.buddy, pfn + 7), (BlockReference{pfn + 6, 1}));
    operation.kind = OperationKind::free_pages_exact;
    operation.pfn = pfn;
    EXPECT_EQ(run(operation).status, OperationStatus::done);
    EXPECT_EQ(find_block(state_.buddy, pfn).order, 10);
}

TEST_F(BuddyTest, PerCpuListsGiveBackTheHottestPageFirst) {
    start(64, true);
    const Pfn a = alloc(gfp::kernel, 0);
    const Pfn b = alloc(gfp::kernel, 0);
    free(a, 0);
    free(b, 0);
    EXPECT_EQ(alloc(gfp::kernel, 0), b);
    EXPECT_EQ(alloc(gfp::kernel, 0), a);
    EXPECT_EQ(count_events("PerCpuRemove"), 1U);
    EXPECT_EQ(count_events("TakeFreeBlock"), 0U);
}

// ---------------------------------------------------------------- mistakes

TEST_F(BuddyTest, ADoubleFreeIsToldWithBothPlaces) {
    start(64);
    const Pfn pfn = alloc(gfp::kernel, 3);  // operation 1
    free(pfn, 3, 0);                        // operation 2
    const std::uint64_t hash = hash_state(state_);
    EXPECT_EQ(free(pfn, 3, 0).status, OperationStatus::mistake);
    EXPECT_EQ(hash_state(state_), hash) << "nothing may change";
    const std::string told = sentence("PageMistake");
    EXPECT_NE(told.find("Double free"), std::string::npos);
    EXPECT_NE(told.find("freed by operation 2"), std::string::npos) << told;
}

TEST_F(BuddyTest, ADoubleFreeOnAPerCpuListIsFoundToo) {
    start(64, true);
    const Pfn pfn = alloc(gfp::kernel, 0);
    free(pfn, 0);
    EXPECT_EQ(free(pfn, 0).status, OperationStatus::mistake);
    EXPECT_NE(sentence("PageMistake").find("operation 2"), std::string::npos);
}

TEST_F(BuddyTest, AnOldPointerFreesItsNewOwnersMemory) {
    start(64);
    const Pfn pfn = alloc(gfp::kernel, 3);  // operation 1
    free(pfn, 3, 0);                        // operation 2
    ASSERT_EQ(alloc(gfp::kernel, 3), pfn);  // operation 3
    EXPECT_EQ(free(pfn, 3, 0).status, OperationStatus::mistake);
    const std::string told = sentence("PageMistake");
    EXPECT_NE(told.find("operation 1"), std::string::npos) << told;
    EXPECT_NE(told.find("operation 3"), std::string::npos) << told;
}

TEST_F(BuddyTest, ATooSmallOrderLeaksTheRest) {
    start(64);
    const Pfn pfn = alloc(gfp::kernel, 5);
    EXPECT_EQ(free(pfn, 3).status, OperationStatus::mistake);
    EXPECT_EQ(find_block(state_.buddy, pfn), (BlockReference{pfn, 3}));
    EXPECT_EQ(state_.buddy.frames[pfn].kind, FrameKind::free_head);
    EXPECT_EQ(find_block(state_.buddy, pfn + 8), (BlockReference{pfn + 8, 3}));
    EXPECT_EQ(find_block(state_.buddy, pfn + 16), (BlockReference{pfn + 16, 4}));
    EXPECT_EQ(state_.buddy.frames[pfn + 16].kind, FrameKind::allocated_head);
}

TEST_F(BuddyTest, ATooLargeOrderChangesNothing) {
    start(64);
    const Pfn pfn = alloc(gfp::kernel, 3);
    const std::uint64_t hash = hash_state(state_);
    EXPECT_EQ(free(pfn, 5).status, OperationStatus::mistake);
    EXPECT_EQ(hash_state(state_), hash);
}

TEST_F(BuddyTest, WhatWasNeverAllocatedCannotBeFreed) {
    start(64);
    const Pfn pfn = alloc(gfp::kernel, 5);
    for (Pfn wrong : {pfn + 1, Pfn{8192}, Pfn{0}, Pfn{0xa0}, Pfn{1U << 30}}) {
        const std::uint64_t hash = hash_state(state_);
        EXPECT_EQ(free(wrong, 0).status, OperationStatus::mistake) << wrong;
        EXPECT_EQ(hash_state(state_), hash) << wrong;
        EXPECT_NE(sentence("PageMistake").find("never allocated"), std::string::npos) << sentence("PageMistake");
    }
}

TEST_F(BuddyTest, SleepingInAtomicContextIsTold) {
    start(64);
    Operation operation;
    operation.kind = OperationKind::alloc_pages;
    operation.gfp_flags = gfp::kernel;
    operation.context = context_atomic;
    const OperationResult result = run(operation);
    EXPECT_EQ(result.status, OperationStatus::mistake);
    EXPECT_NE(result.value, no_pfn) << "the kernel warns and goes on";
    operation.gfp_flags = gfp::atomic;
    EXPECT_EQ(run(operation).status, OperationStatus::done);
}

// ---------------------------------------------------------------- events

TEST_F(BuddyTest, ApplyingTheEventsGivesTheStateOfRunning) {
    start(64, true);
    for (Order order : {0, 3, 5, 9, 10, 0, 2}) {
        alloc(gfp::kernel, static_cast<Order>(order));
        State replayed = before_;
        for (const EventRecord& record : recorder_.events()) apply_event(record, replayed);
        EXPECT_EQ(hash_state(replayed), hash_state(state_)) << "order " << int{order};
    }
}

}  // namespace
}  // namespace pageframe
