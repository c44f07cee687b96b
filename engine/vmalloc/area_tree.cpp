#include "engine/vmalloc/area_tree.h"

#include <algorithm>

#include "engine/core/generated_code.h"

namespace pageframe {

namespace {

/// One tree, while it is changed. Red-black: the root is black, a red node's children are black, and every
/// way down meets equally many black nodes.
class TreeEditor {
public:
    TreeEditor(VmallocState& state, AreaTree tree)
        : state_(state), root_(state.roots[static_cast<unsigned>(tree)]), tree_(tree) {}

    void insert(AreaIndex node) {
        AreaIndex parent = no_vmap_area;
        bool left = false;
        const std::uint64_t end = get(node).end;
        for (AreaIndex at = root_; at != no_vmap_area;) {
            const VmapArea& area = get(parent = at);
            left = end <= area.start;
            if (left)
                at = kept_here(area.left);
            else
                at = area.right;
        }
        VmapArea& area = set(node);
        area.parent = parent;
        area.left = area.right = no_vmap_area;
        area.red = true;
        area.tree = tree_;
        if (parent == no_vmap_area)
            root_ = node;
        else
            (left ? set(parent).left : set(parent).right) = node;
        propagate(node);
        fix_after_insert(node);
        ++state_.counts[static_cast<unsigned>(tree_)];
    }

    void remove(AreaIndex node) {
        const VmapArea removed = get(node);
        AreaIndex hole_parent = removed.parent;  // of the place that lost a black node, perhaps
        AreaIndex child = no_vmap_area;
        bool black_lost = !removed.red;
        if (removed.left == no_vmap_area || removed.right == no_vmap_area) {
            child = removed.left == no_vmap_area ? removed.right : removed.left;
            replace_child(removed.parent, node, child);
        } else {
            // The next node takes the removed one's place and colour.
            AreaIndex next = removed.right;
            while (get(next).left != no_vmap_area) next = get(next).left;
            const VmapArea successor = get(next);
            black_lost = !successor.red;
            child = successor.right;
            hole_parent = successor.parent == node ? next : successor.parent;
            if (successor.parent != node) {
                replace_child(successor.parent, next, child);
                set(next).right = removed.right;
                set(removed.right).parent = next;
            }
            set(next).left = removed.left;
            set(removed.left).parent = next;
            set(next).red = removed.red;
            replace_child(removed.parent, node, next);
        }
        propagate(hole_parent);
        if (black_lost) fix_after_remove(child, hole_parent);
        VmapArea& area = set(node);
        area.parent = area.left = area.right = no_vmap_area;
        area.red = false;
        area.tree = AreaTree::none;
        --state_.counts[static_cast<unsigned>(tree_)];
    }

    /// The largest sizes from here up.
    void propagate(AreaIndex node) {
        if (tree_ == AreaTree::free) propagate_up(node);
    }

private:
    [[gnu::noinline]] void propagate_up(AreaIndex node) {
        for (; node != no_vmap_area; node = get(node).parent) update(node);
    }
    const VmapArea& get(AreaIndex node) const { return state_.areas[node]; }
    VmapArea& set(AreaIndex node) { return state_.areas.write(node); }
    bool is_red(AreaIndex node) const { return node != no_vmap_area && get(node).red; }

    std::uint64_t largest(AreaIndex node) const { return node == no_vmap_area ? 0 : get(node).subtree_max; }
    void update(AreaIndex node) {
        const VmapArea& area = get(node);
        const std::uint64_t size = std::max({area.bytes(), largest(area.left), largest(area.right)});
        if (size != area.subtree_max) set(node).subtree_max = size;
    }

    void replace_child(AreaIndex parent, AreaIndex old, AreaIndex child) {
        if (parent == no_vmap_area)
            root_ = child;
        else if (get(parent).left == old)
            set(parent).left = child;
        else
            set(parent).right = child;
        if (child != no_vmap_area) set(child).parent = parent;
    }

    /// The child on the other side comes up, `node` goes down to `left` or right.
    void rotate(AreaIndex node, bool left) {
        const AreaIndex up = left ? get(node).right : get(node).left;
        const AreaIndex middle = left ? get(up).left : get(up).right;
        (left ? set(node).right : set(node).left) = middle;
        if (middle != no_vmap_area) set(middle).parent = node;
        replace_child(get(node).parent, node, up);
        (left ? set(up).left : set(up).right) = node;
        set(node).parent = up;
        if (tree_ == AreaTree::free) {
            update(node);
            update(up);
        }
    }

    void fix_after_insert(AreaIndex node) {
        while (is_red(get(node).parent)) {
            AreaIndex parent = get(node).parent;
            const AreaIndex grandparent = get(parent).parent;
            const bool left = parent == get(grandparent).left;
            const AreaIndex uncle = left ? get(grandparent).right : get(grandparent).left;
            if (is_red(uncle)) {
                set(parent).red = set(uncle).red = false;
                set(grandparent).red = true;
                node = grandparent;
                continue;
            }
            if (node == (left ? get(parent).right : get(parent).left)) {
                rotate(parent, left);
                std::swap(node, parent);
            }
            set(parent).red = false;
            set(grandparent).red = true;
            rotate(grandparent, !left);
        }
        if (get(root_).red) set(root_).red = false;
    }

