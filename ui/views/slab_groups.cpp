#include "ui/views/slab_groups.h"

#include <algorithm>

#include "engine/slab/classic_geometry.h"
#include "engine/slab/slab_info.h"
#include "ui/format.h"

namespace pageframe::ui {
namespace {

/// More slabs than these no list shows.
constexpr std::size_t most_of_a_list = 4096;

class Groups {
public:
    Groups(const SlabState& state, const SlabState& before, CacheId cache)
        : state_(state), before_(before), id_(cache), geometry_(state_.caches[cache].geometry) {}

    std::vector<SlabGroup> all() {
        if (state_.allocator == SlabAllocatorKind::slub)
            add_slub();
        else
            add_classic();
        add_gone();
        return std::move(groups_);
    }

private:
    // --- SLUB ---

    void add_slub() {
        std::vector<CpuId> idle;
        for (std::size_t index = 0; index < state_.cpu_count(); ++index) {
            const auto cpu = static_cast<CpuId>(index);
            const CpuCache& own = state_.cpu_cache(id_, cpu);
            if (own.slab == no_slab && own.partial == no_slab && !had_slabs(cpu))
                idle.push_back(cpu);
            else
                add_cpu(cpu, own);
        }
        if (!geometry_.debugged() && !idle.empty()) add_idle(idle);
        for (std::size_t index = 0; index < state_.node_count; ++index) add_node_partial(static_cast<NodeId>(index));
        add_full();
    }

    bool had_slabs(CpuId cpu) const {
        if (!before_.has_cache(id_)) return false;
        const CpuCache& own = before_.cpu_cache(id_, cpu);
        return own.slab != no_slab || own.partial != no_slab;
    }

    void add_cpu(CpuId cpu, const CpuCache& own) {
        const std::string name = "CPU " + std::to_string(cpu);
        SlabGroup slab;
        slab.heading = name + " · ITS SLAB";
        if (own.slab != no_slab) {
            slab.slabs = {own.slab};
            slab.sentence = sentence_of_cpu(own);
        } else {
            slab.facts = "none";
        }
        add(std::move(slab));

        SlabGroup partial;
        partial.heading = name + " PARTIAL LIST";
        partial.slabs = list_from(own.partial);
        partial.facts = std::to_string(partial.slabs.size()) + " of " + std::to_string(geometry_.cpu_partial_slabs) +
                        (partial.slabs.size() > 1 ? " · head first" : "");
        partial.sentence = "Kept aside for this CPU: taken one by one, without the node’s lock.";
        if (!partial.slabs.empty() || had_partial(cpu)) add(std::move(partial));
    }

    bool had_partial(CpuId cpu) const {
        return before_.has_cache(id_) && before_.cpu_cache(id_, cpu).partial != no_slab;
    }

    std::string sentence_of_cpu(const CpuCache& own) const {
        const Slab& slab = state_.slabs[own.slab];
        if (own.freelist == no_object && slab.freelist != no_object)
            return "The CPU’s own freelist is used up. What other CPUs gave back waits on the slab’s freelist.";
        if (own.freelist == no_object) return "The CPU’s own slab, with no free object left.";
        return "The CPU’s own slab: allocation takes the head of its freelist, with no lock.";
    }

    void add_idle(const std::vector<CpuId>& idle) {
        SlabGroup group;
        const bool all = idle.size() == state_.cpu_count();
        group.heading = idle.size() == 1 ? "CPU " + std::to_string(idle.front())
                        : all            ? "ALL " + std::to_string(idle.size()) + " CPUS"
                                         : std::to_string(idle.size()) + " OTHER CPUS";
        group.facts = idle.size() == 1 ? "no slab" : "no slabs";
        if (all && state_.caches[id_].slabs == no_slab)
            group.sentence = "The cache has no slab yet: the first request will bring one.";
        groups_.push_back(std::move(group));
    }

