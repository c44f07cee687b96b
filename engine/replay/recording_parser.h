// Reads a recording line by line: its head, its operations, and what each left behind (see recording.h).
// Dumps are read by DumpParser.
#pragma once

#include "engine/replay/dump_parser.h"

namespace pageframe {

class RecordingParser {
public:
    RecordingParser(Recording& recording, RecordingError& error)
        : recording_(recording), error_(error), dumps_(recording, error) {}

    /// Reads all of the recording's text; false when something does not fit.
    bool read_all();

private:
    bool fail(std::string message);
    bool read_line();
    bool finish();

    // head
    bool read_comment();
    bool read_gfp();
    bool read_cpu_nodes();
    bool read_zonelist();
    bool begin_dump();
    bool resolve_zonelists();

    // operations
    bool read_operation(std::string_view record);
    bool read_step_head(RecordedStep& step, Operation& operation);
    bool read_allocation(std::string_view record, RecordedStep& step, Operation& operation);
    bool read_bulk(RecordedStep& step, Operation& operation);
    bool read_free(std::string_view record, Operation& operation);
    OperationNumber first_operation_of(OperationNumber number) const;
    bool read_result(RecordedStep& step);
    bool read_what_followed(RecordedStep& step);
    bool read_counters(std::string_view field, RecordedStep& step);
    void add_step(RecordedStep step, const Operation& operation, bool then_split);

    // what an operation changed
    bool read_pageblock_change();
    bool read_zone_change();

    bool read_gfp_number(GfpFlags& flags);
    bool read_order(Order& order);
    bool read_type(std::string_view text, Migratetype& type);

    /// A zonelist as written: the zones it names are known only once the first dump has been read.
    struct NamedZonelist {
        std::uint32_t line = 0;
        unsigned node = 0;
        bool this_node = false;
        std::vector<unsigned> zone_numbers;
    };
    bool resolve(const NamedZonelist& named, Zonelist& list);

    Recording& recording_;
    RecordingError& error_;
    DumpParser dumps_;
    std::vector<NamedZonelist> zonelists_;
    Line line_;
    std::size_t field_ = 0;  ///< the next one of line_
};

}  // namespace pageframe
