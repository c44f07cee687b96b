#include "ui/format.h"

namespace pageframe::ui {

std::string count_text(std::uint64_t count) {
    std::string text = std::to_string(count);
    for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
    return text;
}

std::string bytes_text(std::uint64_t bytes) {
    constexpr const char* units[] = {" B", " KiB", " MiB", " GiB"};
    unsigned unit = 0;
    std::uint64_t tenths = bytes * 10;
    while (unit < 3 && tenths >= 10240) {
        tenths /= 1024;
        ++unit;
    }
    std::string text = count_text(tenths / 10);
    if (tenths % 10 != 0) text += "." + std::to_string(tenths % 10);
    return text + units[unit];
}

}  // namespace pageframe::ui
