// Expressions, by C's precedence.
#include <algorithm>
#include <optional>
#include <utility>

#include "engine/scenario/bounds.h"
#include "engine/scenario/parser.h"

namespace pageframe::scenario {

namespace {

struct BinaryOperator {
    Operator operation;
    int precedence;  ///< higher binds tighter
};

constexpr BinaryOperator binary_operator(TokenKind kind) {
    switch (kind) {
    case TokenKind::star: return {Operator::multiply, 10};
    case TokenKind::slash: return {Operator::divide, 10};
    case TokenKind::percent: return {Operator::remainder, 10};
    case TokenKind::plus: return {Operator::add, 9};
    case TokenKind::minus: return {Operator::subtract, 9};
    case TokenKind::less_less: return {Operator::shift_left, 8};
    case TokenKind::greater_greater: return {Operator::shift_right, 8};
    case TokenKind::less: return {Operator::less, 7};
    case TokenKind::less_equal: return {Operator::less_equal, 7};
    case TokenKind::greater: return {Operator::greater, 7};
    case TokenKind::greater_equal: return {Operator::greater_equal, 7};
    case TokenKind::equal_equal: return {Operator::equal, 6};
    case TokenKind::exclamation_equal: return {Operator::not_equal, 6};
    case TokenKind::ampersand: return {Operator::bit_and, 5};
    case TokenKind::caret: return {Operator::bit_xor, 4};
    case TokenKind::pipe: return {Operator::bit_or, 3};
    case TokenKind::ampersand_ampersand: return {Operator::logical_and, 2};
    case TokenKind::pipe_pipe: return {Operator::logical_or, 1};
    default: return {Operator::nothing, 0};
    }
}

constexpr std::optional<Operator> assignment_operator(TokenKind kind) {
    switch (kind) {
    case TokenKind::equal: return Operator::nothing;
    case TokenKind::plus_equal: return Operator::add;
    case TokenKind::minus_equal: return Operator::subtract;
    case TokenKind::star_equal: return Operator::multiply;
    case TokenKind::slash_equal: return Operator::divide;
    case TokenKind::percent_equal: return Operator::remainder;
    case TokenKind::ampersand_equal: return Operator::bit_and;
    case TokenKind::pipe_equal: return Operator::bit_or;
    case TokenKind::caret_equal: return Operator::bit_xor;
    case TokenKind::less_less_equal: return Operator::shift_left;
    case TokenKind::greater_greater_equal: return Operator::shift_right;
    default: return std::nullopt;
    }
}

constexpr Operator unary_of(TokenKind kind) {
    switch (kind) {
    case TokenKind::plus: return Operator::plus;
    case TokenKind::minus: return Operator::negate;
    case TokenKind::tilde: return Operator::complement;
    case TokenKind::exclamation: return Operator::logical_not;
    case TokenKind::ampersand: return Operator::address_of;
    case TokenKind::star: return Operator::indirection;
    default: return Operator::nothing;
    }
}

}  // namespace

const char* operator_text(Operator operation) {
    constexpr const char* texts[] = {"*", "/", "%", "+",  "-",  "<<", ">>", "<", "<=", ">", ">=", "==", "!=",
                                     "&", "^", "|", "&&", "||", ",",  "+",  "-", "~",  "!", "&",  "*",  "="};
    return texts[static_cast<unsigned>(operation)];
}

ExpressionId Parser::add(Expression node) {
    unsigned depth = 0;
    for (ExpressionId child : {node.first, node.second, node.third})
        if (child != none) depth = std::max<unsigned>(depth, syntax_.at(child).depth);
    if (depth >= most_nesting) {
        if (!too_deep_)
            error(node.place, "the expression is too long: more than " + std::to_string(most_nesting) +
                                  " operators within each other");
        too_deep_ = true;
        const Place place = node.place;
        node = Expression{};
        node.place = place;
        depth = 0;
    }
    node.depth = static_cast<std::uint8_t>(depth + 1);
    syntax_.expressions.push_back(node);
    return static_cast<ExpressionId>(syntax_.expressions.size() - 1);
}

ExpressionId Parser::expression() {
    ExpressionId left = assignment();
    while (is(TokenKind::comma)) {
        Expression node;
        node.kind = ExpressionKind::binary;
        node.operation = Operator::comma;
        node.place = token().place;
        advance();
        node.first = left;
        node.second = assignment();
        left = add(node);
    }
    return left;
}

ExpressionId Parser::assignment() {
    if (!enter()) return error_expression();
    ExpressionId target = conditional();
    if (const auto operation = assignment_operator(token().kind); operation && !panic_) {
        Expression node;
        node.kind = ExpressionKind::assignment;
        node.operation = *operation;
        node.place = token().place;
        check_target(target, node.place, "is assigned to");
        advance();
        node.first = target;
        node.second = assignment();
        target = add(node);
    }
    leave();
    return target;
}

ExpressionId Parser::conditional() {
    const ExpressionId test = binary(1);
    if (!is(TokenKind::question)) return test;
    if (!enter()) return error_expression();
    Expression node;
    node.kind = ExpressionKind::conditional;
    node.place = token().place;
    advance();
    node.first = test;
    if (is(TokenKind::colon)) expected("an expression between '?' and ':'");
    node.second = expression();
    expect(TokenKind::colon, "the value of '?'");
    node.third = conditional();
    leave();
    return add(node);
}

ExpressionId Parser::binary(int least_precedence) {
    ExpressionId left = unary();
    while (!panic_) {
        const BinaryOperator found_operator = binary_operator(token().kind);
        if (found_operator.precedence < least_precedence || found_operator.precedence == 0) break;
        Expression node;
        node.kind = ExpressionKind::binary;
        node.operation = found_operator.operation;
        node.place = token().place;
        advance();
        node.first = left;
        node.second = binary(found_operator.precedence + 1);
        left = add(node);
    }
    return left;
}

ExpressionId Parser::unary() {
    if (!enter()) return error_expression();
    const ExpressionId result = unary_operator();
    leave();
    return result;
}

ExpressionId Parser::unary_operator() {
    const Place place = token().place;
    if (is(TokenKind::plus_plus) || is(TokenKind::minus_minus)) {
        const bool up = is(TokenKind::plus_plus);
        advance();
        return step(unary(), place, up, true);
    }
    if (const Operator operation = unary_of(token().kind); operation != Operator::nothing) {
        Expression node;
        node.kind = ExpressionKind::unary;
        node.operation = operation;
        node.place = place;
        advance();
        node.first = unary();
        return add(node);
    }
    if (is_word(w_sizeof)) return size_of();
    if (is(TokenKind::left_parenthesis) && starts_type(1)) return cast();
    return postfix(primary());
}

ExpressionId Parser::step(ExpressionId target, Place place, bool up, bool prefix) {
    check_target(target, place, up ? "is incremented" : "is decremented");
    Expression node;
    node.kind = ExpressionKind::increment;
    node.operation = up ? Operator::add : Operator::subtract;
    node.prefix = prefix;
    node.place = place;
    node.first = target;
    node.value = up ? 1 : static_cast<std::uint64_t>(-1);
    return add(node);
}

ExpressionId Parser::cast() {
    Expression node;
    node.kind = ExpressionKind::cast;
    node.place = token().place;
    advance();
    node.type = type_name();
    if (!expect(TokenKind::right_parenthesis, "the type of the cast") && !skip_past_parenthesis())
        return error_expression();
    node.first = unary();
    return add(node);
}

ExpressionId Parser::size_of() {
    Expression node;
    node.kind = ExpressionKind::size_of;
    node.place = token().place;
    advance();
    if (is(TokenKind::left_parenthesis) && starts_type(1)) {
        advance();
        node.type = type_name();
        if (!expect(TokenKind::right_parenthesis, "the type")) skip_past_parenthesis();
    } else {
        node.first = unary();
    }
    return add(node);
}

ExpressionId Parser::postfix(ExpressionId operand) {
    while (!panic_) {
        Expression node;
        node.place = token().place;
        node.first = operand;
        if (is(TokenKind::left_bracket)) {
            advance();
            node.kind = ExpressionKind::index;
            node.place = syntax_.at(operand).place;
            node.second = expression();
            expect(TokenKind::right_bracket, "the index");
            operand = add(node);
        } else if (is(TokenKind::dot) || is(TokenKind::arrow)) {
            advance();
            node.kind = ExpressionKind::member;
            if (!is(TokenKind::identifier)) {
                expected("the name of a member");
                return operand;
            }
            node.name = token().name;
            node.place = token().place;
            advance();
            operand = add(node);
        } else if (is(TokenKind::plus_plus) || is(TokenKind::minus_minus)) {
            const bool up = is(TokenKind::plus_plus);
            advance();
            operand = step(operand, node.place, up, false);
        } else if (is(TokenKind::left_parenthesis)) {
            error(node.place, "only a function's name can be called");
            advance();
            skip_past_parenthesis();
            return operand;
        } else {
            return operand;
        }
    }
    return operand;
}

ExpressionId Parser::primary() {
    const Token& here = token();
    if (here.kind == TokenKind::number) {
        Expression node;
        node.kind = ExpressionKind::number;
        node.place = here.place;
        node.value = here.value;
        node.type = Type{here.literal};
        advance();
        return add(node);
    }
    if (here.kind == TokenKind::string) return string();
    if (here.kind == TokenKind::identifier && !is_reserved(here)) return name_or_call();
    if (here.kind == TokenKind::left_parenthesis) {
        advance();
        const ExpressionId inside = expression();
        if (!expect(TokenKind::right_parenthesis, "the expression")) skip_past_parenthesis();
        return inside;
    }
    expected("an expression");
    Expression node;
    node.place = here.place;
    return add(node);
}

ExpressionId Parser::string() {
    Expression node;
    node.kind = ExpressionKind::string;
    node.place = token().place;
    node.value = token().value;
    advance();
    if (is(TokenKind::string)) {
        // Strings that stand side by side are one, as in C.
        std::string joined = syntax_.strings[node.value];
        while (is(TokenKind::string) && joined.size() <= most_text_bytes) {
            joined += syntax_.strings[token().value];
            advance();
        }
        string_bytes_ += joined.size();
        if (string_bytes_ > most_text_bytes) {
            error(node.place, "the strings of this text are too long");
            return add(node);
        }
        node.value = syntax_.strings.size();
        syntax_.strings.push_back(std::move(joined));
    }
    return add(node);
}

ExpressionId Parser::name_or_call() {
    Expression node;
    node.kind = ExpressionKind::name;
    node.place = token().place;
    node.name = token().name;
    advance();
    if (!is(TokenKind::left_parenthesis)) return add(node);
    node.kind = ExpressionKind::call;
    advance();
    const std::uint32_t begin = token().begin;
    arguments(node);
    if (node.name == w_assert) {
        // An assertion tells its own text.
        const std::uint32_t end = at_ == 0 ? begin : tokens_[at_ - 1].begin;
        node.value = syntax_.strings.size();
        const std::size_t size = end > begin ? end - begin : 0;
        string_bytes_ += size;
        if (string_bytes_ > most_text_bytes)
            error(node.place, "the strings of this text are too long");
        else
            syntax_.strings.emplace_back(text_.substr(begin, size));
    }
    return add(node);
}

void Parser::arguments(Expression& call) {
    if (accept(TokenKind::right_parenthesis)) return;
    ExpressionId last = none;
    unsigned depth = 0;
    while (true) {
        const ExpressionId argument = assignment();
        if (call.count == most_arguments) {
            error(syntax_.at(argument).place, "more than " + std::to_string(most_arguments) + " arguments");
        } else if (call.count < most_arguments) {
            (last == none ? call.first : syntax_.at(last).next) = argument;
            last = argument;
        }
        depth = std::max<unsigned>(depth, syntax_.at(argument).depth);
        if (call.count <= most_arguments) ++call.count;
        if (panic_ || !accept(TokenKind::comma)) break;
    }
    call.count = static_cast<std::uint16_t>(std::min<unsigned>(call.count, most_arguments));
    // The chain's depth counts through its first link (see add()).
    Expression& first = syntax_.at(call.first);
    first.depth = static_cast<std::uint8_t>(std::max<unsigned>(first.depth, depth));
    if (panic_ || !accept(TokenKind::right_parenthesis)) {
        if (!panic_) error(gap(), "expected ',' or ')' after the argument, found " + found());
        panic_ = true;
        skip_past_parenthesis();
    }
}

void Parser::check_target(ExpressionId target, Place place, std::string_view how) {
    const Expression& node = syntax_.at(target);
    switch (node.kind) {
    case ExpressionKind::error:
    case ExpressionKind::name:
    case ExpressionKind::index:
    case ExpressionKind::member: return;
    case ExpressionKind::unary:
        if (node.operation == Operator::indirection) return;
        break;
    default: break;
    }
    error(place, "what " + std::string(how) + " must be a variable or an element of an array");
}

}  // namespace pageframe::scenario
