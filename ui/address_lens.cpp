#include "ui/address_lens.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "engine/core/address_text.h"
#include "engine/slab/slab_info.h"
#include "ui/description.h"
#include "ui/format.h"

namespace pageframe::ui {
namespace {

constexpr std::uint64_t struct_page_bytes = 64;

/// Those that somebody has: Slab::inuse counts the free ones on a CPU's own freelist too.
unsigned objects_in_use(const SlabState& slabs, SlabId id) {
    const Slab& slab = slabs.slabs[id];
    unsigned count = 0;
    for (ObjectIndex index = 0; index < slab.objects; ++index) count += slabs.object(slab, index).allocated != 0;
    return count;
}

class Looking {
public:
    Looking(const State& state, const Session& session, std::uint64_t address, SpaceId space)
        : state_(state), session_(session), address_(address), space_(space) {
        lens_.address = address;
    }

    Lens look() {
        add(grouped_address(address_), region_name(), Role::strong, address_);
        if (!is_canonical(address_)) {
            end("not an address: bits 63–48 must repeat bit 47");
            return std::move(lens_);
        }
        if (in_direct_map(address_))
            look_in_direct_map();
        else if (address_ >= layout::struct_pages && address_ < layout::struct_pages_end)
            look_at_struct_page();
        else
            look_in_tables();
        return std::move(lens_);
    }

private:
    const char* region_name() const {
        if (!is_canonical(address_)) return "not canonical";
        if (address_ < page_size) return "NULL and what is near";
        if (is_user_address(address_)) return "user space";
        if (in_direct_map(address_)) return "direct map";
        if (in_vmalloc(address_)) return "vmalloc and ioremap";
        if (address_ >= layout::struct_pages && address_ < layout::struct_pages_end) return "array of struct page";
        if (address_ >= layout::modules_start && address_ < layout::modules_end) return "modules";
        if (address_ >= layout::kernel_text) return "kernel text and data";
        return "unused by the kernel";
    }

    void add(std::string text, std::string detail, Role role = Role::plain, std::uint64_t address = no_address,
             Pfn pfn = no_pfn) {
        lens_.levels.push_back({std::move(text), std::move(detail), role, address, pfn});
    }
    void end(std::string why) { add(std::move(why), "", Role::mistake); }

    void look_in_direct_map() {
        const std::uint64_t physical = address_ - layout::direct_map;
        const std::uint64_t pfn = physical >> page_shift;
        if (pfn >= state_.buddy.frame_count() || state_.buddy.frames[pfn].kind == FrameKind::absent) {
            end("no memory at physical " + hex_number(physical).substr(2));
            return;
        }
        add("minus " + hex_address(layout::direct_map), "an offset: no tables in this model");
        look_at_frame(static_cast<Pfn>(pfn), physical);
    }

    void look_at_struct_page() {
        const std::uint64_t pfn = (address_ - layout::struct_pages) / struct_page_bytes;
        if (pfn >= state_.buddy.frame_count()) {
            end("no such page");
            return;
        }
        add("struct page of frame " + std::to_string(pfn), std::to_string(struct_page_bytes) + " bytes for each frame");
        look_at_frame(static_cast<Pfn>(pfn), std::uint64_t{pfn} << page_shift);
    }

    void look_in_tables() {
        if (in_vmalloc(address_)) look_at_area();
        WalkResult walk = walk_tables(state_.paging, top_of(state_.paging, space_), address_);
        SpaceId used = space_;
        for (SpaceId other = 0; other < state_.paging.spaces.size() && !walk.present; ++other) {
            const WalkResult found = walk_tables(state_.paging, top_of(state_.paging, other), address_);
            if (!found.present) continue;
            walk = found;
            used = other;
        }
        if (!walk.present) {
            end(walk.steps[walk.level].table == no_pfn
                    ? "nothing is mapped: there are no tables yet"
                    : std::string("nothing is mapped: ") + level_name(walk.level) + " entry " +
                          std::to_string(walk.steps[walk.level].index) + " is empty");
            return;
        }
        std::string path;
        for (Level level = top_level;; --level) {
            path += std::string(path.empty() ? "" : " › ") + level_name(level) + ' ' +
                    std::to_string(walk.steps[level].index);
            if (level == walk.level) break;
        }
        if (used != kernel_space && !(address_ >> 63)) path += " · address space " + std::to_string(used);
        add(path, std::string(page_size_name(walk.level)) + ", " + entry_text(walk.entry), Role::plain, no_address,
            walk.steps[walk.level].table);
        look_at_frame(walk.pfn, walk.physical(address_));
    }

