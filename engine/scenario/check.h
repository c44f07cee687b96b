// The static checks: what every name means, what type every expression has, and whether C and the kernel's
// declarations allow what is written. They write what they find into the tree (Expression::meaning, target
// and type; Variable::slot), which the generator then only reads.
//
// The top-level text is checked as what C would call file scope and the body of a function at once: its
// variables live as long as the run, start as zero, and functions see them.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/machine/configuration.h"
#include "engine/scenario/diagnostics.h"
#include "engine/scenario/syntax.h"

namespace pageframe::scenario {

void check(Syntax& syntax, Diagnostics& diagnostics);

/// The checks' own class, in check*.cpp; not for others.
class Checker {
public:
    Checker(Syntax& syntax, Diagnostics& diagnostics) : syntax_(syntax), diagnostics_(diagnostics) {}
    void run();
    /// Of a key's value in machine { }, where nothing but constants is known.
    Type expression(ExpressionId id);

private:
    // -- names and scopes (check.cpp) ---------------------------------------------------------------
    void declare_functions();
    void open_scope() { scopes_.push_back(scope_names_.size()); }
    void close_scope();
    void declare(VariableId id);
    VariableId find_variable(NameId name) const;
    FunctionId find_function(NameId name) const;
    std::string near_name(NameId name, bool call);
    /// Gives the variable its place in the frame of its function, or among the globals.
    void place(Variable& variable, std::uint64_t slots);

    // -- statements (check.cpp) ---------------------------------------------------------------------
    struct Label {
        StatementId statement = none;
        std::vector<StatementId> regions;  ///< on_cpu and atomic blocks around it, the outermost first
    };
    void function(FunctionId id);
    void body(StatementId id);  ///< one statement in a scope of its own
    void statements(StatementId chain);
    void statement(StatementId id);
    void declaration(Statement& node);
    void array_declaration(Statement& node, Variable& variable);
    void list_initializer(const Statement& node, Variable& variable);
    void constant_initializer(const Statement& node, Variable& variable);
    void return_statement(Statement& node);
    void condition(ExpressionId id);
    void collect_labels(StatementId chain, std::vector<StatementId>& regions);
    void go_to(Statement& node);
    void module_function(Statement& node);

    // -- expressions (check_expression.cpp) ---------------------------------------------------------
    Type name(Expression& node);
    Type unary(Expression& node);
    Type address_of(Expression& node);
    Type binary(Expression& node);
    Type pointer_arithmetic(Expression& node, Type left, Type right);
    Type comparison(Expression& node, Type left, Type right);
    Type assignment(Expression& node);
    Type increment(Expression& node);
    Type conditional(Expression& node);
    Type index(Expression& node);
    Type cast(Expression& node);
    Type size_of_operator(Expression& node);
    Type value(ExpressionId id);  ///< expression() that must have a value
    void constant_target(const Expression& target);
    Type memory_access(Type pointer, Place place);
    bool named_array(ExpressionId id) const;

    // -- calls (check_call.cpp) ---------------------------------------------------------------------
    Type call(Expression& node);
    Type function_call(Expression& node, FunctionId id);
    Type kernel_call(Expression& node, std::uint32_t index);
    void view_name(ExpressionId argument);
    bool function_name(ExpressionId argument);
    Type minimum_or_maximum(Expression& node);
    Type array_size(Expression& node);
    void check_arguments(Expression& node);
    bool argument_count(const Expression& node, std::size_t expected, bool more, const std::string& signature);
    void kernel_argument(const Expression& call, std::uint32_t index, std::size_t position, ExpressionId argument);

    /// Whether a value of this expression may be stored as `to`; tells what is wrong if not.
    /// `what`: "p", "the argument 'page' of __free_pages()".
    bool fits(Type to, ExpressionId from, const std::string& what);
    bool is_null(ExpressionId id) const;
    std::string type_text(Type type) const { return type_name(type, syntax_.structures); }
    const std::string& text(NameId id) const { return syntax_.names[id]; }

    Syntax& syntax_;
    Diagnostics& diagnostics_;
    std::vector<std::vector<VariableId>> bindings_;  ///< by name, the innermost last
    std::vector<NameId> scope_names_;                ///< declared, in order
    std::vector<std::size_t> scopes_;                ///< where each open scope begins in it
    std::vector<FunctionId> function_of_;            ///< by name
    std::unordered_map<NameId, Label> labels_;       ///< of the function
    std::vector<StatementId> regions_;
    FunctionId function_ = none;      ///< being checked; none: the top level
    std::uint64_t slots_ = 0;         ///< of the function so far
    std::uint64_t global_slots_ = 0;  ///< of the top level, and static
};

/// Reads the machine block into a configuration; what is wrong with it is told (machine_keys.cpp).
MachineConfiguration read_machine(Syntax& syntax, Diagnostics& diagnostics);
/// Every key that it knows.
std::vector<std::string_view> machine_key_names();

}  // namespace pageframe::scenario
