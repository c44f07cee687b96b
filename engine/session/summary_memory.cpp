#include "engine/session/summary_memory.h"

#include <algorithm>

#include "engine/core/address_text.h"
#include "engine/machine/events.h"
#include "engine/paging/paging_events.h"
#include "engine/vmalloc/vmalloc_events.h"

namespace pageframe {
namespace {

class MemorySummary {
public:
    MemorySummary(const Operation& operation, const OperationResult& result, std::span<const EventRecord> events,
                  const State& before)
        : operation_(operation), result_(result), events_(events), before_(before) {}

    /// The last event of this name as its own sentence.
    Sentence told(std::string_view name) const {
        State state = before_;
        Sentence sentence;
        for (const EventRecord& event : events_) {
            if (event_name(event) == name) sentence = event_sentence(event, state);
            apply_event(event, state);
        }
        return sentence;
    }

    Sentence of_mistake() const {
        for (const char* name : {"PageFault", "VmallocMistake", "PageMistake", "ObjectAccess", "PageAccess"})
            if (count(name) != 0) return told(name);
        if (operation_.kind == OperationKind::mm_drop)
            return Sentence("There is no such address space any more: it has been dropped before. Its count of users "
                            "would fall below 0, and the kernel would work on memory that it has freed.");
        return Sentence("This can't be done with these addresses.");
    }

    Sentence of_area() const {
        if (result_.status == OperationStatus::failed) return told("VmallocFailed");
        const MappedPages own = mapped_pages();
        const std::uint64_t tables = count("TakeTable") + count("MakeSpace");
        Sentence sentence;
        sentence.in_role(Role::strong, hex_address(result_.value));
        sentence << ": ";
        if (own.huge != 0) sentence << own.huge << (own.huge == 1 ? " page of 2 MiB" : " pages of 2 MiB");
        if (own.huge != 0 && own.small != 0) sentence << " and ";
        if (own.huge == 0 || own.small != 0) sentence << pages(own.small);
        sentence << " mapped";
        if (own.for_array != 0) sentence << ", " << own.for_array << " more for the array of its page pointers";
        if (tables != 0) sentence << ", " << tables << (tables == 1 ? " new page table" : " new page tables");
        return sentence << ", and a guard page behind them.";
    }

    struct MappedPages {
        std::uint64_t small = 0, huge = 0;
        std::uint64_t for_array = 0;  ///< pages of another area: the array of this one's page pointers
    };
    MappedPages mapped_pages() const {
        const std::uint64_t start = result_.value;
        std::uint64_t end = 0;
        for (const EventRecord& record : events_)
            if (const auto area = event_if<AddBusyArea, Subsystem::vmalloc, VmallocEvents>(record))
                if (area->start == start) end = area->end;
        MappedPages mapped;
        for (const EventRecord& record : events_) {
            const auto entry = event_if<SetEntry, Subsystem::paging, PagingEvents>(record);
            if (!entry || entry->why != SetEntry::Why::page) continue;
            const bool own = entry->address >= start && entry->address < end;
            ++(!own ? mapped.for_array : entry->level > 0 ? mapped.huge : mapped.small);
        }
        return mapped;
    }

    Sentence of_release() const {
        const std::uint64_t purged = count("PurgeArea");
        Sentence sentence;
        const std::uint64_t entries = count("ClearEntry");
        sentence << entries << (entries == 1 ? " entry" : " entries")
                 << " emptied; the addresses wait for a flush of the TLBs";
        if (purged != 0) return sentence << ", which came at once: too much was waiting.";
        return sentence << '.';
    }

    Sentence of_access() const {
        Sentence sentence;
        const std::uint64_t walks = count("CountWalk");
        sentence.in_role(Role::strong, walks != 0 ? "TLB miss, page walk" : "TLB hit");
        if (operation_.kind == OperationKind::load) sentence << ": " << hex_number(result_.value) << " is read";
        if (operation_.kind == OperationKind::store)
            sentence << ": " << hex_number(second_argument(operation_)) << " is written";
        return sentence << '.';
    }

    Sentence of_range() const {
        const std::uint64_t walks = count("CountWalk");
        return Sentence() << count("UseEntry") << " TLB hits, " << walks
                          << (walks == 1 ? " page walk." : " page walks.");
    }

    Sentence of_flush() const {
        const std::uint64_t interrupts = count("Interrupt");
        Sentence sentence;
        sentence << "Flushed on " << (interrupts + 1) << (interrupts == 0 ? " CPU" : " CPUs");
        if (interrupts != 0)
            sentence << ", " << interrupts << (interrupts == 1 ? " of them" : " of them") << " by interrupt";
        return sentence << '.';
    }

    std::uint64_t count(std::string_view name) const {
        return static_cast<std::uint64_t>(std::count_if(
            events_.begin(), events_.end(), [name](const EventRecord& event) { return event_name(event) == name; }));
    }

private:
    static std::string pages(std::uint64_t number) { return pages_text(number); }

    const Operation& operation_;
    const OperationResult& result_;
    std::span<const EventRecord> events_;
    const State& before_;
};

}  // namespace

Sentence memory_summary(const Operation& operation, const OperationResult& result, std::span<const EventRecord> events,
                        const State& before) {
    const MemorySummary summary(operation, result, events, before);
    if (result.status == OperationStatus::mistake) return summary.of_mistake();
    switch (operation.kind) {
    case OperationKind::vmalloc:
    case OperationKind::vmap: return summary.of_area();
    case OperationKind::vm_map_ram:
        if (result.status == OperationStatus::failed) return summary.told("VmallocFailed");
        return Sentence("Mapped at " + hex_address(result.value) + ", from a block of this CPU's.");
    case OperationKind::vfree:
    case OperationKind::vunmap: return summary.of_release();
    case OperationKind::vm_unmap_ram: return summary.told("FreeToBlock");
    case OperationKind::vm_unmap_aliases:
        return summary.count("PurgeBegins") != 0 ? summary.told("PurgeBegins")
                                                 : Sentence("Nothing waited to be purged.");
    case OperationKind::name_pages: return summary.told("NamePages");
    case OperationKind::vmalloc_to_pfn:
        if (result.value == no_pfn) return Sentence("Nothing is mapped there.");
        return Sentence("The tables lead to ").block(Role::taken, static_cast<Pfn>(result.value), 0) << '.';
    case OperationKind::load:
    case OperationKind::store:
    case OperationKind::fetch: return summary.of_access();
    case OperationKind::fill_memory:
    case OperationKind::copy_memory: return summary.of_range();
    case OperationKind::compare_memory: return summary.told("CompareBytes");
    case OperationKind::show_physical_pages: return summary.told("ShowPagesEnd");
    case OperationKind::set_memory:
    case OperationKind::flush_tlb_all:
    case OperationKind::flush_tlb_kernel_range:
    case OperationKind::invlpg: return summary.of_flush();
    case OperationKind::mm_alloc:
        return result.status == OperationStatus::failed ? Sentence("There is no frame for a top table: NULL.")
                                                        : summary.told("MakeSpace");
    case OperationKind::mm_drop: return summary.told("DropSpace");
    case OperationKind::switch_mm: return summary.told("SwitchSpace");
    case OperationKind::map_user_page: return summary.told("SetEntry");
    case OperationKind::unmap_user_pages:
        return Sentence() << summary.count("ClearEntry") << " entries emptied, " << summary.count("FreeTable")
                          << " tables given back.";
    default: return {};
    }
}

}  // namespace pageframe
