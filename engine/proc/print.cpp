#include "engine/proc/print.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace pageframe {

void print(std::string& text, const char* format, ...) {
    char buffer[512];
    std::va_list arguments;
    va_start(arguments, format);
    const int length = std::vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    if (length > 0) text.append(buffer, std::min(static_cast<std::size_t>(length), sizeof buffer - 1));
}

}  // namespace pageframe
