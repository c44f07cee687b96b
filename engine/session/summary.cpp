// One sentence for one operation: what a reader wants to know before looking at its events.
#include <algorithm>
#include <bit>

#include "engine/machine/events.h"
#include "engine/machine/virtual_memory.h"
#include "engine/session/session.h"
#include "engine/session/summary_memory.h"
#include "engine/session/summary_slab.h"

namespace pageframe {
namespace {

std::string size_text(std::uint64_t frames) {
    const std::uint64_t kib = (frames << page_shift) >> 10;
    return kib % 1024 != 0 ? std::to_string(kib) + " KiB" : std::to_string(kib >> 10) + " MiB";
}

std::string count_text(std::uint64_t count, const char* singular, const char* plural) {
    return std::to_string(count) + ' ' + (count == 1 ? singular : plural);
}

class Summary {
public:
    Summary(const Operation& operation, const OperationResult& result, std::span<const EventRecord> events,
            const State& before)
        : operation_(operation), result_(result), events_(events), before_(before) {}

    Sentence of_allocation() const {
        if (result_.status == OperationStatus::failed) {
            Sentence sentence("No block of order " + std::to_string(operation_.order) + " could be had: ");
            return sentence.in_role(Role::strong, "NULL") << '.';
        }
        Sentence sentence;
        sentence.block(Role::taken, pfn(), operation_.order)
            << ": order " << operation_.order << ", " << size_text(frames_in(operation_.order)) << " of zone "
            << zone_name() << origin() << '.';
        return sentence;
    }

    Sentence of_exact_allocation() const {
        const std::uint64_t frames = (operation_.argument + page_size - 1) / page_size;
        Sentence sentence;
        if (result_.status == OperationStatus::failed)
            return sentence << count_text(frames, "page", "pages") << " in one piece could not be had: NULL.";
        sentence.block(Role::taken, pfn(), 0)
            << ": " << count_text(frames, "page", "pages") << " of zone " << zone_name() << origin();
        const std::uint64_t surplus = std::bit_ceil(frames) - frames;
        if (surplus != 0) sentence << "; the other " << surplus << " of the block went back at once";
        return sentence << '.';
    }

    Sentence of_bulk_allocation() const {
        return Sentence() << result_.value << " of " << count_text(operation_.argument, "page", "pages") << " at once.";
    }

    Sentence of_free(std::uint64_t frames) const {
        Sentence sentence;
        sentence.block(Role::changed, operation_.pfn, operation_.order) << ": " << size_text(frames) << " given back";
        const std::size_t merges = count("MergeBuddy");
        if (count("PerCpuAdd") != 0)
            sentence << ", kept on CPU " << unsigned{operation_.cpu} << "'s own list";
        else if (merges != 0)
            sentence << ", merged with " << count_text(merges, "free buddy", "free buddies")
                     << (merges == 1 ? "" : " one after the other");
        else
            sentence << "; its buddy is not free, so nothing merges";
        return sentence << '.';
    }

    Sentence of_drain() const {
        const std::size_t blocks = count("PerCpuRemove");
        return Sentence() << count_text(blocks, "block", "blocks") << " went from the per-CPU lists to the free lists.";
    }

    /// The first mistake, as its event tells it.
    Sentence of_mistake() const {
        State state = before_;
        for (const EventRecord& event : events_) {
            const std::string_view name = event_name(event);
            if (name == "PageMistake" || name == "SlabMistake" || name == "ObjectAccess")
                return event_sentence(event, state);
            apply_event(event, state);
        }
        return Sentence("A mistake of the caller.");
    }

private:
    Pfn pfn() const { return static_cast<Pfn>(result_.value); }

    std::size_t count(std::string_view name) const {
        return static_cast<std::size_t>(std::count_if(
            events_.begin(), events_.end(), [name](const EventRecord& event) { return event_name(event) == name; }));
    }

    std::string zone_name() const {
        const Zone& zone = before_.buddy.zones[before_.buddy.zone_of(pfn())];
        return zone_kind_name(zone.kind) +
               (before_.buddy.node_count > 1 ? " of node " + std::to_string(zone.node) : std::string());
    }

    /// Where the block was before: ", split off a block of order 10".
    std::string origin() const {
        std::string text;
        const std::size_t splits = count("SplitBlock");
        if (count("PerCpuRefill") != 0)
            text = ", after CPU " + std::to_string(operation_.cpu) + "'s list was refilled";
        else if (count("PerCpuRemove") != 0 && count("SplitBlock") == 0)
            text = ", from CPU " + std::to_string(operation_.cpu) + "'s own list";
        else if (splits != 0)
            text = ", after " + count_text(splits, "split", "splits") + " of a larger block";
        if (count("StealFallback") != 0) text += ", out of another type's memory";
        return text;
    }

    const Operation& operation_;
    const OperationResult& result_;
    std::span<const EventRecord> events_;
    const State& before_;
};

Sentence of_assertion(const Operation& operation, const std::string& expression) {
    Sentence sentence;
    if (operation.argument != 0) return sentence << "As expected: " << expression << '.';
    return sentence.in_role(Role::mistake, "Not as expected: ") << expression << '.';
}

}  // namespace

Sentence Session::summary_of(OperationNumber number) {
    if (number >= timeline_->operation_count()) return {};
    const Operation& operation = timeline_->operation(number);
    switch (operation.kind) {
    case OperationKind::note:
    case OperationKind::heading:
    case OperationKind::predict: return Sentence(text_of(operation));
    case OperationKind::show: return Sentence("Look at: " + text_of(operation));
    case OperationKind::assertion: return of_assertion(operation, text_of(operation));
    default: break;
    }
    const OperationResult result = timeline_->result_of(number);
    if (is_virtual_memory(operation.kind))
        return memory_summary(operation, result, timeline_->events_of(number), timeline_->state_before(number));
    const Summary summary(operation, result, timeline_->events_of(number), timeline_->state_before(number));
    if (result.status == OperationStatus::mistake) return summary.of_mistake();
    switch (operation.kind) {
    case OperationKind::alloc_pages: return summary.of_allocation();
    case OperationKind::alloc_pages_exact: return summary.of_exact_allocation();
    case OperationKind::alloc_pages_bulk: return summary.of_bulk_allocation();
    case OperationKind::free_pages: return summary.of_free(frames_in(operation.order));
    case OperationKind::free_pages_exact: return summary.of_free((operation.argument + page_size - 1) / page_size);
    case OperationKind::split_page:
        return Sentence() << count_text(frames_in(operation.order), "page", "pages") << " that are freed one by one.";
    case OperationKind::drain_local_pages:
    case OperationKind::drain_all_pages: return summary.of_drain();
    case OperationKind::refresh_vm_stats:
        return Sentence("The CPU's counters are folded into the zones'; remote pages that nobody used age.");
    default: return slab_summary(operation, result, timeline_->events_of(number), timeline_->state_before(number));
    }
}

}  // namespace pageframe
