// The slab allocator's events: fields, kernel function, sentence and mutation of each, declared together.
// Sentences are in slab_sentences.cpp; what changes state is here, inline.
//
//     alloc:  RequestObject  TakeObject                               the CPU's own freelist has one
//                            LoadSlab  TakeObject                     its slab got some back from others
//                            LetGoFull  TakeCpuPartial | RemovePartial | NewSlab   then LoadSlab
//                                                                         ConstructObject*, where there is a constructor
//     free:   ReleaseObject  PushCpuFreelist                          to the CPU's own slab
//                            PushSlabFreelist  KeepForCpu             to any other, full until now
//                            Unfreeze*  AddPartial  DiscardSlab       when the CPU keeps too many
//
// Two lines of events belong to caches with a debugging flag, which take every object one by one from the
// node's lists: TakeSingle, MarkFull, UnmarkFull.
#pragma once

#include <utility>

#include "engine/core/event.h"
#include "engine/slab/access_events.h"
#include "engine/slab/cache_events.h"
#include "engine/slab/classic_events.h"
#include "engine/slab/slab.h"
#include "engine/slab/slab_lists.h"

namespace pageframe {

// ---------------------------------------------------------------- slabs

/// Frames from the page allocator become a slab, with all objects free, linked by index.
struct NewSlab {
    static constexpr const char* name = "NewSlab";
    static constexpr const char* function = "allocate_slab()";
    static constexpr const char* classic_function = "cache_grow()";
    SlabId slab;
    Pfn pfn;
    CacheId cache;
    ObjectIndex objects;
    Order order;
    NodeId node;
    void apply(SlabState& state) const {
        add_slab(state, slab, cache, pfn, order, node, objects);
        Slab& made = state.slabs.write(slab);
        made.freelist = 0;
        for (ObjectIndex i = 0; i + 1 < objects; ++i)
            state.write_object(made, i).next = static_cast<ObjectIndex>(i + 1);
        CacheNode& own = state.write_cache_node(cache, node);
        ++own.nr_slabs;
        own.total_objects += objects;
    }
    Sentence sentence(const SlabState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{pfn, frames_in(order)}, Role::taken}); }
};

/// The new slab's freelist follows the cache's random sequence, from a random place in it.
struct ShuffleFreelist {
    static constexpr const char* name = "ShuffleFreelist";
    static constexpr const char* function = "shuffle_freelist()";
    std::uint64_t random_state;  ///< after
    SlabId slab;
    std::uint32_t position;
    void apply(SlabState& state) const;
    Sentence sentence(const SlabState& state) const;
};

/// Remark: the constructor is called for an object of a new slab; what it writes follows.
struct ConstructObject {
    static constexpr const char* name = "ConstructObject";
    static constexpr const char* function = "setup_object()";
    static constexpr const char* classic_function = "cache_init_objs()";
    std::uint64_t address;
    SlabId slab;
    CacheId cache;
    ObjectIndex index;
    Sentence sentence(const SlabState& state) const;
};

/// Remark: a constructor has something to say.
struct ConstructorNote {
    static constexpr const char* name = "ConstructorNote";
    static constexpr const char* function = "";
    std::uint32_t text;  ///< in the run's strings
    Sentence sentence(const SlabState& state) const;
};

/// An empty slab's frames go back to the page allocator.
struct DiscardSlab {
    static constexpr const char* name = "DiscardSlab";
    static constexpr const char* function = "discard_slab()";
    static constexpr const char* classic_function = "slab_destroy()";
    SlabId slab;
    Pfn pfn;
    Order order;
    void apply(SlabState& state) const {
        const Slab& gone = state.slabs[slab];
        CacheNode& own = state.write_cache_node(gone.cache, gone.node);
        --own.nr_slabs;
        own.total_objects -= gone.objects;
        remove_slab(state, slab);
    }
    Sentence sentence(const SlabState& state) const;
    void highlight(HighlightList& list) const { list.push_back({{pfn, frames_in(order)}, Role::taken}); }
};

// ---------------------------------------------------------------- taking an object

