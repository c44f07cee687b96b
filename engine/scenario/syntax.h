// The syntax tree of a scenario, and what the checks write into it.
//
// Nodes stand in vectors and name each other by index: no ownership to get wrong, nothing to free
// recursively, and a hostile text can't make a tree that overflows the stack when it goes away. Lists are
// chains by `next`. Depth is bounded by `most_nesting` while the tree is built.
//
//     Syntax
//       machine entries    machine { key = value; }
//       functions          parameters, body
//       top                the statements outside of functions, in order
//       statements, expressions, variables: the pools
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/scenario/diagnostics.h"
#include "engine/scenario/names.h"
#include "engine/scenario/value_type.h"

namespace pageframe::scenario {

using ExpressionId = std::uint32_t;
using StatementId = std::uint32_t;
using VariableId = std::uint32_t;
using FunctionId = std::uint32_t;
inline constexpr std::uint32_t none = 0xffffffffU;

enum class Operator : std::uint8_t {
    // binary, in the order of C's precedence groups
    multiply,
    divide,
    remainder,
    add,
    subtract,
    shift_left,
    shift_right,
    less,
    less_equal,
    greater,
    greater_equal,
    equal,
    not_equal,
    bit_and,
    bit_xor,
    bit_or,
    logical_and,
    logical_or,
    comma,
    // unary
    plus,
    negate,
    complement,
    logical_not,
    address_of,
    indirection,
    nothing,  ///< of a plain assignment
};

const char* operator_text(Operator operation);

enum class ExpressionKind : std::uint8_t {
    error,        ///< what could not be read: silent in the checks
    number,       ///< value, type
    string,       ///< value: index into Syntax::strings
    name,         ///< name; resolved to a variable or a constant
    unary,        ///< operation, first
    binary,       ///< operation, first, second
    assignment,   ///< first = target, second = value, operation: of a compound one
    increment,    ///< first = target; value: +1 or -1; prefix
    conditional,  ///< first ? second : third
    call,         ///< name, first: chain of arguments, count
    index,        ///< first[second]
    member,       ///< first.name or first->name: read, and told as unsupported
    cast,         ///< type, first
    size_of,      ///< of type, or of first
    list,         ///< { first, ... } of an initialiser, count
};

/// What a name or a call was found to be.
enum class Meaning : std::uint8_t {
    unresolved,
    variable,     ///< target: VariableId
    constant,     ///< value
    function,     ///< target: FunctionId
    kernel_call,  ///< target: index into the calls table
    minimum,
    maximum,
    array_size,
    transparent,  ///< likely(), unlikely(), ...: the value of the argument
};

struct Expression {
    ExpressionKind kind = ExpressionKind::error;
    Operator operation = Operator::nothing;
    Meaning meaning = Meaning::unresolved;  ///< by the checks
    bool prefix = false;
    std::uint8_t depth = 1;   ///< of the tree below, for the bound
    std::uint16_t count = 0;  ///< arguments, elements
    Type type;                ///< casts, sizeof: as written; then, by the checks: of the value
    Place place;
    ExpressionId first = none;
    ExpressionId second = none;
    ExpressionId third = none;
    ExpressionId next = none;  ///< in a chain of arguments
    NameId name = no_name;
    std::uint32_t target = none;  ///< by the checks, see Meaning
    std::uint64_t value = 0;
};

enum class StatementKind : std::uint8_t {
    empty,
    expression,
    declaration,  ///< variable, expression: initialiser; chained by `next` in a block
    block,        ///< body: chain
    if_,          ///< expression, body, otherwise
    while_,
    do_while,
    for_,  ///< initial: chain, expression, update, body
    break_,
    continue_,
    return_,
    on_cpu,  ///< expression, body
    atomic,  ///< body
    go_to,   ///< label
    label,   ///< label
    /// module_init(name), module_exit(name): runs the function after everything else.
    module_init,
    module_exit,
};

struct Statement {
    StatementKind kind = StatementKind::empty;
    Place place;
    ExpressionId expression = none;
    ExpressionId update = none;
    StatementId initial = none;
    StatementId body = none;
    StatementId otherwise = none;
    StatementId next = none;
    VariableId variable = none;
    NameId name = no_name;  ///< label, function
    /// By the checks: of a goto its label's statement, of module_init() the function.
    std::uint32_t target = none;
    std::uint32_t leaves = 0;  ///< by the checks: regions that a goto jumps out of
};

struct Variable {
    NameId name = no_name;
    Type type;
    Place place;
    ExpressionId length = none;  ///< of an array, as written
    bool is_static = false;
    bool is_const = false;
    bool is_parameter = false;
    // by the checks
    bool is_global = false;
    FunctionId function = none;  ///< none: the top level
    std::uint32_t slot = 0;
    std::uint32_t elements = 0;  ///< arrays that are declared: their length; 0: a single value
    bool has_value = false;      ///< const with a constant initialiser
    std::uint64_t value = 0;
};

struct Function {
    NameId name = no_name;
    Type result;
    Place place;
    std::vector<VariableId> parameters;
    StatementId body = none;  ///< a block
    std::uint32_t slots = 0;  ///< by the checks: variables and array elements of a call
};

struct MachineEntry {
    NameId key = no_name;
    Place place;
    ExpressionId value = none;
};

struct Syntax {
    Names names;
    Structures structures;
    std::vector<std::string> strings;
    std::vector<Expression> expressions;
    std::vector<Statement> statements;
    std::vector<Variable> variables;
    std::vector<Function> functions;
    std::vector<MachineEntry> machine;
    bool has_machine = false;
    StatementId top = none;
    std::uint32_t top_slots = 0;  ///< by the checks

    Expression& at(ExpressionId id) { return expressions[id]; }
    const Expression& at(ExpressionId id) const { return expressions[id]; }
};

}  // namespace pageframe::scenario
