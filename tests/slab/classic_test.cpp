// The classic SLAB, rule by rule: geometry, colours, lists, arrays.
#include <gtest/gtest.h>

#include "engine/core/gfp.h"
#include "engine/machine/machine.h"
#include "engine/slab/classic_geometry.h"
#include "engine/slab/slab_check.h"

namespace pageframe {
namespace {

CacheGeometry geometry(std::uint32_t size, SlabFlags flags = 0) {
    CacheGeometry made;
    EXPECT_TRUE(calculate_classic_geometry({size, 0, flags, false}, made));
    return made;
}

TEST(ClassicGeometry, TextbookCache) {
    // 256-byte objects in one page: 15 of them, 5 colours of 32 bytes, management on the slab.
    const CacheGeometry made = geometry(256, slab_flag::hwcache_align);
    EXPECT_EQ(made.order, 0);
    EXPECT_EQ(made.objects, 15u);
    EXPECT_EQ(made.colours, 5u);
    EXPECT_EQ(made.colour_bytes, 32u);
    EXPECT_FALSE(made.management_off_slab);
    EXPECT_EQ(made.management_bytes, 96u);  // 28 + 15 * 4 = 88, to a cache line
}

TEST(ClassicGeometry, EstimateCountsManagementOnTheSlabOnly) {
    // (4096 - 28) / (32 + 4) = 113, and 28 + 113 * 4 + 113 * 32 = 4096.
    EXPECT_EQ(cache_estimate(0, 32, 4, false).objects, 113u);
    EXPECT_EQ(cache_estimate(0, 32, 4, false).left_over, 0u);
    // 28 + 3 * 4 = 40 bytes of management, aligned to a line: 64.
    EXPECT_EQ(cache_estimate(0, 1312, 32, false).objects, 3u);
    EXPECT_EQ(cache_estimate(0, 1312, 32, false).left_over, 4096u - 3 * 1312 - 64);
    EXPECT_EQ(cache_estimate(0, 32, 32, true).objects, 128u);
    EXPECT_EQ(cache_estimate(0, 8192, 4, true).objects, 0u);
}

TEST(ClassicGeometry, ManagementLiesElsewhereFromAnEighthOfAPageOn) {
    EXPECT_FALSE(geometry(508).management_off_slab);
    const CacheGeometry half = geometry(512);
    EXPECT_TRUE(half.management_off_slab);
    EXPECT_EQ(half.objects, 8u);
    EXPECT_EQ(half.colours, 0u);
    // 4096 - 5 * 700 = 596 are left over: the management fits there after all.
    const CacheGeometry odd = geometry(700);
    EXPECT_FALSE(odd.management_off_slab);
    EXPECT_EQ(odd.objects, 11u);
    EXPECT_EQ(odd.order, 1);
    EXPECT_EQ(odd.colours, (8192u - 11 * 700 - 72) / 32);
}

TEST(ClassicGeometry, AnEighthOfWasteIsAccepted) {
    // 1,400 bytes: two in a page waste 1,296 (more than an eighth), five in two pages 1,192 (more too, but
    // order 1 is where it stops looking).
    const CacheGeometry made = geometry(1400);
    EXPECT_EQ(made.order, 1);
    EXPECT_EQ(made.objects, 5u);
    // A reclaimable cache keeps to single pages as far as it can.
    EXPECT_EQ(geometry(1400, slab_flag::reclaim_account).order, 0);
}

TEST(ClassicGeometry, Arrays) {
    EXPECT_EQ(array_limits(100, 1).limit, 120u);
    EXPECT_EQ(array_limits(100, 1).batch, 60u);
    EXPECT_EQ(array_limits(100, 1).shared, 0u);
    EXPECT_EQ(array_limits(100, 2).shared, 480u);
    EXPECT_EQ(array_limits(257, 1).limit, 54u);
    EXPECT_EQ(array_limits(1025, 1).limit, 24u);
    EXPECT_EQ(array_limits(4097, 2).limit, 8u);
    EXPECT_EQ(array_limits(4097, 2).shared, 0u);
}

class ClassicMachine : public testing::Test {
protected:
    void start(std::uint8_t cpus) {
        MachineConfiguration configuration;
        configuration.cpus = cpus;
        configuration.allocator = MachineConfiguration::Allocator::slab;
        state_ = boot(configuration, std::make_shared<ChunkPool>());
        Operation create;
        create.kind = OperationKind::kmem_cache_create;
        create.argument = 256;
        create.pfn = 0;
        create.gfp_flags = slab_flag::hwcache_align;
        cache_ = static_cast<CacheId>(run(create).value);
    }
    OperationResult run(const Operation& operation) { return execute(state_, operation, number_++, nullptr, output_); }
    std::uint64_t take(CpuId cpu = 0) {
        Operation operation;
        operation.kind = OperationKind::kmem_cache_alloc;
        operation.cpu = cpu;
        operation.pfn = cache_;
        operation.gfp_flags = gfp::kernel;
        return run(operation).value;
    }
    void give(std::uint64_t address, CpuId cpu = 0) {
        Operation operation;
        operation.kind = OperationKind::kmem_cache_free;
        operation.cpu = cpu;
        operation.pfn = cache_;
        operation.argument = address;
        operation.text = no_operation;
        run(operation);
        EXPECT_EQ(check_slab(state_.slab), "");
    }
    const CacheNode& node() const { return state_.slab.cache_node(cache_, 0); }
    const CpuCache& cpu(CpuId cpu) const { return state_.slab.cpu_cache(cache_, cpu); }

