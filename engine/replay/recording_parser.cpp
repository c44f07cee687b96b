#include "engine/replay/recording_parser.h"

#include <algorithm>

#include "engine/core/gfp.h"

namespace pageframe {
namespace {

/// More than a machine has; keeps a damaged number from asking for it.
constexpr std::uint64_t largest_exact_bytes = std::uint64_t{largest_recorded_pfn} * page_size;

}  // namespace

bool RecordingParser::fail(std::string message) {
    error_ = {line_.number(), std::move(message)};
    return false;
}

bool RecordingParser::read_all() {
    const std::string_view text = recording_.text;
    std::uint32_t number = 0;
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        std::string_view content = text.substr(start, end - start);
        if (content.ends_with('\r')) content.remove_suffix(1);
        line_.assign(content, ++number);
        start = end + 1;
        if (line_.size() != 0 && !read_line()) return false;
    }
    return finish();
}

bool RecordingParser::finish() {
    if (dumps_.is_open()) return fail("the text ends inside a dump");
    if (recording_.dumps.empty()) return fail("the text holds no dump: this is not a recording of the page allocator");
    return true;
}

bool RecordingParser::read_line() {
    const std::string_view record = line_[0];
    if (record.starts_with('#')) return read_comment();
    if (dumps_.is_open()) {
        const bool first = recording_.dumps.empty();
        if (!dumps_.read(line_)) return false;
        return !(first && !recording_.dumps.empty()) || resolve_zonelists();
    }
    if (record == "DUMP") return begin_dump();
    if (recording_.dumps.empty()) {
        if (record == "GFP") return read_gfp();
        if (record == "CPUNODE") return read_cpu_nodes();
        if (record == "ZONELIST") return read_zonelist();
        return fail("before the first dump, GFP, CPUNODE, ZONELIST or DUMP was expected, not \"" + std::string(record) +
                    "\"");
    }
    if (record == "B") return read_pageblock_change();
    if (record == "W") return read_zone_change();
    return read_operation(record);
}

// --- operations ---

bool RecordingParser::read_operation(std::string_view record) {
    RecordedStep step;
    Operation operation;
    if (!read_step_head(step, operation)) return false;
    const bool allocates = record == "A" || record == "AN" || record == "AX" || record == "AS" || record == "AB";
    step.allocates = allocates;
    if (record == "AB") {
        if (!read_bulk(step, operation)) return false;
    } else if (allocates) {
        if (!read_allocation(record, step, operation)) return false;
    } else if (record == "F" || record == "FX") {
        if (!read_free(record, operation)) return false;
    } else if (record == "D") {
        operation.kind = OperationKind::drain_local_pages;
    } else if (record == "DA") {
        operation.kind = OperationKind::drain_all_pages;
    } else if (record == "VS") {
        operation.kind = OperationKind::refresh_vm_stats;
    } else {
        return fail("not a record of a recording: \"" + std::string(record) + "\"");
    }
    if (!read_what_followed(step)) return false;
    add_step(std::move(step), operation, record == "AS");
    return true;
}

bool RecordingParser::read_step_head(RecordedStep& step, Operation& operation) {
    step.line = operation.line = line_.number();
    operation.column = 1;
    if (!parse_number(line_[1], step.number))
        return fail("an operation's number was expected, not \"" + std::string(line_[1]) + "\"");
    field_ = 2;
    if (!recording_.several_cpus) return true;
    unsigned cpu = 0;
    if (!line_[2].starts_with('c') || !parse_number(line_[2].substr(1), cpu) || cpu >= recording_.cpu_node.size())
        return fail("a CPU was expected, not \"" + std::string(line_[2]) + "\"");
    operation.cpu = static_cast<CpuId>(cpu);
    field_ = 3;
    return true;
}

bool RecordingParser::read_gfp_number(GfpFlags& flags) {
    unsigned index = 0;
    if (!parse_number(line_[field_], index) || index >= recording_.gfp_flags.size() || !recording_.gfp_flags[index])
        return fail("no GFP line has this number: \"" + std::string(line_[field_]) + "\"");
    flags = *recording_.gfp_flags[index];
    ++field_;
    return true;
}

bool RecordingParser::read_order(Order& order) {
    if (!parse_number(line_[field_], order) || order >= order_count)
        return fail("an order was expected, not \"" + std::string(line_[field_]) + "\"");
    ++field_;
    return true;
}

bool RecordingParser::read_allocation(std::string_view record, RecordedStep& step, Operation& operation) {
    operation.kind = OperationKind::alloc_pages;
    if (record == "AN") {
        unsigned node = 0;
        const std::string_view text = line_[field_++];
        if (!text.starts_with('n') || !parse_number(text.substr(1), node) || node >= recording_.zonelists.size())
            return fail("a node was expected, not \"" + std::string(text) + "\"");
        operation.node = static_cast<NodeId>(node);
    }
    if (!read_gfp_number(operation.gfp_flags)) return false;
    if (record != "AX") return read_order(operation.order) && read_result(step);
    operation.kind = OperationKind::alloc_pages_exact;
    // alloc_pages_exact() has no use for these two; the recording module left them out.
    operation.gfp_flags &= ~(gfp::comp | gfp::highmem);
    if (!parse_number(line_[field_], operation.argument) || operation.argument > largest_exact_bytes)
        return fail("a number of bytes was expected, not \"" + std::string(line_[field_]) + "\"");
    ++field_;
    return read_result(step);
}

