// Every frame of the machine as one byte, kept up with the state: what the memory view is painted from.
//
//     state.frames   one 16-byte record a frame, in chunks that states share until they are written
//        |  only regions with a chunk that changed since the last look
//        v
//     codes          one byte a frame:   [starts a block | class | migrate type]
//     groups         one entry for 8 frames: the sum of their colours, for when they share a pixel
//
// A region is 1,024 frames: no block crosses its border, and a frame's code depends on its region alone. At
// most so many regions are read in one frame; what is left follows in the next.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>
#include <vector>

#include "engine/buddy/buddy.h"
#include "ui/palette.h"

namespace pageframe::ui {

enum class FrameClass : std::uint8_t { absent, reserved, free, per_cpu, used };

using FrameCode = std::uint8_t;
inline constexpr FrameCode starts_block = 0x80;
inline constexpr FrameCode code_mask = 0x7f;
inline constexpr unsigned code_count = 64;
constexpr FrameCode make_code(FrameClass frame_class, Migratetype type) {
    return static_cast<FrameCode>(static_cast<unsigned>(frame_class) << 3 | static_cast<unsigned>(type));
}
constexpr FrameClass class_of(FrameCode code) { return static_cast<FrameClass>((code & code_mask) >> 3); }
constexpr Migratetype type_of(FrameCode code) { return static_cast<Migratetype>(code & 7U); }

/// Sums of colours: red, green, blue in 21 bits each.
using ColourSum = std::uint64_t;
constexpr ColourSum colour_sum(Colour colour) {
    return ColourSum{colour & 0xffU} | ColourSum{colour >> 8 & 0xffU} << 21 | ColourSum{colour >> 16 & 0xffU} << 42;
}
/// The mean of so many colours' sum, rounded. Made once for a count, it multiplies where it would divide: exact
/// as long as the sums fit their 21 bits.
class ColourMean {
public:
    static constexpr std::uint32_t most_colours = 0x1fffff / 0xff;
    explicit constexpr ColourMean(std::uint32_t count)
        : count_(count), reciprocal_(((std::uint64_t{1} << shift) + count - 1) / count) {
        assert(count != 0 && count <= most_colours);
    }

    constexpr std::uint32_t count() const { return count_; }
    constexpr Colour of(ColourSum sum) const {
        return 0xff000000U | channel(sum) | channel(sum >> 21) << 8 | channel(sum >> 42) << 16;
    }

private:
    // With sums below 256 * count, the product is too high by less than 256 * count * count, 2^35 at most.
    static constexpr unsigned shift = 40;
    constexpr Colour channel(ColourSum sum) const {
        return static_cast<Colour>(((sum & 0x1fffffU) + count_ / 2) * reciprocal_ >> shift);
    }
    std::uint32_t count_;
    std::uint64_t reciprocal_;
};

class FrameMap {
public:
    static constexpr Pfn region_frames = frames_in(largest_order);
    static constexpr Pfn group_frames = 8;
    static constexpr std::size_t regions_per_update = 1024;

    /// Reads what changed. True: some is left for the next frame.
    bool update(const BuddyState& state, const Palette& palette);
    /// Regions whose codes changed in the last update, ascending.
    const std::vector<std::uint32_t>& changed_regions() const { return changed_; }
    bool everything_changed() const { return everything_changed_; }

    Pfn frame_count() const { return static_cast<Pfn>(codes_.size()); }
    const FrameCode* codes() const { return codes_.data(); }
    const ColourSum* groups() const { return groups_.data(); }
    /// A region that is one block, or nothing but absent frames.
    bool whole(std::uint32_t region) const { return whole_[region] != 0; }
    const std::array<ColourSum, code_count>& sums() const { return sums_; }

private:
    void start(const BuddyState& state);
    void set_palette(const Palette& palette);
    void find_pending(const BuddyState& state);
    bool region_shared(const BuddyState& state, std::uint32_t region) const;
    void read_region(const BuddyState& state, std::uint32_t region);
    void sum_region(std::uint32_t region);

    ChunkArray<PageFrame> seen_;
    std::vector<FrameCode> codes_;
    std::vector<ColourSum> groups_;
    std::vector<std::uint8_t> whole_;
    std::vector<std::uint8_t> pending_;  ///< by region: to be read
    std::size_t pending_count_ = 0;
    std::vector<std::uint32_t> changed_;
    bool everything_changed_ = false;
    const Palette* palette_ = nullptr;
    std::array<ColourSum, code_count> sums_{};
};

/// What a frame of this code looks like when it is not worth more than a pixel.
Colour plain_colour(const Palette& palette, FrameCode code);

}  // namespace pageframe::ui
