// Random operations of every kind on machines of several shapes, every invariant after each.
#include <gtest/gtest.h>

#include <cstdlib>

#include "engine/buddy/buddy_check.h"
#include "engine/buddy/free_lists.h"
#include "engine/core/gfp.h"
#include "engine/core/random.h"
#include "engine/machine/events.h"
#include "engine/machine/machine.h"

namespace pageframe {
namespace {

/// Draws operations that a careful caller could make, and remembers what it holds.
class CarefulCaller {
public:
    CarefulCaller(State& state, std::uint64_t seed) : state_(state), random_(seed) {}

    void step() {
        const std::uint32_t what = random_.below(100);
        if (what < 40) return allocate();
        if (what < 45) return allocate_exact();
        if (what < 48) return allocate_bulk();
        if (what < 49) return drain();
        if (what < 50 && random_.below(8) == 0) return compact();
        if (what < 50) return allocate_contiguous();
        if (what < 51) return split();
        free_something();
    }

    /// The same operations go to a second machine, where a recorder looks on.
    void watch(State& recorded) { recorded_ = &recorded; }

    std::size_t failures() const { return failures_; }
    std::size_t moved() const { return moved_; }
    OperationNumber operations() const { return number_; }

private:
    struct Block {
        Pfn pfn;
        Order order;
        std::uint64_t exact_bytes;  // 0: an ordinary block
        OperationNumber owner;      // the operation that took it
        std::uint32_t contiguous;   // frames from cma_alloc; 0: not from there
    };

    OperationResult run(Operation operation) {
        operation.cpu = static_cast<CpuId>(random_.below(static_cast<std::uint32_t>(state_.buddy.cpu_count())));
        const OperationResult result = execute(state_, operation, number_++, nullptr, output_);
        if (recorded_ != nullptr) {
            recorder_.clear();
            const OperationResult seen = execute(*recorded_, operation, number_ - 1, &recorder_, recorded_output_);
            EXPECT_EQ(result.value, seen.value) << "operation " << number_ - 1;
            EXPECT_EQ(result.status, seen.status) << "operation " << number_ - 1;
            EXPECT_EQ(output_.moves.size(), recorded_output_.moves.size()) << "operation " << number_ - 1;
        }
        EXPECT_NE(result.status, OperationStatus::mistake);
        if (result.status == OperationStatus::failed) ++failures_;
        // A handle goes on pointing at its moved page.
        for (const MovedPage& move : output_.moves) {
            ++moved_;
            std::size_t followed = 0;
            for (Block& block : held_)
                if (block.pfn == move.from && block.owner == move.owner) block.pfn = move.to, ++followed;
            EXPECT_EQ(followed, 1U) << "pfn " << move.from << " moved, and nobody holds it";
        }
        return result;
    }

    GfpFlags flags() {
        constexpr GfpFlags choices[] = {gfp::kernel,
                                        gfp::atomic,
                                        gfp::nowait,
                                        gfp::highuser_movable,
                                        gfp::kernel | gfp::reclaimable,
                                        gfp::kernel | gfp::dma,
                                        gfp::atomic | gfp::dma32,
                                        gfp::atomic | gfp::memalloc,
                                        gfp::kernel | gfp::noretry,
                                        gfp::atomic | gfp::nomemalloc,
                                        gfp::kernel | gfp::thisnode};
        return choices[random_.below(std::size(choices))];
    }

    void allocate() {
        Operation operation;
        operation.kind = OperationKind::alloc_pages;
        operation.gfp_flags = flags();
        operation.order = static_cast<Order>(random_.below(3) == 0 ? random_.below(order_count) : random_.below(4));
        const OperationResult result = run(operation);
        if (result.value != no_pfn)
            held_.push_back({static_cast<Pfn>(result.value), operation.order, 0, number_ - 1, 0});
    }

    void compact() {
        Operation operation;
        operation.kind = OperationKind::compact_memory;
        run(operation);
    }

    void allocate_contiguous() {
        Operation operation;
        operation.kind = OperationKind::cma_alloc;
        operation.argument = 1 + random_.below(700);
        operation.order = static_cast<Order>(random_.below(6));
        const OperationResult result = run(operation);
        if (result.value != no_pfn)
            held_.push_back(
                {static_cast<Pfn>(result.value), 0, 0, number_ - 1, static_cast<std::uint32_t>(operation.argument)});
    }

    void allocate_exact() {
        Operation operation;
        operation.kind = OperationKind::alloc_pages_exact;
        operation.gfp_flags = flags();
        // Not movable: a caller that frees page by page must find them where they were.
        operation.gfp_flags &= ~gfp::movable;
        operation.argument = 1 + random_.below(600 << 10);
        const OperationResult result = run(operation);
        if (result.value != no_pfn)
            held_.push_back({static_cast<Pfn>(result.value), 0, operation.argument, number_ - 1, 0});
    }

