#include "engine/slab/slub_options.h"

#include <algorithm>

namespace pageframe {

namespace {

constexpr SlabFlags by_default =
    slab_flag::consistency_checks | slab_flag::red_zone | slab_flag::poison | slab_flag::store_user;

struct Block {
    SlabFlags flags = 0;
    bool has_names = false;
    std::string_view names;
    bool spares_higher_orders = false;
    char wrong = '\0';  ///< a letter that means nothing
};

void read_letter(char letter, Block& block) {
    switch (letter | ' ') {  // either case; a hyphen has the bit already
    case '-': block.flags = 0; break;
    case 'f': block.flags |= slab_flag::consistency_checks; break;
    case 'z': block.flags |= slab_flag::red_zone; break;
    case 'p': block.flags |= slab_flag::poison; break;
    case 'u': block.flags |= slab_flag::store_user; break;
    case 't': block.flags |= slab_flag::trace; break;
    case 'a': break;
    case 'o': block.spares_higher_orders = true; break;
    default: block.wrong = letter;
    }
}

std::string_view after_semicolons(std::string_view text) {
    return text.substr(std::min(text.find_first_not_of(';'), text.size()));
}

/// parse_slub_debug_flags(): the first block, which is taken off `text`.
Block take_block(std::string_view& text) {
    text = after_semicolons(text);
    Block block;
    if (text.starts_with(',')) block.flags = by_default;
    const std::size_t letters = std::min(text.find_first_of(",;"), text.size());
    for (const char letter : text.substr(0, letters)) read_letter(letter, block);
    block.has_names = letters < text.size() && text[letters] == ',';
    const std::string_view next = after_semicolons(text.substr(std::min(text.find(';', letters), text.size())));
    if (block.has_names) {
        // The list reaches up to the character before the next block, or to the end of all.
        const std::size_t stop = next.empty() ? text.size() : text.size() - next.size() - 1;
        block.names = text.substr(letters + 1, stop - letters - 1);
    }
    text = next;
    return block;
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
    for (std::string_view rest = text; !rest.empty();) {
        const Block block = take_block(rest);
        if (block.wrong != '\0') return block.wrong;
        debug.spare_higher_orders |= block.spares_higher_orders;
        if (block.has_names)
            debug.blocks = text;
        else
            debug.everywhere = block.flags;
    }
    return '\0';
}

SlabFlags with_slub_debug(const SlubDebug& debug, SlabFlags flags, std::string_view name) {
    if (flags & slab_flag::no_user_flags) return flags;
    for (std::string_view rest = debug.blocks; !rest.empty();) {
        const Block block = take_block(rest);
        for (std::string_view list = block.names; !list.empty();) {
            const std::size_t comma = std::min(list.find(','), list.size());
            if (names(list.substr(0, comma), name)) return flags | block.flags;
            list.remove_prefix(std::min(comma + 1, list.size()));
        }
    }
    // kmemleak's own caches: who took an object is not asked of them, unless they are named.
    const SlabFlags spared = flags & slab_flag::noleaktrace ? slab_flag::store_user : 0;
    return flags | (debug.everywhere & ~spared);
}

}  // namespace pageframe
