// One object byte by byte: what each byte is for, what stands in it, and what should.
//
//     -40  left red zone | 0  object ... | red zone | free pointer | tracking | padding |
//          bb bb bb         6b 6b .. a5    bb bb      next object    who took    5a 5a
//
// The model keeps free pointers as numbers beside the objects (machine/object_bytes.h); here the bytes are put
// together as they would stand in memory.
// Simplified: a free pointer is shown as it is meant, not mixed with a random number as
// CONFIG_SLAB_FREELIST_HARDENED stores it; of the tracking no bytes are known.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/machine/state.h"

namespace pageframe::ui {

enum class ByteKind : std::uint8_t {
    payload,
    not_asked_for,  ///< inside the class, behind what kmalloc()'s caller wanted
    poison,
    red_zone,
    free_pointer,
    tracking,
    padding,
};
std::string_view byte_kind_text(ByteKind kind);

struct ObjectByte {
    ByteKind kind = ByteKind::payload;
    std::uint8_t value = 0;
    bool damaged = false;  ///< not what the allocator put there
    bool operator==(const ObjectByte&) const = default;
};

struct ObjectBytes {
    std::int32_t first = 0;  ///< offset of the first byte from the object's start: 0, or before it
    std::vector<ObjectByte> bytes;
};

ObjectBytes object_bytes(const State& state, ObjectReference object);

/// Lines of so many bytes; equal ones after each other are folded into one.
struct ByteLine {
    std::int32_t offset = 0;
    std::uint32_t first = 0;  ///< in ObjectBytes::bytes
    std::uint32_t count = 0;
    std::uint32_t repeated = 1;
};
std::vector<ByteLine> byte_lines(const ObjectBytes& object, std::uint32_t per_line);

}  // namespace pageframe::ui
