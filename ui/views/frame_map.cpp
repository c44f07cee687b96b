#include "ui/views/frame_map.h"

#include <algorithm>
#include <cstring>

namespace pageframe::ui {
namespace {

FrameCode code_of(const PageFrame& head) {
    switch (head.kind) {
    case FrameKind::absent: return make_code(FrameClass::absent, Migratetype::unmovable);
    case FrameKind::reserved: return make_code(FrameClass::reserved, Migratetype::unmovable);
    case FrameKind::free_head: return make_code(FrameClass::free, head.migratetype);
    case FrameKind::per_cpu_head: return make_code(FrameClass::per_cpu, head.migratetype);
    case FrameKind::allocated_head:
    case FrameKind::interior: return make_code(FrameClass::used, head.migratetype);
    }
    return 0;
}

bool has_order(FrameKind kind) {
    return kind == FrameKind::free_head || kind == FrameKind::per_cpu_head || kind == FrameKind::allocated_head;
}

}  // namespace

Colour plain_colour(const Palette& palette, FrameCode code) {
    const Migratetype type = type_of(code);
    switch (class_of(code)) {
    case FrameClass::absent: return palette.absent;
    case FrameClass::reserved: return palette.grey;
    case FrameClass::free: return palette.free_inside(type);
    case FrameClass::per_cpu: return mix(palette.free_inside(type), palette.used(type), 0.5f);
    case FrameClass::used: return palette.used(type);
    }
    return palette.ground;
}

bool FrameMap::update(const BuddyState& state, const Palette& palette) {
    changed_.clear();
    everything_changed_ = false;
    if (frame_count() != state.frame_count()) start(state);
    if (palette_ != &palette) set_palette(palette);
    find_pending(state);
    if (pending_count_ == 0) return false;
    for (std::uint32_t region = 0; region < pending_.size(); ++region) {
        if (pending_[region] == 0) continue;
        if (changed_.size() >= regions_per_update) break;
        read_region(state, region);
        sum_region(region);
        pending_[region] = 0;
        --pending_count_;
        changed_.push_back(region);
    }
    return pending_count_ > 0;
}

void FrameMap::start(const BuddyState& state) {
    const Pfn frames = state.frame_count();
    const std::size_t regions = (frames + region_frames - 1) / region_frames;
    codes_.assign(frames, make_code(FrameClass::absent, Migratetype::unmovable));
    groups_.assign(regions * region_frames / group_frames, 0);
    whole_.assign(regions, 0);
    pending_.assign(regions, 1);
    pending_count_ = regions;
    seen_ = state.frames;
    everything_changed_ = true;
}

void FrameMap::set_palette(const Palette& palette) {
    palette_ = &palette;
    for (unsigned code = 0; code < code_count; ++code)
        sums_[code] = colour_sum(plain_colour(palette, static_cast<FrameCode>(code)));
    for (std::uint32_t region = 0; region < whole_.size(); ++region) sum_region(region);
    everything_changed_ = true;
}

bool FrameMap::region_shared(const BuddyState& state, std::uint32_t region) const {
    constexpr std::size_t chunks = region_frames / ChunkArray<PageFrame>::entries_per_chunk;
    const std::size_t end = std::min((region + 1) * chunks, seen_.chunk_count());
    for (std::size_t chunk = region * chunks; chunk < end; ++chunk)
        if (!seen_.shares_chunk(state.frames, chunk)) return false;
    return true;
}

void FrameMap::find_pending(const BuddyState& state) {
    bool changed = false;
    for (std::uint32_t region = 0; region < pending_.size(); ++region) {
        if (region_shared(state, region)) continue;
        changed = true;
        if (pending_[region] != 0) continue;
        pending_[region] = 1;
        ++pending_count_;
    }
    if (changed) seen_ = state.frames;
}

void FrameMap::read_region(const BuddyState& state, std::uint32_t region) {
    const Pfn first = region * region_frames;
    const Pfn end = std::min(first + region_frames, frame_count());
    for (Pfn pfn = first; pfn < end;) {
        const PageFrame& head = state.frames[pfn];
        const FrameCode code = code_of(head);
        const Pfn frames = has_order(head.kind) ? std::min(frames_in(head.order), end - pfn) : 1;
        std::memset(&codes_[pfn], code, frames);
        codes_[pfn] |= starts_block;
        pfn += frames;
    }
    const PageFrame& head = state.frames[first];
    const bool one_block = has_order(head.kind) && head.order == largest_order;
    const bool all_absent = head.kind == FrameKind::absent &&
                            std::all_of(&codes_[first], &codes_[first] + (end - first),
                                        [](FrameCode code) { return class_of(code) == FrameClass::absent; });
    whole_[region] = one_block || all_absent ? 1 : 0;
}

void FrameMap::sum_region(std::uint32_t region) {
    const Pfn first = region * region_frames;
    const Pfn end = std::min(first + region_frames, frame_count());
    ColourSum* out = &groups_[first / group_frames];
    if (whole_[region] != 0 && end - first == region_frames) {
        std::fill_n(out, region_frames / group_frames, sums_[codes_[first] & code_mask] * group_frames);
        return;
    }
    for (Pfn pfn = first; pfn < end; pfn += group_frames) {
        ColourSum sum = 0;
        const Pfn group_end = std::min(pfn + group_frames, end);
        for (Pfn at = pfn; at < group_end; ++at) sum += sums_[codes_[at] & code_mask];
        *out++ = sum;
    }
}

}  // namespace pageframe::ui
