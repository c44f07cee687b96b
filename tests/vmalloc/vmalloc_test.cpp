// vmalloc's areas: rules one by one, and random calls with every invariant and a naive search.
#include <gtest/gtest.h>

#include "engine/buddy/buddy_check.h"
#include "engine/core/gfp.h"
#include "engine/core/random.h"
#include "engine/machine/events.h"
#include "engine/machine/machine.h"
#include "engine/machine/virtual_memory.h"
#include "engine/paging/paging_check.h"
#include "engine/proc/proc.h"
#include "engine/vmalloc/vmalloc_check.h"

namespace pageframe {
namespace {

class VmallocTest : public testing::Test {
protected:
    VmallocTest() {
        MachineConfiguration configuration;
        configuration.cpus = 2;
        state_ = boot(configuration, std::make_shared<ChunkPool>());
    }
    OperationResult run(OperationKind kind, std::uint64_t argument = 0, Order order = 0, Pfn pfn = no_pfn) {
        Operation operation;
        operation.kind = kind;
        operation.argument = argument;
        operation.order = order;
        operation.pfn = pfn;
        operation.gfp_flags = kind == OperationKind::vmap ? vm::map : gfp::kernel;
        recorder_.clear();
        return execute(state_, operation, number_++, &recorder_, output_);
    }
    std::uint64_t vmalloc(std::uint64_t bytes) { return run(OperationKind::vmalloc, bytes).value; }
    OperationStatus vfree(std::uint64_t address) { return run(OperationKind::vfree, address).status; }
    VmallocMistake::Kind mistake() const {
        VmallocMistake event{};
        for (const EventRecord& record : recorder_.events())
            if (event_name(record) == "VmallocMistake") std::memcpy(&event, record.payload, sizeof event);
        return event.kind;
    }
    void check() {
        EXPECT_EQ(check_vmalloc(state_.vmalloc), "");
        EXPECT_EQ(check_paging(state_.paging, state_.buddy), "");
        EXPECT_EQ(check_buddy(state_.buddy), "");
    }
    std::int64_t free_pages() const {
        std::int64_t pages = 0;
        for (ZoneId zone = 0; zone < state_.buddy.zones.size(); ++zone) pages += state_.buddy.exact_free_pages(zone);
        return pages;
    }

