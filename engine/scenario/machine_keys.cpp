// machine { key = value; ... }: the keys, their ranges, and what they set.
//
//     ram, dma_limit, dma32_limit, movable, cma, ram_above_4g    bytes, multiples of the page size
//     cpus, seed, min_free_kbytes, watermark_*, percpu_...       numbers
//     nodes        a number (memory and CPUs are dealt out evenly) or a list of bytes: { 1G, 2G }
//     distances    a list, row by row: { 10, 20, 20, 10 }
//     kernel       a string, "6.1"
//     reserve      none or kernel
//     per_cpu_lists, slab_merge, freelist_random   on or off
//     allocator    slub or slab
//     slub_min_order, slub_max_order, slub_min_objects, slub_debug   as on the kernel's command line, the last as a
//                  string; the classic SLAB does not look at them
#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/scenario/arithmetic.h"
#include "engine/scenario/check.h"

namespace pageframe::scenario {

namespace {

constexpr std::uint64_t mebibyte = 1ULL << 20;
constexpr std::uint64_t four_gibibytes = 4ULL << 30;

struct BytesKey {
    const char* name;
    std::uint64_t MachineConfiguration::* member;
    std::uint64_t least, most, multiple;
};
constexpr BytesKey bytes_keys[] = {
    {"ram", &MachineConfiguration::ram_bytes, mebibyte, largest_ram_bytes, page_size},
    {"dma_limit", &MachineConfiguration::dma_limit, 0, four_gibibytes, page_size},
    {"dma32_limit", &MachineConfiguration::dma32_limit, 0, four_gibibytes, page_size},
    {"movable", &MachineConfiguration::movable_bytes, 0, largest_ram_bytes, page_size},
    {"ram_above_4g", &MachineConfiguration::ram_above_4g, 0, largest_ram_bytes, page_size},
    // CMA_MIN_ALIGNMENT_BYTES is a pageblock.
    {"cma", &MachineConfiguration::cma_bytes, 0, largest_ram_bytes, page_size << pageblock_order},
};

struct NumberKey {
    const char* name;
    std::int64_t MachineConfiguration::* member;
    std::int64_t least, most;
};
// The ranges of kernel/sysctl.c.
constexpr NumberKey number_keys[] = {
    {"min_free_kbytes", &MachineConfiguration::min_free_kbytes, 0, 0x7fffffff},
    {"watermark_scale_factor", &MachineConfiguration::watermark_scale_factor, 1, 3000},
    {"watermark_boost_factor", &MachineConfiguration::watermark_boost_factor, 0, 0x7fffffff},
    {"percpu_pagelist_high_fraction", &MachineConfiguration::percpu_pagelist_high_fraction, 0, 0x7fffffff},
};

constexpr std::string_view other_keys[] = {"cpus",      "seed",          "kernel",    "nodes",      "reserve",
                                           "distances", "per_cpu_lists", "allocator", "slab_merge", "freelist_random",
                                           "tlb",       "itlb",          "dtlb",      "stlb",       "tlb_replacement",
                                           "pcid",      "walk_cache",    "slub_debug"};
constexpr std::string_view known_kernels[] = {"6.1"};

std::string size_text(std::uint64_t bytes) {
    constexpr char units[] = {'G', 'M', 'K'};
    for (unsigned i = 0; i < 3; ++i)
        if (const unsigned shift = 30 - 10 * i; bytes != 0 && bytes % (1ULL << shift) == 0)
            return std::to_string(bytes >> shift) + units[i];
    return std::to_string(bytes);
}

class MachineReader {
public:
    MachineReader(Syntax& syntax, Diagnostics& diagnostics)
        : syntax_(syntax), diagnostics_(diagnostics), checker_(syntax, diagnostics) {}

