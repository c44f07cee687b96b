// Conversions between page frame numbers, struct page *, virtual and physical addresses, and the small
// arithmetic that goes with them (arch/x86/include/asm/page.h, include/linux/mm.h, align.h, log2.h).
// They compute; nothing of them is an operation, but for a word where the result is of no use.
#include <bit>

#include "engine/core/address_text.h"
#include "engine/paging/layout.h"
#include "engine/scenario/calls.h"

namespace pageframe::scenario {

namespace {

using enum ParameterKind;

Value like(Value source, std::uint64_t bits) {
    source.bits = bits;
    return source;
}

Value plain(std::uint64_t bits) {
    Value value;
    value.bits = bits;
    return value;
}

bool is_page(CallContext& context, const char* function, Value page) {
    if (is_page_address(page.bits)) return true;
    context.fail(std::string(function) + "() of " +
                 (page.bits == 0 ? "NULL" : "what is not the address of a struct page"));
    return false;
}

/// Without CONFIG_DEBUG_VIRTUAL __phys_addr() computes and checks nothing: what is not of the direct map gives a
/// number all the same. The run goes on with it, and the reader is told.
std::uint64_t physical_of(CallContext& context, const char* function, std::uint64_t address) {
    if (address >= layout::kernel_text) return address - layout::kernel_text;
    const std::uint64_t physical = address - page_offset;
    if (!is_direct_map_address(address))
        context.tell(std::string(function) + "(" + hex_number(address) +
                     ") is of no use: the address is not of the direct map. The kernel subtracts " +
                     hex_number(page_offset) + " all the same and gets " + hex_number(physical) +
                     (in_vmalloc(address) ? ". vmalloc_to_page() would read the page tables." : "."));
    return physical;
}

bool is_frame(CallContext& context, const char* function, std::uint64_t pfn) {
    if (pfn < no_pfn) return true;
    context.fail(std::string(function) + "() of what is beyond all physical memory");
    return false;
}

Value virt_to_phys(CallContext& context, std::span<const Value> arguments) {
    return like(arguments[0], physical_of(context, "virt_to_phys", arguments[0].bits));
}

Value phys_to_virt(CallContext& context, std::span<const Value> arguments) {
    if (!is_frame(context, "phys_to_virt", arguments[0].bits >> page_shift)) return {};
    return like(arguments[0], arguments[0].bits + page_offset);
}

Value virt_to_page(CallContext& context, std::span<const Value> arguments) {
    const std::uint64_t pfn = physical_of(context, "virt_to_page", arguments[0].bits) >> page_shift;
    return like(arguments[0], vmemmap_start + pfn * page_descriptor_size);
}

Value virt_to_pfn(CallContext& context, std::span<const Value> arguments) {
    return like(arguments[0], physical_of(context, "virt_to_pfn", arguments[0].bits) >> page_shift);
}

Value page_to_pfn(CallContext& context, std::span<const Value> arguments) {
    if (!is_page(context, "page_to_pfn", arguments[0])) return {};
    return like(arguments[0], pfn_of_page(arguments[0].bits));
}

Value pfn_to_page(CallContext& context, std::span<const Value> arguments) {
    if (!is_frame(context, "pfn_to_page", arguments[0].bits)) return {};
    return like(arguments[0], page_address_of(static_cast<Pfn>(arguments[0].bits)));
}

Value pfn_to_virt(CallContext& context, std::span<const Value> arguments) {
    if (!is_frame(context, "pfn_to_virt", arguments[0].bits)) return {};
    return like(arguments[0], direct_map_address(static_cast<Pfn>(arguments[0].bits)));
}

Value page_to_phys(CallContext& context, std::span<const Value> arguments) {
    if (!is_page(context, "page_to_phys", arguments[0])) return {};
    return like(arguments[0], std::uint64_t{pfn_of_page(arguments[0].bits)} << page_shift);
}

Value phys_to_page(CallContext& context, std::span<const Value> arguments) {
    const std::uint64_t pfn = arguments[0].bits >> page_shift;
    if (!is_frame(context, "phys_to_page", pfn)) return {};
    return like(arguments[0], page_address_of(static_cast<Pfn>(pfn)));
}

Value page_address(CallContext& context, std::span<const Value> arguments) {
    if (!is_page(context, "page_address", arguments[0])) return {};
    return like(arguments[0], direct_map_address(pfn_of_page(arguments[0].bits)));
}

// include/asm-generic/getorder.h: the result for 0 is undefined there; BITS_PER_LONG - PAGE_SHIFT.
Value get_order(CallContext&, std::span<const Value> arguments) {
    const std::uint64_t size = arguments[0].bits;
    if (size == 0) return plain(64 - page_shift);
    return plain(static_cast<std::uint64_t>(std::bit_width((size - 1) >> page_shift)));
}

Value page_align(CallContext&, std::span<const Value> arguments) {
    return like(arguments[0], (arguments[0].bits + page_size - 1) & ~(page_size - 1));
}

Value align(CallContext& context, std::span<const Value> arguments) {
    const std::uint64_t to = arguments[1].bits;
    if (!std::has_single_bit(to)) {
        context.fail("ALIGN() to what is not a power of two");
        return {};
    }
    return like(arguments[0], (arguments[0].bits + to - 1) & ~(to - 1));
}

Value align_down(CallContext& context, std::span<const Value> arguments) {
    const std::uint64_t to = arguments[1].bits;
    if (!std::has_single_bit(to)) {
        context.fail("ALIGN_DOWN() to what is not a power of two");
        return {};
    }
    return like(arguments[0], arguments[0].bits & ~(to - 1));
}

Value div_round_up(CallContext& context, std::span<const Value> arguments) {
    if (arguments[1].bits == 0) {
        context.fail("DIV_ROUND_UP() by 0");
        return {};
    }
    return plain((arguments[0].bits + arguments[1].bits - 1) / arguments[1].bits);
}

Value pfn_up(CallContext&, std::span<const Value> arguments) {
    return like(arguments[0], (arguments[0].bits + page_size - 1) >> page_shift);
}

Value pfn_down(CallContext&, std::span<const Value> arguments) {
    return like(arguments[0], arguments[0].bits >> page_shift);
}

Value pfn_phys(CallContext&, std::span<const Value> arguments) {
    return like(arguments[0], arguments[0].bits << page_shift);
}

Value bit(CallContext& context, std::span<const Value> arguments) {
    if (arguments[0].bits >= 64) {
        context.fail("BIT() of a bit beyond the 64 there are");
        return {};
    }
    return plain(1ULL << arguments[0].bits);
}

Value ilog2(CallContext& context, std::span<const Value> arguments) {
    if (arguments[0].bits == 0) {
        context.fail("ilog2() of 0");
        return {};
    }
    return plain(static_cast<std::uint64_t>(std::bit_width(arguments[0].bits)) - 1);
}

Value is_power_of_2(CallContext&, std::span<const Value> arguments) {
    return plain(std::has_single_bit(arguments[0].bits) ? 1 : 0);
}

Value roundup_pow_of_two(CallContext& context, std::span<const Value> arguments) {
    if (arguments[0].bits == 0 || arguments[0].bits > 1ULL << 63) {
        context.fail("roundup_pow_of_two() of a number that has none");
        return {};
    }
    return plain(std::bit_ceil(arguments[0].bits));
}

constexpr Parameter address_only[] = {{address, "addr"}};
constexpr Parameter page_only[] = {{page, "page"}};
constexpr Parameter pfn_only[] = {{number, "pfn"}};
constexpr Parameter phys_only[] = {{number, "phys"}};
constexpr Parameter size_only[] = {{number, "size"}};
constexpr Parameter number_only[] = {{number, "n"}};
constexpr Parameter bit_only[] = {{number, "nr"}};
constexpr Parameter number_alignment[] = {{address, "x"}, {number, "alignment"}};
constexpr Parameter number_divisor[] = {{number, "n"}, {number, "d"}};

constexpr KernelCall table[] = {
    {"virt_to_phys", types::unsigned_long, address_only, virt_to_phys},
    {"__pa", types::unsigned_long, address_only, virt_to_phys},
    {"phys_to_virt", types::void_pointer, phys_only, phys_to_virt},
    {"__va", types::void_pointer, phys_only, phys_to_virt},
    {"virt_to_page", types::page, address_only, virt_to_page},
    {"virt_to_pfn", types::unsigned_long, address_only, virt_to_pfn},
    {"page_to_pfn", types::unsigned_long, page_only, page_to_pfn},
    {"pfn_to_page", types::page, pfn_only, pfn_to_page},
    {"pfn_to_virt", types::void_pointer, pfn_only, pfn_to_virt},
    {"pfn_to_kaddr", types::void_pointer, pfn_only, pfn_to_virt},
    {"page_to_phys", types::unsigned_long, page_only, page_to_phys},
    {"phys_to_page", types::page, phys_only, phys_to_page},
    {"page_address", types::void_pointer, page_only, page_address},
    {"page_to_virt", types::void_pointer, page_only, page_address},
    {"get_order", types::int_, size_only, get_order},
    {"PAGE_ALIGN", types::unsigned_long, address_only, page_align},
    {"ALIGN", types::unsigned_long, number_alignment, align},
    {"ALIGN_DOWN", types::unsigned_long, number_alignment, align_down},
    {"DIV_ROUND_UP", types::unsigned_long, number_divisor, div_round_up},
    {"PFN_UP", types::unsigned_long, phys_only, pfn_up},
    {"PFN_DOWN", types::unsigned_long, phys_only, pfn_down},
    {"PFN_PHYS", types::unsigned_long, pfn_only, pfn_phys},
    {"BIT", types::unsigned_long, bit_only, bit},
    {"ilog2", types::int_, number_only, ilog2},
    {"is_power_of_2", types::boolean, number_only, is_power_of_2},
    {"roundup_pow_of_two", types::unsigned_long, number_only, roundup_pow_of_two},
};

}  // namespace

std::span<const KernelCall> address_calls() { return table; }

}  // namespace pageframe::scenario
