// What the pictures are about: the page allocator's memory, slabs and their objects, or addresses and where
// they lead. Every view belongs to one subject; physical memory is beside all of them.
//
//     pages       memory, tree                 | free lists, CPU lists, watermarks, fragmentation
//     slabs       slabs of one cache, object   | caches, memory
//     addresses   walk, vmalloc region         | TLB, misses, memory
//
// Which one is shown: what the reader picked, else what the author's last show("...") asks for, else what
// the run's calls are about.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/session/session.h"

namespace pageframe::ui {

enum class Subject : std::uint8_t { pages, slabs, addresses };
inline constexpr unsigned subject_count = 3;

/// "pages", "slabs", "addresses"
std::string_view subject_name(Subject subject);
std::optional<Subject> subject_named(std::string_view name);
/// Of a view, by its name; nothing for those that are shown with every subject.
std::optional<Subject> subject_of_view(std::string_view view);

/// What a run is about, place by place.
class Subjects {
public:
    Subjects() = default;
    explicit Subjects(const Session& session);

    /// The view that the author's last show() at or before `position` names; "": none.
    std::string_view shown_view(const Session& session, Position position) const;
    Subject at(const Session& session, Position position) const;

private:
    Subject of_the_run_ = Subject::pages;
    std::vector<OperationNumber> shows_;  ///< ascending
};

}  // namespace pageframe::ui
