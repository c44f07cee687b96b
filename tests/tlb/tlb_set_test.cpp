// A set's order and tags against a list of ways and against the bytes one by one, and the whole of it against
// the entries (check_tlb()), for sets of one way up to more than a word has room for.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "engine/core/gfp.h"
#include "engine/core/random.h"
#include "engine/machine/machine.h"
#include "engine/tlb/tlb_check.h"

namespace pageframe {
namespace {

std::uint64_t order_of(const std::vector<std::uint32_t>& newest_first) {
    std::uint64_t order = 0;
    for (std::size_t i = newest_first.size(); i-- > 0;) order = order << 4 | newest_first[i];
    return order;
}

TEST(TlbSetProperty, OrderIsThatOfAListOfWays) {
    Random random(3);
    for (std::uint32_t ways = 1; ways <= most_ordered_ways; ++ways) {
        std::vector<std::uint32_t> list;
        for (std::uint32_t way = ways; way-- > 0;) list.push_back(way);
        std::uint64_t order = order_of(list);
        for (int step = 0; step < 2000; ++step) {
            std::uint32_t way = random.below(ways);
            if (random.below(3) == 0) {
                way = list.back();
                order = order_after_refill(order, 4 * (ways - 1));
            } else {
                order = order_after_use(order, way);
            }
            list.erase(std::find(list.begin(), list.end(), way));
            list.insert(list.begin(), way);
            ASSERT_EQ(order, order_of(list)) << ways << " ways, step " << step;
        }
    }
}

TEST(TlbSetProperty, TaggedWaysAreAmongThoseTold) {
    Random random(4);
    for (int step = 0; step < 20000; ++step) {
        TlbSet set;
        for (std::uint8_t& tag : set.tags)
            if (random.below(4) != 0) tag = page_tag(random.below(4), 0);
        const std::uint8_t tag = page_tag(random.below(4), 0);
        std::uint32_t told = 0;
        for (std::uint64_t rest = ways_tagged(set, tag); rest != 0; rest &= rest - 1) told |= 1U << first_tagged(rest);
        for (std::uint32_t way = 0; way < most_ordered_ways; ++way) {
            const bool is_told = told >> way & 1;
            EXPECT_TRUE(is_told || set.tags[way] != tag);
            EXPECT_FALSE(is_told && set.tags[way] == 0);
        }
    }
}

TlbConfiguration processor_of(TlbGeometry first, TlbGeometry second, Replacement replacement) {
    TlbConfiguration configuration;
    configuration.structures[0] = {first, TlbUse::both, 1, 7};
    configuration.structures[1] = {second, TlbUse::both, 2, 3};
    configuration.count = 2;
    configuration.replacement = replacement;
    return configuration;
}

/// Every access' victim against the entries' stamps: the lowest free way, or the one used longest ago.
void access_at_random(const TlbConfiguration& tlb) {
    ASSERT_EQ(tlb_problem(tlb), "");
    MachineConfiguration machine;
    machine.ram_bytes = 64ULL << 20;
    machine.tlb = tlb;
    State state = boot(machine, std::make_shared<ChunkPool>());
    OperationOutput output;
    Operation operation;
    operation.kind = OperationKind::vmalloc;
    operation.gfp_flags = gfp::kernel;
    constexpr std::uint64_t pages = 300;
    operation.argument = pages * page_size;
    const std::uint64_t start = execute(state, operation, 0, nullptr, output).value;
    Random random(9);
    for (OperationNumber number = 1; number < 3000; ++number) {
        operation = {};
        operation.kind = random.below(20) == 0 ? OperationKind::invlpg : OperationKind::load;
        if (random.below(700) == 0) operation.kind = OperationKind::flush_tlb_all;
        operation.order = 8;
        operation.argument = start + page_size * random.below(random.below(2) == 0 ? 30 : pages);
        if (random.below(4) == 0) operation.argument = layout::direct_map + (std::uint64_t{random.below(24)} << 21);
        const State before = state;
        Recorder recorder;
        execute(state, operation, number, random.below(2) == 0 ? nullptr : &recorder, output);
        ASSERT_EQ(check_tlb(state.tlb), "") << "operation " << number;
        if (!before.tlb.started() || tlb.replacement != Replacement::true_lru) continue;
        for (TlbSlot slot = 0; slot < state.tlb.entries_per_cpu; ++slot) {
            const TlbEntry &now = state.tlb.entry(0, slot), &was = before.tlb.entry(0, slot);
            if (!now.valid || (was.valid && was.page == now.page && was.level == now.level)) continue;
            const unsigned structure = state.tlb.structure_of(slot);
            const TlbPlaces& place = state.tlb.places_of(structure);
            const std::uint32_t set = state.tlb.set_of(structure, now.page);
            for (std::uint32_t way = 0; way < place.ways; ++way) {
                const TlbSlot other = state.tlb.slot_of(structure, set, way);
                const std::uint64_t stamp = before.tlb.entry(0, other).stamp;
                EXPECT_TRUE(was.stamp < stamp || (was.stamp == stamp && slot <= other)) << "operation " << number;
            }
        }
    }
    EXPECT_GT(state.tlb.cpus[0].walks, 300U);
    EXPECT_GT(state.tlb.misses_of(0, 1), 300U);
}

TEST(TlbSetProperty, OldestIsEvicted) {
    access_at_random(processor_of({4, 1}, {32, 16}, Replacement::true_lru));
    access_at_random(processor_of({6, 2}, {24, 12}, Replacement::true_lru));
    access_at_random(processor_of({8, 4}, {40, 20}, Replacement::true_lru));
    access_at_random(processor_of({17, 17}, {96, 96}, Replacement::true_lru));
}

TEST(TlbSetProperty, OtherReplacements) {
    access_at_random(processor_of({8, 4}, {64, 32}, Replacement::tree_plru));
    access_at_random(processor_of({6, 2}, {48, 16}, Replacement::tree_plru));
    access_at_random(processor_of({9, 3}, {40, 20}, Replacement::random));
}

}  // namespace
}  // namespace pageframe
