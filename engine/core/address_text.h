// Addresses and sizes in sentences.
#pragma once

#include <cstdint>
#include <string>

namespace pageframe {

/// "ffffc90000000000", as the kernel prints addresses: 16 digits.
inline std::string hex_address(std::uint64_t value) {
    std::string text(16, '0');
    for (std::size_t i = 16; i-- > 0; value >>= 4) text[i] = "0123456789abcdef"[value & 15];
    return text;
}

/// "0x1f"
inline std::string hex_number(std::uint64_t value) {
    std::string text;
    do text.insert(text.begin(), "0123456789abcdef"[value & 15]);
    while ((value >>= 4) != 0);
    return "0x" + text;
}

/// "5 pages", "1 page"
inline std::string pages_text(std::uint64_t count) { return std::to_string(count) + (count == 1 ? " page" : " pages"); }

/// "20 KiB", "2 MiB", "100 bytes"
inline std::string bytes_text(std::uint64_t bytes) {
    constexpr const char* units[] = {" KiB", " MiB", " GiB", " TiB"};
    if (bytes == 0 || bytes % 1024 != 0) return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
    unsigned unit = 0;
    bytes /= 1024;
    while (bytes % 1024 == 0 && unit < 3) bytes /= 1024, ++unit;
    return std::to_string(bytes) + units[unit];
}

}  // namespace pageframe
