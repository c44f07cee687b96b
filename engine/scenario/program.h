// A scenario made ready to run: instructions for a stack machine, with every name resolved to a number.
//
//     int i = 2 * n;        push 2, load n, multiply, narrow int, store i, drop
//
// A loop of a million kernel calls runs through here, so nothing is looked up by name any more; and the
// interpreter needs no native stack however deep a scenario's functions call each other.
//
// Frames: the variables of a call stand in `memory` from the frame's base on, an array as its elements.
// The top level's frame is the first, and stays; `global` instructions reach it from everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/machine/configuration.h"
#include "engine/scenario/calls.h"
#include "engine/scenario/diagnostics.h"
#include "engine/scenario/syntax.h"

namespace pageframe::scenario {

enum class Opcode : std::uint8_t {
    push,       ///< operand: signed 32 bits
    push_wide,  ///< operand: index into constants
    drop,
    tuck,               ///< a b -> b a b
    duplicate,          ///< a -> a a
    load,               ///< operand: variable; `global` says whose frame
    store,              ///< value -> value, and into the variable
    load_element,       ///< index -> value
    store_element,      ///< index value -> value
    load_memory,        ///< address -> value; detail: Base, operand: bytes
    store_memory,       ///< address value -> value; operand: bytes
    array,              ///< -> reference to the array variable, or the reference that a parameter holds
    variable_as_array,  ///< -> reference to a single variable, as an array of one
    offset_array,       ///< reference n -> reference n elements further
    step,               ///< no stack: adds `detail` (signed) to the variable, narrowed to its type
    narrow,             ///< detail: Base
    compute,            ///< a b -> result; detail: Operator; signed_ in `global`
    add,                ///< the frequent ones of compute, without its cases
    subtract,
    multiply,
    less_signed,
    less_unsigned,
    equal,
    not_equal,
    bit_and,
    bit_or,
    negate,
    complement,
    logical_not,
    truth,       ///< a -> a != 0
    add_scaled,  ///< pointer n -> pointer + n * operand
    subtract_scaled,
    difference,  ///< a b -> (a - b) / operand
    minimum_signed,
    minimum_unsigned,
    maximum_signed,
    maximum_unsigned,
    jump,  ///< operand: instruction
    jump_if_zero,
    jump_if_not_zero,
    call,         ///< operand: function
    call_kernel,  ///< operand: row of kernel_calls; detail: arguments
    return_value,
    return_nothing,
    declare,    ///< the variable has no value from here on
    clear,      ///< ... is all zeros from here on
    enter_cpu,  ///< cpu -> the CPU before
    leave_cpu,  ///< the CPU before ->
    enter_atomic,
    leave_atomic,
    stop,
};

struct Instruction {
    Opcode opcode = Opcode::stop;
    bool global = false;  ///< load, store, ...: in the top level's frame; compute: signed
    std::int16_t detail = 0;
    std::uint32_t operand = 0;
};
static_assert(sizeof(Instruction) == 8);

struct ProgramVariable {
    std::uint32_t slot = 0;
    std::uint32_t elements = 0;  ///< 0: a single value
    NameId name = no_name;
    Base base = Base::u64;  ///< what a number is narrowed to
    // For who asks what a variable holds; running needs none of it.
    Type type;
    bool global = false;
    std::uint32_t scope_begin = no_scope;  ///< instructions in which the name means this variable
    std::uint32_t scope_end = no_scope;

    static constexpr std::uint32_t no_scope = 0xffffffffU;
};

struct ProgramFunction {
    std::uint32_t entry = 0;
    std::uint32_t slots = 0;
    std::uint32_t parameters = 0;
    std::uint32_t stack = 0;  ///< values that it may push
    NameId name = no_name;
    bool gives_value = false;
};

struct Program {
    std::vector<Instruction> code;
    std::vector<Place> places;  ///< of each instruction
    std::vector<std::uint64_t> constants;
    std::vector<ProgramVariable> variables;
    std::vector<ProgramFunction> functions;  ///< as in Syntax, and the top level last
    std::vector<const KernelCall*> kernel_calls;
    std::vector<std::string> strings;
    Names names;
};

/// The program of a tree without errors.
Program generate(Syntax&& syntax);

}  // namespace pageframe::scenario
