// The page allocator's own speed, recording off. An operation is one allocation or one free.
#include <benchmark/benchmark.h>

#include "tests/bench/random_load.h"

namespace pageframe {
namespace {

constexpr std::uint64_t one_gib = 1ULL << 30;

/// Operations of a random load, made beforehand by running it once on a machine of its own.
std::vector<Operation> make_operations(const MachineConfiguration& configuration, std::size_t count) {
    State state = boot(configuration, std::make_shared<ChunkPool>());
    RandomLoad load(7, static_cast<Pfn>(configuration.ram_bytes >> page_shift) / 2);
    std::vector<Operation> operations;
    OperationOutput output;
    for (std::size_t i = 0; i < count; ++i) {
        operations.push_back(load.next());
        const OperationResult result =
            execute(state, operations.back(), static_cast<OperationNumber>(i), nullptr, output);
        load.done(operations.back(), result);
    }
    return operations;
}

/// Orders 0..10 at random on 262,144 frames.
void buddy_random_orders(benchmark::State& bench) {
    const MachineConfiguration configuration = plain_machine(one_gib);
    const std::vector<Operation> operations = make_operations(configuration, 200'000);
    OperationOutput output;
    for (auto _ : bench) {
        bench.PauseTiming();
        State state = boot(configuration, std::make_shared<ChunkPool>());
        bench.ResumeTiming();
        OperationNumber number = 0;
        for (const Operation& operation : operations)
            benchmark::DoNotOptimize(execute(state, operation, number++, nullptr, output));
    }
    bench.SetItemsProcessed(bench.iterations() * static_cast<std::int64_t>(operations.size()));
}
BENCHMARK(buddy_random_orders)->Unit(benchmark::kMillisecond);

/// One order-0 page taken and given back without per-CPU lists: ten splits, ten merges.
void buddy_order0_pair(benchmark::State& bench) {
    MachineConfiguration configuration = plain_machine(one_gib);
    configuration.per_cpu_lists = false;
    State state = boot(configuration, std::make_shared<ChunkPool>());
    OperationOutput output;
    Operation take;
    take.kind = OperationKind::alloc_pages;
    take.gfp_flags = gfp::kernel;
    Operation give;
    give.kind = OperationKind::free_pages;
    give.argument = no_operation;
    for (auto _ : bench) {
        give.pfn = static_cast<Pfn>(execute(state, take, 0, nullptr, output).value);
        benchmark::DoNotOptimize(execute(state, give, 1, nullptr, output));
    }
    bench.SetItemsProcessed(bench.iterations() * 2);
}
BENCHMARK(buddy_order0_pair);

/// All of memory taken page by page, and given back in that order.
void buddy_fill_and_free(benchmark::State& bench) {
    MachineConfiguration configuration = plain_machine(one_gib);
    configuration.per_cpu_lists = false;
    State state = boot(configuration, std::make_shared<ChunkPool>());
    OperationOutput output;
    std::vector<Pfn> taken;
    Operation take;
    take.kind = OperationKind::alloc_pages;
    take.gfp_flags = gfp::nowait | gfp::memalloc;
    Operation give;
    give.kind = OperationKind::free_pages;
    give.argument = no_operation;
    std::int64_t operations = 0;
    for (auto _ : bench) {
        taken.clear();
        for (;;) {
            const auto pfn = static_cast<Pfn>(execute(state, take, 0, nullptr, output).value);
            if (pfn == no_pfn) break;
            taken.push_back(pfn);
        }
        for (Pfn pfn : taken) {
            give.pfn = pfn;
            execute(state, give, 1, nullptr, output);
        }
        operations += static_cast<std::int64_t>(2 * taken.size());
    }
    bench.SetItemsProcessed(operations);
}
BENCHMARK(buddy_fill_and_free)->Unit(benchmark::kMillisecond);

/// One order-0 page taken from the CPU's list and put back.
void pcp_order0_pair(benchmark::State& bench) {
    State state = boot(plain_machine(one_gib), std::make_shared<ChunkPool>());
    OperationOutput output;
    Operation take;
    take.kind = OperationKind::alloc_pages;
    take.gfp_flags = gfp::kernel;
    Operation give;
    give.kind = OperationKind::free_pages;
    give.argument = no_operation;
    for (auto _ : bench) {
        give.pfn = static_cast<Pfn>(execute(state, take, 0, nullptr, output).value);
        benchmark::DoNotOptimize(execute(state, give, 1, nullptr, output));
    }
    bench.SetItemsProcessed(bench.iterations() * 2);
}
BENCHMARK(pcp_order0_pair);

/// A zone of 64 MiB with every second movable page free, compacted from end to end: nanoseconds a moved page.
void compact(benchmark::State& bench) {
    MachineConfiguration configuration = plain_machine(64ULL << 20);
    configuration.per_cpu_lists = false;
    State broken_up = boot(configuration, std::make_shared<ChunkPool>());
    OperationOutput output;
    Operation take;
    take.kind = OperationKind::alloc_pages;
    take.gfp_flags = gfp::highuser_movable | gfp::memalloc;
    std::vector<Pfn> taken;
    for (;;) {
        const auto pfn = static_cast<Pfn>(execute(broken_up, take, 0, nullptr, output).value);
        if (pfn == no_pfn) break;
        taken.push_back(pfn);
    }
    Operation give;
    give.kind = OperationKind::free_pages;
    give.argument = no_operation;
    for (Pfn pfn : taken)
        if (pfn % 2 == 0) {
            give.pfn = pfn;
            execute(broken_up, give, 1, nullptr, output);
        }
    Operation all;
    all.kind = OperationKind::compact_memory;
    std::int64_t moved = 0;
    for (auto _ : bench) {
        bench.PauseTiming();
        State state = broken_up;
        bench.ResumeTiming();
        execute(state, all, 2, nullptr, output);
        moved += static_cast<std::int64_t>(output.moves.size());
    }
    bench.SetItemsProcessed(moved);
}
BENCHMARK(compact)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace pageframe
