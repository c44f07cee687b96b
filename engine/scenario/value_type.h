// The types of the language: C's, by the names that kernel code uses.
//
// A value is always 64 bits wide (values.h); its type says how C would treat them:
//
//     number      bool, 8, 16, 32 or 64 bits, signed or not. Storing narrows to the type, as in C.
//                 Unsigned arithmetic wraps at its width. Signed arithmetic is done in 64 bits: where C
//                 leaves an int's overflow undefined, here the int was wide enough.
//     page        struct page *: the address of a page's descriptor; + 1 is the next page frame
//     cache       struct kmem_cache *
//     pointer     any other T *: a virtual address; + 1 is sizeof(T) further
//     array       T name[n], and parameters T name[]: elements that the scenario itself keeps, not
//                 memory of the machine
//
// gfp_t is a number of its own, as it is for sparse (__bitwise), so that swapped arguments are found.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pageframe::scenario {

enum class Base : std::uint8_t {
    unknown,  ///< of an expression that had an error: fits everywhere, says nothing more
    nothing,  ///< void
    boolean,
    s8,
    u8,
    s16,
    u16,
    s32,
    u32,
    s64,
    u64,
    gfp,        ///< u32 in representation
    structure,  ///< struct of `tag`
};

using StructureTag = std::uint16_t;
inline constexpr StructureTag page_tag = 0;
inline constexpr StructureTag cache_tag = 1;

struct Type {
    Base base = Base::unknown;
    std::uint8_t stars = 0;
    bool array = false;
    StructureTag tag = 0;

    bool operator==(const Type&) const = default;

    constexpr bool is_unknown() const { return base == Base::unknown; }
    constexpr bool is_void() const { return base == Base::nothing && stars == 0 && !array; }
    constexpr bool is_number() const { return stars == 0 && !array && base >= Base::boolean && base <= Base::gfp; }
    constexpr bool is_gfp() const { return is_number() && base == Base::gfp; }
    constexpr bool is_pointer() const { return stars != 0 && !array; }  ///< page and cache too
    constexpr bool is_page() const { return stars == 1 && !array && base == Base::structure && tag == page_tag; }
    constexpr bool is_cache() const { return stars == 1 && !array && base == Base::structure && tag == cache_tag; }
    constexpr bool is_void_pointer() const { return stars == 1 && !array && base == Base::nothing; }
    /// An array whose elements are struct page *.
    constexpr bool is_page_array() const { return array && stars == 1 && base == Base::structure && tag == page_tag; }
    constexpr bool is_bare_structure() const { return stars == 0 && !array && base == Base::structure; }
    constexpr Type element() const {
        Type type = *this;
        if (type.array)
            type.array = false;
        else if (type.stars != 0)
            --type.stars;
        return type;
    }
    constexpr Type array_of() const {
        Type type = *this;
        type.array = true;
        return type;
    }
};

namespace types {
inline constexpr Type unknown{};
inline constexpr Type nothing{Base::nothing};
inline constexpr Type boolean{Base::boolean};
inline constexpr Type int_{Base::s32};
inline constexpr Type unsigned_int{Base::u32};
inline constexpr Type long_{Base::s64};
inline constexpr Type unsigned_long{Base::u64};
inline constexpr Type gfp{Base::gfp};
inline constexpr Type page{Base::structure, 1, false, page_tag};
inline constexpr Type pages{Base::structure, 1, true, page_tag};
inline constexpr Type cache{Base::structure, 1, false, cache_tag};
inline constexpr Type void_pointer{Base::nothing, 1};
inline constexpr Type string{Base::s8, 1};
}  // namespace types

constexpr unsigned width_of(Base base) {
    switch (base) {
    case Base::boolean: return 1;
    case Base::s8:
    case Base::u8: return 8;
    case Base::s16:
    case Base::u16: return 16;
    case Base::s32:
    case Base::u32:
    case Base::gfp: return 32;
    default: return 64;
    }
}

constexpr bool is_signed(Base base) {
    return base == Base::s8 || base == Base::s16 || base == Base::s32 || base == Base::s64;
}

/// A number as its type holds it: what C does when a value is stored or cast.
constexpr std::uint64_t narrowed(std::uint64_t bits, Base base) {
    switch (base) {
    case Base::boolean: return bits != 0 ? 1 : 0;
    case Base::s8: return static_cast<std::uint64_t>(static_cast<std::int8_t>(bits));
    case Base::u8: return static_cast<std::uint8_t>(bits);
    case Base::s16: return static_cast<std::uint64_t>(static_cast<std::int16_t>(bits));
    case Base::u16: return static_cast<std::uint16_t>(bits);
    case Base::s32: return static_cast<std::uint64_t>(static_cast<std::int32_t>(bits));
    case Base::u32:
    case Base::gfp: return static_cast<std::uint32_t>(bits);
    default: return bits;
    }
}

/// True when every value of `from` is a value of `to`, so that no narrowing is needed.
bool holds_all_of(Base to, Base from);

/// C's usual arithmetic conversions, after promotion of what is narrower than int.
Base common_base(Base a, Base b);

/// sizeof; 0 when it is not known (void, a structure).
std::uint64_t size_of(Type type);

/// Names of the structures that a text mentions; page and kmem_cache are always there.
class Structures {
public:
    Structures() : names_{"page", "kmem_cache"} {}
    StructureTag tag_of(const std::string& name);
    const std::string& name(StructureTag tag) const { return names_[tag]; }

private:
    std::vector<std::string> names_;
};

/// "unsigned long", "struct page *", "void *[]".
std::string type_name(Type type, const Structures& structures);

}  // namespace pageframe::scenario
