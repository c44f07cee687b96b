// Walks everything: every list both ways, every frame once, every counter.
#include "engine/buddy/buddy_check.h"

#include "engine/buddy/free_lists.h"

namespace pageframe {

namespace {

class Checker {
public:
    explicit Checker(const BuddyState& state) : state_(state) {}

    std::string check() {
        for (ZoneId zone = 0; zone < state_.zones.size() && error_.empty(); ++zone) {
            check_free_area(zone);
            check_per_cpu(zone);
        }
        if (error_.empty()) check_frames();
        return error_;
    }

private:
    template <class... Parts>
    void fail(const Parts&... parts) {
        if (!error_.empty()) return;
        (append(parts), ...);
    }
    void append(const char* text) { error_ += text; }
    template <class Number>
        requires std::is_integral_v<Number>
    void append(Number number) {
        error_ += std::to_string(number);
    }

    /// A list, from head to tail and back: every element of this kind and order, `count` of them.
    void walk(const BlockList& list, FrameKind kind, Order order, const Migratetype* type, ZoneId zone) {
        std::uint32_t count = 0;
        Pfn previous = no_pfn;
        for (Pfn pfn = list.head; pfn != no_pfn; pfn = state_.frames[pfn].next) {
            if (pfn >= state_.frame_count()) return fail("a list leads to pfn ", pfn, ", which is outside of memory");
            const PageFrame& frame = state_.frames[pfn];
            if (frame.kind != kind || frame.order != order)
                return fail("pfn ", pfn, " stands on a list of order ", int{order}, " but is not a block of that kind");
            if (type != nullptr && frame.migratetype != *type)
                return fail("pfn ", pfn, " stands on the list of another migrate type than it says");
            if (frame.previous != previous) return fail("pfn ", pfn, ": the link back does not match");
            if (!state_.zones[zone].contains(pfn)) return fail("pfn ", pfn, " stands on a list of another zone");
            if (++count > list.count) return fail("a list of order ", int{order}, " is longer than its count");
            previous = pfn;
        }
        if (count != list.count || list.tail != previous)
            return fail("a list of order ", int{order}, " has ", count, " blocks, counted ", list.count);
        listed_ += count;
    }

    void check_free_area(ZoneId id) {
        const Zone& zone = state_.zones[id];
        std::int64_t free = 0;
        std::int64_t isolated = 0;
        for (Order order = 0; order < order_count; ++order) {
            std::uint32_t blocks = 0;
            for (unsigned t = 0; t < migratetype_count; ++t) {
                const auto type = static_cast<Migratetype>(t);
                const BlockList& list = free_list(zone, order, type);
                walk(list, FrameKind::free_head, order, &type, id);
                blocks += list.count;
                if ((zone.orders_listed[t] >> order & 1U) != (list.count != 0 ? 1U : 0U))
                    return fail("zone ", int{id}, " order ", int{order}, ": orders_listed of type ", t,
                                " says otherwise than the list");
                if (type == Migratetype::isolate) isolated += std::int64_t{list.count} << order;
            }
            if (blocks != zone.free_area[order].nr_free)
                return fail("zone ", int{id}, " order ", int{order}, ": nr_free is ", zone.free_area[order].nr_free,
                            ", the lists hold ", blocks);
            free += std::int64_t{blocks} << order;
        }
        if (free != state_.exact_free_pages(id) + isolated)
            fail("zone ", int{id}, ": NR_FREE_PAGES is ", state_.exact_free_pages(id), ", the lists hold ", free);
    }

    void check_per_cpu(ZoneId id) {
        for (std::size_t cpu = 0; cpu < state_.cpu_count() && error_.empty(); ++cpu) {
            const PerCpuPages& pages = state_.pages_of_cpu(id, static_cast<CpuId>(cpu));
            std::int64_t frames = 0;
            for (unsigned list = 0; list < per_cpu_list_count; ++list) {
                const Order order = order_of_per_cpu_list(list);
                walk(pages.lists[list], FrameKind::per_cpu_head, order, nullptr, id);
                frames += std::int64_t{pages.lists[list].count} << order;
            }
            if (frames != pages.count)
                fail("zone ", int{id}, " CPU ", cpu, ": count is ", pages.count, ", the lists hold ", frames);
        }
    }

    /// Every frame is a head or lies inside exactly the block below it; no two free buddies stand apart.
    void check_frames() {
        Pfn covered_to = 0;
        std::uint64_t listed = 0;
        for (Pfn pfn = 0; pfn < state_.frame_count(); ++pfn) {
            const PageFrame& frame = state_.frames[pfn];
            if (frame.kind == FrameKind::interior) {
                if (pfn >= covered_to) return fail("pfn ", pfn, " is the interior of no block");
                continue;
            }
            if (pfn < covered_to) return fail("pfn ", pfn, " is a head inside another block");
            if (frame.kind == FrameKind::reserved || frame.kind == FrameKind::absent) continue;
            if (frame.order > largest_order || block_start(pfn, frame.order) != pfn)
                return fail("pfn ", pfn, " is not aligned to its order ", int{frame.order});
            covered_to = pfn + frames_in(frame.order);
            if (frame.kind != FrameKind::allocated_head) ++listed;
            if (frame.kind == FrameKind::free_head) check_buddies(pfn, frame);
        }
        if (listed != listed_) fail("there are ", listed, " free or per-CPU heads, and the lists hold ", listed_);
    }

    void check_buddies(Pfn pfn, const PageFrame& frame) {
        if (frame.order >= largest_order) return;
        const Pfn buddy = pfn ^ frames_in(frame.order);
        if (buddy >= state_.frame_count()) return;
        const PageFrame& other = state_.frames[buddy];
        if (other.kind != FrameKind::free_head || other.order != frame.order) return;
        if (state_.zone_of(pfn) != state_.zone_of(buddy)) return;
        if (frame.order >= pageblock_order && state_.pageblock_type(pfn) != state_.pageblock_type(buddy)) return;
        fail("pfn ", pfn, " and its buddy ", buddy, " of order ", int{frame.order}, " are both free and did not merge");
    }

    const BuddyState& state_;
    std::string error_;
    std::uint64_t listed_ = 0;
};

}  // namespace

std::string check_buddy(const BuddyState& state) { return Checker(state).check(); }

}  // namespace pageframe
