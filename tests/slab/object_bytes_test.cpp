// The bytes that debugging writes: from a slab's birth on, and whenever an object changes hands.
#include <gtest/gtest.h>

#include "engine/paging/paging_events.h"
#include "tests/told.h"

namespace pageframe {
namespace {

const std::string all = "SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_CONSISTENCY_CHECKS";
std::string cache_of(const std::string& size, const std::string& flags, const std::string& constructor = "NULL") {
    return "struct kmem_cache *c = kmem_cache_create(\"c\", " + size + ", 0, " + flags + ", " + constructor + ");\n";
}

/// An object of the newest cache's first slab.
class Bytes {
public:
    Bytes(const tests::Told& told, ObjectIndex index)
        : state_(told.end()), slab_(state_.slab.slabs[state_.slab.caches[state_.slab.newest_cache].slabs]),
          geometry(state_.slab.caches[slab_.cache].geometry), start_(object_address(slab_, index) - direct_map_start) {}
    unsigned at(std::int64_t offset) const {
        return static_cast<unsigned>(state_.paging.memory.read(start_ + static_cast<std::uint64_t>(offset), 1));
    }
    unsigned last_of_slab() const {
        const std::uint64_t end = (std::uint64_t{slab_.pfn} << page_shift) + (page_size << slab_.order);
        return static_cast<unsigned>(state_.paging.memory.read(end - 1, 1));
    }

private:
    const State& state_;
    const Slab& slab_;

public:
    const CacheGeometry& geometry;

private:
    std::uint64_t start_;
};

TEST(ObjectBytes, ANewSlabHasThemAll) {
    const tests::Told told(cache_of("100", all) + "void *p = kmem_cache_alloc(c, GFP_KERNEL);\n");
    EXPECT_TRUE(told.says(2, "PaintObjects: The new slab is filled with 0x5a")) << told[2];
    EXPECT_TRUE(told.says(2, "red zones around each object become 0xbb: free.")) << told[2];
    EXPECT_TRUE(told.says(2, "[setup_object_debug()]")) << told[2];
    const Bytes never_taken(told, 1);
    const CacheGeometry& cut = never_taken.geometry;
    EXPECT_EQ(never_taken.at(-1), poison::red_inactive);
    EXPECT_EQ(never_taken.at(-static_cast<int>(cut.red_left_pad)), poison::red_inactive);
    EXPECT_EQ(never_taken.at(0), poison::free);
    EXPECT_EQ(never_taken.at(98), poison::free);
    EXPECT_EQ(never_taken.at(99), poison::end);
    EXPECT_EQ(never_taken.at(100), poison::red_inactive);
    EXPECT_EQ(never_taken.at(cut.inuse - 1), poison::red_inactive);
    EXPECT_EQ(never_taken.at(cut.info_end()), 0U) << "nobody has taken it yet";
    EXPECT_EQ(never_taken.at(cut.info_end() + 2 * track_bytes - 1), 0U);
    EXPECT_EQ(never_taken.at(cut.info_end() + 2 * track_bytes), poison::in_use);
    EXPECT_EQ(never_taken.last_of_slab(), poison::in_use);
    const Bytes taken(told, 0);
    EXPECT_EQ(taken.at(-1), poison::red_active);
    EXPECT_EQ(taken.at(100), poison::red_active);
    EXPECT_EQ(taken.at(99), poison::end) << "init_object() leaves the poison to the owner";
}

TEST(ObjectBytes, RedZonesAloneLeaveTheObjectAlone) {
    const tests::Told told(cache_of("104", "SLAB_RED_ZONE") + "void *p = kmem_cache_alloc(c, GFP_KERNEL);\n");
    const Bytes never_taken(told, 1);
    EXPECT_EQ(never_taken.at(-1), poison::red_inactive);
    EXPECT_EQ(never_taken.at(0), 0U);
    EXPECT_EQ(never_taken.at(104), poison::red_inactive);
    EXPECT_EQ(never_taken.last_of_slab(), 0U);
}

TEST(ObjectBytes, AConstructorWritesOverWhatFillsTheSlab) {
    const tests::Told told("void f(void *object) { *(char *)object = 7; }\n" + cache_of("100", "SLAB_POISON", "f") +
                           "void *p = kmem_cache_alloc(c, GFP_KERNEL);\n");
    const Bytes never_taken(told, 1);
    EXPECT_EQ(never_taken.at(0), 7U);
    EXPECT_EQ(never_taken.at(1), poison::in_use) << "an object with a constructor is not poisoned";
}

TEST(ObjectBytes, OfManyAtOnce) {
    const std::string take = cache_of("100", all) + "void *p[3]; kmem_cache_alloc_bulk(c, GFP_KERNEL, 3, p);\n";
    const tests::Told taken(take);
    const tests::Told freed(take + "void *q = kmem_cache_alloc(c, GFP_KERNEL); kmem_cache_free_bulk(c, 3, p);\n");
    for (ObjectIndex i = 0; i < 3; ++i) {
        EXPECT_EQ(Bytes(taken, i).at(100), poison::red_active) << i;
        EXPECT_EQ(Bytes(freed, i).at(100), poison::red_inactive) << i;
        EXPECT_EQ(Bytes(freed, i).at(0), poison::free) << i;
    }
    EXPECT_EQ(Bytes(freed, 3).at(100), poison::red_active);
}

TEST(ObjectBytes, OfKmalloc) {
    const std::string take = "machine { slub_debug = \"FZP\"; }\nvoid *q = kmalloc(64, GFP_KERNEL);\n"
                             "char *p = kzalloc(64, GFP_KERNEL); p[3] = 5;\n";
    const tests::Told taken(take);
    EXPECT_EQ(Bytes(taken, 1).at(-1), poison::red_active);
    EXPECT_EQ(Bytes(taken, 1).at(3), 5U);
    EXPECT_EQ(Bytes(taken, 1).at(4), 0U);
    const tests::Told freed(take + "kfree(p);\n");
    EXPECT_EQ(Bytes(freed, 1).at(-1), poison::red_inactive);
    EXPECT_EQ(Bytes(freed, 1).at(3), poison::free);
}

TEST(ObjectBytes, ADamagedFreeObjectIsRestored) {
    tests::Told told(cache_of("100", all) + "char *p = kmem_cache_alloc(c, GFP_KERNEL); kmem_cache_free(c, p);\n"
                                            "p[10] = 1; void *q = kmem_cache_alloc(c, GFP_KERNEL);\n");
    EXPECT_TRUE(told.says(5, "Poison overwritten")) << told[5];
    EXPECT_TRUE(told.says(5, "red zones become 0xbb again. [restore_bytes()]")) << told[5];
    const SlabState& slab = told.end().slab;
    const SlabId first = slab.slabs[slab.caches[slab.newest_cache].slabs].next_of_cache;
    const std::uint64_t start = object_address(slab, {first, 0}) - direct_map_start;
    EXPECT_EQ(told.end().paging.memory.read(start + 10, 1), poison::free);
}

}  // namespace
}  // namespace pageframe
