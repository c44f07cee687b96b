// Dear ImGui reads settings files, and numbers that somebody types into its fields, with sscanf(). The page has neither;
// the C library's is 4 kB of what is loaded before the first frame. This one finds nothing.
#include <cstdio>

extern "C" int sscanf(const char*, const char*, ...) { return 0; }
