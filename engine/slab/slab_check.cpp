#include "engine/slab/slab_check.h"

#include <vector>

namespace pageframe {

namespace {

class Checker {
public:
    explicit Checker(const SlabState& state) : state_(state), seen_(state.slab_limit, SlabPlace::nowhere) {}

    std::string run() {
        expect(state_.cpus == state_.cpu_node.size(), "the number of CPUs is not that of their nodes");
        for (CacheId id = state_.newest_cache; id != no_cache && broken_.empty(); id = state_.caches[id].next)
            if (!state_.caches[id].corrupted) check_cache(id);
        if (broken_.empty()) check_frames();
        return broken_;
    }

private:
    std::string name(const Slab& slab) const { return "slab at pfn " + std::to_string(slab.pfn); }
    bool expect(bool holds, const std::string& what) {
        if (!holds && broken_.empty()) broken_ = what;
        return holds;
    }

    void check_cache(CacheId id) {
        for (std::size_t cpu = 0; cpu < state_.cpu_count(); ++cpu) check_cpu(id, static_cast<CpuId>(cpu));
        std::vector<std::uint32_t> slabs(state_.node_count), objects(state_.node_count);
        for (NodeId node = 0; node < state_.node_count; ++node) {
            walk(state_.cache_node(id, node).partial, SlabPlace::node_partial, node);
            walk(state_.cache_node(id, node).full, SlabPlace::full, node);
            walk(state_.cache_node(id, node).free, SlabPlace::node_free, node);
        }
        for (SlabId slab = state_.caches[id].slabs; slab != no_slab && broken_.empty();
             slab = state_.slabs[slab].next_of_cache) {
            expect(state_.slabs[slab].cache == id, name(state_.slabs[slab]) + " is in another cache's chain");
            check_slab_record(slab);
            ++slabs[state_.slabs[slab].node];
            objects[state_.slabs[slab].node] += state_.slabs[slab].objects;
        }
        for (NodeId node = 0; node < state_.node_count; ++node) {
            expect(slabs[node] == state_.cache_node(id, node).nr_slabs, "nr_slabs is not the number of slabs");
            expect(objects[node] == state_.cache_node(id, node).total_objects, "total_objects is not their sum");
        }
    }

    void check_cpu(CacheId id, CpuId cpu) {
        const CpuCache& own = state_.cpu_cache(id, cpu);
        if (own.slab != no_slab) {
            const Slab& slab = state_.slabs[own.slab];
            expect(slab.place == SlabPlace::cpu && slab.cpu == cpu && slab.cache == id,
                   name(slab) + " is not the CPU's");
            expect(own.places == slab.places(), name(slab) + ": the CPU looks for its objects elsewhere");
            seen_[own.slab] = SlabPlace::cpu;
        } else {
            expect(own.freelist == no_object && own.places == ObjectPlaces{},
                   "a CPU without a slab has objects to give");
        }
        for (SlabId slab = own.partial; slab != no_slab && broken_.empty(); slab = state_.slabs[slab].next) {
            const Slab& kept = state_.slabs[slab];
            expect(kept.place == SlabPlace::cpu_partial && kept.cpu == cpu && seen_[slab] == SlabPlace::nowhere,
                   name(kept) + " is not on this CPU's partial list alone");
            seen_[slab] = SlabPlace::cpu_partial;
        }
    }

    void walk(const SlabList& list, SlabPlace place, NodeId node) {
        std::uint32_t count = 0;
        SlabId before = no_slab;
        for (SlabId slab = list.head; slab != no_slab && broken_.empty(); slab = state_.slabs[slab].next) {
            const Slab& here = state_.slabs[slab];
            expect(here.previous == before, name(here) + " has a wrong predecessor");
            expect(here.place == place && here.node == node && seen_[slab] == SlabPlace::nowhere,
                   name(here) + " is on a list where it does not belong");
            seen_[slab] = place;
            before = slab;
            ++count;
        }
        expect(list.tail == before && list.count == count, "a list's tail or count is wrong");
    }

    void check_slab_record(SlabId id) {
        const Slab& slab = state_.slabs[id];
        const bool with_cpu = slab.place == SlabPlace::cpu || slab.place == SlabPlace::cpu_partial;
        const CacheGeometry& geometry = state_.caches[slab.cache].geometry;
        expect(slab.object_distance == geometry.size && slab.reciprocal == reciprocal_of(geometry.size) &&
                   slab.first_offset == geometry.red_left_pad + slab.colour,
               name(slab) + ": its objects are not where its cache's geometry puts them");
        expect((slab.frozen != 0) == with_cpu, name(slab) + " is frozen, and no CPU has it");
        expect(slab.place != SlabPlace::floating && slab.place != SlabPlace::nowhere, name(slab) + " is nowhere");
        expect(slab.place == SlabPlace::full || seen_[id] == slab.place, name(slab) + " is not on its list");
        for (Pfn i = 0; i < frames_in(slab.order); ++i)
            expect(state_.slab_at(slab.pfn + i) == id, name(slab) + ": a frame does not say so");
        check_objects(slab, slab.place == SlabPlace::cpu ? state_.cpu_cache(slab.cache, slab.cpu).freelist : no_object);
    }

    void check_objects(const Slab& slab, ObjectIndex cpu_freelist) {
        std::vector<bool> free(slab.objects, false);
        const std::uint32_t of_cpu = walk_freelist(slab, cpu_freelist, free);
        const std::uint32_t own = walk_freelist(slab, slab.freelist, free);
        if (!broken_.empty()) return;
        expect(slab.inuse + own == slab.objects, name(slab) + ": inuse and its freelist do not make all objects");
        std::uint32_t in_use = 0;
        for (ObjectIndex i = 0; i < slab.objects; ++i) {
            const bool allocated = state_.object(slab, i).allocated != 0;
            in_use += allocated;
            expect(!(allocated && free[i]), name(slab) + ": an object in use is on a freelist");
        }
        if (state_.allocator == SlabAllocatorKind::slub)
            expect(in_use + of_cpu + own == slab.objects, name(slab) + ": an object is neither in use nor free");
    }

    std::uint32_t walk_freelist(const Slab& slab, ObjectIndex first, std::vector<bool>& free) {
        std::uint32_t count = 0;
        for (ObjectIndex i = first; i != no_object; i = state_.object(slab, i).next) {
            if (!expect(i < slab.objects && !free[i],
                        name(slab) + ": a freelist meets an object twice, or leaves the slab"))
                break;
            free[i] = true;
            ++count;
        }
        return count;
    }

    void check_frames() {
        std::size_t frames = 0;
        for (std::size_t pfn = 0; pfn < state_.slab_of_frame.size(); ++pfn) {
            const SlabId id = state_.slab_of_frame[pfn];
            if (id == no_slab) continue;
            const Slab& slab = state_.slabs[id];
            expect(pfn - slab.pfn < frames_in(slab.order), "a frame belongs to a slab that it is not part of");
            ++frames;
        }
        std::size_t expected = 0;
        for (SlabId id = 0; id < state_.slab_limit; ++id)
            if (state_.slabs[id].place != SlabPlace::nowhere) expected += frames_in(state_.slabs[id].order);
        expect(frames == expected, "slab_of_frame does not have every slab's frames");
    }

    const SlabState& state_;
    std::vector<SlabPlace> seen_;
    std::string broken_;
};

}  // namespace

std::string check_slab(const SlabState& state) { return Checker(state).run(); }

}  // namespace pageframe
