// Loads, stores and the mem* functions: page by page through translate().
#include <algorithm>

#include "engine/tlb/mmu.h"

namespace pageframe {

namespace {

/// Bytes from here to the end of the page.
std::uint64_t rest_of_page(std::uint64_t address) { return page_size - (address & (page_size - 1)); }

constexpr std::uint64_t low_bytes(std::uint64_t value, unsigned size) {
    return size >= 8 ? value : value & ((std::uint64_t{1} << (8 * size)) - 1);
}

}  // namespace

bool Mmu::load(std::uint64_t address, unsigned size, std::uint64_t& value, AccessKind access) {
    const auto first = static_cast<unsigned>(std::min<std::uint64_t>(size, rest_of_page(address)));
    const Translation low = translate(address, access);
    if (!low.good) return false;
    value = paging_.memory.read(low.physical, first);
    if (first < size) {
        const Translation high = translate(address + first, access);
        if (!high.good) return false;
        value |= paging_.memory.read(high.physical, size - first) << (8 * first);
    }
    paging_emitter_.emit(LoadValue{address, low.physical, value, static_cast<std::uint8_t>(size), access});
    return true;
}

/// Both pages of a store across a border are translated before anything is written.
bool Mmu::store(std::uint64_t address, unsigned size, std::uint64_t value) {
    const auto first = static_cast<unsigned>(std::min<std::uint64_t>(size, rest_of_page(address)));
    const Translation low = translate(address, AccessKind::store);
    if (!low.good) return false;
    Translation high;
    if (first < size) {
        high = translate(address + first, AccessKind::store);
        if (!high.good) return false;
    }
    paging_emitter_.emit(StoreValue{address, low.physical, low_bytes(value, first), static_cast<std::uint8_t>(first)});
    if (first < size)
        paging_emitter_.emit(StoreValue{address + first, high.physical, low_bytes(value >> (8 * first), size - first),
                                        static_cast<std::uint8_t>(size - first)});
    return true;
}

bool Mmu::fill(std::uint64_t address, std::uint64_t length, std::uint8_t byte) {
    while (length > 0) {
        const std::uint64_t part = std::min(length, rest_of_page(address));
        const Translation page = translate(address, AccessKind::store);
        if (!page.good) return false;
        paging_emitter_.emit(FillBytes{address, page.physical, static_cast<std::uint32_t>(part), byte});
        address += part;
        length -= part;
    }
    return true;
}

bool Mmu::copy(std::uint64_t to, std::uint64_t from, std::uint64_t length) {
    while (length > 0) {
        const std::uint64_t part = std::min({length, rest_of_page(to), rest_of_page(from)});
        const Translation source = translate(from, AccessKind::load);
        if (!source.good) return false;
        const Translation target = translate(to, AccessKind::store);
        if (!target.good) return false;
        paging_emitter_.emit(CopyBytes{to, target.physical, source.physical, static_cast<std::uint32_t>(part)});
        to += part;
        from += part;
        length -= part;
    }
    return true;
}

bool Mmu::compare(std::uint64_t left, std::uint64_t right, std::uint64_t length, int& result) {
    result = 0;
    std::uint64_t offset = 0;
    while (offset < length && result == 0) {
        const std::uint64_t part =
            std::min({length - offset, rest_of_page(left + offset), rest_of_page(right + offset)});
        const Translation a = translate(left + offset, AccessKind::load);
        if (!a.good) return false;
        const Translation b = translate(right + offset, AccessKind::load);
        if (!b.good) return false;
        std::uint64_t same = 0;
        for (; same < part && result == 0; same += result == 0) {
            const auto x = static_cast<int>(paging_.memory.read(a.physical + same, 1));
            const auto y = static_cast<int>(paging_.memory.read(b.physical + same, 1));
            result = x - y;
        }
        offset += same;
    }
    paging_emitter_.tell(CompareBytes{left, right, length, offset});
    return true;
}

Pfn Mmu::look_up(std::uint64_t address) {
    const WalkResult found = walk_tables(paging_, top_of(paging_, kernel_space), address);
    for (int level = top_level; level >= found.level; --level) {
        const WalkResult::Step& step = found.steps[level];
        if (step.table != no_pfn)
            paging_emitter_.tell(WalkStep{address, step.entry, step.table, step.index, static_cast<Level>(level)});
    }
    return found.pfn;
}

void Mmu::show_pages(std::uint64_t address, std::uint64_t length) {
    constexpr std::uint64_t nowhere = ~std::uint64_t{0};
    const std::uint64_t end = address + length;
    std::uint64_t expected = nowhere;
    ShowPagesEnd all{};
    std::uint32_t& row = all.pages;
    std::uint64_t at = address;
    for (; at < end && row < ShowPagesEnd::most_rows; at = (at & ~(page_size - 1)) + page_size, ++row) {
        using Contiguity = ShowPage::Contiguity;
        std::uint64_t physical = 0;
        bool mapped = true;
        if (in_direct_map(at)) {
            physical = at - layout::direct_map;
            mapped = buddy_.has_memory(physical >> page_shift);
        } else {
            const WalkResult found = walk_tables(paging_, top_of(paging_, space()), at);
            mapped = found.present;
            if (mapped) physical = found.physical(at);
        }
        Contiguity contiguity = row == 0               ? Contiguity::first
                                : physical == expected ? Contiguity::follows
                                                       : Contiguity::jumps;
        if (!mapped) contiguity = Contiguity::not_mapped;
        const bool breaks = contiguity == Contiguity::jumps || (!mapped && row > 0);
        if (breaks && all.first_break == 0) all.first_break = row;
        all.jumps += contiguity == Contiguity::jumps;
        all.not_mapped += !mapped;
        paging_emitter_.tell(ShowPage{at, physical, row, contiguity});
        expected = mapped ? (physical & ~(page_size - 1)) + page_size : nowhere;
    }
    all.left_out = at < end ? end - at : 0;
    paging_emitter_.tell(all);
}

}  // namespace pageframe
