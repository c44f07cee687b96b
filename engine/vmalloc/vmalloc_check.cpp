#include "engine/vmalloc/vmalloc_check.h"

#include <algorithm>
#include <vector>

#include "engine/core/address_text.h"

namespace pageframe {

namespace {

class VmallocChecker {
public:
    explicit VmallocChecker(const VmallocState& state) : state_(state) {}

    std::string check() {
        if (!state_.started) return {};
        for (AreaTree tree : {AreaTree::free, AreaTree::busy, AreaTree::lazy}) check_tree(tree);
        if (error_.empty()) check_cover();
        if (error_.empty()) check_blocks();
        return error_;
    }

private:
    void fail(std::string message) {
        if (error_.empty()) error_ = std::move(message);
    }

    /// The number of black nodes on every way down; checks colours, links and sizes.
    int check_subtree(AreaTree tree, AreaIndex at, AreaIndex parent) {
        if (at == no_vmap_area) return 1;
        const VmapArea& area = state_.areas[at];
        ++nodes_;
        if (area.tree != tree || area.parent != parent) fail("an area does not know its place in the tree");
        if (area.start >= area.end) fail("an area is empty");
        for (AreaIndex child : {area.left, area.right})
            if (child != no_vmap_area && area.red && state_.areas[child].red) fail("a red node has a red child");
        const int left = check_subtree(tree, area.left, at);
        const int right = check_subtree(tree, area.right, at);
        if (left != right) fail("the tree's ways down differ in black nodes");
        if (tree == AreaTree::free) {
            std::uint64_t largest = area.bytes();
            for (AreaIndex child : {area.left, area.right})
                if (child != no_vmap_area) largest = std::max(largest, state_.areas[child].subtree_max);
            if (largest != area.subtree_max) fail("subtree_max of " + hex_address(area.start) + " is wrong");
        }
        return left + (area.red ? 0 : 1);
    }

    void check_tree(AreaTree tree) {
        nodes_ = 0;
        const AreaIndex root = state_.root(tree);
        if (root != no_vmap_area && state_.areas[root].red) fail("a root is red");
        check_subtree(tree, root, no_vmap_area);
        if (nodes_ != state_.count(tree)) fail("a tree has another number of areas than counted");
        std::uint64_t end = 0, pages = 0;
        for (AreaIndex at = first_area(state_, tree); at != no_vmap_area && error_.empty();
             at = next_area(state_, at)) {
            const VmapArea& area = state_.areas[at];
            if (area.start < end) fail("areas overlap at " + hex_address(area.start));
            if (area.start == end && end != 0 && tree != AreaTree::busy)
                fail("neighbours were not merged at " + hex_address(end));
            end = area.end;
            pages += area.bytes() >> page_shift;
            all_.push_back({area.start, area.end});
        }
        if (tree == AreaTree::lazy && pages != state_.lazy_pages) fail("lazy_pages is not the sum of the lazy areas");
    }

    void check_cover() {
        std::sort(all_.begin(), all_.end());
        for (std::size_t i = 1; i < all_.size(); ++i)
            if (all_[i].first != all_[i - 1].second)
                return fail("a gap or an overlap between areas at " + hex_address(all_[i - 1].second));
    }

    void check_blocks() {
        for (std::size_t cpu = 0; cpu < state_.queues.size(); ++cpu) {
            VmapBlockIndex previous = no_vmap_block;
            for (VmapBlockIndex at = state_.queues[cpu].head; at != no_vmap_block; at = state_.blocks[at].next) {
                const VmapBlock& block = state_.blocks[at];
                if (!block.queued || block.cpu != cpu || block.previous != previous || block.free == 0)
                    return fail("a block stands in a queue where it should not");
                previous = at;
            }
            if (state_.queues[cpu].tail != previous) return fail("a queue of blocks has the wrong end");
        }
        for (AreaIndex at = first_area(state_, AreaTree::busy); at != no_vmap_area; at = next_area(state_, at)) {
            const VmapArea& area = state_.areas[at];
            if (area.block == no_vmap_block) continue;
            const VmapBlock& block = state_.blocks[area.block];
            if (block.area != at || area.bytes() != vmap_block_bytes) return fail("a block and its area do not fit");
            if (block.free + block.dirty > static_cast<int>(vmap_block_pages))
                return fail("a block has more than its pages");
            if (block.queued != (block.free != 0))
                return fail("a block with free pages is in no queue, or one without is");
        }
    }

    const VmallocState& state_;
    std::string error_;
    std::uint32_t nodes_ = 0;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> all_;
};

}  // namespace

std::string check_vmalloc(const VmallocState& state) { return VmallocChecker(state).check(); }

}  // namespace pageframe
