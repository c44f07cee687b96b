// Runs a recording of vmalloc and compares.
//
// When the worker that purges gets its turn is the scheduler's choice, which a recording shows by its count of
// lazily freed pages: the model lets it run as soon as the caller can be interrupted, as the kernel nearly always
// does, and where the recording still has pages that the model has purged, the worker waits for this operation.
#include <algorithm>
#include <utility>

#include "engine/core/address_text.h"
#include "engine/machine/events.h"
#include "engine/machine/machine.h"
#include "engine/replay/vmalloc_recording.h"
#include "engine/vmalloc/vmalloc_check.h"

namespace pageframe {

namespace {

using Area = RecordedAreas::Area;

std::string area_text(const Area& area) { return hex_address(area.start) + "-" + hex_address(area.end); }

std::vector<Area> areas_of(const VmallocState& state, AreaTree tree) {
    std::vector<Area> areas;
    for (AreaIndex at = first_area(state, tree); at != no_vmap_area; at = next_area(state, at))
        areas.push_back({state.areas[at].start, state.areas[at].end});
    return areas;
}

class VmallocReplay {
public:
    VmallocReplay(const VmallocRecording& recording, State state, ReplayOptions options)
        : recording_(recording), state_(std::move(state)), options_(options) {}

    ReplayReport run() {
        for (std::size_t step = 0; step <= recording_.steps.size(); ++step) {
            for (const RecordedAreas& dump : recording_.dumps)
                if (dump.after_steps == step) compare_areas(dump);
            if (step < recording_.steps.size()) run_step(recording_.steps[step], step);
        }
        return std::move(report_);
    }

private:
    void run_step(const VmallocStep& step, std::size_t number) {
        if (!step.not_modelled.empty()) {
            if (std::find(report_.not_modelled.begin(), report_.not_modelled.end(), step.not_modelled) ==
                report_.not_modelled.end())
                report_.not_modelled.push_back(step.not_modelled);
            return;
        }
        const bool record = !report_.difference;
        State before;
        if (record) before = state_;
        OperationResult result = run_operations(step);
        if (record && step.lazy_pages && *step.lazy_pages > state_.vmalloc.lazy_pages) {
            State prompt = std::exchange(state_, before);
            state_.vmalloc.worker_waits = true;
            const OperationResult later = run_operations(step);
            state_.vmalloc.worker_waits = false;
            if (*step.lazy_pages == state_.vmalloc.lazy_pages)
                result = later;
            else
                state_ = std::move(prompt);
        }
        ++report_.results_total;
        std::string what, kernel, model;
        if (result.status == OperationStatus::mistake) {
            what = "the call", kernel = "accepted", model = "a mistake of the caller";
        } else if (step.gives_address && result.value != step.address) {
            what = "address", kernel = hex_address(step.address), model = hex_address(result.value);
        } else if (step.lazy_pages && *step.lazy_pages != state_.vmalloc.lazy_pages) {
            what = "pages freed lazily", kernel = std::to_string(*step.lazy_pages);
            model = std::to_string(state_.vmalloc.lazy_pages);
        } else {
            ++report_.results_equal;
        }
        if (options_.check_every != 0 && number % options_.check_every == 0 && what.empty()) {
            const std::string broken = check_vmalloc(state_.vmalloc);
            if (!broken.empty()) what = "invariant", kernel = "holds", model = broken;
        }
        if (what.empty() || report_.difference) return;
        report_.difference = Difference{step.line, step.text, what, kernel, model, events_of(step, std::move(before))};
    }

    OperationResult run_operations(const VmallocStep& step) {
        OperationResult result;
        for (std::size_t i = 0; i < step.count; ++i) {
            const std::size_t at = step.first + i;
            result = execute(state_, recording_.operations[at], static_cast<OperationNumber>(at), nullptr, output_);
        }
        return result;
    }

    std::vector<std::string> events_of(const VmallocStep& step, State state) {
        std::vector<std::string> sentences;
        for (std::size_t i = 0; i < step.count; ++i) {
            const std::size_t at = step.first + i;
            State shown = state;
            Recorder recorder;
            execute(state, recording_.operations[at], static_cast<OperationNumber>(at), &recorder, output_);
            for (const EventRecord& event : recorder.events()) {
                if (event.subsystem == Subsystem::vmalloc) sentences.push_back(event_sentence(event, shown).plain());
                apply_event(event, shown);
            }
        }
        return sentences;
    }

    void compare_areas(const RecordedAreas& dump) {
        ++report_.dumps_total;
        const std::vector<Area> own = areas_of(state_.vmalloc, dump.busy ? AreaTree::busy : AreaTree::free);
        const auto [recorded, model] = std::mismatch(dump.areas.begin(), dump.areas.end(), own.begin(), own.end());
        std::string what, kernel_text, model_text;
        if (recorded != dump.areas.end() || model != own.end()) {
            what = "area " + std::to_string(recorded - dump.areas.begin());
            kernel_text = recorded == dump.areas.end() ? "none" : area_text(*recorded);
            model_text = model == own.end() ? "none" : area_text(*model);
        } else if (dump.lazy_pages && *dump.lazy_pages != state_.vmalloc.lazy_pages) {
            what = "pages freed lazily", kernel_text = std::to_string(*dump.lazy_pages);
            model_text = std::to_string(state_.vmalloc.lazy_pages);
        } else {
            ++report_.dumps_equal;
            return;
        }
        if (report_.difference) return;
        const std::string where = std::string(dump.busy ? "busy" : "free") + " areas \"" + dump.tag + "\"";
        report_.difference = Difference{dump.line, where, what, kernel_text, model_text, {}};
    }

    const VmallocRecording& recording_;
    State state_;
    ReplayOptions options_;
    ReplayReport report_;
    OperationOutput output_;
};

}  // namespace

std::optional<ReplayReport> replay_vmalloc(std::string_view text, RecordingError& error, ReplayOptions options) {
    const auto recording = parse_vmalloc_recording(text, error);
    if (!recording) return std::nullopt;
    auto state = vmalloc_initial_state(*recording, std::make_shared<ChunkPool>(), error);
    if (!state) return std::nullopt;
    return VmallocReplay(*recording, *std::move(state), options).run();
}

}  // namespace pageframe
