#include "ui/view_settings.h"

#include <cmath>

namespace pageframe::ui {
namespace {

constexpr std::uint64_t most_zoom = 100'000'000;  ///< thousandths

/// Reads digits; nothing if there are none, or more than 64 bits hold.
std::optional<std::uint64_t> read_number(std::string_view& text) {
    std::uint64_t value = 0;
    std::size_t digits = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
        const auto digit = static_cast<std::uint64_t>(text[digits] - '0');
        if (value > (UINT64_MAX - digit) / 10) return std::nullopt;
        value = value * 10 + digit;
        ++digits;
    }
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
    return value;
}

}  // namespace

std::string write_view_settings(const ViewSettings& settings) {
    std::string text = "1";
    if (settings.zoom > 1) {
        text += "z" + std::to_string(std::llround(static_cast<double>(settings.zoom) * 1000));
        text += "c" + std::to_string(settings.centre);
    }
    if (settings.zone) text += "n" + std::to_string(*settings.zone);
    if (settings.subject) text += "u" + std::to_string(static_cast<unsigned>(*settings.subject));
    if (settings.address) text += "a" + std::to_string(*settings.address);
    if (settings.selection) text += "s" + std::to_string(*settings.selection);
    return text;
}

std::optional<ViewSettings> read_view_settings(std::string_view text) {
    if (text.empty() || text.front() != '1') return std::nullopt;
    text.remove_prefix(1);
    ViewSettings settings;
    while (!text.empty()) {
        const char letter = text.front();
        text.remove_prefix(1);
        const std::optional<std::uint64_t> number = read_number(text);
        if (!number || (*number >= no_pfn && letter != 'a')) return std::nullopt;
        switch (letter) {
        case 'z':
            if (*number < 1000 || *number > most_zoom) return std::nullopt;
            settings.zoom = static_cast<float>(*number) / 1000;
            break;
        case 'c': settings.centre = static_cast<Pfn>(*number); break;
        case 'n':
            if (*number > 255) return std::nullopt;
            settings.zone = static_cast<ZoneId>(*number);
            break;
        case 'u':
            if (*number >= subject_count) return std::nullopt;
            settings.subject = static_cast<Subject>(*number);
            break;
        case 'a': settings.address = *number; break;
        case 's': settings.selection = static_cast<Pfn>(*number); break;
        default: return std::nullopt;
        }
    }
    return settings;
}

}  // namespace pageframe::ui