    MachineConfiguration run() {
        std::vector<NameId> seen;
        for (const MachineEntry& entry : syntax_.machine) {
            if (std::find(seen.begin(), seen.end(), entry.key) != seen.end())
                diagnostics_.error(entry.place, quoted(entry) + " stands twice");
            else
                seen.push_back(entry.key);
            if (entry.value != none) read(entry);
            if (diagnostics_.full()) break;
        }
        deal_out();
        consistent();
        finish_tlb();
        return result_;
    }

private:
    const std::string& text(NameId name) const { return syntax_.names[name]; }
    std::string quoted(const MachineEntry& entry) const { return "'" + text(entry.key) + "'"; }

    void read(const MachineEntry& entry) {
        const std::string& key = text(entry.key);
        for (const BytesKey& row : bytes_keys)
            if (key == row.name) {
                read_bytes(entry, row);
                return;
            }
        for (const NumberKey& row : number_keys)
            if (key == row.name) {
                read_number(entry, row);
                return;
            }
        std::uint64_t value = 0;
        for (const SlubNumber& row : slub_numbers)
            if (key == row.name) {
                if (number(entry, entry.value, 0, row.most, value))
                    result_.slub.*row.member = static_cast<std::uint32_t>(value);
                return;
            }
        if (key == "cpus") {
            if (number(entry, entry.value, 1, largest_cpu_count, value))
                result_.cpus = static_cast<std::uint8_t>(value);
        } else if (key == "seed") {
            if (constant(entry.value, value)) result_.seed = value;
        } else if (key == "kernel") {
            read_kernel(entry);
        } else if (key == "nodes") {
            read_nodes(entry);
        } else if (key == "distances") {
            read_distances(entry);
        } else if (key == "reserve") {
            if (bool on = false; word(entry, "none", "kernel", on))
                result_.reserve = on ? MachineConfiguration::Reserve::kernel : MachineConfiguration::Reserve::none;
        } else if (key == "per_cpu_lists") {
            word(entry, "off", "on", result_.per_cpu_lists);
        } else if (key == "slab_merge") {
            word(entry, "off", "on", result_.slab_merge);
        } else if (key == "freelist_random") {
            word(entry, "off", "on", result_.freelist_random);
        } else if (key == "slub_debug") {
            read_slub_debug(entry);
        } else if (key == "allocator") {
            if (bool classic = false; word(entry, "slub", "slab", classic))
                result_.allocator =
                    classic ? MachineConfiguration::Allocator::slab : MachineConfiguration::Allocator::slub;
        } else if (key == "tlb") {
            read_tlb_preset(entry);
        } else if (key == "itlb" || key == "dtlb" || key == "stlb") {
            read_tlb_geometry(entry, key == "itlb" ? 0 : key == "dtlb" ? 1 : 2);
        } else if (key == "tlb_replacement") {
            read_tlb_replacement(entry);
        } else if (key == "pcid") {
            word(entry, "off", "on", pcid_);
        } else if (key == "walk_cache") {
            if (bool all = false; syntax_.at(entry.value).kind != ExpressionKind::name)
                number(entry, entry.value, 0, most_walk_cache_entries, walk_cache_);
            else if (word(entry, "off", "on", all))
                walk_cache_ = all ? most_walk_cache_entries : 0;
        } else {
            unknown(entry);
        }
    }

    // -- the TLB: a processor by its name, and what is to be otherwise --------------------------------

    void read_tlb_preset(const MachineEntry& entry) {
        const Expression& value = syntax_.at(entry.value);
        std::string known;
        for (const TlbPreset& preset : tlb_presets()) {
            if (value.kind == ExpressionKind::name && text(value.name) == preset.name) {
                result_.tlb = preset.configuration;
                return;
            }
            known += (known.empty() ? "" : ", ") + std::string(preset.name);
        }
        if (value.kind != ExpressionKind::error) diagnostics_.error(value.place, "'tlb' is one of " + known);
    }

