// fill_contig_page_info(), unusable_free_index() and __fragmentation_index() of mm/vmstat.c.
#include "engine/buddy/fragmentation.h"

namespace pageframe {

FreeBlocks count_free_blocks(const Zone& zone, Order order) {
    FreeBlocks free;
    for (Order of = 0; of < order_count; ++of) {
        const std::uint64_t blocks = zone.free_area[of].nr_free;
        free.blocks += blocks;
        free.frames += blocks << of;
        if (of >= order) free.suitable += blocks << (of - order);
    }
    return free;
}

int unusable_free_index(const Zone& zone, Order order) {
    const FreeBlocks free = count_free_blocks(zone, order);
    if (free.frames == 0) return 1000;
    const std::uint64_t unusable = free.frames - (free.suitable << order);
    return static_cast<int>(unusable * 1000 / free.frames);
}

int fragmentation_index(const Zone& zone, Order order) {
    const FreeBlocks free = count_free_blocks(zone, order);
    if (free.blocks == 0) return 0;
    if (free.suitable != 0) return -1000;
    const std::uint64_t requests = free.frames * 1000 / frames_in(order);
    return 1000 - static_cast<int>((1000 + requests) / free.blocks);
}

}  // namespace pageframe