/// Remark: what is wanted.
struct RequestObject {
    static constexpr const char* name = "RequestObject";
    static constexpr const char* function = "slab_alloc_node()";
    static constexpr const char* classic_function = "__cache_alloc()";
    GfpFlags gfp_flags;
    CacheId cache;
    CpuId cpu;
    NodeId node;  ///< no_node: any
    Sentence sentence(const SlabState& state) const;
};

/// The first object of the CPU's freelist is the caller's.
struct TakeObject {
    static constexpr const char* name = "TakeObject";
    static constexpr const char* function = "slab_alloc_node()";
    SlabId slab;
    OperationNumber operation;
    std::uint32_t requested;
    CacheId cache;
    ObjectIndex index;
    ObjectIndex next;
    CpuId cpu;
    std::uint8_t slow;
    void apply(SlabState& state) const {
        const std::uint32_t record = state.slabs[slab].first_object + index;
        change(state.write_cpu_cache(cache, cpu), state.objects.write(record));
    }
    void change(CpuCache& own, SlabObject& object) const {
        own.freelist = next;
        ++(slow ? own.slow_allocations : own.fast_allocations);
        object.allocated = 1;
        object.allocated_by = operation;
        object.requested = requested;
    }
    Sentence sentence(const SlabState& state) const;
};

/// A slab's own freelist becomes the CPU's, as a whole.
struct LoadSlab {
    static constexpr const char* name = "LoadSlab";
    static constexpr const char* function = "get_freelist()";
    enum class From : std::uint8_t { own_slab, cpu_partial, node_partial, new_slab };
    SlabId slab;
    CacheId cache;
    CpuId cpu;
    From from;
    void apply(SlabState& state) const {
        Slab& loaded = state.slabs.write(slab);
        CpuCache& own = state.write_cpu_cache(cache, cpu);
        own.take_from(slab, loaded);
        own.freelist = loaded.freelist;
        loaded.freelist = no_object;
        loaded.inuse = loaded.objects;
        loaded.frozen = 1;
        loaded.cpu = cpu;
        loaded.place = SlabPlace::cpu;
    }
    Sentence sentence(const SlabState& state) const;
};

/// The head of the CPU's partial list becomes the slab it takes from.
struct TakeCpuPartial {
    static constexpr const char* name = "TakeCpuPartial";
    static constexpr const char* function = "___slab_alloc()";
    SlabId slab;
    CacheId cache;
    CpuId cpu;
    void apply(SlabState& state) const {
        CpuCache& own = state.write_cpu_cache(cache, cpu);
        Slab& head = state.slabs.write(slab);
        own.partial = std::exchange(head.next, no_slab);
        own.take_from(slab, head);
        own.freelist = no_object;
        head.place = SlabPlace::cpu;
    }
    Sentence sentence(const SlabState& state) const;
};

/// The CPU's slab has nothing left: it is on no list until an object comes back.
struct LetGoFull {
    static constexpr const char* name = "LetGoFull";
    static constexpr const char* function = "get_freelist()";
    SlabId slab;
    CacheId cache;
    CpuId cpu;
    void apply(SlabState& state) const {
        CpuCache& own = state.write_cpu_cache(cache, cpu);
        own.let_go();
        Slab& full = state.slabs.write(slab);
        full.inuse = full.objects;
        full.frozen = 0;
        full.place = SlabPlace::full;
    }
    Sentence sentence(const SlabState& state) const;
};

/// The CPU lets go of its slab: its freelist goes in front of the slab's own.
struct Deactivate {
    static constexpr const char* name = "Deactivate";
    static constexpr const char* function = "deactivate_slab()";
    enum class Why : std::uint8_t { wrong_node, flush };
    SlabId slab;
    CacheId cache;
    ObjectIndex first;  ///< of the CPU's freelist; no_object: it was empty
    ObjectIndex last;
    ObjectIndex count;
    CpuId cpu;
    Why why;
    void apply(SlabState& state) const {
        CpuCache& own = state.write_cpu_cache(cache, cpu);
        own.let_go();
        Slab& left = state.slabs.write(slab);
        if (first != no_object) {
            state.write_object(left, last).next = left.freelist;
            left.freelist = first;
            left.inuse = static_cast<ObjectIndex>(left.inuse - count);
        }
        left.frozen = 0;
        left.place = left.freelist == no_object ? SlabPlace::full : SlabPlace::floating;
    }
    Sentence sentence(const SlabState& state) const;
};

