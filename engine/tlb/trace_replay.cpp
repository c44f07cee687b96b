// Lines to references, references to misses.
#include "engine/tlb/trace_replay.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/core/types.h"
#include "engine/tlb/trace_line.h"

namespace pageframe {

// ---------------------------------------------------------------- sets

PageSets::PageSets(TlbGeometry geometry, Replacement replacement, std::uint64_t seed)
    : sets_(geometry.sets()), ways_(geometry.ways), mask_(std::has_single_bit(sets_) ? sets_ - 1 : no_mask),
      replacement_(replacement), random_(seed), used_last_(sets_), tags_(std::size_t{sets_} * ways_),
      trees_(replacement == Replacement::tree_plru ? sets_ : 0) {}

bool PageSets::misses_in_set(std::uint64_t set, std::uint64_t tag) {
    used_last_[set] = tag;
    std::uint64_t* tags = tags_.data() + set * ways_;
    return replacement_ == Replacement::true_lru ? misses_lru(tags, tag) : misses_any(set, tags, tag);
}

/// A set stands in order of use: what is used moves to the front, what falls off the end is evicted.
bool PageSets::misses_lru(std::uint64_t* tags, std::uint64_t tag) {
    std::uint64_t moved = std::exchange(tags[0], tag);
    for (std::uint32_t way = 1; way < ways_; ++way) {
        std::swap(tags[way], moved);
        if (moved == tag) return false;
    }
    return true;
}

bool PageSets::misses_any(std::uint64_t set, std::uint64_t* tags, std::uint64_t tag) {
    std::uint32_t empty = ways_;
    for (std::uint32_t way = 0; way < ways_; ++way) {
        if (tags[way] == tag) {
            if (replacement_ == Replacement::tree_plru) touch(set, way);
            return false;
        }
        if (tags[way] == 0 && empty == ways_) empty = way;
    }
    std::uint32_t victim = empty;
    if (victim == ways_)
        victim = replacement_ == Replacement::random ? random_.below(ways_) : plru_victim(trees_[set], ways_);
    tags[victim] = tag;
    if (replacement_ == Replacement::tree_plru) touch(set, victim);
    return true;
}

// ---------------------------------------------------------------- reading

TraceReplay::TraceReplay(const TraceSettings& settings)
    : instructions_(settings.instructions, settings.replacement, settings.seed),
      data_(settings.data, settings.replacement, settings.seed + 1),
      shared_(settings.shared, settings.replacement, settings.seed + 2) {
    if (settings.data_second) data_second_.emplace(*settings.data_second, settings.replacement, settings.seed + 3);
}

bool parse_second_level(std::string_view text, TraceSettings& settings) {
    const std::size_t slash = text.find('/');
    settings.data_second.reset();
    if (slash != text.npos && !parse_geometry(text.substr(slash + 1), settings.data_second.emplace())) return false;
    return parse_geometry(text.substr(0, slash), settings.shared);
}

std::array<std::string, 3> shape_problems(const TraceSettings& settings) {
    const auto problem = [&](const TlbGeometry& geometry) { return geometry_problem(geometry, settings.replacement); };
    std::string second = problem(settings.shared);
    if (second.empty() && settings.data_second) second = problem(*settings.data_second);
    return {problem(settings.instructions), problem(settings.data), std::move(second)};
}

bool TraceReplay::fail(const std::string& message) {
    if (error_.empty()) error_ = message;
    return false;
}

bool TraceReplay::feed(std::span<const std::uint8_t> bytes) {
    if (!error_.empty()) return false;
    if (bytes.empty()) return true;
    if (!begun_) {
        // One byte is too little to know; a trace's first byte is never gzip's.
        begun_ = true;
        if (bytes[0] == 0x1f) gzip_ = std::make_unique<GzipReader>([this](std::string_view text) { read_text(text); });
    }
    if (gzip_ == nullptr) return read_text(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    if (!gzip_->feed(bytes)) return fail(gzip_->error());
    return error_.empty();
}

bool TraceReplay::finish() {
    if (error_.empty() && gzip_ != nullptr && !gzip_->finish()) fail(gzip_->error());
    if (!error_.empty()) return false;
    if (!carry_.empty()) {
        const std::string last = std::move(carry_);
        carry_.clear();
        if (!read_line(last.data(), last.data() + last.size())) return false;
    }
    if (counts().references() == 0) return fail("there is no reference in it: not a trace of lackey's --trace-mem=yes");
    return true;
}

bool TraceReplay::read_text(std::string_view text) {
    if (!error_.empty()) return false;
    const char* place = text.data();
    const char* const end = place + text.size();
    while (place < end) {
        if (carry_.empty()) {
            place = read_plain_lines(place, end);
            if (place == end) return true;
        }
        const auto* newline = static_cast<const char*>(std::memchr(place, '\n', static_cast<std::size_t>(end - place)));
        if (newline == nullptr) {
            carry_.append(place, end);
            if (carry_.size() > longest_line)
                return fail("line " + std::to_string(line_ + 1) + " is too long for a trace of lackey's");
            return true;
        }
        if (carry_.empty()) {
            if (!read_line(place, newline)) return false;
        } else {
            carry_.append(place, newline);
            const bool good = read_line(carry_.data(), carry_.data() + carry_.size());
            carry_.clear();
            if (!good) return false;
        }
        place = newline + 1;
    }
    return true;
}

/// Lines as lackey writes them, and nothing else: the place of the first that is none, or is near the end.
const char* TraceReplay::read_plain_lines(const char* place, const char* end) {
    TraceReference plain;
    std::uint64_t lines = 0;
    while (end - place >= plain_reference_characters) {
        const char* const after = read_plain_reference(place, plain);
        if (after == nullptr) break;
        ++lines;
        count(plain);
        place = after;
    }
    line_ += lines;
    return place;
}

bool TraceReplay::read_line(const char* begin, const char* end) {
    ++line_;
    if (end > begin && end[-1] == '\r') --end;
    // What Valgrind itself says ("==1234== ..."), and empty lines.
    if (begin == end || (end - begin > 1 && begin[0] == '=' && begin[1] == '=')) return true;

    const auto wrong = [&] {
        std::string shown(begin, std::min<std::size_t>(static_cast<std::size_t>(end - begin), 40));
        for (char& character : shown)
            if (static_cast<unsigned char>(character) < ' ' || static_cast<unsigned char>(character) > '~')
                character = '?';
        return fail("line " + std::to_string(line_) + ": \"I  address,size\" or L, S, M was expected, not \"" + shown +
                    "\"");
    };
    TraceReference read;
    if (read_reference(begin, end, read) != end) return wrong();
    if (!read.fits()) return fail("line " + std::to_string(line_) + ": a reference may touch two pages, not more");
    count(read);
    return true;
}

// ---------------------------------------------------------------- counting

[[gnu::always_inline]] inline void TraceReplay::count(const TraceReference& reference) {
    ++of_kind_[static_cast<std::size_t>(reference.kind)];
    PageSets& first_level = reference.kind == ReferenceKind::fetch ? instructions_ : data_;
    const std::uint64_t first_page = reference.address >> page_shift;
    const std::uint64_t last_page = reference.last() >> page_shift;
    bool missed = first_level.misses(first_page);
    if (last_page != first_page) [[unlikely]]
        missed |= first_level.misses(last_page);
    profile_.add(reference.kind, reference.address);
    if (missed) [[unlikely]]
        count_miss(reference.kind, first_page, last_page);
}

/// The first level missed: the second, its kind's own or the shared one, is asked for both pages.
void TraceReplay::count_miss(ReferenceKind kind, std::uint64_t first_page, std::uint64_t last_page) {
    PageSets& second = kind != ReferenceKind::fetch && data_second_ ? *data_second_ : shared_;
    bool missed = second.misses(first_page);
    misses_.walks += missed;
    if (last_page != first_page) {
        const bool last_missed = second.misses(last_page);
        misses_.walks += last_missed;
        missed |= last_missed;
    }
    profile_.add_miss(kind, missed);
    if (kind == ReferenceKind::fetch) {
        ++misses_.instruction_misses;
        misses_.shared_instruction_misses += missed;
    } else {
        ++misses_.data_misses;
        misses_.shared_data_misses += missed;
    }
}

TraceCounts TraceReplay::counts() const {
    const auto of = [this](ReferenceKind kind) { return of_kind_[static_cast<std::size_t>(kind)]; };
    TraceCounts counts = misses_;
    counts.instructions = of(ReferenceKind::fetch);
    counts.loads = of(ReferenceKind::load);
    counts.stores = of(ReferenceKind::store);
    counts.modifies = of(ReferenceKind::modify);
    counts.data = counts.loads + counts.stores + counts.modifies;
    return counts;
}

std::string trace_summary(const TraceSettings& settings, const TraceCounts& counts) {
    std::string text;
    const auto shape = [&](const char* name, const TlbGeometry& geometry) {
        text += std::string(name) + std::to_string(geometry.entries) + ',' + std::to_string(geometry.ways);
    };
    const auto count = [&](const char* name, std::uint64_t value) {
        text += std::string(name) + ' ' + std::to_string(value) + ' ';
    };
    shape("itlb=", settings.instructions);
    shape(" dtlb=", settings.data);
    shape(" stlb=", settings.shared);
    if (settings.data_second) shape("/", *settings.data_second);
    text += ' ';
    count("instructions", counts.instructions);
    count("itlb_misses", counts.instruction_misses);
    count("data", counts.data);
    count("dtlb_misses", counts.data_misses);
    count("stlb_instruction_misses", counts.shared_instruction_misses);
    count("stlb_data_misses", counts.shared_data_misses);
    count("references", counts.references());
    count("walks", counts.walks);
    text.pop_back();
    return text;
}

}  // namespace pageframe
