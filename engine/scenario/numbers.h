// Spellings of numbers and characters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/scenario/value_type.h"

namespace pageframe::scenario {

struct NumberLiteral {
    std::uint64_t value = 0;
    Base type = Base::s32;
    std::string error;       ///< what is wrong with it; empty: nothing
    std::string suggestion;  ///< how it was probably meant
};

/// A C integer, with K, M or G before C's suffixes: "0x40UL", "64M", "017".
NumberLiteral read_number(std::string_view spelling);

/// The character behind a backslash at text[position], which moves past it; false: not an escape of C.
bool read_escape(std::string_view text, std::size_t& position, char& character);

}  // namespace pageframe::scenario
