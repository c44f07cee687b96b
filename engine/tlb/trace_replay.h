// A program's references through TLBs of any shape: reads the text that Valgrind's lackey writes with
// --trace-mem=yes, plain or gzipped, as a stream, and counts what misses.
//
//     I  04001030,3        an instruction of 3 bytes is fetched
//      L 1ffeffe7e8,8      a load          S  a store         M  a load and a store to the same place
//
//     bytes -> (gzip) -> lines -> page numbers -> L1 of its kind -> second level, mostly shared -> walk
//
// The rules are those of Valgrind's cachegrind with lines as long as a page, so that its counts can be the
// reference: the first level is filled only through the second; what the second evicts stays in the first;
// a reference across a page's border asks for both pages, the lower one first, and counts as one miss at
// most on each level; on a miss in the first level the second is asked for both pages.
//
// What is simplified against the machine's TLB (tlb.h): 4 KiB pages only, one address space, no flushes.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/inflate.h"
#include "engine/core/random.h"
#include "engine/tlb/geometry.h"
#include "engine/tlb/trace_line.h"

namespace pageframe {

struct TraceSettings {
    TlbGeometry instructions{64, 4};
    TlbGeometry data{64, 4};
    TlbGeometry shared{1536, 6};
    std::optional<TlbGeometry> data_second;  ///< data has a second level of its own; `shared` is the instructions'
    Replacement replacement = Replacement::true_lru;
    std::uint64_t seed = 0;
};

/// "1536,6", or one for instructions and one for data: "512,8/2048,16".
bool parse_second_level(std::string_view text, TraceSettings& settings);
/// Why there can be no such TLBs, of instructions, data and the second level; each empty when there can.
std::array<std::string, 3> shape_problems(const TraceSettings& settings);

/// What a trace came to. References and misses count once each, however many pages a reference touches;
/// walks count pages.
struct TraceCounts {
    std::uint64_t instructions = 0, instruction_misses = 0, shared_instruction_misses = 0;
    std::uint64_t data = 0, data_misses = 0, shared_data_misses = 0;
    std::uint64_t loads = 0, stores = 0, modifies = 0;
    std::uint64_t walks = 0;
    std::uint64_t references() const { return instructions + data; }
    bool operator==(const TraceCounts&) const = default;
};

/// Sets of page numbers, without translations: all that counting needs.
class PageSets {
public:
    PageSets(TlbGeometry geometry, Replacement replacement, std::uint64_t seed);

    /// True when the page was not there; it is now.
    [[gnu::always_inline]] bool misses(std::uint64_t page) {
        const std::uint64_t set = mask_ != no_mask ? page & mask_ : page % sets_;
        // Used twice in turn, an entry is where the first use has put it, whatever the replacement.
        return used_last_[set] != page + 1 && misses_in_set(set, page + 1);
    }

private:
    static constexpr std::uint64_t no_mask = ~std::uint64_t{0};

    [[gnu::noinline]] bool misses_in_set(std::uint64_t set, std::uint64_t tag);
    bool misses_lru(std::uint64_t* tags, std::uint64_t tag);
    bool misses_any(std::uint64_t set, std::uint64_t* tags, std::uint64_t tag);
    void touch(std::uint64_t set, std::uint32_t way) { trees_[set] = plru_after_use(trees_[set], way, ways_); }

    std::uint32_t sets_;
    std::uint32_t ways_;
    std::uint64_t mask_;
    Replacement replacement_;
    Random random_;
    // Tags are page numbers + 1; 0: empty.
    std::vector<std::uint64_t> used_last_;  ///< in each set
    std::vector<std::uint64_t> tags_;       ///< true LRU keeps a set in order of use
    std::vector<std::uint32_t> trees_;
};

/// Misses over time and over address, in bounded memory: a view's plots.
class TraceProfile {
public:
    static constexpr std::size_t most_buckets = 1024;
    static constexpr std::size_t most_regions = 4096;