    void allocate_bulk() {
        Operation operation;
        operation.kind = OperationKind::alloc_pages_bulk;
        operation.gfp_flags = flags();
        operation.argument = random_.below(40);
        run(operation);
        for (Pfn pfn : output_.pages) held_.push_back({pfn, 0, 0, number_ - 1, 0});
    }

    void split() {
        if (held_.empty()) return;
        const std::size_t index = random_.below(static_cast<std::uint32_t>(held_.size()));
        const Block block = held_[index];
        if (block.exact_bytes != 0 || block.contiguous != 0) return;
        Operation operation;
        operation.kind = OperationKind::split_page;
        operation.pfn = block.pfn;
        operation.order = block.order;
        run(operation);
        held_[index] = held_.back();
        held_.pop_back();
        for (Pfn i = 0; i < frames_in(block.order); ++i) held_.push_back({block.pfn + i, 0, 0, block.owner, 0});
    }

    void drain() {
        Operation operation;
        constexpr OperationKind kinds[] = {OperationKind::drain_local_pages, OperationKind::drain_all_pages,
                                           OperationKind::refresh_vm_stats};
        operation.kind = kinds[random_.below(3)];
        run(operation);
    }

    void free_something() {
        if (held_.empty()) return;
        const std::size_t index = random_.below(static_cast<std::uint32_t>(held_.size()));
        const Block block = held_[index];
        held_[index] = held_.back();
        held_.pop_back();
        Operation operation;
        operation.kind = block.contiguous != 0    ? OperationKind::cma_release
                         : block.exact_bytes != 0 ? OperationKind::free_pages_exact
                                                  : OperationKind::free_pages;
        operation.pfn = block.pfn;
        operation.order = block.order;
        operation.argument = block.contiguous != 0    ? block.contiguous
                             : block.exact_bytes != 0 ? block.exact_bytes
                                                      : block.owner;
        run(operation);
    }

