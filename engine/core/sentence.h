// A sentence that explains an event: words, and the things it names with the role they play, so that a
// view can give a thing the same colour in the sentence as in the picture.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/core/types.h"

namespace pageframe {

/// What a named thing is in this step. The views reserve one colour for `taken` (amber) and one for
/// `changed` (cyan).
enum class Role : std::uint8_t { plain, taken, changed, strong, mistake };

/// A stretch of frames that a step concerns, for highlights and for links from the sentence.
struct FrameSpan {
    Pfn pfn = no_pfn;
    Pfn frames = 0;
    bool operator==(const FrameSpan&) const = default;
};

class Sentence {
public:
    struct Part {
        std::string text;
        Role role = Role::plain;
        FrameSpan frames;
    };

    Sentence() = default;
    explicit Sentence(std::string_view text) { *this << text; }

    Sentence& operator<<(std::string_view text) {
        if (!parts_.empty() && parts_.back().role == Role::plain)
            parts_.back().text += text;
        else
            parts_.push_back({std::string(text), Role::plain, {}});
        return *this;
    }
    Sentence& operator<<(const char* text) { return *this << std::string_view(text); }
    Sentence& operator<<(const std::string& text) { return *this << std::string_view(text); }
    Sentence& operator<<(char character) { return *this << std::string_view(&character, 1); }
    Sentence& operator<<(std::uint64_t number) { return *this << std::string_view(std::to_string(number)); }
    Sentence& operator<<(std::int64_t number) { return *this << std::string_view(std::to_string(number)); }
    Sentence& operator<<(std::uint32_t number) { return *this << std::uint64_t{number}; }
    Sentence& operator<<(std::int32_t number) { return *this << std::int64_t{number}; }

    /// Words in a role, without a place in memory.
    Sentence& in_role(Role role, std::string text) {
        parts_.push_back({std::move(text), role, {}});
        return *this;
    }
    /// "pfn 1120" in a role, for the block of `order` there.
    Sentence& block(Role role, Pfn pfn, Order order) {
        parts_.push_back({"pfn " + std::to_string(pfn), role, {pfn, frames_in(order)}});
        return *this;
    }

    const std::vector<Part>& parts() const { return parts_; }
    std::string plain() const {
        std::string text;
        for (const Part& part : parts_) text += part.text;
        return text;
    }

private:
    std::vector<Part> parts_;
};

}  // namespace pageframe
