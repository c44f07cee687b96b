// The state hash: the same scenario gives the same number natively and in WebAssembly. 64-bit
// multiply-and-fold over values (never over raw memory, so that padding and byte order have no say).
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace pageframe {

class Hash {
public:
    template <class Value>
        requires(std::integral<Value> || std::is_enum_v<Value>)
    void add(Value value) {
        mix(static_cast<std::uint64_t>(value));
    }
    void add(std::string_view text) {
        mix(text.size());
        for (char c : text) mix(static_cast<unsigned char>(c));
    }
    std::uint64_t value() const { return value_ ^ (value_ >> 32); }

private:
    void mix(std::uint64_t word) {
        value_ = (value_ ^ word) * 0x9e3779b97f4a7c15ULL;
        value_ ^= value_ >> 29;
    }
    std::uint64_t value_ = 0x243f6a8885a308d3ULL;
};

}  // namespace pageframe
