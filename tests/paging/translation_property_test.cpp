// Random maps, unmaps, protections, accesses, flushes and switches against a naive translation: a map from
// page to frame for each address space, and for each CPU and page the set of answers that are allowed. A
// CPU may go on with what the page was since its last flush; never with anything older.
#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include <gtest/gtest.h>

#include "engine/buddy/buddy_check.h"
#include "engine/core/random.h"
#include "engine/machine/events.h"
#include "engine/machine/machine.h"
#include "engine/machine/virtual_memory.h"
#include "engine/paging/paging_check.h"
#include "engine/tlb/tlb_check.h"

namespace pageframe {
namespace {

struct NaivePage {
    Pfn pfn = no_pfn;  ///< no_pfn: not mapped
    bool write = false;
    bool operator==(const NaivePage&) const = default;
};

class Model {
public:
    static constexpr unsigned pages = 56;
    static constexpr unsigned near_pages = 48;  ///< side by side; each other one has a last table to itself
    static constexpr std::uint64_t base = 0x400000;

    explicit Model(TlbConfiguration tlb, std::uint64_t seed) : random_(seed) {
        MachineConfiguration configuration;
        configuration.ram_bytes = 16ULL << 20;
        configuration.cpus = 3;
        configuration.tlb = tlb;
        configuration.seed = seed;
        state_ = boot(configuration, std::make_shared<ChunkPool>());
        for (SpaceId space = 1; space <= 3; ++space) {
            Operation operation;
            operation.kind = OperationKind::mm_alloc;
            EXPECT_EQ(run(operation).value, space);
        }
    }

    void step() {
        const auto cpu = static_cast<CpuId>(random_.below(3));
        const std::uint32_t choice = random_.below(100);
        if (choice < 60)
            access(cpu);
        else if (choice < 72)
            map(cpu);
        else if (choice < 80)
            unmap(cpu);
        else if (choice < 84)
            change_silently(cpu);
        else if (choice < 92)
            switch_space(cpu);
        else if (choice < 96)
            flush_page(cpu);
        else if (choice < 99)
            flush_local(cpu);
        else
            flush_all(cpu);
    }

    void check() {
        ASSERT_EQ(check_tlb(state_.tlb), "");
        ASSERT_EQ(check_paging(state_.paging, state_.buddy), "");
        ASSERT_EQ(check_buddy(state_.buddy), "");
    }

private:
    using Key = std::pair<SpaceId, unsigned>;

    /// Executes, and applies the events to a copy: which must come out the same.
    OperationResult run(const Operation& operation) {
        OperationOutput output;
        if (number_ % 16 != 0) return execute(state_, operation, number_++, nullptr, output);
        State copy = state_;
        Recorder recorder;
        const OperationResult result = execute(state_, operation, number_, &recorder, output);
        copy.buddy.operation = copy.slab.operation = number_++;
        for (const EventRecord& event : recorder.events()) {
            event_sentence(event, copy);
            apply_event(event, copy);
        }
        EXPECT_EQ(hash_state(copy), hash_state(state_));
        return result;
    }

    SpaceId space_of(CpuId cpu) const { return state_.tlb.started() ? state_.tlb.cpus[cpu].space : kernel_space; }
    static std::uint64_t start_of(unsigned page) {
        return page < near_pages ? base + page * page_size : base + (page - near_pages + 1) * level_bytes(1);
    }
    std::uint64_t address_of(unsigned page) { return start_of(page) + random_.below(page_size - 8); }

    /// One that is kept, as a trace keeps it, or one for a single operation.
    Mmu& mmu_of(CpuId cpu) {
        if (!mmus_[cpu] || random_.below(4) == 0)
            mmus_[cpu].emplace(state_.tlb, state_.paging, state_.buddy, cpu, nullptr);
        return *mmus_[cpu];
    }

    void access(CpuId cpu) {
        const SpaceId space = space_of(cpu);
        const unsigned page = random_.below(pages);
        const bool store = random_.below(2) == 0;
        const std::uint64_t address = address_of(page);
        const Mmu::Translation got = mmu_of(cpu).translate(address, store ? AccessKind::store : AccessKind::load);
        const NaivePage now = truth_[{space, page}];
        const auto answers = [&](const NaivePage& was) {
            const bool good = was.pfn != no_pfn && (!store || was.write);
            if (good != got.good) return false;
            return !good || got.physical == (std::uint64_t{was.pfn} << page_shift | (address & (page_size - 1)));
        };
        bool allowed = answers(now);
        for (const NaivePage& was : stale_[cpu][{space, page}]) allowed |= answers(was);
        ASSERT_TRUE(allowed) << "CPU " << int{cpu} << " space " << space << " page " << page << " store " << store;
    }

    /// An entry changes without a flush: what it was stays a possible answer on every CPU.
    void changed(SpaceId space, unsigned page, NaivePage to) {
        NaivePage& now = truth_[{space, page}];
        for (auto& of_cpu : stale_) of_cpu[{space, page}].push_back(now);
        now = to;
    }

