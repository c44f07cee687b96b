// The only source of chance: an integer generator (SplitMix64) that is a value and part of what is
// seeded, so that the same text and the same seed give the same run on every machine.
#pragma once

#include <cstdint>

namespace pageframe {

class Random {
public:
    explicit Random(std::uint64_t seed = 0) : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }

    /// A number in [0, bound); 0 when bound is 0. The bias is below 2^-32 for bounds of 32 bits.
    std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32); }

    std::uint64_t state() const { return state_; }

private:
    std::uint64_t state_;
};

}  // namespace pageframe
