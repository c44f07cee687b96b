// Questions to the areas: who stands where, and where something fits.
#include "engine/vmalloc/vmalloc.h"

#include <bit>

#include "engine/core/generated_code.h"

namespace pageframe {

std::uint64_t VmallocState::lazy_max_pages() const {
    constexpr std::uint64_t pages_in_32_mib = (32ULL << 20) / page_size;
    return static_cast<std::uint64_t>(std::bit_width(unsigned{cpus})) * pages_in_32_mib;
}

VmallocState make_vmalloc(const std::shared_ptr<ChunkPool>& pool, std::size_t cpus) {
    VmallocState state;
    state.areas = ChunkArray<VmapArea>(pool, 0, {});
    state.blocks = ChunkArray<VmapBlock>(pool, 0, {});
    state.cpus = static_cast<std::uint8_t>(cpus);
    return state;
}

AreaIndex first_area(const VmallocState& state, AreaTree tree) {
    AreaIndex at = state.root(tree);
    while (at != no_vmap_area && state.areas[at].left != no_vmap_area) at = state.areas[at].left;
    return at;
}

AreaIndex next_area(const VmallocState& state, AreaIndex area) {
    if (state.areas[area].right != no_vmap_area) {
        area = state.areas[area].right;
        while (state.areas[area].left != no_vmap_area) area = state.areas[area].left;
        return area;
    }
    AreaIndex parent = state.areas[area].parent;
    while (parent != no_vmap_area && state.areas[parent].right == area) {
        area = parent;
        parent = state.areas[area].parent;
    }
    return parent;
}

AreaIndex previous_area(const VmallocState& state, AreaIndex area) {
    if (state.areas[area].left != no_vmap_area) {
        area = state.areas[area].left;
        while (state.areas[area].right != no_vmap_area) area = state.areas[area].right;
        return area;
    }
    AreaIndex parent = state.areas[area].parent;
    while (parent != no_vmap_area && state.areas[parent].left == area) {
        area = parent;
        parent = state.areas[area].parent;
    }
    return parent;
}

AreaIndex find_area(const VmallocState& state, AreaTree tree, std::uint64_t address) {
    AreaIndex at = state.root(tree);
    while (at != no_vmap_area) {
        const VmapArea& area = state.areas[at];
        if (address < area.start)
            at = kept_here(area.left);
        else if (address >= area.end)
            at = area.right;
        else
            return at;
    }
    return no_vmap_area;
}

namespace {

/// A search for the lowest fitting address. The tree says only how large the areas of a subtree are, not
/// whether one of them fits when aligned: so a subtree is entered when its largest is sure to fit
/// (`sure_bytes`: the size and the most that alignment can cost), and a node on the way is tried as it is.
class LowestFit {
public:
    LowestFit(const VmallocState& state, std::uint64_t bytes, std::uint64_t align, std::uint64_t low, bool adjust)
        : state_(state), bytes_(bytes), align_(align), low_(low), sure_bytes_(adjust ? bytes + align - 1 : bytes) {}

    FreePlace find() {
        AreaIndex at = state_.root(AreaTree::free);
        while (at != no_vmap_area) {
            const VmapArea& area = state_.areas[at];
            if (largest(area.left) >= sure_bytes_ && low_ < area.start) {
                at = area.left;
                continue;
            }
            if (fits(area)) return {at, place_in(area)};
            at = largest(area.right) >= sure_bytes_ ? area.right : climb(at);
            if (found_ != no_vmap_area) return {found_, place_in(state_.areas[found_])};
        }
        return {};
    }

private:
    /// Up to the first ancestor that fits itself, or whose right subtree has not been searched.
    AreaIndex climb(AreaIndex at) {
        while ((at = state_.areas[at].parent) != no_vmap_area) {
            const VmapArea& area = state_.areas[at];
            if (fits(area)) {
                found_ = at;
                return at;
            }
            if (largest(area.right) >= sure_bytes_ && low_ <= area.start) {
                low_ = area.start + 1;  // nothing at or below it is looked at again
                return area.right;
            }
        }
        return no_vmap_area;
    }

    std::uint64_t largest(AreaIndex node) const { return node == no_vmap_area ? 0 : state_.areas[node].subtree_max; }
    std::uint64_t place_in(const VmapArea& area) const {
        const std::uint64_t from = area.start > low_ ? area.start : low_;
        return (from + align_ - 1) & ~(align_ - 1);
    }
    bool fits(const VmapArea& area) const {
        const std::uint64_t start = place_in(area);
        return start + bytes_ >= start && start >= low_ && start + bytes_ <= area.end;
    }

    const VmallocState& state_;
    std::uint64_t bytes_, align_, low_, sure_bytes_;
    AreaIndex found_ = no_vmap_area;
};

}  // namespace

FreePlace find_lowest_place(const VmallocState& state, std::uint64_t bytes, std::uint64_t align, std::uint64_t low,
                            std::uint64_t high) {
    const bool adjust = align > page_size && high - low != bytes;
    FreePlace place = LowestFit(state, bytes, align, low, adjust).find();
    if (place.area == no_vmap_area) return {};
    // __alloc_vmap_area() computes the place again, from the range as asked.
    const std::uint64_t from = state.areas[place.area].start > low ? state.areas[place.area].start : low;
    place.start = (from + align - 1) & ~(align - 1);
    if (place.start + bytes > high) return {};
    return place;
}

bool could_be_chosen(const VmallocState& state, std::uint64_t bytes, std::uint64_t align, std::uint64_t low,
                     std::uint64_t start) {
    const AreaIndex chosen = find_area(state, AreaTree::free, start);
    if (chosen == no_vmap_area || align <= page_size || start % align != 0 || start < low) return false;
    const VmapArea& area = state.areas[chosen];
    const std::uint64_t from = area.start > low ? area.start : low;
    if (start - from >= align || start + bytes < start || start + bytes > area.end) return false;
    for (AreaIndex at = first_area(state, AreaTree::free); at != chosen; at = next_area(state, at))
        if (state.areas[at].start >= low && state.areas[at].bytes() >= bytes + align - 1) return false;
    return true;
}

void hash_vmalloc(const VmallocState& state, Hash& hash) {
    for (AreaTree tree : {AreaTree::free, AreaTree::busy, AreaTree::lazy}) {
        hash.add(state.count(tree));
        for (AreaIndex at = first_area(state, tree); at != no_vmap_area; at = next_area(state, at)) {
            const VmapArea& area = state.areas[at];
            for (std::uint64_t value : {area.start, area.end, area.subtree_max}) hash.add(value);
            for (std::uint32_t value : {at, area.parent, area.pages, area.page_array, area.block, area.operation})
                hash.add(value);
            hash.add(area.flags);
            hash.add(area.page_order);
        }
    }
    for (const VmapQueue& queue : state.queues)
        for (VmapBlockIndex at = queue.head; at != no_vmap_block; at = state.blocks[at].next) {
            const VmapBlock& block = state.blocks[at];
            hash.add(at);
            for (std::uint16_t value : {block.free, block.dirty, block.dirty_min, block.dirty_max}) hash.add(value);
        }
    hash.add(state.lazy_pages);
    hash.add(state.vmalloc_pages);
    hash.add(state.purges);
    hash.add(state.drain_pending);
    for (const PageRun& run : state.pages) {
        hash.add(run.pfn);
        hash.add(run.frames);
    }
}

}  // namespace pageframe
