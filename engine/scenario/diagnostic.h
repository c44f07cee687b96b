// What a reader is told about a scenario's text: one finding, with its place and the name that was
// probably meant.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pageframe {

struct Diagnostic {
    std::uint32_t line = 0;    ///< 1-based; 0: the text as a whole
    std::uint32_t column = 0;  ///< 1-based, in characters (code points), a tab is one
    std::uint32_t length = 0;  ///< characters to underline, at least 1
    std::string message;
    std::string suggestion;  ///< the name that was probably meant; empty: none

    bool operator==(const Diagnostic&) const = default;
};

/// "file:line:column: message", as compilers print it.
std::string format_diagnostic(std::string_view file, const Diagnostic& diagnostic);

}  // namespace pageframe
