#include "engine/replay/slab_run.h"

#include <algorithm>
#include <map>
#include <vector>

#include "engine/machine/machine.h"
#include "engine/replay/slab_lines.h"
#include "engine/slab/slab_events.h"

namespace pageframe {

namespace {

constexpr std::uint64_t recorded_ram = 256ULL << 20;
constexpr std::size_t most_nodes = 4, most_cpus = 64;
constexpr std::uint64_t most_of_a_bulk = 4096;

/// An object where the recording has it.
struct RecordedPlace {
    Pfn pfn = 0;
    ObjectIndex index = 0;
    auto operator<=>(const RecordedPlace&) const = default;
};

class SequenceRun {
public:
    SequenceRun(std::string_view text, TimelineLimits limits, RecordingError& error, const SlabRunObserver& observer)
        : text_(text), limits_(limits), error_(error), observer_(observer) {}

    std::optional<SlabRun> run() {
        for_each_line(text_, [&](const Line& line) { return take_line(line); });
        if (error_.message.empty() && !cache_read_) error_ = {1, "expected a cache (C) before the operations"};
        if (error_.message.empty() && !run_.timeline && !start()) error_ = {1, "expected a cache that a slab can hold"};
        if (!error_.message.empty()) return std::nullopt;
        return std::move(run_);
    }

private:
    bool take_line(const Line& line) {
        const std::string_view tag = line[0];
        if (tag.empty()) return true;
        if (tag == "#") return read_mark(line);
        if (tag == "CPUNODE") return read_cpu_nodes(line);
        if (tag == "C") return read_the_cache(line);
        if (!cache_read_) return fail(line, "expected a cache (C) before the operations");
        if (tag == "RANDOMSEQ") return read_random_sequence(line);
        if (!run_.timeline && !start()) return fail(line, "expected a cache that a slab can hold");
        if (tag == "S") {
            if (observer_) observer_(line.text(), run_.timeline->end());
            return true;
        }
        return run_operation(line);
    }
    bool fail(const Line& line, std::string message) {
        error_ = {line.number(), std::move(message)};
        return false;
    }

    bool read_mark(const Line& line) {
        if (run_.timeline) {
            if (line.text() == "# kmem_cache_shrink") append(operation_of(OperationKind::kmem_cache_shrink, 0));
            return true;
        }
        read_slub_options(line, run_.configuration.slub);
        std::uint32_t cpus = 0;
        if (line.named_number("nr_cpu_ids", cpus) && cpus <= 4096) geometry_cpus_ = cpus;
        line.named_number("remote_node_defrag_ratio", defrag_ratio_);
        if (line.named_number("online_cpus", cpus) && cpus >= 1 && cpus <= most_cpus) cpu_node_.assign(cpus, 0);
        return true;
    }

    /// CPUs of a node stand side by side in this machine too, or their places could not be told apart.
    bool read_cpu_nodes(const Line& line) {
        if (cache_read_) return fail(line, "expected CPUNODE before the cache");
        cpu_node_.clear();
        for (std::size_t i = 1; i < line.size(); ++i) {
            std::string_view cpu, node;
            unsigned number = 0;
            NodeId its_node = 0;
            const NodeId before = cpu_node_.empty() ? NodeId{0} : cpu_node_.back();
            if (i > most_cpus || !split_at(line[i], ':', cpu, node) || !parse_number(cpu, number) || number != i - 1 ||
                !parse_number(node, its_node) || its_node >= most_nodes || its_node < before || its_node > before + 1)
                return fail(line, "expected cpu:node for CPU 0, 1, ...");
            cpu_node_.push_back(its_node);
        }
        return !cpu_node_.empty() || fail(line, "expected cpu:node for CPU 0, 1, ...");
    }

    bool read_the_cache(const Line& line) {
        if (cache_read_ || !read_cache(line, recorded_)) return fail(line, "expected one cache with all its numbers");
        cache_read_ = true;
        return true;
    }

