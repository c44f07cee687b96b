#include "engine/slab/object_access.h"

#include <algorithm>

namespace pageframe {

namespace {

using Kind = ObjectAccess::Kind;

bool overlaps(std::uint64_t from, std::uint64_t size, std::uint64_t start, std::uint64_t length) {
    return from < start + length && start < from + size;
}

/// The first object that the access touches wrongly.
class AccessCheck {
public:
    AccessCheck(const SlabState& state, ObjectReference object, std::uint64_t address, std::uint64_t size)
        : slab_(state.slabs[object.slab]), geometry_(state.caches[slab_.cache].geometry),
          record_(state.object(slab_, object.index)), start_(object_address(state, object)), address_(address),
          size_(size), link_in_object_(state.allocator == SlabAllocatorKind::slub) {}

    /// False when the access is the owner's good right.
    bool wrong(ObjectAccess& access) const {
        access.marks = 0;
        if (overlaps(address_, size_, start_ - geometry_.red_left_pad, geometry_.red_left_pad)) {
            access.kind = Kind::left_red_zone;
            access.marks = damaged_left_red_zone;
            access.offset = static_cast<std::uint16_t>(start_ - address_);
            return true;
        }
        access.offset = static_cast<std::uint16_t>(std::min<std::uint64_t>(address_ - start_, 0xffff));
        const std::uint64_t end = address_ + size_ - start_;
        if (!record_.allocated) {
            access.kind = Kind::use_after_free;
            access.marks = damaged_while_free;
            if (link_in_object_ && overlaps(address_, size_, start_ + geometry_.offset, pointer_bytes))
                access.marks |= damaged_free_pointer;
            return true;
        }
        if (end > geometry_.object_size) {
            access.kind = Kind::past_end;
            access.marks = access.offset < geometry_.inuse && geometry_.has(slab_flag::red_zone)
                               ? damaged_right_red_zone
                               : damaged_padding;
            return true;
        }
        access.kind = Kind::of_another;
        if (access.pointer != no_operation && record_.allocated_by != no_operation &&
            access.pointer != record_.allocated_by)
            return true;
        access.kind = Kind::past_request;
        return record_.requested != 0 && end > record_.requested;
    }

private:
    const Slab& slab_;
    const CacheGeometry& geometry_;
    const SlabObject& record_;
    std::uint64_t start_;
    std::uint64_t address_;
    std::uint64_t size_;
    bool link_in_object_;  ///< the classic SLAB keeps them in its index array
};

/// The live object that this byte lies in was taken by the operation.
bool is_of(const SlabState& state, std::uint64_t address, OperationNumber operation) {
    const ObjectReference object = object_around(state, address);
    return object.index != no_object && owner_of_object(state, object) == operation;
}

}  // namespace

OperationNumber owner_of_object(const SlabState& state, ObjectReference object) {
    const SlabObject& record = state.object(state.slabs[object.slab], object.index);
    return record.allocated ? record.allocated_by : no_operation;
}

bool note_object_access(SlabEmitter& emitter, std::uint64_t address, std::uint64_t size, bool write,
                        OperationNumber pointer) {
    const SlabState& state = emitter.state();
    // A long access: object by object, the first mistake is told.
    for (std::uint64_t at = address; at < address + size;) {
        const ObjectReference object = object_around(state, at);
        if (object.slab == no_slab || object.index == no_object) return false;
        const CacheGeometry& geometry = state.caches[state.slabs[object.slab].cache].geometry;
        const std::uint64_t place = object_address(state, object) - geometry.red_left_pad;
        const std::uint64_t here = std::min(address + size, place + geometry.size) - at;
        ObjectAccess access{at,    object.slab, object.index,        0, Kind::use_after_free, 0,
                            write, pointer,     OwnMemory::elsewhere};
        if (AccessCheck(state, object, at, here).wrong(access)) {
            if (!write) access.marks = 0;
            if (access.kind == Kind::of_another && is_of(state, place - 1, pointer))
                access.own = OwnMemory::before;
            else if (access.kind == Kind::of_another && is_of(state, place + geometry.size, pointer))
                access.own = OwnMemory::behind;
            emitter.emit(access);
            return true;
        }
        at += here;
    }
    return false;
}

Sentence ObjectAccess::sentence(const SlabState& state) const {
    const KmemCache& cache = state.caches[state.slabs[slab].cache];
    const SlabObject& object = state.object(state.slabs[slab], index);
    const auto operation = [](OperationNumber number) {
        return number == no_operation ? std::string("nobody yet") : "operation " + std::to_string(number + 1);
    };
    const std::string cache_name(cache.name_text());
    const std::string place = "object " + std::to_string(index) + " of " + cache_name;
    const bool checked = cache.geometry.has(slab_flag::consistency_checks);
    Sentence s;
    switch (kind) {
    case Kind::use_after_free:
        s.in_role(Role::mistake, object.freed_by == no_operation ? "Use of a free object" : "Use after free");
        s << ": byte " << std::uint32_t{offset} << " of " << place;
        if (object.freed_by != no_operation)
            s << ", taken by " << operation(object.allocated_by) << " and freed by " << operation(object.freed_by);
        else
            s << ", which nobody has (a write past the end of the object before it?)";
        if (!write) return s << ". What is read is nobody's promise.";
        if (checked && cache.geometry.has(slab_flag::poison))
            return s << ". The poison (0x6b) is gone there: that is found when the object is given out again.";
        if (marks & damaged_free_pointer)
            return s << ". There stands the link to the next free object: whoever takes this one makes the kernel "
                        "follow a wild pointer.";
        return s << ". Nothing notices; the next owner finds a strange byte.";
    case Kind::left_red_zone:
        s.in_role(Role::mistake, "Before the start");
        s << ": " << std::uint32_t{offset} << " bytes before " << place << " lies its left red zone.";
        return s << (checked && write ? " It is found when the object comes back." : " Nothing looks there.");
    case Kind::past_end:
        s.in_role(Role::mistake, "Past the end");
        s << ": byte " << std::uint32_t{offset} << " of " << place << ", which has " << cache.geometry.object_size
          << " bytes and was taken by " << operation(object.allocated_by) << '.';
        if ((marks & damaged_right_red_zone) && checked)
            return s << " The red zone there is found when the object comes back.";
        if (marks & damaged_right_red_zone)
            return s << " That is its right red zone, and without SLAB_CONSISTENCY_CHECKS nothing looks there.";
        return s << " What stands there is the allocator's: padding, a free pointer, who took it.";
    case Kind::past_request:
        s.in_role(Role::mistake, "Past what was asked for");
        return s << ": byte " << std::uint32_t{offset} << " of " << place << ", which was taken by "
                 << operation(object.allocated_by) << " with " << object.requested << " bytes. The class has "
                 << cache.geometry.object_size << ", so nothing is hurt, and nothing notices.";
    case Kind::of_another:
        return foreign_access("object", "byte " + std::to_string(offset) + " of " + place, object.allocated_by, pointer,
                              own, write);
    case Kind::slab_rest: return s << "The rest of a slab, which no object has.";
    }
    return s;
}

Sentence ClearMarks::sentence(const SlabState& state) const {
    Sentence s;
    s << (restored ? "The damaged bytes of object " : "Nothing looks at what was written into object ")
      << std::uint32_t{index} << " of the slab at ";
    s.block(Role::changed, state.slabs[slab].pfn, state.slabs[slab].order);
    return s << (restored ? " are restored." : " or beside it: it changes hands as it is.");
}

Sentence CutFreelist::sentence(const SlabState&) const {
    return Sentence() << "The freelist ends at object " << std::uint32_t{index}
                      << ": what was linked behind it is lost.";
}

Sentence QuarantineSlab::sentence(const SlabState& state) const {
    Sentence s;
    s.block(Role::mistake, state.slabs[slab].pfn, state.slabs[slab].order);
    return s
           << " is not used any more: all its objects are marked as in use, and the request goes on with another slab.";
}

}  // namespace pageframe
