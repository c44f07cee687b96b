#include "engine/core/access_sentences.h"

namespace pageframe {

Sentence foreign_access(const char* what, const std::string& place, OperationNumber owner, OperationNumber pointer,
                        OwnMemory own, bool write) {
    const auto operation = [](OperationNumber number) { return "operation " + std::to_string(number + 1); };
    Sentence s;
    s.in_role(Role::mistake, own == OwnMemory::before   ? std::string("Past the end")
                             : own == OwnMemory::behind ? std::string("Before the start")
                                                        : "Somebody else's " + std::string(what));
    s << ": " << place << ", which " << operation(owner) << " has taken; the pointer came from " << operation(pointer);
    if (own == OwnMemory::elsewhere)
        s << ", which got another one, or this one earlier.";
    else
        s << ", whose " << what << (own == OwnMemory::before ? " ends before it." : " begins behind it.");
    return s << (write ? " Nothing notices; the owner finds a strange byte." : " What is read is nobody's promise.");
}

}  // namespace pageframe
