#include <algorithm>
#include <cstdio>
#include <vector>

#include "engine/command_line/command_line.h"

namespace {

class Terminal : public pageframe::command_line::Console {
public:
    void write(std::string_view text) override { std::fwrite(text.data(), 1, text.size(), stdout); }
    void write_error(std::string_view text) override {
        std::fflush(stdout);  // the order in which things were said
        std::fwrite(text.data(), 1, text.size(), stderr);
    }
};

}  // namespace

int main(int count, char** arguments) {
    const std::vector<std::string_view> words(arguments + std::min(count, 1), arguments + count);
    Terminal terminal;
    const int code = pageframe::command_line::dispatch(words, terminal);
    // A full disk or a closed pipe must not look like success.
    const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
    return written ? code : std::max(code, 1);
}
