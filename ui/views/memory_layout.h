// Where each frame stands in the memory view: rows of frames, like lines of text.
//
//     row 0   | 0 ................ 511 |      a row is a power of two of frames, so that a block of up to
//     row 1   | 512 ............. 1023 |      that size lies in one row, and a bigger one fills whole rows
//     row 2   | ...                    |
//     ~~~~~~~   3.0 GiB without memory        rows in which there is no memory at all are left out
//     row 3   | 1048576 ...            |
//
// At zoom 1 all rows fit the plot. Zooming widens frames and heightens rows until a row is comfortable to
// read; from there on it only widens.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/buddy/buddy.h"
#include "ui/geometry.h"

namespace pageframe::ui {

class MemoryLayout {
public:
    static constexpr float comfortable_pitch = 22;
    static constexpr float largest_frame_width = 96;
    static constexpr float smallest_pitch_with_pageblocks = 9;
    static constexpr float smallest_pageblock = 10;

    /// Lays the machine out for a plot of this size. Zoom and place stay when the machine is the same.
    void fit(const BuddyState& state, const Rectangle& plot);
    void show_all();

    /// By a factor about a point that stays where it is.
    void zoom_about(Point point, float factor);
    void pan(float right, float down);
    /// Moves as little as it takes to have the span in the plot. True: it moved.
    bool reveal(FrameSpan span);

    const Rectangle& plot() const { return plot_; }
    bool shows_all() const { return zoom_ <= 1.0001f; }
    float zoom() const { return zoom_; }
    Pfn frames_per_row() const { return frames_per_row_; }
    std::uint32_t row_count() const { return static_cast<std::uint32_t>(rows_.size()); }
    /// The first pfn of a row.
    Pfn row_start(std::uint32_t row) const { return rows_[row]; }
    /// Frames are left out between this row and the one before.
    bool after_gap(std::uint32_t row) const { return row > 0 && rows_[row] != rows_[row - 1] + frames_per_row_; }

    float frame_width() const { return frame_width_; }
    float pitch() const { return pitch_; }
    /// The gap below a row's bar.
    float gap() const {
        if (shows_pageblocks()) return 2 + pageblock_band();
        return pitch_ >= 9 ? 2.0f : pitch_ >= 2.5f ? 1.0f : 0.0f;
    }
    float pageblock_band() const { return pitch_ >= 13 ? 2.0f : 1.0f; }
    /// Is there room below a row's bar for a band with the types of its pageblocks?
    bool shows_pageblocks() const {
        const Pfn frames = std::min(pageblock_frames, frames_per_row_);
        return pitch_ >= smallest_pitch_with_pageblocks &&
               frame_width_ * static_cast<float>(frames) >= smallest_pageblock;
    }

    float row_top(std::uint32_t row) const { return plot_.y + (static_cast<float>(row) - top_row_) * pitch_; }
    float frame_left(double column) const {
        return plot_.x + static_cast<float>((column - left_column_) * static_cast<double>(frame_width_));
    }
    std::uint32_t first_visible_row() const;
    std::uint32_t end_visible_row() const;
    /// The columns that are in the plot, as fractions of frames.
    double first_visible_column() const { return left_column_; }
    double end_visible_column() const;

    /// no_pfn: there is none.
    Pfn frame_at(Point point) const;
    /// The row that a frame is in; row_count(): none.
    std::uint32_t row_of(Pfn pfn) const;
    /// The first row that begins at `pfn` or later, or holds it.
    std::uint32_t row_from(Pfn pfn) const;
    /// Calls visit(Rectangle) for each row's part of a span, unclipped in x, rows in the plot only.
    template <class Visit>
    void for_each_piece(Pfn pfn, Pfn frames, Visit visit) const;
    Rectangle bar(std::uint32_t row, double from_column, double to_column) const;

    // --- for links ---
    Pfn centre_frame() const;
    void restore(float zoom, Pfn centre);

private:
    void find_memory(const BuddyState& state);
    void choose_rows();
    void list_rows(Pfn frames_per_row);
    void apply_zoom();
    void clamp_place();
    float pitch_at(float zoom) const;

    Rectangle plot_;
    Pfn frame_count_ = 0;
    std::uint64_t machine_key_ = 0;
    std::vector<std::uint8_t> memory_;  ///< by 1,024 frames: is any memory there?
    Pfn frames_per_row_ = 1;
    std::vector<Pfn> rows_;
    float zoom_ = 1;
    double left_column_ = 0;
    float top_row_ = 0;
    float frame_width_ = 1;
    float pitch_ = 1;
};

template <class Visit>
void MemoryLayout::for_each_piece(Pfn pfn, Pfn frames, Visit visit) const {
    const std::uint32_t end_row = end_visible_row();
    for (std::uint32_t row = first_visible_row(); row < end_row; ++row) {
        const Pfn start = rows_[row];
        const Pfn from = pfn > start ? pfn - start : 0;
        const std::uint64_t span_end = std::uint64_t{pfn} + frames;
        if (span_end <= start || from >= frames_per_row_) continue;
        const std::uint64_t to = std::min<std::uint64_t>(span_end - start, frames_per_row_);
        visit(bar(row, from, static_cast<double>(to)));
    }
}

}  // namespace pageframe::ui