    void map(CpuId cpu) {
        const SpaceId space = space_of(cpu);
        const unsigned page = random_.below(pages);
        if (space == kernel_space || truth_[{space, page}].pfn != no_pfn) return;
        Operation operation;
        operation.kind = OperationKind::map_user_page;
        operation.cpu = cpu;
        operation.argument = start_of(page);
        operation.pfn = 0x200 + random_.below(0x400);
        const bool write = random_.below(3) != 0;
        operation.order = static_cast<Order>(write ? PageProtection::user : PageProtection::user_read_only);
        ASSERT_EQ(run(operation).status, OperationStatus::done);
        // Nothing of an absent page is ever cached: from absent to present no flush is needed.
        truth_[{space, page}] = {operation.pfn, write};
    }

    void unmap(CpuId cpu) {
        const SpaceId space = space_of(cpu);
        if (space == kernel_space) return;
        const unsigned first = random_.below(pages);
        const unsigned count = 1 + random_.below(random_.below(2) == 0 ? 2 : 40);
        Operation operation;
        operation.kind = OperationKind::unmap_user_pages;
        operation.cpu = cpu;
        operation.argument = start_of(first);
        set_second_argument(operation, count * page_size);
        ASSERT_EQ(run(operation).status, OperationStatus::done);
        const unsigned end = first < near_pages ? std::min(first + count, near_pages) : first + 1;
        for (unsigned page = first; page < end; ++page) {
            truth_[{space, page}] = {};
            for (auto& of_cpu : stale_) of_cpu[{space, page}].clear();
        }
    }

    /// Protection is changed in the tables alone, or the page is taken away, and no CPU is told.
    void change_silently(CpuId cpu) {
        const SpaceId space = space_of(cpu);
        const unsigned page = random_.below(pages);
        if (space == kernel_space || truth_[{space, page}].pfn == no_pfn) return;
        VirtualMemory memory(state_, cpu, number_++, nullptr, nullptr);
        const std::uint64_t address = start_of(page);
        if (random_.below(2) == 0) {
            memory.tables.protect(space, address, address + page_size, 0, pte::write);
            changed(space, page, {truth_[{space, page}].pfn, false});
        } else {
            memory.tables.unmap(space, address, address + page_size, [](Pfn, Level) {});
            changed(space, page, {});
        }
    }

    void switch_space(CpuId cpu) {
        Operation operation;
        operation.kind = OperationKind::switch_mm;
        operation.cpu = cpu;
        operation.pfn = 1 + random_.below(3);
        ASSERT_EQ(run(operation).status, OperationStatus::done);
    }

    void flush_page(CpuId cpu) {
        const unsigned page = random_.below(pages);
        Operation operation;
        operation.kind = OperationKind::invlpg;
        operation.cpu = cpu;
        operation.argument = start_of(page);
        run(operation);
        stale_[cpu][{space_of(cpu), page}].clear();
    }

    void flush_local(CpuId cpu) {
        VirtualMemory memory(state_, cpu, number_++, nullptr, nullptr);
        memory.mmu.flush_local();
        stale_[cpu].clear();
    }

    void flush_all(CpuId cpu) {
        Operation operation;
        operation.kind = OperationKind::flush_tlb_all;
        operation.cpu = cpu;
        run(operation);
        for (auto& of_cpu : stale_) of_cpu.clear();
    }

    State state_;
    std::array<std::optional<Mmu>, 3> mmus_;
    Random random_;
    OperationNumber number_ = 0;
    std::map<Key, NaivePage> truth_;
    std::map<Key, std::vector<NaivePage>> stale_[3];
};

void run_model(TlbConfiguration tlb, std::uint64_t seed) {
    Model model(tlb, seed);
    for (int i = 0; i < 6000 && !testing::Test::HasFatalFailure(); ++i) {
        model.step();
        if (i % 500 == 0) model.check();
    }
    model.check();
}

TlbConfiguration preset(std::string_view name) {
    for (const TlbPreset& each : tlb_presets())
        if (each.name == name) return each.configuration;
    return {};
}

TEST(TranslationProperty, SkylakeNeverAnswersWithWhatWasFlushed) { run_model(preset("skylake"), 1); }
TEST(TranslationProperty, TinyNeither) { run_model(preset("tiny"), 2); }
TEST(TranslationProperty, WithoutPcid) {
    TlbConfiguration tlb = preset("tiny");
    tlb.pcid = false;
    run_model(tlb, 3);
}
TEST(TranslationProperty, PseudoLru) {
    TlbConfiguration tlb = preset("tiny");
    tlb.replacement = Replacement::tree_plru;
    run_model(tlb, 4);
}
TEST(TranslationProperty, Random) {
    TlbConfiguration tlb = preset("zen2");
    tlb.replacement = Replacement::random;
    run_model(tlb, 5);
}
TEST(TranslationProperty, WalkCache) {
    TlbConfiguration tlb = preset("tiny");
    tlb.walk_cache_entries = 4;
    run_model(tlb, 6);
}

}  // namespace
}  // namespace pageframe
