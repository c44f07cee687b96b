// The same decisions where nobody looks: no event is put together, only what it changes is left. This is what
// runs when a million operations go by between two steps that are shown.
//
// All that is rare (another type's block, the slow path, a mistake) is left to the PageAllocator, which does it
// without a recorder as it does with one.
#include <type_traits>

#include "engine/buddy/give_back.h"
#include "engine/buddy/page_allocator.h"
#include "engine/buddy/per_cpu.h"
#include "engine/buddy/take.h"
#include "engine/buddy/watermarks.h"

namespace pageframe {

/// What is left to the whole allocator.
class RarePages {
public:
    static bool rmqueue_fallback(BuddyState& state, CpuId cpu, ZoneId zone, Order order, Migratetype migratetype,
                                 std::uint32_t alloc_flags) {
        return PageAllocator(state, cpu, nullptr).rmqueue_fallback(zone, order, migratetype, alloc_flags);
    }
    static void reserve_highatomic(BuddyState& state, CpuId cpu, ZoneId zone, Pfn pfn) {
        PageAllocator(state, cpu, nullptr).reserve_highatomic(zone, pfn);
    }
};

namespace {

// In no other translation unit: the compiler may build the whole way of a request into one function.
class SilentPages : public PageDecisions<SilentPages, SilentEmitter<BuddyState>> {
public:
    SilentPages(BuddyState& state, CpuId cpu) : PageDecisions(SilentEmitter(state), cpu), whole_state_(state) {}

    Pfn take(GfpFlags gfp_flags, Order order, NodeId node) {
        Request request;
        if (order > largest_order || !prepare(request, gfp_flags, order, node)) return no_pfn;
        return get_page_from_freelist(request, fast_path_flags(request));
    }

    bool take_many(GfpFlags gfp_flags, std::uint32_t wanted, std::vector<Pfn>& pages) {
        Request request;
        return prepare(request, gfp_flags, 0, no_node) && take_from_cpu(request, wanted, pages);
    }

    // In each of its two ways: of single frames in turn, their order is known.
    [[gnu::flatten]] bool give_back(Pfn pfn, Order order, OperationNumber taken_by) {
        if (pfn >= state_.frame_count()) return false;
        PageFrame& frame = emitter_.writable(&BuddyState::frames, pfn);
        if (frame.kind != FrameKind::allocated_head || frame.order != order) return false;
        if (taken_by != no_operation && frame.operation != no_operation && frame.operation != taken_by) return false;
        free_prepared(pfn, frame, order, frame.operation);
        return true;
    }

    // Rare, and apart: a function that is given `this` would keep it in memory for all the rest.
    void refill(ZoneId zone, PerCpuPages& own, Order order, Migratetype migratetype, std::uint32_t alloc_flags,
                std::uint32_t count) {
        apart(whole_state_, cpu_, [=, &own](SilentPages& pages) {
            pages.PageDecisions::refill(zone, own, order, migratetype, alloc_flags, count);
        });
    }
    void drain(ZoneId zone, CpuId owner, std::int32_t count, unsigned first_list) {
        apart(whole_state_, cpu_,
              [=](SilentPages& pages) { pages.PageDecisions::drain(zone, owner, count, first_list); });
    }
    TakenBlock rmqueue_others(ZoneId zone, Order order, Migratetype migratetype, std::uint32_t alloc_flags) {
        return apart(whole_state_, cpu_, [=](SilentPages& pages) {
            return pages.PageDecisions::rmqueue_others(zone, order, migratetype, alloc_flags);
        });
    }
    bool rmqueue_fallback(ZoneId zone, Order order, Migratetype migratetype, std::uint32_t alloc_flags) {
        return RarePages::rmqueue_fallback(whole_state_, cpu_, zone, order, migratetype, alloc_flags);
    }
    void reserve_highatomic(ZoneId zone, Pfn pfn) { RarePages::reserve_highatomic(whole_state_, cpu_, zone, pfn); }

private:
    template <class Rare>
    [[gnu::noinline]] static std::invoke_result_t<Rare, SilentPages&> apart(BuddyState& state, CpuId cpu, Rare rare) {
        SilentPages pages(state, cpu);
        return rare(pages);
    }

    BuddyState& whole_state_;
};

}  // namespace

// The whole way in one function each, with all it calls that is not rare.

[[gnu::flatten]] Pfn take_silently(BuddyState& state, CpuId cpu, GfpFlags gfp_flags, Order order, NodeId node) {
    return SilentPages(state, cpu).take(gfp_flags, order, node);
}

[[gnu::flatten]] bool take_many_silently(BuddyState& state, CpuId cpu, GfpFlags gfp_flags, std::uint32_t wanted,
                                         std::vector<Pfn>& pages) {
    return SilentPages(state, cpu).take_many(gfp_flags, wanted, pages);
}

[[gnu::flatten]] bool give_back_silently(BuddyState& state, CpuId cpu, Pfn pfn, Order order, OperationNumber taken_by) {
    return SilentPages(state, cpu).give_back(pfn, order, taken_by);
}

[[gnu::flatten]] std::size_t give_back_many_silently(BuddyState& state, CpuId cpu, std::span<const Pfn> frames) {
    SilentPages pages(state, cpu);
    std::size_t done = 0;
    while (done < frames.size() && pages.give_back(frames[done], 0, no_operation)) ++done;
    return done;
}

}  // namespace pageframe
