// The parser's ground: tokens, errors, recovery, and the text as a whole.
#include "engine/scenario/parser.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/scenario/bounds.h"

namespace pageframe::scenario {

namespace {

// In the order of Parser::Word.
constexpr std::string_view words[] = {
    "if",     "else",     "for",      "while",  "do",      "break",    "continue",    "return",      "goto",  "sizeof",
    "switch", "case",     "default",  "union",  "enum",    "typedef",  "struct",      "static",      "const", "extern",
    "inline", "register", "volatile", "auto",   "void",    "unsigned", "signed",      "long",        "short", "int",
    "char",   "machine",  "on_cpu",   "atomic", "process", "assert",   "module_init", "module_exit",
};

struct NamedType {
    std::string_view name;
    Base base;
};
constexpr NamedType named_types[] = {
    {"bool", Base::boolean},    {"_Bool", Base::boolean},  {"u8", Base::u8},
    {"u16", Base::u16},         {"u32", Base::u32},        {"u64", Base::u64},
    {"s8", Base::s8},           {"s16", Base::s16},        {"s32", Base::s32},
    {"s64", Base::s64},         {"__u8", Base::u8},        {"__u16", Base::u16},
    {"__u32", Base::u32},       {"__u64", Base::u64},      {"uint8_t", Base::u8},
    {"uint16_t", Base::u16},    {"uint32_t", Base::u32},   {"uint64_t", Base::u64},
    {"int8_t", Base::s8},       {"int16_t", Base::s16},    {"int32_t", Base::s32},
    {"int64_t", Base::s64},     {"size_t", Base::u64},     {"ssize_t", Base::s64},
    {"uintptr_t", Base::u64},   {"ptrdiff_t", Base::s64},  {"uint", Base::u32},
    {"ulong", Base::u64},       {"gfp_t", Base::gfp},      {"slab_flags_t", Base::u32},
    {"phys_addr_t", Base::u64}, {"dma_addr_t", Base::u64}, {"resource_size_t", Base::u64},
    {"loff_t", Base::s64},
};

constexpr std::string_view attributes[] = {
    "__init",         "__exit",          "__initdata",    "__user",     "__iomem",  "__force",
    "__maybe_unused", "__always_unused", "__used",        "asmlinkage", "noinline", "__always_inline",
    "__inline",       "__must_check",    "__read_mostly", "__ref",      "__percpu", "__weak",
};

}  // namespace

Syntax parse(std::string_view text, Diagnostics& diagnostics) {
    Syntax syntax;
    Parser(text, syntax, diagnostics).run();
    return syntax;
}

Parser::Parser(std::string_view text, Syntax& syntax, Diagnostics& diagnostics)
    : text_(text), syntax_(syntax), diagnostics_(diagnostics) {
    static_assert(std::size(words) == word_count);
    for (std::string_view text_of_word : words) syntax_.names.intern(text_of_word);
    for (const NamedType& type : named_types) {
        const NameId name = syntax_.names.intern(type.name);
        named_types_.resize(name + 1, Base::unknown);
        named_types_[name] = type.base;
    }
    for (std::string_view attribute : attributes) {
        const NameId name = syntax_.names.intern(attribute);
        attributes_.resize(name + 1, false);
        attributes_[name] = true;
    }
    Tokens tokens = tokenize(text, syntax_.names, diagnostics_);
    tokens_ = std::move(tokens.list);
    syntax_.strings = std::move(tokens.strings);
}

void Parser::run() {
    Chain top;
    bool first = true;
    while (!is(TokenKind::end) && !diagnostics_.full()) {
        const std::size_t before = at_;
        if (is_word(w_machine) && token(1).kind == TokenKind::left_brace) {
            machine_block(first);
        } else if (is(TokenKind::right_brace)) {
            error(token().place, "this '}' closes nothing");
            advance();
        } else {
            append(top, statement(true));
            append(top, std::exchange(pending_, none));
        }
        if (panic_) skip_statement();
        if (at_ == before) advance();  // whatever went wrong, reading goes on
        first = false;
    }
    syntax_.top = top.first;
}

// -- tokens ---------------------------------------------------------------------------------------

const Token& Parser::token(std::size_t ahead) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }

void Parser::advance() {
    if (at_ + 1 < tokens_.size()) ++at_;
}

bool Parser::accept(TokenKind kind) {
    if (!is(kind)) return false;
    advance();
    return true;
}

std::string Parser::found() const {
    const Token& here = token();
    if (here.kind == TokenKind::end) return "the end of the text";
    if (here.kind == TokenKind::string) return "a string";
    std::string_view spelling = text_.substr(here.begin, here.end - here.begin);
    constexpr std::size_t most_shown = 40;
    if (spelling.size() > most_shown) return std::string(token_text(here.kind));
    return "'" + std::string(spelling) + "'";
}

Place Parser::gap() const {
    if (at_ == 0) return token().place;
    const Place last = tokens_[at_ - 1].place;
    if (last.line == token().place.line && !is(TokenKind::end)) return token().place;
    return {last.line, last.column + last.length, 1};
}

void Parser::error(Place place, std::string message, std::string suggestion) {
    if (panic_) return;
    diagnostics_.error(place, std::move(message), std::move(suggestion));
}

void Parser::expected(std::string_view what) {
    error(token().place, "expected " + std::string(what) + ", found " + found());
    panic_ = true;
}

bool Parser::expect(TokenKind kind, std::string_view after) {
    if (accept(kind)) return true;
    std::string message = "expected '" + std::string(token_text(kind)) + "'";
    if (!after.empty()) message += " after " + std::string(after);
    error(gap(), message + ", found " + found());
    panic_ = true;
    return false;
}

// A statement's ';'. Where it is only forgotten at the end of a line, the next line is read as usual.
bool Parser::end_statement(std::string_view after) {
    if (accept(TokenKind::semicolon)) {
        panic_ = false;  // whatever was wrong before, the next statement begins here
        return true;
    }
    const bool next_line = at_ != 0 && tokens_[at_ - 1].place.line != token().place.line;
    const bool told_before = panic_;
    expect(TokenKind::semicolon, after);
    if (!told_before && (next_line || is(TokenKind::right_brace))) panic_ = false;
    return false;
}

// Past the next ';' or the block that comes before it; stops before a '}' that closes an outer block.
void Parser::skip_statement() {
    panic_ = false;
    unsigned braces = 0;
    while (!is(TokenKind::end)) {
        if (is(TokenKind::left_brace)) {
            ++braces;
        } else if (is(TokenKind::right_brace)) {
            if (braces == 0) return;
            if (--braces == 0) {
                advance();
                accept(TokenKind::semicolon);
                return;
            }
        } else if (is(TokenKind::semicolon) && braces == 0) {
            advance();
            return;
        }
        advance();
    }
}

bool Parser::skip_past_parenthesis() {
    unsigned open = 0;
    while (!is(TokenKind::end) && !is(TokenKind::semicolon) && !is(TokenKind::left_brace) &&
           !is(TokenKind::right_brace)) {
        if (is(TokenKind::left_parenthesis)) ++open;
        if (is(TokenKind::right_parenthesis) && open-- == 0) {
            advance();
            panic_ = false;
            return true;
        }
        advance();
    }
    return false;
}

bool Parser::enter() {
    // Two levels for each pair of parentheses: the assignment and the operand in it.
    if (depth_ < 2 * most_nesting) {
        ++depth_;
        return true;
    }
    if (!too_deep_) error(token().place, "nested too deep: more than " + std::to_string(most_nesting) + " levels");
    too_deep_ = true;
    panic_ = true;
    return false;
}

}  // namespace pageframe::scenario
