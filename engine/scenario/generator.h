// The generator's class; generate() in program.h is what others call.
#pragma once

#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/scenario/program.h"

namespace pageframe::scenario {

class Generator {
public:
    Generator(Syntax& syntax, Program& program) : syntax_(syntax), program_(program) {}
    void run();

private:
    struct Loop {
        std::size_t regions;  ///< open where the loop stands
        std::vector<std::uint32_t> breaks;
        std::vector<std::uint32_t> continues;
    };

    void top_level();
    void function(FunctionId id);
    void module_functions(StatementKind kind);
    void call_without_arguments(FunctionId id);
    FunctionId function_to_run() const;

    std::uint32_t here() const { return static_cast<std::uint32_t>(program_.code.size()); }
    /// `change`: what the instruction does to the height of the stack.
    std::uint32_t emit(Opcode opcode, int change, std::uint32_t operand = 0, std::int16_t detail = 0,
                       bool global = false);
    void emit_constant(std::uint64_t value);
    void open_scope(VariableId variable);
    void close_scope(std::size_t remaining);
    void patch(const std::vector<std::uint32_t>& jumps);

    void statements(StatementId chain);
    void statement(StatementId id);
    void declaration(const Statement& node);
    void initialize(const Statement& node);
    void if_statement(const Statement& node);
    void loop(const Statement& node);
    void leave_loop(std::vector<std::uint32_t>& jumps);
    void leave_regions(std::size_t remaining);
    void region(const Statement& node);
    void return_statement(const Statement& node);

    // generate_expression.cpp
    void expression(ExpressionId id);
    void discarded(ExpressionId id);  ///< for its effect only
    /// The value as `to` holds it.
    void converted(ExpressionId id, Type to);
    void narrow(Base to);
    bool is_exact(const Expression& node) const;
    void operand(ExpressionId id, Base common);
    void name(const Expression& node);
    void unary(const Expression& node);
    void address_of(const Expression& node);
    void binary(const Expression& node);
    void logical(const Expression& node);
    void pointer_arithmetic(const Expression& node);
    void operation(Operator op, Base base);
    void assignment(const Expression& node);
    void increment(const Expression& node);
    void change(const Expression& target, const Expression& node);
    void conditional(const Expression& node);
    void call(const Expression& node, bool value_used);
    void minimum_or_maximum(const Expression& node);

    /// A variable; an element of an array, with the index on the stack; or memory, with the address there.
    struct Target {
        VariableId variable = none;
        bool element = false;
        bool global = false;
        bool memory = false;
        Type type{};  ///< of what stands in memory
    };
    Target memory_target(const Expression& node, Type pointer);
    Target target(ExpressionId id);
    void load(const Target& target);
    void store(const Target& target);

    Syntax& syntax_;
    Program& program_;
    FunctionId function_ = none;
    Place place_;
    std::uint32_t depth_ = 0;
    std::uint32_t most_depth_ = 0;
    unsigned block_depth_ = 0;
    std::vector<VariableId> in_scope_;
    std::vector<Loop> loops_;
    std::vector<StatementKind> regions_;
    std::unordered_map<StatementId, std::uint32_t> label_at_;
    std::vector<std::pair<std::uint32_t, StatementId>> gotos_;
};

}  // namespace pageframe::scenario
