// Loads and stores of the machine, as seen by the slab allocator.
#pragma once

#include "engine/slab/slab_events.h"

namespace pageframe {

/// Tells (and marks) an access of `size` bytes that hits a free object, a red zone or what lies behind an
/// object's end. True when it was such a mistake. Nothing happens for memory that is no slab's.
bool note_object_access(SlabEmitter& emitter, std::uint64_t address, std::uint64_t size, bool write,
                        OperationNumber pointer = no_operation);

/// The operation that has taken it; no_operation while it is free.
OperationNumber owner_of_object(const SlabState& state, ObjectReference object);

}  // namespace pageframe