    void read_tlb_geometry(const MachineEntry& entry, std::size_t which) {
        const Expression& value = syntax_.at(entry.value);
        if (value.kind != ExpressionKind::list || value.value != 2) {
            if (value.kind != ExpressionKind::error)
                diagnostics_.error(value.place, quoted(entry) + " is entries and ways: { 64, 4 }");
            return;
        }
        std::uint64_t numbers[2] = {0, 0};
        std::size_t at = 0;
        for (ExpressionId item = value.first; item != none; item = syntax_.at(item).next)
            if (!number(entry, item, 1, most_tlb_entries, numbers[at++])) return;
        tlb_shapes_[which] =
            TlbGeometry{static_cast<std::uint32_t>(numbers[0]), static_cast<std::uint32_t>(numbers[1])};
        tlb_place_ = value.place;
    }

    void read_tlb_replacement(const MachineEntry& entry) {
        const Expression& value = syntax_.at(entry.value);
        tlb_place_ = value.place;
        if (value.kind == ExpressionKind::name && parse_replacement(text(value.name), replacement_)) return;
        if (value.kind != ExpressionKind::error)
            diagnostics_.error(value.place, quoted(entry) + " is lru, plru or random");
    }

    /// itlb, dtlb and stlb change the first-level structures for small pages, and the shared one.
    void finish_tlb() {
        TlbConfiguration changed = result_.tlb.count == 0 ? default_tlb() : result_.tlb;
        for (unsigned i = 0; i < changed.count; ++i) {
            TlbStructure& structure = changed.structures[i];
            if (!structure.takes(0)) continue;
            const std::size_t which = structure.cache_level == 2 ? 2 : structure.use == TlbUse::fetch ? 0 : 1;
            if (tlb_shapes_[which]) structure.geometry = *tlb_shapes_[which];
        }
        changed.replacement = replacement_;
        changed.pcid = pcid_;
        changed.walk_cache_entries = static_cast<std::uint8_t>(walk_cache_);
        const std::string problem = tlb_problem(changed);
        if (!problem.empty()) diagnostics_.error(tlb_place_, problem);
        if (problem.empty() && changed != default_tlb()) result_.tlb = changed;
    }

    void unknown(const MachineEntry& entry) {
        NearName near(text(entry.key));
        for (const BytesKey& row : bytes_keys) near.offer(row.name);
        for (const NumberKey& row : number_keys) near.offer(row.name);
        for (const SlubNumber& row : slub_numbers) near.offer(row.name);
        for (std::string_view key : other_keys) near.offer(key);
        diagnostics_.error(entry.place, quoted(entry) + " is not a key of the machine" + did_you_mean(near.best()),
                           near.best());
    }

    bool constant(ExpressionId id, std::uint64_t& value) {
        const Type type = checker_.expression(id);
        if (type.is_unknown()) return false;
        if (type.is_number() && fold(syntax_, id, value)) return true;
        diagnostics_.error(syntax_.at(id).place, "expected a constant number");
        return false;
    }

    bool number(const MachineEntry& entry, ExpressionId id, std::uint64_t least, std::uint64_t most,
                std::uint64_t& value) {
        if (!constant(id, value)) return false;
        if (value >= least && value <= most) return true;
        diagnostics_.error(syntax_.at(id).place, quoted(entry) + " is " + std::to_string(as_signed(value)) +
                                                     ": expected " + std::to_string(least) + " to " +
                                                     std::to_string(most));
        return false;
    }

    bool bytes(const MachineEntry& entry, ExpressionId id, const BytesKey& row, std::uint64_t& value) {
        if (!constant(id, value)) return false;
        const Place place = syntax_.at(id).place;
        if (value < row.least || value > row.most)
            diagnostics_.error(place, quoted(entry) + " is " + size_text(value) + ": expected " + size_text(row.least) +
                                          " to " + size_text(row.most));
        else if (value % row.multiple != 0)
            diagnostics_.error(place, quoted(entry) + " is " + size_text(value) + ": expected a multiple of " +
                                          size_text(row.multiple));
        else
            return true;
        return false;
    }

    void read_bytes(const MachineEntry& entry, const BytesKey& row) {
        std::uint64_t value = 0;
        if (!bytes(entry, entry.value, row, value)) return;
        result_.*row.member = value;
        if (row.member == &MachineConfiguration::ram_bytes) ram_given_ = true;
    }

