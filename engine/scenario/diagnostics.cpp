// Collecting, sorting and formatting findings, and the near name of a misspelt one.
#include "engine/scenario/diagnostics.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace pageframe {

std::string format_diagnostic(std::string_view file, const Diagnostic& diagnostic) {
    std::string text(file);
    if (diagnostic.line != 0) {
        text += ':' + std::to_string(diagnostic.line);
        text += ':' + std::to_string(diagnostic.column);
    }
    text += ": ";
    text += diagnostic.message;
    return text;
}

namespace scenario {

namespace {

Diagnostic make(Place place, std::string message, std::string suggestion) {
    Diagnostic diagnostic;
    diagnostic.line = place.line;
    diagnostic.column = place.column;
    diagnostic.length = std::max<std::uint32_t>(place.length, 1);
    diagnostic.message = std::move(message);
    diagnostic.suggestion = std::move(suggestion);
    return diagnostic;
}

std::vector<Diagnostic> in_order(std::vector<Diagnostic> list) {
    std::stable_sort(list.begin(), list.end(), [](const Diagnostic& a, const Diagnostic& b) {
        return std::tie(a.line, a.column) < std::tie(b.line, b.column);
    });
    list.erase(std::unique(list.begin(), list.end()), list.end());
    return list;
}

constexpr std::size_t longest_compared = 48;

// Optimal string alignment distance over two rows back; both names are short.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    using Row = std::array<std::size_t, longest_compared + 1>;
    Row before_last{};
    Row last{};
    Row row{};
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replace});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        before_last = last;
        last = row;
    }
    return last[b.size()];
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_but_for_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

void Diagnostics::error(Place place, std::string message, std::string suggestion) {
    if (errors_.size() < most_kept) errors_.push_back(make(place, std::move(message), std::move(suggestion)));
    if (errors_.size() == most_kept - 1)
        errors_.push_back(make(place, "too many errors: the rest of the text is not told", {}));
}

void Diagnostics::warning(Place place, std::string message, std::string suggestion) {
    if (warnings_.size() < most_kept) warnings_.push_back(make(place, std::move(message), std::move(suggestion)));
}

std::vector<Diagnostic> Diagnostics::take_errors() { return in_order(std::exchange(errors_, {})); }
std::vector<Diagnostic> Diagnostics::take_warnings() { return in_order(std::exchange(warnings_, {})); }

void NearName::offer(std::string_view candidate) {
    if (candidate.size() > longest_compared || meant_.size() > longest_compared) return;
    const std::size_t longer = std::max(candidate.size(), meant_.size());
    const std::size_t shorter = std::min(candidate.size(), meant_.size());
    // One slip in three letters at most, and never every letter of a short name.
    const std::size_t allowed = std::min<std::size_t>(longer / 3, 3);
    if (longer - shorter > allowed && !same_but_for_case(candidate, meant_)) return;
    const std::size_t distance = same_but_for_case(candidate, meant_) ? 1 : edit_distance(meant_, candidate);
    if (distance == 0 || distance > std::max<std::size_t>(allowed, 1) || distance >= shorter) return;
    if (distance >= best_distance_) return;
    best_distance_ = distance;
    best_ = candidate;
}

std::string did_you_mean(const std::string& name) {
    return name.empty() ? std::string() : ": did you mean " + name + "?";
}

}  // namespace scenario
}  // namespace pageframe
