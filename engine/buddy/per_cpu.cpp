// A CPU's lists given back as a whole, and the vmstat work: drain_pages_zone(), refresh_cpu_vm_stats().
// What single requests and frees do with the lists is in per_cpu.h.
#include <algorithm>

#include "engine/buddy/page_allocator.h"
#include "engine/buddy/per_cpu.h"

namespace pageframe {

/// drain_pages_zone(): in rounds of batch << 5.
void PageAllocator::drain_zone(ZoneId id, CpuId owner) {
    while (state_.pages_of_cpu(id, owner).count > 0) {
        const PerCpuPages& pages = state_.pages_of_cpu(id, owner);
        const std::int32_t round = std::min(pages.count, pages.batch << batch_scale_most);
        emitter_.tell(PerCpuDrain{round, pages.count, 0, id, owner});
        drain(id, owner, round, 0);
    }
}

void PageAllocator::drain_cpu(CpuId owner) {
    for (ZoneId id = 0; id < state_.zones.size(); ++id) drain_zone(id, owner);
}

void PageAllocator::drain_local_pages() { drain_cpu(cpu_); }

void PageAllocator::drain_all_pages() {
    for (std::size_t cpu = 0; cpu < state_.cpu_count(); ++cpu) drain_cpu(static_cast<CpuId>(cpu));
}

void PageAllocator::refresh_vm_stats() {
    for (ZoneId id = 0; id < state_.zones.size(); ++id) {
        const PerCpuPages& pages = own_pages(id);
        if (pages.free_pages_differential != 0 || pages.other_differential != 0) {
            emitter_.emit(FoldStatistics{id, cpu_});
            emitter_.emit(SetExpire{3, id, cpu_});
        }
        const PerCpuPages& after = own_pages(id);
        if (after.expire == 0 || after.count == 0) continue;
        if (zone(id).node == state_.cpu_node[cpu_]) {
            emitter_.emit(SetExpire{0, id, cpu_});
            continue;
        }
        const std::int32_t expire = after.expire - 1;
        emitter_.emit(SetExpire{expire, id, cpu_});
        if (expire != 0) continue;
        const PerCpuPages& remote = own_pages(id);
        const std::int32_t frames = std::min(remote.count, remote.batch);
        emitter_.tell(PerCpuDrain{frames, remote.count, 0, id, cpu_});
        drain(id, cpu_, frames, 0);
    }
}

}  // namespace pageframe
