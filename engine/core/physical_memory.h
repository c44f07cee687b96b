// What stands in memory, byte by byte: only of the frames that somebody wrote, so that a machine of 16 GiB
// costs what was touched. Page tables, objects and a scenario's own stores all lie in it.
//
//     places_   by pfn:   uniform 0x00   uniform 0x6b   slot 0   uniform 0x00   slot 1 ...
//     words_    by slot:                                [512 words of 8 bytes]  [512 words]
//
// A frame that nobody wrote reads as zeros (a real machine's holds what was there before). A frame whose
// bytes are all the same costs four bytes. What a frame holds stays when it is freed, as in reality: who
// keeps a stale pointer reads the next owner's bytes. Bytes are little-endian on every host.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>

#include "engine/core/chunk_array.h"
#include "engine/core/hash.h"
#include "engine/core/types.h"

namespace pageframe {

/// Calls visit(at, bytes) for each frame's part of a range of physical memory.
template <class Visit>
void for_each_frame_part(std::uint64_t physical, std::uint64_t bytes, Visit visit) {
    while (bytes != 0) {
        const auto here = static_cast<std::uint32_t>(std::min(bytes, page_size - physical % page_size));
        visit(physical, here);
        physical += here;
        bytes -= here;
    }
}

class PhysicalMemory {
public:
    PhysicalMemory() = default;
    explicit PhysicalMemory(const std::shared_ptr<ChunkPool>& pool)
        : places_(pool, 0, uniform), words_(pool, 0, std::uint64_t{0}) {}

    /// The aligned 8 bytes at a physical address.
    std::uint64_t word(std::uint64_t address) const {
        const std::uint32_t place = place_of(static_cast<Pfn>(address >> page_shift));
        if (place & uniform) return repeated(place);
        return words_[word_index(place, address)];
    }
    /// The word with this index in a frame: `word(frame's address + 8 * index)`, for who goes through frames that were
    /// taken together, as page tables are.
    std::uint64_t word_of(Pfn pfn, std::uint32_t index) const {
        const std::uint32_t place = place_beside(pfn);
        if (place & uniform) [[unlikely]]
            return repeated(place);
        return words_[std::size_t{place} * words_per_frame + index];
    }
    void set_word(std::uint64_t address, std::uint64_t value) {
        ++version_;
        const std::uint32_t slot = own_slot(static_cast<Pfn>(address >> page_shift));
        words_.write(word_index(slot, address)) = value;
    }

    /// The words of a frame from `index` on, as far as they lie together: to be written in turn.
    std::span<std::uint64_t> words_from(Pfn pfn, std::uint32_t index) {
        ++version_;
        const std::size_t first = std::size_t{own_slot(pfn)} * words_per_frame + index;
        constexpr std::size_t together = ChunkArray<std::uint64_t>::entries_per_chunk;
        return {&words_.write(first), together - first % together};
    }

    /// 1, 2, 4 or 8 bytes; they may lie across words, not across frames' ends.
    std::uint64_t read(std::uint64_t address, unsigned size) const {
        const unsigned shift = 8 * (address & 7);
        std::uint64_t value = word(address & ~std::uint64_t{7}) >> shift;
        if (shift + 8 * size > 64) value |= word((address | 7) + 1) << (64 - shift);
        return value & mask(size);
    }
    void write(std::uint64_t address, std::uint64_t value, unsigned size) {
        const unsigned shift = 8 * (address & 7);
        const std::uint64_t first = address & ~std::uint64_t{7};
        value &= mask(size);
        set_word(first, (word(first) & ~(mask(size) << shift)) | value << shift);
        if (shift + 8 * size <= 64) return;
        set_word(first + 8, (word(first + 8) & ~(mask(size) >> (64 - shift))) | value >> (64 - shift));
    }

