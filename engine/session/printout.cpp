#include "engine/session/printout.h"

#include <algorithm>
#include <cstdio>

#include "engine/core/address_text.h"
#include "engine/machine/events.h"
#include "engine/paging/paging_events.h"
#include "engine/proc/print.h"
#include "engine/proc/proc.h"

namespace pageframe {
namespace {

/// The operations up to the timeline's position, each with what `detail` says of it.
template <class Detail>
void for_each_operation(Session& session, const TextSink& sink, Detail detail) {
    const Position end = session.timeline().position();
    const OperationNumber count = end.operation + (end.event != 0 ? 1 : 0);
    for (OperationNumber number = 0; number < count; ++number) {
        sink(std::to_string(number + 1) + ' ' + session.call_text(number) + '\n' + detail(number));
    }
}

void print_operations(Session& session, const TextSink& sink) {
    for_each_operation(session, sink, [&](OperationNumber number) {
        const Operation& operation = session.timeline().operation(number);
        const bool said = operation.kind <= OperationKind::predict;  // by the call itself
        return said ? std::string() : "    " + session.summary_of(number).plain() + '\n';
    });
}

/// show_phy_pages() is a table, as modules print it.
constexpr const char* page_table_head = "      page  virtual address   physical address       PFN  contiguous\n";
std::string page_table_row(std::span<const EventRecord> events, std::size_t index) {
    const auto page = [&](std::size_t at) {
        return at < events.size() ? event_if<ShowPage, Subsystem::paging, PagingEvents>(events[at]) : std::nullopt;
    };
    const auto row = page(index);
    if (!row) return {};
    const auto before = page(index - 1);
    std::string text;
    print(text, "%5u  %016llx  ", row->row, static_cast<unsigned long long>(row->address));
    if (row->mapped())
        print(text, "%16s  %8u", hex_number(row->physical).c_str(), row->pfn());
    else
        print(text, "%16s  %8s", "not mapped", "-");
    return text + "  " + contiguity_text(*row, before ? &*before : nullptr) + '\n';
}

/// Events are numbered as positions are: 3.2 is the second of operation 3.
void print_events(Session& session, const TextSink& sink) {
    const Position end = session.timeline().position();
    for_each_operation(session, sink, [&](OperationNumber number) {
        std::string text;
        const auto events = session.timeline().events_of(number);
        State state = session.timeline().state_before(number);
        std::size_t count = events.size();
        if (number == end.operation) count = std::min<std::size_t>(end.event, count);
        for (std::size_t i = 0; i < count; ++i) {
            const std::string_view function = event_function(events[i], state);
            const std::string row = page_table_row(events, i);
            if (!row.empty() && i == 0) text += page_table_head;
            text += "  " + std::to_string(number + 1) + '.' + std::to_string(i + 1) + ' ';
            if (!row.empty()) {
                text += row;
                continue;
            }
            text += std::string(event_name(events[i])) + ": " + event_sentence(events[i], state).plain();
            text += function.empty() ? "\n" : " [" + std::string(function) + "]\n";
            apply_event(events[i], state);
        }
        return text;
    });
}

void print_hash(Session& session, const TextSink& sink) {
    char digits[24];
    std::snprintf(digits, sizeof digits, "%016llx\n",
                  static_cast<unsigned long long>(hash_state(session.timeline().state())));
    sink(digits);
}

template <std::string (*text)(const State&)>
void print_state(Session& session, const TextSink& sink) {
    sink(text(session.timeline().state()));
}

constexpr Printout all_printouts[] = {
    {"buddyinfo", print_state<buddyinfo>},
    {"vmallocinfo", print_state<vmallocinfo>},
    {"pagetypeinfo", print_state<pagetypeinfo>},
    {"zoneinfo", print_state<zoneinfo>},
    {"slabinfo", print_state<slabinfo>},
    {"unusable_index", print_state<unusable_index>},
    {"extfrag_index", print_state<extfrag_index>},
    {"operations", print_operations},
    {"events", print_events},
    {"hash", print_hash},
};

}  // namespace

std::span<const Printout> printouts() { return all_printouts; }

const Printout* find_printout(std::string_view name) {
    const auto* found = std::find_if(std::begin(all_printouts), std::end(all_printouts),
                                     [name](const Printout& printout) { return printout.name == name; });
    return found == std::end(all_printouts) ? nullptr : found;
}

}  // namespace pageframe
