// A way down a tree is guessed by the processor, which goes on at once; a selection between two children waits for
// the comparison at every level. Compilers turn the one into the other where both ways look alike.
#pragma once

namespace pageframe {

/// `value`, on one of two ways that would otherwise be joined into one.
template <class T>
[[gnu::always_inline]] inline T guessed(T value) {
    asm volatile("" : "+r"(value));
    return value;
}

}  // namespace pageframe
