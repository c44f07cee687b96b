// What a scenario may use. A text that comes with a stranger's link must not hang or fill the machine
// that opens it: a run stops at a bound, keeps what it has done, and says which bound and where.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pageframe {

/// Bounds of a run; a caller may set others.
struct Bounds {
    std::uint64_t operations = 2'000'000;      ///< kernel calls and remarks
    std::uint64_t steps = 50'000'000;          ///< instructions of the interpreter
    std::uint32_t recursion = 200;             ///< functions within functions
    std::uint64_t array_elements = 1'000'000;  ///< variables and array elements that live at a time
    std::uint64_t string_bytes = 1U << 20;     ///< all strings of a run, equal ones counted once
};

namespace scenario {

// Bounds of a text, which hold before anything runs. `most_nesting` also bounds the native stack that the
// parser and the checks use: they recurse over the syntax tree, the interpreter does not recurse.
inline constexpr std::size_t most_text_bytes = 1U << 20;
inline constexpr std::size_t most_tokens = 500'000;
inline constexpr unsigned most_nesting = 100;
inline constexpr unsigned most_arguments = 32;
inline constexpr std::uint64_t most_variables = 1'000'000;  ///< with array elements, per function
inline constexpr std::size_t most_warnings = 100;

}  // namespace scenario
}  // namespace pageframe
