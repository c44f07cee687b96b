// Where the slabs of a whole machine get their pages, and what runs their constructors: within the operation that makes
// the slab, on its memory.
#pragma once

#include "engine/core/operation.h"
#include "engine/machine/object_bytes.h"
#include "engine/machine/state.h"
#include "engine/slab/constructors.h"
#include "engine/slab/machine_pages.h"

namespace pageframe {

class ConstructingPages : public MachinePages, private ConstructorMemory {
public:
    ConstructingPages(State& state, CpuId cpu, Recorder* recorder, OperationOutput& output)
        : MachinePages(state.buddy, cpu, recorder, &output.moves), state_(state), recorder_(recorder) {}

    void paint_slab(SlabId slab) override { pageframe::paint_slab(state_, slab, recorder_); }
    void paint_object(ObjectReference object, Painted painted) override {
        pageframe::paint_object(state_, object, painted, recorder_);
    }
    /// The first time the scenario's function runs; after that, what it did.
    void construct(CacheId cache, std::uint64_t object) override;
    bool constructor_erred() const { return erred_; }

private:
    OperationResult access(const Operation& operation) override;
    OperationResult run(const Operation& operation);

    State& state_;
    Recorder* recorder_;
    ObjectExtent object_;            ///< the one that is constructed
    std::uint32_t constructed_ = 0;  ///< in this operation
    bool erred_ = false;
};

}  // namespace pageframe
