// Random operations on caches of every kind, on machines of several shapes: every invariant of the slab
// allocator and of the page allocator below it holds, and events alone give the same state again.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "engine/buddy/buddy_check.h"
#include "engine/core/gfp.h"
#include "engine/core/random.h"
#include "engine/machine/events.h"
#include "engine/machine/machine.h"
#include "engine/slab/slab_check.h"

namespace pageframe {
namespace {

/// PAGEFRAME_SEED=n runs another sequence.
std::uint64_t seed() {
    const char* text = std::getenv("PAGEFRAME_SEED");
    return text != nullptr ? std::strtoull(text, nullptr, 10) : 1;
}

constexpr SlabFlags flag_choices[] = {0,
                                      slab_flag::hwcache_align,
                                      slab_flag::poison,
                                      slab_flag::red_zone | slab_flag::store_user,
                                      slab_flag::consistency_checks | slab_flag::red_zone | slab_flag::poison,
                                      slab_flag::cache_dma,
                                      slab_flag::reclaim_account,
                                      slab_flag::typesafe_by_rcu};

/// Draws operations that a careful caller could make, and remembers what it holds.
class CarefulCaller {
public:
    CarefulCaller(State& state, std::uint64_t seed, Recorder* recorder)
        : state_(state), random_(seed), recorder_(recorder) {
        strings_ = std::make_shared<std::vector<std::string>>(1, "cache");
        state_.slab.strings = strings_;
    }

    void step() {
        const std::uint32_t what = random_.below(100);
        if (caches_.empty() || what < 2) return create();
        if (what < 30) return allocate();
        if (what < 45) return kmalloc();
        if (what < 49) return allocate_bulk();
        if (what < 50) return destroy_empty();
        if (what < 52) return shrink();
        if (what < 56) return free_bulk();
        if (what < 60) return reallocate();
        free_one();
    }
    void drop_all() {
        while (!held_.empty()) free_one();
        while (!caches_.empty()) destroy(caches_.size() - 1);
    }
    std::size_t held() const { return held_.size(); }

private:
    struct Object {
        std::uint64_t address;
        Pfn cache;  // no_pfn: kmalloc's
        OperationNumber taken_by;
    };

    OperationResult run(Operation operation) {
        operation.cpu = static_cast<CpuId>(random_.below(static_cast<std::uint32_t>(state_.slab.cpu_count())));
        const State before = state_;
        const OperationResult result = execute(state_, operation, number_++, recorder_, output_);
        if (result.status == OperationStatus::mistake) ADD_FAILURE() << mistake_in(before, operation);
        return result;
    }
    /// What was wrong, by doing it again and listening.
    static std::string mistake_in(State state, const Operation& operation) {
        Recorder recorder;
        OperationOutput output;
        execute(state, operation, 1000000, &recorder, output);
        std::string text;
        for (const EventRecord& event : recorder.events()) text += event_sentence(event, state).plain() + "\n";
        return text;
    }
    Operation of(OperationKind kind, Pfn cache) {
        Operation operation;
        operation.kind = kind;
        operation.pfn = cache;
        operation.gfp_flags = random_.below(4) == 0 ? gfp::atomic : gfp::kernel;
        if (state_.slab.node_count > 1 && random_.below(3) == 0)
            operation.node = static_cast<NodeId>(random_.below(state_.slab.node_count));
        return operation;
    }
    void keep(std::uint64_t address, Pfn cache) {
        if (address <= 16) return;
        const auto taken =
            std::find_if(held_.begin(), held_.end(), [&](const Object& o) { return o.address == address; });
        EXPECT_EQ(taken, held_.end()) << "given out twice";
        held_.push_back({address, cache, number_ - 1});
    }
    void create() {
        Operation operation = of(OperationKind::kmem_cache_create, Pfn{1} << random_.below(9));
        // The classic SLAB refuses a name that there is.
        strings_->push_back("cache " + std::to_string(strings_->size()));
        operation.text = static_cast<std::uint32_t>(strings_->size() - 1);
        operation.argument = 1 + random_.below(random_.below(2) != 0 ? 300 : 9000);
        operation.gfp_flags = flag_choices[random_.below(std::size(flag_choices))];
        operation.order = random_.below(4) == 0 ? 1 : 0;
        const OperationResult result = run(operation);
        if (result.status == OperationStatus::done) caches_.push_back(static_cast<Pfn>(result.value));
    }
    Pfn some_cache() { return caches_[random_.below(static_cast<std::uint32_t>(caches_.size()))]; }
    void allocate() {
        const Pfn cache = some_cache();
        keep(run(of(OperationKind::kmem_cache_alloc, cache)).value, cache);
    }
    void kmalloc() {
        Operation operation = of(OperationKind::kmalloc, no_pfn);
        operation.argument = random_.below(random_.below(8) == 0 ? 40000 : 600);
        if (random_.below(8) == 0) operation.gfp_flags |= gfp::dma;
        keep(run(operation).value, no_pfn);
    }
    void allocate_bulk() {
        const Pfn cache = some_cache();
        Operation operation = of(OperationKind::kmem_cache_alloc_bulk, cache);
        operation.node = no_node;
        operation.argument = 1 + random_.below(60);
        run(operation);
        const std::vector<Pfn>& got = output_.pages;
        for (std::size_t i = 0; i + 1 < got.size(); i += 2)
            keep(direct_map_start + (std::uint64_t{got[i]} << page_shift) + got[i + 1], cache);
    }
    Object take_held() {
        const std::uint32_t at = random_.below(static_cast<std::uint32_t>(held_.size()));
        std::swap(held_[at], held_.back());
        const Object object = held_.back();
        held_.pop_back();
        return object;
    }
    void free_one() {
        if (held_.empty()) return;
        const Object object = take_held();
        Operation operation =
            of(object.cache == no_pfn ? OperationKind::kfree : OperationKind::kmem_cache_free, object.cache);
        operation.argument = object.address;
        operation.text = object.taken_by;
        run(operation);
    }
    void free_bulk() {
        if (held_.empty()) return;
        const Pfn cache = held_.back().cache;
        if (cache == no_pfn) return free_one();
        std::string list;
        char word[24];
        for (std::size_t i = held_.size(); i-- > 0;) {
            if (held_[i].cache != cache || random_.below(2) == 0) continue;
            std::snprintf(word, sizeof word, "%s%llx", list.empty() ? "" : ",",
                          static_cast<unsigned long long>(held_[i].address));
            list += word;
            held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(i));
        }
        strings_->push_back(list);
        Operation operation = of(OperationKind::kmem_cache_free_bulk, cache);
        operation.text = static_cast<std::uint32_t>(strings_->size() - 1);
        run(operation);
    }
    void reallocate() {
        const auto found = std::find_if(held_.begin(), held_.end(), [](const Object& o) { return o.cache == no_pfn; });
        if (found == held_.end()) return;
        const Object object = *found;
        held_.erase(found);
        Operation operation = of(OperationKind::krealloc, 1 + random_.below(9000));
        operation.argument = object.address;
        operation.text = object.taken_by;
        const std::uint64_t address = run(operation).value;
        if (address == object.address)
            held_.push_back(object);
        else if (address != 0)
            keep(address, no_pfn);
        else
            held_.push_back(object);
    }
    void shrink() { run(of(OperationKind::kmem_cache_shrink, some_cache())); }
    void destroy_empty() {
        for (std::size_t i = 0; i < caches_.size(); ++i) {
            const auto uses = [&](const Object& object) { return object.cache == caches_[i]; };
            if (std::none_of(held_.begin(), held_.end(), uses)) return destroy(i);
        }
    }
    void destroy(std::size_t index) {
        const Pfn cache = caches_[index];
        caches_.erase(caches_.begin() + static_cast<std::ptrdiff_t>(index));
        run(of(OperationKind::kmem_cache_destroy, cache));
    }

