// Questions to page tables, and the mutations that are too long for a header.
#include "engine/paging/paging.h"

#include "engine/paging/paging_events.h"

namespace pageframe {

PagingState make_paging(const std::shared_ptr<ChunkPool>& pool) {
    PagingState state;
    state.memory = PhysicalMemory(pool);
    return state;
}

WalkResult walk_tables(const PagingState& state, Pfn top, std::uint64_t address) {
    WalkResult result;
    result.level = top_level;
    Pfn table = top;
    if (table == no_pfn) return result;
    for (Level level = top_level;; --level) {
        const unsigned index = index_at(address, level);
        const std::uint64_t entry = state.entry(table, index);
        result.steps[level] = {table, static_cast<std::uint16_t>(index), entry};
        result.level = level;
        result.entry = entry;
        if (!(entry & pte::present)) return result;
        if (level == 0 || (entry & pte::huge)) break;
        table = pte::frame(entry);
    }
    result.present = true;
    const std::uint64_t within = address & (level_bytes(result.level) - 1);
    result.pfn = pte::frame(result.entry) + static_cast<Pfn>(within >> page_shift);
    return result;
}

std::string entry_text(std::uint64_t entry) {
    if (!(entry & pte::present)) return entry == 0 ? "empty" : "not present";
    std::string text = entry & pte::write ? "read and write" : "read only";
    if (entry & pte::user) text += ", user";
    if (entry & pte::accessed) text += ", accessed";
    if (entry & pte::dirty) text += ", dirty";
    if (entry & pte::huge) text += ", huge";
    if (entry & pte::global) text += ", global";
    if (entry & pte::no_execute) text += ", no execute";
    return text;
}

void hash_paging(const PagingState& state, Hash& hash) {
    for (const AddressSpace& space : state.spaces) {
        hash.add(space.top);
        hash.add(space.tables);
        hash.add(space.generation);
    }
    for (std::uint64_t value : {state.loads, state.stores, state.fetches, state.faults}) hash.add(value);
    state.memory.add_to(hash);
}

void MakeSpace::apply(PagingState& state) const {
    if (space >= state.spaces.size()) state.spaces.resize(std::size_t{space} + 1);
    state.memory.fill(std::uint64_t{top} << page_shift, page_size, 0);
    state.spaces[space] = {top, 1, state.spaces[space].generation + 1, operation};
}

void DropSpace::apply(PagingState& state) const {
    state.spaces[space].top = no_pfn;
    state.spaces[space].tables = 0;
}

void CopyBytes::apply(PagingState& state) const {
    for (std::uint32_t i = 0; i < length;) {
        const bool words = (to_physical + i) % 8 == 0 && (from_physical + i) % 8 == 0 && length - i >= 8;
        const unsigned size = words ? 8 : 1;
        state.memory.write(to_physical + i, state.memory.read(from_physical + i, size), size);
        i += size;
    }
}

}  // namespace pageframe