    void fix_after_remove(AreaIndex node, AreaIndex parent) {
        while (node != root_ && !is_red(node)) {
            const bool left = node == get(parent).left;
            AreaIndex sibling = left ? get(parent).right : get(parent).left;
            if (is_red(sibling)) {
                set(sibling).red = false;
                set(parent).red = true;
                rotate(parent, left);
                sibling = left ? get(parent).right : get(parent).left;
            }
            const AreaIndex near = left ? get(sibling).left : get(sibling).right;
            AreaIndex far = left ? get(sibling).right : get(sibling).left;
            if (!is_red(near) && !is_red(far)) {
                set(sibling).red = true;
                node = parent;
                parent = get(node).parent;
                continue;
            }
            if (!is_red(far)) {
                set(near).red = false;
                set(sibling).red = true;
                rotate(sibling, !left);
                far = sibling;
                sibling = near;
            }
            set(sibling).red = get(parent).red;
            set(parent).red = false;
            set(far).red = false;
            rotate(parent, left);
            break;
        }
        if (node == no_vmap_area || !is_red(node)) return;
        set(node).red = false;
    }

    VmallocState& state_;
    AreaIndex& root_;
    AreaTree tree_;
};

}  // namespace

namespace {
[[gnu::noinline, gnu::cold]] void make_room(VmallocState& state) {
    state.areas.grow(std::max<std::size_t>(32, 2 * state.areas.size()), {});
}
}  // namespace

AreaIndex next_area_record(const VmallocState& state) {
    return state.unused_area != no_vmap_area ? state.unused_area : state.areas_used;
}

AreaIndex take_area_record(VmallocState& state) {
    AreaIndex area = state.unused_area;
    if (area != no_vmap_area) {
        state.unused_area = state.areas[area].parent;
    } else {
        area = state.areas_used++;
        if (area >= state.areas.size()) [[unlikely]]
            make_room(state);
    }
    state.areas.write(area) = {};
    return area;
}

void give_back_area_record(VmallocState& state, AreaIndex area) {
    VmapArea& record = state.areas.write(area);
    record = {};
    record.parent = state.unused_area;
    state.unused_area = area;
}

void insert_area(VmallocState& state, AreaTree tree, AreaIndex area) { TreeEditor(state, tree).insert(area); }

void remove_area(VmallocState& state, AreaIndex area) { TreeEditor(state, state.areas[area].tree).remove(area); }

AreaIndex merge_or_add_area(VmallocState& state, AreaTree tree, AreaIndex area) {
    const std::uint64_t start = state.areas[area].start;
    const std::uint64_t end = state.areas[area].end;
    const OperationNumber operation = state.areas[area].operation;
    const AreaIndex next = find_area(state, tree, end);
    const AreaIndex previous = start == 0 ? no_vmap_area : find_area(state, tree, start - 1);
    AreaIndex merged = no_vmap_area;
    if (next != no_vmap_area && state.areas[next].start == end) {
        state.areas.write(next).start = start;
        merged = next;
    }
    if (previous != no_vmap_area && state.areas[previous].end == start) {
        const std::uint64_t new_end = merged == no_vmap_area ? end : state.areas[merged].end;
        if (merged != no_vmap_area) {
            remove_area(state, merged);
            give_back_area_record(state, merged);
        }
        state.areas.write(previous).end = new_end;
        merged = previous;
    }
    if (merged == no_vmap_area) {
        insert_area(state, tree, area);
        return area;
    }
    give_back_area_record(state, area);
    state.areas.write(merged).operation = operation;
    TreeEditor(state, tree).propagate(merged);
    return merged;
}

void cut_free_area(VmallocState& state, AreaIndex area, std::uint64_t start, std::uint64_t bytes) {
    const std::uint64_t old_start = state.areas[area].start;
    const std::uint64_t old_end = state.areas[area].end;
    TreeEditor tree(state, AreaTree::free);
    if (old_start == start && old_end == start + bytes) {
        tree.remove(area);
        give_back_area_record(state, area);
    } else if (old_start == start) {
        state.areas.write(area).start += bytes;
        tree.propagate(area);
    } else if (old_end == start + bytes) {
        state.areas.write(area).end = start;
        tree.propagate(area);
    } else {
        const AreaIndex lower = take_area_record(state);
        VmapArea& record = state.areas.write(lower);
        record.start = old_start;
        record.end = start;
        record.operation = state.areas[area].operation;
        state.areas.write(area).start = start + bytes;
        tree.propagate(area);
        tree.insert(lower);
    }
}

}  // namespace pageframe
