#include "ui/playback.h"

#include <algorithm>

#include "engine/machine/events.h"

namespace pageframe::ui {
namespace {

/// An operation with more events than this is shown by its last ones.
constexpr std::size_t most_events_highlighted = 4096;
constexpr std::size_t most_spans = 1024;
/// So many remarks in a row still speak about the operation before them.
constexpr OperationNumber most_remarks = 8;

bool is_remark(OperationKind kind) { return kind <= OperationKind::assertion; }

/// Lays a span over the others: each frame keeps the role it was given last.
void lay_over(HighlightList& list, const Highlight& upper) {
    if (upper.frames.frames == 0 || upper.role == Role::plain) return;
    const Pfn from = upper.frames.pfn;
    const Pfn to = from + upper.frames.frames;
    HighlightList result;
    result.reserve(list.size() + 2);
    for (const Highlight& lower : list) {
        const Pfn lower_from = lower.frames.pfn;
        const Pfn lower_to = lower_from + lower.frames.frames;
        if (lower_to <= from || to <= lower_from) {
            result.push_back(lower);
            continue;
        }
        if (lower_from < from) result.push_back({{lower_from, from - lower_from}, lower.role});
        if (to < lower_to) result.push_back({{to, lower_to - to}, lower.role});
    }
    result.push_back(upper);
    list.swap(result);
}

}  // namespace

Playback::Playback(std::unique_ptr<Session> session) : session_(std::move(session)) { look_closely(); }

void Playback::seek(Position wanted) {
    Timeline& timeline = session_->timeline();
    if (wanted.event > 0 && wanted.operation < timeline.operation_count()) {
        if (wanted.event >= timeline.events_of(wanted.operation).size()) wanted = {wanted.operation + 1, 0};
    }
    timeline.seek(wanted);
    look_closely();
}

void Playback::move(Move how) {
    Timeline& timeline = session_->timeline();
    const OperationNumber count = timeline.operation_count();
    Position at = position();
    switch (how) {
    case Move::first: at = {}; break;
    case Move::last: at = {count, 0}; break;
    case Move::next_operation: at = {at.operation + 1, 0}; break;
    case Move::previous_operation:
        if (at.event > 0)
            at.event = 0;
        else if (at.operation > 0)
            --at.operation;
        break;
    case Move::next_event: ++at.event; break;
    case Move::previous_event:
        if (at.event > 0) {
            --at.event;
        } else if (at.operation > 0) {
            --at.operation;
            const std::size_t events = timeline.events_of(at.operation).size();
            at.event = events > 1 ? static_cast<std::uint32_t>(events - 1) : 0;
        }
        break;
    }
    if (at.operation > count || (at.operation == count && at.event > 0)) at = {count, 0};
    seek(at);
}

OperationNumber Playback::operation() const {
    const Position at = position();
    if (at.event > 0) return at.operation;
    return at.operation == 0 ? no_operation : at.operation - 1;
}

std::uint32_t Playback::event() const {
    const std::uint32_t event = position().event;
    return event > 0 ? event : event_count();
}

void Playback::look_closely() {
    ++revision_;
    const OperationNumber operation_now = operation();
    if (operation_now != seen_ || revision_ == 1) read_operation(operation_now);
    find_state_before();
    find_highlight();
}

void Playback::read_operation(OperationNumber number) {
    Timeline& timeline = session_->timeline();
    seen_ = spoken_of_ = number;
    events_.clear();
    earlier_events_.clear();
    result_ = {};
    if (number == no_operation) {
        before_operation_ = timeline.state();
        return;
    }
    const std::span<const EventRecord> events = timeline.events_of(number);
    events_.assign(events.begin(), events.end());
    result_ = timeline.result_of(number);
    before_operation_ = timeline.state_before(number);
    OperationNumber earlier = number;
    while (is_remark(timeline.operation(earlier).kind) && earlier > 0 && number - earlier < most_remarks) --earlier;
    if (earlier == number || is_remark(timeline.operation(earlier).kind)) return;
    const std::span<const EventRecord> spoken_of = timeline.events_of(earlier);
    earlier_events_.assign(spoken_of.begin(), spoken_of.end());
    spoken_of_ = earlier;
    before_operation_ = timeline.state_before(earlier);
}

std::span<const EventRecord> Playback::lit_events() const {
    return events_.empty() ? std::span<const EventRecord>(earlier_events_) : std::span<const EventRecord>(events_);
}

std::span<const EventRecord> Playback::step_events() const {
    const std::uint32_t event_now = position().event;
    const std::span<const EventRecord> events = lit_events();
    return event_now > 0 && event_now <= events.size() ? events.subspan(event_now - 1, 1) : events;
}

std::span<const EventRecord> Playback::events_spoken_of() const {
    const std::span<const EventRecord> events = lit_events();
    const std::uint32_t event_now = position().event;
    return event_now > 0 ? events.first(std::min<std::size_t>(event_now, events.size())) : events;
}

void Playback::find_state_before() {
    before_ = before_operation_;
    const std::uint32_t event_now = position().event;
    for (std::uint32_t event = 0; event + 1 < event_now && event < events_.size(); ++event)
        apply_event(events_[event], before_);
}

void Playback::find_highlight() {
    highlight_.clear();
    HighlightList found;
    const std::span<const EventRecord> events = lit_events();
    const std::uint32_t event_now = position().event;
    if (event_now > 0) {
        event_highlight(events[event_now - 1], found);
    } else {
        const std::size_t most = std::min(events.size(), most_events_highlighted);
        for (const EventRecord& event : events.last(most)) event_highlight(event, found);
    }
    for (const Highlight& span : found) {
        if (highlight_.size() >= most_spans) highlight_.erase(highlight_.begin());
        lay_over(highlight_, span);
    }
}

}  // namespace pageframe::ui
