#include "engine/replay/slab_state_text.h"

namespace pageframe {

namespace {

class Writer {
public:
    Writer(const SlabState& state, CacheId cache) : state_(state), cache_(cache) {}

    void totals() {
        std::uint32_t slabs = 0;
        std::uint32_t objects = 0;
        for (NodeId node = 0; node < state_.node_count; ++node) {
            slabs += state_.cache_node(cache_, node).nr_slabs;
            objects += state_.cache_node(cache_, node).total_objects;
        }
        text_ += "S slabs=" + std::to_string(slabs) + " objs=" + std::to_string(objects);
    }

    void cpu(CpuId cpu, const std::string& name) {
        const CpuCache& own = state_.cpu_cache(cache_, cpu);
        text_ += " " + name + "=";
        if (own.slab == no_slab) {
            text_ += "none";
        } else {
            const Slab& slab = state_.slabs[own.slab];
            text_ += std::to_string(slab.pfn) + "/" + std::to_string(slab.inuse) + "/" + std::to_string(slab.objects);
            text_ += " lf=";
            freelist(slab, own.freelist);
            text_ += " sf=";
            freelist(slab, slab.freelist);
        }
        text_ += " pp=";
        if (own.partial == no_slab) text_ += "-";
        for (SlabId id = own.partial; id != no_slab; id = state_.slabs[id].next) {
            const Slab& slab = state_.slabs[id];
            if (id != own.partial) text_ += ";";
            text_ += std::to_string(slab.pfn) + "/" + std::to_string(slab.inuse) + "/" +
                     std::to_string(slab.partial_slabs) + ":";
            freelist(slab, slab.freelist);
        }
    }

    void node(NodeId node, const std::string& name) {
        const SlabList& partial = state_.cache_node(cache_, node).partial;
        text_ += " " + name + "=" + std::to_string(partial.count) + ":";
        if (partial.count == 0) text_ += "-";
        for (SlabId id = partial.head; id != no_slab; id = state_.slabs[id].next) {
            const Slab& slab = state_.slabs[id];
            if (id != partial.head) text_ += ";";
            text_ += std::to_string(slab.pfn) + "/" + std::to_string(slab.inuse) + ":";
            freelist(slab, slab.freelist);
        }
    }

    std::string take() { return std::move(text_); }

private:
    void freelist(const Slab& slab, ObjectIndex first) {
        if (first == no_object) text_ += "-";
        ObjectIndex steps = 0;
        for (ObjectIndex i = first; i != no_object && steps <= slab.objects; i = state_.object(slab, i).next, ++steps)
            text_ += (i == first && steps == 0 ? "" : ",") + std::to_string(i);
    }

    const SlabState& state_;
    CacheId cache_;
    std::string text_;
};

}  // namespace

std::string slab_state_text(const SlabState& state, CacheId cache, bool several_cpus) {
    Writer writer(state, cache);
    writer.totals();
    for (std::size_t cpu = 0; cpu < state.cpu_count(); ++cpu)
        writer.cpu(static_cast<CpuId>(cpu), several_cpus ? "c" + std::to_string(cpu) : "cpu");
    for (NodeId node = 0; node < state.node_count; ++node)
        writer.node(node, several_cpus ? "np" + std::to_string(node) : "np");
    return writer.take();
}

}  // namespace pageframe
