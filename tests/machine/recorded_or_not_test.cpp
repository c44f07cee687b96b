// Whether somebody looks changes nothing: the same operations with a recorder and without one, which is where
// the shorter ways are taken (slab/fast_path.h, slab/classic_fast_path.h, tlb/fast_path.h; for pages see
// buddy_property_test.cpp), give the same results and states.
#include <gtest/gtest.h>

#include <vector>

#include "engine/core/gfp.h"
#include "engine/core/random.h"
#include "engine/machine/machine.h"
#include "tests/operations.h"

namespace pageframe {
namespace {

/// Pages, objects and addresses at random; what they got is taken back at random, sometimes twice.
class RandomOperations {
public:
    explicit RandomOperations(std::uint64_t seed) : random_(seed) {}

    Operation next() {
        Operation operation = pick();
        operation.cpu = static_cast<CpuId>(random_.below(2));
        return operation;
    }
    void done(const Operation& operation, std::uint64_t value) {
        switch (operation.kind) {
        case OperationKind::alloc_pages:
            if (value != no_pfn) blocks_.push_back({value, operation.order});
            return;
        case OperationKind::kmem_cache_create:
            if (value < no_cache) caches_.push_back(static_cast<Pfn>(value));
            return;
        case OperationKind::kmem_cache_alloc: keep(objects_, value, operation.pfn); return;
        case OperationKind::kmalloc: keep(allocations_, value, 0); return;
        case OperationKind::vmalloc: keep(areas_, value, static_cast<Pfn>(operation.argument >> page_shift)); return;
        default: return;
        }
    }

private:
    struct Got {
        std::uint64_t address;
        Pfn extra;
    };
    static void keep(std::vector<Got>& list, std::uint64_t address, Pfn extra) {
        if (address != 0) list.push_back({address, extra});
    }
    /// One of the list, which forgets it, except for one time in forty: that one is given back again.
    Got take(std::vector<Got>& list) {
        const std::uint32_t at = random_.below(static_cast<std::uint32_t>(list.size()));
        const Got got = list[at];
        if (random_.below(40) != 0) {
            list[at] = list.back();
            list.pop_back();
        }
        return got;
    }

    Operation pick() {
        constexpr GfpFlags flags[] = {gfp::kernel,
                                      gfp::kernel,
                                      gfp::kernel | gfp::zero,
                                      gfp::atomic,
                                      gfp::kernel | gfp::reclaimable,
                                      gfp::kernel | gfp::account};
        constexpr SlabFlags cache_flags[] = {0, 0, 0, slab_flag::hwcache_align,
                                             slab_flag::poison | slab_flag::red_zone | slab_flag::store_user};
        const GfpFlags gfp_flags = flags[random_.below(6)];
        Operation operation;
        switch (random_.below(caches_.size() < 4 ? 3 : 13)) {
        case 0:
            operation = operation_of(OperationKind::kmem_cache_create);
            operation.argument = 16 + random_.below(600);
            operation.pfn = 0;
            operation.gfp_flags = cache_flags[random_.below(5)];
            operation.order = static_cast<Order>(random_.below(4) == 0);  // a constructor
            return operation;
        case 1:
            operation = operation_of(OperationKind::alloc_pages);
            operation.gfp_flags = gfp_flags;
            operation.order = static_cast<Order>(random_.below(5));
            return operation;
        case 2:
            if (blocks_.empty()) return operation_of(OperationKind::refresh_vm_stats);
            return free_block();
        case 3:
        case 4:
        case 5:
            operation = operation_of(OperationKind::kmem_cache_alloc);
            operation.gfp_flags = gfp_flags;
            operation.pfn = caches_[random_.below(static_cast<std::uint32_t>(caches_.size()))];
            return operation;
        case 6:
            operation = operation_of(OperationKind::kmalloc);
            operation.gfp_flags = gfp_flags;
            operation.argument = random_.below(std::uint32_t{1} << (3 + random_.below(11)));
            return operation;
        case 7:
            if (allocations_.empty()) return operation_of(OperationKind::drain_local_pages);
            operation = operation_of(OperationKind::kfree);
            operation.argument = take(allocations_).address;
            return operation;
        case 8:
            operation = operation_of(OperationKind::vmalloc);
            operation.argument = page_size * (1 + random_.below(40));
            return operation;
        case 9:
        case 10:
            if (areas_.empty()) return operation_of(OperationKind::flush_tlb_all);
            return random_.below(8) == 0 ? free_area() : access();
        case 11:
            return objects_.empty() || random_.below(4) != 0 ? operation_of(OperationKind::drain_all_pages)
                                                             : write_to_object();
        default: return objects_.empty() ? operation_of(OperationKind::drain_all_pages) : free_object();
        }
    }
    Operation free_block() {
        const Got block = take(blocks_);
        Operation operation = operation_of(OperationKind::free_pages);
        operation.pfn = static_cast<Pfn>(block.address);
        operation.order = static_cast<Order>(block.extra);
        operation.argument = no_operation;
        return operation;
    }
    Operation free_object() {
        const Got object = take(objects_);
        freed_.push_back(object.address);
        Operation operation = operation_of(OperationKind::kmem_cache_free);
        operation.pfn = random_.below(50) == 0 ? caches_[0] : object.extra;
        operation.argument = object.address + (random_.below(50) == 0 ? 8 : 0);
        return operation;
    }
    Operation free_area() {
        Operation operation = operation_of(OperationKind::vfree);
        operation.argument = take(areas_).address;
        return operation;
    }
    /// Somewhere in an area, or just behind it.
    Operation access() {
        const Got& area = areas_[random_.below(static_cast<std::uint32_t>(areas_.size()))];
        Operation operation = operation_of(random_.below(2) == 0 ? OperationKind::load : OperationKind::store);
        operation.argument = area.address + page_size * random_.below(area.extra + 1) + random_.below(4090);
        operation.order = 8;
        set_second_argument(operation, random_.next());
        return operation;
    }

