// /proc/buddyinfo and the two indices of debugfs: one line per zone with memory, one column per order
// (frag_show_print(), unusable_show_print(), extfrag_show_print()).
#include "engine/buddy/fragmentation.h"
#include "engine/proc/print.h"
#include "engine/proc/proc.h"

namespace pageframe {
namespace {

/// walk_zones_in_node() over all nodes, the zones with memory only; `column` prints one order's value.
template <class Column>
std::string line_per_zone(const State& state, Column column) {
    std::string text;
    for (unsigned node = 0; node < state.buddy.node_count; ++node) {
        for (const Zone& zone : state.buddy.zones) {
            if (zone.node != node || zone.present == 0) continue;
            print(text, "Node %u, zone %8s ", node, zone_kind_name(zone.kind));
            for (Order order = 0; order < order_count; ++order) column(text, zone, order);
            text += '\n';
        }
    }
    return text;
}

}  // namespace

std::string buddyinfo(const State& state) {
    return line_per_zone(state, [](std::string& text, const Zone& zone, Order order) {
        print(text, "%6u ", zone.free_area[order].nr_free);
    });
}

std::string unusable_index(const State& state) {
    return line_per_zone(state, [](std::string& text, const Zone& zone, Order order) {
        const int index = unusable_free_index(zone, order);
        print(text, "%d.%03d ", index / 1000, index % 1000);
    });
}

std::string extfrag_index(const State& state) {
    return line_per_zone(state, [](std::string& text, const Zone& zone, Order order) {
        const int index = fragmentation_index(zone, order);
        print(text, "%2d.%03d ", index / 1000, index % 1000);
    });
}

}  // namespace pageframe
