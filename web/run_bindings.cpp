// What the page may call of the run: text in, steps and states out. The names and shapes are those of
// page/engine.ts.
//
// Whatever the page passes is checked here: a link or a host may say anything.
#include <emscripten/bind.h>

#include <charconv>
#include <memory>
#include <string>
#include <utility>

#include "engine/machine/state.h"
#include "engine/proc/proc.h"
#include "ui/app.h"
#include "web/main_loop.h"
#include "web/main_web.h"
#include "web/values.h"

namespace pageframe::web {
namespace {

val listener = val::undefined();

ui::Playback& playback() {
    if (the_app().playback() == nullptr) the_app().show(Session::from_scenario(""));
    return *the_app().playback();
}
Session& session() { return playback().session(); }
const State& state() { return playback().state(); }

/// A number from the page as one of 32 bits; what is not is "none".
std::uint32_t number_or_none(double number) {
    const bool fits = number >= 0 && number < 4294967295.0;
    return fits ? static_cast<std::uint32_t>(number) : 0xffffffffU;
}

void report_changes() {
    const ui::Changes changes = the_app().take_changes();
    if (listener.isUndefined()) return;
    if (changes.position) listener(std::string("position"));
    if (changes.selection) listener(std::string("selection"));
    if (changes.view) listener(std::string("view"));
}

// -- the run ------------------------------------------------------------------

/// With errors in the text nothing changes: what was shown stays.
val run(const std::string& text) {
    std::unique_ptr<Session> made = Session::from_text(text);
    const Session& run = *made;
    val result = val::object();
    result.set("ok", run.errors().empty());
    result.set("kind", std::string(run.source_kind() == SourceKind::recording ? "recording" : "scenario"));
    result.set("operationCount", run.timeline().operation_count());
    result.set("errors", to_value(run.errors()));
    result.set("warnings", to_value(run.warnings()));
    result.set("stop", run.stop() ? to_value(*run.stop()) : val::null());
    if (run.errors().empty()) the_app().show(std::move(made));
    request_frame();
    return result;
}

unsigned operation_count() { return session().timeline().operation_count(); }

unsigned event_count(double operation) {
    const OperationNumber number = number_or_none(operation);
    if (number >= operation_count()) return 0;
    return static_cast<unsigned>(session().timeline().events_of(number).size());
}

val position() { return to_value(playback().position()); }

void seek(double operation, double event) {
    const OperationNumber number = std::min(number_or_none(operation), operation_count());
    const std::uint32_t event_number = number_or_none(event);
    playback().seek({number, event_number == 0xffffffffU ? 0 : event_number});
    request_frame();
}

val move(const std::string& how) {
    using ui::Move;
    if (how == "first") playback().move(Move::first);
    if (how == "last") playback().move(Move::last);
    if (how == "nextEvent") playback().move(Move::next_event);
    if (how == "previousEvent") playback().move(Move::previous_event);
    if (how == "nextOperation") playback().move(Move::next_operation);
    if (how == "previousOperation") playback().move(Move::previous_operation);
    request_frame();
    return position();
}

val step() { return step_value(playback()); }

val log(double from, double count) {
    constexpr std::uint32_t most_rows = 1000;
    return log_values(session(), number_or_none(from), std::min(number_or_none(count), most_rows));
}

val marks() { return mark_values(session()); }

std::string proc(const std::string& name) {
    if (name == "buddyinfo") return buddyinfo(state());
    if (name == "pagetypeinfo") return pagetypeinfo(state());
    if (name == "zoneinfo") return zoneinfo(state());
    if (name == "slabinfo") return slabinfo(state());
    if (name == "vmallocinfo") return vmallocinfo(state());
    if (name == "unusable_index") return unusable_index(state());
    if (name == "extfrag_index") return extfrag_index(state());
    return "";
}

std::string hash() {
    constexpr char digits[] = "0123456789abcdef";
    const std::uint64_t number = hash_state(state());
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += digits[number >> shift & 15U];
    return text;
}

void on_change(val callback) {
    listener = std::move(callback);
    set_after_frame(&report_changes);
}

// -- what the views show ------------------------------------------------------

void select(double pfn) {
    playback();
    the_app().select(number_or_none(pfn));
    request_frame();
}

void hover(double pfn) {
    playback();
    the_app().hover(number_or_none(pfn));
    request_frame();
}

/// An address as digits of base 16, since a number of the page holds 53 bits only. False: it is none.
bool select_address(const std::string& text) {
    std::uint64_t address = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, address, 16);
    if (text.empty() || error != std::errc() || stop != end) return false;
    playback();
    the_app().select_address(address);
    request_frame();
    return true;
}

std::string subject() { return std::string(ui::subject_name(the_app().subject())); }

/// "": as the run and its author have it.
void set_subject(const std::string& name) {
    the_app().set_subject(ui::subject_named(name));
    request_frame();
}

std::string shown_view() { return std::string(the_app().shown_view()); }

val selection() {
    playback();
    const std::optional<ui::BlockDescription> block = the_app().selection();
    if (!block) return val::null();
    val value = val::object();
    value.set("pfn", block->block.head);
    value.set("order", unsigned{block->block.order});
    value.set("frames", block->frames);
    value.set("zone", ui::zone_name(state().buddy, block->zone));
    value.set("kind", std::string(ui::frame_kind_text(block->kind)));
    value.set("migratetype", std::string(migratetype_name(block->migratetype)));
    value.set("operation", block->operation == no_operation ? -1.0 : static_cast<double>(block->operation));
    value.set("call", block->call);
    value.set("variable", block->variable);
    value.set("text", block->text());
    return value;
}

std::string view_settings() { return the_app().view_settings(); }

bool set_view_settings(const std::string& settings) {
    playback();
    request_frame();
    return the_app().set_view_settings(settings);
}

void zoom(float factor) {
    the_app().zoom_memory(factor);
    request_frame();
}

void pan(float right, float down) {
    the_app().move_memory(right, down);
    request_frame();
}

val zones() { return zone_values(state()); }

/// The next of the machine's zones, after the last the first: for the keyboard.
void next_zone() {
    playback();
    const std::size_t zones = state().buddy.zones.size();
    the_app().set_zone(static_cast<ZoneId>((the_app().zone() + 1U) % zones));
    request_frame();
}

bool set_zone(double id) {
    const bool there = id >= 0 && id < static_cast<double>(state().buddy.zones.size());
    the_app().set_zone(there ? std::optional(static_cast<ZoneId>(id)) : std::nullopt);
    request_frame();
    return there;
}

}  // namespace

EMSCRIPTEN_BINDINGS(pageframe_run) {
    using emscripten::function;
    function("run", &run);
    function("operationCount", &operation_count);
    function("eventCount", &event_count);
    function("position", &position);
    function("seek", &seek);
    function("move", &move);
    function("step", &step);
    function("log", &log);
    function("marks", &marks);
    function("proc", &proc);
    function("hash", &hash);
    function("onChange", &on_change);

    function("select", &select);
    function("hover", &hover);
    function("selectAddress", &select_address);
    function("subject", &subject);
    function("setSubject", &set_subject);
    function("shownView", &shown_view);
    function("selection", &selection);
    function("viewSettings", &view_settings);
    function("setViewSettings", &set_view_settings);
    function("zoom", &zoom);
    function("pan", &pan);
    function("zones", &zones);
    function("setZone", &set_zone);
    function("nextZone", &next_zone);
}

}  // namespace pageframe::web