    /// `length` bytes of one frame become `byte`.
    void fill(std::uint64_t address, std::uint32_t length, std::uint8_t byte) {
        const auto pfn = static_cast<Pfn>(address >> page_shift);
        if (length == page_size && address % page_size == 0) return make_uniform(pfn, byte);
        const std::uint32_t place = place_of(pfn);
        if (place == (uniform | byte)) return;
        while (length > 0 && address % 8 != 0) write(address++, byte, 1), --length;
        for (; length >= 8; address += 8, length -= 8) set_word(address, repeated(byte));
        while (length > 0) write(address++, byte, 1), --length;
    }

    /// The frame's bytes, if all are the same: 0..255; -1 if they are not.
    int uniform_byte(Pfn pfn) const {
        const std::uint32_t place = place_of(pfn);
        return place & uniform ? static_cast<int>(place & 0xff) : -1;
    }
    /// Grows with every write: while it is the same, so is all that was read. Not of a copy of it.
    std::uint64_t version() const { return version_; }
    /// Frames beyond this one were never written.
    Pfn frames_reached() const { return static_cast<Pfn>(places_.size()); }

    void add_to(Hash& hash) const {
        for (Pfn pfn = 0; pfn < frames_reached(); ++pfn) {
            const std::uint32_t place = places_[pfn];
            if (place == uniform) continue;
            hash.add(pfn);
            if (place & uniform) {
                hash.add(place);
                continue;
            }
            for (std::size_t i = 0; i < words_per_frame; ++i) hash.add(words_[place * words_per_frame + i]);
        }
    }

private:
    static constexpr std::uint32_t uniform = 0x80000000U;  ///< the frame's byte below it
    static constexpr std::size_t words_per_frame = page_size / 8;
    static constexpr std::uint64_t no_slot = ~std::uint64_t{0};

    static std::uint64_t repeated(std::uint32_t byte) { return (byte & 0xff) * 0x0101010101010101ULL; }
    static std::uint64_t mask(unsigned size) {
        return size >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * size)) - 1;
    }
    static std::size_t word_index(std::uint32_t slot, std::uint64_t address) {
        return slot * words_per_frame + (address % page_size) / 8;
    }
    std::uint32_t place_of(Pfn pfn) const { return pfn < places_.size() ? places_[pfn] : uniform; }
    std::uint32_t place_beside(Pfn pfn) const { return pfn < places_.size() ? places_.beside(pfn) : uniform; }

    void reach(Pfn pfn) {
        if (pfn >= places_.size())
            places_.grow(std::max<std::size_t>(std::size_t{pfn} + 1, 2 * places_.size()), uniform);
    }

    /// The frame's slot, made from what the frame held if it has none.
    [[gnu::always_inline]] std::uint32_t own_slot(Pfn pfn) {
        const std::uint32_t place = place_of(pfn);
        return place & uniform ? make_slot(pfn, place) : place;
    }
    [[gnu::noinline, gnu::cold]] std::uint32_t make_slot(Pfn pfn, std::uint32_t place) {
        reach(pfn);
        std::uint32_t slot = slots_used_;
        if (free_slot_ != no_slot) {
            slot = static_cast<std::uint32_t>(free_slot_);
            free_slot_ = words_[slot * words_per_frame];
        } else {
            ++slots_used_;
            const std::size_t needed = slots_used_ * words_per_frame;
            if (needed > words_.size()) words_.grow(std::max(needed, 2 * words_.size()), std::uint64_t{0});
        }
        for (std::size_t i = 0; i < words_per_frame; ++i) words_.write(slot * words_per_frame + i) = repeated(place);
        places_.write(pfn) = slot;
        return slot;
    }

    void make_uniform(Pfn pfn, std::uint8_t byte) {
        const std::uint32_t place = place_of(pfn);
        if (place == (uniform | byte)) return;
        ++version_;
        reach(pfn);
        if (!(place & uniform)) {
            words_.write(place * words_per_frame) = free_slot_;
            free_slot_ = place;
        }
        places_.write(pfn) = uniform | byte;
    }

    ChunkArray<std::uint32_t> places_;
    ChunkArray<std::uint64_t> words_;
    std::uint64_t version_ = 0;
    std::uint32_t slots_used_ = 0;
    std::uint64_t free_slot_ = no_slot;  ///< given back slots, linked through their first words
};

}  // namespace pageframe