    bool read_random_sequence(const Line& line) {
        if (run_.timeline || !sequence_.empty()) return fail(line, "expected the random sequence once, at the start");
        if (line[1] == "none") return true;
        std::vector<bool> met(most_slab_objects + 1U, false);
        for (std::size_t i = 1; i < line.size(); ++i) {
            ObjectIndex index = 0;
            if (!parse_number(line[i], index) || index >= line.size() - 1 || index > most_slab_objects || met[index])
                return fail(line, "expected every object's index once");
            met[index] = true;
            sequence_.push_back(index);
        }
        return true;
    }

    /// The machine, and on it the cache: it is there before the first call.
    bool start() {
        MachineConfiguration& configuration = run_.configuration;
        configuration.cpus = static_cast<std::uint8_t>(cpu_node_.size());
        const std::size_t nodes = cpu_node_.back() + std::size_t{1};
        configuration.ram_bytes = recorded_ram;
        if (nodes > 1) {
            configuration.nodes.assign(nodes, {recorded_ram / nodes / page_size * page_size, 0});
            for (const NodeId node : cpu_node_) ++configuration.nodes[node].cpus;
        }
        CacheGeometry geometry;
        auto pool = std::make_shared<ChunkPool>();
        State state = boot(configuration, pool);
        state.slab.geometry_cpus = geometry_cpus_;
        if (!geometry_for(state.slab, recorded_.request, geometry)) return false;
        if (!sequence_.empty() && sequence_.size() != geometry.objects) return false;
        cache_ = next_cache_id(state.slab);
        SlabEmitter emitter(state.slab, nullptr);
        emitter.emit(CreateCache{recorded_.request, cache_, 1, 0, 0, 0});
        name_cache(emitter);
        state.slab.caches.write(cache_).remote_node_defrag_ratio =
            static_cast<std::uint16_t>(std::min(defrag_ratio_, 0xffffU));
        if (!sequence_.empty()) {
            state.slab.random_sequences.resize(cache_ + 1U);
            state.slab.random_sequences[cache_] = sequence_;
        }
        run_.timeline = std::make_unique<Timeline>(std::move(state), pool, limits_);
        return true;
    }
    void name_cache(SlabEmitter& emitter) const {
        const std::string_view name = recorded_.name;
        for (std::uint8_t part = 0; part * std::size_t{32} < std::min<std::size_t>(name.size(), 63); ++part) {
            NameCache event{};
            event.cache = cache_;
            event.part = part;
            const std::string_view piece = name.substr(part * std::size_t{32}, event.text.size());
            std::copy(piece.begin(), piece.end(), event.text.begin());
            emitter.emit(event);
        }
    }

    Operation operation_of(OperationKind kind, CpuId cpu) const {
        Operation operation;
        operation.kind = kind;
        operation.cpu = cpu;
        operation.pfn = cache_;
        operation.gfp_flags = gfp::kernel;
        operation.text = no_operation;
        return operation;
    }
    OperationResult append(const Operation& operation) { return run_.timeline->append(operation); }

    /// "A 0 c0 ...": the CPU, where the line has one.
    bool read_cpu(const Line& line, std::size_t& at, CpuId& cpu) {
        if (!line[at].starts_with('c')) return true;
        if (!parse_number(line[at].substr(1), cpu) || cpu >= cpu_node_.size())
            return fail(line, "expected a CPU of this machine");
        ++at;
        return true;
    }

    bool run_operation(const Line& line) {
        std::size_t at = 2;
        CpuId cpu = 0;
        if (!read_cpu(line, at, cpu)) return false;
        if (line[0] == "A" || line[0] == "AN") return allocate(line, at, cpu);
        if (line[0] == "F") return free(line, at + 1, cpu);
        if (line[0] == "AB") return allocate_bulk(line, at, cpu);
        if (line[0] == "FB") return free_bulk(line, at + 1, cpu);
        if (line[0] != "FL") return fail(line, "expected A, AN, F, FL, AB, FB or S");
        Operation flush = operation_of(OperationKind::kmem_cache_shrink, cpu);
        flush.order = 1;
        append(flush);
        return true;
    }

