// printf into a string: the kernel's formats are printf's, and nothing else says them as exactly.
#pragma once

#include <string>

namespace pageframe {

/// Appends to `text`; for lines of a bounded length (at most 511 characters at a time).
[[gnu::format(printf, 2, 3)]] void print(std::string& text, const char* format, ...);

}  // namespace pageframe
