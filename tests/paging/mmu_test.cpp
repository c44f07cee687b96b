// Page tables and the MMU, rule by rule.
#include <gtest/gtest.h>

#include "engine/core/gfp.h"
#include "engine/machine/events.h"
#include "engine/machine/machine.h"
#include "engine/machine/virtual_memory.h"
#include "engine/paging/paging_check.h"
#include "engine/tlb/tlb_check.h"

namespace pageframe {
namespace {

class MmuTest : public testing::Test {
protected:
    explicit MmuTest(unsigned cpus = 2, TlbConfiguration tlb = {}) {
        MachineConfiguration configuration;
        configuration.cpus = static_cast<std::uint8_t>(cpus);
        configuration.tlb = tlb;
        state_ = boot(configuration, std::make_shared<ChunkPool>());
    }

    OperationResult run(OperationKind kind, std::uint64_t argument = 0, std::uint64_t second = 0, Order order = 0,
                        CpuId cpu = 0) {
        Operation operation;
        operation.kind = kind;
        operation.cpu = cpu;
        operation.argument = argument;
        operation.order = order;
        set_second_argument(operation, second);
        if (kind == OperationKind::vmalloc) operation.gfp_flags = gfp::kernel, operation.pfn = no_pfn;
        recorder_.clear();
        return execute(state_, operation, number_++, &recorder_, output_);
    }
    std::uint64_t vmalloc(std::uint64_t bytes, VmallocKind kind = VmallocKind::plain) {
        return run(OperationKind::vmalloc, bytes, 0, static_cast<Order>(kind)).value;
    }
    OperationResult load(std::uint64_t address, Order size = 8, CpuId cpu = 0) {
        return run(OperationKind::load, address, 0, size, cpu);
    }
    OperationResult store(std::uint64_t address, std::uint64_t value, Order size = 8) {
        return run(OperationKind::store, address, value, size);
    }
    unsigned count(std::string_view name) const {
        unsigned found = 0;
        for (const EventRecord& event : recorder_.events()) found += event_name(event) == name;
        return found;
    }
    template <class Event>
    Event last() const {
        Event event{};
        for (const EventRecord& record : recorder_.events())
            if (event_name(record) == Event::name) std::memcpy(&event, record.payload, sizeof event);
        return event;
    }
    void check() {
        EXPECT_EQ(check_paging(state_.paging, state_.buddy), "");
        EXPECT_EQ(check_tlb(state_.tlb), "");
    }

