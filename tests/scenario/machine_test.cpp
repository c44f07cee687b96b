// machine { }: keys, ranges and what follows from them.
#include "tests/scenario/fake_target.h"

namespace pageframe::testing {
namespace {

MachineConfiguration machine_of(const std::string& keys) {
    const Scenario scenario = Scenario::read("machine { " + keys + " }");
    EXPECT_EQ(errors_of("machine { " + keys + " }"), "");
    return scenario.machine();
}

std::string machine_errors(const std::string& keys) { return errors_of("machine { " + keys + " }"); }

TEST(ScenarioMachine, DefaultsWithoutABlock) {
    const MachineConfiguration machine = Scenario::read("note(\"\");").machine();
    EXPECT_EQ(machine.ram_bytes, 64ULL << 20);
    EXPECT_EQ(machine.cpus, 1);
    EXPECT_TRUE(machine.nodes.empty());
}

TEST(ScenarioMachine, AllKeys) {
    const MachineConfiguration machine = machine_of(
        "ram = 8G; cpus = 4; seed = 7; kernel = \"6.1\"; cma = 16M; movable = 1G; dma_limit = 8M; dma32_limit = 2G;"
        "ram_above_4g = 4G; reserve = kernel; per_cpu_lists = off; min_free_kbytes = 1024;"
        "watermark_scale_factor = 20; watermark_boost_factor = 0; percpu_pagelist_high_fraction = 8;");
    EXPECT_EQ(machine.ram_bytes, 8ULL << 30);
    EXPECT_EQ(machine.cpus, 4);
    EXPECT_EQ(machine.seed, 7U);
    EXPECT_EQ(machine.kernel, "6.1");
    EXPECT_EQ(machine.cma_bytes, 16ULL << 20);
    EXPECT_EQ(machine.movable_bytes, 1ULL << 30);
    EXPECT_EQ(machine.dma_limit, 8ULL << 20);
    EXPECT_EQ(machine.dma32_limit, 2ULL << 30);
    EXPECT_EQ(machine.ram_above_4g, 4ULL << 30);
    EXPECT_EQ(machine.reserve, MachineConfiguration::Reserve::kernel);
    EXPECT_FALSE(machine.per_cpu_lists);
    EXPECT_EQ(machine.min_free_kbytes, 1024);
    EXPECT_EQ(machine.watermark_scale_factor, 20);
    EXPECT_EQ(machine.watermark_boost_factor, 0);
    EXPECT_EQ(machine.percpu_pagelist_high_fraction, 8);
}

TEST(ScenarioMachine, TheKernelsCommandLineForSlub) {
    const MachineConfiguration machine =
        machine_of("slub_min_order = 1; slub_max_order = 4; slub_min_objects = 20; slub_debug = \"FZ,dentry\";");
    EXPECT_EQ(machine.slub.min_order, 1U);
    EXPECT_EQ(machine.slub.max_order, 4U);
    EXPECT_EQ(machine.slub.min_objects, 20U);
    EXPECT_EQ(machine.slub.debug.blocks, "FZ,dentry");
    EXPECT_EQ(machine_of("ram = 64M;").slub, SlubOptions{});
    EXPECT_EQ(machine_errors("slub_max_order = 11;"), "1:28: 'slub_max_order' is 11: expected 0 to 10\n");
    EXPECT_EQ(machine_errors("slub_min_objects = 20000;"), "1:30: 'slub_min_objects' is 20000: expected 0 to 16384\n");
    EXPECT_EQ(machine_errors("slub_debug = \"FZX\";"),
              "1:24: 'slub_debug' has no 'X': expected F, Z, P, U, T, A, O or -, and names of caches after a comma\n");
    EXPECT_EQ(machine_errors("slub_debug = on;"),
              "1:24: 'slub_debug' is a string: \"FZP\", or \"FZ,dentry,kmalloc-*\"\n");
    EXPECT_EQ(machine_errors("slub_min_ordr = 1;"),
              "1:11: 'slub_min_ordr' is not a key of the machine: did you mean slub_min_order?\n");
}

TEST(ScenarioMachine, ValuesAreExpressions) {
    EXPECT_EQ(machine_of("ram = 4 * 8M;").ram_bytes, 32ULL << 20);
    EXPECT_EQ(Scenario::read("#define RAM 128M\nmachine { ram = RAM; }").machine().ram_bytes, 128ULL << 20);
    EXPECT_EQ(machine_of("ram = 4096 * PAGE_SIZE;").ram_bytes, 16ULL << 20);
}

TEST(ScenarioMachine, Nodes) {
    const MachineConfiguration even = machine_of("ram = 64M; cpus = 3; nodes = 2;");
    ASSERT_EQ(even.nodes.size(), 2U);
    EXPECT_EQ(even.nodes[0].ram_bytes, 32ULL << 20);
    EXPECT_EQ(even.nodes[1].ram_bytes, 32ULL << 20);
    EXPECT_EQ(even.nodes[0].cpus, 2);
    EXPECT_EQ(even.nodes[1].cpus, 1);
    const MachineConfiguration listed = machine_of("nodes = { 32M, 96M }; distances = { 10, 21, 21, 10 };");
    EXPECT_EQ(listed.ram_bytes, 128ULL << 20);
    EXPECT_EQ(listed.nodes[1].ram_bytes, 96ULL << 20);
    EXPECT_EQ(listed.distances.size(), 4U);
    EXPECT_TRUE(machine_of("nodes = 1;").nodes.empty());
    EXPECT_EQ(machine_errors("ram = 64M; nodes = {16M, 16M};"), "1:30: the nodes have 32M together, 'ram' is 64M\n");
    EXPECT_EQ(machine_errors("nodes = 5;"), "1:19: 'nodes' is 5: expected 1 to 4\n");
    EXPECT_EQ(machine_errors("distances = {10, 20};"),
              "1:23: 'distances' has 2 entries: expected 1, 1 for each node\n");
}

TEST(ScenarioMachine, TheCacheOfUpperTablesIsANumberOrAWord) {
    EXPECT_EQ(machine_of("walk_cache = 4;").tlb.walk_cache_entries, 4);
    EXPECT_EQ(machine_of("walk_cache = on;").tlb.walk_cache_entries, most_walk_cache_entries);
    EXPECT_EQ(machine_of("walk_cache = off; pcid = on;").tlb.walk_cache_entries, 0);
    EXPECT_EQ(machine_errors("walk_cache = maybe;"), "1:24: 'walk_cache' is 'off' or 'on'\n");
}

TEST(ScenarioMachine, WaysThatATreeCannotHaveAreNamedWithTheirKey) {
    EXPECT_EQ(machine_errors("tlb_replacement = plru;"),
              "1:29: second-level TLB for 4 KiB and 2 MiB: 1536 entries in 12 ways: tree pseudo-LRU needs 1, 2, 4, "
              "8, 16 or 32 ways, as with stlb = { 1536, 8 }\n");
    machine_of("tlb_replacement = plru; stlb = { 1536, 8 };");
    EXPECT_NE(machine_errors("tlb_replacement = plru; dtlb = { 6, 6 };").find("as with dtlb = { 6, 2 }"),
              std::string::npos)
        << "4 ways do not divide 6 entries";
    EXPECT_EQ(machine_errors("dtlb = { 64, 5 };").find("as with"), std::string::npos);
}

TEST(ScenarioMachine, Errors) {
    EXPECT_EQ(machine_errors("rma = 64M;"), "1:11: 'rma' is not a key of the machine: did you mean ram?\n");
    EXPECT_EQ(machine_errors("ram = 64M; ram = 1G;"), "1:22: 'ram' stands twice\n");
    EXPECT_EQ(machine_errors("ram = 4K;"), "1:17: 'ram' is 4K: expected 1M to 16G\n");
    EXPECT_EQ(machine_errors("ram = 17G;"), "1:17: 'ram' is 17G: expected 1M to 16G\n");
    EXPECT_EQ(machine_errors("ram = 2M + 1;"), "1:20: 'ram' is 2097153: expected a multiple of 4K\n");
    EXPECT_EQ(machine_errors("cpus = 0; cpus = 65;"),
              "1:18: 'cpus' is 0: expected 1 to 64\n1:21: 'cpus' stands twice\n1:28: 'cpus' is 65: expected 1 to 64\n");
    EXPECT_EQ(machine_errors("cpus = \"2\";"), "1:18: expected a constant number\n");
    EXPECT_EQ(machine_errors("kernel = \"5.15\";"), "1:20: the kernel that is modelled is \"6.1\", found \"5.15\"\n");
    EXPECT_EQ(machine_errors("kernel = 6;"), "1:20: 'kernel' is a string: \"6.1\"\n");
    EXPECT_EQ(machine_errors("reserve = some;"), "1:21: 'reserve' is 'none' or 'kernel'\n");
    EXPECT_EQ(machine_errors("cma = 3M;"), "1:17: 'cma' is 3M: expected a multiple of 2M\n");
    EXPECT_EQ(machine_errors("ram = 64M; cma = 64M;"), "1:22: 'cma' must leave something of the 'ram' of 64M\n");
    EXPECT_EQ(machine_errors("ram = 64M cpus = 2; 3; seed 4; seed = ;"),
              "1:21: expected ';' after the value, found 'cpus'\n1:31: expected a key of the machine, found '3'\n"
              "1:39: expected '=' after the key 'seed', found '4'\n1:49: expected an expression, found ';'\n");
    EXPECT_EQ(machine_errors("ram = rand();"), "1:17: expected a constant number\n");
    EXPECT_EQ(machine_errors("ram = foo;"), "1:17: 'foo' is not declared\n");
    EXPECT_EQ(errors_of("note(\"\"); machine { ram = 64M; }"),
              "1:11: machine { } comes first, before anything that runs\n");
    EXPECT_EQ(errors_of("machine { } machine { }"), "1:13: a second machine { }: a run has one machine\n");
    EXPECT_EQ(errors_of("machine { ram = 64M;"),
              "1:21: expected '}' after the keys of the machine, found the end of the text\n");
    EXPECT_EQ(errors_of("int machine = 3; machine = 4;"), "");
}

}  // namespace
}  // namespace pageframe::testing
