// The lexer: characters to tokens, directives and macros.
#include "engine/scenario/lexer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/scenario/bounds.h"
#include "engine/scenario/numbers.h"

namespace pageframe::scenario {

namespace {

constexpr std::size_t most_macro_depth = 32;

struct Punctuator {
    std::string_view text;
    TokenKind kind;
};

// Longest first, so that the first that fits is the one meant.
constexpr Punctuator punctuators[] = {
    {"<<=", TokenKind::less_less_equal},
    {">>=", TokenKind::greater_greater_equal},
    {"...", TokenKind::ellipsis},
    {"->", TokenKind::arrow},
    {"<<", TokenKind::less_less},
    {">>", TokenKind::greater_greater},
    {"<=", TokenKind::less_equal},
    {">=", TokenKind::greater_equal},
    {"==", TokenKind::equal_equal},
    {"!=", TokenKind::exclamation_equal},
    {"&&", TokenKind::ampersand_ampersand},
    {"||", TokenKind::pipe_pipe},
    {"++", TokenKind::plus_plus},
    {"--", TokenKind::minus_minus},
    {"+=", TokenKind::plus_equal},
    {"-=", TokenKind::minus_equal},
    {"*=", TokenKind::star_equal},
    {"/=", TokenKind::slash_equal},
    {"%=", TokenKind::percent_equal},
    {"&=", TokenKind::ampersand_equal},
    {"|=", TokenKind::pipe_equal},
    {"^=", TokenKind::caret_equal},
    {"(", TokenKind::left_parenthesis},
    {")", TokenKind::right_parenthesis},
    {"{", TokenKind::left_brace},
    {"}", TokenKind::right_brace},
    {"[", TokenKind::left_bracket},
    {"]", TokenKind::right_bracket},
    {";", TokenKind::semicolon},
    {",", TokenKind::comma},
    {"?", TokenKind::question},
    {":", TokenKind::colon},
    {".", TokenKind::dot},
    {"~", TokenKind::tilde},
    {"!", TokenKind::exclamation},
    {"+", TokenKind::plus},
    {"-", TokenKind::minus},
    {"*", TokenKind::star},
    {"/", TokenKind::slash},
    {"%", TokenKind::percent},
    {"&", TokenKind::ampersand},
    {"|", TokenKind::pipe},
    {"^", TokenKind::caret},
    {"<", TokenKind::less},
    {">", TokenKind::greater},
    {"=", TokenKind::equal},
};

// Log levels of printk: strings that are put in front of the format.
constexpr std::string_view log_levels[] = {"KERN_EMERG",  "KERN_ALERT", "KERN_CRIT",  "KERN_ERR",  "KERN_WARNING",
                                           "KERN_NOTICE", "KERN_INFO",  "KERN_DEBUG", "KERN_CONT", "KERN_DEFAULT"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

class Lexer {
public:
    Lexer(std::string_view text, Names& names, Diagnostics& diagnostics)
        : text_(text), names_(names), diagnostics_(diagnostics) {
        for (std::string_view level : log_levels) log_level_names_.push_back(names_.intern(level));
    }

    Tokens run() {
        tokens_.strings.emplace_back();  // the empty string, for log levels
        if (text_.substr(0, 3) == "\xef\xbb\xbf") at_ = 3;
        while (!too_many_) {
            const bool first_of_line = skip_space();
            if (at_ >= text_.size()) break;
            if (first_of_line && text_[at_] == '#')
                directive();
            else if (Token token; read(token))
                emit(token, 0);
        }
        Token end;
        end.place = here();
        end.begin = end.end = static_cast<std::uint32_t>(at_);
        tokens_.list.push_back(end);
        return std::move(tokens_);
    }

private:
    using Macro = std::pair<NameId, std::vector<Token>>;

    Place here() const { return {line_, column_, 1}; }
    char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
    void advance() {
        const char c = text_[at_++];
        if (c == '\n') {
            ++line_;
            column_ = 1;
            line_has_token_ = false;
        } else if (at_ >= text_.size() || !continues_character(text_[at_])) {
            ++column_;
        }
    }
    void advance(std::size_t bytes) {
        while (bytes-- != 0 && at_ < text_.size()) advance();
    }

    // The number of bytes of white space here that is more than one byte long.
    std::size_t wide_space() const {
        const std::string_view rest = text_.substr(at_, 3);
        if (rest.substr(0, 2) == "\xc2\xa0") return 2;                   // no-break space
        if (rest == "\xe2\x80\x8b" || rest == "\xef\xbb\xbf") return 3;  // zero-width
        return 0;
    }

    // Skips white space and comments; true when nothing but space stands before this in its line.
    bool skip_space(bool within_line = false) {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '\\' && (peek(1) == '\n' || (peek(1) == '\r' && peek(2) == '\n'))) {
                const bool had_token = line_has_token_;
                advance(peek(1) == '\n' ? 2 : 3);
                line_has_token_ = had_token;
            } else if (c == '\n') {
                if (within_line) return false;
                advance();
            } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v') {
                advance();
            } else if (c == '/' && peek(1) == '/') {
                while (at_ < text_.size() && text_[at_] != '\n') advance();
            } else if (c == '/' && peek(1) == '*') {
                block_comment();
            } else if (const std::size_t bytes = wide_space(); bytes != 0) {
                advance(bytes);
            } else {
                break;
            }
        }
        return !line_has_token_;
    }