    void look_at_area() {
        const VmallocState& vmalloc = state_.vmalloc;
        AreaIndex index = find_area(vmalloc, AreaTree::busy, address_);
        if (index == no_vmap_area) index = find_area(vmalloc, AreaTree::lazy, address_);
        if (index == no_vmap_area) {
            add("no area", "these addresses are free");
            return;
        }
        const VmapArea& area = vmalloc.areas[index];
        const bool guard = area.has_vm && !(area.flags & vm::no_guard);
        const std::uint64_t pages = (area.bytes() >> page_shift) - (guard ? 1 : 0);
        const std::uint64_t page = (address_ - area.start) >> page_shift;
        const bool known = area.operation < session_.timeline().operation_count();
        if (area.tree == AreaTree::lazy) {
            add("area, freed",
                (known ? "by operation " + std::to_string(area.operation + 1) + "; " : std::string()) +
                    "waits until the TLBs are flushed",
                Role::plain, area.start);
            return;
        }
        const std::string name = known ? session_.variable_of(area.operation) : "";
        const std::string offset = address_ == area.start ? "" : " + " + hex_number(address_ - area.start);
        std::string detail = pages_text(pages) + (guard ? " and a guard page, " : ", ");
        detail += page < pages ? "page " + std::to_string(page) : "the guard page";
        add((name.empty() ? "area" : name) + offset, detail, Role::plain, area.start);
    }

    void look_at_frame(Pfn pfn, std::uint64_t physical) {
        add("frame " + std::to_string(pfn), "physical " + hex_number(physical).substr(2), Role::taken, no_address, pfn);
        if (pfn >= state_.buddy.frame_count()) {
            end("none of this machine’s memory");
            return;
        }
        look_at_object(pfn, direct_map_of(pfn) + (physical & (page_size - 1)));
        const BlockDescription block = describe_block(state_, session_, pfn);
        const PageFrame& head = state_.buddy.frames[block.block.head];
        const bool has_order = head.kind != FrameKind::reserved && head.kind != FrameKind::absent;
        std::string what = has_order ? "order " + std::to_string(block.block.order) + ", " + frame_kind_text(block.kind)
                                     : frame_kind_text(block.kind);
        if (block.kind == FrameKind::allocated_head && head.use == FrameUse::page_table) what += ", a page table";
        std::string detail = block.frames > 1 ? "frames " + std::to_string(block.block.head) + "–" +
                                                    std::to_string(block.block.head + block.frames - 1) + ", "
                                              : std::string();
        detail += block.history;
        if (!block.call.empty()) detail += ": " + block.call;
        add(what, detail, Role::plain, no_address, block.block.head);
        const Pfn pageblock = block_start(pfn, pageblock_order);
        add("pageblock " + std::to_string(pfn >> pageblock_order), migratetype_name(state_.buddy.pageblock_type(pfn)),
            Role::plain, no_address, pageblock);
        const Zone& zone = state_.buddy.zones[block.zone];
        add("zone " + std::string(zone_kind_name(zone.kind)), "node " + std::to_string(zone.node));
    }

    std::string operation_text(OperationNumber number) const {
        if (number >= session_.timeline().operation_count()) return "before the run";
        return "by operation " + std::to_string(number + 1) + ": " + session_.call_text(number);
    }

    void look_at_object(Pfn pfn, std::uint64_t direct) {
        const SlabState& slabs = state_.slab;
        const SlabId id = slabs.slab_at(pfn);
        if (id == no_slab) return;
        const Slab& slab = slabs.slabs[id];
        const KmemCache& cache = slabs.caches[slab.cache];
        const ObjectReference reference = object_around(slabs, direct);
        if (reference.index == no_object) {
            add("beside the objects", "what is left over in the slab");
        } else {
            const SlabObject& object = slabs.object(slab, reference.index);
            const std::uint64_t start = object_address(slabs, reference);
            std::string name = "object " + std::to_string(reference.index);
            if (direct != start && direct > start) name += " + " + hex_number(direct - start);
            std::string detail = object.allocated ? "taken " + operation_text(object.allocated_by)
                                 : object.freed_by != no_operation
                                     ? "free, given back " + operation_text(object.freed_by)
                                     : "free";
            add(name, detail, Role::plain, start);
        }
        add("slab of " + std::string(cache.name_text()),
            (is_quarantined(slabs, id) ? "out of use: all " + std::to_string(slab.objects) + " objects marked used, "
                                       : std::to_string(objects_in_use(slabs, id)) + " of " +
                                             std::to_string(slab.objects) + " objects in use, ") +
                std::to_string(cache.geometry.size) + " bytes each",
            Role::plain, no_address, slab.pfn);
    }

