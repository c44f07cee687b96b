#include <algorithm>

#include "engine/buddy/free_lists.h"
#include "engine/core/gfp.h"
#include "engine/replay/compare.h"

namespace pageframe {

std::string zone_text(const BuddyState& buddy, ZoneId id) {
    const Zone& zone = buddy.zones[id];
    std::string text = std::string("zone ") + zone_kind_name(zone.kind);
    if (buddy.node_count > 1) text += " of node " + std::to_string(zone.node);
    return text;
}

namespace {

class DumpComparison {
public:
    DumpComparison(const Recording& recording, const RecordedDump& dump, const State& state)
        : recording_(recording), dump_(dump), buddy_(state.buddy) {}

    std::optional<Mismatch> first() {
        for (ZoneId id = 0; id < dump_.zones.size() && !found_; ++id) compare_zone(id);
        for (std::size_t i = 0; i < dump_.frames.size() && !found_; ++i) compare_frames(dump_.frames[i]);
        return found_;
    }

private:
    template <class Number>
    void compare_number(std::uint32_t line, const std::string& what, Number kernel, Number model) {
        if (kernel != model && !found_) found_ = Mismatch{line, what, std::to_string(kernel), std::to_string(model)};
    }

    void compare_zone(ZoneId id);
    void compare_zone_fields(const RecordedZone& kernel, ZoneId id);
    void compare_pageblocks(const RecordedZone& kernel, ZoneId id);
    void compare_free_area(const RecordedZone& kernel, ZoneId id, Order order);
    void compare_per_cpu(const RecordedCpuPages& kernel, ZoneId id, CpuId cpu);
    void compare_list(std::uint32_t line, const std::string& what, const std::vector<RecordedPage>& kernel,
                      const BlockList& model);
    void compare_frames(const RecordedFrames& row);
    char character_of(Pfn pfn) const;
    char tail_character(Pfn pfn) const;