    /// Somewhere in an object, or in what lies behind it; into one that was freed, if it still is.
    Operation write_to_object() {
        Operation operation = operation_of(OperationKind::store);
        const bool after_free = !freed_.empty() && random_.below(3) != 0;
        operation.argument = after_free ? freed_[random_.below(static_cast<std::uint32_t>(freed_.size()))]
                                        : objects_[random_.below(static_cast<std::uint32_t>(objects_.size()))].address;
        operation.argument += random_.below(600);
        operation.order = 8;
        set_second_argument(operation, random_.next());
        return operation;
    }

    Random random_;
    std::vector<Pfn> caches_;
    std::vector<Got> blocks_, objects_, allocations_, areas_;
    std::vector<std::uint64_t> freed_;
};

void run_both(MachineConfiguration configuration, std::uint64_t seed) {
    configuration.ram_bytes = 64ULL << 20;
    configuration.cpus = 2;
    State plain = boot(configuration, std::make_shared<ChunkPool>());
    State recorded = boot(configuration, std::make_shared<ChunkPool>());
    RandomOperations operations(seed);
    OperationOutput output, recorded_output;
    Recorder recorder;
    for (OperationNumber number = 0; number < 6000; ++number) {
        const Operation operation = operations.next();
        const OperationResult result = execute(plain, operation, number, nullptr, output);
        recorder.clear();
        const OperationResult seen = execute(recorded, operation, number, &recorder, recorded_output);
        ASSERT_EQ(result.value, seen.value) << "operation " << number;
        ASSERT_EQ(result.status, seen.status) << "operation " << number;
        operations.done(operation, result.value);
        if (number % 100 == 0) {
            ASSERT_EQ(hash_state(plain), hash_state(recorded)) << "after operation " << number;
        }
    }
    EXPECT_EQ(hash_state(plain), hash_state(recorded));
    EXPECT_GT(plain.tlb.cpus[0].walks, 0U);
    EXPECT_GT(plain.slab.slab_count, 0U);
}

TEST(RecordedOrNotProperty, Slub) {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) run_both({}, seed);
}

TEST(RecordedOrNotProperty, ClassicSlab) {
    MachineConfiguration configuration;
    configuration.allocator = MachineConfiguration::Allocator::slab;
    for (std::uint64_t seed = 13; seed <= 20; ++seed) run_both(configuration, seed);
}

/// Every processor, and every way to choose a victim.
TEST(RecordedOrNotProperty, Processors) {
    MachineConfiguration configuration;
    for (const TlbPreset& preset : tlb_presets())
        for (Replacement replacement : {Replacement::true_lru, Replacement::tree_plru, Replacement::random}) {
            configuration.tlb = preset.configuration;
            configuration.tlb.replacement = replacement;
            if (!tlb_problem(configuration.tlb).empty()) continue;
            SCOPED_TRACE(preset.name);
            run_both(configuration, 7);
        }
}

/// Areas that reach over several last tables, and lists of pages that end, or begin, with none.
TEST(RecordedOrNotProperty, LastTables) {
    MachineConfiguration configuration;
    configuration.ram_bytes = 64ULL << 20;
    State states[] = {boot(configuration, std::make_shared<ChunkPool>()),
                      boot(configuration, std::make_shared<ChunkPool>())};
    Recorder recorder;
    OperationOutput output;
    OperationNumber number = 0;
    const auto both = [&](const Operation& operation) {
        recorder.clear();
        const OperationResult plain = execute(states[0], operation, number, nullptr, output);
        const OperationResult seen = execute(states[1], operation, number, &recorder, output);
        EXPECT_EQ(plain.value, seen.value) << "operation " << number;
        EXPECT_EQ(plain.status, seen.status) << "operation " << number;
        ++number;
        return plain.value;
    };
    Random random(29);
    std::vector<std::uint64_t> areas;
    unsigned refused = 0;
    for (int round = 0; round < 400; ++round) {
        if (areas.size() > 6) {
            Operation give = operation_of(OperationKind::vfree);
            std::swap(areas[random.below(static_cast<std::uint32_t>(areas.size()))], areas.back());
            give.argument = areas.back();
            areas.pop_back();
            both(give);
        } else if (random.below(2) == 0) {
            Operation take = operation_of(OperationKind::vmalloc);
            take.argument = page_size * (1 + random.below(1300));
            if (const std::uint64_t area = both(take)) areas.push_back(area);
        } else {
            // Runs of frames that stay mapped more than once; now and then a page that is none.
            for (std::uint32_t runs = 1 + random.below(3); runs > 0; --runs) {
                Operation name = operation_of(OperationKind::name_pages);
                name.pfn = random.below(8) == 0 ? no_pfn : 4096 + random.below(4096);
                name.argument = name.pfn == no_pfn ? 1 : 1 + random.below(700);
                both(name);
            }
            const std::uint64_t area = both(operation_of(OperationKind::vmap));
            refused += area == 0;
            if (area != 0)
                both([&] {
                    Operation give = operation_of(OperationKind::vunmap);
                    give.argument = area;
                    return give;
                }());
        }
        ASSERT_EQ(hash_state(states[0]), hash_state(states[1])) << "round " << round;
    }
    EXPECT_GT(refused, 10U);
    EXPECT_GT(states[0].vmalloc.count(AreaTree::busy), 0U);
}

}  // namespace
}  // namespace pageframe
