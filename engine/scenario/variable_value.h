// What a variable of a scenario holds in the middle of a run.
//
// A run keeps no trace of its variables: the text is run again, on a machine as it started, up to the moment
// asked for. That costs a run nothing, is true by construction, and takes as long as the run did.
//
//     for (char *c = v; c < end; c += PAGE_SIZE)
//         *c = 1;             operation n
//             ^ statement_done: c is what the store was given
//     c += PAGE_SIZE, c < end
//         *c = 1;             operation n + 1
//        ^ next_operation: c is a page further
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/scenario/scenario.h"
#include "engine/scenario/value_type.h"

namespace pageframe::scenario {

enum class Moment : std::uint8_t {
    statement_done,  ///< the operation's statement has come to its end
    next_operation,  ///< ... and all that follows it, up to the next operation or the end of the text
};

/// "p", "task[3]".
struct WrittenVariable {
    static constexpr std::uint64_t no_element = ~std::uint64_t{0};
    std::string_view text;
    std::string_view name;
    std::uint64_t element = no_element;
};

struct VariableValue {
    enum class Kind : std::uint8_t {
        unknown,   ///< no variable of this name is in scope
        no_value,  ///< nothing has been stored yet
        array,     ///< an array, or an element that it does not have
        known,
    };
    Kind kind = Kind::unknown;
    Type type;  ///< of the element
    std::uint64_t bits = 0;
    OperationNumber origin = no_operation;  ///< what allocated it
};

/// `machine` is as it was when the run began, and executes the operations again: `operations` of them.
VariableValue variable_value(const Scenario& scenario, OperationTarget& machine, OperationNumber operations,
                             Moment moment, const WrittenVariable& written);

}  // namespace pageframe::scenario
