// A caller's mistakes: what the kernel does not notice goes wrong as it does there; what it notices with
// debugging on is found when it finds it; each is told with both places.
#include <gtest/gtest.h>

#include "engine/core/gfp.h"
#include "engine/kmalloc/kmalloc_classes.h"
#include "engine/machine/events.h"
#include "engine/machine/machine.h"
#include "engine/slab/slab_check.h"

namespace pageframe {
namespace {

class Mistakes : public testing::Test {
protected:
    Mistakes() : state_(boot({}, std::make_shared<ChunkPool>())) {}

    OperationResult run(const Operation& operation) {
        Recorder recorder;
        State before = state_;
        const OperationResult result = execute(state_, operation, number_++, &recorder, output_);
        told_.clear();
        for (const EventRecord& event : recorder.events()) {
            const std::string_view name = event_name(event);
            if (name == "SlabMistake" || name == "ObjectAccess" || name == "PageMistake")
                told_ += event_sentence(event, before).plain() + "\n";
            apply_event(event, before);
        }
        return result;
    }
    CacheId create(std::uint32_t size, SlabFlags flags) {
        Operation operation;
        operation.kind = OperationKind::kmem_cache_create;
        operation.argument = size;
        operation.pfn = 0;
        operation.gfp_flags = flags;
        return static_cast<CacheId>(run(operation).value);
    }
    std::uint64_t take(CacheId cache) {
        Operation operation;
        operation.kind = OperationKind::kmem_cache_alloc;
        operation.pfn = cache;
        operation.gfp_flags = gfp::kernel;
        return run(operation).value;
    }
    std::uint64_t take_bytes(std::uint64_t bytes) {
        Operation operation;
        operation.kind = OperationKind::kmalloc;
        operation.argument = bytes;
        operation.gfp_flags = gfp::kernel;
        return run(operation).value;
    }
    OperationStatus give(CacheId cache, std::uint64_t address, OperationNumber taken_by = no_operation) {
        Operation operation;
        operation.kind = OperationKind::kmem_cache_free;
        operation.pfn = cache;
        operation.argument = address;
        operation.text = taken_by;
        return run(operation).status;
    }
    OperationStatus store(std::uint64_t address) {
        Operation operation;
        operation.kind = OperationKind::store;
        operation.argument = address;
        operation.order = 1;
        set_second_argument(operation, 0x41);
        return run(operation).status;
    }
    bool told(const char* words) const { return told_.find(words) != std::string::npos; }