    void block_comment() {
        const Place start = here();
        const bool had_token = line_has_token_;
        advance(2);
        while (at_ < text_.size() && !(text_[at_] == '*' && peek(1) == '/')) advance();
        if (at_ >= text_.size())
            diagnostics_.error({start.line, start.column, 2}, "the comment has no end: expected '*/'");
        else
            advance(2);
        line_has_token_ = had_token;
    }

    // -- tokens ---------------------------------------------------------------------------------
    bool read(Token& token) {
        token.place = here();
        token.begin = static_cast<std::uint32_t>(at_);
        line_has_token_ = true;
        const char c = text_[at_];
        bool good = false;
        if (is_letter(c))
            good = identifier(token);
        else if (is_digit(c))
            good = number(token);
        else if (c == '"')
            good = string(token);
        else if (c == '\'')
            good = character(token);
        else
            good = punctuator(token);
        token.end = static_cast<std::uint32_t>(at_);
        if (token.place.line == line_) token.place.length = column_ - token.place.column;
        return good;
    }

    bool identifier(Token& token) {
        while (is_letter(peek()) || is_digit(peek())) advance();
        token.kind = TokenKind::identifier;
        token.name = names_.intern(text_.substr(token.begin, at_ - token.begin));
        if (std::find(log_level_names_.begin(), log_level_names_.end(), token.name) != log_level_names_.end())
            token.kind = TokenKind::string;
        return true;
    }

    bool number(Token& token) {
        while (is_letter(peek()) || is_digit(peek()) || peek() == '.') advance();
        const NumberLiteral literal = read_number(text_.substr(token.begin, at_ - token.begin));
        token.kind = TokenKind::number;
        token.value = literal.value;
        token.literal = literal.type;
        if (!literal.error.empty()) {
            Place place = token.place;
            place.length = column_ - place.column;
            diagnostics_.error(place, literal.error + did_you_mean(literal.suggestion), literal.suggestion);
        }
        return true;  // a wrong number is a number all the same: no error follows from it
    }

    // One character of a string or character constant; false at its end, the line's or the text's.
    bool literal_character(char quote, std::string& into) {
        if (at_ >= text_.size() || text_[at_] == '\n' || text_[at_] == quote) return false;
        if (text_[at_] != '\\') {
            into += text_[at_];
            advance();
            return true;
        }
        const Place place = here();
        if (peek(1) == '\n' || (peek(1) == '\r' && peek(2) == '\n')) {
            advance(peek(1) == '\n' ? 2 : 3);
            line_has_token_ = true;
            return true;
        }
        std::size_t position = at_ + 1;
        char decoded = '\0';
        if (read_escape(text_, position, decoded)) {
            into += decoded;
            advance(position - at_);
        } else {
            diagnostics_.error({place.line, place.column, 2}, "an escape that C does not know");
            advance();
        }
        return true;
    }