    const Recording& recording_;
    const RecordedDump& dump_;
    const BuddyState& buddy_;
    std::optional<Mismatch> found_;
};

void DumpComparison::compare_zone(ZoneId id) {
    const RecordedZone& kernel = dump_.zones[id];
    compare_zone_fields(kernel, id);
    compare_pageblocks(kernel, id);
    for (Order order = 0; order < order_count && !found_; ++order) compare_free_area(kernel, id, order);
    for (std::size_t cpu = 0; cpu < kernel.cpus.size() && !found_; ++cpu)
        compare_per_cpu(kernel.cpus[cpu], id, static_cast<CpuId>(cpu));
}

void DumpComparison::compare_zone_fields(const RecordedZone& zone, ZoneId id) {
    const Zone& kernel = zone.fields;
    const Zone& model = buddy_.zones[id];
    const std::string name = zone_text(buddy_, id);
    const auto compare = [&](const char* field, auto in_kernel, auto in_model) {
        compare_number(zone.line, name + ": " + field, in_kernel, in_model);
    };
    compare("start", kernel.start, model.start);
    compare("spanned", kernel.spanned, model.spanned);
    compare("present", kernel.present, model.present);
    compare("managed", kernel.managed, model.managed);
    for (unsigned mark = 0; mark < 3; ++mark) compare("watermark", kernel.watermark[mark], model.watermark[mark]);
    compare("watermark boost", kernel.watermark_boost, model.watermark_boost);
    compare("nr_reserved_highatomic", kernel.nr_reserved_highatomic, model.nr_reserved_highatomic);
    compare("flags", kernel.flags, model.flags);
    compare("free pages", zone.exact_free_pages, buddy_.exact_free_pages(id));
    compare("free pages as the watermark checks read them", kernel.free_pages, model.free_pages);
    compare("percpu_drift_mark", kernel.percpu_drift_mark, model.percpu_drift_mark);
    compare("stat_threshold", kernel.stat_threshold, model.stat_threshold);
    for (std::size_t i = 0; i < kernel.lowmem_reserve.size(); ++i)
        compare("lowmem_reserve", kernel.lowmem_reserve[i], model.lowmem_reserve[i]);
}

void DumpComparison::compare_pageblocks(const RecordedZone& kernel, ZoneId id) {
    for (const auto& [pfn, type] : kernel.pageblocks) {
        const bool inside = (pfn >> pageblock_order) < buddy_.pageblocks.size();
        if (found_ || (inside && buddy_.pageblock_type(pfn) == type)) continue;
        found_ = Mismatch{kernel.line, zone_text(buddy_, id) + ": type of the pageblock at pfn " + std::to_string(pfn),
                          migratetype_name(type), inside ? migratetype_name(buddy_.pageblock_type(pfn)) : "no memory"};
    }
}

void DumpComparison::compare_free_area(const RecordedZone& kernel, ZoneId id, Order order) {
    const Zone& zone = buddy_.zones[id];
    const std::string name = zone_text(buddy_, id) + ", order " + std::to_string(order);
    for (unsigned index = 0; index < migratetype_count; ++index) {
        const auto type = static_cast<Migratetype>(index);
        std::vector<RecordedPage> pages;
        for (Pfn pfn : kernel.free_lists[order][index]) pages.push_back({pfn, type});
        compare_list(kernel.line, "free list of " + name + ", " + migratetype_name(type), pages,
                     free_list(zone, order, type));
    }
    compare_number(kernel.line, "nr_free of " + name, kernel.nr_free[order], zone.free_area[order].nr_free);
}

void DumpComparison::compare_per_cpu(const RecordedCpuPages& kernel, ZoneId id, CpuId cpu) {
    const PerCpuPages& model = buddy_.pages_of_cpu(id, cpu);
    const std::string name = "CPU " + std::to_string(cpu) + ", " + zone_text(buddy_, id);
    const auto compare = [&](const char* field, std::int32_t in_kernel, std::int32_t in_model) {
        compare_number(kernel.line, name + ": " + field, in_kernel, in_model);
    };
    for (unsigned index = 0; index < per_cpu_list_count; ++index)
        compare_list(kernel.line, "list " + std::to_string(index) + " of " + name, kernel.lists[index],
                     model.lists[index]);
    compare("count", kernel.count, model.count);
    compare("high", kernel.high, model.high);
    compare("batch", kernel.batch, model.batch);
    compare("free_factor", kernel.free_factor, model.free_factor);
    compare("expire", kernel.expire, model.expire);
    compare("differential", kernel.free_pages_differential, model.free_pages_differential);
    compare("other differential", kernel.other_differential, model.other_differential);
}

/// "3 pages: 18556 22526 22600", the first few of them from where they begin to differ.
std::string list_text(const std::vector<RecordedPage>& pages, std::size_t from) {
    constexpr std::size_t largest_shown = 6;
    std::string text = std::to_string(pages.size()) + " on the list";
    if (from < pages.size()) text += ", at place " + std::to_string(from) + ":";
    for (std::size_t i = from; i < pages.size() && i < from + largest_shown; ++i)
        text += " " + std::to_string(pages[i].pfn) + " (" + migratetype_name(pages[i].type) + ")";
    if (from + largest_shown < pages.size()) text += " ...";
    return text;
}

void DumpComparison::compare_list(std::uint32_t line, const std::string& what, const std::vector<RecordedPage>& kernel,
                                  const BlockList& list) {
    if (found_) return;
    std::vector<RecordedPage> model;
    for (Pfn pfn = list.head; pfn < buddy_.frame_count(); pfn = buddy_.frames[pfn].next) {
        model.push_back({pfn, buddy_.frames[pfn].migratetype});
        if (model.size() > list.count) break;  // a circle: a defect, told as the difference that it is
    }
    const auto [at, other] = std::mismatch(kernel.begin(), kernel.end(), model.begin(), model.end());
    if (at == kernel.end() && other == model.end()) return;
    const auto place = static_cast<std::size_t>(at - kernel.begin());
    found_ = Mismatch{line, what, list_text(kernel, place), list_text(model, place)};
}

void DumpComparison::compare_frames(const RecordedFrames& row) {
    const std::string_view characters = recording_.characters(row);
    for (std::uint32_t i = 0; i < row.count; ++i) {
        const Pfn pfn = row.pfn + i;
        const bool inside = pfn < buddy_.frame_count() && buddy_.zones[row.zone].contains(pfn);
        const char model = inside ? character_of(pfn) : 'x';
        if (model == characters[i]) continue;
        found_ = Mismatch{row.line, "page map (PM) at pfn " + std::to_string(pfn), std::string(1, characters[i]),
                          std::string(1, model)};
        return;
    }
}

/// The page map's character for a frame as the model has it.
char DumpComparison::character_of(Pfn pfn) const {
    const PageFrame& frame = buddy_.frames[pfn];
    switch (frame.kind) {
    case FrameKind::reserved: return 'R';
    case FrameKind::absent: return 'x';
    case FrameKind::per_cpu_head: return 'p';
    case FrameKind::free_head: return "0123456789a"[frame.order];
    case FrameKind::interior: return tail_character(pfn);
    case FrameKind::allocated_head: return "AtSTLMuAA"[static_cast<unsigned>(frame.use)];
    }
    return '?';
}

/// A frame inside a block: of a free one, of a compound page, or one that nobody refers to.
char DumpComparison::tail_character(Pfn pfn) const {
    const BlockReference block = find_block(buddy_, pfn);
    const PageFrame& head = buddy_.frames[block.head];
    if (head.kind == FrameKind::free_head) return '-';
    if (head.kind != FrameKind::allocated_head || head.operation >= recording_.operations.size()) return 'u';
    const bool compound = (recording_.operations[head.operation].gfp_flags & gfp::comp) != 0;
    return compound ? 't' : 'u';
}

}  // namespace

std::optional<Mismatch> compare_dump(const Recording& recording, const RecordedDump& dump, const State& state) {
    return DumpComparison(recording, dump, state).first();
}

}  // namespace pageframe