    State state_;
    OperationNumber number_ = 0;
    OperationOutput output_;
    std::string told_;
};

constexpr SlabFlags all_checks = slab_flag::consistency_checks | slab_flag::red_zone | slab_flag::poison;

TEST_F(Mistakes, DoubleFreeGivesTwoCallersTheSameObject) {
    const CacheId cache = create(256, 0);
    const std::uint64_t a = take(cache);
    const std::uint64_t b = take(cache);
    EXPECT_EQ(give(cache, a), OperationStatus::done);
    EXPECT_EQ(give(cache, b), OperationStatus::done);
    EXPECT_EQ(give(cache, a), OperationStatus::mistake);
    EXPECT_TRUE(told("freed by operation 4, and here again")) << told_;
    EXPECT_EQ(take(cache), a);
    EXPECT_EQ(take(cache), b);
    EXPECT_EQ(take(cache), a);
}

TEST_F(Mistakes, DoubleFreeOfTheLastFreedStopsTheKernel) {
    const CacheId cache = create(256, 0);
    const std::uint64_t a = take(cache);
    give(cache, a);
    EXPECT_EQ(give(cache, a), OperationStatus::mistake);
    EXPECT_TRUE(told("BUG at set_freepointer")) << told_;
    EXPECT_EQ(check_slab(state_.slab), "");
}

TEST_F(Mistakes, ConsistencyChecksRefuseADoubleFree) {
    const CacheId cache = create(256, all_checks);
    const std::uint64_t a = take(cache);
    take(cache);
    give(cache, a);
    EXPECT_EQ(give(cache, a), OperationStatus::mistake);
    EXPECT_TRUE(told("Object already free")) << told_;
    EXPECT_EQ(check_slab(state_.slab), "");
}

TEST_F(Mistakes, FreeOfWhatIsNoObject) {
    const CacheId cache = create(256, 0);
    const CacheId other = create(1000, 0);
    const std::uint64_t a = take(cache);
    EXPECT_EQ(give(cache, a + 8), OperationStatus::mistake);
    EXPECT_TRUE(told("into the middle")) << told_;
    EXPECT_EQ(give(cache, direct_map_start + 0x3000), OperationStatus::mistake);
    EXPECT_EQ(give(other, a), OperationStatus::mistake);
    EXPECT_TRUE(told("Wrong cache")) << told_;
    EXPECT_EQ(check_slab(state_.slab), "");
}

TEST_F(Mistakes, StalePointerFreesAnothersObject) {
    const CacheId cache = create(256, 0);
    const std::uint64_t a = take(cache);
    const OperationNumber first = number_ - 1;
    give(cache, a, first);
    EXPECT_EQ(take(cache), a);
    EXPECT_EQ(give(cache, a, first), OperationStatus::mistake);
    EXPECT_TRUE(told("freed under its feet")) << told_;
}

TEST_F(Mistakes, LeakAtDestroy) {
    const CacheId cache = create(256, 0);
    take(cache);
    Operation destroy;
    destroy.kind = OperationKind::kmem_cache_destroy;
    destroy.pfn = cache;
    EXPECT_EQ(run(destroy).status, OperationStatus::mistake);
    EXPECT_TRUE(told("taken by operation 2, is still in use")) << told_;
}

TEST_F(Mistakes, WriteAfterFreeBreaksTheFreelist) {
    const CacheId cache = create(256, 0);
    const std::uint64_t a = take(cache);
    give(cache, a);
    // The link of a 256-byte object stands at byte 128.
    EXPECT_EQ(store(a + 128), OperationStatus::mistake);
    EXPECT_TRUE(told("Use after free")) << told_;
    EXPECT_EQ(take(cache), a);
    EXPECT_TRUE(told("Corrupted freelist")) << told_;
    EXPECT_NE(take(cache), 0u);
}

TEST_F(Mistakes, PoisonIsCheckedWhenTheObjectIsTakenAgain) {
    const CacheId cache = create(256, all_checks);
    const std::uint64_t a = take(cache);
    give(cache, a);
    const std::uint64_t physical = a - direct_map_start;
    EXPECT_EQ(state_.paging.memory.read(physical, 1), 0x6bu);
    EXPECT_EQ(state_.paging.memory.read(physical + 255, 1), 0xa5u);
    EXPECT_EQ(state_.paging.memory.read(physical + 256, 1), 0xbbu);
    EXPECT_EQ(store(a + 10), OperationStatus::mistake);
    const std::uint64_t b = take(cache);
    EXPECT_TRUE(told("Poison overwritten")) << told_;
    EXPECT_NE(b >> page_shift, a >> page_shift);
}

TEST_F(Mistakes, RedZonesAreCheckedWhenTheObjectComesBack) {
    const CacheId cache = create(256, all_checks);
    const std::uint64_t a = take(cache);
    EXPECT_EQ(state_.paging.memory.read(a + 256 - direct_map_start, 1), 0xccu);
    EXPECT_EQ(store(a + 256), OperationStatus::mistake);
    EXPECT_TRUE(told("Past the end")) << told_;
    EXPECT_EQ(give(cache, a), OperationStatus::mistake);
    EXPECT_TRUE(told("Red zone overwritten")) << told_;
    const std::uint64_t b = take(cache);
    EXPECT_EQ(store(b - 1), OperationStatus::mistake);
    EXPECT_TRUE(told("Before the start")) << told_;
    EXPECT_EQ(store(b), OperationStatus::done);
    EXPECT_EQ(store(b + 255), OperationStatus::done);
}

TEST_F(Mistakes, ARefusedFreeLeavesTheObjectAsItIs) {
    const CacheId cache = create(64, all_checks);
    const std::uint64_t a = take(cache);
    const std::uint64_t b = take(cache);
    store(a);
    store(a + 64);
    EXPECT_EQ(give(cache, a), OperationStatus::mistake);
    EXPECT_EQ(state_.paging.memory.read(a - direct_map_start, 1), 0x41u) << "the free was refused";
    EXPECT_EQ(state_.paging.memory.read(a + 64 - direct_map_start, 1), 0xccu) << "the red zone is restored";
    EXPECT_EQ(give(cache, a), OperationStatus::done);
    EXPECT_EQ(state_.paging.memory.read(a - direct_map_start, 1), 0x6bu);
    EXPECT_EQ(give(cache, b), OperationStatus::done);
    store(b + 8);
    EXPECT_EQ(give(cache, b), OperationStatus::mistake);
    EXPECT_EQ(state_.paging.memory.read(b + 8 - direct_map_start, 1), 0x41u) << "it was free already";
}

/// shutdown_cache() takes a cache off the list only when nothing of it is left.
TEST_F(Mistakes, ACacheThatCouldNotBeDestroyedGoesOn) {
    const CacheId cache = create(64, 0);
    const std::uint64_t a = take(cache);
    Operation destroy;
    destroy.kind = OperationKind::kmem_cache_destroy;
    destroy.pfn = cache;
    EXPECT_EQ(run(destroy).status, OperationStatus::mistake);
    EXPECT_TRUE(told("Objects remaining")) << told_;
    EXPECT_EQ(give(cache, a), OperationStatus::done);
    EXPECT_EQ(give(cache, take(cache)), OperationStatus::done);
    EXPECT_EQ(run(destroy).status, OperationStatus::mistake);
    EXPECT_TRUE(told("does nothing")) << told_;
    EXPECT_EQ(check_slab(state_.slab), "");
}

TEST_F(Mistakes, KreallocCopiesBeforeItFrees) {
    const std::uint64_t p = take_bytes(32);
    Operation operation;
    operation.gfp_flags = gfp::kernel;
    store(p);
    operation.kind = OperationKind::krealloc;
    operation.argument = p;
    operation.pfn = 500;
    operation.text = no_operation;
    Recorder recorder;
    const OperationResult result = execute(state_, operation, number_++, &recorder, output_);
    ASSERT_NE(result.value, p);
    EXPECT_EQ(state_.paging.memory.read(result.value - direct_map_start, 1), 0x41u);
    std::string order;
    for (const EventRecord& event : recorder.events())
        if (event_name(event) == "CopyBytes" || event_name(event) == "ReleaseObject")
            order += std::string(event_name(event)) + " ";
    EXPECT_EQ(order, "CopyBytes ReleaseObject ");
}

TEST_F(Mistakes, KmallocsWasteIsNotTheCallers) {
    const std::uint64_t p = take_bytes(33);
    EXPECT_EQ(store(p + 32), OperationStatus::done);
    EXPECT_EQ(store(p + 33), OperationStatus::mistake);
    EXPECT_TRUE(told("Past what was asked for")) << told_;
}

}  // namespace
}  // namespace pageframe
