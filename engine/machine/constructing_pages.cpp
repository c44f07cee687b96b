#include "engine/machine/constructing_pages.h"

#include "engine/machine/virtual_memory.h"
#include "engine/paging/paging_events.h"

namespace pageframe {

namespace {

/// Of `count` objects from the one at `address` on, as they are when free.
PaintObjects free_objects(const CacheGeometry& geometry, std::uint64_t address, ObjectIndex count) {
    PaintObjects paint{};
    paint.first = address - direct_map_start;
    paint.distance = geometry.size;
    paint.object_size = geometry.object_size;
    paint.objects = count;
    paint.red = poison::red_inactive;
    if (geometry.has(slab_flag::red_zone)) {
        paint.left = geometry.red_left_pad;
        paint.right = static_cast<std::uint8_t>(geometry.inuse - geometry.object_size);
    }
    paint.poisoned = geometry.has(slab_flag::object_poison);
    return paint;
}

}  // namespace

void ConstructingPages::paint_slab(SlabId id) {
    const Slab& slab = state_.slab.slabs[id];
    const CacheGeometry& geometry = state_.slab.caches[slab.cache].geometry;
    if (!geometry.has(slab_flag::debug_metadata)) return;
    PaintObjects paint = free_objects(geometry, object_address(slab, 0), slab.objects);
    paint.why = PaintObjects::Why::new_slab;
    paint.order = slab.order;
    paint.padded = geometry.has(slab_flag::poison);
    paint.tracks = geometry.info_end();
    paint.tracks_size = geometry.has(slab_flag::store_user) ? 2 * track_bytes : 0;
    PagingEmitter(state_.paging, recorder_).emit(paint);
}

void ConstructingPages::paint_object(ObjectReference object, Painted painted) {
    const Slab& slab = state_.slab.slabs[object.slab];
    const CacheGeometry& geometry = state_.slab.caches[slab.cache].geometry;
    PaintObjects paint = free_objects(geometry, object_address(slab, object.index), 1);
    if (state_.slab.object(slab, object.index).allocated) paint.red = poison::red_active;
    paint.why = painted == Painted::anew ? PaintObjects::Why::changes_hands : PaintObjects::Why::restored;
    if (painted == Painted::red_zones_restored) paint.poisoned = false;
    if (paint.poisoned || paint.left != 0) PagingEmitter(state_.paging, recorder_).emit(paint);
}

void ConstructingPages::construct(CacheId cache, std::uint64_t object) {
    ConstructorLog* const log = state_.slab.constructors.get();
    if (log == nullptr) return;
    object_ = {object, state_.slab.caches[cache].geometry.object_size};
    std::span<const Operation> done;
    if (log->find(state_.slab.operation, constructed_++, done)) {
        for (const Operation& operation : done) run(operation);
    } else if (log->runner != nullptr) {
        log->begin(state_.slab.operation);
        log->runner->construct(cache, object, *this);
    }
}

OperationResult ConstructingPages::access(const Operation& operation) {
    state_.slab.constructors->add(operation);
    return run(operation);
}

OperationResult ConstructingPages::run(const Operation& operation) {
    if (operation.kind == OperationKind::note) {
        SlabEmitter(state_.slab, recorder_).tell(ConstructorNote{operation.text});
        return {};
    }
    OperationOutput unused;
    OperationResult result = execute_virtual(state_, operation, state_.slab.operation, recorder_, unused);
    if (note_object_accesses(state_, operation, recorder_, object_)) result.status = OperationStatus::mistake;
    erred_ |= result.status == OperationStatus::mistake;
    return result;
}

}  // namespace pageframe