    State state_;
    Recorder recorder_;
    OperationOutput output_;
    OperationNumber number_ = 0;
};

TEST_F(VmallocTest, ANullPageIsNotMappedNorAreThoseBeforeIt) {
    const auto map = [&](OperationKind kind) {
        run(OperationKind::name_pages, 1, 0, 5000);
        run(OperationKind::name_pages, 1, 0, no_pfn);
        EXPECT_FALSE(event_sentence(recorder_.events().back(), state_).plain().empty());
        run(OperationKind::name_pages, 1, 0, 5001);
        return run(kind);
    };
    const OperationResult result = map(OperationKind::vmap);
    EXPECT_EQ(result.status, OperationStatus::failed);
    EXPECT_EQ(result.value, 0U);
    unsigned set = 0, cleared = 0, tables = 0;
    for (const EventRecord& record : recorder_.events()) {
        if (const auto entry = event_if<SetEntry, Subsystem::paging, PagingEvents>(record))
            set += entry->why == SetEntry::Why::page;
        cleared += event_name(record) == "ClearEntry";
        tables += event_name(record) == "TakeTable";
    }
    EXPECT_EQ(set, 1U) << "the page before it";
    EXPECT_EQ(cleared, 1U);
    EXPECT_EQ(event_function(recorder_.events().back(), state_), "vmap_pages_pte_range()");
    EXPECT_EQ(event_sentence(recorder_.events().back(), state_).plain(),
              "WARNING: one of the pages is NULL. Those before it are unmapped again, none is mapped; the caller gets "
              "NULL.");
    EXPECT_EQ(state_.vmalloc.lazy_pages, 4U) << "three pages and the guard";
    EXPECT_EQ(tables, 3U) << "they stay";
    check();
    EXPECT_EQ(map(OperationKind::vm_map_ram).value, 0U);
    check();
}

TEST_F(VmallocTest, AreasFollowEachOtherWithAGuardPage) {
    EXPECT_EQ(vmalloc(1), layout::vmalloc_start);
    EXPECT_EQ(vmalloc(page_size + 1), layout::vmalloc_start + 2 * page_size);
    EXPECT_EQ(vmalloc(page_size), layout::vmalloc_start + 5 * page_size);
    check();
}

TEST_F(VmallocTest, FreedAddressesComeBackAfterThePurgeOnly) {
    const std::uint64_t a = vmalloc(page_size);
    vmalloc(page_size);
    EXPECT_EQ(vfree(a), OperationStatus::done);
    EXPECT_EQ(state_.vmalloc.lazy_pages, 2u);
    EXPECT_NE(vmalloc(page_size), a);
    run(OperationKind::vm_unmap_aliases);
    EXPECT_EQ(state_.vmalloc.lazy_pages, 0u);
    EXPECT_EQ(vmalloc(page_size), a);
    check();
}

TEST_F(VmallocTest, TheWorkerPurgesBeyondTheThreshold) {
    // Two CPUs: fls(2) * 32 MiB.
    EXPECT_EQ(state_.vmalloc.lazy_max_pages(), 2u * 8192u);
    std::uint64_t last = 0;
    while (state_.vmalloc.purges == 0 && number_ < 2000) vfree(last = vmalloc(100 * page_size));
    EXPECT_EQ(number_, 2 * (16384 / 101 + 1));
    EXPECT_LT(state_.vmalloc.lazy_pages, 101u);
    check();
}

TEST_F(VmallocTest, MistakesAreTold) {
    const std::uint64_t a = vmalloc(page_size);
    EXPECT_EQ(vfree(a + 8), OperationStatus::mistake);
    EXPECT_EQ(mistake(), VmallocMistake::Kind::not_aligned);
    EXPECT_EQ(vfree(a), OperationStatus::done);
    EXPECT_EQ(vfree(a), OperationStatus::mistake);
    EXPECT_EQ(mistake(), VmallocMistake::Kind::freed_before);
    EXPECT_EQ(vfree(direct_map_of(5)), OperationStatus::mistake);
    EXPECT_EQ(mistake(), VmallocMistake::Kind::not_vmalloc);
    EXPECT_EQ(vfree(layout::vmalloc_start + (1ULL << 30)), OperationStatus::mistake);
    EXPECT_EQ(mistake(), VmallocMistake::Kind::nonexistent);
    EXPECT_EQ(vfree(0), OperationStatus::done);
}

TEST_F(VmallocTest, TooMuchFailsAndLeavesNothing) {
    EXPECT_EQ(run(OperationKind::vmalloc, 0).status, OperationStatus::failed);
    EXPECT_EQ(run(OperationKind::vmalloc, 1ULL << 40).status, OperationStatus::failed);
    vfree(vmalloc(1000 * page_size));
    run(OperationKind::vm_unmap_aliases);
    run(OperationKind::drain_all_pages);
    const std::int64_t before = free_pages();
    // Less than all memory, more than is free.
    EXPECT_EQ(run(OperationKind::vmalloc, (64ULL << 20) - 200 * page_size).status, OperationStatus::failed);
    run(OperationKind::vm_unmap_aliases);
    run(OperationKind::drain_all_pages);
    EXPECT_LE(before - free_pages(), 64);  // page tables stay
    EXPECT_EQ(state_.vmalloc.count(AreaTree::busy), 0u);
    check();
}

TEST_F(VmallocTest, VmapShowsTheSamePagesTwice) {
    run(OperationKind::name_pages, 3, 0, 0x400);
    run(OperationKind::name_pages, 1, 0, 0x300);
    const std::uint64_t v = run(OperationKind::vmap).value;
    ASSERT_NE(v, 0u);
    EXPECT_EQ(vmalloc_to_pfn(state_.paging, v), 0x400u);
    EXPECT_EQ(vmalloc_to_pfn(state_.paging, v + 3 * page_size), 0x300u);
    EXPECT_EQ(run(OperationKind::vunmap, v).status, OperationStatus::done);
    EXPECT_EQ(vmalloc_to_pfn(state_.paging, v), no_pfn);
    EXPECT_EQ(run(OperationKind::vmap).status, OperationStatus::failed);  // no pages named
    check();
}

TEST_F(VmallocTest, ABlockGoesWhenAllOfItIsDirty) {
    std::vector<std::uint64_t> mapped;
    for (int i = 0; i < 8; ++i) {
        run(OperationKind::name_pages, 30, 0, 0x400);
        mapped.push_back(run(OperationKind::vm_map_ram).value);  // rounded up to 32 pages
    }
    EXPECT_EQ(mapped[1] - mapped[0], 32 * page_size);
    EXPECT_EQ(state_.vmalloc.count(AreaTree::busy), 1u);
    check();
    for (std::uint64_t address : mapped) {
        EXPECT_EQ(state_.vmalloc.lazy_pages, 0u);
        EXPECT_EQ(run(OperationKind::vm_unmap_ram, address, 0, 30).status, OperationStatus::done);
    }
    EXPECT_EQ(state_.vmalloc.lazy_pages, vmap_block_pages);
    EXPECT_EQ(run(OperationKind::vm_unmap_ram, mapped[0], 0, 30).status, OperationStatus::mistake);
    check();
}

TEST_F(VmallocTest, VmallocinfoIsInTheKernelsFormat) {
    vmalloc(5 * page_size);
    const std::uint64_t b = vmalloc(600 * page_size);
    run(OperationKind::name_pages, 1, 0, 0x300);
    run(OperationKind::vmap);
    vfree(b);
    EXPECT_EQ(vmallocinfo(state_), "0xffffc90000000000-0xffffc90000006000   24576 scenario+1 pages=5 vmalloc N0=5\n"
                                   "0xffffc90000262000-0xffffc90000264000    8192 scenario+4 vmap\n"
                                   "0xffffc90000006000-0xffffc90000262000 2473984 unpurged vm_area\n");
}

/// Calls of every kind; after each the free areas are searched naively for the lowest that fits.
TEST(VmallocProperty, RandomCallsKeepEveryInvariant) {
    MachineConfiguration configuration;
    configuration.cpus = 2;
    configuration.ram_bytes = 128ULL << 20;
    State state = boot(configuration, std::make_shared<ChunkPool>());
    Random random(11);
    OperationOutput output;
    std::vector<std::uint64_t> areas;
    std::vector<std::pair<std::uint64_t, Pfn>> rams;
    for (OperationNumber number = 0; number < 3000; ++number) {
        Operation operation;
        operation.cpu = static_cast<CpuId>(random.below(2));
        operation.gfp_flags = gfp::kernel;
        const std::uint32_t choice = random.below(100);
        std::uint64_t expected = 0;
        // A worker that is due purges before the search.
        const bool purge_due = state.vmalloc.drain_pending;
        if (choice < 40) {
            operation.kind = OperationKind::vmalloc;
            operation.argument = 1 + random.below(random.below(20) == 0 ? 700 * 4096 : 40 * 4096);
            const std::uint64_t bytes = (operation.argument + page_size - 1) / page_size * page_size + page_size;
            for (AreaIndex at = first_area(state.vmalloc, AreaTree::free); at != no_vmap_area && expected == 0;
                 at = next_area(state.vmalloc, at)) {
                const VmapArea& area = state.vmalloc.areas[at];
                const std::uint64_t from = std::max(area.start, layout::vmalloc_start);
                if (area.end > from && area.end - from >= bytes) expected = from;
            }
        } else if (choice < 45) {
            operation.kind = OperationKind::vmalloc;
            operation.order = static_cast<Order>(VmallocKind::huge);
            operation.argument = (2ULL << 20) + random.below(4 << 20);
        } else if (choice < 55) {
            operation.kind = OperationKind::name_pages;
            operation.pfn = 0x200;
            operation.argument = 1 + random.below(random.below(4) == 0 ? 200 : 64);
            execute(state, operation, number++, nullptr, output);
            const auto pages = static_cast<Pfn>(operation.argument);
            operation = {};
            operation.kind = OperationKind::vm_map_ram;
            operation.cpu = static_cast<CpuId>(random.below(2));
            const std::uint64_t address = execute(state, operation, number, nullptr, output).value;
            if (address != 0) rams.push_back({address, pages});
            continue;
        } else if (choice < 65 && !rams.empty()) {
            const auto which = random.below(static_cast<std::uint32_t>(rams.size()));
            operation.kind = OperationKind::vm_unmap_ram;
            operation.argument = rams[which].first;
            operation.pfn = rams[which].second;
            rams.erase(rams.begin() + which);
        } else if (choice < 97) {
            if (areas.empty()) continue;
            const auto which = random.below(static_cast<std::uint32_t>(areas.size()));
            operation.kind = OperationKind::vfree;
            operation.argument = areas[which];
            areas.erase(areas.begin() + which);
        } else {
            operation.kind = OperationKind::vm_unmap_aliases;
        }
        const OperationResult result = execute(state, operation, number, nullptr, output);
        ASSERT_NE(result.status, OperationStatus::mistake);
        if (operation.kind == OperationKind::vmalloc && result.value != 0) areas.push_back(result.value);
        if (expected != 0 && result.value != 0 && !purge_due) {
            ASSERT_EQ(result.value, expected);
        }
        if (number % 25 == 0) {
            ASSERT_EQ(check_vmalloc(state.vmalloc), "");
            ASSERT_EQ(check_paging(state.paging, state.buddy), "");
        }
    }
    ASSERT_EQ(check_buddy(state.buddy), "");
}

}  // namespace
}  // namespace pageframe
