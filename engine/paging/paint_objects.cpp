// What a debugged cache writes into memory (setup_slab_debug(), init_object() of mm/slub.c, Linux 6.1).
#include "engine/core/address_text.h"
#include "engine/paging/paging_events.h"

namespace pageframe {

namespace {

/// Within a block of frames, across their borders.
void fill(PhysicalMemory& memory, std::uint64_t physical, std::uint64_t bytes, std::uint8_t byte) {
    for_each_frame_part(physical, bytes, [&](std::uint64_t at, std::uint32_t here) { memory.fill(at, here, byte); });
}

}  // namespace

void PaintObjects::apply(PagingState& state) const {
    if (padded) fill(state.memory, first - left, page_size << order, poison::in_use);
    for (std::uint64_t i = 0, at = first; i < objects; ++i, at += distance) {
        fill(state.memory, at - left, left, red);
        if (poisoned) {
            fill(state.memory, at, object_size - 1, poison::free);
            fill(state.memory, at + object_size - 1, 1, poison::end);
        }
        fill(state.memory, at + object_size, right, red);
        fill(state.memory, at + tracks, tracks_size, 0);
    }
}

Sentence PaintObjects::sentence(const PagingState&) const {
    const bool whole_slab = why == Why::new_slab;
    const std::string object = whole_slab ? "Each object" : "The object";
    const char* const state = why == Why::restored ? " again" : red == poison::red_active ? ": in use" : ": free";
    std::string text;
    if (padded) text += " The new slab is filled with 0x5a, which stays where no object is.";
    if (poisoned) text += ' ' + object + " becomes 0x6b, and 0xa5 at its end.";
    if (left != 0)
        text += (whole_slab ? " The red zones around each object become " : " Its red zones become ") +
                hex_number(red) + state + '.';
    if (tracks_size != 0) text += ' ' + object + " gets two empty records, for who takes it and who gives it back.";
    return Sentence() << text.substr(1);
}

}  // namespace pageframe
