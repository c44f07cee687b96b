// Sequences: one cache, its operations, and every list after each of them.
#include <algorithm>
#include <deque>

#include "engine/replay/slab_lines.h"
#include "engine/replay/slab_state_text.h"
#include "engine/slab/slab_check.h"
#include "engine/slab/slub.h"

namespace pageframe {

namespace {

/// Frames and dice as the recording had them: a slab that an operation's objects lie in and that the model
/// does not know is one that the kernel has just made. It may have known it when the operation began: a slab on
/// the wrong node is given back, and its frames, the last ones freed, are the next ones taken.
class RecordedPages : public SlabPageSource {
public:
    struct Page {
        Pfn pfn;
        NodeId node;
        ObjectIndex first;
        Order order;
    };

    explicit RecordedPages(const SlabState& state) : state_(state) {}

    /// Taken in this order, each once it is no slab.
    void expect(std::deque<Page> pages) { expected_ = std::move(pages); }
    bool all_taken() const { return expected_.empty(); }
    void set_node_count(std::uint8_t count) { node_count_ = count; }

    Pfn take(GfpFlags, Order order, NodeId) override {
        if (expected_.empty() || expected_.front().order != order) return no_pfn;
        if (state_.slab_at(expected_.front().pfn) != no_slab) return no_pfn;
        last_ = expected_.front();
        expected_.pop_front();
        return last_.pfn;
    }
    void give_back(Pfn, Order) override {}
    NodeId node_of(Pfn) override { return last_.node; }
    std::vector<NodeId> nodes_from(NodeId node, GfpFlags) override {
        std::vector<NodeId> nodes;
        for (unsigned i = 0; i < node_count_; ++i) nodes.push_back(static_cast<NodeId>((node + i) % node_count_));
        return nodes;
    }
    std::uint32_t start_in_sequence(Pfn, const std::vector<ObjectIndex>& sequence, std::uint64_t&) override {
        const auto found = std::find(sequence.begin(), sequence.end(), last_.first);
        return found == sequence.end() ? 0 : static_cast<std::uint32_t>(found - sequence.begin());
    }

private:
    const SlabState& state_;
    std::deque<Page> expected_;
    Page last_{no_pfn, 0, 0, 0};
    std::uint8_t node_count_ = 1;
};

/// "28588.10"
bool read_place(std::string_view text, Pfn& pfn, ObjectIndex& index) {
    std::string_view left, right;
    return split_at(text, '.', left, right) && parse_number(left, pfn) && parse_number(right, index);
}

class SequenceReplay {
public:
    SequenceReplay(std::string_view text, RecordingError& error, const KnownSlubOptions& known)
        : text_(text), error_(error), known_(known) {}

    std::optional<ReplayReport> run() {
        for_each_line(text_, [&](const Line& line) { return take_line(line); });
        if (error_.message.empty() && !started_) error_ = {1, "expected a cache (C) before the operations"};
        if (!error_.message.empty()) return std::nullopt;
        return std::move(report_);
    }

private:
    bool take_line(const Line& line);
    bool fail(const Line& line, std::string message) {
        error_ = {line.number(), std::move(message)};
        return false;
    }
    void read_head(const Line& line);
    bool read_cpu_nodes(const Line& line);
    bool start(const Line& line);
    bool read_random_sequence(const Line& line);
    bool run_operation(const Line& line);
    bool run_single(const Line& line, std::size_t at);
    bool run_bulk(const Line& line, std::size_t at);
    void compare_state(const Line& line);
    bool shrink_like(const Line& line);
    void differ(const Line& line, std::string what, std::string kernel, std::string model);
    std::string place_text(ObjectReference object) const;
    ObjectReference find(Pfn pfn, ObjectIndex index) const {
        const SlabId slab = state_.slab_at(pfn);
        return {slab, slab != no_slab && state_.slabs[slab].pfn == pfn && index < state_.slabs[slab].objects
                          ? index
                          : no_object};
    }
    const CacheGeometry& geometry() const { return state_.caches[cache_].geometry; }
    Order order_of_new_slab(const Line& line) const;
    Slub slub(CpuId cpu) { return Slub(state_, cpu, pages_, &recorder_); }

