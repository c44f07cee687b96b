// An area, its frames, its page tables: __vmalloc_node_range(), __vmalloc_area_node(),
// vm_area_alloc_pages(), vmap(), and back: __vunmap(), free_unmap_vmap_area().
#include <algorithm>

#include "engine/core/gfp.h"
#include "engine/vmalloc/vmalloc_allocator.h"

namespace pageframe {

namespace {

constexpr std::uint32_t pages_per_bulk = 100;
constexpr Level huge_level = 1;
/// GFP_RECLAIM_MASK of mm/internal.h: what an inner allocation inherits.
constexpr GfpFlags reclaim_mask = gfp::reclaim | gfp::high | gfp::io | gfp::fs | gfp::nowarn | gfp::retry_mayfail |
                                  gfp::nofail | gfp::noretry | gfp::memalloc | gfp::nomemalloc | gfp::atomic_context;

constexpr std::uint64_t round_up(std::uint64_t bytes, std::uint64_t unit) { return (bytes + unit - 1) & ~(unit - 1); }

/// More than totalram_pages(), which need not be counted to the end for it.
bool exceeds_total_pages(std::uint64_t pages, const BuddyState& buddy) {
    std::uint64_t total = 0;
    for (const Zone& zone : buddy.zones)
        if (pages <= (total += zone.managed)) return false;
    return true;
}

}  // namespace

void VmallocAllocator::start() {
    if (!state_.started || !tables_.state().started()) [[unlikely]]
        start_first();
    run_drain();
}

void VmallocAllocator::start_first() {
    if (!state_.started) emitter_.emit(StartVmalloc{state_.cpus});
    tables_.ensure_kernel_space(operation_);
}

void VmallocAllocator::mistake(std::uint64_t address, VmallocMistake::Kind kind, OperationNumber first) {
    made_mistake_ = true;
    emitter_.tell(VmallocMistake{address, first, kind});
}

void VmallocAllocator::check_atomic() { mistake(0, VmallocMistake::Kind::sleep_in_atomic); }

std::uint64_t VmallocAllocator::fail(std::uint64_t bytes, VmallocFailed::Reason reason) {
    emitter_.tell(VmallocFailed{bytes, reason});
    return 0;
}

// ---------------------------------------------------------------- areas

AreaIndex VmallocAllocator::take_area(std::uint64_t bytes, std::uint64_t align, std::uint16_t flags, bool has_vm) {
    FreePlace place = find_lowest_place(state_, bytes, align, layout::vmalloc_start, layout::vmalloc_end);
    if (place.area == no_vmap_area) {
        purge_fragmented_blocks();
        purge_lazy(~std::uint64_t{0}, 0, PurgeBegins::Why::no_room);
        place = find_lowest_place(state_, bytes, align, layout::vmalloc_start, layout::vmalloc_end);
    }
    if (place.area == no_vmap_area) return no_vmap_area;
    const std::uint64_t preferred = preferred_ & ~(align - 1);
    if (preferred_ != 0 && could_be_chosen(state_, bytes, align, layout::vmalloc_start, preferred))
        place = {find_area(state_, AreaTree::free, preferred), preferred};
    emitter_.emit(TakeAddresses{place.start, bytes, place.area});
    const AreaIndex area = next_area_record(state_);
    emitter_.emit(AddBusyArea{place.start, place.start + bytes, operation_, flags, has_vm});
    return area;
}

/// __get_vm_area_node(): `bytes` in whole pages of `unit` bytes, and a guard page behind them.
AreaIndex VmallocAllocator::get_area(std::uint64_t bytes, std::uint64_t align, std::uint64_t unit,
                                     std::uint16_t flags) {
    const std::uint64_t size = round_up(bytes, unit) + page_size;
    emitter_.tell(RequestArea{size, bytes, align, true});
    return take_area(size, align, flags, true);
}

void VmallocAllocator::release_area(AreaIndex area) {
    const VmapArea record = state_.areas[area];
    emitter_.emit(ReleaseArea{record.start, record.end, area, operation_});
    if (state_.lazy_pages > state_.lazy_max_pages() && !state_.drain_pending) emitter_.emit(ScheduleDrain{});
}

void VmallocAllocator::unmap_range(std::uint64_t start, std::uint64_t end, std::vector<Pfn>* frames) {
    tables_.unmap(kernel_space, start, end, [&](Pfn pfn, Level level) {
        if (frames == nullptr) return;
        for (Pfn i = 0; i < Pfn{1} << (9 * level); ++i) frames->push_back(pfn + i);
    });
}

void VmallocAllocator::free_frames(const std::vector<Pfn>& frames) {
    // Between two of them is a cond_resched(), which lets the worker run if it is due; no free makes it so.
    const std::size_t plain = drain_is_due() ? 0 : pages_.free_plain_frames(frames);
    for (std::size_t i = plain; i < frames.size(); ++i) {
        pages_.free_pages(frames[i], 0);
        run_drain();
    }
}

/// __vunmap()
void VmallocAllocator::unmap_area(std::uint64_t address, bool free_pages) {
    if (address == 0) return;
    start();
    if (address % page_size != 0) return mistake(address, VmallocMistake::Kind::not_aligned);
    const AreaIndex area = find_area(state_, AreaTree::busy, address);
    if (area == no_vmap_area || !state_.areas[area].has_vm) {
        const AreaIndex lazy = find_area(state_, AreaTree::lazy, address);
        if (lazy != no_vmap_area)
            return mistake(address, VmallocMistake::Kind::freed_before, state_.areas[lazy].operation);
        return mistake(address,
                       in_direct_map(address) ? VmallocMistake::Kind::not_vmalloc : VmallocMistake::Kind::nonexistent);
    }
    const VmapArea record = state_.areas[area];
    std::vector<Pfn> frames;
    unmap_range(record.start, record.end, &frames);
    release_area(area);
    if (!free_pages || record.pages == 0) return;
    frames.resize(std::min<std::size_t>(frames.size(), record.pages));
    free_frames(frames);
    if (!(record.flags & vm::map_put_pages)) emitter_.emit(UncountPages{record.pages});
    if (record.page_array != no_vmap_area) unmap_area(state_.areas[record.page_array].start, true);
}

// ---------------------------------------------------------------- vmalloc

std::uint64_t VmallocAllocator::vmalloc(const VmallocRequest& request) {
    start();
    if (request.bytes == 0) return fail(0, VmallocFailed::Reason::no_size);
    if (exceeds_total_pages(request.bytes >> page_shift, pages_.state()))
        return fail(request.bytes, VmallocFailed::Reason::too_large);
    // Huge pages for whole ones' worth on every node; if that fails, the same with small pages.
    if (request.flags & vm::allow_huge) {
        std::uint64_t per_node = request.bytes;
        if (request.node == no_node) per_node /= pages_.state().node_count;
        if (per_node >= level_bytes(huge_level)) {
            const std::uint64_t address = vmalloc_once(request, huge_level);
            if (address != 0) return address;
            fail(request.bytes, VmallocFailed::Reason::huge_retry);
        }
    }
    return vmalloc_once(request, 0);
}

std::uint64_t VmallocAllocator::vmalloc_once(const VmallocRequest& request, Level page_level) {
    const std::uint64_t unit = level_bytes(page_level);
    const std::uint64_t align = page_level == 0 ? request.align : std::max(request.align, unit);
    const auto flags = static_cast<std::uint16_t>(request.flags | vm::alloc | vm::uninitialized);
    const AreaIndex area = get_area(request.bytes, align, unit, flags);
    if (area == no_vmap_area) return fail(request.bytes, VmallocFailed::Reason::no_addresses);
    const std::uint64_t address = state_.areas[area].start;
    const auto wanted = static_cast<std::uint32_t>(round_up(request.bytes, unit) >> page_shift);

    AreaIndex page_array = no_vmap_area;
    const std::uint64_t page_array_bytes = std::uint64_t{wanted} * pointer_bytes;
    if (page_array_bytes > page_size) {
        page_array = take_page_array(request, page_array_bytes);
        if (page_array == no_vmap_area) {
            release_area(area);
            return fail(request.bytes, VmallocFailed::Reason::no_pages);
        }
    }
    std::vector<Pfn> frames;
    frames.reserve(wanted);
    const bool complete = take_pages(request, wanted, static_cast<Order>(9 * page_level), frames);
    emitter_.emit(SetAreaPages{area, static_cast<std::uint32_t>(frames.size()), page_array,
                               static_cast<std::uint8_t>(9 * page_level)});
    const bool mapped = complete && map_pages(address, frames, request.protection, page_level);
    if (mapped) return address;

    // __vfree(): what was got goes back.
    unmap_range(address, address + (std::uint64_t{wanted} << page_shift), nullptr);
    release_area(area);
    free_frames(frames);
    emitter_.emit(UncountPages{static_cast<std::uint32_t>(frames.size())});
    if (page_array != no_vmap_area) unmap_area(state_.areas[page_array].start, true);
    return fail(request.bytes, complete ? VmallocFailed::Reason::no_tables : VmallocFailed::Reason::no_pages);
}

/// The array of page pointers itself is vmalloc'ed when it does not fit in a page.
AreaIndex VmallocAllocator::take_page_array(const VmallocRequest& request, std::uint64_t bytes) {
    VmallocRequest inner;
    inner.bytes = bytes;
    inner.gfp_flags = (request.gfp_flags & reclaim_mask) | gfp::zero;
    inner.node = request.node;
    const std::uint64_t address = vmalloc_once(inner, 0);
    return address == 0 ? no_vmap_area : find_area(state_, AreaTree::busy, address);
}

/// vm_area_alloc_pages()
bool VmallocAllocator::take_pages(const VmallocRequest& request, std::uint32_t wanted, Order order,
                                  std::vector<Pfn>& frames) {
    GfpFlags flags = request.gfp_flags | gfp::nowarn;
    if (!(flags & (gfp::dma | gfp::dma32))) flags |= gfp::highmem;
    if (order == 0) {
        while (frames.size() < wanted) {
            const auto before = frames.size();
            const auto part = std::min(pages_per_bulk, wanted - static_cast<std::uint32_t>(before));
            pages_.alloc_pages_bulk(flags & ~gfp::nofail, part, frames);
            run_drain();  // cond_resched()
            if (frames.size() - before != part) break;
        }
    } else {
        flags &= ~gfp::nofail;
    }
    while (frames.size() < wanted) {
        const Pfn pfn = pages_.alloc_pages(flags, order, request.node);
        if (pfn == no_pfn) break;
        if (order != 0) pages_.split_page(pfn, order);
        for (Pfn i = 0; i < frames_in(order); ++i) frames.push_back(pfn + i);
        run_drain();
    }
    if (request.gfp_flags & gfp::zero)
        for (std::size_t i = 0; i < frames.size(); i += frames_in(order))
            tables_.emitter().emit(ClearPages{frames[i], frames_in(order)});
    return frames.size() == wanted;
}

bool VmallocAllocator::map_pages(std::uint64_t address, const std::vector<Pfn>& frames, std::uint64_t protection,
                                 Level page_level) {
    if (page_level == 0) return tables_.map_pages(kernel_space, address, frames, protection);
    const std::size_t step = std::size_t{1} << (9 * page_level);
    for (std::size_t i = 0; i < frames.size(); i += step) {
        if (!tables_.map(kernel_space, address, frames[i], protection, page_level)) return false;
        address += level_bytes(page_level);
    }
    return true;
}

// ---------------------------------------------------------------- vmap

std::vector<Pfn> VmallocAllocator::named_pages() {
    std::vector<Pfn> frames;
    for (const PageRun& run : state_.pages)
        for (Pfn i = 0; i < run.frames; ++i) frames.push_back(run.pfn + i);
    emitter_.emit(ForgetPages{static_cast<std::uint32_t>(frames.size())});
    return frames;
}

VmallocFailed::Reason VmallocAllocator::why_not_mapped(const std::vector<Pfn>& frames) {
    const bool has_null = std::find(frames.begin(), frames.end(), no_pfn) != frames.end();
    return has_null ? VmallocFailed::Reason::null_page : VmallocFailed::Reason::no_tables;
}

std::uint64_t VmallocAllocator::vmap(std::uint16_t flags, std::uint64_t protection) {
    start();
    const std::vector<Pfn> frames = named_pages();
    const std::uint64_t bytes = std::uint64_t{frames.size()} << page_shift;
    if (frames.empty()) return fail(0, VmallocFailed::Reason::no_page_list);
    if (exceeds_total_pages(frames.size(), pages_.state())) return fail(bytes, VmallocFailed::Reason::too_large);
    const AreaIndex area = get_area(bytes, 1, page_size, static_cast<std::uint16_t>(flags & ~vm::no_guard));
    if (area == no_vmap_area) return fail(bytes, VmallocFailed::Reason::no_addresses);
    const std::uint64_t address = state_.areas[area].start;
    if (!map_pages(address, frames, protection | pte::no_execute, 0)) {
        unmap_area(address, false);
        return fail(bytes, why_not_mapped(frames));
    }
    if (flags & vm::map_put_pages) {
        emitter_.emit(SetAreaPages{area, static_cast<std::uint32_t>(frames.size()), no_vmap_area, 0});
    }
    return address;
}

Pfn vmalloc_to_pfn(const PagingState& paging, std::uint64_t address) {
    return walk_tables(paging, top_of(paging, kernel_space), address).pfn;
}

}  // namespace pageframe
