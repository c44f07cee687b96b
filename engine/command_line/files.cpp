// Texts in and out, by stdio alone: it is there natively and under node.
#include <algorithm>
#include <cstdio>

#include "engine/command_line/command_line.h"
#include "engine/core/inflate.h"
#include "engine/scenario/diagnostics.h"

namespace pageframe::command_line {

namespace {

/// A text beyond this is taken for damage: a small compressed file can claim any size.
constexpr std::size_t largest_text = std::size_t{1} << 30;

bool decompress(std::string& text) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    if (!GzipReader::looks_like_gzip({bytes, std::min<std::size_t>(text.size(), 2)})) return true;
    std::string unpacked;
    GzipReader reader([&](std::string_view piece) {
        if (unpacked.size() < largest_text) unpacked += piece;
    });
    // Piece by piece, so that what is too large is noticed before all of it was unpacked.
    bool right = true;
    constexpr std::size_t piece = std::size_t{1} << 16;
    for (std::size_t at = 0; right && at < text.size(); at += piece)
        right = unpacked.size() < largest_text && reader.feed({bytes + at, std::min(piece, text.size() - at)});
    if (!right || !reader.finish() || unpacked.size() >= largest_text) return false;
    text = std::move(unpacked);
    return true;
}

}  // namespace

bool read_text(std::string_view path, std::string& text, Console& console) {
    const std::string name(path);
    std::FILE* file = path == "-" ? stdin : std::fopen(name.c_str(), "rb");
    if (file == nullptr) {
        console.write_error("pageframe: " + name + " can't be opened\n");
        return false;
    }
    text.clear();
    char buffer[65536];
    for (std::size_t got; (got = std::fread(buffer, 1, sizeof buffer, file)) != 0;) text.append(buffer, got);
    const bool complete = std::ferror(file) == 0;
    if (file != stdin) std::fclose(file);
    if (!complete) console.write_error("pageframe: " + name + " can't be read\n");
    const bool unpacked = complete && decompress(text);
    if (complete && !unpacked) console.write_error("pageframe: " + name + " is damaged: it can't be decompressed\n");
    return unpacked;
}

std::string name_of(std::string_view path) {
    if (path == "-") return "stdin";
    const std::size_t slash = path.find_last_of("/\\");
    return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

int usage_error(Console& console, const std::string& message) {
    console.write_error("pageframe: " + message + "\npageframe --help tells what there is.\n");
    return wrong_usage;
}

std::string near_name(std::string_view meant, std::span<const std::string_view> candidates) {
    scenario::NearName near(meant);
    for (std::string_view candidate : candidates) near.offer(candidate);
    return scenario::did_you_mean(near.best());
}

}  // namespace pageframe::command_line
