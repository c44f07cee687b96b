// The trees' mutations, for events only: red-black trees by address whose nodes are area records, with the
// rotations of lib/rbtree.c (so that their shapes are the kernel's) and the free tree's largest sizes kept.
#pragma once

#include "engine/vmalloc/vmalloc.h"

namespace pageframe {

/// A record that no tree uses; the one given back last comes first.
AreaIndex take_area_record(VmallocState& state);
/// The one that take_area_record() would take.
AreaIndex next_area_record(const VmallocState& state);
void give_back_area_record(VmallocState& state, AreaIndex area);

/// Puts a record whose start and end are set into a tree.
void insert_area(VmallocState& state, AreaTree tree, AreaIndex area);
void remove_area(VmallocState& state, AreaIndex area);
/// merge_or_add_vmap_area(): joins a record of no tree to its neighbours in `tree` that it touches, or puts
/// it in. Records that became part of another are given back. Returns the area it is in now.
AreaIndex merge_or_add_area(VmallocState& state, AreaTree tree, AreaIndex area);
/// adjust_va_to_fit_type(): takes [start, start + bytes) out of a free area; the rest stays free.
void cut_free_area(VmallocState& state, AreaIndex area, std::uint64_t start, std::uint64_t bytes);

}  // namespace pageframe
