#include "engine/slab/cache_geometry.h"

#include <algorithm>
#include <bit>

#include "engine/slab/slub_options.h"

namespace pageframe {

namespace {

std::uint32_t objects_in(Order order, std::uint32_t size) {
    return static_cast<std::uint32_t>((page_size << order) / size);
}

/// calc_slab_order(): the first order from `least` on of which at most 1/fraction of the slab is left over.
Order order_with_little_waste(std::uint32_t size, std::uint32_t objects, Order least, Order most,
                              std::uint32_t fraction) {
    if (objects_in(least, size) > most_slab_objects)
        return static_cast<Order>(order_of_bytes(std::uint64_t{most_slab_objects} * size) - 1);
    Order order = std::max(least, order_of_bytes(std::uint64_t{objects} * size));
    for (; order <= most; ++order) {
        const std::uint64_t slab_bytes = page_size << order;
        if (slab_bytes % size <= slab_bytes / fraction) break;
    }
    return order;
}

/// calculate_order(). order_count when nothing fits.
Order calculate_order(std::uint32_t size, unsigned cpus, const SlubOptions& options) {
    const auto least = static_cast<Order>(std::min<std::uint32_t>(options.min_order, order_count));
    const auto most = static_cast<Order>(std::min<std::uint32_t>(options.max_order, largest_order));
    std::uint32_t objects = options.min_objects;
    if (objects == 0) objects = 4 * (static_cast<std::uint32_t>(std::bit_width(cpus)) + 1);
    objects = std::min(objects, objects_in(most, size));
    for (; objects > 1; --objects)
        for (std::uint32_t fraction = 16; fraction >= 4; fraction /= 2) {
            const Order order = order_with_little_waste(size, objects, least, most, fraction);
            if (order <= most) return order;
        }
    const Order single = order_with_little_waste(size, 1, least, most, 1);
    if (single <= most) return single;
    return std::min(order_with_little_waste(size, 1, least, largest_order, 1), order_count);
}

/// set_cpu_partial()
std::uint32_t objects_kept_by_cpu(const CacheGeometry& geometry) {
    if (!geometry.has_cpu_partial()) return 0;
    if (geometry.size >= page_size) return 6;
    if (geometry.size >= 1024) return 24;
    if (geometry.size >= 256) return 52;
    return 120;
}

/// The first half of calculate_sizes(): what lies where in an object's place.
void lay_out_object(const CacheRequest& request, CacheGeometry& geometry) {
    const SlabFlags flags = request.flags;
    std::uint32_t size = align_to(request.size, pointer_bytes);
    if ((flags & slab_flag::poison) && !(flags & slab_flag::typesafe_by_rcu) && !request.constructor)
        geometry.flags |= slab_flag::object_poison;
    // A red zone needs a byte at least: where rounding up left none, a word is added.
    if ((flags & slab_flag::red_zone) && size == request.size) size += pointer_bytes;
    geometry.inuse = size;

    // The free pointer may overwrite a free object, unless someone relies on its bytes.
    const bool bytes_matter = (flags & (slab_flag::typesafe_by_rcu | slab_flag::poison)) != 0 || request.constructor ||
                              ((flags & slab_flag::red_zone) && request.size < pointer_bytes);
    if (bytes_matter) {
        geometry.offset = size;
        size += pointer_bytes;
    } else {
        // In the middle, away from writes past either end.
        geometry.offset = request.size / 2 / pointer_bytes * pointer_bytes;
    }
    if (flags & slab_flag::store_user) {
        size += 2 * track_bytes;
        if (flags & slab_flag::kmalloc) size += 4;
    }
    if (flags & slab_flag::red_zone) {
        geometry.red_left_pad = align_to(pointer_bytes, geometry.align);
        size += pointer_bytes + geometry.red_left_pad;
    }
    geometry.size = align_to(size, geometry.align);
}

GfpFlags allocation_flags_of(const CacheGeometry& geometry) {
    GfpFlags flags = geometry.order != 0 ? gfp::comp : 0;
    if (geometry.has(slab_flag::cache_dma)) flags |= gfp::dma;
    if (geometry.has(slab_flag::cache_dma32)) flags |= gfp::dma32;
    if (geometry.has(slab_flag::reclaim_account)) flags |= gfp::reclaimable;
    return flags;
}

}  // namespace

std::uint32_t calculate_alignment(const CacheRequest& request) {
    std::uint32_t align = request.align;
    if (request.flags & slab_flag::hwcache_align) {
        std::uint32_t line = cache_line_bytes;
        while (line > 1 && request.size <= line / 2) line /= 2;
        align = std::max(align, line);
    }
    return align_to(std::max(align, pointer_bytes), pointer_bytes);
}

bool calculate_geometry(const CacheRequest& request, unsigned cpus, const SlubOptions& options,
                        CacheGeometry& geometry) {
    geometry = {};
    // Far beyond what kmalloc() or a slab can hold: no arithmetic below may overflow.
    if (request.size == 0 || request.size > (page_size << largest_order) ||
        request.align > (page_size << largest_order))
        return false;
    geometry.object_size = request.size;
    // kmem_cache_create() drops what is not in CACHE_CREATE_MASK: SLUB spreads nothing.
    geometry.flags = request.flags & ~(slab_flag::object_poison | slab_flag::cmpxchg_double | slab_flag::memory_spread);
    geometry.align = calculate_alignment(request);
    lay_out_object(request, geometry);
    // With slub_debug=O debugging may not cost larger slabs (kmem_cache_open()). The kernel's red_left_pad then stays
    // as it was, and nobody looks at it.
    if (options.debug.spare_higher_orders && (request.flags & slab_flag::debug_metadata) &&
        order_of_bytes(geometry.size) > order_of_bytes(request.size)) {
        CacheRequest plain = request;
        plain.flags &= ~slab_flag::debug_metadata;
        return calculate_geometry(plain, cpus, options, geometry);
    }

    geometry.order = calculate_order(geometry.size, std::max(1U, cpus), options);
    if (geometry.order > largest_order) return false;
    geometry.min_order = order_of_bytes(geometry.size);
    geometry.objects = objects_in(geometry.order, geometry.size);
    geometry.min_objects = objects_in(geometry.min_order, geometry.size);
    geometry.allocation_flags = allocation_flags_of(geometry);
    if (!geometry.has(slab_flag::no_cmpxchg)) geometry.flags |= slab_flag::cmpxchg_double;
    const auto log2 = static_cast<std::uint32_t>(std::bit_width(geometry.size)) - 1;
    geometry.min_partial = std::max(least_min_partial, std::min(most_min_partial, log2 / 2));
    geometry.cpu_partial = objects_kept_by_cpu(geometry);
    geometry.cpu_partial_slabs = (2 * geometry.cpu_partial + geometry.objects - 1) / geometry.objects;
    return geometry.objects != 0 && geometry.objects <= most_slab_objects;
}

bool can_merge(const CacheRequest& request, const CacheGeometry& existing) {
    if (request.constructor || (request.flags & slab_flag::never_merge) || existing.has(slab_flag::never_merge))
        return false;
    CacheRequest rounded = request;
    rounded.size = align_to(request.size, pointer_bytes);
    const std::uint32_t align = calculate_alignment(rounded);
    const std::uint32_t size = align_to(rounded.size, align);
    if (size > existing.size || existing.size - size >= pointer_bytes) return false;
    if ((request.flags & slab_flag::merge_same) != (existing.flags & slab_flag::merge_same)) return false;
    return (existing.size & ~(align - 1)) == existing.size;
}

}  // namespace pageframe
