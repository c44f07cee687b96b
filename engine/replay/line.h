// One line of a recording as its fields, which single spaces separate.
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>
#include <vector>

namespace pageframe {

/// The whole of `text` as a number; false (and `value` as it was) when it is not one that fits.
template <class Integer>
bool parse_number(std::string_view text, Integer& value, int base = 10) {
    Integer parsed{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed, base);
    if (error != std::errc{} || end != text.data() + text.size()) return false;
    value = parsed;
    return true;
}

/// "a:b" and the like: both sides of the first `separator`; false without one.
inline bool split_at(std::string_view text, char separator, std::string_view& left, std::string_view& right) {
    const std::size_t place = text.find(separator);
    if (place == std::string_view::npos) return false;
    left = text.substr(0, place);
    right = text.substr(place + 1);
    return true;
}

class Line {
public:
    void assign(std::string_view text, std::uint32_t number) {
        text_ = text;
        number_ = number;
        fields_.clear();
        std::size_t start = 0;
        while (start < text.size()) {
            std::size_t end = text.find(' ', start);
            if (end == std::string_view::npos) end = text.size();
            if (end != start) fields_.push_back(text.substr(start, end - start));
            start = end + 1;
        }
    }

    std::uint32_t number() const { return number_; }
    std::string_view text() const { return text_; }
    std::size_t size() const { return fields_.size(); }
    /// An empty field where the line has none.
    std::string_view operator[](std::size_t index) const {
        return index < fields_.size() ? fields_[index] : std::string_view{};
    }

    /// What follows "name=" in one of the fields; empty when none has that name.
    std::string_view named(std::string_view name) const {
        for (std::string_view field : fields_)
            if (field.size() > name.size() && field[name.size()] == '=' && field.starts_with(name))
                return field.substr(name.size() + 1);
        return {};
    }
    template <class Integer>
    bool named_number(std::string_view name, Integer& value, int base = 10) const {
        return parse_number(named(name), value, base);
    }

private:
    std::string_view text_;
    std::uint32_t number_ = 0;
    std::vector<std::string_view> fields_;
};

}  // namespace pageframe
