#include "engine/replay/slab_recording.h"

#include "engine/replay/slab_lines.h"
#include "engine/replay/slab_run.h"

namespace pageframe {

namespace {

enum class SlabRecordingKind : std::uint8_t { none, geometry, sequence, kmalloc };

/// By the first records: a sequence has one C line and then its random sequence.
SlabRecordingKind kind_of(std::string_view text) {
    SlabRecordingKind kind = SlabRecordingKind::none;
    for_each_line(text, [&](const Line& line) {
        const std::string_view tag = line[0];
        if (tag.empty() || tag.starts_with('#') || tag == "CPUNODE") return true;
        if (tag == "ZERO" || tag == "K") kind = SlabRecordingKind::kmalloc;
        if (tag == "MERGE") kind = SlabRecordingKind::geometry;
        if (tag == "C") {
            if (line.named("object_size").empty()) return false;
            if (kind == SlabRecordingKind::none) {
                kind = SlabRecordingKind::geometry;
                return true;
            }
        }
        if (tag == "RANDOMSEQ" && kind == SlabRecordingKind::geometry) kind = SlabRecordingKind::sequence;
        return false;
    });
    return kind;
}

template <class Integer>
bool read(const Line& line, std::string_view name, Integer& value, int base = 10) {
    std::string_view text = line.named(name);
    if (base == 16 && text.starts_with("0x")) text.remove_prefix(2);
    return parse_number(text, value, base);
}

}  // namespace

bool read_cache(const Line& line, RecordedCache& cache) {
    cache = {};
    cache.name = line[1];
    cache.line = line.number();
    unsigned constructor = 0;
    CacheGeometry& made = cache.geometry;
    const bool whole = read(line, "req_size", cache.request.size) && read(line, "req_align", cache.request.align) &&
                       read(line, "req_flags", cache.request.flags, 16) && read(line, "ctor", constructor) &&
                       read(line, "object_size", made.object_size) && read(line, "size", made.size) &&
                       read(line, "inuse", made.inuse) && read(line, "offset", made.offset) &&
                       read(line, "align", made.align) && read(line, "red_left_pad", made.red_left_pad) &&
                       read(line, "order", made.order) && read(line, "objs", made.objects) &&
                       read(line, "min_order", made.min_order) && read(line, "min_objs", made.min_objects) &&
                       read(line, "min_partial", made.min_partial) && read(line, "cpu_partial", made.cpu_partial) &&
                       read(line, "cpu_partial_slabs", made.cpu_partial_slabs) &&
                       read(line, "allocflags", made.allocation_flags, 16) && read(line, "flags", made.flags, 16) &&
                       read(line, "refcount", cache.refcount);
    cache.request.constructor = constructor != 0;
    return whole;
}

void read_slub_options(const Line& line, SlubOptions& options) {
    for (const SlubNumber& number : slub_numbers) line.named_number(number.name, options.*number.member);
}

void add_known(const KnownSlubOptions& known, SlubOptions& options) {
    for (std::size_t i = 0; i < std::size(slub_numbers); ++i)
        if (known.numbers[i]) options.*slub_numbers[i].member = *known.numbers[i];
    if (known.debug) options.debug = *known.debug;
}

std::string geometry_text(const CacheGeometry& geometry) {
    std::string text;
    const auto add = [&](const char* name, std::uint64_t value) {
        text += (text.empty() ? "" : " ") + std::string(name) + "=" + std::to_string(value);
    };
    add("object_size", geometry.object_size);
    add("size", geometry.size);
    add("inuse", geometry.inuse);
    add("offset", geometry.offset);
    add("align", geometry.align);
    add("red_left_pad", geometry.red_left_pad);
    add("order", geometry.order);
    add("objs", geometry.objects);
    add("min_order", geometry.min_order);
    add("min_objs", geometry.min_objects);
    add("min_partial", geometry.min_partial);
    add("cpu_partial", geometry.cpu_partial);
    add("cpu_partial_slabs", geometry.cpu_partial_slabs);
    add("allocflags", geometry.allocation_flags);
    add("flags", geometry.flags);
    return text;
}

bool looks_like_slab_sequence(std::string_view text) { return kind_of(text) == SlabRecordingKind::sequence; }

bool looks_like_slab_recording(std::string_view text) { return kind_of(text) != SlabRecordingKind::none; }

std::optional<ReplayReport> replay_slab(std::string_view text, RecordingError& error, const KnownSlubOptions& known) {
    switch (kind_of(text)) {
    case SlabRecordingKind::geometry: return replay_geometry(text, error, known);
    case SlabRecordingKind::sequence: return replay_sequence(text, error, known);
    case SlabRecordingKind::kmalloc: return replay_kmalloc(text, error);
    case SlabRecordingKind::none: break;
    }
    error = {1, "expected a recording of the slab allocator"};
    return std::nullopt;
}

}  // namespace pageframe
