// Where the slabs of a whole machine get their pages and their bytes, and what runs their constructors: within the
// operation that makes the slab, on its memory.
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

    /// Poison 0x6b ... 0xa5, red zones 0xcc (in use) or 0xbb (free), 0x5a elsewhere; for caches that have them.
    void paint_slab(SlabId slab) override;
    void paint_object(ObjectReference object, Painted painted) override;
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
