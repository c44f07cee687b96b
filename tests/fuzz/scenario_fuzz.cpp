// Any text: read it, and run it within small bounds against an allocator that gives consecutive frames.
// What is looked for is a crash, a sanitizer's finding, or a text that takes too long.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/scenario/scenario.h"

namespace {

class Frames : public pageframe::OperationTarget {
public:
    pageframe::OperationResult execute(const pageframe::Operation& operation) override {
        ++count_;
        pageframe::OperationResult result;
        output_.pages.clear();
        output_.moves.clear();
        switch (operation.kind) {
        case pageframe::OperationKind::alloc_pages:
        case pageframe::OperationKind::alloc_pages_exact:
            // Every seventh fails, so that both ways are gone.
            result.value = count_ % 7 == 0 ? pageframe::no_pfn : next_;
            if (count_ % 7 == 0) result.status = pageframe::OperationStatus::failed;
            next_ = (next_ + 16) % (1U << 22);
            break;
        case pageframe::OperationKind::alloc_pages_bulk:
            output_.pages.assign(operation.argument < 100 ? operation.argument : 100, next_);
            result.value = output_.pages.size();
            break;
        case pageframe::OperationKind::compact_memory:
            for (pageframe::Pfn i = 0; i < 8; ++i) output_.moves.push_back({16 + 16 * i, 1000 + i, i});
            break;
        default: break;
        }
        return result;
    }
    const pageframe::OperationOutput& output() const override { return output_; }
    pageframe::OperationNumber next_operation() const override { return count_; }

private:
    pageframe::OperationNumber count_ = 0;
    pageframe::Pfn next_ = 16;
    pageframe::OperationOutput output_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const pageframe::Scenario scenario = pageframe::Scenario::read(text);
    for (const pageframe::Diagnostic& error : scenario.errors())
        if (pageframe::format_diagnostic("text", error).empty() || error.message.empty()) __builtin_trap();
    if (!scenario.valid()) return 0;
    pageframe::Bounds bounds;
    bounds.operations = 2000;
    bounds.steps = 20'000;
    bounds.array_elements = 20'000;
    bounds.string_bytes = 1U << 16;
    Frames frames;
    const pageframe::RunResult result = pageframe::run(scenario, frames, bounds);
    if (result.operations > bounds.operations || result.finished == result.stop.has_value()) __builtin_trap();
    return 0;
}