    void read_number(const MachineEntry& entry, const NumberKey& row) {
        std::uint64_t value = 0;
        if (number(entry, entry.value, static_cast<std::uint64_t>(row.least), static_cast<std::uint64_t>(row.most),
                   value))
            result_.*row.member = static_cast<std::int64_t>(value);
    }

    void read_kernel(const MachineEntry& entry) {
        const Expression& value = syntax_.at(entry.value);
        std::string known;
        for (std::string_view version : known_kernels)
            known += (known.empty() ? "\"" : ", \"") + std::string(version) + '"';
        if (value.kind != ExpressionKind::string) {
            if (value.kind != ExpressionKind::error) diagnostics_.error(value.place, "'kernel' is a string: " + known);
            return;
        }
        const std::string& version = syntax_.strings[value.value];
        if (std::find(std::begin(known_kernels), std::end(known_kernels), version) == std::end(known_kernels))
            diagnostics_.error(value.place,
                               "the kernel that is modelled is " + known + ", found \"" + version.substr(0, 40) + '"');
        else
            result_.kernel = version;
    }

    void read_slub_debug(const MachineEntry& entry) {
        const Expression& value = syntax_.at(entry.value);
        if (value.kind == ExpressionKind::error) return;
        if (value.kind != ExpressionKind::string)
            return diagnostics_.error(value.place, "'slub_debug' is a string: \"FZP\", or \"FZ,dentry,kmalloc-*\"");
        const char wrong = parse_slub_debug(syntax_.strings[value.value], result_.slub.debug);
        if (wrong != '\0')
            diagnostics_.error(value.place,
                               std::string("'slub_debug' has no '") + wrong +
                                   "': expected F, Z, P, U, T, A, O or -, and names of caches after a comma");
    }

    // One of two words; also true and false, 1 and 0.
    bool word(const MachineEntry& entry, const std::string& no, const std::string& yes, bool& result) {
        const Expression& value = syntax_.at(entry.value);
        if (value.kind == ExpressionKind::name) {
            const std::string& found = text(value.name);
            if (found == no || found == "false" || found == yes || found == "true") {
                result = found == yes || found == "true";
                return true;
            }
        } else if (value.kind == ExpressionKind::number && value.value <= 1) {
            result = value.value == 1;
            return true;
        }
        if (value.kind != ExpressionKind::error)
            diagnostics_.error(value.place, quoted(entry) + " is '" + no + "' or '" + yes + "'");
        return false;
    }

    void read_nodes(const MachineEntry& entry) {
        const Expression& value = syntax_.at(entry.value);
        if (value.kind != ExpressionKind::list) {
            std::uint64_t count = 0;
            if (number(entry, entry.value, 1, largest_node_count, count)) node_count_ = count;
            return;
        }
        if (value.value < 1 || value.value > largest_node_count) {
            diagnostics_.error(value.place, "'nodes' has " + std::to_string(value.value) + " entries: expected 1 to " +
                                                std::to_string(largest_node_count));
            return;
        }
        nodes_place_ = value.place;
        for (ExpressionId item = value.first; item != none; item = syntax_.at(item).next) {
            std::uint64_t size = 0;
            const BytesKey row{"nodes", nullptr, mebibyte, largest_ram_bytes, page_size};
            if (!bytes(entry, item, row, size)) {
                node_sizes_.clear();
                return;
            }
            node_sizes_.push_back(size);
        }
    }

    void read_distances(const MachineEntry& entry) {
        const Expression& value = syntax_.at(entry.value);
        if (value.kind != ExpressionKind::list) {
            diagnostics_.error(value.place, "'distances' is a list: expected '{'");
            return;
        }
        distances_place_ = value.place;
        for (ExpressionId item = value.first; item != none; item = syntax_.at(item).next) {
            std::uint64_t distance = 0;
            if (!number(entry, item, 1, 254, distance)) return;
            result_.distances.push_back(static_cast<std::uint8_t>(distance));
            if (result_.distances.size() > largest_node_count * largest_node_count) break;
        }
    }

