// The recording's lines, and the machine they start from.
#include "engine/replay/vmalloc_recording.h"

#include <algorithm>
#include <charconv>

#include "engine/core/gfp.h"
#include "engine/machine/machine.h"
#include "engine/replay/line.h"
#include "engine/replay/slab_lines.h"
#include "engine/vmalloc/area_tree.h"
#include "engine/vmalloc/vmalloc_events.h"

namespace pageframe {

namespace {

constexpr std::uint64_t recorded_ram = 256ULL << 20;
/// vm_map_ram()'s pages are not named by a recording; any frames do.
constexpr Pfn unnamed_page = 0x200;
constexpr std::uint64_t most_bytes = 1ULL << 32;

class VmallocParser {
public:
    VmallocParser(VmallocRecording& recording, RecordingError& error) : recording_(recording), error_(error) {}

    bool take(const Line& line) {
        if (line.size() == 0) return true;
        if (line[0] == "#") return take_comment(line);
        if (line[0] == "BUSYAREAS" || line[0] == "FREEAREAS") return begin_areas(line);
        if (line[0] == "BA" || line[0] == "FA") return take_area(line);
        if (line[0] == "A") return take_allocation(line);
        if (line[0] == "F") return take_free(line);
        if (line[0] == "PURGE") return take_purge(line);
        return fail(line, "not a record of a vmalloc recording: \"" + std::string(line[0]) + "\"");
    }

private:
    bool fail(const Line& line, std::string message) {
        error_ = {line.number(), std::move(message)};
        return false;
    }

    /// "# 54 free areas, lazy_nr=0"
    bool take_comment(const Line& line) {
        std::uint64_t lazy = 0;
        if (!recording_.dumps.empty() && line.named_number("lazy_nr", lazy)) recording_.dumps.back().lazy_pages = lazy;
        return true;
    }

    bool begin_areas(const Line& line) {
        // "# freeing the 42 remaining areas, then vm_unmap_aliases": that call has no record of its own.
        const bool unrecorded_purge = line[1].ends_with("_purged");
        if (unrecorded_purge) take_purge(line);
        RecordedAreas areas;
        areas.line = line.number();
        areas.tag = line[1];
        areas.busy = line[0] == "BUSYAREAS";
        areas.after_steps = recording_.steps.size();
        recording_.dumps.push_back(std::move(areas));
        return true;
    }

    bool take_area(const Line& line) {
        RecordedAreas::Area area;
        if (recording_.dumps.empty() || !parse_number(line[1], area.start, 16) ||
            !parse_number(line[2], area.end, 16) || area.start >= area.end)
            return fail(line, "an area's start and end were expected");
        std::vector<RecordedAreas::Area>& areas = recording_.dumps.back().areas;
        if (!areas.empty() && area.start < areas.back().end) return fail(line, "areas must ascend");
        areas.push_back(area);
        return true;
    }

    void add(VmallocStep& step, Operation operation, const Line& line) {
        operation.line = line.number();
        operation.column = 1;
        if (step.count == 0) step.first = recording_.operations.size();
        recording_.operations.push_back(operation);
        ++step.count;
    }

    void finish(VmallocStep step, const Line& line) {
        step.line = line.number();
        std::uint64_t lazy = 0;
        if (line.named_number("lazy", lazy)) step.lazy_pages = lazy;
        recording_.steps.push_back(std::move(step));
    }

    /// Runs of consecutive frames, in order.
    bool name_pages(VmallocStep& step, const Line& line, std::string_view list, std::uint64_t count) {
        if (list.empty()) {
            Operation pages;
            pages.kind = OperationKind::name_pages;
            pages.pfn = unnamed_page;
            pages.argument = count;
            add(step, pages, line);
            return true;
        }
        Operation run;
        run.kind = OperationKind::name_pages;
        for (std::size_t at = 0; at <= list.size();) {
            const std::size_t comma = std::min(list.find(',', at), list.size());
            Pfn pfn = 0;
            if (!parse_number(list.substr(at, comma - at), pfn) || pfn >= largest_recorded_pfn)
                return fail(line, "a list of pfns was expected");
            if (run.argument != 0 && pfn == run.pfn + run.argument) {
                ++run.argument;
            } else {
                if (run.argument != 0) add(step, run, line);
                run.pfn = pfn;
                run.argument = 1;
            }
            at = comma + 1;
        }
        add(step, run, line);
        return true;
    }

    bool take_allocation(const Line& line) {
        struct Api {
            const char* name;
            VmallocKind kind;
        };
        constexpr Api apis[] = {{"vmalloc", VmallocKind::plain},
                                {"vzalloc", VmallocKind::zeroed},
                                {"vmalloc_32", VmallocKind::dma32},
                                {"vmalloc_user", VmallocKind::user},
                                {"vmalloc_huge", VmallocKind::huge}};
        std::uint64_t bytes = 0;
        VmallocStep step;
        step.gives_address = true;
        if (!parse_number(line[3], bytes) || bytes > most_bytes) return fail(line, "a number of bytes was expected");
        if (line[4] != "NULL" && !parse_number(line[4], step.address, 16)) return fail(line, "an address was expected");
        const std::string_view api = line[2];
        step.text = std::string(api) + "(" + std::to_string(bytes) + ")";
        Operation operation;
        operation.argument = bytes;
        operation.gfp_flags = gfp::kernel;
        const auto* found =
            std::find_if(std::begin(apis), std::end(apis), [&](const Api& each) { return api == each.name; });
        if (found != std::end(apis)) {
            operation.kind = OperationKind::vmalloc;
            operation.order = static_cast<Order>(found->kind);
        } else if (api == "vmap" || api == "vm_map_ram") {
            const std::uint64_t pages = (bytes + page_size - 1) >> page_shift;
            if (!name_pages(step, line, line.named("pfns"), pages)) return false;
            operation.kind = api == "vmap" ? OperationKind::vmap : OperationKind::vm_map_ram;
            operation.gfp_flags = vm::map;
        } else {
            step.not_modelled = api;
        }
        // Where several free areas fit an aligned request, the tree's shape decided; it is not recorded.
        if (operation.kind != OperationKind::vmap && in_vmalloc(step.address))
            operation.pfn = static_cast<Pfn>((step.address - layout::vmalloc_start) >> page_shift);
        allocations_.push_back({numbered(line), (bytes + page_size - 1) >> page_shift});
        if (step.not_modelled.empty()) add(step, operation, line);
        finish(std::move(step), line);
        return true;
    }

