// What a step did to slabs and objects, and which cache and object the slabs' pictures are about.
//
//     events of the step --> objects and slabs with their roles (amber: taken or given back, cyan: changed)
//                       \--> the cache and the object in focus: the reader's pick or the step's, whichever
//                            came last; a step without slabs leaves those of the calls before it
//
// Frames have their roles in Highlighting; an object is smaller than a frame, so that its role is here.
#pragma once

#include <vector>

#include "engine/slab/slab.h"
#include "ui/highlight.h"
#include "ui/playback.h"

namespace pageframe::ui {

/// What the step did to one object.
struct ObjectRole {
    ObjectReference object;
    Role role = Role::plain;
};
struct SlabRole {
    SlabId slab = no_slab;
    Role role = Role::plain;
};

class SlabFocus {
public:
    /// To another step: what it did.
    void follow(const Playback& playback);
    /// Every frame: where the reader looks. `picked`: the cache picked since the step, or no_cache.
    void look(const Playback& playback, const Highlighting& highlight, CacheId picked);

    /// The cache to show; no_cache: there is none.
    CacheId cache() const { return cache_; }
    /// The object to show byte by byte; slab no_slab: none.
    ObjectReference object() const { return object_; }
    /// The step's own object; slab no_slab: none.
    ObjectReference step_object() const { return step_object_; }
    bool step_has_slabs() const { return step_cache_ != no_cache; }

    Role role_of(ObjectReference object) const;
    Role role_of(SlabId slab) const;
    const std::vector<ObjectRole>& objects() const { return objects_; }
    const std::vector<SlabRole>& slabs() const { return slabs_; }

private:
    void read_step(const Playback& playback);
    void note_object(SlabId slab, ObjectIndex index, Role role);
    void note_slab(SlabId slab, Role role);
    void sort_objects();
    void find_earlier(const Playback& playback);

    std::vector<ObjectRole> objects_;
    std::vector<SlabRole> slabs_;
    CacheId step_cache_ = no_cache;
    ObjectReference step_object_;
    CacheId earlier_cache_ = no_cache;  ///< of the step, or of a call before it
    ObjectReference earlier_object_;
    CacheId cache_ = no_cache;
    ObjectReference object_;
};

/// The object that an address of the direct map lies in, red zones and padding included.
ObjectReference object_of_address(const SlabState& state, std::uint64_t address);

}  // namespace pageframe::ui