    const State& state_;
    const Session& session_;
    std::uint64_t address_;
    SpaceId space_;
    Lens lens_;
};

/// Letters and digits, in lower case; spaces and underscores between groups are left out.
std::string condensed(std::string_view text) {
    std::string result;
    for (const char c : text)
        if (!std::isspace(static_cast<unsigned char>(c)) && c != '_' && c != '`')
            result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

bool take_prefix(std::string& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.erase(0, prefix.size());
    return true;
}

bool read_number(std::string_view digits, int base, std::uint64_t& value) {
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
    return !digits.empty() && error == std::errc() && stop == end;
}

LensQuery frame_query(std::uint64_t pfn, const State& state) {
    if (pfn < state.buddy.frame_count()) return {direct_map_of(static_cast<Pfn>(pfn)), ""};
    return {no_address, "This machine’s frames go from 0 to " + count_text(state.buddy.frame_count() - 1) + "."};
}

/// "p", "task[3]": nothing where it is neither.
std::optional<scenario::WrittenVariable> read_variable(std::string_view text) {
    scenario::WrittenVariable written{text, text.substr(0, text.find('['))};
    if (written.name.empty() || written.name.size() == text.size()) return written;
    const std::string_view element = text.substr(written.name.size() + 1);
    if (!element.ends_with(']') || !read_number(element.substr(0, element.size() - 1), 10, written.element))
        return std::nullopt;
    return written;
}

/// What a variable holds as an address: of a struct page its page's in the direct map.
LensQuery address_in(const std::string& name, const scenario::VariableValue& value) {
    using Kind = scenario::VariableValue::Kind;
    if (value.kind == Kind::array)
        return {no_address, name + ": its elements are 0 to " + count_text(value.bits - 1) + "."};
    if (value.kind == Kind::no_value) return {no_address, name + " has no value at this step."};
    if (value.type.is_number() && scenario::width_of(value.type.base) < 64)
        return {no_address, name + " is a number: " + std::to_string(static_cast<std::int64_t>(value.bits)) + "."};
    if (!value.type.is_page() || value.bits < layout::struct_pages || value.bits >= layout::struct_pages_end)
        return {value.bits, ""};
    return {direct_map_of(static_cast<Pfn>((value.bits - layout::struct_pages) / struct_page_bytes)), ""};
}

/// "p", "task[3]", "v + 0x1234": what a variable holds at this step, and bytes behind it.
std::optional<LensQuery> variable_query(std::string_view typed, const Session& session) {
    const std::size_t plus = std::min(typed.find('+'), typed.size());
    std::string name;
    for (const char c : typed.substr(0, plus))
        if (!std::isspace(static_cast<unsigned char>(c))) name += c;
    const auto written = read_variable(name);
    if (!written) return std::nullopt;
    const scenario::VariableValue value = session.value_of(*written);
    if (value.kind == scenario::VariableValue::Kind::unknown || value.type.is_cache()) return std::nullopt;
    LensQuery query = address_in(name, value);
    std::uint64_t offset = 0;
    if (plus == typed.size() || !query.problem.empty()) return query;
    std::string digits = condensed(typed.substr(plus + 1));
    const bool hex = take_prefix(digits, "0x");
    if (!read_number(digits, hex ? 16 : 10, offset)) return LensQuery{no_address, "After “+” comes a number of bytes."};
    query.address += offset;
    return query;
}

}  // namespace

LensQuery read_lens_query(std::string_view typed, const State& state, const Session& session) {
    if (const auto query = variable_query(typed, session)) return *query;
    std::string text = condensed(typed);
    std::uint64_t value = 0;
    if (text.empty()) return {no_address, "Type an address, or “pfn 4098”."};
    if (take_prefix(text, "pfn") || take_prefix(text, "frame")) {
        const bool hex = take_prefix(text, "0x");
        if (!read_number(text, hex ? 16 : 10, value)) return {no_address, "After “pfn” comes a number."};
        return frame_query(value, state);
    }
    if (take_prefix(text, "phys")) {
        take_prefix(text, "0x");
        if (!read_number(text, 16, value)) return {no_address, "After “phys” comes a number of base 16."};
        LensQuery query = frame_query(value >> page_shift, state);
        if (query.problem.empty()) query.address += value & (page_size - 1);
        return query;
    }
    const bool prefixed = take_prefix(text, "0x");
    const bool decimal = !prefixed && text.size() <= 10 && std::all_of(text.begin(), text.end(), [](char c) {
        return std::isdigit(static_cast<unsigned char>(c));
    });
    if (decimal && read_number(text, 10, value)) return frame_query(value, state);
    if (text.size() > 16) return {no_address, "An address has 16 digits of base 16 at most."};
    if (!read_number(text, 16, value))
        return {no_address, "That is no address: base 16, as in ffffc90000001234, “pfn 4098”, or a variable in scope "
                            "at this step."};
    return {value, ""};
}

Lens look_through(const State& state, const Session& session, std::uint64_t address, SpaceId space) {
    return Looking(state, session, address, space).look();
}

std::uint64_t address_to_look_at(const Playback& playback, const Highlighting& highlight, const SlabFocus& slabs) {
    if (!highlight.looks_at_step() && highlight.selected_address() == no_address &&
        highlight.selected_frame() != no_pfn)
        return direct_map_of(highlight.selected_frame());
    const Access access = access_of(playback, highlight);
    if (access.source == AddressSource::selected || access.source == AddressSource::step) return access.address;
    // A step of the slab allocator is about an object, one of the page allocator about a frame.
    const SlabState& state = playback.state().slab;
    if (slabs.step_object().slab < state.slab_limit) return object_address(state, slabs.step_object());
    const FrameSpan place = highlight.step_place();
    return place.pfn != no_pfn ? direct_map_of(place.pfn) : access.address;
}

}  // namespace pageframe::ui
