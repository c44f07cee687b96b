// The stack machine that runs a program. run() in scenario.h is what others call.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/core/random.h"
#include "engine/scenario/arithmetic.h"
#include "engine/scenario/program.h"
#include "engine/scenario/scenario.h"
#include "engine/scenario/values.h"
#include "engine/scenario/variable_value.h"
#include "engine/slab/constructors.h"

namespace pageframe::scenario {

class Interpreter : public ConstructorRunner {
public:
    /// `code`: the program's, or one that another has made of it.
    Interpreter(const Program& program, const Instruction* code, const MachineConfiguration& machine,
                OperationTarget& target, const Bounds& bounds);
    RunResult run();
    /// What a variable holds where the run has come to (variable_value.cpp).
    VariableValue value_of(const WrittenVariable& written) const;
    /// Calls the cache's constructor, in the middle of the operation that makes its slab.
    void construct(CacheId cache, std::uint64_t object, ConstructorMemory& memory) override;

private:
    /// What a call comes back to.
    struct Frame {
        std::uint32_t return_to = 0;
        std::uint32_t base = 0;   ///< of the caller's variables
        std::uint32_t stack = 0;  ///< height to come back to, the arguments gone
        std::uint32_t atomic_depth = 0;
        std::uint32_t function = 0;  ///< the one called
        CpuId cpu = 0;
        bool value_used = false;
    };

    void execute();
    bool enter(const Instruction& instruction);
    bool enter_cpu(Value& cpu);
    bool offset_array(Value& array, std::uint64_t by);
    /// The element, or nullptr: told.
    Value* element(const ProgramVariable& variable, std::uint32_t base, std::uint64_t index, std::uint32_t& name);
    void call_kernel(const Instruction& instruction);
    void follow_moves();
    void access_memory(const Instruction& instruction, bool store);
    void label(Value value, std::uint32_t name, std::uint32_t index);
    const ProgramVariable* in_scope(std::string_view name, std::uint32_t at) const;
    void fail(std::string message);
    void fail_arithmetic(ArithmeticError error);
    bool charge(std::uint64_t steps);
    std::string name_of(const ProgramVariable& variable) const;
    std::uint32_t string_of_variable(std::uint32_t variable);

    OperationTarget& target_;
    const Program& program_;
    const Instruction* code_;
    const MachineConfiguration& machine_;
    Bounds bounds_;
    StringTable strings_;
    Random random_;
    CallContext context_;
    RunResult result_;

    std::vector<Value> memory_;  ///< the frames' variables, one frame behind the other
    std::vector<Value> stack_;
    std::vector<Frame> frames_;
    std::vector<std::uint32_t> variable_strings_;  ///< by variable: its name's index, filled on demand
    std::vector<std::uint8_t> label_depth_;        ///< by operation: calls deep when it was labelled
    std::uint32_t at_ = 0;                         ///< the instruction after the current one
    std::uint32_t base_ = 0;
    std::uint32_t top_ = 0;  ///< end of the current frame
    std::uint32_t height_ = 0;
    std::uint32_t atomic_depth_ = 0;
    CpuId cpu_ = 0;
    std::uint64_t steps_ = 0;
    bool stopped_ = false;
};

}  // namespace pageframe::scenario