    bool allocate(const Line& line, std::size_t at, CpuId cpu) {
        Operation operation = operation_of(OperationKind::kmem_cache_alloc, cpu);
        if (line[0] == "AN" &&
            (!parse_number(line[at++].substr(1), operation.node) || operation.node > cpu_node_.back()))
            return fail(line, "expected a node of this machine");
        RecordedPlace place;
        if (!parse_number(line[at + 1], place.pfn) || !parse_number(line[at + 2], place.index))
            return fail(line, "expected an address, its slab's pfn and its index");
        const std::uint64_t address = append(operation).value;
        if (address != 0) objects_[place] = address;
        return true;
    }

    bool free(const Line& line, std::size_t at, CpuId cpu) {
        RecordedPlace place;
        if (!parse_number(line[at + 1], place.pfn) || !parse_number(line[at + 2], place.index))
            return fail(line, "expected an address, its slab's pfn and its index");
        const auto found = objects_.find(place);
        if (found == objects_.end()) return fail(line, "expected an object that is in use");
        Operation operation = operation_of(OperationKind::kmem_cache_free, cpu);
        operation.argument = found->second;
        objects_.erase(found);
        append(operation);
        return true;
    }

    bool read_places(const Line& line, std::size_t at, std::vector<RecordedPlace>& places) {
        for (std::size_t i = at; i < line.size(); ++i) {
            std::string_view pfn, index;
            RecordedPlace place;
            if (!split_at(line[i], '.', pfn, index) || !parse_number(pfn, place.pfn) ||
                !parse_number(index, place.index))
                return fail(line, "expected objects as pfn.index");
            places.push_back(place);
        }
        return true;
    }

    bool allocate_bulk(const Line& line, std::size_t at, CpuId cpu) {
        Operation operation = operation_of(OperationKind::kmem_cache_alloc_bulk, cpu);
        std::vector<RecordedPlace> places;
        if (!parse_number(line[at], operation.argument) || operation.argument > most_of_a_bulk)
            return fail(line, "expected a number of objects");
        if (!read_places(line, at + 2, places)) return false;
        append(operation);
        const std::vector<Pfn>& got = run_.timeline->last_output().pages;
        for (std::size_t i = 0; i < places.size() && 2 * i + 1 < got.size(); ++i)
            objects_[places[i]] = direct_map_start + (std::uint64_t{got[2 * i]} << page_shift) + got[2 * i + 1];
        return true;
    }

    bool free_bulk(const Line& line, std::size_t at, CpuId cpu) {
        std::vector<RecordedPlace> places;
        if (!read_places(line, at, places)) return false;
        Operation operation = operation_of(OperationKind::kmem_cache_free_bulk, cpu);
        std::string addresses;
        for (const RecordedPlace& place : places) {
            const auto found = objects_.find(place);
            if (found == objects_.end()) return fail(line, "expected objects that are in use");
            if (!addresses.empty()) addresses += ',';
            addresses += hexadecimal(found->second);
            objects_.erase(found);
        }
        operation.argument = places.size();
        operation.text = strings_++;
        run_.timeline->set_string(operation.text, addresses);
        append(operation);
        return true;
    }

    static std::string hexadecimal(std::uint64_t value) {
        std::string text;
        do text.insert(text.begin(), "0123456789abcdef"[value & 15]);
        while ((value >>= 4) != 0);
        return text;
    }

    std::string_view text_;
    TimelineLimits limits_;
    RecordingError& error_;
    const SlabRunObserver& observer_;
    SlabRun run_;
    std::vector<NodeId> cpu_node_{0};
    std::uint32_t geometry_cpus_ = 0;
    std::uint32_t defrag_ratio_ = 1000;
    RecordedCache recorded_;
    bool cache_read_ = false;
    CacheId cache_ = 0;
    std::vector<ObjectIndex> sequence_;
    std::uint32_t strings_ = 0;
    std::map<RecordedPlace, std::uint64_t> objects_;  ///< in use: the addresses that they have here
};

}  // namespace

std::optional<SlabRun> run_slab_sequence(std::string_view text, TimelineLimits limits, RecordingError& error,
                                         const SlabRunObserver& observer) {
    return SequenceRun(text, limits, error, observer).run();
}

}  // namespace pageframe
