// Constructors: what a cache's own function writes into each object of a new slab, once.
//
//     new slab --> construct_objects() --ConstructObject--> SlabPageSource::construct(), one by one
//                                                               |  the first time: ConstructorRunner, the
//                                                               |  scenario's interpreter, runs the body
//                                                               v  when a run is run again: ConstructorLog
//                                                          loads and stores, as operations within this one
//
// The body is the scenario's, and a state knows no scenario: the log keeps what each constructor did, so that
// to seek is to do the same again. Like the run's strings it belongs to all states of a run, grows with it,
// and is part of no state's value.
#pragma once

#include <span>
#include <vector>

#include "engine/core/operation.h"
#include "engine/slab/page_source.h"
#include "engine/slab/slab_events.h"

namespace pageframe {

/// Memory as a constructor sees it.
class ConstructorMemory {
public:
    virtual ~ConstructorMemory() = default;
    /// A load, a store, memset(), memcpy(), memcmp(); a note.
    virtual OperationResult access(const Operation& operation) = 0;
};

class ConstructorRunner {
public:
    virtual ~ConstructorRunner() = default;
    /// Calls the cache's constructor.
    virtual void construct(CacheId cache, std::uint64_t object, ConstructorMemory& memory) = 0;
};

class ConstructorLog {
public:
    ConstructorRunner* runner = nullptr;  ///< while the scenario runs

    /// What the constructor of the operation's object number `nth` did; false: it has not run yet.
    bool find(OperationNumber operation, std::uint32_t nth, std::span<const Operation>& found) const;
    void begin(OperationNumber operation) { objects_.push_back({operation, static_cast<std::uint32_t>(done_.size())}); }
    void add(const Operation& operation) { done_.push_back(operation); }

private:
    struct Constructed {
        OperationNumber operation;
        std::uint32_t first;  ///< of what was done
    };
    std::vector<Constructed> objects_;  ///< by operation, ascending
    std::vector<Operation> done_;
};

/// setup_object() of SLUB, cache_init_objs() of the classic SLAB: the new slab's objects in the order of its
/// freelist. Nothing for a cache without a constructor.
void construct_objects(SlabEmitter& emitter, SlabPageSource& source, SlabId slab);

}  // namespace pageframe