    State state_;
    CacheId cache_ = no_cache;
    OperationNumber number_ = 0;
    OperationOutput output_;
};

TEST_F(ClassicMachine, FirstRefillIsSmall) {
    start(1);
    const std::uint64_t first = take();
    // 16 objects for a quiet CPU: one slab of 15 and one of a second. The top of the array is given.
    EXPECT_EQ(cpu(0).avail, 14);
    EXPECT_EQ(node().full.count, 1u);
    EXPECT_EQ(node().total_objects, 15u);
    // Object 14 of the first slab: filled last, taken first; management and no colour before object 0.
    EXPECT_EQ(first % page_size, 96 + 14 * 256u);
}

TEST_F(ClassicMachine, ColoursTakeTurns) {
    start(1);
    std::vector<std::uint32_t> starts;
    for (int i = 0; i < 90; ++i) take();
    for (SlabId id = state_.slab.caches[cache_].slabs; id != no_slab; id = state_.slab.slabs[id].next_of_cache)
        starts.insert(starts.begin(), state_.slab.slabs[id].colour);
    ASSERT_GE(starts.size(), 6u);
    for (std::size_t i = 0; i < starts.size(); ++i) EXPECT_EQ(starts[i], 96 + i % 5 * 32);
}

TEST_F(ClassicMachine, SlabsChangeListAsTheirStateChanges) {
    start(1);
    std::vector<std::uint64_t> held;
    for (int i = 0; i < 300; ++i) held.push_back(take());
    EXPECT_EQ(node().partial.count + node().full.count, node().nr_slabs);
    // 120 stay in the array; of the others whole slabs come back, and the node keeps 1 + 1 batches and a slab.
    for (std::uint64_t address : held) give(address);
    EXPECT_EQ(cpu(0).avail, 120);
    EXPECT_EQ(node().full.count + node().partial.count, 8u);
    EXPECT_LE(node().free_objects, node().free_limit);
    EXPECT_EQ(node().free_limit, 2 * 60u + 15);
}

TEST_F(ClassicMachine, OneCpusObjectsReachTheOtherThroughTheSharedArray) {
    start(2);
    std::vector<std::uint64_t> held;
    for (int i = 0; i < 200; ++i) held.push_back(take(0));
    for (std::uint64_t address : held) give(address, 0);
    EXPECT_EQ(node().shared_avail, 120u);
    const std::uint32_t slabs = node().nr_slabs;
    take(1);
    EXPECT_EQ(node().shared_avail, 120u - 16);
    EXPECT_EQ(cpu(1).avail, 15);
    EXPECT_EQ(node().nr_slabs, slabs);
}

TEST_F(ClassicMachine, ShrinkGivesEverythingBack) {
    start(2);
    std::vector<std::uint64_t> held;
    for (int i = 0; i < 100; ++i) held.push_back(take(static_cast<CpuId>(i % 2)));
    for (std::uint64_t address : held) give(address, 0);
    Operation shrink;
    shrink.kind = OperationKind::kmem_cache_shrink;
    shrink.pfn = cache_;
    EXPECT_EQ(run(shrink).value, 0u);
    EXPECT_EQ(node().nr_slabs, 0u);
    EXPECT_EQ(node().free_objects, 0u);
    EXPECT_EQ(check_slab(state_.slab), "");
}

}  // namespace
}  // namespace pageframe
