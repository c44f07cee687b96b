// Declarations: types, variables, functions, the machine block.
#include <algorithm>
#include <utility>

#include "engine/scenario/bounds.h"
#include "engine/scenario/parser.h"

namespace pageframe::scenario {

bool Parser::is_attribute(std::size_t ahead) const {
    const Token& here = token(ahead);
    return here.kind == TokenKind::identifier && here.name < attributes_.size() && attributes_[here.name];
}

bool Parser::starts_type(std::size_t ahead) const {
    const Token& here = token(ahead);
    if (here.kind != TokenKind::identifier) return false;
    const NameId name = here.name;
    if (name >= w_union && name < first_free_word) return true;
    if (is_attribute(ahead)) return true;
    if (name >= named_types_.size() || named_types_[name] == Base::unknown) return false;
    // "u8 = 3": a variable may have the name of a type that C itself does not reserve.
    const TokenKind next = token(ahead + 1).kind;
    return next == TokenKind::identifier || next == TokenKind::star || next == TokenKind::right_parenthesis;
}

// Storage classes, qualifiers, attributes and the words of a type, in any order, as C allows.
Parser::Specifiers Parser::specifiers() {
    Specifiers result;
    result.place = token().place;
    unsigned longs = 0;
    bool is_unsigned = false;
    bool is_signed = false;
    bool is_short = false;
    bool is_char = false;
    bool is_int = false;
    for (; is(TokenKind::identifier); advance()) {
        const NameId name = token().name;
        if (is_attribute()) continue;
        bool taken = true;
        switch (name) {
        case w_static: result.is_static = true; break;
        case w_const: result.is_const = true; break;
        case w_extern: result.is_extern = true; break;
        case w_inline:
        case w_register:
        case w_volatile:
        case w_auto: break;
        case w_unsigned: is_unsigned = true; break;
        case w_signed: is_signed = true; break;
        case w_long: ++longs; break;
        case w_short: is_short = true; break;
        case w_int: is_int = true; break;
        case w_char: is_char = true; break;
        case w_void:
            result.type.base = Base::nothing;
            result.valid = true;
            break;
        case w_struct:
            advance();
            if (!is(TokenKind::identifier)) {
                expected("the name of the structure");
                return result;
            }
            result.type.base = Base::structure;
            result.type.tag = syntax_.structures.tag_of(syntax_.names[token().name]);
            result.valid = true;
            break;
        case w_union:
        case w_enum:
        case w_typedef:
            error(token().place, found() + " is not part of the language");
            panic_ = true;
            return result;
        default: taken = false; break;
        }
        if (taken) continue;
        const bool words_seen = is_unsigned || is_signed || longs != 0 || is_short || is_int || is_char;
        if (result.valid || words_seen || !starts_type()) break;
        result.type.base = named_types_[name];
        result.valid = true;
    }
    if (result.valid) return result;
    if (is_char) {
        result.type.base = is_unsigned ? Base::u8 : Base::s8;
    } else if (is_short) {
        result.type.base = is_unsigned ? Base::u16 : Base::s16;
    } else if (longs != 0) {
        result.type.base = is_unsigned ? Base::u64 : Base::s64;
    } else if (is_int || is_unsigned || is_signed) {
        result.type.base = is_unsigned ? Base::u32 : Base::s32;
    } else {
        expected("a type");
        return result;
    }
    result.valid = true;
    return result;
}

Type Parser::stars(Type type) {
    while (is(TokenKind::star) || is_word(w_const) || is_word(w_volatile) || is_attribute()) {
        if (is(TokenKind::star) && type.stars < 3) ++type.stars;
        advance();
    }
    return type;
}

Type Parser::type_name() {
    const Specifiers written = specifiers();
    return stars(written.type);
}

StatementId Parser::declaration(bool top_level) {
    const Specifiers written = specifiers();
    if (panic_) return none;
    if (is(TokenKind::left_brace) && written.type.base == Base::structure) {
        error(written.place, "structures can not be defined: struct page * and struct kmem_cache * "
                             "are known, any other is a plain pointer");
        panic_ = true;
        return none;
    }
    if (written.type.base == Base::structure && accept(TokenKind::semicolon)) return none;
    Chain chain;
    while (true) {
        const Type type = stars(written.type);
        if (!is(TokenKind::identifier) || is_reserved(token())) {
            expected("the name of a variable or function");
            return chain.first;
        }
        const Token name = token();
        advance();
        if (is(TokenKind::left_parenthesis)) {
            function(type, name, top_level);
            return chain.first;
        }
        append(chain, variable(written, type, name));
        if (panic_ || !accept(TokenKind::comma)) break;
    }
    end_statement("the declaration");
    return chain.first;
}

StatementId Parser::variable(const Specifiers& written, Type type, const Token& name) {
    Variable declared;
    declared.name = name.name;
    declared.place = name.place;
    declared.type = type;
    declared.is_static = written.is_static;
    declared.is_const = written.is_const && type.stars == 0;
    if (type.is_void())
        error(name.place, "a variable can't be void: '" + syntax_.names[name.name] + "'");
    else if (type.is_bare_structure())
        error(name.place,
              "the contents of structures are not modelled: expected '*' before '" + syntax_.names[name.name] + "'");
    Statement statement;
    statement.kind = StatementKind::declaration;
    statement.place = name.place;
    if (accept(TokenKind::left_bracket)) {
        declared.type = type.array_of();
        if (!is(TokenKind::right_bracket)) declared.length = expression();
        expect(TokenKind::right_bracket, "the length of the array");
        if (is(TokenKind::left_bracket)) {
            error(token().place, "arrays have one dimension");
            panic_ = true;
        }
    }
    if (!panic_ && accept(TokenKind::equal)) statement.expression = initializer();
    statement.variable = static_cast<VariableId>(syntax_.variables.size());
    syntax_.variables.push_back(declared);
    // "extern int x;" says only that there is one.
    if (written.is_extern && statement.expression == none) return none;
    return add(statement);
}

ExpressionId Parser::initializer() {
    if (!is(TokenKind::left_brace)) return assignment();
    Expression list;
    list.kind = ExpressionKind::list;
    list.place = token().place;
    advance();
    ExpressionId last = none;
    unsigned depth = 0;
    std::uint64_t count = 0;
    while (!is(TokenKind::right_brace) && !panic_) {
        const ExpressionId item = assignment();
        depth = std::max<unsigned>(depth, syntax_.at(item).depth);
        (last == none ? list.first : syntax_.at(last).next) = item;
        last = item;
        ++count;
        if (!accept(TokenKind::comma)) break;
    }
    list.value = count;
    if (list.first != none) {
        Expression& first = syntax_.at(list.first);
        first.depth = static_cast<std::uint8_t>(std::max<unsigned>(first.depth, depth));
    }
    if (!panic_ && !accept(TokenKind::right_brace)) {
        error(gap(), "expected ',' or '}' in the list, found " + found());
        panic_ = true;
    }
    return add(list);
}

void Parser::function(Type type, const Token& name, bool top_level) {
    Function defined;
    defined.name = name.name;
    defined.place = name.place;
    defined.result = type;
    if (type.is_bare_structure()) error(name.place, "a function can't return a structure: expected '*'");
    if (!parameters(defined)) return;
    while (is_attribute()) advance();
    if (accept(TokenKind::semicolon)) return;  // a prototype
    if (!is(TokenKind::left_brace)) {
        // "struct page *p(GFP_KERNEL)" and the like; also a prototype without its ';'
        expect(TokenKind::semicolon, "the declaration");
        return;
    }
    if (!top_level) {
        error(name.place, "functions are defined at the top level, not within others or in blocks");
        skip_statement();
        return;
    }
    const unsigned outer_loops = std::exchange(loops_, 0);
    defined.body = block();
    loops_ = outer_loops;
    syntax_.functions.push_back(std::move(defined));
}

bool Parser::parameters(Function& function) {
    advance();
    if (is_word(w_void) && token(1).kind == TokenKind::right_parenthesis) advance();
    if (accept(TokenKind::right_parenthesis)) return true;
    while (true) {
        if (!starts_type()) {
            expected("the type of a parameter");
            break;
        }
        parameter(function);
        if (panic_ || !accept(TokenKind::comma)) break;
    }
    if (!panic_ && expect(TokenKind::right_parenthesis, "the parameters")) return true;
    return skip_past_parenthesis();
}

void Parser::parameter(Function& function) {
    const Specifiers written = specifiers();
    if (panic_) return;
    Variable declared;
    declared.is_parameter = true;
    declared.is_const = written.is_const && token().kind != TokenKind::star;
    declared.place = token().place;
    declared.type = stars(written.type);
    if (is(TokenKind::identifier) && !is_reserved(token())) {
        declared.name = token().name;
        declared.place = token().place;
        advance();
    }
    if (accept(TokenKind::left_bracket)) {
        declared.type = declared.type.array_of();
        if (!is(TokenKind::right_bracket)) expression();
        expect(TokenKind::right_bracket, "the parameter");
    } else if (declared.type.stars >= 2) {
        // struct page **pages: an array of the scenario, as C means it.
        declared.type = declared.type.element().array_of();
    }
    if (declared.type.is_void() || declared.type.is_bare_structure())
        error(declared.place, "a parameter is a number, a pointer or an array");
    if (function.parameters.size() == most_arguments) {
        error(declared.place, "more than " + std::to_string(most_arguments) + " parameters");
        return;
    }
    function.parameters.push_back(static_cast<VariableId>(syntax_.variables.size()));
    syntax_.variables.push_back(declared);
}

// machine { key = value; ... }
void Parser::machine_block(bool first) {
    const Place place = token().place;
    if (syntax_.has_machine)
        error(place, "a second machine { }: a run has one machine");
    else if (!first)
        error(place, "machine { } comes first, before anything that runs");
    syntax_.has_machine = true;
    advance();
    advance();
    while (!is(TokenKind::right_brace) && !is(TokenKind::end)) {
        const std::size_t before = at_;
        MachineEntry entry;
        entry.place = token().place;
        if (is(TokenKind::identifier)) {
            entry.key = token().name;
            advance();
            if (expect(TokenKind::equal, "the key '" + syntax_.names[entry.key] + "'")) {
                entry.value = initializer();
                syntax_.machine.push_back(entry);
            }
        } else if (!accept(TokenKind::semicolon)) {
            expected("a key of the machine");
        }
        if (!panic_ && at_ != before && tokens_[at_ - 1].kind != TokenKind::semicolon) end_statement("the value");
        if (panic_) skip_statement();
        if (at_ == before) advance();
    }
    expect(TokenKind::right_brace, "the keys of the machine");
    accept(TokenKind::semicolon);
}

}  // namespace pageframe::scenario
