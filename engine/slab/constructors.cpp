#include "engine/slab/constructors.h"

#include <algorithm>

namespace pageframe {

bool ConstructorLog::find(OperationNumber operation, std::uint32_t nth, std::span<const Operation>& found) const {
    const auto first = std::lower_bound(objects_.begin(), objects_.end(), operation,
                                        [](const Constructed& a, OperationNumber b) { return a.operation < b; });
    if (static_cast<std::size_t>(objects_.end() - first) <= nth || first[nth].operation != operation) return false;
    const auto next = first + nth + 1;
    const std::size_t end = next == objects_.end() ? done_.size() : next->first;
    found = std::span(done_).subspan(first[nth].first, end - first[nth].first);
    return true;
}

void construct_objects(SlabEmitter& emitter, SlabPageSource& source, SlabId id) {
    const SlabState& state = emitter.state();
    const Slab slab = state.slabs[id];
    if (!state.caches[slab.cache].request.constructor) return;
    for (ObjectIndex i = slab.freelist; i != no_object; i = state.object(slab, i).next) {
        const std::uint64_t address = object_address(slab, i);
        emitter.tell(ConstructObject{address, id, slab.cache, i});
        source.construct(slab.cache, address);
    }
}

}  // namespace pageframe
