// In which order nodes help one another out: what a real kernel made of its distances, and cases worked out
// from find_next_best_node() by hand.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "engine/machine/machine.h"
#include "tests/oracle_files.h"

namespace pageframe {
namespace {

using NodeOrders = std::vector<std::string>;  ///< by node: "1 2 0"

/// Nodes of 32 MiB each; the CPUs are dealt out to the first nodes.
NodeOrders orders_of(unsigned nodes, unsigned cpus, std::vector<std::uint8_t> distances) {
    MachineConfiguration configuration;
    configuration.ram_bytes = std::uint64_t{nodes} * (32U << 20);
    configuration.cpus = static_cast<std::uint8_t>(cpus);
    for (unsigned node = 0; node < nodes; ++node)
        configuration.nodes.push_back({32U << 20, static_cast<std::uint8_t>(node < cpus ? 1 : 0)});
    configuration.distances = std::move(distances);
    const State state = boot(configuration, std::make_shared<ChunkPool>());
    NodeOrders orders;
    for (const NodeZonelists& lists : state.buddy.zonelists) {
        std::string order;
        for (unsigned place = 0; place < lists.fallback.count; ++place) {
            const std::string node = std::to_string(state.buddy.zones[lists.fallback.zones[place]].node);
            if (order.empty() || order.substr(order.size() - 1) != node) order += (order.empty() ? "" : " ") + node;
        }
        orders.push_back(order);
    }
    return orders;
}

/// "ZONELIST n0 FALLBACK 1:DMA32(managed) 0:DMA(managed) 11:DMA32(managed)": zone id = 10 * node + index.
NodeOrders recorded_orders(const std::string& recording) {
    std::ifstream file(tests::oracle_path(recording));
    NodeOrders orders;
    for (std::string line; std::getline(file, line);) {
        if (line.rfind("DUMP", 0) == 0) break;
        if (line.rfind("ZONELIST", 0) != 0 || line.find("FALLBACK") == std::string::npos) continue;
        std::istringstream words(line.substr(line.find("FALLBACK") + 8));
        std::string order;
        for (std::string word; words >> word;) {
            const std::string node = std::to_string(std::stoi(word) / 10);
            if (order.empty() || order.substr(order.size() - 1) != node) order += (order.empty() ? "" : " ") + node;
        }
        orders.push_back(order);
    }
    return orders;
}

TEST(Zonelist, NodesHelpInTheOrderThatTheKernelFound) {
    const NodeOrders three = recorded_orders("linux-6.1-smp/buddy_numa3_dist_zonelists.txt");
    ASSERT_EQ(three.size(), 3U);
    EXPECT_EQ(orders_of(3, 2, {10, 20, 40, 20, 10, 15, 40, 15, 10}), three);
    const NodeOrders two = recorded_orders("linux-6.1-smp/buddy_numa2_n.txt");
    ASSERT_EQ(two.size(), 2U);
    EXPECT_EQ(orders_of(2, 2, {}), two);
}

TEST(Zonelist, OfEquallyNearNodesTheNextInNumberThenTheLeastLoaded) {
    const NodeOrders equal = {"0 1 2 3", "1 2 3 0", "2 3 0 1", "3 0 1 2"};
    EXPECT_EQ(orders_of(4, 4, {}), equal);
    EXPECT_EQ(orders_of(4, 2, {}), equal) << "nodes without CPUs are not preferred: no CPU is known yet";
}

TEST(Zonelist, OnARing) {
    const std::vector<std::uint8_t> ring = {10, 20, 30, 20, 20, 10, 20, 30, 30, 20, 10, 20, 20, 30, 20, 10};
    EXPECT_EQ(orders_of(4, 4, ring), (NodeOrders{"0 1 3 2", "1 2 0 3", "2 3 1 0", "3 0 2 1"}));
}

}  // namespace
}  // namespace pageframe
