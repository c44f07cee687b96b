// The application: the page's wishes and the pointer in, draw lists out.
//
//     page (HTML)  --set_view_rectangle("memory", ...)-->  frame()  -->  draw lists
//                  --show(run), seek, select, zone ---->      |
//                  <-- take_changes() ------------------------+
//
// HTML lays the views out and says where each one stands, in CSS pixels from the canvas's upper left corner;
// the canvas covers the whole page behind it. Nothing is drawn by itself: whoever calls in asks for a frame.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ui/description.h"
#include "ui/highlight.h"
#include "ui/playback.h"
#include "ui/slab_focus.h"
#include "ui/subject.h"
#include "ui/text.h"
#include "ui/view.h"
#include "ui/views/buddy_view.h"
#include "ui/views/caches_view.h"
#include "ui/views/fragmentation_view.h"
#include "ui/views/free_lists_view.h"
#include "ui/views/landscape_view.h"
#include "ui/views/memory_view.h"
#include "ui/views/misses_view.h"
#include "ui/views/object_view.h"
#include "ui/views/per_cpu_lists_view.h"
#include "ui/views/slabs_view.h"
#include "ui/views/tlb_view.h"
#include "ui/views/vmalloc_view.h"
#include "ui/views/walk_view.h"
#include "ui/views/watermarks_view.h"

namespace pageframe::ui {

/// What the reader changed on the canvas since the last look.
struct Changes {
    bool position = false;
    bool selection = false;
    bool view = false;
};

class App {
public:
    App();
    ~App();
    App(const App&) = delete;
    App& operator=(const App&) = delete;

    // --- how it looks ---
    void set_font(Face face, std::string_view file) { text_.set_face(face, file); }
    void set_theme(Theme theme) { theme_ = theme; }
    void set_reduced_motion(bool reduced) { motion_ = !reduced; }
    /// The wheel belongs to the page unless Ctrl or Cmd is held.
    void set_cooperative_gestures(bool cooperative) { cooperative_ = cooperative; }
    /// A rectangle without width hides its view. False: there is no such view.
    bool set_view_rectangle(std::string_view name, const Rectangle& rectangle);
    /// The colour behind everything.
    Colour ground() const { return palette_of(theme_).ground; }

    // --- what it shows ---
    void show(std::unique_ptr<Session> session);
    /// nullptr until something is shown.
    Playback* playback() { return playback_.get(); }
    void select(Pfn pfn);
    /// An address picks the frame that it leads to as well; no_address: nothing is picked.
    void select_address(std::uint64_t address);
    std::uint64_t selected_address() const { return highlighting_.selected_address(); }
    /// Of the position now, whether it has been drawn or not.
    const Highlighting& highlighting() {
        if (playback_) follow_playback();
        return highlighting_;
    }
    const SlabFocus& slab_focus() {
        if (playback_) follow_playback();
        return slab_focus_;
    }
    /// As if the pointer were there: the page points at something.
    void hover(Pfn pfn);
    void set_zone(std::optional<ZoneId> zone) { picked_zone_ = zone; }
    /// The zone picked, else the step's, else the one with the most frames. Something must be shown.
    ZoneId zone() const;
    std::optional<BlockDescription> selection() const;
    /// Which pictures are shown: picked by the reader, or as the run and its author have it.
    Subject subject() const;
    void set_subject(std::optional<Subject> subject) { picked_subject_ = subject; }
    /// The view that the author asked for last, up to here; "": none.
    std::string_view shown_view() const;
    /// Zoom, place, zone, subject and selection as a short text for links.
    std::string view_settings() const;
    /// False, and nothing changes: that is no such text.
    bool set_view_settings(std::string_view text);

    // --- input beside Dear ImGui's own ---
    /// Two fingers: a factor about a point, which has moved.
    void pinch(Point at, float factor, Point moved);
    /// The memory view's zoom, about its middle: for the keyboard. Moves are in parts of what is in view.
    void zoom_memory(float factor);
    void move_memory(float right, float down);
    /// Would a view at this place use the wheel? If not, the page scrolls.
    bool wants_wheel(Point at, bool with_control) const;

    /// Between ImGui::NewFrame() and ImGui::Render(). True: something moves, draw the next frame too.
    bool frame();
    Changes take_changes() { return std::exchange(changes_, {}); }

private:
    struct Place {
        View* view;
        Rectangle area;
    };

    Pointer read_pointer();
    void follow_playback();
    HighlightList with_slab(HighlightList step) const;
    void draw_views(const Painter& painter, const Pointer& pointer, Wishes& wishes);
    void draw_tip(const Painter& painter, const Pointer& pointer, const Wishes& wishes) const;
    void grant(const Wishes& wishes);
    Pointer pointer_for(const Place& place, const Pointer& pointer) const;
    bool has_pointer(const Place& place, const Pointer& pointer) const;

    Theme theme_ = Theme::dark;
    Text text_;
    bool motion_ = true;
    bool cooperative_ = false;

    std::unique_ptr<Playback> playback_;
    Highlighting highlighting_;
    std::uint32_t revision_ = 0;
    std::optional<ZoneId> picked_zone_;
    Subjects subjects_;
    std::optional<Subject> picked_subject_;
    SlabFocus slab_focus_;
    CacheId picked_cache_ = no_cache;
    Pfn page_hover_ = no_pfn;
    Changes changes_;

    MemoryView memory_;
    BuddyView tree_;
    FreeListsView free_lists_;
    PerCpuListsView per_cpu_lists_;
    WatermarksView watermarks_;
    FragmentationView fragmentation_;
    LandscapeView landscape_;
    SlabsView slabs_;
    ObjectView object_;
    CachesView caches_;
    WalkView walk_;
    VmallocView vmalloc_;
    TlbView tlb_;
    MissesView misses_;
    std::vector<Place> places_;
    const View* captured_ = nullptr;  ///< the view that the pointer was pressed in

    float pinch_factor_ = 1;
    Point pinch_moved_;
};

}  // namespace pageframe::ui
