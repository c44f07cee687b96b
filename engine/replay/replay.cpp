#include "engine/replay/replay.h"

#include <algorithm>

#include "engine/buddy/buddy_check.h"
#include "engine/core/gfp.h"
#include "engine/machine/events.h"
#include "engine/machine/machine.h"
#include "engine/replay/compare.h"

namespace pageframe {
namespace {

class Replay {
public:
    Replay(const Recording& recording, ReplayOptions options) : recording_(recording), options_(options) {}

    std::optional<ReplayReport> run(RecordingError& error);

private:
    void run_step(const RecordedStep& step);
    std::optional<Mismatch> execute_step(const RecordedStep& step);
    std::optional<Mismatch> compare_result(const RecordedStep& step, const OperationResult& first);
    std::optional<Mismatch> check_invariants(const RecordedStep& step) const;
    void compare_dumps_after(std::size_t steps);
    void keep_first(std::string where, const Mismatch& mismatch, const RecordedStep* step);
    std::vector<std::string> events_of(const RecordedStep& step) const;

    const Recording& recording_;
    ReplayOptions options_;
    State state_;
    ReplayReport report_;
    std::size_t next_dump_ = 1;
    OperationOutput output_;
};

std::optional<ReplayReport> Replay::run(RecordingError& error) {
    auto start = initial_state(recording_, std::make_shared<ChunkPool>(), error);
    if (!start) return std::nullopt;
    state_ = *std::move(start);
    report_.results_total = recording_.steps.size();
    report_.dumps_total = recording_.dumps.size() - 1;
    // The first dump as loaded must compare equal too: what it says twice (in lists and in the page map)
    // then agrees with itself.
    if (const auto mismatch = compare_dump(recording_, recording_.dumps.front(), state_)) {
        error = {mismatch->line, "the first dump contradicts itself: " + mismatch->what + ": " + mismatch->kernel +
                                     " against " + mismatch->model};
        return std::nullopt;
    }
    compare_dumps_after(0);
    for (std::size_t index = 0; index < recording_.steps.size(); ++index) {
        run_step(recording_.steps[index]);
        compare_dumps_after(index + 1);
    }
    return report_;
}

void Replay::run_step(const RecordedStep& step) {
    const StateBefore before(state_);
    auto mismatch = execute_step(step);
    if (!mismatch) mismatch = compare_step(recording_, step, before, state_);
    const auto broken = check_invariants(step);
    if (!mismatch) mismatch = broken;
    if (!mismatch) {
        ++report_.results_equal;
        return;
    }
    const Operation& operation = recording_.operations[step.first_operation];
    keep_first("operation " + std::to_string(step.number) + ", " + recorded_call_text(recording_, operation), *mismatch,
               &step);
}

/// The step's calls; what the first of them got is the step's result.
std::optional<Mismatch> Replay::execute_step(const RecordedStep& step) {
    std::optional<Mismatch> mismatch;
    for (OperationNumber i = 0; i < step.operation_count; ++i) {
        const OperationNumber number = step.first_operation + i;
        const auto result = execute(state_, recording_.operations[number], number, nullptr, output_);
        if (!mismatch && result.status == OperationStatus::mistake)
            mismatch = Mismatch{step.line, "the call", "accepted", "a mistake of the caller"};
        if (!mismatch && i == 0) mismatch = compare_result(step, result);
    }
    return mismatch;
}

std::string pages_text(const std::vector<Pfn>& pages, std::size_t from) {
    constexpr std::size_t largest_shown = 6;
    std::string text = std::to_string(pages.size()) + " pages";
    if (from < pages.size()) text += ", from number " + std::to_string(from) + " on:";
    for (std::size_t i = from; i < std::min(pages.size(), from + largest_shown); ++i)
        text += " " + std::to_string(pages[i]);
    return text;
}

std::string pfn_text(std::uint64_t pfn) { return pfn == no_pfn ? "NULL" : "pfn " + std::to_string(pfn); }

std::optional<Mismatch> Replay::compare_result(const RecordedStep& step, const OperationResult& result) {
    if (!step.allocates) return std::nullopt;
    const Operation& operation = recording_.operations[step.first_operation];
    if (operation.kind == OperationKind::alloc_pages_bulk) {
        const std::vector<Pfn>& got = output_.pages;
        if (got == step.pages && result.value == got.size()) return std::nullopt;
        const auto place =
            std::mismatch(got.begin(), got.end(), step.pages.begin(), step.pages.end()).first - got.begin();
        const auto from = static_cast<std::size_t>(place);
        return Mismatch{step.line, "result", pages_text(step.pages, from), pages_text(got, from)};
    }
    if (result.value == step.pfn) return std::nullopt;
    return Mismatch{step.line, "result", pfn_text(step.pfn), pfn_text(result.value)};
}

std::optional<Mismatch> Replay::check_invariants(const RecordedStep& step) const {
    if (options_.check_every == 0 || step.first_operation % options_.check_every != 0) return std::nullopt;
    const std::string broken = check_buddy(state_.buddy);
    if (broken.empty()) return std::nullopt;
    return Mismatch{step.line, "the engine's invariants", "hold", broken};
}

void Replay::compare_dumps_after(std::size_t steps) {
    for (; next_dump_ < recording_.dumps.size(); ++next_dump_) {
        const RecordedDump& dump = recording_.dumps[next_dump_];
        if (dump.after_steps != steps) return;
        const auto mismatch = compare_dump(recording_, dump, state_);
        if (mismatch)
            keep_first("dump " + dump.tag, *mismatch, nullptr);
        else
            ++report_.dumps_equal;
    }
}

void Replay::keep_first(std::string where, const Mismatch& mismatch, const RecordedStep* step) {
    if (report_.difference) return;
    report_.difference =
        Difference{mismatch.line, std::move(where), mismatch.what, mismatch.kernel, mismatch.model, {}};
    if (step != nullptr) report_.difference->events = events_of(*step);
}

/// Runs the recording again up to the step, and that with a recorder: the events cost nothing as long as
/// all is equal.
std::vector<std::string> Replay::events_of(const RecordedStep& step) const {
    RecordingError error;
    auto again = initial_state(recording_, std::make_shared<ChunkPool>(), error);
    OperationOutput output;
    std::vector<std::string> sentences;
    if (!again) return sentences;
    for (OperationNumber number = 0; number < step.first_operation; ++number)
        execute(*again, recording_.operations[number], number, nullptr, output);
    for (OperationNumber i = 0; i < step.operation_count; ++i) {
        const OperationNumber number = step.first_operation + i;
        State shown = *again;
        Recorder recorder;
        execute(*again, recording_.operations[number], number, &recorder, output);
        for (const EventRecord& event : recorder.events()) {
            const std::string_view function = event_function(event, shown);
            sentences.push_back(event_sentence(event, shown).plain() +
                                (function.empty() ? "" : "  [" + std::string(function) + "]"));
            apply_event(event, shown);
        }
    }
    return sentences;
}

}  // namespace

std::optional<ReplayReport> replay(const Recording& recording, RecordingError& error, ReplayOptions options) {
    return Replay(recording, options).run(error);
}

std::string summary_text(const ReplayReport& report) {
    std::string text = std::to_string(report.results_equal) + " of " + std::to_string(report.results_total) +
                       " results equal, " + std::to_string(report.dumps_equal) + " of " +
                       std::to_string(report.dumps_total) + " dumps equal";
    for (const std::string& name : report.not_modelled)
        text += (&name == report.not_modelled.data() ? "; not modelled: " : ", ") + name;
    return text;
}

std::string difference_text(const Difference& difference) {
    std::string text = "first difference at line " + std::to_string(difference.line) + ", " + difference.where + ": " +
                       difference.what + "\n  the kernel: " + difference.kernel +
                       "\n  the model:  " + difference.model + "\n";
    if (!difference.events.empty()) text += "  what the model did:\n";
    for (const std::string& sentence : difference.events) text += "    " + sentence + "\n";
    return text;
}

std::string recorded_call_text(const Recording& recording, const Operation& operation) {
    const std::string flags = gfp::describe(operation.gfp_flags);
    const std::string order = std::to_string(operation.order);
    const std::string pfn = "pfn " + std::to_string(operation.pfn);
    const std::string argument = std::to_string(operation.argument);
    std::string text;
    switch (operation.kind) {
    case OperationKind::alloc_pages:
        text = operation.node == no_node
                   ? "alloc_pages(" + flags + ", " + order + ")"
                   : "alloc_pages_node(" + std::to_string(operation.node) + ", " + flags + ", " + order + ")";
        break;
    case OperationKind::alloc_pages_exact: text = "alloc_pages_exact(" + argument + ", " + flags + ")"; break;
    case OperationKind::alloc_pages_bulk: text = "alloc_pages_bulk_array(" + flags + ", " + argument + ")"; break;
    case OperationKind::free_pages: text = "__free_pages(" + pfn + ", " + order + ")"; break;
    case OperationKind::free_pages_exact: text = "free_pages_exact(" + pfn + ", " + argument + ")"; break;
    case OperationKind::split_page: text = "split_page(" + pfn + ", " + order + ")"; break;
    case OperationKind::drain_local_pages: text = "drain_local_pages(NULL)"; break;
    case OperationKind::drain_all_pages: text = "drain_all_pages(NULL)"; break;
    case OperationKind::refresh_vm_stats: text = "refresh_cpu_vm_stats(true)"; break;
    default: break;
    }
    if (recording.several_cpus) text += " on CPU " + std::to_string(operation.cpu);
    return text;
}

}  // namespace pageframe
