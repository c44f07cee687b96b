#include "ui/object_layout.h"

#include <algorithm>

#include "engine/paging/paging_events.h"

namespace pageframe::ui {
namespace {

class Reader {
public:
    Reader(const State& state, ObjectReference object)
        : state_(state), slab_(state.slab.slabs[object.slab]), geometry_(state.slab.caches[slab_.cache].geometry),
          record_(state.slab.object(slab_, object.index)), address_(object_address(state.slab, object)) {
        if (record_.next < slab_.objects) next_ = object_address(state.slab, {object.slab, record_.next});
    }

    ObjectBytes all() {
        ObjectBytes all;
        all.first = -static_cast<std::int32_t>(geometry_.red_left_pad);
        const auto end = static_cast<std::int32_t>(geometry_.size - geometry_.red_left_pad);
        for (std::int32_t offset = all.first; offset < end; ++offset) all.bytes.push_back(byte(offset));
        return all;
    }

private:
    bool has(SlabFlags flag) const { return geometry_.has(flag); }
    bool in_use() const { return record_.allocated != 0; }

    ObjectByte byte(std::int32_t offset) const {
        const ByteKind kind = kind_of(offset);
        const auto stands = static_cast<std::uint8_t>(state_.paging.memory.read(physical(offset), 1));
        switch (kind) {
        case ByteKind::free_pointer: return pointer_byte(offset, stands);
        case ByteKind::red_zone:
            return {kind, stands,
                    marked(offset < 0 ? damaged_left_red_zone : damaged_right_red_zone) &&
                        stands != (in_use() ? poison::red_active : poison::red_inactive)};
        case ByteKind::poison:
            return {kind, stands,
                    marked(damaged_while_free) && stands != (offset + 1 == object_size() ? poison::end : poison::free)};
        case ByteKind::padding:
            return {kind, stands, marked(damaged_padding) && has(slab_flag::poison) && stands != poison::in_use};
        default: return {kind, stands, false};
        }
    }
    /// A write hurt it: in the middle of an operation other bytes may stand there that are still to be painted.
    bool marked(std::uint8_t damage) const { return (record_.marks & damage) != 0; }

    ObjectByte pointer_byte(std::int32_t offset, std::uint8_t stands) const {
        if (record_.marks & damaged_free_pointer) return {ByteKind::free_pointer, stands, true};
        const auto shift = 8 * static_cast<unsigned>(offset - static_cast<std::int32_t>(geometry_.offset));
        return {ByteKind::free_pointer, static_cast<std::uint8_t>(next_ >> shift), false};
    }

    ByteKind kind_of(std::int32_t offset) const {
        if (offset < 0) return ByteKind::red_zone;
        const auto at = static_cast<std::uint32_t>(offset);
        const bool classic = state_.slab.allocator == SlabAllocatorKind::slab;
        const bool pointer = at >= geometry_.offset && at < geometry_.offset + pointer_bytes;
        if (!classic && pointer && (!in_use() || geometry_.free_pointer_outside())) return ByteKind::free_pointer;
        if (at < geometry_.object_size) return kind_inside(at);
        if (at < geometry_.inuse && has(slab_flag::red_zone)) return ByteKind::red_zone;
        // Of kmalloc's objects what was asked for is recorded too.
        const std::uint32_t tracks = geometry_.info_end();
        const std::uint32_t records = 2 * track_bytes + (has(slab_flag::kmalloc) ? 4 : 0);
        if (has(slab_flag::store_user) && at >= tracks && at < tracks + records) return ByteKind::tracking;
        return ByteKind::padding;
    }

    ByteKind kind_inside(std::uint32_t at) const {
        if (in_use())
            return record_.requested != 0 && at >= record_.requested ? ByteKind::not_asked_for : ByteKind::payload;
        return has(slab_flag::object_poison) ? ByteKind::poison : ByteKind::payload;
    }

    std::int32_t object_size() const { return static_cast<std::int32_t>(geometry_.object_size); }
    std::uint64_t physical(std::int32_t offset) const {
        return address_ - direct_map_start + static_cast<std::uint64_t>(static_cast<std::int64_t>(offset));
    }

    const State& state_;
    const Slab& slab_;
    const CacheGeometry& geometry_;
    const SlabObject& record_;
    std::uint64_t address_;
    std::uint64_t next_ = 0;  ///< what the free pointer says
};

}  // namespace

std::string_view byte_kind_text(ByteKind kind) {
    switch (kind) {
    case ByteKind::payload: return "object";
    case ByteKind::not_asked_for: return "not asked for";
    case ByteKind::poison: return "poison";
    case ByteKind::red_zone: return "red zone";
    case ByteKind::free_pointer: return "free pointer";
    case ByteKind::tracking: return "tracking";
    case ByteKind::padding: return "padding";
    }
    return "";
}

ObjectBytes object_bytes(const State& state, ObjectReference object) { return Reader(state, object).all(); }

std::vector<ByteLine> byte_lines(const ObjectBytes& object, std::uint32_t per_line) {
    std::vector<ByteLine> lines;
    const auto size = static_cast<std::uint32_t>(object.bytes.size());
    const auto before = static_cast<std::uint32_t>(-object.first);
    for (std::uint32_t at = 0; at < size;) {
        // The object's first byte begins a line.
        const std::uint32_t end = at < before ? before : size;
        const std::uint32_t count = std::min(per_line, end - at);
        const ByteLine line{object.first + static_cast<std::int32_t>(at), at, count, 1};
        const auto bytes = object.bytes.begin();
        const bool same = !lines.empty() && lines.back().count == count &&
                          std::equal(bytes + at, bytes + at + count, bytes + lines.back().first);
        if (same)
            ++lines.back().repeated;
        else
            lines.push_back(line);
        at += count;
    }
    return lines;
}

}  // namespace pageframe::ui
