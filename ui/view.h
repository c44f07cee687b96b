// A view: one picture of the machine in a rectangle that the page gives it.
//
//     state, step, highlight, pointer  --draw()-->  shapes and words, wishes
//
// A view reads what stands in its context and nothing else, and changes nothing but its own zoom and motion.
// What the reader does with the pointer becomes a wish; the application grants it after all views are drawn.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <imgui.h>

#include "ui/highlight.h"
#include "ui/painter.h"
#include "ui/playback.h"
#include "ui/tooltip.h"

namespace pageframe::ui {

/// The pointer as this view sees it: everything is off while another view has it.
struct Pointer {
    Point at;
    Point moved;           ///< since the last frame
    bool here = false;     ///< over the view, or dragging from it
    bool pressed = false;  ///< in this frame
    bool held = false;
    bool clicked = false;  ///< pressed and let go without a drag
    bool double_clicked = false;
    bool dragging = false;
    float zoom = 1;  ///< by wheel or pinch, about `at`
    Point scroll;    ///< by two fingers, CSS pixels
};

/// What a view asks for.
struct Wishes {
    std::optional<Pfn> hover;   ///< the frame under the pointer
    std::optional<Pfn> select;  ///< no_pfn: nothing
    /// The address under the pointer, and the one to be picked: its frame is found by the application.
    std::optional<std::uint64_t> hover_address;
    std::optional<std::uint64_t> select_address;
    /// What is under the pointer, line by line, the first one strong: instead of the block's description.
    std::vector<std::string> tip;
    TipSide tip_side = TipSide::below;
    std::optional<ZoneId> zone;    ///< to be shown by all views of a zone
    std::optional<CacheId> cache;  ///< to be shown by the slabs' views
    std::optional<Position> seek;
    bool next_frame = false;    ///< something moves
    bool view_changed = false;  ///< zoom or place: the link changes
    ImGuiMouseCursor cursor = ImGuiMouseCursor_Arrow;
};

class SlabFocus;

struct ViewContext {
    const Painter& painter;
    Rectangle area;
    const State& state;
    const Playback& playback;
    const Highlighting& highlight;
    const Pointer& pointer;
    ZoneId zone;  ///< the zone picked, or the step's
    const SlabFocus& slabs;
    double time;  ///< seconds, for motion
    bool motion;  ///< false: the reader asked for reduced motion
    Wishes& wishes;

    const Palette& palette() const { return painter.palette(); }
};

class View {
public:
    virtual ~View() = default;
    virtual std::string_view name() const = 0;
    virtual void draw(const ViewContext& context) = 0;
    /// Does the wheel do something here?
    virtual bool uses_wheel() const { return false; }
    /// Another run: zoom and place start afresh.
    virtual void reset() {}
};

}  // namespace pageframe::ui
