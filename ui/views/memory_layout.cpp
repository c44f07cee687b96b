#include "ui/views/memory_layout.h"

#include <cmath>

namespace pageframe::ui {
namespace {

/// A row's height is this many times a frame's width, as near as powers of two come to it.
constexpr float wanted_shape = 10;
constexpr float smallest_pitch = 3;
constexpr Pfn region_frames = frames_in(largest_order);

/// Changes when the machine does, and not when its contents do.
std::uint64_t key_of(const BuddyState& state) {
    Hash hash;
    hash.add(state.frame_count());
    for (const Zone& zone : state.zones) {
        hash.add(zone.start);
        hash.add(zone.spanned);
        hash.add(zone.present);
    }
    return hash.value();
}

}  // namespace

void MemoryLayout::fit(const BuddyState& state, const Rectangle& plot) {
    const std::uint64_t key = key_of(state);
    if (key == machine_key_ && plot == plot_) return;
    const bool same_machine = key == machine_key_;
    const Pfn centre = same_machine && !rows_.empty() && !shows_all() ? centre_frame() : no_pfn;
    const float zoom = zoom_;
    machine_key_ = key;
    frame_count_ = state.frame_count();
    plot_ = plot;
    if (!same_machine) find_memory(state);
    choose_rows();
    show_all();
    if (centre != no_pfn) restore(zoom, centre);
}

void MemoryLayout::choose_rows() {
    Pfn best = 64;
    float best_distance = 1e9f;
    for (Pfn candidate = 64; candidate <= 1U << 17; candidate *= 2) {
        list_rows(candidate);
        if (rows_.empty()) continue;
        const float pitch = plot_.height / static_cast<float>(rows_.size());
        const float width = plot_.width / static_cast<float>(candidate);
        float distance = std::abs(std::log2(std::min(pitch, comfortable_pitch) / (width * wanted_shape)));
        if (pitch < smallest_pitch) distance += 8 * std::log2(smallest_pitch / pitch);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    list_rows(best);
}

/// A machine's holes stay where they are: looked for once.
void MemoryLayout::find_memory(const BuddyState& state) {
    memory_.assign((state.frame_count() + region_frames - 1) / region_frames, 0);
    for (Pfn pfn = 0; pfn < state.frame_count(); ++pfn) {
        if (state.frames[pfn].kind == FrameKind::absent) continue;
        memory_[pfn / region_frames] = 1;
        pfn |= region_frames - 1;
    }
}

void MemoryLayout::list_rows(Pfn frames_per_row) {
    frames_per_row_ = frames_per_row;
    rows_.clear();
    for (std::size_t region = 0; region < memory_.size(); ++region) {
        if (memory_[region] == 0) continue;
        const Pfn first = static_cast<Pfn>(region) * region_frames;
        const Pfn end = std::min(first + region_frames, frame_count_);
        for (Pfn start = first / frames_per_row * frames_per_row; start < end; start += frames_per_row)
            if (rows_.empty() || rows_.back() < start) rows_.push_back(start);
    }
}

void MemoryLayout::show_all() {
    zoom_ = 1;
    left_column_ = 0;
    top_row_ = 0;
    apply_zoom();
}

float MemoryLayout::pitch_at(float zoom) const {
    if (rows_.empty()) return 1;
    const float fitting = std::min(plot_.height / static_cast<float>(rows_.size()), comfortable_pitch);
    return std::min(fitting * zoom, comfortable_pitch);
}

void MemoryLayout::apply_zoom() {
    const float fitting_width = plot_.width / static_cast<float>(frames_per_row_);
    zoom_ = std::clamp(zoom_, 1.0f, std::max(1.0f, largest_frame_width / fitting_width));
    frame_width_ = fitting_width * zoom_;
    pitch_ = pitch_at(zoom_);
    clamp_place();
}

void MemoryLayout::clamp_place() {
    const double visible_columns = static_cast<double>(plot_.width) / static_cast<double>(frame_width_);
    left_column_ = std::clamp(left_column_, 0.0, std::max(0.0, frames_per_row_ - visible_columns));
    const float visible_rows = plot_.height / pitch_;
    top_row_ = std::clamp(top_row_, 0.0f, std::max(0.0f, static_cast<float>(rows_.size()) - visible_rows));
}

void MemoryLayout::zoom_about(Point point, float factor) {
    const double column = left_column_ + static_cast<double>((point.x - plot_.x) / frame_width_);
    const float row = top_row_ + (point.y - plot_.y) / pitch_;
    zoom_ *= factor;
    apply_zoom();
    left_column_ = column - static_cast<double>((point.x - plot_.x) / frame_width_);
    top_row_ = row - (point.y - plot_.y) / pitch_;
    clamp_place();
}

void MemoryLayout::pan(float right, float down) {
    left_column_ -= static_cast<double>(right / frame_width_);
    top_row_ -= down / pitch_;
    clamp_place();
}

bool MemoryLayout::reveal(FrameSpan span) {
    const std::uint32_t row = span.pfn == no_pfn ? row_count() : row_of(span.pfn);
    if (row >= row_count()) return false;
    const double column = span.pfn - rows_[row];
    const double old_column = left_column_;
    const float old_row = top_row_;
    const double visible = static_cast<double>(plot_.width / frame_width_);
    const double width = std::min<double>(span.frames, visible);
    const bool seen = column >= left_column_ && column + width <= left_column_ + visible;
    if (!seen) left_column_ = column + width / 2 - visible / 2;
    const float rows_visible = plot_.height / pitch_;
    const auto row_number = static_cast<float>(row);
    if (row_number < top_row_ || row_number + 1 > top_row_ + rows_visible)
        top_row_ = row_number + 0.5f - rows_visible / 2;
    clamp_place();
    return left_column_ != old_column || top_row_ != old_row;
}

std::uint32_t MemoryLayout::first_visible_row() const {
    return std::min(row_count(), static_cast<std::uint32_t>(std::max(0.0f, std::floor(top_row_))));
}

std::uint32_t MemoryLayout::end_visible_row() const {
    return std::min(row_count(), static_cast<std::uint32_t>(std::ceil(top_row_ + plot_.height / pitch_)));
}

double MemoryLayout::end_visible_column() const {
    return std::min<double>(frames_per_row_, left_column_ + static_cast<double>(plot_.width / frame_width_));
}

Pfn MemoryLayout::frame_at(Point point) const {
    if (!plot_.contains(point)) return no_pfn;
    const float row = top_row_ + (point.y - plot_.y) / pitch_;
    if (row < 0 || row >= static_cast<float>(rows_.size())) return no_pfn;
    const double column = left_column_ + static_cast<double>((point.x - plot_.x) / frame_width_);
    if (column < 0 || column >= frames_per_row_) return no_pfn;
    const Pfn pfn = rows_[static_cast<std::size_t>(row)] + static_cast<Pfn>(column);
    return pfn < frame_count_ ? pfn : no_pfn;
}

std::uint32_t MemoryLayout::row_of(Pfn pfn) const {
    const Pfn start = pfn / frames_per_row_ * frames_per_row_;
    const auto at = std::lower_bound(rows_.begin(), rows_.end(), start);
    return at != rows_.end() && *at == start ? static_cast<std::uint32_t>(at - rows_.begin()) : row_count();
}

std::uint32_t MemoryLayout::row_from(Pfn pfn) const {
    const auto at = std::lower_bound(rows_.begin(), rows_.end(), pfn / frames_per_row_ * frames_per_row_);
    return static_cast<std::uint32_t>(at - rows_.begin());
}

Rectangle MemoryLayout::bar(std::uint32_t row, double from_column, double to_column) const {
    const float left = frame_left(from_column);
    return {left, row_top(row), frame_left(to_column) - left, pitch_ - gap()};
}

Pfn MemoryLayout::centre_frame() const {
    const Pfn pfn = frame_at({plot_.centre_x(), plot_.centre_y()});
    return pfn == no_pfn ? 0 : pfn;
}

void MemoryLayout::restore(float zoom, Pfn centre) {
    zoom_ = zoom;
    apply_zoom();
    const std::uint32_t row = row_of(centre);
    if (row >= row_count()) return;
    left_column_ = (centre - rows_[row]) - static_cast<double>(plot_.width / frame_width_ / 2);
    top_row_ = static_cast<float>(row) + 0.5f - plot_.height / pitch_ / 2;
    clamp_place();
}

}  // namespace pageframe::ui
