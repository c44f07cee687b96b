// The numbers a kernel computes from its memory's size: watermarks, reserves, per-CPU limits.
#pragma once

#include "engine/machine/configuration.h"
#include "engine/machine/state.h"

namespace pageframe {

/// Fills every zone's watermarks, lowmem reserve and statistics threshold, and the per-CPU batch and high,
/// from the zones' managed frames. mm/page_alloc.c and mm/vmstat.c, functions named in tuning.cpp.
/// At start the kernel computes them before the last frames have come in; when a vm.* setting is written
/// later, it computes them again from what there is then.
void tune(BuddyState& state, const MachineConfiguration& configuration);
/// A vm.* setting is given: computed as after start.
bool has_settings(const MachineConfiguration& configuration);

/// Zonelists of every node, nearest node first, highest zone first. build_zonelists().
void build_zonelists(BuddyState& state, const MachineConfiguration& configuration);

}  // namespace pageframe
