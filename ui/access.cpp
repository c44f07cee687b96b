#include "ui/access.h"

#include "engine/core/address_text.h"

namespace pageframe::ui {
namespace {

template <class Event>
std::optional<Event> paging_event(const EventRecord& record) {
    return event_if<Event, Subsystem::paging, PagingEvents>(record);
}
template <class Event>
std::optional<Event> tlb_event(const EventRecord& record) {
    return event_if<Event, Subsystem::tlb, TlbEvents>(record);
}

/// The last event of an access: what follows is another.
bool ends_access(const EventRecord& record) {
    return paging_event<LoadValue>(record) || paging_event<StoreValue>(record) || paging_event<FillBytes>(record) ||
           paging_event<CopyBytes>(record) || paging_event<PageFault>(record);
}

std::optional<AccessKind> kind_of(OperationKind kind) {
    switch (kind) {
    case OperationKind::load:
    case OperationKind::compare_memory: return AccessKind::load;
    case OperationKind::store:
    case OperationKind::fill_memory: return AccessKind::store;
    case OperationKind::fetch: return AccessKind::fetch;
    default: return std::nullopt;
    }
}

/// Operations whose argument is an address.
bool takes_address(OperationKind kind) {
    switch (kind) {
    case OperationKind::vfree:
    case OperationKind::vunmap:
    case OperationKind::vm_unmap_ram:
    case OperationKind::vmalloc_to_pfn:
    case OperationKind::load:
    case OperationKind::store:
    case OperationKind::fetch:
    case OperationKind::fill_memory:
    case OperationKind::copy_memory:
    case OperationKind::compare_memory:
    case OperationKind::show_physical_pages:
    case OperationKind::set_memory:
    case OperationKind::invlpg:
    case OperationKind::flush_tlb_kernel_range:
    case OperationKind::map_user_page:
    case OperationKind::unmap_user_pages:
    case OperationKind::kmem_cache_free:
    case OperationKind::kfree:
    case OperationKind::krealloc:
    case OperationKind::ksize: return true;
    default: return false;
    }
}

void read_event(Access& access, const EventRecord& record) {
    if (const auto miss = tlb_event<MissEntry>(record)) {
        access.missed |= miss->structures;
        access.kind = miss->access;
        access.cpu = miss->cpu;
    } else if (const auto hit = tlb_event<UseEntry>(record)) {
        access.hit = hit;
        access.cpu = hit->cpu;
        access.progress = WalkProgress::avoided;
    } else if (tlb_event<StaleEntry>(record)) {
        access.stale = true;
    } else if (const auto walk = tlb_event<CountWalk>(record)) {
        access.progress = WalkProgress::begun;
        access.from_cache = walk->from_cache;
        access.by_processor = true;
        access.cpu = walk->cpu;
    } else if (const auto fill = tlb_event<FillEntry>(record)) {
        access.fills.push_back(*fill);
        access.cpu = fill->cpu;
    } else if (const auto step = paging_event<WalkStep>(record)) {
        access.progress = WalkProgress::begun;
        access.read[step->level] = step;
    } else if (const auto direct = paging_event<WalkDirectMap>(record)) {
        access.physical = direct->address - layout::direct_map;
    } else if (const auto fault = paging_event<PageFault>(record)) {
        access.fault = fault;
        access.kind = fault->access;
    } else if (const auto load = paging_event<LoadValue>(record)) {
        access.physical = load->physical;
        access.value = load->value;
        access.kind = load->access;
    } else if (const auto store = paging_event<StoreValue>(record)) {
        access.physical = store->physical;
        access.value = store->value;
    } else if (const auto filled = paging_event<FillBytes>(record)) {
        access.physical = filled->physical;
    }
}

std::optional<Level> level_in(const EventRecord& record) {
    if (const auto step = paging_event<WalkStep>(record)) return step->level;
    if (const auto set = paging_event<SetEntry>(record)) return set->level;
    if (const auto cleared = paging_event<ClearEntry>(record)) return cleared->level;
    if (const auto bits = paging_event<SetAccessedDirty>(record)) return bits->level;
    if (const auto taken = paging_event<TakeTable>(record)) return taken->level;
    return std::nullopt;
}

/// From the events of the step backwards: those of the last address.
void read_step(Access& access, std::span<const EventRecord> events) {
    std::size_t last = events.size();
    std::optional<std::uint64_t> address;
    while (last > 0 && !address) address = event_address(events[--last]);
    // NULL is an address when something asks for it, as a walk or a fault does; memset() of the kernel's own not.
    const EventRecord& about = events[last];
    if (!address || (*address == 0 && (paging_event<FillBytes>(about) || about.subsystem == Subsystem::slab))) return;
    std::size_t first = last;
    while (first > 0 && event_address(events[first - 1]) == address && !ends_access(events[first - 1])) --first;
    access.address = *address;
    access.source = AddressSource::step;
    for (const EventRecord& record : events.subspan(first, last - first + 1)) read_event(access, record);
}

/// What a call before the step was given, when the step itself is about no address.
void look_back(Access& access, const Playback& playback) {
    constexpr OperationNumber most_looked_at = 256;
    const Timeline& timeline = playback.session().timeline();
    const OperationNumber from = playback.operation_spoken_of();
    if (from == no_operation) return;
    for (OperationNumber back = 0; back <= from && back < most_looked_at; ++back) {
        const Operation& operation = timeline.operation(from - back);
        if (!takes_address(operation.kind) || operation.argument == 0) continue;
        access.address = operation.argument;
        access.cpu = operation.cpu;
        access.source = back == 0 ? AddressSource::step : AddressSource::earlier;
        return;
    }
}

}  // namespace

Access access_of(const Playback& playback, const Highlighting& highlight) {
    Access access;
    const Timeline& timeline = playback.session().timeline();
    const OperationNumber number = playback.operation_spoken_of();
    if (number != no_operation) {
        access.cpu = timeline.operation(number).cpu;
        access.kind = kind_of(timeline.operation(number).kind);
    }
    if (!highlight.looks_at_step() && highlight.selected_address() != no_address) {
        access.address = highlight.selected_address();
        access.source = AddressSource::selected;
        access.kind.reset();
    } else if (number != no_operation) {
        const std::span<const EventRecord> events = playback.events_spoken_of();
        read_step(access, events);
        if (playback.position().event > 0 && !events.empty() && access.source == AddressSource::step &&
            event_address(events.back()) == access.address)
            access.reading = level_in(events.back());
        if (access.source == AddressSource::nothing) look_back(access, playback);
        if (access.source == AddressSource::earlier) access.kind.reset();
    }
    access.direct_map = in_direct_map(access.address);
    const TlbState& tlb = playback.state().tlb;
    if (access.cpu < tlb.cpus.size()) access.space = tlb.cpus[access.cpu].space;
    if (access.address >> 63)
        access.space = top_of(playback.state().paging, access.space) == no_pfn ? kernel_space : access.space;
    return access;
}

std::string short_structure_name(const TlbStructure& structure) {
    constexpr const char* first_level[] = {"ITLB", "DTLB", "TLB"};
    constexpr const char* second_level[] = {"L2 ITLB", "L2 DTLB", "STLB"};
    constexpr const char* sizes[] = {" 4K", " 2M", " 1G"};
    const auto use = static_cast<unsigned>(structure.use);
    std::string text = structure.cache_level == 1 ? first_level[use] : second_level[use];
    for (Level level = 0; level < top_level; ++level)
        if (structure.takes(level)) text += sizes[level];
    return text;
}

std::string grouped_address(std::uint64_t address) {
    const std::string digits = hex_address(address);
    return digits.substr(0, 8) + ' ' + digits.substr(8, 5) + ' ' + digits.substr(13);
}

}  // namespace pageframe::ui
