// The load that the benchmarks of the page allocator share: random orders, random frees, from a seed.
#pragma once

#include <vector>

#include "engine/core/gfp.h"
#include "engine/core/operation.h"
#include "engine/core/random.h"
#include "engine/machine/machine.h"

namespace pageframe {

inline MachineConfiguration plain_machine(std::uint64_t ram_bytes) {
    MachineConfiguration configuration;
    configuration.ram_bytes = ram_bytes;
    return configuration;
}

/// Half allocations at random orders, half frees of a random live block; keeps about `target` of memory in
/// use, and takes the operations from a list made beforehand so that only the engine is measured.
class RandomLoad {
public:
    RandomLoad(std::uint64_t seed, Pfn target_frames) : random_(seed), target_(target_frames) {}

    Operation next() {
        const bool allocate = live_.empty() || (used_ < target_ && random_.below(8) < 5) || random_.below(2) == 0;
        Operation operation;
        if (allocate) {
            operation.kind = OperationKind::alloc_pages;
            operation.order = static_cast<Order>(random_.below(order_count));
            constexpr GfpFlags flags[] = {gfp::kernel, gfp::kernel, gfp::highuser_movable,
                                          gfp::kernel | gfp::reclaimable};
            operation.gfp_flags = flags[random_.below(4)] | gfp::noretry;
        } else {
            const std::uint32_t victim = random_.below(static_cast<std::uint32_t>(live_.size()));
            operation.kind = OperationKind::free_pages;
            operation.pfn = live_[victim].pfn;
            operation.order = live_[victim].order;
            operation.argument = no_operation;
            used_ -= frames_in(operation.order);
            live_[victim] = live_.back();
            live_.pop_back();
        }
        return operation;
    }

    void done(const Operation& operation, const OperationResult& result) {
        if (operation.kind != OperationKind::alloc_pages || result.value == no_pfn) return;
        live_.push_back({static_cast<Pfn>(result.value), operation.order});
        used_ += frames_in(operation.order);
    }

    Random& random() { return random_; }

private:
    struct Block {
        Pfn pfn;
        Order order;
    };
    Random random_;
    std::vector<Block> live_;
    std::uint64_t used_ = 0;
    std::uint64_t target_;
};

}  // namespace pageframe
