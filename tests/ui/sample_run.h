// Runs for the tests of the pictures.
#pragma once

#include <memory>
#include <string>

#include "engine/core/gfp.h"
#include "engine/core/random.h"
#include "engine/machine/machine.h"
#include "engine/session/session.h"

namespace pageframe::ui {

/// 64 MiB, an allocation that splits, a note, its free, and one that fails.
inline std::unique_ptr<Session> sample_session() {
    return Session::from_scenario("machine { ram = 64M; }\n"
                                  "struct page *q = alloc_pages(GFP_KERNEL, 4);\n"
                                  "struct page *p = alloc_pages(GFP_KERNEL, 5);\n"
                                  "note(\"Split.\");\n"
                                  "__free_pages(p, 5);\n"
                                  "struct page *none = alloc_pages(GFP_KERNEL, 11);\n");
}

/// A machine with blocks of all orders and kinds taken and freed.
class SampleMachine {
public:
    explicit SampleMachine(std::uint64_t ram_bytes) : timeline_(booted(ram_bytes), pool_) {}

    void run(unsigned operations) {
        for (unsigned i = 0; i < operations; ++i) step();
    }
    const State& state() const { return timeline_.end(); }

private:
    State booted(std::uint64_t ram_bytes) {
        MachineConfiguration configuration;
        configuration.ram_bytes = ram_bytes;
        return boot(configuration, pool_);
    }

    void step() {
        constexpr GfpFlags flags[] = {gfp::kernel, gfp::highuser_movable, gfp::kernel | gfp::reclaimable};
        Operation operation;
        if (taken_.empty() || random_.below(5) < 3) {
            operation.kind = OperationKind::alloc_pages;
            operation.gfp_flags = flags[random_.below(3)];
            operation.order = static_cast<Order>(random_.below(random_.below(9) + 1));
            const OperationResult result = timeline_.append(operation);
            if (result.status == OperationStatus::done)
                taken_.push_back({static_cast<Pfn>(result.value), operation.order});
            return;
        }
        const std::size_t which = random_.below(static_cast<std::uint32_t>(taken_.size()));
        operation.kind = OperationKind::free_pages;
        operation.pfn = taken_[which].head;
        operation.order = taken_[which].order;
        operation.argument = no_operation;
        taken_[which] = taken_.back();
        taken_.pop_back();
        timeline_.append(operation);
    }

    std::shared_ptr<ChunkPool> pool_ = std::make_shared<ChunkPool>();
    Timeline timeline_;
    Random random_{1};
    std::vector<BlockReference> taken_;
};

}  // namespace pageframe::ui
