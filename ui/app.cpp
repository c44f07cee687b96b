#include "ui/app.h"

#include <cmath>

#include <imgui.h>

#include "engine/machine/events.h"
#include "ui/address.h"
#include "ui/tooltip.h"
#include "ui/view_settings.h"

namespace pageframe::ui {
namespace {

constexpr float zoom_of_a_notch = 1.2f;
/// Squared distance, CSS pixels, from which on a press is a drag.
constexpr float drag_threshold = 16;

}  // namespace

App::App()
    : places_{
          {&memory_, {}},        {&tree_, {}},      {&free_lists_, {}}, {&per_cpu_lists_, {}}, {&watermarks_, {}},
          {&fragmentation_, {}}, {&landscape_, {}}, {&slabs_, {}},      {&object_, {}},        {&caches_, {}},
          {&walk_, {}},          {&vmalloc_, {}},   {&tlb_, {}},        {&misses_, {}},
      } {
    IMGUI_CHECKVERSION();
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.LogFilename = nullptr;
    io.ConfigFlags |= ImGuiConfigFlags_NoMouseCursorChange;
}

App::~App() { ImGui::DestroyContext(); }

bool App::set_view_rectangle(std::string_view name, const Rectangle& rectangle) {
    for (Place& place : places_) {
        if (place.view->name() != name) continue;
        place.area = rectangle;
        return true;
    }
    return false;
}

void App::show(std::unique_ptr<Session> session) {
    playback_ = std::make_unique<Playback>(std::move(session));
    revision_ = 0;
    subjects_ = Subjects(playback_->session());
    picked_subject_.reset();
    picked_zone_.reset();
    page_hover_ = no_pfn;
    highlighting_ = {};
    for (const Place& place : places_) place.view->reset();
}

void App::select(Pfn pfn) {
    const bool there = playback_ && pfn < playback_->state().buddy.frame_count();
    highlighting_.set_selected(there ? pfn : no_pfn);
    picked_cache_ = no_cache;
}

void App::select_address(std::uint64_t address) {
    if (!playback_) return;
    highlighting_.set_selected(frame_of_address(playback_->state(), address), address);
    picked_cache_ = no_cache;
}

Subject App::subject() const {
    if (picked_subject_) return *picked_subject_;
    return playback_ ? subjects_.at(playback_->session(), playback_->position()) : Subject::pages;
}

std::string_view App::shown_view() const {
    return playback_ ? subjects_.shown_view(playback_->session(), playback_->position()) : "";
}

void App::hover(Pfn pfn) {
    const bool there = playback_ && pfn < playback_->state().buddy.frame_count();
    page_hover_ = there ? pfn : no_pfn;
}

std::optional<BlockDescription> App::selection() const {
    const Pfn pfn = highlighting_.selected_frame();
    if (!playback_ || pfn == no_pfn) return std::nullopt;
    return describe_block(playback_->state(), playback_->session(), pfn);
}

std::string App::view_settings() const {
    ViewSettings settings;
    if (!memory_.layout().shows_all()) {
        settings.zoom = memory_.layout().zoom();
        settings.centre = memory_.layout().centre_frame();
    }
    if (picked_zone_) settings.zone = *picked_zone_;
    settings.subject = picked_subject_;
    if (highlighting_.selected_address() != no_address)
        settings.address = highlighting_.selected_address();
    else if (highlighting_.selected_frame() != no_pfn)
        settings.selection = highlighting_.selected_frame();
    return write_view_settings(settings);
}

bool App::set_view_settings(std::string_view text) {
    const std::optional<ViewSettings> settings = read_view_settings(text);
    if (!settings || !playback_) return false;
    const BuddyState& state = playback_->state().buddy;
    picked_zone_.reset();
    if (settings->zone && *settings->zone < state.zones.size()) picked_zone_ = *settings->zone;
    picked_subject_ = settings->subject;
    select(settings->selection.value_or(no_pfn));
    if (settings->address) select_address(*settings->address);
    memory_.reset();
    if (settings->zoom > 1 && settings->centre < state.frame_count()) memory_.restore(settings->zoom, settings->centre);
    return true;
}

void App::pinch(Point at, float factor, Point moved) {
    ImGui::GetIO().AddMousePosEvent(at.x, at.y);
    if (factor > 0.01f && factor < 100) pinch_factor_ *= factor;
    pinch_moved_.x += moved.x;
    pinch_moved_.y += moved.y;
}

void App::zoom_memory(float factor) {
    const Rectangle& plot = memory_.layout().plot();
    if (factor > 0 && factor < 100) memory_.layout().zoom_about({plot.centre_x(), plot.centre_y()}, factor);
}

void App::move_memory(float right, float down) {
    const Rectangle& plot = memory_.layout().plot();
    if (std::abs(right) <= 1 && std::abs(down) <= 1) memory_.layout().pan(-right * plot.width, -down * plot.height);
}

bool App::wants_wheel(Point at, bool with_control) const {
    if (cooperative_ && !with_control) return false;
    for (const Place& place : places_)
        if (place.area.contains(at) && place.view->uses_wheel()) return true;
    return false;
}

bool App::frame() {
    if (!playback_) return false;
    const Pointer pointer = read_pointer();
    follow_playback();
    const ImGuiIO& io = ImGui::GetIO();
    text_.set_density(io.DisplayFramebufferScale.x);
    const Painter painter(*ImGui::GetBackgroundDrawList(), text_, palette_of(theme_), io.DisplayFramebufferScale.x);
    Wishes wishes;
    draw_views(painter, pointer, wishes);
    if (!pointer.dragging) draw_tip(painter, pointer, wishes);
    grant(wishes);
    return wishes.next_frame;
}

Pointer App::read_pointer() {
    const ImGuiIO& io = ImGui::GetIO();
    const bool there = ImGui::IsMousePosValid();
    Pointer pointer;
    pointer.at = there ? Point{io.MousePos.x, io.MousePos.y} : Point{-1e6f, -1e6f};
    pointer.moved = {io.MouseDelta.x, io.MouseDelta.y};
    pointer.pressed = io.MouseClicked[0];
    pointer.held = io.MouseDown[0];
    const bool dragged = io.MouseDragMaxDistanceSqr[0] >= drag_threshold;
    pointer.dragging = io.MouseDown[0] && dragged;
    pointer.clicked = io.MouseReleased[0] && !dragged;
    pointer.double_clicked = io.MouseDoubleClicked[0];
    pointer.zoom = std::pow(zoom_of_a_notch, io.MouseWheel) * std::exchange(pinch_factor_, 1.0f);
    pointer.scroll = std::exchange(pinch_moved_, {});
    pointer.scroll.x += io.MouseWheelH * 40;
    return pointer;
}

void App::follow_playback() {
    if (revision_ == playback_->revision()) return;
    revision_ = playback_->revision();
    slab_focus_.follow(*playback_);
    picked_cache_ = no_cache;
    const std::span<const EventRecord> events = playback_->events_spoken_of();
    const auto address = events.empty() ? std::nullopt : event_address(events.back());
    highlighting_.set_step(with_slab(playback_->highlight()), address.value_or(no_address));
}

/// A step that only concerns objects leads to their slab's frames all the same.
HighlightList App::with_slab(HighlightList step) const {
    const SlabState& state = playback_->state().slab;
    const SlabId id = slab_focus_.step_object().slab;
    if (!step.empty() || id >= state.slab_limit || state.slabs[id].place == SlabPlace::nowhere) return step;
    step.push_back({{state.slabs[id].pfn, frames_in(state.slabs[id].order)}, Role::taken});
    return step;
}

ZoneId App::zone() const {
    const BuddyState& state = playback_->state().buddy;
    if (picked_zone_) return *picked_zone_;
    const Pfn focus = highlighting_.focus();
    if (focus != no_pfn && focus < state.frame_count()) return state.zone_of(focus);
    ZoneId largest = 0;
    for (ZoneId id = 0; id < state.zones.size(); ++id)
        if (state.zones[id].managed > state.zones[largest].managed) largest = id;
    return largest;
}

bool App::has_pointer(const Place& place, const Pointer& pointer) const {
    if (captured_ != nullptr) return captured_ == place.view;
    return place.area.contains(pointer.at);
}

Pointer App::pointer_for(const Place& place, const Pointer& pointer) const {
    if (has_pointer(place, pointer)) {
        Pointer here = pointer;
        here.here = true;
        return here;
    }
    Pointer elsewhere;
    elsewhere.at = pointer.at;
    return elsewhere;
}

void App::draw_views(const Painter& painter, const Pointer& pointer, Wishes& wishes) {
    if (pointer.pressed) {
        for (const Place& place : places_)
            if (!place.area.empty() && place.area.contains(pointer.at)) captured_ = place.view;
    }
    slab_focus_.look(*playback_, highlighting_, picked_cache_);
    for (const Place& place : places_) {
        if (place.area.empty()) continue;
        const Pointer here = pointer_for(place, pointer);
        const ViewContext context{painter, place.area,  playback_->state(), *playback_, highlighting_, here,
                                  zone(),  slab_focus_, ImGui::GetTime(),   motion_,    wishes};
        place.view->draw(context);
    }
    if (!pointer.held) captured_ = nullptr;
}

void App::draw_tip(const Painter& painter, const Pointer& pointer, const Wishes& wishes) const {
    const ImGuiIO& io = ImGui::GetIO();
    const Rectangle page{0, 0, io.DisplaySize.x, io.DisplaySize.y};
    const State& state = playback_->state();
    if (!wishes.tip.empty())
        draw_tooltip(painter, wishes.tip, pointer.at, page, wishes.tip_side);
    else if (wishes.hover && *wishes.hover < state.buddy.frame_count())
        draw_tooltip(painter, describe_block(state, playback_->session(), *wishes.hover), pointer.at, page);
}

void App::grant(const Wishes& wishes) {
    const State& state = playback_->state();
    if (wishes.hover_address)
        highlighting_.set_hovered(frame_of_address(state, *wishes.hover_address), *wishes.hover_address);
    else
        highlighting_.set_hovered(wishes.hover.value_or(page_hover_));
    if (wishes.select_address && *wishes.select_address != highlighting_.selected_address()) {
        select_address(*wishes.select_address);
        changes_.selection = true;
    } else if (wishes.select && *wishes.select != highlighting_.selected_frame()) {
        select(*wishes.select);
        changes_.selection = true;
    }
    if (wishes.cache) picked_cache_ = *wishes.cache;
    if (wishes.zone) {
        picked_zone_ = *wishes.zone;
        changes_.view = true;
    }
    if (wishes.seek) {
        playback_->seek(*wishes.seek);
        changes_.position = true;
    }
    changes_.view |= wishes.view_changed;
    ImGui::SetMouseCursor(wishes.cursor);
}

}  // namespace pageframe::ui
