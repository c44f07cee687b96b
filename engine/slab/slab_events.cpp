// The mutations that are too long for the header.
#include "engine/slab/slab_events.h"

#include <numeric>

namespace pageframe {

void MakeRandomSequence::apply(SlabState& state) const {
    if (state.random_sequences.size() <= cache) state.random_sequences.resize(cache + 1U);
    std::vector<ObjectIndex>& sequence = state.random_sequences[cache];
    sequence.resize(count);
    std::iota(sequence.begin(), sequence.end(), ObjectIndex{0});
    Random random(random_state);
    for (std::uint32_t i = count; i-- > 1;) std::swap(sequence[i], sequence[random.below(i + 1)]);
    state.random_state = random.state();
}

void ShuffleFreelist::apply(SlabState& state) const {
    Slab& own = state.slabs.write(slab);
    const std::vector<ObjectIndex>& sequence = state.random_sequences[own.cache];
    ObjectIndex before = no_object;
    // A slab of the smaller order has fewer objects: their numbers are passed over.
    for (std::size_t i = 0; i < sequence.size(); ++i) {
        const ObjectIndex index = sequence[(position + i) % sequence.size()];
        if (index >= own.objects) continue;
        if (before == no_object)
            own.freelist = index;
        else
            state.write_object(own, before).next = index;
        before = index;
    }
    if (before != no_object) state.write_object(own, before).next = no_object;
    state.random_state = random_state;
}

}  // namespace pageframe
