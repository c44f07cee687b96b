// From a recording's first dump to a machine: the engine's state with every list in the kernel's order.
//
// The page map (PM) says what every frame is; the lists (FL, PL) say which of them are heads of blocks.
// A free block's other frames and those of a block on a CPU's list become its interior. What was
// allocated before the recording began stands there frame by frame, because a page map does not say where
// one allocation ends and the next begins; no operation of the recording frees it.
#include <algorithm>

#include "engine/buddy/buddy_check.h"
#include "engine/buddy/free_lists.h"
#include "engine/replay/recording.h"

namespace pageframe {
namespace {

class Loader {
public:
    Loader(const Recording& recording, State& state, RecordingError& error)
        : recording_(recording), dump_(recording.dumps.front()), buddy_(state.buddy), error_(error) {}

    bool load(std::shared_ptr<ChunkPool> pool);

private:
    bool fail(std::uint32_t line, std::string message) {
        error_ = {line, std::move(message)};
        return false;
    }
    bool check_zones() const;
    Pfn end_of_memory() const;
    void load_zones(const std::shared_ptr<ChunkPool>& pool);
    bool load_frames();
    bool load_frame(const RecordedFrames& row, Pfn pfn, char character);
    bool load_pageblocks(const RecordedZone& zone);
    bool load_free_lists(ZoneId id);
    bool load_per_cpu_lists(ZoneId id);
    bool load_list(ZoneId id, std::uint32_t line, const RecordedCpuPages& from, unsigned index, BlockList& list);
    bool claim(ZoneId id, std::uint32_t line, Pfn pfn, Order order);
    bool check_claims();