    void add_node_partial(NodeId node) {
        const SlabList& list = state_.cache_node(id_, node).partial;
        SlabGroup group;
        group.heading = "NODE " + std::to_string(node) + " PARTIAL LIST";
        group.slabs = list_from(list.head);
        group.facts = std::to_string(list.count) + " · min_partial " + std::to_string(geometry_.min_partial);
        if (list.count > 1) group.facts += " · head first";
        const std::size_t full = full_slabs().size();
        if (geometry_.debugged())
            group.sentence = "With debugging flags every object comes from here, one by one, under the node’s lock.";
        else if (list.count == 0 && full > 0)
            group.sentence = "Full slabs stand on no list. " + known_only(full);
        else
            group.sentence = "For every CPU, under the node’s list_lock. Empty slabs beyond min_partial go back.";
        add(std::move(group));
    }

    static std::string known_only(std::size_t full) {
        return full == 1 ? "One is known only through its objects."
                         : count_text(full) + " are known only through their objects.";
    }

    std::vector<SlabId> full_slabs() const {
        std::vector<SlabId> list = slabs_at(SlabPlace::full);
        std::erase_if(list, [&](SlabId slab) { return is_quarantined(state_, slab); });
        return list;
    }

    /// Not full: taken away from everybody.
    void add_quarantined() {
        SlabGroup group;
        group.heading = "OUT OF USE";
        group.slabs = slabs_at(SlabPlace::full);
        std::erase_if(group.slabs, [&](SlabId slab) { return !is_quarantined(state_, slab); });
        if (group.slabs.empty()) return;
        group.facts = "a check found it damaged";
        group.sentence = "All its objects are marked as in use, so that nobody gets one of them any more.";
        add(std::move(group));
    }

    void add_full() {
        add_quarantined();
        SlabGroup group;
        const bool listed = geometry_.has(slab_flag::store_user);
        group.heading = listed ? "FULL · THE DEBUGGER’S LIST" : "FULL · ON NO LIST";
        group.slabs = full_slabs();
        if (group.slabs.empty()) return;
        group.facts = count_text(group.slabs.size());
        group.sentence = known_only(group.slabs.size());
        group.quiet = true;
        add(std::move(group));
    }

    // --- classic SLAB ---

    void add_classic() {
        const ArrayLimits limits = array_limits(geometry_.size, state_.cpu_count());
        for (std::size_t index = 0; index < state_.cpu_count(); ++index)
            add_array("CPU " + std::to_string(index) + " ARRAY", state_.cpu_array(id_, static_cast<CpuId>(index)),
                      state_.cpu_cache(id_, static_cast<CpuId>(index)).avail, limits.limit,
                      " · batch " + std::to_string(limits.batch));
        for (std::size_t index = 0; index < state_.node_count; ++index) {
            const auto node = static_cast<NodeId>(index);
            const CacheNode& own = state_.cache_node(id_, node);
            const std::string name = state_.node_count > 1 ? "NODE " + std::to_string(node) + " " : std::string();
            if (limits.shared > 0)
                add_array(name + "SHARED ARRAY", state_.shared_array(id_, node), own.shared_avail, limits.shared, "");
            add_classic_list(name + "PARTIAL", own.partial, "Taken from first, so that few slabs are in use.");
            add_classic_list(name + "FREE", own.free,
                             "Empty slabs: kept for the next burst, given back beyond a limit.");
            add_classic_list(name + "FULL", own.full, "", true);
        }
    }

    void add_array(std::string heading, std::size_t base, std::uint32_t avail, std::uint32_t limit, std::string rest) {
        SlabGroup group;
        group.heading = std::move(heading);
        group.facts = std::to_string(avail) + " of " + std::to_string(limit) + rest;
        group.is_array = true;
        for (std::uint32_t i = avail; i-- > 0;) group.entries.push_back(state_.arrays[base + i]);
        groups_.push_back(std::move(group));
    }

