// C's conversions and sizes, and how a type is written.
#include "engine/scenario/value_type.h"

#include <algorithm>

namespace pageframe::scenario {

namespace {

constexpr std::size_t most_structures = 1000;

Base promoted(Base base) { return width_of(base) < 32 ? Base::s32 : base; }

const char* base_name(Base base) {
    switch (base) {
    case Base::unknown: return "unknown";
    case Base::nothing: return "void";
    case Base::boolean: return "bool";
    case Base::s8: return "char";
    case Base::u8: return "u8";
    case Base::s16: return "short";
    case Base::u16: return "u16";
    case Base::s32: return "int";
    case Base::u32: return "unsigned int";
    case Base::s64: return "long";
    case Base::u64: return "unsigned long";
    case Base::gfp: return "gfp_t";
    case Base::structure: return "struct";
    }
    return "";
}

}  // namespace

bool holds_all_of(Base to, Base from) {
    if (to == from || width_of(to) == 64) return true;
    if (to == Base::boolean) return false;
    if (from == Base::boolean) return true;
    const bool to_signed = is_signed(to);
    if (is_signed(from)) return to_signed && width_of(to) >= width_of(from);
    return to_signed ? width_of(to) > width_of(from) : width_of(to) >= width_of(from);
}

Base common_base(Base a, Base b) {
    if (a == Base::gfp && b == Base::gfp) return Base::gfp;
    a = promoted(a);
    b = promoted(b);
    if (a == Base::u64 || b == Base::u64) return Base::u64;
    if (a == Base::s64 || b == Base::s64) return Base::s64;
    if (a == Base::gfp || b == Base::gfp) return Base::gfp;
    if (a == Base::u32 || b == Base::u32) return Base::u32;
    return Base::s32;
}

std::uint64_t size_of(Type type) {
    if (type.stars != 0) return 8;
    if (type.base == Base::nothing || type.base == Base::unknown) return 0;
    if (type.base == Base::structure) return type.tag == page_tag ? 64 : 0;
    return type.base == Base::boolean ? 1 : width_of(type.base) / 8;
}

StructureTag Structures::tag_of(const std::string& name) {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found != names_.end()) return static_cast<StructureTag>(found - names_.begin());
    // A text with more kinds of structures than this has no use for telling them apart.
    if (names_.size() >= most_structures) return static_cast<StructureTag>(names_.size() - 1);
    names_.push_back(name);
    return static_cast<StructureTag>(names_.size() - 1);
}

std::string type_name(Type type, const Structures& structures) {
    std::string text = base_name(type.base);
    if (type.base == Base::structure) text += ' ' + structures.name(type.tag);
    if (type.stars != 0) text += ' ' + std::string(type.stars, '*');
    if (type.array) text += "[]";
    return text;
}

}  // namespace pageframe::scenario
