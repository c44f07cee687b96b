// Dear ImGui reads settings files, and numbers that somebody types into its fields, with sscanf(): 4 kB of what is loaded
// before the first frame. The page has neither. What is left is its backend's question for the shaders' version, in
// "#version 300 es": text as it stands, and %d. What else a format asks for is not found.
#include <cstdarg>
#include <cstdio>

extern "C" int sscanf(const char* text, const char* format, ...) {
    std::va_list arguments;
    va_start(arguments, format);
    int found = 0;
    for (; *format != 0; ++format) {
        if (*format != '%') {
            if (*text++ != *format) break;
            continue;
        }
        if (*++format != 'd' || *text < '0' || *text > '9') break;
        int number = 0;
        for (; *text >= '0' && *text <= '9'; ++text) number = 10 * number + (*text - '0');
        *va_arg(arguments, int*) = number;
        ++found;
    }
    va_end(arguments);
    return found;
}
