// What the page may do with a trace of references: begin, feed its bytes piece by piece, read what it came
// to. One trace at a time; the run that is shown has nothing to do with it.
#include <emscripten/bind.h>

#include <memory>
#include <string>

#include "engine/core/address_text.h"
#include "engine/tlb/tlb.h"
#include "engine/tlb/trace_replay.h"
#include "web/values.h"

namespace pageframe::web {
namespace {

std::unique_ptr<TraceReplay> replay;

std::string geometry_text(const TlbGeometry& geometry) {
    return std::to_string(geometry.entries) + ',' + std::to_string(geometry.ways);
}

/// Why there can be no such TLBs; "": reading can begin.
std::string trace_begin(const std::string& instructions, const std::string& data, const std::string& second,
                        const std::string& replacement) {
    TraceSettings settings;
    if (!parse_replacement(replacement, settings.replacement)) return "There is no such replacement.";
    const bool known[] = {parse_geometry(instructions, settings.instructions), parse_geometry(data, settings.data),
                          parse_second_level(second, settings)};
    const auto problems = shape_problems(settings);
    constexpr const char* names[] = {"Instructions: ", "Data: ", "Second level: "};
    for (unsigned i = 0; i < 3; ++i) {
        if (!known[i]) return std::string(names[i]) + "entries and ways, as in 64,4.";
        if (!problems[i].empty()) return names[i] + problems[i] + '.';
    }
    replay = std::make_unique<TraceReplay>(settings);
    return "";
}

bool trace_feed(const std::string& bytes) { return replay && replay->feed(std::string_view(bytes)); }
bool trace_finish() { return replay && replay->finish(); }
std::string trace_error() { return replay ? replay->error() : "no trace is being read"; }
void trace_end() { replay.reset(); }

val row(std::uint64_t references, std::uint64_t first_level, std::uint64_t second_level) {
    val value = val::object();
    value.set("references", static_cast<double>(references));
    value.set("firstLevelMisses", static_cast<double>(first_level));
    value.set("secondLevelMisses", static_cast<double>(second_level));
    return value;
}

val trace_result() {
    val value = val::object();
    if (!replay) return value;
    const TraceCounts& counts = replay->counts();
    value.set("instructions", row(counts.instructions, counts.instruction_misses, counts.shared_instruction_misses));
    value.set("data", row(counts.data, counts.data_misses, counts.shared_data_misses));
    value.set("walks", static_cast<double>(counts.walks));
    const TraceProfile& profile = replay->profile();
    val buckets = val::array();
    for (const TraceProfile::Bucket& bucket : profile.buckets())
        buckets.call<void>("push", row(bucket.references, bucket.first_level_misses, bucket.second_level_misses));
    value.set("overTime", buckets);
    val regions = val::array();
    for (const TraceProfile::Region& region : profile.regions()) {
        val entry = row(region.references, region.first_level_misses, region.second_level_misses);
        entry.set("start", hex_address(region.start));
        regions.call<void>("push", entry);
    }
    value.set("overAddress", regions);
    value.set("referencesPerBucket", static_cast<double>(profile.references_per_bucket()));
    value.set("regionBytes", static_cast<double>(profile.region_bytes()));
    return value;
}

/// The processors of the machine block, as far as a trace knows them: 4 KiB pages. The second level is one, or
/// one for instructions and one for data, in this order.
val trace_presets() {
    val presets = val::array();
    for (const TlbPreset& preset : tlb_presets()) {
        std::string fetch, data, shared;
        for (unsigned i = 0; i < preset.configuration.count; ++i) {
            const TlbStructure& structure = preset.configuration.structures[i];
            if (!structure.takes(0)) continue;
            if (structure.cache_level == 2)
                shared += (shared.empty() ? "" : "/") + geometry_text(structure.geometry);
            else if (structure.cache_level == 1)
                (structure.use == TlbUse::fetch ? fetch : data) = geometry_text(structure.geometry);
        }
        if (fetch.empty() || data.empty()) continue;
        val value = val::object();
        value.set("name", std::string(preset.name));
        value.set("source", std::string(preset.source));
        value.set("instructions", fetch);
        value.set("data", data);
        value.set("shared", shared);
        presets.call<void>("push", value);
    }
    return presets;
}

}  // namespace

EMSCRIPTEN_BINDINGS(pageframe_trace) {
    using emscripten::function;
    function("traceBegin", &trace_begin);
    function("traceFeed", &trace_feed);
    function("traceFinish", &trace_finish);
    function("traceError", &trace_error);
    function("traceEnd", &trace_end);
    function("traceResult", &trace_result);
    function("tracePresets", &trace_presets);
}

}  // namespace pageframe::web
