#include "engine/slab/classic_geometry.h"

#include <algorithm>

namespace pageframe {

namespace {

std::uint32_t management_size(std::uint32_t objects, std::uint32_t align) {
    return align_to(slab_descriptor_bytes + objects * bufctl_bytes, align);
}

/// kmem_cache_create(): the alignment that the flags and the caller ask for.
std::uint32_t classic_alignment(const CacheRequest& request, std::uint32_t size) {
    std::uint32_t align = classic_word_bytes;
    if (request.flags & slab_flag::hwcache_align) {
        align = classic_line_bytes;
        while (align > 1 && size <= align / 2) align /= 2;
    }
    return std::max({align, classic_word_bytes, request.align});
}

/// calculate_slab_order(): the first order that wastes at most an eighth, and not above 1 for it.
ClassicEstimate choose_order(const CacheRequest& request, CacheGeometry& geometry) {
    ClassicEstimate chosen;
    for (Order order = 0; order <= largest_order; ++order) {
        const ClassicEstimate now = cache_estimate(order, geometry.size, geometry.align, geometry.management_off_slab);
        if (now.objects == 0) continue;
        // Off-slab management must itself fit in an object of a cache that has its own on the slab.
        if (geometry.management_off_slab && now.objects > (geometry.size - slab_descriptor_bytes) / bufctl_bytes) break;
        chosen = now;
        geometry.order = order;
        if (request.flags & slab_flag::reclaim_account) break;
        if (order >= slab_break_order || now.left_over * 8 <= (page_size << order)) break;
    }
    return chosen;
}

}  // namespace

ClassicEstimate cache_estimate(Order order, std::uint32_t size, std::uint32_t align, bool off_slab) {
    const auto slab_bytes = static_cast<std::uint32_t>(page_size << order);
    if (off_slab) return {slab_bytes / size, slab_bytes % size};
    std::uint32_t objects = (slab_bytes - slab_descriptor_bytes) / (size + bufctl_bytes);
    if (objects != 0 && management_size(objects, align) + objects * size > slab_bytes) --objects;
    if (objects == 0) return {};
    return {objects, slab_bytes - objects * size - management_size(objects, align)};
}

bool calculate_classic_geometry(const CacheRequest& request, CacheGeometry& geometry) {
    geometry = {};
    // KMALLOC_MAX_SIZE of the time: 32 pages.
    if (request.size == 0 || request.size > (page_size << 5) || request.align > page_size) return false;
    const std::uint32_t words = align_to(request.size, classic_word_bytes);
    geometry.object_size = request.size;
    geometry.flags = request.flags & ~slab_flag::debug;
    geometry.align = classic_alignment(request, words);
    geometry.inuse = words;
    geometry.size = align_to(words, geometry.align);
    geometry.management_off_slab = words >= page_size / 8;
    const ClassicEstimate chosen = choose_order(request, geometry);
    if (chosen.objects == 0) return false;

    geometry.objects = chosen.objects;
    std::uint32_t left_over = chosen.left_over;
    geometry.management_bytes = management_size(chosen.objects, geometry.align);
    if (geometry.management_off_slab && left_over >= geometry.management_bytes) {
        geometry.management_off_slab = false;
        left_over -= geometry.management_bytes;
    }
    if (geometry.management_off_slab) geometry.management_bytes = slab_descriptor_bytes + chosen.objects * bufctl_bytes;
    geometry.colour_bytes = std::max(classic_line_bytes, geometry.align);
    geometry.colours = left_over / geometry.colour_bytes;
    geometry.min_order = geometry.order;
    geometry.min_objects = geometry.objects;
    if (request.flags & slab_flag::cache_dma) geometry.allocation_flags |= gfp::dma;
    if (request.flags & slab_flag::reclaim_account) geometry.allocation_flags |= gfp::reclaimable;
    if (geometry.order != 0) geometry.allocation_flags |= gfp::comp;
    return true;
}

}  // namespace pageframe
