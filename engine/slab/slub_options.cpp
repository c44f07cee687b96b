#include "engine/slab/slub_options.h"

#include <algorithm>

namespace pageframe {

namespace {

constexpr SlabFlags by_default =
    slab_flag::consistency_checks | slab_flag::red_zone | slab_flag::poison | slab_flag::store_user;

bool read_letter(char letter, SlubDebug& debug, SlabFlags& flags) {
    switch (letter | ' ') {  // either case; a hyphen has the bit already
    case '-': flags = 0; break;
    case 'f': flags |= slab_flag::consistency_checks; break;
    case 'z': flags |= slab_flag::red_zone; break;
    case 'p': flags |= slab_flag::poison; break;
    case 'u': flags |= slab_flag::store_user; break;
    case 't': flags |= slab_flag::trace; break;
    case 'a': break;
    case 'o': debug.spare_higher_orders = true; break;
    default: return false;
    }
    return true;
}

std::string_view after_semicolons(std::string_view text) {
    return text.substr(std::min(text.find_first_not_of(';'), text.size()));
}

/// One name of a block's list.
bool names(std::string_view pattern, std::string_view cache) {
    const std::size_t star = pattern.find('*');
    return star == std::string_view::npos ? cache == pattern : cache.starts_with(pattern.substr(0, star));
}

}  // namespace

char parse_slub_debug(std::string_view text, SlubDebug& debug) {
    debug = {};
    if (text.empty()) debug.everywhere = by_default;
    while (!text.empty()) {
        text = after_semicolons(text);
        SlubDebug::Block block;
        if (text.starts_with(',')) block.flags = by_default;
        const std::size_t letters = std::min(text.find_first_of(",;"), text.size());
        for (const char letter : text.substr(0, letters))
            if (!read_letter(letter, debug, block.flags)) return letter;
        const bool has_names = letters < text.size() && text[letters] == ',';
        const std::size_t end = std::min(text.find(';', letters), text.size());
        const std::string_view next = after_semicolons(text.substr(end));
        if (has_names) {
            // The list reaches up to the character before the next block, or to the end of all.
            const std::size_t stop = next.empty() ? text.size() : text.size() - next.size() - 1;
            block.caches = text.substr(letters + 1, stop - letters - 1);
            debug.blocks.push_back(std::move(block));
        } else {
            debug.everywhere = block.flags;
        }
        text = next;
    }
    return '\0';
}

SlabFlags with_slub_debug(const SlubDebug& debug, SlabFlags flags, std::string_view name) {
    if (flags & slab_flag::no_user_flags) return flags;
    for (const SlubDebug::Block& block : debug.blocks)
        for (std::string_view list = block.caches; !list.empty();) {
            const std::size_t comma = std::min(list.find(','), list.size());
            if (names(list.substr(0, comma), name)) return flags | block.flags;
            list.remove_prefix(std::min(comma + 1, list.size()));
        }
    // kmemleak's own caches: who took an object is not asked of them, unless they are named.
    const SlabFlags spared = flags & slab_flag::noleaktrace ? slab_flag::store_user : 0;
    return flags | (debug.everywhere & ~spared);
}

}  // namespace pageframe