    std::string_view text_;
    RecordingError& error_;
    const KnownSlubOptions& known_;
    SlubOptions options_;
    SlabState state_;
    SlabState before_;
    Recorder recorder_;
    RecordedPages pages_{state_};
    ReplayReport report_;
    std::vector<NodeId> cpu_node_{0};
    std::uint8_t node_count_ = 1;
    std::uint32_t geometry_cpus_ = 0;
    std::uint32_t defrag_ratio_ = 1000;
    CacheId cache_ = 0;
    bool several_cpus_ = false;
    bool started_ = false;
    bool shrink_next_ = false;
    std::string operation_text_;
};

bool SequenceReplay::take_line(const Line& line) {
    const std::string_view tag = line[0];
    if (tag.empty()) return true;
    if (tag == "#") {
        read_head(line);
        return true;
    }
    if (tag == "CPUNODE") return read_cpu_nodes(line);
    if (tag == "C") return start(line);
    if (!started_) return fail(line, "expected a cache (C) before the operations");
    if (tag == "RANDOMSEQ") return read_random_sequence(line);
    if (tag == "S") {
        compare_state(line);
        return true;
    }
    return run_operation(line);
}

void SequenceReplay::read_head(const Line& line) {
    if (line.text().find("kmem_cache_shrink") != std::string_view::npos) shrink_next_ = true;
    if (started_) return;
    read_slub_options(line, options_);
    line.named_number("nr_cpu_ids", geometry_cpus_);
    line.named_number("remote_node_defrag_ratio", defrag_ratio_);
    std::uint32_t nodes = 0;
    if (line.named_number("nodes", nodes) && nodes >= 1 && nodes <= 64) node_count_ = static_cast<std::uint8_t>(nodes);
    std::uint32_t cpus = 0;
    if (line.named_number("online_cpus", cpus) && cpus >= 1 && cpus <= 64) cpu_node_.assign(cpus, 0);
}

bool SequenceReplay::read_cpu_nodes(const Line& line) {
    several_cpus_ = true;
    cpu_node_.clear();
    for (std::size_t i = 1; i < line.size(); ++i) {
        std::string_view cpu, node;
        unsigned number = 0;
        NodeId its_node = 0;
        if (!split_at(line[i], ':', cpu, node) || !parse_number(cpu, number) || number != i - 1 || number >= 64 ||
            !parse_number(node, its_node) || its_node >= 64)
            return fail(line, "expected cpu:node for CPU 0, 1, ...");
        cpu_node_.push_back(its_node);
        node_count_ = std::max<std::uint8_t>(node_count_, static_cast<std::uint8_t>(its_node + 1));
    }
    return !cpu_node_.empty() || fail(line, "expected cpu:node for CPU 0, 1, ...");
}

bool SequenceReplay::start(const Line& line) {
    RecordedCache recorded;
    if (started_ || !read_cache(line, recorded)) return fail(line, "expected one cache with all its numbers");
    started_ = true;
    start_slab(state_, std::make_shared<ChunkPool>(), cpu_node_, node_count_, 0);
    state_.geometry_cpus = geometry_cpus_;
    add_known(known_, options_);
    state_.slub = options_;
    recorded.request.flags = with_slub_debug(options_.debug, recorded.request.flags, recorded.name);
    pages_.set_node_count(node_count_);
    CacheGeometry geometry;
    if (!calculate_geometry(recorded.request, state_.counted_cpus(), options_, geometry))
        return fail(line, "expected a cache that a slab can hold");
    SlabEmitter emitter(state_, nullptr);
    cache_ = next_cache_id(state_);
    emitter.emit(CreateCache{recorded.request, cache_, 1, 0, 0, 0});
    state_.caches.write(cache_).remote_node_defrag_ratio = static_cast<std::uint16_t>(defrag_ratio_);
    ++report_.results_total;
    if (geometry == recorded.geometry)
        ++report_.results_equal;
    else
        differ(line, "geometry", geometry_text(recorded.geometry), geometry_text(geometry));
    return true;
}

bool SequenceReplay::read_random_sequence(const Line& line) {
    if (line[1] == "none") return true;
    std::vector<ObjectIndex> sequence;
    const std::uint32_t objects = state_.caches[cache_].geometry.objects;
    for (std::size_t i = 1; i < line.size(); ++i) {
        ObjectIndex index = 0;
        if (!parse_number(line[i], index) || index >= objects ||
            std::find(sequence.begin(), sequence.end(), index) != sequence.end())
            return fail(line, "expected every object's index once");
        sequence.push_back(index);
    }
    if (sequence.size() != objects) return fail(line, "expected every object's index once");
    state_.random_sequences.resize(cache_ + 1U);
    state_.random_sequences[cache_] = std::move(sequence);
    return true;
}

bool SequenceReplay::run_operation(const Line& line) {
    before_ = state_;
    recorder_.clear();
    operation_text_ = std::string(line.text().substr(0, 80));
    std::uint32_t number = 0;
    if (!parse_number(line[1], number)) return fail(line, "expected an operation with its number");
    state_.operation = number;
    ++report_.results_total;
    return line[0].ends_with('B') ? run_bulk(line, 2) : run_single(line, 2);
}

/// The cache's, or the smallest when the state after this line has only so many objects more: allocate_slab() found
/// no larger block.
Order SequenceReplay::order_of_new_slab(const Line& line) const {
    if (geometry().objects == geometry().min_objects) return geometry().order;
    const std::size_t next = static_cast<std::size_t>(line.text().data() - text_.data()) + line.text().size() + 1;
    std::uint32_t objects = 0;
    Line state;
    if (next < text_.size()) state.assign(text_.substr(next, text_.find('\n', next) - next), 0);
    if (!state.named_number("objs", objects)) return geometry().order;
    for (std::size_t node = 0; node < node_count_; ++node)
        objects -= state_.cache_node(cache_, static_cast<NodeId>(node)).total_objects;
    return objects == geometry().min_objects ? geometry().min_order : geometry().order;
}

/// A, AN, F and FL.
bool SequenceReplay::run_single(const Line& line, std::size_t at) {
    CpuId cpu = 0;
    if (line[at].starts_with('c')) {
        if (!parse_number(line[at].substr(1), cpu) || cpu >= state_.cpu_count())
            return fail(line, "expected a CPU of this machine");
        ++at;
    }
    if (line[0] == "FL") {
        slub(cpu).flush(cache_, cpu);
        ++report_.results_equal;
        return true;
    }
    NodeId node = no_node;
    if (line[0] == "AN" && !parse_number(line[at++].substr(1), node)) return fail(line, "expected a node");
    const bool allocates = line[0] != "F";
    if (!allocates) ++at;  // the operation that took it
    std::uint64_t address = 0;
    Pfn pfn = 0;
    ObjectIndex index = 0;
    if (!parse_number(line[at], address, 16) || !parse_number(line[at + 1], pfn) ||
        !parse_number(line[at + 2], index) || pfn > largest_recorded_pfn)
        return fail(line, "expected an address, its slab's pfn and its index");
    if (allocates) {
        NodeId slab_node = 0;
        if (line[at + 3].starts_with('n') &&
            (!parse_number(line[at + 3].substr(1), slab_node) || slab_node >= node_count_))
            return fail(line, "expected a node of this machine");
        const bool new_to_us = find(pfn, 0).slab == no_slab;
        pages_.expect({{pfn, slab_node, index, order_of_new_slab(line)}});
        const ObjectReference got = slub(cpu).allocate(cache_, gfp::kernel, node);
        const bool as_recorded = got.slab != no_slab && got == find(pfn, index) && (!new_to_us || pages_.all_taken());
        if (as_recorded && object_address(state_, got) == address)
            ++report_.results_equal;
        else
            differ(line, "object", std::to_string(pfn) + "." + std::to_string(index), place_text(got));
        return true;
    }
    const ObjectReference object = find(pfn, index);
    if (object.index == no_object || state_.object(state_.slabs[object.slab], index).allocated == 0) {
        differ(line, "object to be freed", std::to_string(pfn) + "." + std::to_string(index), "is not in use");
        return true;
    }
    slub(cpu).free(cache_, object);
    ++report_.results_equal;
    return true;
}

bool SequenceReplay::run_bulk(const Line& line, std::size_t at) {
    CpuId cpu = 0;
    if (line[at].starts_with('c')) {
        if (!parse_number(line[at].substr(1), cpu) || cpu >= state_.cpu_count())
            return fail(line, "expected a CPU of this machine");
        ++at;
    }
    const bool allocates = line[0] == "AB";
    if (!allocates && line[0] != "FB") return fail(line, "expected A, AN, F, FL, AB, FB or S");
    std::uint32_t count = 0;
    if (!parse_number(line[at], count) || count > 65536) return fail(line, "expected a number of objects");
    std::string recorded;
    std::deque<RecordedPages::Page> pages;
    std::vector<ObjectReference> objects;
    for (std::size_t i = at + (allocates ? 2 : 1); i < line.size(); ++i) {
        Pfn pfn = 0;
        ObjectIndex index = 0;
        if (!read_place(line[i], pfn, index) || pfn > largest_recorded_pfn)
            return fail(line, "expected objects as pfn.index");
        recorded += " " + std::string(line[i]);
        objects.push_back(find(pfn, index));
        const bool known = std::any_of(pages.begin(), pages.end(), [&](const auto& page) { return page.pfn == pfn; });
        if (objects.back().slab == no_slab && !known) pages.push_back({pfn, 0, index, geometry().order});
    }
    if (!allocates) {
        const bool all_in_use = std::all_of(objects.begin(), objects.end(), [&](ObjectReference object) {
            return object.index != no_object && state_.object(state_.slabs[object.slab], object.index).allocated != 0;
        });
        if (all_in_use) {
            slub(cpu).free_bulk(cache_, objects);
            ++report_.results_equal;
        } else {
            differ(line, "objects to be freed", recorded, "not all are in use");
        }
        return true;
    }
    pages_.expect(std::move(pages));
    slub(cpu).allocate_bulk(cache_, gfp::kernel, count, objects);
    std::string got;
    for (ObjectReference object : objects) got += " " + place_text(object);
    if (got == recorded && pages_.all_taken())
        ++report_.results_equal;
    else
        differ(line, "objects", recorded, got);
    return true;
}

std::string SequenceReplay::place_text(ObjectReference object) const {
    if (object.slab == no_slab) return "none: it wants a new slab, the kernel took none";
    return std::to_string(state_.slabs[object.slab].pfn) + "." + std::to_string(object.index);
}

void SequenceReplay::compare_state(const Line& line) {
    ++report_.dumps_total;
    if (std::exchange(shrink_next_, false)) {
        before_ = state_;
        recorder_.clear();
        operation_text_ = "kmem_cache_shrink()";
        if (shrink_like(line)) {
            ++report_.dumps_equal;
            return;
        }
    }
    const std::string model = slab_state_text(state_, cache_, several_cpus_);
    if (model == line.text()) {
        const std::string broken = check_slab(state_);
        if (broken.empty())
            ++report_.dumps_equal;
        else
            differ(line, "the engine's invariants", "hold", broken);
        return;
    }
    Line ours;
    ours.assign(model, 0);
    std::size_t field = 0;
    while (field < line.size() && field < ours.size() && line[field] == ours[field]) ++field;
    differ(line, "lists", std::string(line[field]), std::string(ours[field]));
}

/// The CPUs flush in an order that the kernel's workqueues decide: one of them must give the state.
bool SequenceReplay::shrink_like(const Line& line) {
    std::vector<CpuId> cpus;
    for (std::size_t cpu = 0; cpu < state_.cpu_count(); ++cpu) {
        const CpuCache& own = state_.cpu_cache(cache_, static_cast<CpuId>(cpu));
        if (own.slab != no_slab || own.partial != no_slab) cpus.push_back(static_cast<CpuId>(cpu));
    }
    constexpr std::size_t most_tries = 5040;
    for (std::size_t tries = 0; tries < most_tries; ++tries) {
        state_ = before_;
        recorder_.clear();
        slub(0).shrink(cache_, cpus);
        if (slab_state_text(state_, cache_, several_cpus_) == line.text()) return true;
        if (!std::next_permutation(cpus.begin(), cpus.end())) break;
    }
    state_ = before_;
    recorder_.clear();
    slub(0).shrink(cache_, cpus);
    return false;
}

void SequenceReplay::differ(const Line& line, std::string what, std::string kernel, std::string model) {
    if (report_.difference) return;
    report_.difference =
        Difference{line.number(), operation_text_, std::move(what), std::move(kernel), std::move(model), {}};
    SlabState shown = before_;
    for (const EventRecord& event : recorder_.events())
        report_.difference->events.push_back(slab_event_text(event, shown));
}

}  // namespace

std::optional<ReplayReport> replay_sequence(std::string_view text, RecordingError& error,
                                            const KnownSlubOptions& known) {
    return SequenceReplay(text, error, known).run();
}

}  // namespace pageframe
