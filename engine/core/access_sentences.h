// A load or a store of memory that another operation has taken: the same words for pages and for objects.
#pragma once

#include "engine/core/sentence.h"

namespace pageframe {

/// Where the pointer's own memory lies, seen from what was touched.
enum class OwnMemory : std::uint8_t {
    elsewhere,  ///< or nowhere any more
    before,     ///< it ends there: the access went past its end
    behind,     ///< it begins behind: the access went before its start
};

/// `what`: "page", "object"; `place`: the byte that was touched. The pointer came from an operation that got other memory.
Sentence foreign_access(const char* what, const std::string& place, OperationNumber owner, OperationNumber pointer,
                        OwnMemory own, bool write);

}  // namespace pageframe