    State& state_;
    Random random_;
    std::vector<Block> held_;
    OperationOutput output_;
    OperationNumber number_ = 0;
    std::size_t failures_ = 0;
    std::size_t moved_ = 0;
    State* recorded_ = nullptr;
    Recorder recorder_;
    OperationOutput recorded_output_;
};

struct Shape {
    const char* name;
    MachineConfiguration configuration;
    /// Operations between two looks at every frame: 1 on small machines.
    std::size_t check_every;
};

MachineConfiguration machine_of(std::uint64_t mib, std::uint8_t cpus, bool per_cpu_lists = true) {
    MachineConfiguration configuration;
    configuration.ram_bytes = mib << 20;
    configuration.cpus = cpus;
    configuration.per_cpu_lists = per_cpu_lists;
    return configuration;
}

MachineConfiguration three_zones() {
    MachineConfiguration configuration = machine_of(64, 2);
    configuration.dma_limit = 16ULL << 20;
    configuration.dma32_limit = 40ULL << 20;
    return configuration;
}

MachineConfiguration with_cma() {
    MachineConfiguration configuration = machine_of(48, 2);
    configuration.cma_bytes = 12ULL << 20;
    return configuration;
}

MachineConfiguration with_movable_zone() {
    MachineConfiguration configuration = machine_of(48, 2);
    configuration.movable_bytes = 16ULL << 20;
    return configuration;
}

MachineConfiguration two_nodes() {
    MachineConfiguration configuration = machine_of(64, 4);
    configuration.nodes = {{40ULL << 20, 2}, {24ULL << 20, 2}};
    return configuration;
}

class BuddyProperties : public testing::TestWithParam<Shape> {};

TEST_P(BuddyProperties, InvariantsHoldAfterEveryOperation) {
    const Shape& shape = GetParam();
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        State state = boot(shape.configuration, std::make_shared<ChunkPool>());
        ASSERT_EQ(check_buddy(state.buddy), "");
        CarefulCaller caller(state, seed);
        for (std::size_t i = 0; i < 3000; ++i) {
            caller.step();
            if (i % shape.check_every == 0) {
                ASSERT_EQ(check_buddy(state.buddy), "") << "seed " << seed << ", operation " << caller.operations();
            }
        }
        ASSERT_EQ(check_buddy(state.buddy), "");
        EXPECT_GT(caller.operations(), 2000U);
        if (shape.configuration.cma_bytes != 0) {
            EXPECT_GT(caller.moved(), 0U) << "nothing was ever moved";
        }
        if (shape.configuration.ram_bytes <= (24ULL << 20)) {
            EXPECT_GT(caller.failures(), 0U) << "memory never ran out";
        }
    }
}

/// Without a recorder the same decisions are compiled for no events (buddy/silent_pages.cpp).
TEST_P(BuddyProperties, AreTheSameWhetherSomebodyLooksOrNot) {
    const Shape& shape = GetParam();
    for (std::uint64_t seed = 11; seed <= 13; ++seed) {
        State state = boot(shape.configuration, std::make_shared<ChunkPool>());
        State recorded = boot(shape.configuration, std::make_shared<ChunkPool>());
        CarefulCaller caller(state, seed);
        caller.watch(recorded);
        for (std::size_t i = 0; i < 3000 && !HasFailure(); ++i) {
            caller.step();
            if (i % 100 == 0) {
                ASSERT_EQ(hash_state(state), hash_state(recorded)) << "operation " << caller.operations();
            }
        }
        ASSERT_EQ(hash_state(state), hash_state(recorded));
    }
}

INSTANTIATE_TEST_SUITE_P(Machines, BuddyProperties,
                         testing::Values(Shape{"small", machine_of(20, 1), 1}, Shape{"one_cpu", machine_of(64, 1), 7},
                                         Shape{"four_cpus", machine_of(48, 4), 7},
                                         Shape{"no_per_cpu_lists", machine_of(24, 1, false), 1},
                                         Shape{"three_zones", three_zones(), 7}, Shape{"two_nodes", two_nodes(), 7},
                                         Shape{"cma", with_cma(), 3}, Shape{"movable_zone", with_movable_zone(), 7}),
                         [](const auto& shape) { return std::string(shape.param.name); });

/// Small machines with everything on, where a look at every frame after every operation is affordable.
Shape tiny(const char* name) {
    MachineConfiguration configuration = machine_of(12, 2);
    const std::string_view which = name;
    if (which == "cma") configuration.cma_bytes = 4ULL << 20;
    if (which == "zones") configuration.dma_limit = 4ULL << 20, configuration.dma32_limit = 8ULL << 20;
    if (which == "nodes") configuration.nodes = {{8ULL << 20, 2}, {4ULL << 20, 1}};
    if (which == "movable") configuration.movable_bytes = 4ULL << 20;
    return {name, configuration, 1};
}

class MillionOperations : public testing::TestWithParam<const char*> {};

TEST_P(MillionOperations, EveryInvariantAfterEachOfAQuarter) {
    const Shape shape = tiny(GetParam());
    State state = boot(shape.configuration, std::make_shared<ChunkPool>());
    CarefulCaller caller(state, 20261120);
    while (caller.operations() < 250'000) {
        caller.step();
        const std::string broken = check_buddy(state.buddy);
        ASSERT_EQ(broken, "") << "operation " << caller.operations();
    }
    EXPECT_GT(caller.failures(), 0U);
}

INSTANTIATE_TEST_SUITE_P(AllFeatures, MillionOperations, testing::Values("cma", "zones", "nodes", "movable"),
                         [](const auto& shape) { return std::string(shape.param); });

/// The check itself: every kind of damage is found.
TEST(BuddyCheck, FindsDamage) {
    const auto fresh = [] { return boot(machine_of(32, 1), std::make_shared<ChunkPool>()); };
    const auto damaged = [&](auto damage) {
        State state = fresh();
        damage(state.buddy);
        return check_buddy(state.buddy);
    };
    EXPECT_EQ(check_buddy(fresh().buddy), "");
    EXPECT_NE(damaged([](BuddyState& s) { ++s.zones[0].free_area[10].nr_free; }), "");
    EXPECT_NE(damaged([](BuddyState& s) { s.zones[0].orders_listed[0] ^= 1; }), "");
    EXPECT_NE(damaged([](BuddyState& s) { s.zones[0].orders_listed[1] ^= 1U << 10; }), "");
    EXPECT_NE(damaged([](BuddyState& s) { ++s.zones[0].free_pages; }), "");
    EXPECT_NE(damaged([](BuddyState& s) { s.frames.write(1024).order = 9; }), "");
    EXPECT_NE(damaged([](BuddyState& s) { s.frames.write(1024).kind = FrameKind::interior; }), "");
    EXPECT_NE(damaged([](BuddyState& s) { s.frames.write(1025).kind = FrameKind::free_head; }), "");
    EXPECT_NE(damaged([](BuddyState& s) { s.frames.write(2048).previous = 3072; }), "");
    EXPECT_NE(damaged([](BuddyState& s) { s.frames.write(2048).migratetype = Migratetype::unmovable; }), "");
    EXPECT_NE(damaged([](BuddyState& s) { ++s.write_pages_of_cpu(0, 0).count; }), "");
}

}  // namespace
}  // namespace pageframe
