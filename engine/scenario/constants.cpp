// GFP flags come from the engine's own table; the rest stands here.
#include "engine/scenario/constants.h"

#include "engine/core/gfp.h"
#include "engine/core/types.h"
#include "engine/paging/layout.h"
#include "engine/scenario/values.h"

namespace pageframe::scenario {

namespace {

using namespace types;

constexpr std::uint64_t minus(std::uint64_t value) { return 0 - value; }

constexpr Constant constants[] = {
    {"NULL", void_pointer, 0},
    {"true", boolean, 1},
    {"false", boolean, 0},
    // pages and blocks
    {"PAGE_SIZE", unsigned_long, page_size},
    {"PAGE_SHIFT", int_, page_shift},
    {"PAGE_MASK", unsigned_long, ~(page_size - 1)},
    {"MAX_ORDER", int_, order_count},
    {"MAX_ORDER_NR_PAGES", int_, 1ULL << largest_order},
    {"pageblock_order", int_, pageblock_order},
    {"pageblock_nr_pages", unsigned_long, pageblock_frames},
    {"HPAGE_PMD_ORDER", int_, 9},
    {"PMD_SHIFT", int_, 21},
    {"PMD_SIZE", unsigned_long, 1ULL << 21},
    {"PUD_SHIFT", int_, 30},
    {"PUD_SIZE", unsigned_long, 1ULL << 30},
    {"PAGE_OFFSET", unsigned_long, page_offset},
    {"VMEMMAP_START", unsigned_long, vmemmap_start},
    {"VMALLOC_START", unsigned_long, layout::vmalloc_start},
    {"VMALLOC_END", unsigned_long, layout::vmalloc_end},
    {"PAGE_KERNEL", unsigned_long, pte::kernel},
    {"PAGE_KERNEL_RO", unsigned_long, pte::kernel_read_only},
    {"PAGE_KERNEL_EXEC", unsigned_long, pte::kernel_execute},
    {"PAGE_KERNEL_ROX", unsigned_long, pte::kernel_read_execute},
    {"PAGE_SHARED", unsigned_long, pte::user_page},
    {"PAGE_READONLY", unsigned_long, pte::user_read_only},
    {"VM_IOREMAP", unsigned_long, 0x01},
    {"VM_ALLOC", unsigned_long, 0x02},
    {"VM_MAP", unsigned_long, 0x04},
    {"VM_USERMAP", unsigned_long, 0x08},
    {"VM_MAP_PUT_PAGES", unsigned_long, 0x200},
    {"NUMA_NO_NODE", int_, minus(1)},
    {"PAGE_ALLOC_COSTLY_ORDER", int_, 3},
    {"KMALLOC_MAX_SIZE", unsigned_long, 1ULL << 22},
    {"KMALLOC_MAX_CACHE_SIZE", unsigned_long, 1ULL << 13},
    {"ARCH_KMALLOC_MINALIGN", unsigned_long, 8},
    {"L1_CACHE_BYTES", int_, 64},
    // include/linux/slab.h
    {"SLAB_CONSISTENCY_CHECKS", unsigned_int, 0x100},
    {"SLAB_RED_ZONE", unsigned_int, 0x400},
    {"SLAB_POISON", unsigned_int, 0x800},
    {"SLAB_HWCACHE_ALIGN", unsigned_int, 0x2000},
    {"SLAB_CACHE_DMA", unsigned_int, 0x4000},
    {"SLAB_CACHE_DMA32", unsigned_int, 0x8000},
    {"SLAB_STORE_USER", unsigned_int, 0x10000},
    {"SLAB_RECLAIM_ACCOUNT", unsigned_int, 0x20000},
    {"SLAB_TEMPORARY", unsigned_int, 0x20000},
    {"SLAB_PANIC", unsigned_int, 0x40000},
    {"SLAB_TYPESAFE_BY_RCU", unsigned_int, 0x80000},
    {"SLAB_MEM_SPREAD", unsigned_int, 0x100000},
    {"SLAB_TRACE", unsigned_int, 0x200000},
    {"SLAB_NOLEAKTRACE", unsigned_int, 0x800000},
    {"SLAB_ACCOUNT", unsigned_int, 0x4000000},
    // include/linux/sizes.h
    {"SZ_512", int_, 0x200},
    {"SZ_1K", int_, 0x400},
    {"SZ_2K", int_, 0x800},
    {"SZ_4K", int_, 0x1000},
    {"SZ_8K", int_, 0x2000},
    {"SZ_16K", int_, 0x4000},
    {"SZ_32K", int_, 0x8000},
    {"SZ_64K", int_, 0x10000},
    {"SZ_128K", int_, 0x20000},
    {"SZ_256K", int_, 0x40000},
    {"SZ_512K", int_, 0x80000},
    {"SZ_1M", int_, 0x100000},
    {"SZ_2M", int_, 0x200000},
    {"SZ_4M", int_, 0x400000},
    {"SZ_8M", int_, 0x800000},
    {"SZ_16M", int_, 0x1000000},
    {"SZ_1G", int_, 0x40000000},
    // limits and errors
    {"INT_MAX", int_, 0x7fffffff},
    {"INT_MIN", int_, minus(0x80000000ULL)},
    {"UINT_MAX", unsigned_int, 0xffffffff},
    {"LONG_MAX", long_, 0x7fffffffffffffffULL},
    {"LONG_MIN", long_, 0x8000000000000000ULL},
    {"ULONG_MAX", unsigned_long, 0xffffffffffffffffULL},
    {"SIZE_MAX", unsigned_long, 0xffffffffffffffffULL},
    {"U32_MAX", unsigned_int, 0xffffffff},
    {"U64_MAX", unsigned_long, 0xffffffffffffffffULL},
    {"EPERM", int_, 1},
    {"ENOENT", int_, 2},
    {"EIO", int_, 5},
    {"EAGAIN", int_, 11},
    {"ENOMEM", int_, 12},
    {"EFAULT", int_, 14},
    {"EBUSY", int_, 16},
    {"ENODEV", int_, 19},
    {"EINVAL", int_, 22},
};

}  // namespace

void for_each_constant(const std::function<void(const Constant&)>& visit) {
    for (const Constant& constant : constants) visit(constant);
    for (const gfp::Name& flag : gfp::names) visit({flag.name, types::gfp, flag.flags});
}

bool find_constant(std::string_view name, Constant& found) {
    for (const Constant& constant : constants)
        if (constant.name == name) {
            found = constant;
            return true;
        }
    for (const gfp::Name& flag : gfp::names)
        if (flag.name == name) {
            found = {flag.name, types::gfp, flag.flags};
            return true;
        }
    return false;
}

}  // namespace pageframe::scenario