    State state_;
    Recorder recorder_;
    OperationOutput output_;
    OperationNumber number_ = 0;
};

/// Where nobody looks, a walk remembers the last table: not when a table above it was written to.
TEST_F(MmuTest, AKeptMmuNoticesThatATableIsGone) {
    const std::uint64_t address = vmalloc(page_size);
    Mmu mmu(state_.tlb, state_.paging, state_.buddy, 0, nullptr);
    const auto walked_anew = [&] {
        mmu.invlpg(address);
        return mmu.translate(address, AccessKind::load);
    };
    const Mmu::Translation first = walked_anew();
    ASSERT_TRUE(first.good);
    EXPECT_EQ(walked_anew().physical, first.physical);

    const WalkResult walk = walk_tables(state_.paging, top_of(state_.paging, kernel_space), address);
    const auto [table, index, entry] = walk.steps[1];
    state_.paging.set_entry(table, index, 0);
    EXPECT_FALSE(walked_anew().good);
    state_.paging.set_entry(table, index, entry);
    EXPECT_EQ(walked_anew().physical, first.physical);
    check();
}

TEST_F(MmuTest, AStoreIsReadBackThroughBothMappings) {
    const std::uint64_t v = vmalloc(5 * page_size);
    ASSERT_EQ(v, layout::vmalloc_start);
    EXPECT_EQ(store(v + 0x2010, 0x1122334455667788).status, OperationStatus::done);
    EXPECT_EQ(load(v + 0x2010).value, 0x1122334455667788u);
    EXPECT_EQ(load(v + 0x2013, 2).value, 0x4455u);
    const Pfn pfn = vmalloc_to_pfn(state_.paging, v + 0x2010);
    EXPECT_EQ(load(direct_map_of(pfn) + 0x10, 4).value, 0x55667788u);
    check();
}

TEST_F(MmuTest, AWalkReadsFourEntriesAndTheNextAccessNone) {
    const std::uint64_t v = vmalloc(page_size);
    load(v);
    EXPECT_EQ(count("MissEntry"), 2u);
    EXPECT_EQ(count("WalkStep"), 4u);
    EXPECT_EQ(count("FillEntry"), 2u);
    const auto step = last<WalkStep>();
    EXPECT_EQ(step.level, 0);
    EXPECT_EQ(step.index, index_at(v, 0));
    load(v + 8);
    EXPECT_EQ(count("UseEntry"), 1u);
    EXPECT_EQ(count("WalkStep"), 0u);
}

TEST_F(MmuTest, TablesLieInFramesAndCanBeRead) {
    const std::uint64_t v = vmalloc(page_size);
    const Pfn top = state_.paging.spaces[kernel_space].top;
    const unsigned index = index_at(v, top_level);
    EXPECT_EQ(load(direct_map_of(top) + 8 * index).value, state_.paging.entry(top, index));
    EXPECT_EQ(state_.paging.spaces[kernel_space].tables, 4u);
    check();
}

TEST_F(MmuTest, TheGuardPageFaults) {
    const std::uint64_t v = vmalloc(2 * page_size);
    EXPECT_EQ(store(v + 2 * page_size, 1).status, OperationStatus::mistake);
    const auto fault = last<PageFault>();
    EXPECT_EQ(fault.reason, FaultReason::not_present);
    EXPECT_EQ(fault.error_code, fault::write);
    EXPECT_EQ(fault.level, 0);
    // A store across the border writes nothing.
    EXPECT_EQ(store(v + 2 * page_size - 4, ~0ULL).status, OperationStatus::mistake);
    EXPECT_EQ(load(v + 2 * page_size - 4, 4).value, 0u);
}

TEST_F(MmuTest, FaultsSayWhy) {
    EXPECT_EQ(load(0x10).status, OperationStatus::mistake);
    EXPECT_EQ(last<PageFault>().reason, FaultReason::null_pointer);
    load(0x0000900000000000);
    EXPECT_EQ(last<PageFault>().reason, FaultReason::not_canonical);
    load(direct_map_of(state_.buddy.frame_count() + 5));
    EXPECT_EQ(last<PageFault>().reason, FaultReason::no_memory);
    const std::uint64_t v = vmalloc(page_size);
    run(OperationKind::fetch, v);
    EXPECT_EQ(last<PageFault>().reason, FaultReason::no_execute);
    EXPECT_EQ(last<PageFault>().error_code, fault::protection | fault::fetch);
    EXPECT_EQ(state_.paging.faults, 4u);
}

TEST_F(MmuTest, ReadOnlyMemoryRefusesStoresOnEveryCpu) {
    const std::uint64_t v = vmalloc(page_size);
    store(v, 7);
    load(v, 8, 1);
    Operation operation;
    operation.kind = OperationKind::set_memory;
    operation.argument = v;
    operation.pfn = 1;
    recorder_.clear();
    EXPECT_EQ(execute(state_, operation, number_++, &recorder_, output_).status, OperationStatus::done);
    EXPECT_EQ(count("Shootdown"), 1u);
    EXPECT_EQ(count("InvalidatePage"), 2u);
    EXPECT_EQ(store(v, 8).status, OperationStatus::mistake);
    EXPECT_EQ(last<PageFault>().error_code, fault::protection | fault::write);
    EXPECT_EQ(load(v).value, 7u);
}

TEST_F(MmuTest, HugePagesTakeOneEntry) {
    const std::uint64_t v = vmalloc(4ULL << 20, VmallocKind::huge);
    ASSERT_NE(v, 0u);
    EXPECT_EQ(v % level_bytes(1), 0u);
    store(v + 0x1fff00, 5);
    EXPECT_EQ(count("WalkStep"), 3u);
    EXPECT_EQ(last<FillEntry>().level, 1);
    load(v + 0x1000);
    EXPECT_EQ(count("UseEntry"), 1u);
    EXPECT_EQ(run(OperationKind::vfree, v).status, OperationStatus::done);
    // Small pages in the same place: the PMD entry leads to a table again.
    check();
}

TEST_F(MmuTest, AccessedAndDirtyBitsAreSetByTheProcessor) {
    const auto mm = run(OperationKind::mm_alloc).value;
    run(OperationKind::switch_mm, 0, mm);
    Operation map;
    map.kind = OperationKind::map_user_page;
    map.argument = 0x400000;
    map.pfn = 0x300;
    map.order = static_cast<Order>(PageProtection::user);
    ASSERT_EQ(execute(state_, map, number_++, nullptr, output_).status, OperationStatus::done);
    load(0x400000);
    EXPECT_EQ(count("SetAccessedDirty"), 0u);
    store(0x400008, 1);
    EXPECT_EQ(count("SetAccessedDirty"), 1u);
    EXPECT_EQ(last<SetAccessedDirty>().bits, pte::dirty);
    store(0x400010, 1);
    EXPECT_EQ(count("SetAccessedDirty"), 0u);
    const auto tables = state_.paging.spaces[mm].tables;
    EXPECT_EQ(tables, 4u);
    run(OperationKind::unmap_user_pages, 0x400000, page_size);
    EXPECT_EQ(state_.paging.spaces[mm].tables, 1u);
    EXPECT_EQ(load(0x400000).status, OperationStatus::mistake);
    EXPECT_EQ(run(OperationKind::mm_drop, 0, mm).status, OperationStatus::done);
    EXPECT_EQ(state_.tlb.cpus[0].space, kernel_space);
    check();
}

TEST_F(MmuTest, ASwitchWithPcidKeepsWhatIsStillTrue) {
    const auto first = run(OperationKind::mm_alloc).value;
    const auto second = run(OperationKind::mm_alloc).value;
    run(OperationKind::switch_mm, 0, first);
    EXPECT_EQ(count("FlushTlb"), 1u);  // a PCID nobody had
    run(OperationKind::switch_mm, 0, second);
    run(OperationKind::switch_mm, 0, first);
    EXPECT_EQ(count("FlushTlb"), 0u);
    EXPECT_TRUE(last<SwitchSpace>().known);
    // Another CPU changes the first space while this one is in the second.
    run(OperationKind::switch_mm, 0, second);
    run(OperationKind::switch_mm, 0, first, 0, 1);
    run(OperationKind::unmap_user_pages, 0x400000, page_size, 0, 1);
    EXPECT_EQ(count("Interrupt"), 0u);
    run(OperationKind::switch_mm, 0, first);
    EXPECT_EQ(count("FlushTlb"), 1u);
}

TEST_F(MmuTest, AShootdownCostsAnInterruptForEachOtherCpu) {
    run(OperationKind::flush_tlb_kernel_range, layout::vmalloc_start, layout::vmalloc_start + 33 * page_size);
    EXPECT_EQ(count("Interrupt"), 1u);
    EXPECT_EQ(count("InvalidatePage"), 66u);
    run(OperationKind::flush_tlb_kernel_range, layout::vmalloc_start, layout::vmalloc_start + 34 * page_size);
    EXPECT_EQ(count("FlushTlb"), 2u);
    EXPECT_EQ(state_.tlb.cpus[0].interrupts_sent, 2u);
    EXPECT_EQ(state_.tlb.cpus[1].interrupts_received, 2u);
}

TEST_F(MmuTest, LazilyFreedMemoryIsFoundInTheTlbUntilThePurge) {
    const std::uint64_t v = vmalloc(page_size);
    store(v, 42);
    run(OperationKind::vfree, v);
    // The hardware still translates: that is why the addresses may not be used again yet.
    EXPECT_EQ(load(v).value, 42u);
    run(OperationKind::vm_unmap_aliases);
    EXPECT_EQ(load(v).status, OperationStatus::mistake);
}

TEST_F(MmuTest, MemoryFunctionsCrossPages) {
    const std::uint64_t v = vmalloc(8 * page_size);
    const std::uint64_t w = vmalloc(8 * page_size);
    EXPECT_EQ(run(OperationKind::fill_memory, v + 100, 3 * page_size, 0x5a).status, OperationStatus::done);
    EXPECT_EQ(load(v + 100 + 3 * page_size - 1, 1).value, 0x5au);
    EXPECT_EQ(load(v + 100 + 3 * page_size, 1).value, 0u);
    Operation copy;
    copy.kind = OperationKind::copy_memory;
    copy.argument = w + 7;
    set_second_argument(copy, v + 90);
    copy.text = 2 * page_size;
    EXPECT_EQ(execute(state_, copy, number_++, nullptr, output_).status, OperationStatus::done);
    EXPECT_EQ(load(w + 7 + 9, 2).value, 0x5a00u);
    Operation compare = copy;
    compare.kind = OperationKind::compare_memory;
    EXPECT_EQ(execute(state_, compare, number_++, nullptr, output_).value, 0u);
    store(w + 7 + 5000, 0x7f, 1);
    EXPECT_EQ(static_cast<std::int64_t>(execute(state_, compare, number_++, nullptr, output_).value), 0x7f - 0x5a);
}

TEST_F(MmuTest, ShownPagesEndWithTheMachinesMemory) {
    const std::uint64_t top = layout::direct_map + std::uint64_t{state_.buddy.frame_count() - 1} * page_size;
    run(OperationKind::show_physical_pages, top, 3 * page_size);
    EXPECT_EQ(count("ShowPage"), 3u);
    EXPECT_EQ(last<ShowPagesEnd>().not_mapped, 2u) << "above the last frame the direct map has nothing";
    EXPECT_EQ(last<ShowPagesEnd>().first_break, 1u);
    run(OperationKind::show_physical_pages, top - page_size, 2 * page_size);
    EXPECT_TRUE(last<ShowPagesEnd>().contiguous());
    EXPECT_EQ(last<ShowPagesEnd>().first_break, 0u);
    EXPECT_FALSE(state_.buddy.has_memory(0)) << "a hole: it has a frame in the table, and no memory";
    run(OperationKind::show_physical_pages, layout::direct_map, page_size);
    EXPECT_EQ(last<ShowPagesEnd>().not_mapped, 1u);
}

TEST_F(MmuTest, EventsAloneGiveTheSameState) {
    State copy = state_;
    const auto follow = [&] {
        copy.buddy.operation = copy.slab.operation = number_ - 1;
        for (const EventRecord& event : recorder_.events()) {
            EXPECT_FALSE(event_sentence(event, copy).plain().empty());
            apply_event(event, copy);
        }
        EXPECT_EQ(hash_state(copy), hash_state(state_));
    };
    const std::uint64_t v = vmalloc(600 * page_size);
    follow();
    store(v + 12345, 1);
    follow();
    run(OperationKind::show_physical_pages, v, 10 * page_size);
    EXPECT_EQ(count("ShowPage"), 10u);
    follow();
    run(OperationKind::vfree, v);
    follow();
    run(OperationKind::vm_unmap_aliases);
    follow();
}

TEST(BuddyOnly, CostsNothing) {
    MachineConfiguration configuration;
    State state = boot(configuration, std::make_shared<ChunkPool>());
    OperationOutput output;
    Operation operation;
    operation.kind = OperationKind::alloc_pages;
    operation.gfp_flags = gfp::kernel | gfp::zero;
    execute(state, operation, 0, nullptr, output);
    EXPECT_FALSE(state.paging.started());
    EXPECT_FALSE(state.tlb.started());
    EXPECT_EQ(state.paging.memory.frames_reached(), 0u);
    EXPECT_EQ(state.tlb.entries.size(), 0u);
}

}  // namespace
}  // namespace pageframe