    bool string(Token& token) {
        advance();
        std::string content;
        while (literal_character('"', content)) {
        }
        if (peek() == '"' && at_ < text_.size())
            advance();
        else
            diagnostics_.error(token.place, "the string has no end: expected '\"' in its line");
        token.kind = TokenKind::string;
        token.value = tokens_.strings.size();
        tokens_.strings.push_back(std::move(content));
        return true;
    }

    bool character(Token& token) {
        advance();
        std::string content;
        while (literal_character('\'', content)) {
        }
        const bool closed = peek() == '\'' && at_ < text_.size();
        if (closed) advance();
        if (!closed || content.size() != 1)
            diagnostics_.error(token.place, "expected one character between single quotes");
        token.kind = TokenKind::number;
        token.value = content.empty() ? 0 : narrowed(static_cast<unsigned char>(content[0]), Base::s8);
        return true;
    }

    bool punctuator(Token& token) {
        const std::string_view rest = text_.substr(at_);
        for (const Punctuator& candidate : punctuators) {
            if (rest.substr(0, candidate.text.size()) != candidate.text) continue;
            token.kind = candidate.kind;
            advance(candidate.text.size());
            return true;
        }
        stray_character();
        return false;
    }

    void stray_character() {
        const Place place = here();
        const char first = text_[at_];
        std::string shown(1, first);
        advance();
        while (at_ < text_.size() && continues_character(text_[at_]) && shown.size() < 4) {
            shown += text_[at_];
            advance();
        }
        std::string message;
        std::string suggestion;
        if (shown == "\xe2\x80\x9c" || shown == "\xe2\x80\x9d") suggestion = "\"";
        if (shown == "\xe2\x80\x98" || shown == "\xe2\x80\x99") suggestion = "'";
        if (shown == "\xe2\x80\x93" || shown == "\xe2\x88\x92") suggestion = "-";
        const bool printable = static_cast<unsigned char>(first) >= 0x20 && first != 0x7f;
        message = printable ? "'" + shown + "' is no part of the language"
                            : "a character that cannot be seen is no part of the language";
        // A run of strays, as in a text that is no program, is told once.
        if (last_stray_line_ != place.line || last_stray_end_ != place.column)
            diagnostics_.error(place, message + did_you_mean(suggestion), suggestion);
        last_stray_line_ = line_;
        last_stray_end_ = column_;
    }

    // -- directives and macros --------------------------------------------------------------------
    void directive() {
        const Place hash = here();
        line_has_token_ = true;
        advance();
        skip_space(true);
        const std::size_t begin = at_;
        while (is_letter(peek())) advance();
        const std::string_view name = text_.substr(begin, at_ - begin);
        const Place place{hash.line, hash.column, column_ - hash.column};
        if (name == "define")
            define(place);
        else if (name == "undef")
            undefine();
        else if (!name.empty() && name != "include" && name != "pragma")
            diagnostics_.error(place, "'#" + std::string(name) + "' is not known here: expected #include or #define");
        // The rest of the line, and of those that a backslash joins to it.
        while (at_ < text_.size() && text_[at_] != '\n') {
            if (text_[at_] == '\\' && peek(1) == '\n') advance();
            if (text_[at_] == '/' && peek(1) == '*')
                block_comment();
            else
                advance();
        }
    }

    void define(Place place) {
        skip_space(true);
        if (!is_letter(peek())) {
            diagnostics_.error(place, "expected a name after #define");
            return;
        }
        const std::size_t begin = at_;
        const Place name_place = here();
        while (is_letter(peek()) || is_digit(peek())) advance();
        const std::string_view spelling = text_.substr(begin, at_ - begin);
        if (peek() == '(') {
            diagnostics_.error({name_place.line, name_place.column, column_ - name_place.column},
                               "macros with parameters are not supported: write '" + std::string(spelling) +
                                   "' as a function");
            return;
        }
        std::vector<Token> body;
        skip_space(true);
        while (at_ < text_.size() && text_[at_] != '\n') {
            Token token;
            if (read(token)) body.push_back(token);
            skip_space(true);
        }
        undefine_name(names_.intern(spelling));
        macros_.emplace_back(names_.intern(spelling), std::move(body));
        mark(macros_.back().first, static_cast<std::uint32_t>(macros_.size()));
    }

