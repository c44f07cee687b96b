// gfp_flags: what an allocation may do and where it may look (include/linux/gfp_types.h, Linux 6.1).
#pragma once

#include <string>
#include <string_view>

#include "engine/core/types.h"

namespace pageframe::gfp {

inline constexpr GfpFlags dma = 0x01, highmem = 0x02, dma32 = 0x04, movable = 0x08, reclaimable = 0x10, high = 0x20,
                          io = 0x40, fs = 0x80, zero = 0x100, atomic_context = 0x200, direct_reclaim = 0x400,
                          kswapd_reclaim = 0x800, write = 0x1000, nowarn = 0x2000, retry_mayfail = 0x4000,
                          nofail = 0x8000, noretry = 0x10000, memalloc = 0x20000, comp = 0x40000, nomemalloc = 0x80000,
                          hardwall = 0x100000, thisnode = 0x200000, account = 0x400000;

inline constexpr GfpFlags reclaim = direct_reclaim | kswapd_reclaim;
inline constexpr GfpFlags atomic = high | atomic_context | kswapd_reclaim;
inline constexpr GfpFlags kernel = reclaim | io | fs;
inline constexpr GfpFlags kernel_account = kernel | account;
inline constexpr GfpFlags nowait = kswapd_reclaim;
inline constexpr GfpFlags noio = reclaim;
inline constexpr GfpFlags nofs = reclaim | io;
inline constexpr GfpFlags user = reclaim | io | fs | hardwall;
inline constexpr GfpFlags highuser = user | highmem;
inline constexpr GfpFlags highuser_movable = highuser | movable;
inline constexpr GfpFlags transhuge_light = (highuser_movable | comp | nomemalloc | nowarn) & ~reclaim;
inline constexpr GfpFlags transhuge = transhuge_light | direct_reclaim;

struct Name {
    std::string_view name;
    GfpFlags flags;
};

/// Every name a scenario may write, the composed ones first: describe() takes the first that fit.
inline constexpr Name names[] = {
    {"GFP_TRANSHUGE", transhuge},
    {"GFP_TRANSHUGE_LIGHT", transhuge_light},
    {"GFP_HIGHUSER_MOVABLE", highuser_movable},
    {"GFP_HIGHUSER", highuser},
    {"GFP_USER", user},
    {"GFP_KERNEL_ACCOUNT", kernel_account},
    {"GFP_KERNEL", kernel},
    {"GFP_NOFS", nofs},
    {"GFP_ATOMIC", atomic},
    {"GFP_NOIO", noio},
    {"GFP_NOWAIT", nowait},
    {"GFP_DMA", dma},
    {"GFP_DMA32", dma32},
    {"__GFP_DMA", dma},
    {"__GFP_HIGHMEM", highmem},
    {"__GFP_DMA32", dma32},
    {"__GFP_MOVABLE", movable},
    {"__GFP_RECLAIMABLE", reclaimable},
    {"__GFP_HIGH", high},
    {"__GFP_IO", io},
    {"__GFP_FS", fs},
    {"__GFP_ZERO", zero},
    {"__GFP_ATOMIC", atomic_context},
    {"__GFP_RECLAIM", reclaim},
    {"__GFP_DIRECT_RECLAIM", direct_reclaim},
    {"__GFP_KSWAPD_RECLAIM", kswapd_reclaim},
    {"__GFP_WRITE", write},
    {"__GFP_NOWARN", nowarn},
    {"__GFP_RETRY_MAYFAIL", retry_mayfail},
    {"__GFP_NOFAIL", nofail},
    {"__GFP_NORETRY", noretry},
    {"__GFP_MEMALLOC", memalloc},
    {"__GFP_COMP", comp},
    {"__GFP_NOMEMALLOC", nomemalloc},
    {"__GFP_HARDWALL", hardwall},
    {"__GFP_THISNODE", thisnode},
    {"__GFP_ACCOUNT", account},
};

/// "GFP_KERNEL|__GFP_ZERO", as the kernel's tracepoints print it (%pGg); "0" for none.
std::string describe(GfpFlags flags);

/// gfp_migratetype(): which mobility the caller promised.
constexpr Migratetype migratetype_of(GfpFlags flags) {
    return static_cast<Migratetype>((flags & (movable | reclaimable)) >> 3);
}

}  // namespace pageframe::gfp
