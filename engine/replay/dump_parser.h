// Reads the lines between DUMP and ENDDUMP: the allocator's whole state (see recording.h).
#pragma once

#include "engine/replay/line.h"
#include "engine/replay/recording.h"

namespace pageframe {

class DumpParser {
public:
    DumpParser(Recording& recording, RecordingError& error) : recording_(recording), error_(error) {}

    bool is_open() const { return open_; }
    /// DUMP: what follows belongs to it.
    bool begin(const Line& line);
    /// One line inside, ENDDUMP included; false when it does not fit, with the reason in the error.
    bool read(const Line& line);

    /// The zone that recordings call `number`, or the number of zones when there is none.
    static ZoneId find_zone(const Recording& recording, std::string_view number);

private:
    bool fail(const Line& line, std::string message);
    bool end(const Line& line);
    bool check_complete(const RecordedZone& zone);
    bool read_zone(const Line& line);
    bool read_zone_number(const Line& line, RecordedZone& zone);
    bool read_per_cpu_pages(const Line& line);
    bool read_per_cpu_list(const Line& line);
    bool read_pageblocks(const Line& line);
    bool read_free_count(const Line& line);
    bool read_free_list(const Line& line);
    bool read_frames(const Line& line);

    bool read_type(const Line& line, std::string_view text, Migratetype& type);
    bool read_pair(const Line& line, std::string_view text, RecordedPage& page);
    /// The zone that the line names; nothing unless its ZONE line came before.
    RecordedZone* zone_of(const Line& line);
    /// The CPU's share of the zone that the line names; `next` is the field after both.
    RecordedCpuPages* cpu_of(const Line& line, std::size_t& next);

    Recording& recording_;
    RecordingError& error_;
    bool open_ = false;
    RecordedDump dump_;
};

}  // namespace pageframe
