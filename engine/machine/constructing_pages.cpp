#include "engine/machine/constructing_pages.h"

#include "engine/machine/virtual_memory.h"

namespace pageframe {

void ConstructingPages::construct(CacheId cache, std::uint64_t object) {
    ConstructorLog* const log = state_.slab.constructors.get();
    if (log == nullptr) return;
    object_ = {object, state_.slab.caches[cache].geometry.object_size};
    std::span<const Operation> done;
    if (log->find(state_.slab.operation, constructed_++, done)) {
        for (const Operation& operation : done) run(operation);
    } else if (log->runner != nullptr) {
        log->begin(state_.slab.operation);
        log->runner->construct(cache, object, *this);
    }
}

OperationResult ConstructingPages::access(const Operation& operation) {
    state_.slab.constructors->add(operation);
    return run(operation);
}

OperationResult ConstructingPages::run(const Operation& operation) {
    if (operation.kind == OperationKind::note) {
        SlabEmitter(state_.slab, recorder_).tell(ConstructorNote{operation.text});
        return {};
    }
    OperationOutput unused;
    OperationResult result = execute_virtual(state_, operation, state_.slab.operation, recorder_, unused);
    if (note_object_accesses(state_, operation, recorder_, object_)) result.status = OperationStatus::mistake;
    erred_ |= result.status == OperationStatus::mistake;
    return result;
}

}  // namespace pageframe
