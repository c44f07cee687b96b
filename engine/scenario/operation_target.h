// Where the operations of a scenario go: the timeline, or a test's own.
#pragma once

#include <string_view>

#include "engine/core/operation.h"

namespace pageframe {

class ConstructorRunner;

class OperationTarget {
public:
    virtual ~OperationTarget() = default;
    /// Carries out one operation and says what came of it.
    virtual OperationResult execute(const Operation& operation) = 0;
    /// What the last operation brought beside its result.
    virtual const OperationOutput& output() const = 0;
    /// The number that the next operation will have.
    virtual OperationNumber next_operation() const = 0;
    /// What a number in Operation::text means, told before an operation whose string the machine reads.
    virtual void use_string(std::uint32_t index, std::string_view text) {
        (void)index;
        (void)text;
    }
    /// Who runs the constructors of caches (slab/constructors.h); nullptr: nobody any more.
    virtual void use_constructors(ConstructorRunner*) {}
};

/// Operation::spare: which of the functions that end in the same kind of operation was written, so that
/// describe_call() can say so. 0 is right for operations that come from elsewhere.
enum class Spelling : std::uint8_t {
    usual,
    alloc_page,
    alloc_pages_node,
    get_free_pages,
    get_free_page,
    get_zeroed_page,
    free_page_descriptor,  ///< __free_page(page)
    free_pages_address,    ///< free_pages(addr, order)
    free_page_address,     ///< free_page(addr)
};

}  // namespace pageframe
