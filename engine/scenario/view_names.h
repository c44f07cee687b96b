// What show("...") may name: the pictures of the page. The engine draws none of them; the names are part of
// the language, so that a text with a slip in one is told of it.
#pragma once

#include <string_view>

namespace pageframe::scenario {

inline constexpr std::string_view view_names[] = {
    "memory", "tree",   "free_lists", "per_cpu_lists", "watermarks", "fragmentation", "slabs",
    "caches", "object", "walk",       "vmalloc",       "tlb",        "misses",
};

}  // namespace pageframe::scenario
