// The head of a recording: comments with settings, gfp values, CPUs and their nodes, zonelists.
#include <algorithm>

#include "engine/replay/recording_parser.h"

namespace pageframe {
namespace {

constexpr unsigned largest_gfp_count = 256;
constexpr unsigned largest_cpus = 64;
constexpr unsigned largest_nodes = largest_zone_count;

/// MIGRATE_TYPES of a kernel with and without CONFIG_CMA (CONFIG_MEMORY_ISOLATION has both).
std::vector<Migratetype> migratetypes_of_kernel(unsigned count) {
    using enum Migratetype;
    if (count == 5) return {unmovable, movable, reclaimable, highatomic, isolate};
    return {unmovable, movable, reclaimable, highatomic, cma, isolate};
}

}  // namespace

bool RecordingParser::read_comment() {
    if (line_[1] == "kernel") recording_.kernel = line_[2];
    const std::string_view boost = line_.named("watermark_boost_factor");
    if (!boost.empty() && !parse_number(boost, recording_.watermark_boost_factor))
        return fail("watermark_boost_factor is not a number");
    const std::string_view types = line_.named("MIGRATE_TYPES");
    unsigned count = 0;
    if (types.empty()) return true;
    if (!parse_number(types, count) || (count != 5 && count != 6))
        return fail("MIGRATE_TYPES is 5, or 6 in a kernel with CMA");
    recording_.migratetypes = migratetypes_of_kernel(count);
    return true;
}

bool RecordingParser::read_gfp() {
    unsigned index = 0;
    GfpFlags flags = 0;
    std::string_view value = line_[3];
    if (!value.starts_with("0x") || !parse_number(value.substr(2), flags, 16) || !parse_number(line_[1], index) ||
        index >= largest_gfp_count)
        return fail("GFP wants a number, a name and a value 0x...");
    if (index >= recording_.gfp_flags.size()) recording_.gfp_flags.resize(index + 1);
    recording_.gfp_flags[index] = flags;
    return true;
}

bool RecordingParser::read_cpu_nodes() {
    if (line_.size() < 2 || line_.size() > largest_cpus + 1) return fail("CPUNODE wants cpu:node for 1 to 64 CPUs");
    recording_.cpu_node.clear();
    for (std::size_t field = 1; field < line_.size(); ++field) {
        std::string_view cpu_text, node_text;
        unsigned cpu = 0, node = 0;
        if (!split_at(line_[field], ':', cpu_text, node_text) || !parse_number(cpu_text, cpu) ||
            !parse_number(node_text, node) || cpu != field - 1 || node >= largest_nodes)
            return fail("CPUNODE wants cpu:node for CPU 0, 1, 2 ... in turn");
        recording_.cpu_node.push_back(static_cast<NodeId>(node));
    }
    recording_.several_cpus = true;
    return true;
}

bool RecordingParser::read_zonelist() {
    NamedZonelist list;
    list.line = line_.number();
    std::size_t field = 1;
    if (recording_.several_cpus) {
        if (!line_[1].starts_with('n') || !parse_number(line_[1].substr(1), list.node) || list.node >= largest_nodes)
            return fail("ZONELIST wants nN FALLBACK or THISNODE");
        list.this_node = line_[2] == "THISNODE";
        if (!list.this_node && line_[2] != "FALLBACK") return fail("ZONELIST wants nN FALLBACK or THISNODE");
        field = 3;
    }
    for (; field < line_.size(); ++field) {
        std::string_view number, name;
        unsigned zone = 0;
        if (!split_at(line_[field], ':', number, name) || !parse_number(number, zone))
            return fail("ZONELIST wants zone:name(managed)");
        // A zone without managed pages is passed over by every request.
        if (name.ends_with("(managed)")) list.zone_numbers.push_back(zone);
    }
    zonelists_.push_back(std::move(list));
    return true;
}

bool RecordingParser::resolve(const NamedZonelist& named, Zonelist& list) {
    list = {};
    for (unsigned number : named.zone_numbers) {
        const ZoneId id = DumpParser::find_zone(recording_, std::to_string(number));
        if (id >= recording_.zone_numbers.size() || list.count == largest_zone_count) {
            error_ = {named.line,
                      "the zonelist names zone " + std::to_string(number) + ", which the first dump has not got"};
            return false;
        }
        list.zones[list.count++] = id;
    }
    return true;
}

bool RecordingParser::resolve_zonelists() {
    for (const NamedZonelist& named : zonelists_) {
        NodeZonelists& lists = recording_.zonelists[named.node];
        if (!resolve(named, named.this_node ? lists.this_node : lists.fallback)) return false;
        if (!recording_.several_cpus) lists.this_node = lists.fallback;
    }
    for (const NodeZonelists& lists : recording_.zonelists)
        if (lists.fallback.count == 0) return fail("a node has no zonelist");
    return true;
}

bool RecordingParser::begin_dump() {
    if (recording_.dumps.empty()) {
        unsigned nodes = 1;
        for (NodeId node : recording_.cpu_node) nodes = std::max(nodes, node + 1U);
        for (const NamedZonelist& list : zonelists_) nodes = std::max(nodes, list.node + 1U);
        recording_.zonelists.resize(nodes);
        if (recording_.migratetypes.empty()) recording_.migratetypes = migratetypes_of_kernel(5);
    }
    return dumps_.begin(line_);
}

}  // namespace pageframe
