#include "engine/replay/dump_parser.h"

#include <algorithm>
#include <cstdlib>

namespace pageframe {

bool DumpParser::fail(const Line& line, std::string message) {
    error_ = {line.number(), std::move(message)};
    return false;
}

ZoneId DumpParser::find_zone(const Recording& recording, std::string_view number) {
    const auto& numbers = recording.zone_numbers;
    unsigned wanted = 0;
    if (!parse_number(number, wanted)) return static_cast<ZoneId>(numbers.size());
    return static_cast<ZoneId>(std::find(numbers.begin(), numbers.end(), wanted) - numbers.begin());
}

bool DumpParser::begin(const Line& line) {
    dump_ = {};
    dump_.tag = line[1];
    dump_.line = line.number();
    dump_.after_steps = recording_.steps.size();
    open_ = true;
    return true;
}

bool DumpParser::end(const Line& line) {
    if (line[1] != dump_.tag) return fail(line, "DUMP " + dump_.tag + " ends as another: " + std::string(line.text()));
    if (dump_.zones.empty() || dump_.zones.size() != recording_.zone_numbers.size())
        return fail(line, "the dump lacks zones: " + std::to_string(dump_.zones.size()) + " of " +
                              std::to_string(recording_.zone_numbers.size()));
    for (const RecordedZone& zone : dump_.zones)
        if (!check_complete(zone)) return false;
    if (!recording_.several_cpus)
        for (RecordedZone& zone : dump_.zones)
            zone.cpus[0].free_pages_differential =
                static_cast<std::int32_t>(zone.exact_free_pages - zone.fields.free_pages);
    open_ = false;
    recording_.dumps.push_back(std::move(dump_));
    return true;
}

bool DumpParser::check_complete(const RecordedZone& zone) {
    const char* missing = nullptr;
    if (zone.orders_counted != order_count) missing = "an NF line";
    for (const RecordedCpuPages& pages : zone.cpus)
        if (pages.line == 0) missing = "a CPU's PCP line";
    // Only types change: the pageblocks themselves are those of the first dump.
    if (!recording_.dumps.empty()) {
        const auto& first = recording_.dumps.front().zones[static_cast<std::size_t>(&zone - dump_.zones.data())];
        const bool same =
            std::equal(zone.pageblocks.begin(), zone.pageblocks.end(), first.pageblocks.begin(), first.pageblocks.end(),
                       [](const auto& one, const auto& other) { return one.first == other.first; });
        if (!same) missing = "a pageblock (BM)";
    }
    if (missing == nullptr) return true;
    error_ = {zone.line, std::string("the zone lacks ") + missing};
    return false;
}

bool DumpParser::read(const Line& line) {
    const std::string_view record = line[0];
    if (record == "ENDDUMP") return end(line);
    if (record == "ZONE") return read_zone(line);
    if (record == "PCP") return read_per_cpu_pages(line);
    if (record == "PL") return read_per_cpu_list(line);
    if (record == "BM") return read_pageblocks(line);
    if (record == "NF") return read_free_count(line);
    if (record == "FL") return read_free_list(line);
    if (record == "PM") return read_frames(line);
    return fail(line, "inside a dump, ZONE, PCP, PL, BM, NF, FL, PM or ENDDUMP was expected, not \"" +
                          std::string(record) + "\"");
}

bool DumpParser::read_zone_number(const Line& line, RecordedZone& zone) {
    unsigned number = 0;
    const bool first_dump = recording_.dumps.empty();
    if (!parse_number(line[1], number) || number / 10 >= recording_.zonelists.size() || number % 10 >= zone_kind_count)
        return fail(line, "not a zone's number (10 * node + kind): " + std::string(line[1]));
    auto& numbers = recording_.zone_numbers;
    if (first_dump) {
        if (numbers.size() == largest_zone_count) return fail(line, "more zones than the engine has room for");
        if (std::find(numbers.begin(), numbers.end(), number) != numbers.end())
            return fail(line, "this zone was there before");
        numbers.push_back(number);
    } else if (dump_.zones.size() >= numbers.size() || numbers[dump_.zones.size()] != number) {
        return fail(line, "the zones are not those of the first dump");
    }
    zone.fields.node = static_cast<NodeId>(number / 10);
    zone.fields.kind = static_cast<ZoneKind>(number % 10);
    if (line[2] != zone_kind_name(zone.fields.kind)) return fail(line, "the zone's name does not fit its number");
    return true;
}

bool DumpParser::read_zone(const Line& line) {
    RecordedZone zone;
    zone.line = line.number();
    if (!read_zone_number(line, zone)) return false;
    Zone& fields = zone.fields;
    const bool complete =
        line.named_number("start", fields.start) && line.named_number("spanned", fields.spanned) &&
        line.named_number("present", fields.present) && line.named_number("managed", fields.managed) &&
        line.named_number("wm_min", fields.watermark[0]) && line.named_number("wm_low", fields.watermark[1]) &&
        line.named_number("wm_high", fields.watermark[2]) && line.named_number("boost", fields.watermark_boost) &&
        line.named_number("ha", fields.nr_reserved_highatomic) && line.named_number("flags", fields.flags, 16) &&
        line.named_number("free", zone.exact_free_pages) && line.named_number("free_global", fields.free_pages) &&
        line.named_number("drift_mark", fields.percpu_drift_mark) &&
        line.named_number("stat_threshold", fields.stat_threshold);
    if (!complete) return fail(line, "a zone's field is missing or not a number");
    std::string_view rest = line.named("lowmem_reserve");
    for (std::uint32_t& reserve : fields.lowmem_reserve) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        if (!parse_number(rest.substr(0, comma), reserve)) return fail(line, "lowmem_reserve wants five numbers");
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    if (fields.start >= largest_recorded_pfn || fields.spanned > largest_recorded_pfn - fields.start ||
        fields.spanned < fields.present || fields.present < fields.managed)
        return fail(line, "the zone's size does not fit");
    if (zone.exact_free_pages < 0 || zone.exact_free_pages > fields.managed ||
        std::abs(fields.free_pages) > largest_recorded_pfn)
        return fail(line, "more free pages than the zone has");
    zone.cpus.resize(recording_.cpu_node.size());
    dump_.zones.push_back(std::move(zone));
    return true;
}

RecordedZone* DumpParser::zone_of(const Line& line) {
    const ZoneId id = find_zone(recording_, line[1]);
    if (id < dump_.zones.size()) return &dump_.zones[id];
    fail(line, "no ZONE line came before for zone \"" + std::string(line[1]) + "\"");
    return nullptr;
}

RecordedCpuPages* DumpParser::cpu_of(const Line& line, std::size_t& next) {
    RecordedZone* zone = zone_of(line);
    if (zone == nullptr) return nullptr;
    unsigned cpu = 0;
    next = 2;
    if (recording_.several_cpus) {
        if (!line[2].starts_with('c') || !parse_number(line[2].substr(1), cpu) || cpu >= zone->cpus.size()) {
            fail(line, "not a CPU: " + std::string(line[2]));
            return nullptr;
        }
        next = 3;
    }
    return &zone->cpus[cpu];
}

bool DumpParser::read_per_cpu_pages(const Line& line) {
    std::size_t next = 0;
    RecordedCpuPages* pages = cpu_of(line, next);
    if (pages == nullptr) return false;
    if (pages->line != 0) return fail(line, "this CPU's PCP line was there before");
    pages->line = line.number();
    const bool complete = line.named_number("count", pages->count) && line.named_number("high", pages->high) &&
                          line.named_number("batch", pages->batch) &&
                          line.named_number("free_factor", pages->free_factor);
    if (!complete) return fail(line, "count=, high=, batch= and free_factor= were expected (Linux 6.1)");
    if (recording_.several_cpus &&
        !(line.named_number("expire", pages->expire) && line.named_number("diff", pages->free_pages_differential) &&
          line.named_number("odiff", pages->other_differential)))
        return fail(line, "expire=, diff= and odiff= were expected");
    constexpr std::int32_t largest = static_cast<std::int32_t>(largest_recorded_pfn);
    const bool in_range = pages->batch >= 1 && pages->batch <= largest && pages->high >= 0 && pages->high <= largest &&
                          pages->count >= 0 && pages->count <= largest && pages->free_factor >= 0 &&
                          pages->free_factor <= 26 &&
                          (std::int64_t{pages->batch} << pages->free_factor) <= 8 * largest && pages->expire >= 0 &&
                          pages->expire <= 3 && std::abs(pages->free_pages_differential) <= largest &&
                          pages->other_differential >= 0 && pages->other_differential <= 1;
    if (!in_range) return fail(line, "a number of this CPU's lists is out of range");
    return true;
}

bool DumpParser::read_type(const Line& line, std::string_view text, Migratetype& type) {
    unsigned number = 0;
    if (!parse_number(text, number) || number >= recording_.migratetypes.size())
        return fail(line, "not a migrate type: \"" + std::string(text) + "\"");
    type = recording_.migratetypes[number];
    return true;
}

bool DumpParser::read_pair(const Line& line, std::string_view text, RecordedPage& page) {
    std::string_view pfn, type;
    if (!split_at(text, ':', pfn, type) || !parse_number(pfn, page.pfn) || page.pfn >= largest_recorded_pfn)
        return fail(line, "pfn:type was expected, not \"" + std::string(text) + "\"");
    return read_type(line, type, page.type);
}

bool DumpParser::read_per_cpu_list(const Line& line) {
    std::size_t next = 0;
    RecordedCpuPages* pages = cpu_of(line, next);
    if (pages == nullptr) return false;
    unsigned index = 0;
    if (!parse_number(line[next], index) || index >= per_cpu_list_count)
        return fail(line, "not the number of a per-CPU list: " + std::string(line[next]));
    std::vector<RecordedPage>& list = pages->lists[index];
    if (!list.empty()) return fail(line, "this list was there before");
    for (std::size_t field = next + 1; field < line.size(); ++field)
        if (!read_pair(line, line[field], list.emplace_back())) return false;
    return true;
}

bool DumpParser::read_pageblocks(const Line& line) {
    RecordedZone* zone = zone_of(line);
    if (zone == nullptr) return false;
    for (std::size_t field = 2; field < line.size(); ++field) {
        RecordedPage block;
        if (!read_pair(line, line[field], block)) return false;
        const Pfn least = zone->pageblocks.empty() ? 0 : zone->pageblocks.back().first + 1;
        if (block_start(block.pfn, pageblock_order) != block.pfn || block.pfn < least)
            return fail(line,
                        "pageblocks are named by their first pfn, in ascending order: " + std::string(line[field]));
        zone->pageblocks.emplace_back(block.pfn, block.type);
    }
    return true;
}

bool DumpParser::read_free_count(const Line& line) {
    RecordedZone* zone = zone_of(line);
    unsigned order = 0;
    if (zone == nullptr) return false;
    if (!parse_number(line[2], order) || order != zone->orders_counted || order >= order_count ||
        !parse_number(line[3], zone->nr_free[order]))
        return fail(line, "NF wants the next order and its number of blocks");
    ++zone->orders_counted;
    return true;
}

bool DumpParser::read_free_list(const Line& line) {
    RecordedZone* zone = zone_of(line);
    unsigned order = 0;
    Migratetype type{};
    if (zone == nullptr) return false;
    if (!parse_number(line[2], order) || order >= order_count)
        return fail(line, "not an order: " + std::string(line[2]));
    if (!read_type(line, line[3], type)) return false;
    std::vector<Pfn>& list = zone->free_lists[order][static_cast<unsigned>(type)];
    if (!list.empty()) return fail(line, "this list was there before");
    for (std::size_t field = 4; field < line.size(); ++field)
        if (!parse_number(line[field], list.emplace_back()) || list.back() >= largest_recorded_pfn)
            return fail(line, "not a pfn: " + std::string(line[field]));
    return true;
}

bool DumpParser::read_frames(const Line& line) {
    RecordedFrames frames;
    const RecordedZone* zone = zone_of(line);
    if (zone == nullptr) return false;
    frames.line = line.number();
    frames.zone = static_cast<ZoneId>(zone - dump_.zones.data());
    frames.count = static_cast<std::uint32_t>(line[3].size());
    frames.offset = static_cast<std::size_t>(line[3].data() - recording_.text.data());
    if (!parse_number(line[2], frames.pfn) || frames.pfn >= largest_recorded_pfn || frames.count == 0 ||
        frames.count > pageblock_frames)
        return fail(line, "PM wants a pfn and one character for each frame of a pageblock");
    dump_.frames.push_back(frames);
    return true;
}

}  // namespace pageframe
