// The slab allocator's own speed, recording off. A pair is one allocation and one free.
#include <benchmark/benchmark.h>

#include "tests/bench/random_load.h"
#include "tests/operations.h"

namespace pageframe {
namespace {

constexpr std::uint64_t one_gib = 1ULL << 30;

void alloc_free_pairs(benchmark::State& bench, MachineConfiguration::Allocator allocator) {
    MachineConfiguration configuration = plain_machine(one_gib);
    configuration.allocator = allocator;
    State state = boot(configuration, std::make_shared<ChunkPool>());
    OperationOutput output;
    Operation create = operation_of(OperationKind::kmem_cache_create);
    create.argument = 256;
    create.pfn = 0;
    create.gfp_flags = 0;
    Operation take = operation_of(OperationKind::kmem_cache_alloc);
    Operation give = operation_of(OperationKind::kmem_cache_free);
    take.pfn = give.pfn = static_cast<Pfn>(execute(state, create, 0, nullptr, output).value);
    for (auto _ : bench) {
        give.argument = execute(state, take, 1, nullptr, output).value;
        benchmark::DoNotOptimize(execute(state, give, 2, nullptr, output));
    }
    bench.SetItemsProcessed(bench.iterations());
}

/// One object taken and given back: the CPU's own freelist.
void slub_alloc_free(benchmark::State& bench) { alloc_free_pairs(bench, MachineConfiguration::Allocator::slub); }
BENCHMARK(slub_alloc_free);

/// The same in the classic SLAB: the CPU's array.
void slab_alloc_free(benchmark::State& bench) { alloc_free_pairs(bench, MachineConfiguration::Allocator::slab); }
BENCHMARK(slab_alloc_free);

/// Sizes of all classes, a thousand objects alive, freed at random.
void kmalloc_mix(benchmark::State& bench) {
    State state = boot(plain_machine(one_gib), std::make_shared<ChunkPool>());
    OperationOutput output;
    Random random(11);
    std::vector<std::uint64_t> live(1024, 0);
    Operation take = operation_of(OperationKind::kmalloc);
    Operation give = operation_of(OperationKind::kfree);
    for (auto _ : bench) {
        std::uint64_t& place = live[random.below(1024)];
        give.argument = place;
        if (place != 0) benchmark::DoNotOptimize(execute(state, give, 1, nullptr, output));
        take.argument = 1 + random.below(std::uint32_t{1} << (3 + random.below(11)));
        place = execute(state, take, 2, nullptr, output).value;
    }
    bench.SetItemsProcessed(bench.iterations());
}
BENCHMARK(kmalloc_mix);

}  // namespace
}  // namespace pageframe