    static std::uint64_t numbered(const Line& line) {
        std::uint64_t number = 0;
        parse_number(line[1], number);
        return number;
    }

    bool take_free(const Line& line) {
        std::uint64_t reference = 0, address = 0;
        if (!parse_number(line[2], reference) || !parse_number(line[3], address, 16))
            return fail(line, "the operation that allocated, and its address, were expected");
        const auto taken = std::find_if(allocations_.begin(), allocations_.end(),
                                        [&](const Allocation& each) { return each.number == reference; });
        if (taken == allocations_.end())
            return fail(line, "no operation " + std::to_string(reference) + " before this");
        const std::string_view api = line[5];
        VmallocStep step;
        step.text = std::string(api) + "(" + std::string(line[3]) + ")";
        Operation operation;
        operation.argument = address;
        if (api == "vfree") {
            operation.kind = OperationKind::vfree;
        } else if (api == "vunmap") {
            operation.kind = OperationKind::vunmap;
        } else if (api == "vm_unmap_ram") {
            operation.kind = OperationKind::vm_unmap_ram;
            operation.pfn = static_cast<Pfn>(taken->pages);
        } else {
            step.not_modelled = api;
        }
        if (step.not_modelled.empty()) add(step, operation, line);
        finish(std::move(step), line);
        return true;
    }

    bool take_purge(const Line& line) {
        VmallocStep step;
        step.text = "vm_unmap_aliases()";
        Operation operation;
        operation.kind = OperationKind::vm_unmap_aliases;
        add(step, operation, line);
        finish(std::move(step), line);
        return true;
    }

    struct Allocation {
        std::uint64_t number;
        std::uint64_t pages;
    };
    VmallocRecording& recording_;
    RecordingError& error_;
    std::vector<Allocation> allocations_;
};

void insert_areas(VmallocState& state, AreaTree tree, const std::vector<RecordedAreas::Area>& areas) {
    for (const RecordedAreas::Area& recorded : areas) {
        const AreaIndex index = take_area_record(state);
        VmapArea& area = state.areas.write(index);
        area.start = recorded.start;
        area.end = recorded.end;
        area.has_vm = tree == AreaTree::busy;
        insert_area(state, tree, index);
    }
}

}  // namespace

bool looks_like_vmalloc_recording(std::string_view text) {
    const std::string_view head = text.substr(0, 4096);
    return head.find("\nBUSYAREAS ") != std::string_view::npos || head.find("\nFREEAREAS ") != std::string_view::npos;
}

std::optional<VmallocRecording> parse_vmalloc_recording(std::string_view text, RecordingError& error) {
    VmallocRecording recording;
    VmallocParser parser(recording, error);
    for_each_line(text, [&](const Line& line) { return parser.take(line); });
    if (error.message.empty() && recording.steps.empty()) error = {0, "no operation (A, F or PURGE) in it"};
    if (!error.message.empty()) return std::nullopt;
    return recording;
}

std::optional<State> vmalloc_initial_state(const VmallocRecording& recording, std::shared_ptr<ChunkPool> pool,
                                           RecordingError& error) {
    const RecordedAreas* first[2] = {nullptr, nullptr};
    for (const RecordedAreas& dump : recording.dumps)
        if (dump.after_steps == 0 && first[dump.busy] == nullptr) first[dump.busy] = &dump;
    if (first[0] == nullptr) {
        error = {0, "no list of free areas (FREEAREAS) before the first operation"};
        return std::nullopt;
    }
    MachineConfiguration configuration;
    configuration.ram_bytes = recorded_ram;
    State state = boot(configuration, std::move(pool));
    VmallocState& vmalloc = state.vmalloc;
    vmalloc.started = true;
    vmalloc.queues.assign(vmalloc.cpus, {});
    vmalloc.lazy_pages = first[0]->lazy_pages.value_or(0);
    insert_areas(vmalloc, AreaTree::free, first[0]->areas);
    if (first[1] != nullptr) {
        for (const RecordedAreas::Area& area : first[1]->areas) {
            const AreaIndex before = find_area(vmalloc, AreaTree::free, area.start);
            const AreaIndex behind = find_area(vmalloc, AreaTree::free, area.end - 1);
            if (before == no_vmap_area && behind == no_vmap_area) continue;
            error = {first[1]->line, "an area is busy and free at once"};
            return std::nullopt;
        }
        insert_areas(vmalloc, AreaTree::busy, first[1]->areas);
    }
    return state;
}

}  // namespace pageframe
