// Text to tokens.
//
// Also does the little of C's preprocessor that pasted code needs, so that nothing behind it has to know:
//   #include, #pragma        skipped
//   #define NAME tokens      NAME is replaced by the tokens (object-like only, bounded expansion)
//   KERN_INFO and its like   an empty string, which the parser joins with the string that follows
// Not done: macros with parameters, #if and its family (each told as an error at its place).
//
// Numbers: decimal, octal, hexadecimal, binary, characters; C's suffixes; K, M and G as powers of 1,024.
// White space is C's, and also the no-break and zero-width spaces that web pages put into code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/scenario/diagnostics.h"
#include "engine/scenario/names.h"
#include "engine/scenario/value_type.h"

namespace pageframe::scenario {

enum class TokenKind : std::uint8_t {
    end,
    identifier,
    number,
    string,
    left_parenthesis,
    right_parenthesis,
    left_brace,
    right_brace,
    left_bracket,
    right_bracket,
    semicolon,
    comma,
    question,
    colon,
    dot,
    arrow,
    ellipsis,
    tilde,
    exclamation,
    plus,
    minus,
    star,
    slash,
    percent,
    ampersand,
    pipe,
    caret,
    less,
    greater,
    less_less,
    greater_greater,
    less_equal,
    greater_equal,
    equal_equal,
    exclamation_equal,
    ampersand_ampersand,
    pipe_pipe,
    plus_plus,
    minus_minus,
    equal,
    plus_equal,
    minus_equal,
    star_equal,
    slash_equal,
    percent_equal,
    ampersand_equal,
    pipe_equal,
    caret_equal,
    less_less_equal,
    greater_greater_equal,
};

/// How a kind of token is written, in quotes; "a number" and the like for those with many spellings.
std::string_view token_text(TokenKind kind);

struct Token {
    TokenKind kind = TokenKind::end;
    Base literal = Base::s32;  ///< numbers: their type
    Place place;
    std::uint32_t begin = 0;  ///< bytes of the text, for quoting it
    std::uint32_t end = 0;
    NameId name = no_name;    ///< identifiers
    std::uint64_t value = 0;  ///< numbers; strings: index into Tokens::strings
};

struct Tokens {
    std::vector<Token> list;  ///< always ends with TokenKind::end
    std::vector<std::string> strings;
};

Tokens tokenize(std::string_view text, Names& names, Diagnostics& diagnostics);

}  // namespace pageframe::scenario
