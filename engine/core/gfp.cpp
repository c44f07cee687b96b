// Names of gfp_flags, as include/trace/events/mmflags.h composes them.
#include "engine/core/gfp.h"

namespace pageframe::gfp {

std::string describe(GfpFlags flags) {
    std::string text;
    for (const Name& name : names) {
        if (flags == 0) break;
        if ((flags & name.flags) != name.flags) continue;
        if (!text.empty()) text += '|';
        text += name.name;
        flags &= ~name.flags;
    }
    return text.empty() ? "0" : text;
}

}  // namespace pageframe::gfp
