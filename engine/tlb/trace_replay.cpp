// Lines to references, references to misses.
#include "engine/tlb/trace_replay.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/core/types.h"

namespace pageframe {

namespace {

/// The value of each character as a hexadecimal digit; 16: it is none.
constexpr std::array<std::uint8_t, 256> digit_table = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(16);
    for (unsigned i = 0; i < 10; ++i) table['0' + i] = static_cast<std::uint8_t>(i);
    for (unsigned i = 0; i < 6; ++i) {
        table['a' + i] = static_cast<std::uint8_t>(10 + i);
        table['A' + i] = static_cast<std::uint8_t>(10 + i);
    }
    return table;
}();

unsigned digit(char character) { return digit_table[static_cast<unsigned char>(character)]; }

struct Reference {
    char kind = 0;  ///< I, L, S, M
    std::uint64_t address = 0;
    std::uint64_t size = 0;  ///< bytes

    std::uint64_t last() const { return address + (size - 1); }
    /// The counting knows no reference to more than two pages.
    bool fits() const { return size <= page_size && last() >= address; }
};

/// "I  04001030,3" or " L 1ffeffe7e8,8" at `begin`: the place after it; nullptr: it is none.
inline const char* parse_reference(const char* begin, const char* end, Reference& reference) {
    if (end - begin < 6 || begin[2] != ' ') return nullptr;
    if (begin[0] == 'I' && begin[1] == ' ')
        reference.kind = 'I';
    else if (begin[0] == ' ' && (begin[1] == 'L' || begin[1] == 'S' || begin[1] == 'M'))
        reference.kind = begin[1];
    else
        return nullptr;

    const char* place = begin + 3;
    std::uint64_t address = 0;
    const char* const digits = place;
    for (unsigned value = 0; place < end && (value = digit(*place)) < 16; ++place) address = address << 4 | value;
    if (place == digits || place - digits > 16 || place == end || *place != ',') return nullptr;
    reference.address = address;
    std::uint64_t size = 0;
    const char* const size_digits = ++place;
    for (; place < end && *place >= '0' && *place <= '9' && size <= page_size; ++place)
        size = 10 * size + static_cast<std::uint64_t>(*place - '0');
    reference.size = size;
    return place != size_digits && size != 0 ? place : nullptr;
}

}  // namespace

// ---------------------------------------------------------------- sets

PageSets::PageSets(TlbGeometry geometry, Replacement replacement, std::uint64_t seed)
    : sets_(geometry.sets()), ways_(geometry.ways), mask_(std::has_single_bit(sets_) ? sets_ - 1 : no_mask),
      replacement_(replacement), random_(seed), tags_(std::size_t{sets_} * ways_),
      trees_(replacement == Replacement::tree_plru ? sets_ : 0) {}

/// A set stands in order of use: what is used moves to the front, what falls off the end is evicted.
bool PageSets::misses_lru(std::uint64_t* tags, std::uint64_t tag) {
    std::uint64_t moved = std::exchange(tags[0], tag);
    for (std::uint32_t way = 1; way < ways_; ++way) {
        std::swap(tags[way], moved);
        if (moved == tag) return false;
    }
    return true;
}

bool PageSets::misses_other(std::uint64_t set, std::uint64_t* tags, std::uint64_t tag) {
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
      shared_(settings.shared, settings.replacement, settings.seed + 2) {}

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
    if (counts_.references() == 0) return fail("there is no reference in it: not a trace of lackey's --trace-mem=yes");
    return true;
}

bool TraceReplay::read_text(std::string_view text) {
    if (!error_.empty()) return false;
    const char* place = text.data();
    const char* const end = place + text.size();
    while (place < end) {
        // Nearly every line is a reference and nothing else: no look for its end first.
        if (Reference plain; carry_.empty()) {
            const char* const after = parse_reference(place, end, plain);
            if (after != nullptr && after != end && *after == '\n' && plain.fits()) [[likely]] {
                ++line_;
                reference(plain.kind, plain.address, plain.last());
                place = after + 1;
                continue;
            }
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
    Reference read;
    if (parse_reference(begin, end, read) != end) return wrong();
    if (!read.fits()) return fail("line " + std::to_string(line_) + ": a reference may touch two pages, not more");
    reference(read.kind, read.address, read.last());
    return true;
}

// ---------------------------------------------------------------- counting

inline void TraceReplay::reference(char kind, std::uint64_t address, std::uint64_t last) {
    const bool fetch = kind == 'I';
    PageSets& first_level = fetch ? instructions_ : data_;
    const std::uint64_t first_page = address >> page_shift;
    const std::uint64_t last_page = last >> page_shift;
    bool missed = first_level.misses(first_page);
    if (last_page != first_page) [[unlikely]]
        missed |= first_level.misses(last_page);
    const bool missed_second = missed && second_level_misses(first_page, last_page);
    profile_.add(address, missed, missed_second);

    if (fetch) {
        ++counts_.instructions;
        counts_.instruction_misses += missed;
        counts_.shared_instruction_misses += missed_second;
        return;
    }
    ++counts_.data;
    counts_.data_misses += missed;
    counts_.shared_data_misses += missed_second;
    ++(kind == 'L' ? counts_.loads : kind == 'S' ? counts_.stores : counts_.modifies);
}

bool TraceReplay::second_level_misses(std::uint64_t first_page, std::uint64_t last_page) {
    const bool first = shared_.misses(first_page);
    counts_.walks += first;
    if (last_page == first_page) return first;
    const bool last = shared_.misses(last_page);
    counts_.walks += last;
    return first || last;
}

std::string trace_summary(const TraceSettings& settings, const TraceCounts& counts) {
    std::string text;
    const auto shape = [&](const char* name, const TlbGeometry& geometry) {
        text += std::string(name) + '=' + std::to_string(geometry.entries) + ',' + std::to_string(geometry.ways) + ' ';
    };
    const auto count = [&](const char* name, std::uint64_t value) {
        text += std::string(name) + ' ' + std::to_string(value) + ' ';
    };
    shape("itlb", settings.instructions);
    shape("dtlb", settings.data);
    shape("stlb", settings.shared);
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
