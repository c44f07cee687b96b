// /proc/slabinfo: cache_show() of mm/slab_common.c with get_slabinfo() of mm/slub.c (or of mm/slab.c).
//
// The newest cache comes first. SLUB does not look at the CPUs' slabs: what they hold free counts as
// active. Only caches the machine has are listed: kmalloc's from their first use on.
#include "engine/proc/print.h"
#include "engine/proc/proc.h"
#include "engine/slab/slab_info.h"

namespace pageframe {

std::string slabinfo_line(std::string_view name, const CacheGeometry& geometry, const SlabInfo& info) {
    std::string text;
    print(text, "%-17s %6u %6u %6u %4u %4d", std::string(name).c_str(), info.active_objects, info.objects,
          geometry.size, geometry.objects, 1 << geometry.order);
    print(text, " : tunables %4u %4u %4u", info.limit, info.batch, info.shared);
    print(text, " : slabdata %6u %6u %6u\n", info.active_slabs, info.slabs, info.shared_available);
    return text;
}

std::string slabinfo(const State& state) {
    std::string text = "slabinfo - version: 2.1\n"
                       "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>"
                       " : tunables <limit> <batchcount> <sharedfactor>"
                       " : slabdata <active_slabs> <num_slabs> <sharedavail>\n";
    for (CacheId id = state.slab.newest_cache; id != no_cache; id = state.slab.caches[id].next) {
        const KmemCache& cache = state.slab.caches[id];
        text += slabinfo_line(cache.name_text(), cache.geometry, slab_info(state.slab, id));
    }
    return text;
}

}  // namespace pageframe