    const Recording& recording_;
    const RecordedDump& dump_;
    BuddyState& buddy_;
    RecordingError& error_;
    std::vector<bool> claimed_;  ///< frames that belong to a block on a list
};

bool Loader::load(std::shared_ptr<ChunkPool> pool) {
    if (!check_zones()) return fail(dump_.line, "two zones of the dump overlap");
    const Pfn end = end_of_memory();
    buddy_.frames = {pool, end, PageFrame{}};
    buddy_.pageblocks = {pool, end >> pageblock_order, Migratetype::unmovable};
    claimed_.resize(end);
    load_zones(pool);
    if (!load_frames()) return false;
    for (ZoneId id = 0; id < dump_.zones.size(); ++id)
        if (!load_pageblocks(dump_.zones[id]) || !load_free_lists(id) || !load_per_cpu_lists(id)) return false;
    if (!check_claims()) return false;
    const std::string broken = check_buddy(buddy_);
    return broken.empty() || fail(dump_.line, "the dump contradicts itself: " + broken);
}

bool Loader::check_zones() const {
    std::vector<std::pair<Pfn, Pfn>> spans;
    for (const RecordedZone& zone : dump_.zones)
        spans.emplace_back(zone.fields.start, zone.fields.start + zone.fields.spanned);
    std::sort(spans.begin(), spans.end());
    for (std::size_t i = 1; i < spans.size(); ++i)
        if (spans[i].first < spans[i - 1].second) return false;
    return true;
}

/// Whole blocks of the largest order: the neighbour of any block has a record to look at.
Pfn Loader::end_of_memory() const {
    Pfn end = 0;
    for (const RecordedZone& zone : dump_.zones) end = std::max(end, zone.fields.start + zone.fields.spanned);
    for (const RecordedFrames& row : dump_.frames) end = std::max(end, row.pfn + row.count);
    return block_start(end + frames_in(largest_order) - 1, largest_order);
}

void Loader::load_zones(const std::shared_ptr<ChunkPool>& pool) {
    buddy_.cpu_node = recording_.cpu_node;
    buddy_.node_count = static_cast<std::uint8_t>(recording_.zonelists.size());
    buddy_.zonelists = recording_.zonelists;
    buddy_.watermark_boost_factor = recording_.watermark_boost_factor;
    buddy_.cma = recording_.migratetypes.size() == migratetype_count;
    // The recording module's pages belong to no process.
    buddy_.movable_pages_on_lru = false;
    buddy_.per_cpu = {pool, BuddyState::per_cpu_index(static_cast<ZoneId>(dump_.zones.size()), 0), PerCpuPages{}};
    for (const RecordedZone& zone : dump_.zones) buddy_.zones.push_back(zone.fields);
}

bool Loader::load_frames() {
    if (dump_.frames.empty()) return fail(dump_.line, "the first dump has no page map (PM)");
    for (const RecordedFrames& row : dump_.frames) {
        const std::string_view characters = recording_.characters(row);
        for (std::uint32_t i = 0; i < row.count; ++i)
            if (characters[i] != 'x' && !load_frame(row, row.pfn + i, characters[i])) return false;
    }
    return true;
}

bool Loader::load_frame(const RecordedFrames& row, Pfn pfn, char character) {
    if (!buddy_.zones[row.zone].contains(pfn))
        return fail(row.line, "pfn " + std::to_string(pfn) + " is not in this zone");
    PageFrame& frame = buddy_.frames.write(pfn);
    if (frame.kind != FrameKind::absent) return fail(row.line, "pfn " + std::to_string(pfn) + " was there before");
    frame.kind = FrameKind::allocated_head;
    switch (character) {
    case 'A': frame.use = FrameUse::other; break;
    case 't': frame.use = FrameUse::compound_tail; break;
    case 'S': frame.use = FrameUse::slab; break;
    case 'T': frame.use = FrameUse::page_table; break;
    case 'L': frame.use = FrameUse::lru; break;
    case 'M': frame.use = FrameUse::movable; break;
    case 'u': frame.use = FrameUse::unreferenced; break;
    case 'R': frame.kind = FrameKind::reserved; break;
    case 'p':
    case '-':
    case 'a': frame.kind = FrameKind::interior; break;
    default:
        if (character < '0' || character > '9')
            return fail(row.line, std::string("not a page map's character: ") + character);
        frame.kind = FrameKind::interior;
    }
    return true;
}

bool Loader::load_pageblocks(const RecordedZone& zone) {
    for (const auto& [pfn, type] : zone.pageblocks) {
        if ((pfn >> pageblock_order) >= buddy_.pageblocks.size())
            return fail(zone.line, "pageblock " + std::to_string(pfn) + " is outside of memory");
        buddy_.pageblocks.write(pfn >> pageblock_order) = type;
        if (type == Migratetype::isolate) ++buddy_.zones[buddy_.zone_of(pfn)].isolated_pageblocks;
    }
    return true;
}

/// Takes the frames of a block on a list: its own, whole, aligned, in the zone, and nobody else's.
bool Loader::claim(ZoneId id, std::uint32_t line, Pfn pfn, Order order) {
    const Zone& zone = buddy_.zones[id];
    const Pfn last = pfn + frames_in(order) - 1;
    const std::string name = "pfn " + std::to_string(pfn) + " of order " + std::to_string(order);
    if (block_start(pfn, order) != pfn || !zone.contains(pfn) || !zone.contains(last))
        return fail(line, "no block can be at " + name);
    for (Pfn frame = pfn; frame <= last; ++frame) {
        const PageFrame& record = buddy_.frames[frame];
        const bool tail = record.use == FrameUse::unreferenced && frame != pfn;
        if (claimed_[frame] || (record.kind != FrameKind::interior && !tail))
            return fail(line, "the page map has something else at " + name);
        claimed_[frame] = true;
        if (tail) buddy_.frames.write(frame) = {};
        if (tail) buddy_.frames.write(frame).kind = FrameKind::interior;
    }
    return true;
}

bool Loader::load_free_lists(ZoneId id) {
    const RecordedZone& from = dump_.zones[id];
    Zone& zone = buddy_.zones[id];
    for (Order order = 0; order < order_count; ++order) {
        for (unsigned index = 0; index < migratetype_count; ++index) {
            const auto type = static_cast<Migratetype>(index);
            for (Pfn pfn : from.free_lists[order][index]) {
                if (!claim(id, from.line, pfn, order)) return false;
                add_to_free_list(buddy_, id, order, type, pfn, buddy_.frames.write(pfn), ListEnd::tail);
            }
        }
        zone.free_area[order].nr_free = from.nr_free[order];
    }
    return true;
}

bool Loader::load_per_cpu_lists(ZoneId id) {
    for (std::size_t cpu = 0; cpu < buddy_.cpu_count(); ++cpu) {
        const RecordedCpuPages& from = dump_.zones[id].cpus[cpu];
        // Linking a page writes frames, not this; a copy keeps the order of things plain.
        PerCpuPages pages;
        pages.count = from.count;
        pages.high = from.high;
        pages.batch = from.batch;
        pages.free_factor = from.free_factor;
        pages.expire = from.expire;
        pages.free_pages_differential = from.free_pages_differential;
        pages.other_differential = from.other_differential;
        for (unsigned index = 0; index < per_cpu_list_count; ++index)
            if (!load_list(id, from.line, from, index, pages.lists[index])) return false;
        buddy_.write_pages_of_cpu(id, static_cast<CpuId>(cpu)) = pages;
    }
    return true;
}

bool Loader::load_list(ZoneId id, std::uint32_t line, const RecordedCpuPages& from, unsigned index, BlockList& list) {
    const Order order = order_of_per_cpu_list(index);
    for (const RecordedPage& page : from.lists[index]) {
        if (!claim(id, line, page.pfn, order)) return false;
        PageFrame& frame = buddy_.frames.write(page.pfn);
        frame.kind = FrameKind::per_cpu_head;
        frame.order = order;
        frame.migratetype = page.type;
        list_add(buddy_.frames, list, page.pfn, frame, ListEnd::tail);
    }
    return true;
}

bool Loader::check_claims() {
    for (const RecordedFrames& row : dump_.frames)
        for (Pfn pfn = row.pfn; pfn < row.pfn + row.count; ++pfn)
            if (buddy_.frames[pfn].kind == FrameKind::interior && !claimed_[pfn])
                return fail(row.line,
                            "the page map says that pfn " + std::to_string(pfn) + " is free, and it is on no list");
    return true;
}

}  // namespace

std::optional<State> initial_state(const Recording& recording, std::shared_ptr<ChunkPool> pool, RecordingError& error) {
    State state;
    if (!Loader(recording, state, error).load(std::move(pool))) return std::nullopt;
    return state;
}

}  // namespace pageframe