bool RecordingParser::read_result(RecordedStep& step) {
    const std::string_view text = line_[field_++];
    if (text == "NULL" || (parse_number(text, step.pfn) && step.pfn < largest_recorded_pfn)) return true;
    return fail("a pfn or NULL was expected, not \"" + std::string(text) + "\"");
}

bool RecordingParser::read_bulk(RecordedStep& step, Operation& operation) {
    operation.kind = OperationKind::alloc_pages_bulk;
    std::uint32_t got = 0;
    if (!read_gfp_number(operation.gfp_flags)) return false;
    if (!parse_number(line_[field_], operation.argument) || !parse_number(line_[field_ + 1], got) ||
        got > operation.argument || operation.argument > largest_recorded_pfn)
        return fail("the numbers of pages wanted and got were expected");
    field_ += 2;
    for (std::uint32_t i = 0; i < got; ++i, ++field_)
        if (!parse_number(line_[field_], step.pages.emplace_back()) || step.pages.back() >= largest_recorded_pfn)
            return fail("a pfn was expected, not \"" + std::string(line_[field_]) + "\"");
    return true;
}

bool RecordingParser::read_free(std::string_view record, Operation& operation) {
    OperationNumber reference = 0;
    if (!parse_number(line_[field_++], reference))
        return fail("the number of the operation that allocated was expected");
    const bool exact = record == "FX";
    operation.kind = exact ? OperationKind::free_pages_exact : OperationKind::free_pages;
    if (!exact && !read_order(operation.order)) return false;
    // Said with a free: the operation that the caller's pointer is from.
    operation.argument = first_operation_of(reference);
    if (!parse_number(line_[field_++], operation.pfn) || operation.pfn >= largest_recorded_pfn)
        return fail("the pfn of what is freed was expected");
    if (exact && (!parse_number(line_[field_++], operation.argument) || operation.argument > largest_exact_bytes))
        return fail("the number of bytes freed was expected");
    return true;
}

/// Steps are numbered in ascending order, with gaps where the module's sequence did nothing.
OperationNumber RecordingParser::first_operation_of(OperationNumber number) const {
    const auto step =
        std::lower_bound(recording_.steps.begin(), recording_.steps.end(), number,
                         [](const RecordedStep& each, OperationNumber wanted) { return each.number < wanted; });
    const bool found = step != recording_.steps.end() && step->number == number;
    return found ? step->first_operation : no_operation;
}

bool RecordingParser::read_what_followed(RecordedStep& step) {
    for (; field_ < line_.size(); ++field_) {
        const std::string_view field = line_[field_];
        if (field.starts_with('m')) {
            Migratetype type{};
            if (!read_type(field.substr(1), type)) return false;
            step.type = type;
        } else if (field.starts_with('z')) {
            if (!read_counters(field, step)) return false;
        } else {
            return fail("m<type> or z<zone>=... was expected, not \"" + std::string(field) + "\"");
        }
    }
    return true;
}

bool RecordingParser::read_counters(std::string_view field, RecordedStep& step) {
    RecordedCounters counters;
    std::string_view zone, values, free, rest, count, factor;
    const bool complete = split_at(field.substr(1), '=', zone, values) && split_at(values, '/', free, rest) &&
                          split_at(rest, '/', count, factor) && parse_number(free, counters.free_pages) &&
                          parse_number(count, counters.per_cpu_count) && parse_number(factor, counters.free_factor);
    counters.zone = DumpParser::find_zone(recording_, zone);
    if (!complete || counters.zone >= recording_.zone_numbers.size())
        return fail("z<zone>=free/count/free_factor was expected, not \"" + std::string(field) + "\"");
    step.counters.push_back(counters);
    return true;
}

void RecordingParser::add_step(RecordedStep step, const Operation& operation, bool then_split) {
    step.first_operation = static_cast<OperationNumber>(recording_.operations.size());
    recording_.operations.push_back(operation);
    if (then_split && step.pfn != no_pfn) {
        Operation split = operation;
        split.kind = OperationKind::split_page;
        split.gfp_flags = 0;
        split.pfn = step.pfn;
        recording_.operations.push_back(split);
        step.operation_count = 2;
    }
    recording_.steps.push_back(std::move(step));
}

// --- what an operation changed ---

bool RecordingParser::read_type(std::string_view text, Migratetype& type) {
    unsigned number = 0;
    if (!parse_number(text, number) || number >= recording_.migratetypes.size())
        return fail("not a migrate type: \"" + std::string(text) + "\"");
    type = recording_.migratetypes[number];
    return true;
}

bool RecordingParser::read_pageblock_change() {
    RecordedPageblockChange change;
    if (recording_.steps.empty()) return fail("a pageblock changed before the first operation");
    if (!parse_number(line_[1], change.pfn) || change.pfn >= largest_recorded_pfn)
        return fail("B wants a pfn, not \"" + std::string(line_[1]) + "\"");
    if (!read_type(line_[2], change.before) || !read_type(line_[3], change.after)) return false;
    recording_.steps.back().pageblock_changes.push_back(change);
    return true;
}

bool RecordingParser::read_zone_change() {
    RecordedZoneChange change;
    change.zone = DumpParser::find_zone(recording_, line_[1]);
    if (recording_.steps.empty() || change.zone >= recording_.zone_numbers.size())
        return fail("W wants a zone, after an operation");
    if (!line_.named_number("boost", change.boost) || !line_.named_number("ha", change.highatomic) ||
        !line_.named_number("flags", change.flags, 16))
        return fail("boost=, ha= and flags= were expected");
    recording_.steps.back().zone_changes.push_back(change);
    return true;
}

}  // namespace pageframe
