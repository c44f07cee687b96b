// The view's part of a link: a short text with a version in front, each setting a letter and a number.
//
//     "1z1500c12345n1s1088"     zoom 1.5 about pfn 12345, zone 1, pfn 1088 selected
//     "1"                       nothing out of the ordinary
//
// A link is a stranger's word: what is not exactly such a text is refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/core/types.h"

namespace pageframe::ui {

struct ViewSettings {
    float zoom = 1;  ///< of the memory view; 1: all of it
    Pfn centre = 0;
    std::optional<ZoneId> zone;
    std::optional<Pfn> selection;
    bool operator==(const ViewSettings&) const = default;
};

std::string write_view_settings(const ViewSettings& settings);
std::optional<ViewSettings> read_view_settings(std::string_view text);

}  // namespace pageframe::ui
