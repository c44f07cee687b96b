// The MMU's speed, recording off, and the trace reader's.
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "engine/core/gfp.h"
#include "engine/core/random.h"
#include "engine/machine/machine.h"
#include "engine/machine/virtual_memory.h"
#include "engine/tlb/trace_replay.h"

namespace pageframe {
namespace {

State machine_with_pages(std::uint64_t bytes, std::uint64_t& address) {
    MachineConfiguration configuration;
    configuration.ram_bytes = 256ULL << 20;
    State state = boot(configuration, std::make_shared<ChunkPool>());
    Operation operation;
    operation.kind = OperationKind::vmalloc;
    operation.argument = bytes;
    operation.gfp_flags = gfp::kernel;
    OperationOutput output;
    address = execute(state, operation, 0, nullptr, output).value;
    return state;
}

void access(benchmark::State& bench, std::uint64_t pages, std::uint64_t step) {
    std::uint64_t start = 0;
    State state = machine_with_pages(pages * page_size, start);
    VirtualMemory memory(state, 0, 1, nullptr, nullptr);
    std::uint64_t page = 0;
    for (auto _ : bench) {
        benchmark::DoNotOptimize(memory.mmu.translate(start + page * page_size, AccessKind::load));
        page += step;
        if (page >= pages) page -= pages;
    }
    bench.SetItemsProcessed(bench.iterations());
    const CpuTlb& cpu = state.tlb.cpus[0];
    bench.counters["walks"] = benchmark::Counter(static_cast<double>(cpu.walks), benchmark::Counter::kAvgIterations);
}

/// Every access misses both levels and walks four tables: pages enough, in turn.
void tlb_access(benchmark::State& bench) { access(bench, 8192, 1); }
BENCHMARK(tlb_access);

/// The same with no two pages in a row of the same last table.
void tlb_access_far(benchmark::State& bench) { access(bench, 8192, 515); }
BENCHMARK(tlb_access_far);

/// Every access is found in the first level.
void tlb_access_hit(benchmark::State& bench) { access(bench, 32, 1); }
BENCHMARK(tlb_access_hit);

/// As lackey writes it: fetches along a line, loads and stores at random in 64 MiB.
std::string made_trace(std::size_t references) {
    Random random(5);
    std::string text;
    std::uint64_t counter = 0x401000;
    const auto add = [&](const char* kind, std::uint64_t address, unsigned size) {
        char line[48];
        std::snprintf(line, sizeof line, "%s %08llx,%u\n", kind, static_cast<unsigned long long>(address), size);
        text += line;
    };
    for (std::size_t i = 0; i < references; ++i) {
        if (i % 4 == 3) {
            add(i % 8 == 3 ? " L" : " S", 0x1fff000000 + random.below(64U << 20), 8);
        } else {
            add("I ", counter, 4);
            counter = random.below(50) == 0 ? 0x401000 + random.below(1U << 20) : counter + 4;
        }
    }
    return text;
}

void trace_replay(benchmark::State& bench) {
    constexpr std::size_t references = 1'000'000;
    const std::string text = made_trace(references);
    for (auto _ : bench) {
        TraceReplay replay{TraceSettings{}};
        for (std::size_t at = 0; at < text.size(); at += 65536) replay.feed(std::string_view(text).substr(at, 65536));
        replay.finish();
        benchmark::DoNotOptimize(replay.counts());
    }
    bench.SetItemsProcessed(bench.iterations() * static_cast<std::int64_t>(references));
}
BENCHMARK(trace_replay)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace pageframe