    struct Bucket {
        std::uint32_t references = 0, first_level_misses = 0, second_level_misses = 0;
    };
    struct Region {
        std::uint64_t start = 0;  ///< address
        std::uint64_t references = 0, first_level_misses = 0, second_level_misses = 0;
    };

    void add(ReferenceKind kind, std::uint64_t address) {
        if (buckets_.back().references == per_bucket_) [[unlikely]]
            next_bucket();
        ++buckets_.back().references;
        const std::uint64_t region = address >> region_shift_;
        LastRegion& last = last_[kind == ReferenceKind::fetch];
        if (region != last.region) [[unlikely]]
            find_region(region, last);
        ++regions_[last.index].references;
    }
    /// The reference just added missed the first level.
    void add_miss(ReferenceKind kind, bool second_level_missed) {
        Bucket& bucket = buckets_.back();
        Region& place = regions_[last_[kind == ReferenceKind::fetch].index];
        ++bucket.first_level_misses;
        ++place.first_level_misses;
        bucket.second_level_misses += second_level_missed;
        place.second_level_misses += second_level_missed;
    }

    const std::vector<Bucket>& buckets() const { return buckets_; }
    std::uint64_t references_per_bucket() const { return per_bucket_; }
    /// By ascending address, without those never touched.
    std::vector<Region> regions() const;
    std::uint64_t region_bytes() const { return std::uint64_t{1} << region_shift_; }

private:
    static constexpr unsigned slot_bits = 13;
    static constexpr std::uint16_t no_region = 0xffff;
    static_assert(2 * most_regions == std::size_t{1} << slot_bits);

    /// Where the last reference was: code and data lie apart, and each is mostly where it was.
    struct LastRegion {
        std::uint64_t region = ~std::uint64_t{0};
        std::size_t index = 0;
    };

    void next_bucket();
    std::size_t slot_of(std::uint64_t region) const;
    [[gnu::noinline]] void find_region(std::uint64_t region, LastRegion& last);
    void widen_regions();

    std::vector<Bucket> buckets_{Bucket{}};
    std::uint32_t per_bucket_ = 1024;
    unsigned region_shift_ = 12;
    std::array<LastRegion, 2> last_;  ///< of data, of fetches
    std::vector<Region> regions_;     ///< in the order in which they were met
    std::vector<std::uint16_t> slots_ = std::vector<std::uint16_t>(std::size_t{1} << slot_bits, no_region);
};

class TraceReplay {
public:
    explicit TraceReplay(const TraceSettings& settings);

    /// Takes the next bytes of the file, plain or gzipped. False after an error, which error() tells.
    bool feed(std::span<const std::uint8_t> bytes);
    bool feed(std::string_view bytes) {
        return feed(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
    }
    /// No more bytes come. False when the trace ends in the middle of something.
    bool finish();

    TraceCounts counts() const;
    const TraceProfile& profile() const { return profile_; }
    const std::string& error() const { return error_; }

private:
    static constexpr std::size_t longest_line = 4096;  ///< lackey's own are 22 characters

    bool read_text(std::string_view text);
    const char* read_plain_lines(const char* place, const char* end);
    bool read_line(const char* begin, const char* end);
    bool fail(const std::string& message);
    void count(const TraceReference& reference);
    [[gnu::noinline]] void count_miss(ReferenceKind kind, std::uint64_t first_page, std::uint64_t last_page);

    PageSets instructions_;
    PageSets data_;
    PageSets shared_;
    std::optional<PageSets> data_second_;
    std::array<std::uint64_t, 4> of_kind_{};  ///< references, by ReferenceKind
    TraceCounts misses_;                      ///< without the references
    TraceProfile profile_;
    std::unique_ptr<GzipReader> gzip_;
    bool begun_ = false;
    std::string carry_;  ///< the begun line
    std::uint64_t line_ = 0;
    std::string error_;
};

/// "itlb=64,4 dtlb=64,4 stlb=1536,6 instructions ... walks ..." in one line.
std::string trace_summary(const TraceSettings& settings, const TraceCounts& counts);

}  // namespace pageframe
