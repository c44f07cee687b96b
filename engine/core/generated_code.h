// Words to the compiler, where what it makes of plain code costs a measurable part of the time. Both leave a value
// as it is.
#pragma once

namespace pageframe {

/// `value`, on one of two ways that would otherwise be joined into a selection: a way down a tree is guessed by the
/// processor, which goes on at once; a selection between two children waits for the comparison at every level.
template <class T>
[[gnu::always_inline]] inline T guessed(T value) {
    asm volatile("" : "+r"(value));
    return value;
}

/// `value`, in a register of its full width from here on: not spilled as four bytes and read back as eight, for which
/// the processor must wait until the four are in the cache.
template <class T>
[[gnu::always_inline]] inline T in_register(T value) {
    asm volatile("" : "+r"(value));
    return value;
}

}  // namespace pageframe