    void undefine() {
        skip_space(true);
        const std::size_t begin = at_;
        while (is_letter(peek()) || is_digit(peek())) advance();
        if (at_ != begin) undefine_name(names_.intern(text_.substr(begin, at_ - begin)));
    }
    void undefine_name(NameId name) { mark(name, 0); }
    void mark(NameId name, std::uint32_t macro) {
        if (name >= macro_of_.size()) macro_of_.resize(name + 1, 0);
        macro_of_[name] = macro;
    }

    void emit(const Token& token, std::size_t depth) {
        if (too_many_) return;
        if (tokens_.list.size() >= most_tokens) {
            diagnostics_.error(token.place,
                               "the text is too long: more than " + std::to_string(most_tokens) + " words and signs");
            too_many_ = true;
            return;
        }
        const bool named = token.kind == TokenKind::identifier && token.name < macro_of_.size();
        const std::uint32_t macro = named ? macro_of_[token.name] : 0;
        if (macro == 0) {
            tokens_.list.push_back(token);
            return;
        }
        // A macro in its own expansion stays as it is, as in C.
        const auto active_end = active_.begin() + static_cast<std::ptrdiff_t>(depth);
        if (std::find(active_.begin(), active_end, macro) != active_end) {
            tokens_.list.push_back(token);
            return;
        }
        if (depth >= most_macro_depth) {
            diagnostics_.error(token.place,
                               "macros within macros more than " + std::to_string(most_macro_depth) + " deep");
            too_many_ = true;
            return;
        }
        active_[depth] = macro;
        for (std::size_t i = 0; i < macros_[macro - 1].second.size() && !too_many_; ++i) {
            // Bounds the work of macros that expand to nothing over and over.
            if (++expanded_ > most_tokens) {
                diagnostics_.error(token.place, "the macros expand to too much");
                too_many_ = true;
                return;
            }
            Token replaced = macros_[macro - 1].second[i];
            replaced.place = token.place;
            replaced.begin = token.begin;
            replaced.end = token.end;
            emit(replaced, depth + 1);
        }
    }

    std::string_view text_;
    Names& names_;
    Diagnostics& diagnostics_;
    Tokens tokens_;
    std::size_t at_ = 0;
    std::uint32_t line_ = 1;
    std::uint32_t column_ = 1;
    bool line_has_token_ = false;
    bool too_many_ = false;
    std::size_t expanded_ = 0;
    std::uint32_t last_stray_line_ = 0;
    std::uint32_t last_stray_end_ = 0;
    std::vector<Macro> macros_;
    std::vector<std::uint32_t> macro_of_;  ///< by name: 1 + index of its macro, 0: none
    std::array<std::uint32_t, most_macro_depth> active_{};
    std::vector<NameId> log_level_names_;
};

}  // namespace

std::string_view token_text(TokenKind kind) {
    switch (kind) {
    case TokenKind::end: return "the end of the text";
    case TokenKind::identifier: return "a name";
    case TokenKind::number: return "a number";
    case TokenKind::string: return "a string";
    default: break;
    }
    for (const Punctuator& candidate : punctuators)
        if (candidate.kind == kind) return candidate.text;
    return "";
}

Tokens tokenize(std::string_view text, Names& names, Diagnostics& diagnostics) {
    if (text.size() > most_text_bytes) {
        diagnostics.error({}, "the text is too long: " + std::to_string(text.size()) + " bytes, at most " +
                                  std::to_string(most_text_bytes));
        text = {};
    }
    return Lexer(text, names, diagnostics).run();
}

}  // namespace pageframe::scenario
