// Numbers as readers see them: "9,204", "128 KiB".
#pragma once

#include <cstdint>
#include <string>

#include "engine/core/types.h"

namespace pageframe::ui {

/// "4,194,304"
std::string count_text(std::uint64_t count);
/// "4 KiB", "1.5 GiB": at most one decimal.
std::string bytes_text(std::uint64_t bytes);
/// "128 KiB"
inline std::string order_bytes_text(Order order) { return bytes_text(std::uint64_t{frames_in(order)} << page_shift); }

}  // namespace pageframe::ui
