#include "engine/session/session.h"

#include <algorithm>

#include "engine/machine/machine.h"
#include "engine/replay/recording.h"
#include "engine/replay/vmalloc_recording.h"
#include "engine/scenario/scenario.h"

namespace pageframe {
namespace {

/// A scenario's operations go to the end of the timeline; which page each allocation got is kept.
class TimelineTarget : public OperationTarget {
public:
    TimelineTarget(Timeline& timeline, std::vector<Pfn>& page_got) : timeline_(timeline), page_got_(page_got) {}
    OperationResult execute(const Operation& operation) override {
        const OperationResult result = timeline_.append(operation);
        const bool allocates = operation.kind == OperationKind::alloc_pages;
        page_got_.push_back(allocates ? static_cast<Pfn>(result.value) : no_pfn);
        return result;
    }
    OperationNumber next_operation() const override { return timeline_.operation_count(); }
    void use_string(std::uint32_t index, std::string_view text) override { timeline_.set_string(index, text); }

private:
    Timeline& timeline_;
    std::vector<Pfn>& page_got_;
};

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

std::unique_ptr<Session> Session::from_scenario(std::string text, TimelineLimits limits) {
    std::unique_ptr<Session> session(new Session);
    session->source_ = std::move(text);
    const Scenario scenario = Scenario::read(session->source_);
    session->errors_ = scenario.errors();
    session->warnings_ = scenario.warnings();
    session->configuration_ = scenario.machine();
    session->timeline_ = started_machine(scenario.machine(), limits);
    if (!scenario.valid()) return session;

    TimelineTarget target(*session->timeline_, session->page_got_);
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
    if (looks_like_recording(text) || looks_like_vmalloc_recording(text))
        return from_recording(std::move(text), limits);
    return from_scenario(std::move(text), limits);
}

std::string Session::variable_of(OperationNumber number) const { return run_.label_of(number); }

const std::string& Session::text_of(const Operation& operation) const {
    static const std::string none;
    return operation.text < run_.strings.size() ? run_.strings[operation.text] : none;
}

/// "cache_3" is how an operation knows a cache: its name, if it is still there.
void Session::name_cache(std::string& text, const Operation& operation) const {
    const std::string number = "cache_" + std::to_string(operation.pfn);
    const std::size_t place = text.find(number);
    const SlabState& slab = timeline_->end().slab;
    if (place == std::string::npos || operation.pfn >= no_cache || !slab.has_cache(static_cast<CacheId>(operation.pfn)))
        return;
    text.replace(place, number.size(), slab.caches[operation.pfn].name_text());
}

std::string Session::call_text(OperationNumber number) const {
    if (number >= timeline_->operation_count()) return {};
    const Operation& operation = timeline_->operation(number);
    std::string text = describe_call(operation, run_.strings);
    // The page that is freed has a name, if the variable that got it holds that very page.
    if (operation.kind == OperationKind::free_pages && operation.argument < page_got_.size() &&
        page_got_[operation.argument] == operation.pfn) {
        const std::string freed = variable_of(static_cast<OperationNumber>(operation.argument));
        const std::size_t start = text.find('(') + 1;
        const std::size_t end = std::min(text.rfind(", "), text.size() - 1);
        if (!freed.empty()) text.replace(start, end - start, freed);
    }
    name_cache(text, operation);
    const std::string variable = variable_of(number);
    return variable.empty() ? text : variable + " = " + text;
}

}  // namespace pageframe
