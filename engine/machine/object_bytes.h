// The bytes of objects: what the slab allocator writes into memory, and what loads and stores do to objects.
//
// Bytes are kept only where somebody wrote (core/physical_memory.h). A debugged cache's red zones and poison are
// written when a slab is new and when an object changes hands (constructing_pages.h). Not written: free pointers,
// which are the records' (SlabObject::next), and who took an object.
#pragma once

#include "engine/core/event.h"
#include "engine/core/operation.h"
#include "engine/machine/state.h"

namespace pageframe {

/// __GFP_ZERO
void zero_object(State& state, std::uint64_t address, std::uint64_t bytes, Recorder* recorder);
/// krealloc()'s memcpy
void copy_object(State& state, std::uint64_t to, std::uint64_t from, std::uint64_t bytes, Recorder* recorder);
struct ObjectExtent {
    std::uint64_t address = 0;
    std::uint64_t bytes = 0;
};
/// Tells what a load, store, memset or memcpy does to objects and pages that are not the caller's to touch. True
/// for such a mistake. `constructed`: free as it is, the constructor may touch it.
bool note_object_accesses(State& state, const Operation& operation, Recorder* recorder, ObjectExtent constructed = {});

}  // namespace pageframe
