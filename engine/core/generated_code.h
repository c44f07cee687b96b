// A word to the compiler, where what it makes of plain code costs a measurable part of the time.
#pragma once

namespace pageframe {

/// `value` as it is, in a register of its full width, and computed where it stands:
///   - on one of two ways that would otherwise be joined into a selection. A way down a tree is guessed by the
///     processor, which goes on at once; a selection between two children waits for the comparison at every level;
///   - not spilled as four bytes and read back as eight, for which the processor waits until the four are in the cache.
template <class T>
[[gnu::always_inline]] inline T kept_here(T value) {
    asm volatile("" : "+r"(value));
    return value;
}

}  // namespace pageframe