    void add_classic_list(std::string heading, const SlabList& list, std::string sentence, bool quiet = false) {
        SlabGroup group;
        group.heading = std::move(heading);
        group.slabs = list_from(list.head);
        group.facts = count_text(list.count) + (list.count == 1 ? " slab" : " slabs");
        group.sentence = std::move(sentence);
        group.quiet = quiet;
        add(std::move(group));
    }

    // --- both ---

    void add(SlabGroup group) {
        std::size_t came = 0;
        for (const SlabId slab : group.slabs) {
            const std::string note = note_of(slab);
            if (!note.empty() && ++came == 1) group.note = note;
        }
        if (came > 1) group.note += ", and " + std::to_string(came - 1) + " more came";
        groups_.push_back(std::move(group));
    }

    /// "28590 was full": where a slab came from in this step.
    std::string note_of(SlabId id) const {
        const Slab& now = state_.slabs[id];
        const std::string pfn = std::to_string(now.pfn);
        if (id >= before_.slab_limit) return pfn + " is new";
        const Slab& then = before_.slabs[id];
        if (then.pfn != now.pfn || then.cache != now.cache) return pfn + " is new";
        if (then.place == now.place && (then.cpu == now.cpu || now.frozen == 0)) return "";
        switch (then.place) {
        case SlabPlace::nowhere: return pfn + " is new";
        case SlabPlace::floating: return pfn + " came";
        case SlabPlace::cpu: return pfn + " was CPU " + std::to_string(then.cpu) + "’s";
        case SlabPlace::cpu_partial: return pfn + " was on CPU " + std::to_string(then.cpu) + "’s list";
        case SlabPlace::node_partial: return pfn + " was partial";
        case SlabPlace::full: return pfn + " was full";
        case SlabPlace::node_free: return pfn + " was free";
        }
        return "";
    }

    /// Slabs that are on no list in the middle of an operation, and those that are gone after it.
    void add_gone() {
        SlabGroup floating;
        floating.heading = "BETWEEN TWO LISTS";
        floating.slabs = slabs_at(SlabPlace::floating);
        if (!floating.slabs.empty()) add(std::move(floating));
        SlabGroup gone;
        gone.heading = "GONE IN THIS STEP";
        if (!before_.has_cache(id_)) return;
        for (SlabId slab = before_.caches[id_].slabs; slab != no_slab; slab = before_.slabs[slab].next_of_cache) {
            const Slab& then = before_.slabs[slab];
            const bool there = slab < state_.slab_limit && state_.slabs[slab].place != SlabPlace::nowhere &&
                               state_.slabs[slab].pfn == then.pfn && state_.slabs[slab].cache == id_;
            if (!there) gone.gone.push_back(then.pfn);
        }
        if (gone.gone.empty()) return;
        gone.facts = count_text(gone.gone.size());
        groups_.push_back(std::move(gone));
    }

    std::vector<SlabId> list_from(SlabId head) const {
        std::vector<SlabId> list;
        for (SlabId slab = head; slab != no_slab && list.size() < most_of_a_list; slab = state_.slabs[slab].next)
            list.push_back(slab);
        return list;
    }
    std::vector<SlabId> slabs_at(SlabPlace place) const {
        std::vector<SlabId> list;
        for (SlabId slab = state_.caches[id_].slabs; slab != no_slab; slab = state_.slabs[slab].next_of_cache)
            if (state_.slabs[slab].place == place && list.size() < most_of_a_list) list.push_back(slab);
        return list;
    }

    const SlabState& state_;
    const SlabState& before_;
    CacheId id_;
    const CacheGeometry& geometry_;
    std::vector<SlabGroup> groups_;
};

}  // namespace

std::vector<SlabGroup> slab_groups(const SlabState& state, const SlabState& before, CacheId cache) {
    return Groups(state, before, cache).all();
}

}  // namespace pageframe::ui
