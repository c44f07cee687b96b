// The kernel's constants by their names, with the values and types of Linux 6.1 on x86-64.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "engine/scenario/value_type.h"

namespace pageframe::scenario {

struct Constant {
    std::string_view name;
    Type type;
    std::uint64_t value = 0;
};

/// False when no constant has this name.
bool find_constant(std::string_view name, Constant& found);
void for_each_constant(const std::function<void(const Constant&)>& visit);

}  // namespace pageframe::scenario
