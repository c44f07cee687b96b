// vmalloc's speed, recording off: taking and giving back, page tables and lazy purges included.
#include <benchmark/benchmark.h>

#include "engine/core/gfp.h"
#include "engine/machine/machine.h"

namespace pageframe {
namespace {

/// One area of so many pages, taken and given back, among a hundred that stay.
void vmalloc_pair(benchmark::State& bench) {
    MachineConfiguration configuration;
    configuration.ram_bytes = 256ULL << 20;
    State state = boot(configuration, std::make_shared<ChunkPool>());
    OperationOutput output;
    Operation take;
    take.kind = OperationKind::vmalloc;
    take.gfp_flags = gfp::kernel;
    take.argument = 3 * page_size;
    Operation give;
    give.kind = OperationKind::vfree;
    for (OperationNumber i = 0; i < 100; ++i) execute(state, take, i, nullptr, output);
    take.argument = static_cast<std::uint64_t>(bench.range(0)) * page_size;
    for (auto _ : bench) {
        give.argument = execute(state, take, 100, nullptr, output).value;
        benchmark::DoNotOptimize(execute(state, give, 101, nullptr, output));
    }
    bench.SetItemsProcessed(bench.iterations() * 2);
}
BENCHMARK(vmalloc_pair)->Arg(1)->Arg(10)->Arg(100);

}  // namespace
}  // namespace pageframe
