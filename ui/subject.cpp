#include "ui/subject.h"

#include <algorithm>

namespace pageframe::ui {
namespace {

constexpr std::string_view names[subject_count] = {"pages", "slabs", "addresses"};

struct ViewSubject {
    std::string_view view;
    Subject subject;
};
constexpr ViewSubject views[] = {
    {"tree", Subject::pages},       {"free_lists", Subject::pages},    {"per_cpu_lists", Subject::pages},
    {"watermarks", Subject::pages}, {"fragmentation", Subject::pages}, {"memory", Subject::pages},
    {"slabs", Subject::slabs},      {"caches", Subject::slabs},        {"object", Subject::slabs},
    {"walk", Subject::addresses},   {"vmalloc", Subject::addresses},   {"tlb", Subject::addresses},
    {"misses", Subject::addresses},
};

/// How strongly a call speaks for a subject: an access alone may be to a slab's object as well.
enum class Hint : std::uint8_t { none, access, slabs, addresses };

Hint hint_of(OperationKind kind) {
    if (kind >= OperationKind::kmem_cache_create) return Hint::slabs;
    if (kind >= OperationKind::load && kind <= OperationKind::compare_memory) return Hint::access;
    if (kind >= OperationKind::vmalloc) return Hint::addresses;
    return Hint::none;
}

}  // namespace

std::string_view subject_name(Subject subject) { return names[static_cast<unsigned>(subject)]; }

std::optional<Subject> subject_named(std::string_view name) {
    for (unsigned index = 0; index < subject_count; ++index)
        if (names[index] == name) return static_cast<Subject>(index);
    return std::nullopt;
}

std::optional<Subject> subject_of_view(std::string_view view) {
    for (const ViewSubject& entry : views)
        if (entry.view == view) return entry.subject;
    return std::nullopt;
}

Subjects::Subjects(const Session& session) {
    const Timeline& timeline = session.timeline();
    Hint strongest = Hint::none;
    for (OperationNumber number = 0; number < timeline.operation_count(); ++number) {
        const OperationKind kind = timeline.operation(number).kind;
        if (kind == OperationKind::show) shows_.push_back(number);
        strongest = std::max(strongest, hint_of(kind));
    }
    if (strongest == Hint::slabs) of_the_run_ = Subject::slabs;
    if (strongest == Hint::addresses || strongest == Hint::access) of_the_run_ = Subject::addresses;
}

std::string_view Subjects::shown_view(const Session& session, Position position) const {
    const auto after = std::lower_bound(shows_.begin(), shows_.end(), position.operation);
    if (after == shows_.begin()) return "";
    return session.text_of(session.timeline().operation(*std::prev(after)));
}

Subject Subjects::at(const Session& session, Position position) const {
    return subject_of_view(shown_view(session, position)).value_or(of_the_run_);
}

}  // namespace pageframe::ui