// ---------------------------------------------------------------- lists of slabs

struct TakeListLock {
    static constexpr const char* name = "TakeListLock";
    static constexpr const char* function = "spin_lock_irqsave()";
    static constexpr const char* classic_function = "spin_lock()";
    CacheId cache;
    CpuId cpu;
    NodeId node;
    void apply(SlabState& state) const { ++state.write_cpu_cache(cache, cpu).list_lock_taken; }
    Sentence sentence(const SlabState& state) const;
};

struct RemovePartial {
    static constexpr const char* name = "RemovePartial";
    static constexpr const char* function = "remove_partial()";
    SlabId slab;
    CacheId cache;
    NodeId node;
    void apply(SlabState& state) const {
        list_remove(state, state.write_cache_node(cache, node).partial, slab);
        state.slabs.write(slab).place = SlabPlace::floating;
    }
    Sentence sentence(const SlabState& state) const;
};

struct AddPartial {
    static constexpr const char* name = "AddPartial";
    static constexpr const char* function = "add_partial()";
    SlabId slab;
    CacheId cache;
    NodeId node;
    SlabListEnd end;
    void apply(SlabState& state) const {
        list_add(state, state.write_cache_node(cache, node).partial, slab, end);
        state.slabs.write(slab).place = SlabPlace::node_partial;
    }
    Sentence sentence(const SlabState& state) const;
};

/// A slab joins the CPU's partial list, at its head.
struct KeepForCpu {
    static constexpr const char* name = "KeepForCpu";
    static constexpr const char* function = "put_cpu_partial()";
    SlabId slab;
    CacheId cache;
    std::uint16_t slabs;  ///< with it
    CpuId cpu;
    void apply(SlabState& state) const {
        CpuCache& own = state.write_cpu_cache(cache, cpu);
        Slab& kept = state.slabs.write(slab);
        kept.next = std::exchange(own.partial, slab);
        kept.partial_slabs = slabs;
        kept.frozen = 1;
        kept.cpu = cpu;
        kept.place = SlabPlace::cpu_partial;
    }
    Sentence sentence(const SlabState& state) const;
};

/// The head of the CPU's partial list leaves it, for the node's.
struct Unfreeze {
    static constexpr const char* name = "Unfreeze";
    static constexpr const char* function = "__unfreeze_partials()";
    SlabId slab;
    CacheId cache;
    CpuId cpu;
    void apply(SlabState& state) const {
        Slab& left = state.slabs.write(slab);
        state.write_cpu_cache(cache, cpu).partial = std::exchange(left.next, no_slab);
        left.frozen = 0;
        left.place = SlabPlace::floating;
    }
    Sentence sentence(const SlabState& state) const;
};

// ---------------------------------------------------------------- giving an object back

/// The object is free, and points to the next free one of the list it will be in.
struct ReleaseObject {
    static constexpr const char* name = "ReleaseObject";
    static constexpr const char* function = "slab_free()";
    static constexpr const char* classic_function = "cache_free_alien()";
    SlabId slab;
    OperationNumber operation;
    ObjectIndex index;
    ObjectIndex next;
    [[gnu::always_inline]] void apply(SlabState& state) const {
        change(state.objects.write(state.slabs[slab].first_object + index));
    }
    void change(SlabObject& object) const {
        object.next = next;
        object.allocated = 0;
        object.freed_by = operation;
    }
    Sentence sentence(const SlabState& state) const;
};

/// Freed objects of the CPU's own slab go to the head of its freelist: no lock.
struct PushCpuFreelist {
    static constexpr const char* name = "PushCpuFreelist";
    static constexpr const char* function = "do_slab_free()";
    SlabId slab;
    CacheId cache;
    ObjectIndex head;
    ObjectIndex tail;
    ObjectIndex count;
    CpuId cpu;
    [[gnu::always_inline]] void apply(SlabState& state) const {
        const std::uint32_t record = state.slabs[slab].first_object + tail;
        change(state.write_cpu_cache(cache, cpu), state.objects.write(record));
    }
    void change(CpuCache& own, SlabObject& last) const {
        last.next = own.freelist;
        own.freelist = head;
        ++own.fast_frees;
    }
    Sentence sentence(const SlabState& state) const;
};

