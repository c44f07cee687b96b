// Identifiers as small numbers: the parser and the checks compare and index, they never compare strings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pageframe::scenario {

using NameId = std::uint32_t;
inline constexpr NameId no_name = 0xffffffffU;

class Names {
public:
    NameId intern(std::string_view text) {
        const auto found = ids_.find(std::string(text));
        if (found != ids_.end()) return found->second;
        const auto id = static_cast<NameId>(texts_.size());
        texts_.emplace_back(text);
        ids_.emplace(texts_.back(), id);
        return id;
    }
    const std::string& operator[](NameId id) const { return texts_[id]; }
    std::size_t size() const { return texts_.size(); }

private:
    std::unordered_map<std::string, NameId> ids_;
    std::vector<std::string> texts_;
};

}  // namespace pageframe::scenario