    State& state_;
    Random random_;
    Recorder* recorder_;
    std::shared_ptr<std::vector<std::string>> strings_;
    std::vector<Pfn> caches_;
    std::vector<Object> held_;
    OperationNumber number_ = 0;
    OperationOutput output_;
};

struct Machine {
    const char* name;
    MachineConfiguration configuration;
};

std::vector<Machine> machines() {
    MachineConfiguration plain;
    plain.ram_bytes = 64ULL << 20;
    MachineConfiguration tight = plain;
    tight.ram_bytes = 4ULL << 20;
    MachineConfiguration nodes = plain;
    nodes.cpus = 4;
    nodes.nodes = {{32ULL << 20, 2}, {32ULL << 20, 2}};
    MachineConfiguration random = plain;
    random.cpus = 8;
    random.freelist_random = true;
    random.slab_merge = false;
    MachineConfiguration classic = nodes;
    classic.allocator = MachineConfiguration::Allocator::slab;
    return {{"one_cpu", plain},
            {"tight", tight},
            {"two_nodes", nodes},
            {"eight_cpus_random", random},
            {"classic", classic}};
}

class RandomSlabs : public testing::TestWithParam<Machine> {};

TEST_P(RandomSlabs, KeepEveryInvariant) {
    State state = boot(GetParam().configuration, std::make_shared<ChunkPool>());
    const std::string fresh = check_slab(state.slab);
    ASSERT_EQ(fresh, "");
    CarefulCaller caller(state, seed(), nullptr);
    for (int i = 0; i < 4000; ++i) {
        caller.step();
        if (i % 5 == 0) {
            ASSERT_EQ(check_slab(state.slab), "") << "after step " << i;
        }
        if (i % 200 == 0) {
            ASSERT_EQ(check_buddy(state.buddy), "") << "after step " << i;
        }
    }
    caller.drop_all();
    ASSERT_EQ(check_slab(state.slab), "");
    ASSERT_EQ(check_buddy(state.buddy), "");
}

TEST_P(RandomSlabs, EventsAloneGiveTheSameState) {
    State state = boot(GetParam().configuration, std::make_shared<ChunkPool>());
    State told = state;
    Recorder recorder;
    CarefulCaller caller(state, seed() + 1, &recorder);
    for (int i = 0; i < 1500; ++i) {
        caller.step();
        for (const EventRecord& event : recorder.events()) {
            EXPECT_FALSE(event_sentence(event, told).plain().empty());
            apply_event(event, told);
        }
        recorder.clear();
        told.buddy.operation = state.buddy.operation;
        told.slab.operation = state.slab.operation;
        ASSERT_EQ(hash_state(told), hash_state(state)) << "after step " << i;
    }
}

TEST_P(RandomSlabs, TheSameSeedGivesTheSameRun) {
    std::uint64_t hashes[2];
    for (std::uint64_t& hash : hashes) {
        State state = boot(GetParam().configuration, std::make_shared<ChunkPool>());
        CarefulCaller caller(state, seed() + 2, nullptr);
        for (int i = 0; i < 2000; ++i) caller.step();
        hash = hash_state(state);
    }
    EXPECT_EQ(hashes[0], hashes[1]);
}

INSTANTIATE_TEST_SUITE_P(Machines, RandomSlabs, testing::ValuesIn(machines()),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace pageframe
