// Statements and blocks.
#include <utility>

#include "engine/scenario/parser.h"

namespace pageframe::scenario {

StatementId Parser::add(const Statement& statement) {
    syntax_.statements.push_back(statement);
    return static_cast<StatementId>(syntax_.statements.size() - 1);
}

void Parser::append(Chain& chain, StatementId statements) {
    if (statements == none) return;
    (chain.first == none ? chain.first : syntax_.statements[chain.last].next) = statements;
    chain.last = statements;
    while (syntax_.statements[chain.last].next != none) chain.last = syntax_.statements[chain.last].next;
}

StatementId Parser::statement(bool top_level) {
    if (!enter()) return none;
    StatementId result = none;
    if (accept(TokenKind::semicolon)) {
        // an empty statement
    } else if (is(TokenKind::left_brace)) {
        result = block();
    } else if (is(TokenKind::identifier)) {
        result = named_statement(top_level);
    } else {
        result = expression_statement();
    }
    leave();
    return result;
}

StatementId Parser::named_statement(bool top_level) {
    const TokenKind next = token(1).kind;
    switch (token().name) {
    case w_if: return if_statement();
    case w_while: return while_statement();
    case w_do: return do_statement();
    case w_for: return for_statement();
    case w_break: return jump(StatementKind::break_);
    case w_continue: return jump(StatementKind::continue_);
    case w_return: return return_statement();
    case w_goto: return goto_statement();
    case w_else:
        error(token().place, "this 'else' has no 'if'");
        advance();
        return statement(false);
    case w_switch:
    case w_case:
    case w_default:
        error(token().place, found() + " is not part of the language: expected 'if' and 'else'");
        panic_ = true;
        return none;
    case w_on_cpu:
        if (next == TokenKind::left_parenthesis) return region(StatementKind::on_cpu);
        break;
    case w_atomic:
        if (next == TokenKind::left_brace) return region(StatementKind::atomic);
        break;
    case w_process:
        if (next == TokenKind::left_parenthesis) return process_block();
        break;
    case w_module_init:
        if (top_level && next == TokenKind::left_parenthesis) return module_directive(StatementKind::module_init);
        break;
    case w_module_exit:
        if (top_level && next == TokenKind::left_parenthesis) return module_directive(StatementKind::module_exit);
        break;
    default: break;
    }
    if (starts_type()) return declaration(top_level);
    const std::string& name = syntax_.names[token().name];
    if (top_level && next == TokenKind::left_parenthesis &&
        (name.starts_with("MODULE_") || name.starts_with("EXPORT_SYMBOL"))) {
        skip_module_macro();
        return none;
    }
    if (next == TokenKind::colon && !is_reserved(token())) {
        Statement label;
        label.kind = StatementKind::label;
        label.place = token().place;
        label.name = token().name;
        advance();
        advance();
        return add(label);
    }
    return expression_statement();
}

StatementId Parser::expression_statement() {
    Statement result;
    result.kind = StatementKind::expression;
    result.place = token().place;
    const bool name_first = is(TokenKind::identifier);
    const std::string first = name_first ? syntax_.names[token().name] : std::string();
    const Place first_place = token().place;
    const bool two_names =
        name_first && (token(1).kind == TokenKind::identifier ||
                       (token(1).kind == TokenKind::star && token(2).kind == TokenKind::identifier &&
                        (token(3).kind == TokenKind::equal || token(3).kind == TokenKind::semicolon)));
    if (two_names && (token(1).kind == TokenKind::identifier || token(3).kind == TokenKind::equal)) {
        // "unsinged long x", "page *p = ...": a declaration whose type is not known.
        unknown_type(first, first_place);
        return none;
    }
    result.expression = expression();
    end_statement("the statement");
    return add(result);
}

void Parser::unknown_type(const std::string& name, Place place) {
    NearName near(name);
    for (NameId id = 0; id < named_types_.size(); ++id)
        if (named_types_[id] != Base::unknown) near.offer(syntax_.names[id]);
    for (NameId id = w_struct; id < first_free_word; ++id) near.offer(syntax_.names[id]);
    if (name.size() > 3)
        for (NameId id = 0; id < w_union; ++id) near.offer(syntax_.names[id]);
    std::string suggestion = near.best();
    if (name == "page" || name == "kmem_cache") suggestion = "struct " + name;
    error(place, "'" + name + "' is not a type" + did_you_mean(suggestion), suggestion);
    // The variables it declares are known from here on, of whatever type.
    advance();
    while (is(TokenKind::identifier) && token(1).kind == TokenKind::identifier) advance();
    while (accept(TokenKind::star)) {
    }
    if (is(TokenKind::identifier) && !is_reserved(token())) {
        Variable declared;
        declared.name = token().name;
        declared.place = token().place;
        Statement statement;
        statement.kind = StatementKind::declaration;
        statement.place = token().place;
        statement.variable = static_cast<VariableId>(syntax_.variables.size());
        syntax_.variables.push_back(declared);
        pending_ = add(statement);
        advance();
    }
    panic_ = true;
}

StatementId Parser::block() {
    Statement result;
    result.kind = StatementKind::block;
    result.place = token().place;
    advance();
    Chain chain;
    while (!is(TokenKind::right_brace) && !is(TokenKind::end) && !diagnostics_.full()) {
        const std::size_t before = at_;
        append(chain, statement(false));
        append(chain, std::exchange(pending_, none));
        if (panic_) skip_statement();
        if (at_ == before) advance();
    }
    if (!accept(TokenKind::right_brace) && !diagnostics_.full())
        error(gap(), "expected '}' for the '{' of line " + std::to_string(result.place.line) + ", found " + found());
    result.body = chain.first;
    return add(result);
}

// The statement that a condition or a region governs, as a block of its own.
StatementId Parser::body(std::string_view of) {
    if (is(TokenKind::left_brace)) {
        if (!enter()) return none;
        const StatementId result = block();
        leave();
        return result;
    }
    if (is(TokenKind::end) || is(TokenKind::right_brace)) {
        expected("the statement that belongs to '" + std::string(of) + "'");
        return none;
    }
    Statement result;
    result.kind = StatementKind::block;
    result.place = token().place;
    Chain chain;
    append(chain, statement(false));
    append(chain, std::exchange(pending_, none));
    if (panic_) skip_statement();
    result.body = chain.first;
    return add(result);
}

ExpressionId Parser::condition(std::string_view of) {
    const std::string quoted = "'" + std::string(of) + "'";
    if (!expect(TokenKind::left_parenthesis, quoted)) {
        panic_ = false;  // the condition may be there all the same
        const ExpressionId result = expression();
        accept(TokenKind::right_parenthesis);
        return result;
    }
    const ExpressionId result = expression();
    if (!expect(TokenKind::right_parenthesis, "the condition of " + quoted)) skip_past_parenthesis();
    return result;
}

StatementId Parser::if_statement() {
    Statement result;
    result.kind = StatementKind::if_;
    result.place = token().place;
    advance();
    result.expression = condition("if");
    result.body = body("if");
    if (is_word(w_else)) {
        advance();
        result.otherwise = body("else");
    }
    return add(result);
}

StatementId Parser::while_statement() {
    Statement result;
    result.kind = StatementKind::while_;
    result.place = token().place;
    advance();
    result.expression = condition("while");
    ++loops_;
    result.body = body("while");
    --loops_;
    return add(result);
}

StatementId Parser::do_statement() {
    Statement result;
    result.kind = StatementKind::do_while;
    result.place = token().place;
    advance();
    ++loops_;
    result.body = body("do");
    --loops_;
    if (!is_word(w_while)) {
        expected("'while' after the body of 'do'");
        return add(result);
    }
    advance();
    result.expression = condition("while");
    end_statement("do ... while");
    return add(result);
}

StatementId Parser::for_statement() {
    Statement result;
    result.kind = StatementKind::for_;
    result.place = token().place;
    advance();
    if (expect(TokenKind::left_parenthesis, "'for'")) {
        if (starts_type()) {
            result.initial = declaration(false);
        } else if (!accept(TokenKind::semicolon)) {
            Statement initial;
            initial.kind = StatementKind::expression;
            initial.place = token().place;
            initial.expression = expression();
            expect(TokenKind::semicolon, "the first part of 'for'");
            result.initial = add(initial);
        }
        if (!panic_ && !is(TokenKind::semicolon)) result.expression = expression();
        if (!panic_) expect(TokenKind::semicolon, "the condition of 'for'");
        if (!panic_ && !is(TokenKind::right_parenthesis)) result.update = expression();
        if (!panic_) expect(TokenKind::right_parenthesis, "the parts of 'for'");
        // Broken parts: the body is still worth reading. The parts may hold further ';'.
        while (panic_ && !is(TokenKind::end) && !is(TokenKind::left_brace) && !is(TokenKind::right_brace)) {
            if (is(TokenKind::semicolon))
                advance();
            else if (!skip_past_parenthesis() && !is(TokenKind::semicolon))
                break;
        }
        panic_ = false;
    } else {
        return none;
    }
    ++loops_;
    result.body = body("for");
    --loops_;
    return add(result);
}

StatementId Parser::return_statement() {
    Statement result;
    result.kind = StatementKind::return_;
    result.place = token().place;
    advance();
    if (!is(TokenKind::semicolon) && !is(TokenKind::right_brace)) result.expression = expression();
    end_statement("'return'");
    return add(result);
}

StatementId Parser::goto_statement() {
    Statement result;
    result.kind = StatementKind::go_to;
    result.place = token().place;
    advance();
    if (!is(TokenKind::identifier) || is_reserved(token())) {
        expected("a label after 'goto'");
        return none;
    }
    result.place = token().place;
    result.name = token().name;
    advance();
    end_statement("the label");
    return add(result);
}

StatementId Parser::jump(StatementKind kind) {
    Statement result;
    result.kind = kind;
    result.place = token().place;
    const std::string word = found();
    if (loops_ == 0) error(result.place, word + " stands outside of a loop");
    advance();
    end_statement(word);
    return add(result);
}

StatementId Parser::region(StatementKind kind) {
    Statement result;
    result.kind = kind;
    result.place = token().place;
    const std::string_view word = kind == StatementKind::on_cpu ? "on_cpu" : "atomic";
    advance();
    if (kind == StatementKind::on_cpu) result.expression = condition(word);
    result.body = body(word);
    return add(result);
}

StatementId Parser::process_block() {
    error(token().place, "process blocks are not modelled in this version");
    advance();
    condition("process");
    return body("process");
}

StatementId Parser::module_directive(StatementKind kind) {
    Statement result;
    result.kind = kind;
    advance();
    advance();
    if (!is(TokenKind::identifier)) {
        expected("the name of a function");
        return none;
    }
    result.place = token().place;
    result.name = token().name;
    advance();
    if (!expect(TokenKind::right_parenthesis, "the function")) skip_past_parenthesis();
    accept(TokenKind::semicolon);
    return add(result);
}

// MODULE_LICENSE("GPL"); and its like say nothing about memory.
void Parser::skip_module_macro() {
    advance();
    advance();
    skip_past_parenthesis();
    accept(TokenKind::semicolon);
}

}  // namespace pageframe::scenario
