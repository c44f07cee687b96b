// What stands out, in every view alike: what the step took (amber) and changed (cyan), the block under the
// pointer and the block that was picked. What is picked or pointed at is a frame, and where it is known more
// closely an address in it: an object of a slab, a page of a vmalloc area. Views read it; the application
// alone writes it.
#pragma once

#include "engine/buddy/buddy.h"
#include "engine/core/event.h"

namespace pageframe::ui {

/// One that no processor takes. NULL is an address like others: a walk of it can be looked at.
inline constexpr std::uint64_t no_address = 0x8000'0000'0000'0bad;

class Highlighting {
public:
    /// What the step took and changed, disjoint.
    const HighlightList& step() const { return step_; }
    /// `address`: what the step is about, where that is no frame (a hit of the TLB); no_address: nothing more.
    void set_step(const HighlightList& step, std::uint64_t address = no_address) {
        step_ = step;
        look_at_step_ = !step.empty() || address != no_address;
    }

    /// no_pfn: none, or an address without a frame is picked.
    Pfn hovered_frame() const { return hovered_; }
    Pfn selected_frame() const { return selected_; }
    /// no_address: none, or a whole frame is picked.
    std::uint64_t hovered_address() const { return hovered_address_; }
    std::uint64_t selected_address() const { return selected_address_; }
    void set_hovered(Pfn pfn, std::uint64_t address = no_address) {
        hovered_ = pfn;
        hovered_address_ = address;
    }
    void set_selected(Pfn pfn, std::uint64_t address = no_address) {
        selected_ = pfn;
        selected_address_ = address;
        look_at_step_ = pfn == no_pfn && address == no_address;
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
    Pfn focus() const { return looks_at_step() ? step_place().pfn : selected_; }
    bool looks_at_step() const { return look_at_step_ || (selected_ == no_pfn && selected_address_ == no_address); }

private:
    HighlightList step_;
    Pfn hovered_ = no_pfn;
    Pfn selected_ = no_pfn;
    std::uint64_t hovered_address_ = no_address;
    std::uint64_t selected_address_ = no_address;
    bool look_at_step_ = true;
};

}  // namespace pageframe::ui
