// What a load or a store does to objects: the kernel sees none of it at that moment.
#pragma once

#include "engine/core/access_sentences.h"
#include "engine/core/event.h"
#include "engine/slab/slab.h"

namespace pageframe {

/// An access that the owner of the object should not have made. It leaves marks, which the checks of a
/// debugged cache find later, as the kernel finds the bytes.
struct ObjectAccess {
    static constexpr const char* name = "ObjectAccess";
    static constexpr const char* function = "";
    enum class Kind : std::uint8_t {
        use_after_free,  ///< the object is free
        left_red_zone,   ///< before its start
        past_end,        ///< behind its end: red zone, free pointer, tracking or padding
        past_request,    ///< inside the class, behind what kmalloc() was asked for
        of_another,      ///< the object of another operation than the pointer's
        slab_rest,       ///< in what is left over of the slab
    };
    std::uint64_t address;
    SlabId slab;
    ObjectIndex index;
    std::uint16_t offset;  ///< from the object's start; for left_red_zone before it
    Kind kind;
    std::uint8_t marks;
    bool write;
    OperationNumber pointer;  ///< where the address came from, if that is known
    OwnMemory own;            ///< of_another: where the pointer's own object is
    void apply(SlabState& state) const {
        if (marks != 0) state.write_object(state.slabs[slab], index).marks |= marks;
    }
    Sentence sentence(const SlabState& state) const;
};

/// A check has told the damage and repaired it, or there is no check, and nobody ever tells.
struct ClearMarks {
    static constexpr const char* name = "ClearMarks";
    static constexpr const char* function = "restore_bytes()";
    SlabId slab;
    ObjectIndex index;
    bool restored;
    const char* acting() const { return restored ? function : ""; }
    void apply(SlabState& state) const { state.write_object(state.slabs[slab], index).marks = 0; }
    Sentence sentence(const SlabState& state) const;
};

/// The object's link to the next free one is lost.
struct CutFreelist {
    static constexpr const char* name = "CutFreelist";
    static constexpr const char* function = "get_freepointer()";
    SlabId slab;
    ObjectIndex index;
    void apply(SlabState& state) const { state.write_object(state.slabs[slab], index).next = no_object; }
    Sentence sentence(const SlabState& state) const;
};

/// A slab with a damaged free object is not used any more: all its objects count as in use.
struct QuarantineSlab {
    static constexpr const char* name = "QuarantineSlab";
    static constexpr const char* function = "alloc_debug_processing()";
    SlabId slab;
    CacheId cache;
    void apply(SlabState& state) const {
        Slab& own = state.slabs.write(slab);
        own.inuse = own.objects;
        own.freelist = no_object;
        own.place = SlabPlace::full;
        state.caches.write(cache).corrupted = 1;
    }
    Sentence sentence(const SlabState& state) const;
};

}  // namespace pageframe
