// From an address to the object that has it: by the whole address, and by its lower half where the address is known to
// be in the slab's frames.
#include <gtest/gtest.h>

#include "engine/slab/slab.h"

namespace pageframe {
namespace {

Slab slab_of(Pfn pfn, Order order, std::uint32_t distance, std::uint32_t first_offset) {
    Slab slab;
    slab.pfn = pfn;
    slab.order = order;
    slab.first_offset = first_offset;
    slab.object_distance = distance;
    slab.reciprocal = reciprocal_of(distance);
    slab.objects = static_cast<ObjectIndex>(((page_size << order) - first_offset) / distance);
    return slab;
}

/// Every address in the slab's frames.
void check_every_address(const Slab& slab) {
    const ObjectPlaces places = slab.places();
    const std::uint64_t start = direct_map_start + (std::uint64_t{slab.pfn} << page_shift);
    for (std::uint64_t address = start; address < start + (page_size << slab.order); ++address) {
        const std::uint64_t offset = address - places.first_address;
        const bool is_object = address >= places.first_address && offset % slab.object_distance == 0 &&
                               offset / slab.object_distance < slab.objects;
        const std::uint32_t number = places.number_at(address);
        ASSERT_EQ(number < places.objects, is_object) << address - start << " of " << slab.object_distance;
        if (is_object) {
            ASSERT_EQ(number, offset / slab.object_distance);
            ASSERT_EQ(places.address_of(static_cast<ObjectIndex>(number)), address);
        }
        ASSERT_EQ(places.index_at(address), is_object ? number : no_object);
    }
}

TEST(ObjectPlaces, KnowEveryAddressOfTheSlab) {
    for (const std::uint32_t distance : {8U, 16U, 24U, 56U, 96U, 192U, 256U, 1088U, 2048U, 4104U, 10240U, 32768U})
        for (const std::uint32_t first_offset : {0U, 8U, 64U})
            for (const Order order : {Order{0}, Order{3}})
                if (distance + first_offset <= page_size << order)
                    check_every_address(slab_of(1234, order, distance, first_offset));
}

/// Where the lower half of the addresses ends, and begins anew.
TEST(ObjectPlaces, KnowASlabAtTheEndOfFourGibibytes) {
    const Pfn end = Pfn{1} << (32 - page_shift);
    for (const Pfn pfn : {end - 8, end, 2 * end - 8}) check_every_address(slab_of(pfn, 3, 312, 8));
}

}  // namespace
}  // namespace pageframe