    // What belongs to which node: memory as listed, or evenly in steps of the largest block.
    void deal_out() {
        if (!node_sizes_.empty()) {
            std::uint64_t sum = 0;
            for (std::uint64_t size : node_sizes_) sum += size;
            if (ram_given_ && sum != result_.ram_bytes)
                diagnostics_.error(nodes_place_, "the nodes have " + size_text(sum) + " together, 'ram' is " +
                                                     size_text(result_.ram_bytes));
            else if (sum > largest_ram_bytes)
                diagnostics_.error(nodes_place_, "the nodes have " + size_text(sum) + " together: at most " +
                                                     size_text(largest_ram_bytes));
            else
                result_.ram_bytes = sum;
        } else if (node_count_ > 1) {
            const std::uint64_t step = page_size << largest_order;
            std::uint64_t share = result_.ram_bytes / node_count_;
            share -= share % (share >= step ? step : page_size);
            node_sizes_.assign(node_count_, share);
            node_sizes_.back() = result_.ram_bytes - share * (node_count_ - 1);
        }
        const std::size_t count = node_sizes_.size();
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t cpus = result_.cpus / count + (i < result_.cpus % count ? 1 : 0);
            result_.nodes.push_back({node_sizes_[i], static_cast<std::uint8_t>(cpus)});
        }
        const std::size_t nodes = std::max<std::size_t>(count, 1);
        if (!result_.distances.empty() && result_.distances.size() != nodes * nodes)
            diagnostics_.error(distances_place_, "'distances' has " + std::to_string(result_.distances.size()) +
                                                     " entries: expected " + std::to_string(nodes * nodes) + ", " +
                                                     std::to_string(nodes) + " for each node");
    }

    void consistent() {
        const auto told = [&](const char* key, const std::string& message) {
            for (const MachineEntry& entry : syntax_.machine)
                if (text(entry.key) == key) {
                    diagnostics_.error(entry.place, message);
                    return;
                }
        };
        const std::string ram = size_text(result_.ram_bytes);
        if (result_.dma32_limit != 0 && result_.dma_limit > result_.dma32_limit)
            told("dma_limit", "'dma_limit' is " + size_text(result_.dma_limit) + ", above 'dma32_limit' with " +
                                  size_text(result_.dma32_limit));
        if (result_.ram_above_4g > result_.ram_bytes)
            told("ram_above_4g", "'ram_above_4g' is more than the 'ram' of " + ram);
        if (result_.ram_above_4g != 0 && result_.ram_bytes - result_.ram_above_4g > four_gibibytes)
            told("ram_above_4g", "below 4G there would be " + size_text(result_.ram_bytes - result_.ram_above_4g));
        if (result_.movable_bytes >= result_.ram_bytes)
            told("movable", "'movable' must leave something of the 'ram' of " + ram);
        if (result_.cma_bytes >= result_.ram_bytes) told("cma", "'cma' must leave something of the 'ram' of " + ram);
    }

    Syntax& syntax_;
    Diagnostics& diagnostics_;
    Checker checker_;
    MachineConfiguration result_;
    bool ram_given_ = false;
    std::uint64_t node_count_ = 1;
    std::vector<std::uint64_t> node_sizes_;
    std::optional<TlbGeometry> tlb_shapes_[3];
    Replacement replacement_ = Replacement::true_lru;
    bool pcid_ = true;
    std::uint64_t walk_cache_ = 0;
    Place tlb_place_;
    Place nodes_place_;
    Place distances_place_;
};

}  // namespace

MachineConfiguration read_machine(Syntax& syntax, Diagnostics& diagnostics) {
    return MachineReader(syntax, diagnostics).run();
}

std::vector<std::string_view> machine_key_names() {
    std::vector<std::string_view> names;
    for (const BytesKey& row : bytes_keys) names.emplace_back(row.name);
    for (const NumberKey& row : number_keys) names.emplace_back(row.name);
    for (const SlubNumber& row : slub_numbers) names.emplace_back(row.name);
    names.insert(names.end(), std::begin(other_keys), std::end(other_keys));
    return names;
}

}  // namespace pageframe::scenario
