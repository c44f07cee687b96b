// /proc/vmallocinfo: s_show(), show_numa_info() and show_purge_info() of mm/vmalloc.c.
//
// The caller's symbol is the scenario's: there is no other code that could have called. Operation n stands
// as scenario+n, counted from 1; what a recording brought with it has no caller.
#include "engine/core/address_text.h"
#include "engine/proc/print.h"
#include "engine/proc/proc.h"

namespace pageframe {

namespace {

void print_range(std::string& text, const VmapArea& area) {
    text += "0x" + hex_address(area.start) + "-0x" + hex_address(area.end);
    print(text, " %7llu", static_cast<unsigned long long>(area.bytes()));
}

/// Frames per node, as far as they are mapped.
void print_nodes(std::string& text, const State& state, const VmapArea& area) {
    std::vector<std::uint64_t> frames(state.buddy.node_count, 0);
    const Pfn top = top_of(state.paging, kernel_space);
    const std::uint64_t end = area.start + (std::uint64_t{area.pages} << page_shift);
    for (std::uint64_t at = area.start; at < end; at += page_size) {
        const WalkResult found = walk_tables(state.paging, top, at);
        if (found.present && found.pfn < state.buddy.frame_count())
            ++frames[state.buddy.zones[state.buddy.zone_of(found.pfn)].node];
    }
    for (std::size_t node = 0; node < frames.size(); ++node)
        if (frames[node] != 0) print(text, " N%zu=%llu", node, static_cast<unsigned long long>(frames[node]));
}

void print_area(std::string& text, const State& state, const VmapArea& area) {
    print_range(text, area);
    if (!area.has_vm) {
        text += " vm_map_ram\n";
        return;
    }
    if (area.operation != no_operation) print(text, " scenario+%u", area.operation + 1);
    if (area.pages != 0) print(text, " pages=%u", area.pages);
    if (area.flags & vm::ioremap) text += " ioremap";
    if (area.flags & vm::alloc) text += " vmalloc";
    if (area.flags & vm::map) text += " vmap";
    if (area.flags & vm::usermap) text += " user";
    if (area.page_array != no_vmap_area) text += " vpages";
    if (!(area.flags & vm::uninitialized)) print_nodes(text, state, area);
    text += '\n';
}

}  // namespace

std::string vmallocinfo(const State& state) {
    std::string text;
    const VmallocState& vmalloc = state.vmalloc;
    for (AreaIndex at = first_area(vmalloc, AreaTree::busy); at != no_vmap_area; at = next_area(vmalloc, at))
        print_area(text, state, vmalloc.areas[at]);
    // The kernel prints these with the last busy area; without one it does not get there.
    if (vmalloc.count(AreaTree::busy) == 0) return text;
    for (AreaIndex at = first_area(vmalloc, AreaTree::lazy); at != no_vmap_area; at = next_area(vmalloc, at)) {
        print_range(text, vmalloc.areas[at]);
        text += " unpurged vm_area\n";
    }
    return text;
}

}  // namespace pageframe
