// A cache's lists as an S line of a recording writes them.
#pragma once

#include <string>

#include "engine/slab/slab.h"

namespace pageframe {

/// "S slabs=1 objs=31 c0=21000/31/31 lf=1,2 sf=- pp=- np0=0:-". One CPU only: "cpu=" and "np=" without
/// their numbers.
std::string slab_state_text(const SlabState& state, CacheId cache, bool several_cpus);

}  // namespace pageframe
