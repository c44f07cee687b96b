#include "ui/wrapped_text.h"

namespace pageframe::ui {

std::vector<std::string_view> wrap_words(const Painter& painter, TextStyle style, std::string_view text, float width) {
    std::vector<std::string_view> lines;
    std::size_t start = 0;
    while (start < text.size()) {
        std::size_t end = text.find(' ', start);
        if (end == std::string_view::npos) end = text.size();
        while (end < text.size()) {
            const std::size_t next = std::min(text.find(' ', end + 1), text.size());
            if (painter.width(style, text.substr(start, next - start)) > width) break;
            end = next;
        }
        lines.push_back(text.substr(start, end - start));
        start = end + 1;
    }
    return lines;
}

float draw_wrapped(const Painter& painter, TextStyle style, const Rectangle& area, Colour colour,
                   std::string_view text) {
    float top = area.y;
    const std::vector<std::string_view> lines = wrap_words(painter, style, text, area.width);
    for (const std::string_view& line : lines) {
        if (top + line_pitch > area.bottom() + 1) break;
        const float end = painter.words(style, area.x, top + line_pitch / 2, colour, line);
        top += line_pitch;
        if (&line != &lines.back() && top + line_pitch > area.bottom() + 1)
            painter.words(style, end, top - line_pitch / 2, colour, "…");
    }
    return top;
}

}  // namespace pageframe::ui
