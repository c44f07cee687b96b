// What stands out, in every view alike: what the step took (amber) and changed (cyan), the block under the
// pointer and the block that was picked. Views read it; the application alone writes it.
#pragma once

#include "engine/buddy/buddy.h"
#include "engine/core/event.h"

namespace pageframe::ui {

class Highlighting {
public:
    /// What the step took and changed, disjoint.
    const HighlightList& step() const { return step_; }
    void set_step(const HighlightList& step) {
        step_ = step;
        look_at_step_ = !step.empty();
    }

    Pfn hovered_frame() const { return hovered_; }
    Pfn selected_frame() const { return selected_; }
    void set_hovered_frame(Pfn pfn) { hovered_ = pfn; }
    void set_selected_frame(Pfn pfn) {
        selected_ = pfn;
        look_at_step_ = pfn == no_pfn;
    }

    /// The role of a block in this step: of what was taken and changed in it, the first.
    Role role_of(Pfn pfn, Pfn frames) const {
        for (const Highlight& span : step_) {
            if (span.frames.pfn < pfn + frames && pfn < span.frames.pfn + span.frames.frames) return span.role;
        }
        return Role::plain;
    }
    bool hovers(Pfn pfn, Pfn frames) const { return hovered_ != no_pfn && hovered_ - pfn < frames; }
    bool selects(Pfn pfn, Pfn frames) const { return selected_ != no_pfn && selected_ - pfn < frames; }

    /// Where the step happened: its first span taken, else its first; no_pfn: nowhere.
    FrameSpan step_place() const {
        for (const Highlight& span : step_)
            if (span.role == Role::taken) return span.frames;
        return step_.empty() ? FrameSpan{} : step_.front().frames;
    }
    /// Where to look: where the step happened or what was picked, whichever came last.
    Pfn focus() const { return look_at_step_ || selected_ == no_pfn ? step_place().pfn : selected_; }

private:
    HighlightList step_;
    Pfn hovered_ = no_pfn;
    Pfn selected_ = no_pfn;
    bool look_at_step_ = true;
};

}  // namespace pageframe::ui
