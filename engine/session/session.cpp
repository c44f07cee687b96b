#include "engine/session/session.h"

#include <algorithm>

#include "engine/machine/machine.h"
#include "engine/paging/layout.h"
#include "engine/replay/recording.h"
#include "engine/replay/slab_run.h"
#include "engine/replay/vmalloc_recording.h"
#include "engine/scenario/scenario.h"
#include "engine/session/timeline_target.h"

namespace pageframe {
namespace {

/// The operation that made the cache of a call under the name that it uses.
std::uint64_t named_cache(const Operation& operation) {
    switch (operation.kind) {
    case OperationKind::kmem_cache_alloc:
    case OperationKind::kmem_cache_shrink:
    case OperationKind::kmem_cache_destroy: return operation.argument;
    case OperationKind::kmem_cache_alloc_bulk: return operation.text;
    case OperationKind::kmem_cache_free:
    case OperationKind::kmem_cache_free_bulk: return operation.gfp_flags;
    default: return no_operation;
    }
}

/// Whose result may be named again when it is given back.
bool names_what_it_gets(OperationKind kind) {
    switch (kind) {
    case OperationKind::alloc_pages:
    case OperationKind::alloc_pages_exact:
    case OperationKind::vmalloc:
    case OperationKind::vmap:
    case OperationKind::vm_map_ram:
    case OperationKind::kmem_cache_alloc:
    case OperationKind::kmalloc:
    case OperationKind::krealloc: return true;
    default: return false;
    }
}

std::unique_ptr<Timeline> started_machine(const MachineConfiguration& configuration, TimelineLimits limits) {
    auto pool = std::make_shared<ChunkPool>();
    return std::make_unique<Timeline>(boot(configuration, pool), pool, limits);
}

/// What a recording's machine is, as far as its first dump says it.
MachineConfiguration configuration_of(const Recording& recording, const BuddyState& state) {
    MachineConfiguration configuration;
    configuration.kernel = recording.kernel.substr(0, 3);
    configuration.cpus = static_cast<std::uint8_t>(state.cpu_count());
    configuration.ram_bytes = 0;
    if (state.node_count > 1) configuration.nodes.resize(state.node_count);
    for (const Zone& zone : state.zones) {
        const std::uint64_t bytes = std::uint64_t{zone.present} << page_shift;
        configuration.ram_bytes += bytes;
        if (state.node_count > 1) configuration.nodes[zone.node].ram_bytes += bytes;
    }
    if (state.node_count > 1)
        for (NodeId node : state.cpu_node) ++configuration.nodes[node].cpus;
    configuration.watermark_boost_factor = state.watermark_boost_factor;
    return configuration;
}

}  // namespace

OperationResult TimelineTarget::execute(const Operation& operation) {
    const OperationResult result = timeline_.append(operation);
    got_.values.push_back(names_what_it_gets(operation.kind) ? result.value : 0);
    if (operation.kind == OperationKind::kmem_cache_create)
        got_.caches.push_back({static_cast<OperationNumber>(got_.values.size() - 1), result.value});
    return result;
}

std::unique_ptr<Session> Session::from_scenario(std::string text, TimelineLimits limits) {
    std::unique_ptr<Session> session(new Session);
    session->source_ = std::move(text);
    session->scenario_ = Scenario::read(session->source_);
    const Scenario& scenario = session->scenario_;
    session->errors_ = scenario.errors();
    session->warnings_ = scenario.warnings();
    session->configuration_ = scenario.machine();
    session->timeline_ = started_machine(scenario.machine(), limits);
    if (!scenario.valid()) return session;

    TimelineTarget target(*session->timeline_, session->got_);
    session->run_ = pageframe::run(scenario, target);
    session->stop_ = session->run_.stop;
    session->warnings_.insert(session->warnings_.end(), session->run_.warnings.begin(), session->run_.warnings.end());
    return session;
}

std::unique_ptr<Session> Session::from_recording(std::string text, TimelineLimits limits) {
    std::unique_ptr<Session> session(new Session);
    session->source_kind_ = SourceKind::recording;
    session->source_ = std::move(text);
    RecordingError error;
    auto pool = std::make_shared<ChunkPool>();
    if (looks_like_vmalloc_recording(session->source_)) {
        const auto vmalloc = parse_vmalloc_recording(session->source_, error);
        auto start = vmalloc ? vmalloc_initial_state(*vmalloc, pool, error) : std::nullopt;
        if (start) {
            session->timeline_ = std::make_unique<Timeline>(*std::move(start), pool, limits);
            for (const Operation& operation : vmalloc->operations) session->timeline_->append(operation);
            return session;
        }
    }
    if (looks_like_slab_sequence(session->source_)) {
        if (auto run = run_slab_sequence(session->source_, limits, error)) {
            session->configuration_ = run->configuration;
            session->timeline_ = std::move(run->timeline);
            return session;
        }
    }
    const auto recording = error.message.empty() ? parse_recording(session->source_, error) : std::nullopt;
    auto state = recording ? initial_state(*recording, pool, error) : std::nullopt;
    if (!state) {
        session->errors_.push_back({error.line, 1, 1, std::move(error.message), {}});
        session->timeline_ = started_machine(session->configuration_, limits);
        return session;
    }
    session->configuration_ = configuration_of(*recording, state->buddy);
    session->timeline_ = std::make_unique<Timeline>(*std::move(state), pool, limits);
    for (const Operation& operation : recording->operations) session->timeline_->append(operation);
    return session;
}

std::unique_ptr<Session> Session::from_text(std::string text, TimelineLimits limits) {
    if (looks_like_recording(text) || looks_like_vmalloc_recording(text) || looks_like_slab_sequence(text))
        return from_recording(std::move(text), limits);
    return from_scenario(std::move(text), limits);
}

std::string Session::variable_of(OperationNumber number) const { return run_.label_of(number); }

const std::string& Session::text_of(const Operation& operation) const {
    static const std::string none;
    return operation.text < run_.strings.size() ? run_.strings[operation.text] : none;
}

/// "cache_3" is how an operation knows a cache: the variable that it is in, or its name.
void Session::name_cache(std::string& text, OperationNumber number) const {
    const std::uint64_t id = timeline_->operation(number).pfn;
    const std::string as_number = "cache_" + std::to_string(id);
    const std::size_t place = text.find(as_number);
    if (place == std::string::npos) return;
    // Numbers are used again, and caches share one: the one that the call's pointer came from, or was made last.
    const std::uint64_t named = named_cache(timeline_->operation(number));
    OperationNumber maker = no_operation;
    for (auto made = got_.caches.rbegin(); made != got_.caches.rend(); ++made) {
        if (made->operation > number || made->cache != id) continue;
        if (maker == no_operation || made->operation == named) maker = made->operation;
    }
    if (maker != no_operation) {
        std::string name = variable_of(maker);
        if (name.empty()) name = text_of(timeline_->operation(maker));
        text.replace(place, as_number.size(), name);
        return;
    }
    // Nobody made it: it was there at the start, as a recording's is.
    const SlabState& slab = timeline_->end().slab;
    if (id < no_cache && slab.has_cache(static_cast<CacheId>(id)))
        text.replace(place, as_number.size(), slab.caches[id].name_text());
}

/// What is given back has a name, if the variable that got it holds that very page or address.
void Session::name_given_back(std::string& text, const Operation& operation) const {
    std::uint64_t taken_by = operation.text;
    std::uint64_t value = operation.argument;
    switch (operation.kind) {
    case OperationKind::free_pages:
        taken_by = operation.argument;
        value = operation.pfn;
        break;
    case OperationKind::vfree:
    case OperationKind::vunmap:
    case OperationKind::kmem_cache_free:
    case OperationKind::kfree:
    case OperationKind::krealloc: break;
    default: return;
    }
    if (taken_by >= got_.values.size() || got_.values[taken_by] != value) return;
    const std::string name = variable_of(static_cast<OperationNumber>(taken_by));
    if (name.empty()) return;
    if (operation.kind == OperationKind::free_pages) {
        const std::size_t start = text.find('(') + 1;
        text.replace(start, std::min(text.rfind(", "), text.size() - 1) - start, name);
        return;
    }
    const std::size_t start = text.find("0x");
    if (start != std::string::npos) text.replace(start, text.find_first_of(",)", start) - start, name);
}

std::string Session::call_text(OperationNumber number) const {
    if (number >= timeline_->operation_count()) return {};
    const Operation& operation = timeline_->operation(number);
    std::string text = describe_call(operation, run_.strings);
    name_given_back(text, operation);
    name_cache(text, number);
    const std::string variable = variable_of(number);
    return variable.empty() ? text : variable + " = " + text;
}

}  // namespace pageframe
