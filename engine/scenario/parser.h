// Tokens to a syntax tree: recursive descent, C's precedence.
//
// After an error the parser skips to where a statement can begin again and goes on, so that every error
// of a text is told. What was read of a broken statement stays in the tree as far as it makes sense (the
// names a broken declaration declares, for instance), so that no second error follows from the first.
#pragma once

#include <string>
#include <string_view>

#include "engine/scenario/lexer.h"
#include "engine/scenario/syntax.h"

namespace pageframe::scenario {

/// The tree of a text; its errors are in `diagnostics`.
Syntax parse(std::string_view text, Diagnostics& diagnostics);

/// The parser's own class, in parse_*.cpp; not for others.
class Parser {
public:
    Parser(std::string_view text, Syntax& syntax, Diagnostics& diagnostics);
    void run();

private:
    // -- tokens (parser.cpp) ----------------------------------------------------------------------
    const Token& token(std::size_t ahead = 0) const;
    bool is(TokenKind kind) const { return token().kind == kind; }
    bool is_name(NameId name, std::size_t ahead = 0) const {
        return token(ahead).kind == TokenKind::identifier && token(ahead).name == name;
    }
    void advance();
    bool accept(TokenKind kind);
    /// Takes the token or tells that it is missing: `after` says behind what ("the condition").
    bool expect(TokenKind kind, std::string_view after);
    void expected(std::string_view what);
    std::string found() const;
    /// Where something is missing: behind the last token, when the next stands in another line.
    Place gap() const;
    void error(Place place, std::string message, std::string suggestion = {});
    void skip_statement();
    /// To the closing parenthesis that belongs to one already open, and past it; false: not found
    /// before the statement ends.
    bool skip_past_parenthesis();
    bool end_statement(std::string_view after);
    bool enter();  ///< one level deeper; false: too deep, told
    void leave() { --depth_; }

    // -- types and declarations (parse_declaration.cpp) --------------------------------------------
    struct Specifiers {
        Type type;
        bool is_static = false;
        bool is_const = false;
        bool is_extern = false;
        bool valid = false;  ///< a type was named
        Place place;
    };
    bool starts_type(std::size_t ahead = 0) const;
    bool is_attribute(std::size_t ahead = 0) const;
    Specifiers specifiers();
    Type stars(Type type);
    Type type_name();  ///< of a cast or sizeof
    /// One statement for each variable, chained; none for a function.
    StatementId declaration(bool top_level);
    StatementId variable(const Specifiers& written, Type type, const Token& name);
    ExpressionId initializer();
    void function(Type type, const Token& name, bool top_level);
    bool parameters(Function& function);
    void parameter(Function& function);
    void machine_block(bool first);

    // -- statements (parse_statement.cpp) ----------------------------------------------------------
    struct Chain {
        StatementId first = none;
        StatementId last = none;
    };
    void append(Chain& chain, StatementId statements);
    StatementId statement(bool top_level);
    StatementId named_statement(bool top_level);
    StatementId block();
    StatementId body(std::string_view of);
    StatementId if_statement();
    StatementId while_statement();
    StatementId do_statement();
    StatementId for_statement();
    StatementId return_statement();
    StatementId goto_statement();
    StatementId region(StatementKind kind);  ///< on_cpu(n) { }, atomic { }
    StatementId process_block();
    StatementId jump(StatementKind kind);
    StatementId module_directive(StatementKind kind);
    void skip_module_macro();
    StatementId expression_statement();
    void unknown_type(const std::string& name, Place place);
    StatementId add(const Statement& statement);
    ExpressionId condition(std::string_view of);

    // -- expressions (parse_expression.cpp) --------------------------------------------------------
    ExpressionId expression();  ///< with the comma operator
    ExpressionId assignment();
    ExpressionId conditional();
    ExpressionId binary(int least_precedence);
    ExpressionId unary();
    ExpressionId unary_operator();
    ExpressionId postfix(ExpressionId operand);
    ExpressionId primary();
    ExpressionId name_or_call();
    void arguments(Expression& call);
    ExpressionId string();
    ExpressionId size_of();
    ExpressionId cast();
    ExpressionId step(ExpressionId target, Place place, bool up, bool prefix);
    ExpressionId add(Expression expression);
    ExpressionId error_expression() { return add(Expression{}); }
    void check_target(ExpressionId target, Place place, std::string_view how);

    /// The words that mean something to the parser. They are interned first and in this order, so that
    /// a name below `count` is one of them.
    enum Word : NameId {
        // reserved: no variable may be called so
        w_if,
        w_else,
        w_for,
        w_while,
        w_do,
        w_break,
        w_continue,
        w_return,
        w_goto,
        w_sizeof,
        w_switch,
        w_case,
        w_default,
        w_union,
        w_enum,
        w_typedef,
        w_struct,
        w_static,
        w_const,
        w_extern,
        w_inline,
        w_register,
        w_volatile,
        w_auto,
        w_void,
        w_unsigned,
        w_signed,
        w_long,
        w_short,
        w_int,
        w_char,
        first_free_word,
        w_machine = first_free_word,
        w_on_cpu,
        w_atomic,
        w_process,
        w_assert,
        w_module_init,
        w_module_exit,
        word_count,
    };
    bool is_word(Word word, std::size_t ahead = 0) const { return is_name(word, ahead); }
    bool is_reserved(const Token& name) const {
        return name.kind == TokenKind::identifier && name.name < first_free_word;
    }

    std::string_view text_;
    Syntax& syntax_;
    Diagnostics& diagnostics_;
    std::vector<Base> named_types_;  ///< by name: Base::unknown where it names no type
    std::vector<bool> attributes_;   ///< by name: __init and the like, skipped
    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    unsigned depth_ = 0;
    std::size_t string_bytes_ = 0;  ///< of strings made here, beside those of the tokens
    unsigned loops_ = 0;
    StatementId pending_ = none;  ///< what a broken declaration declared all the same
    bool panic_ = false;          ///< an error was told and the place to go on not yet found
    bool too_deep_ = false;
};

}  // namespace pageframe::scenario
