// Collecting what is wrong with a scenario: errors and warnings as values.
//
// Nothing here throws or stops: a reader of the text (lexer, parser, checks) adds what it finds to a
// Diagnostics and goes on, so that all errors of a text are told. The number kept is bounded, because a
// hostile text may hold a million of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/scenario/diagnostic.h"

namespace pageframe {

namespace scenario {

/// A stretch of the text.
struct Place {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::uint32_t length = 1;
};

class Diagnostics {
public:
    static constexpr std::size_t most_kept = 200;

    void error(Place place, std::string message, std::string suggestion = {});
    void warning(Place place, std::string message, std::string suggestion = {});

    bool has_errors() const { return !errors_.empty(); }
    /// True once so much is wrong that there is no use in reading on.
    bool full() const { return errors_.size() >= most_kept; }

    /// Both sorted by place, an equal finding told once.
    std::vector<Diagnostic> take_errors();
    std::vector<Diagnostic> take_warnings();

private:
    std::vector<Diagnostic> errors_;
    std::vector<Diagnostic> warnings_;
};

/// Collects candidates for "did you mean"; keeps the nearest by edit distance (insert, delete, replace,
/// swap of neighbours), and only if it is near enough to be a slip of the fingers.
class NearName {
public:
    explicit NearName(std::string_view meant) : meant_(meant) {}
    void offer(std::string_view candidate);
    /// The nearest candidate, or an empty string.
    const std::string& best() const { return best_; }

private:
    std::string_view meant_;
    std::string best_;
    std::size_t best_distance_ = static_cast<std::size_t>(-1);
};

/// ": did you mean kmalloc?", or nothing when there is no near name.
std::string did_you_mean(const std::string& name);

}  // namespace scenario
}  // namespace pageframe