/// Freed objects of any other slab go to the head of that slab's own freelist.
struct PushSlabFreelist {
    static constexpr const char* name = "PushSlabFreelist";
    static constexpr const char* function = "__slab_free()";
    SlabId slab;
    CacheId cache;
    ObjectIndex head;
    ObjectIndex tail;
    ObjectIndex count;
    CpuId cpu;
    [[gnu::always_inline]] void apply(SlabState& state) const {
        Slab& own = state.slabs.write(slab);
        change(state.write_cpu_cache(cache, cpu), own, state.write_object(own, tail));
    }
    void change(CpuCache& by, Slab& own, SlabObject& last) const {
        last.next = own.freelist;
        own.freelist = head;
        own.inuse = static_cast<ObjectIndex>(own.inuse - count);
        ++by.slow_frees;
    }
    Sentence sentence(const SlabState& state) const;
};

// ---------------------------------------------------------------- caches with debugging flags

/// One object from the slab's own freelist.
struct TakeSingle {
    static constexpr const char* name = "TakeSingle";
    static constexpr const char* function = "alloc_single_from_partial()";
    SlabId slab;
    OperationNumber operation;
    std::uint32_t requested;
    ObjectIndex index;
    ObjectIndex next;
    CpuId cpu;
    bool of_new_slab;
    const char* acting() const { return of_new_slab ? "alloc_single_from_new_slab()" : function; }
    void apply(SlabState& state) const {
        Slab& own = state.slabs.write(slab);
        own.freelist = next;
        ++own.inuse;
        ++state.write_cpu_cache(own.cache, cpu).slow_allocations;
        SlabObject& object = state.write_object(own, index);
        object.allocated = 1;
        object.allocated_by = operation;
        object.requested = requested;
    }
    Sentence sentence(const SlabState& state) const;
};

/// All its objects are in use. With SLAB_STORE_USER the node keeps a list of such slabs.
struct MarkFull {
    static constexpr const char* name = "MarkFull";
    static constexpr const char* function = "add_full()";
    SlabId slab;
    CacheId cache;
    NodeId node;
    bool listed;
    void apply(SlabState& state) const {
        if (listed) list_add(state, state.write_cache_node(cache, node).full, slab, SlabListEnd::head);
        state.slabs.write(slab).place = SlabPlace::full;
    }
    Sentence sentence(const SlabState& state) const;
};

struct UnmarkFull {
    static constexpr const char* name = "UnmarkFull";
    static constexpr const char* function = "remove_full()";
    SlabId slab;
    CacheId cache;
    NodeId node;
    bool listed;
    void apply(SlabState& state) const {
        if (listed) list_remove(state, state.write_cache_node(cache, node).full, slab);
        state.slabs.write(slab).place = SlabPlace::floating;
    }
    Sentence sentence(const SlabState& state) const;
};

using SlabEvents =
    TypeList<CreateCache, NameCache, ShareCache, UnshareCache, RemoveCache, MakeRandomSequence, NewSlab,
             ShuffleFreelist, DiscardSlab, RequestObject, TakeObject, LoadSlab, TakeCpuPartial, LetGoFull, Deactivate,
             TakeListLock, RemovePartial, AddPartial, KeepForCpu, Unfreeze, ReleaseObject, PushCpuFreelist,
             PushSlabFreelist, TakeSingle, MarkFull, UnmarkFull, SlabOutOfMemory, SlabMistake, RequestLarge, KeepObject,
             TakeFromArray, PutInArray, FillArray, TakeFromShared, GiveToShared, DropEntries, PutBack, MoveSlab,
             ColourSlab, ForgetFree, ObjectAccess, ClearMarks, CutFreelist, QuarantineSlab, ConstructObject,
             ConstructorNote, TakeOverName>;

using SlabEmitter = Emitter<SlabState, Subsystem::slab, SlabEvents>;

/// A record of this subsystem as a sentence with its kernel function; applies it to `state` afterwards.
/// For texts without a whole machine; views use machine/events.h.
std::string slab_event_text(const EventRecord& record, SlabState& state);

}  // namespace pageframe
