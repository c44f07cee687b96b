// Time travel over a million operations on a 16 GiB machine.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "engine/timeline/timeline.h"
#include "tests/bench/random_load.h"

namespace pageframe {
namespace {

constexpr std::uint64_t sixteen_gib = 16ULL << 30;

std::unique_ptr<Timeline> make_run(std::size_t operations) {
    auto pool = std::make_shared<ChunkPool>();
    auto timeline = std::make_unique<Timeline>(boot(plain_machine(sixteen_gib), pool), pool);
    RandomLoad load(11, static_cast<Pfn>(sixteen_gib >> page_shift) / 2);
    for (std::size_t i = 0; i < operations; ++i) {
        const Operation operation = load.next();
        load.done(operation, timeline->append(operation));
    }
    return timeline;
}

/// Making the run: an operation with its entry, its share of snapshots and of the landscape.
void timeline_record(benchmark::State& bench) {
    for (auto _ : bench) benchmark::DoNotOptimize(make_run(1'000'000));
    bench.SetItemsProcessed(bench.iterations() * 1'000'000);
}
BENCHMARK(timeline_record)->Unit(benchmark::kMillisecond)->Iterations(1)->Repetitions(1);

/// Any seek, to an operation's middle, in a run of a million: median and worst of 400 places at random.
void timeline_seek(benchmark::State& bench) {
    using Clock = std::chrono::steady_clock;
    const std::unique_ptr<Timeline> timeline = make_run(1'000'000);
    Random random(3);
    std::vector<double> milliseconds;
    for (auto _ : bench) {
        const Clock::time_point start = Clock::now();
        benchmark::DoNotOptimize(timeline->seek({random.below(1'000'000), 2}));
        milliseconds.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
    }
    std::sort(milliseconds.begin(), milliseconds.end());
    bench.counters["median_ms"] = milliseconds[milliseconds.size() / 2];
    bench.counters["worst_ms"] = milliseconds.back();
    bench.counters["MiB"] = static_cast<double>(timeline->bytes_in_use() >> 20);
    bench.counters["snapshots"] = static_cast<double>(timeline->snapshot_count());
}
BENCHMARK(timeline_seek)->Unit(benchmark::kMillisecond)->Iterations(400)->Repetitions(1);

}  // namespace
}  // namespace pageframe
