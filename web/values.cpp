#include "web/values.h"

#include <algorithm>
#include <string>

#include "engine/machine/events.h"
#include "ui/description.h"
#include "ui/format.h"

namespace pageframe::web {
namespace {

const char* status_name(OperationStatus status) {
    switch (status) {
    case OperationStatus::done: return "done";
    case OperationStatus::failed: return "failed";
    case OperationStatus::mistake: return "mistake";
    }
    return "";
}

const char* kind_name(OperationKind kind) {
    switch (kind) {
    case OperationKind::note: return "note";
    case OperationKind::heading: return "heading";
    case OperationKind::show: return "show";
    case OperationKind::predict: return "predict";
    case OperationKind::assertion: return "assertion";
    case OperationKind::alloc_pages:
    case OperationKind::alloc_pages_exact:
    case OperationKind::alloc_pages_bulk: return "alloc";
    case OperationKind::free_pages:
    case OperationKind::free_pages_exact: return "free";
    default: return "other";
    }
}

const char* mark_name(Landscape::MarkKind kind) {
    switch (kind) {
    case Landscape::MarkKind::note: return "note";
    case Landscape::MarkKind::heading: return "heading";
    case Landscape::MarkKind::prediction: return "prediction";
    case Landscape::MarkKind::failure: return "failure";
    case Landscape::MarkKind::mistake: return "mistake";
    }
    return "";
}

bool is_remark(OperationKind kind) { return kind == OperationKind::note || kind == OperationKind::heading; }

/// What the call gave its caller.
std::string result_text(const Operation& operation, const OperationResult& result) {
    switch (operation.kind) {
    case OperationKind::alloc_pages:
    case OperationKind::alloc_pages_exact:
        return result.value == no_pfn ? "NULL" : "pfn " + std::to_string(result.value);
    case OperationKind::alloc_pages_bulk: return std::to_string(result.value) + " pages";
    default: return "";
    }
}

/// The machine before its first operation, in a sentence.
Sentence start_sentence(const State& state) {
    std::int64_t free = 0;
    for (ZoneId zone = 0; zone < state.buddy.zones.size(); ++zone) free += state.buddy.exact_free_pages(zone);
    Sentence sentence("The machine as it started: ");
    sentence << ui::count_text(static_cast<std::uint64_t>(free)) << " pages are free.";
    return sentence;
}

val event_value(const EventRecord& record, const State& before) {
    val value = val::object();
    value.set("name", std::string(event_name(record)));
    value.set("function", std::string(event_function(record, before)));
    value.set("sentence", to_value(event_sentence(record, before)));
    return value;
}

/// The events with their sentences, each told by the state it found.
val event_values(const ui::Playback& playback) {
    // An operation of very many events is told by its first ones: nobody reads more, and each costs.
    constexpr std::size_t most_told = 2000;
    val values = val::array();
    State state = playback.state_before_operation();
    const auto events = playback.events();
    for (std::size_t index = 0; index < std::min(events.size(), most_told); ++index) {
        values.call<void>("push", event_value(events[index], state));
        apply_event(events[index], state);
    }
    return values;
}

void set_present(val& step, ui::Playback& playback) {
    const OperationNumber number = playback.operation();
    const std::uint32_t event = playback.position().event;
    const Operation& operation = playback.session().timeline().operation(number);
    if (event > 0) {
        const EventRecord& record = playback.events()[event - 1];
        const State& before = playback.state_before();
        step.set("function", std::string(event_function(record, before)));
        step.set("sentence", to_value(event_sentence(record, before)));
    } else {
        step.set("function", std::string());
        step.set("sentence", to_value(playback.session().summary_of(number)));
    }
    step.set("line", operation.line);
    step.set("call", playback.session().call_text(number));
    step.set("kind", std::string(kind_name(operation.kind)));
    step.set("result", result_text(operation, playback.result()));
    step.set("status", std::string(status_name(playback.result().status)));
    const bool question = operation.kind == OperationKind::predict;
    step.set("answer", question ? std::to_string(static_cast<std::int64_t>(operation.argument)) : std::string());
    step.set("note", is_remark(operation.kind) ? playback.session().text_of(operation) : std::string());
}

void set_start(val& step, const ui::Playback& playback) {
    step.set("function", std::string());
    step.set("sentence", to_value(start_sentence(playback.state())));
    step.set("line", 0);
    step.set("call", std::string());
    step.set("kind", std::string("start"));
    step.set("result", std::string());
    step.set("status", std::string("done"));
    step.set("answer", std::string());
    step.set("note", std::string());
}

}  // namespace

const char* role_name(Role role) {
    switch (role) {
    case Role::plain: return "plain";
    case Role::taken: return "taken";
    case Role::changed: return "changed";
    case Role::strong: return "strong";
    case Role::mistake: return "mistake";
    }
    return "";
}

val to_value(const Diagnostic& diagnostic) {
    val value = val::object();
    value.set("line", diagnostic.line);
    value.set("column", diagnostic.column);
    value.set("length", diagnostic.length);
    value.set("message", diagnostic.message);
    value.set("suggestion", diagnostic.suggestion);
    return value;
}

val to_value(const std::vector<Diagnostic>& diagnostics) {
    val values = val::array();
    for (const Diagnostic& diagnostic : diagnostics) values.call<void>("push", to_value(diagnostic));
    return values;
}

val to_value(const Sentence& sentence) {
    val parts = val::array();
    for (const Sentence::Part& part : sentence.parts()) {
        val value = val::object();
        value.set("text", part.text);
        value.set("role", std::string(role_name(part.role)));
        value.set("pfn", part.frames.pfn);
        value.set("frames", part.frames.frames);
        parts.call<void>("push", value);
    }
    return parts;
}

val to_value(Position position) {
    val value = val::object();
    value.set("operation", position.operation);
    value.set("event", position.event);
    return value;
}

val step_value(ui::Playback& playback) {
    val step = val::object();
    const OperationNumber number = playback.operation();
    step.set("operation", number == no_operation ? -1.0 : static_cast<double>(number));
    step.set("event", playback.event());
    step.set("eventCount", playback.event_count());
    step.set("operationCount", playback.session().timeline().operation_count());
    if (number == no_operation)
        set_start(step, playback);
    else
        set_present(step, playback);
    step.set("events", event_values(playback));
    return step;
}

val log_values(Session& session, OperationNumber from, OperationNumber count) {
    val rows = val::array();
    const OperationNumber all = session.timeline().operation_count();
    const OperationNumber end = from < all ? from + std::min(count, all - from) : from;
    for (OperationNumber number = from; number < end; ++number) {
        const Operation operation = session.timeline().operation(number);
        val row = val::object();
        row.set("operation", number);
        row.set("line", operation.line);
        row.set("kind", std::string(kind_name(operation.kind)));
        row.set("call", session.call_text(number));
        row.set("summary", session.summary_of(number).plain());
        const OperationResult result = session.timeline().result_of(number);
        row.set("status", std::string(status_name(result.status)));
        row.set("result", result_text(operation, result));
        rows.call<void>("push", row);
    }
    return rows;
}

val mark_values(const Session& session) {
    val values = val::array();
    for (const Landscape::Mark& mark : session.timeline().landscape().marks()) {
        const Operation& operation = session.timeline().operation(mark.operation);
        const bool has_text = operation.kind <= OperationKind::assertion;
        val value = val::object();
        value.set("operation", mark.operation);
        value.set("kind", std::string(mark_name(mark.kind)));
        value.set("text", has_text ? session.text_of(operation) : session.call_text(mark.operation));
        values.call<void>("push", value);
    }
    return values;
}

val zone_values(const State& state) {
    val values = val::array();
    const BuddyState& buddy = state.buddy;
    for (ZoneId id = 0; id < buddy.zones.size(); ++id) {
        const Zone& zone = buddy.zones[id];
        val value = val::object();
        value.set("id", unsigned{id});
        value.set("node", unsigned{zone.node});
        value.set("name", ui::zone_name(buddy, id));
        value.set("start", zone.start);
        value.set("frames", zone.present);
        value.set("free", static_cast<double>(buddy.exact_free_pages(id)));
        values.call<void>("push", value);
    }
    return values;
}

}  // namespace pageframe::web
