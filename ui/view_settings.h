// The view's part of a link: a short text with a version in front, each setting a letter and a number.
//
//     "1z1500c12345n1s1088"     zoom 1.5 about pfn 12345, zone 1, pfn 1088 selected
//     "1u1a18446612682075013120"   the slabs' pictures, address ffff888000100000 selected
//     "1"                       nothing out of the ordinary
//
// A link is a stranger's word: what is not exactly such a text is refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/core/types.h"
#include "ui/subject.h"

namespace pageframe::ui {

struct ViewSettings {
    float zoom = 1;  ///< of the memory view; 1: all of it
    Pfn centre = 0;
    std::optional<ZoneId> zone;
    std::optional<Pfn> selection;
    std::optional<Subject> subject;        ///< picked by the reader
    std::optional<std::uint64_t> address;  ///< selected, rather than a frame
    bool operator==(const ViewSettings&) const = default;
};

std::string write_view_settings(const ViewSettings& settings);
std::optional<ViewSettings> read_view_settings(std::string_view text);

}  // namespace pageframe::ui
