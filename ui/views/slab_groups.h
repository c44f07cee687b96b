// The lists that a cache's slabs are on, in the order in which a request looks at them.
//
//     SLUB      CPU 0's slab, its partial list; CPU 1's ...; node 0's partial list ...; full ones, on no list
//     SLAB      CPU 0's array ...; node 0's shared array, partial, free and full list; node 1's ...
#pragma once

#include <string>
#include <vector>

#include "engine/slab/slab.h"

namespace pageframe::ui {

/// One list: slabs, or the entries of an array.
struct SlabGroup {
    std::string heading;
    std::string facts;     ///< "2 of 2 · head first"
    std::string note;      ///< what the step did to it
    std::string sentence;  ///< what it is for, where there is room
    std::vector<SlabId> slabs;
    std::vector<Pfn> gone;                 ///< slabs that went back to the page allocator in this step
    std::vector<ObjectReference> entries;  ///< an array's, the one taken next first
    bool is_array = false;
    bool quiet = false;  ///< full slabs: nothing to see in them

    std::size_t cards() const { return slabs.size() + gone.size(); }
};

/// `before`: the state before the step.
std::vector<SlabGroup> slab_groups(const SlabState& state, const SlabState& before, CacheId cache);

}  // namespace pageframe::ui
