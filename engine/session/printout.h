// A run as text, in every form that the command line prints and the golden tests compare:
//
//     buddyinfo pagetypeinfo zoneinfo unusable_index extfrag_index    the state at a position, as the kernel says it
//     operations                                                      every call up to it, and what came of it
//     events                                                          every event up to it, with its sentence
//     hash                                                            the state's hash
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "engine/session/session.h"

namespace pageframe {

/// Takes the text piece by piece: all events of a long run are more than one would keep.
using TextSink = std::function<void(std::string_view)>;

struct Printout {
    std::string_view name;
    /// Of the session's timeline at its position().
    void (*print)(Session& session, const TextSink& sink);
};

std::span<const Printout> printouts();
/// nullptr when there is none of that name.
const Printout* find_printout(std::string_view name);

}  // namespace pageframe
