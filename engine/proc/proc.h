// The kernel's own text of the state, byte for byte (mm/vmstat.c, Linux 6.1).
//
//     /proc/buddyinfo                         free blocks per zone and order
//     /proc/vmallocinfo                       areas of virtual addresses
//     /proc/pagetypeinfo                      the same per migrate type, and pageblocks per type
//     /proc/zoneinfo                          counters, watermarks, reserves, per-CPU lists
//     /proc/slabinfo                          caches, their objects and slabs
//     /sys/kernel/debug/extfrag/unusable_index, extfrag_index
//
// Left out of zoneinfo: the lines about what the model has not got (the per-node statistics of the page
// cache and of reclaim, the LRU's sizes, numa_hit and its like). The lines that are there have the
// kernel's order and format. The kernel walks all nodes; a zone without memory is shown by zoneinfo only.
#pragma once

#include <string>
#include <string_view>

#include "engine/machine/state.h"
#include "engine/slab/slab_info.h"

namespace pageframe {

std::string buddyinfo(const State& state);
std::string vmallocinfo(const State& state);
std::string pagetypeinfo(const State& state);
std::string zoneinfo(const State& state);
std::string slabinfo(const State& state);
/// One cache's line of it.
std::string slabinfo_line(std::string_view name, const CacheGeometry& geometry, const SlabInfo& info);
std::string unusable_index(const State& state);
std::string extfrag_index(const State& state);

}  // namespace pageframe
