// Arrays that share their chunks until one of them is written: each must read as if it had all for itself, whichever way
// it is written.
#include "engine/core/chunk_array.h"

#include <gtest/gtest.h>

#include <random>

namespace pageframe {
namespace {

using Number = std::uint64_t;
constexpr std::size_t many = 5 * ChunkArray<Number>::entries_per_chunk;

/// An array, and what it must hold.
struct Pair {
    ChunkArray<Number> array;
    std::vector<Number> plain;
};

enum class Way { write, own, own_again, own_beside };

void put(Pair& pair, std::size_t index, Number value, Way way) {
    Number* place = way == Way::own          ? pair.array.own(index)
                    : way == Way::own_again  ? pair.array.own_again(index)
                    : way == Way::own_beside ? pair.array.own_beside(index)
                                             : nullptr;
    if (place == nullptr) place = &pair.array.write(index);
    *place = pair.plain[index] = value;
}

void check(const Pair& pair) {
    ASSERT_EQ(pair.array.size(), pair.plain.size());
    for (std::size_t i = 0; i < pair.plain.size(); ++i) ASSERT_EQ(pair.array[i], pair.plain[i]) << i;
}

TEST(ChunkArray, OneNeverSeesWhatAnotherWrote) {
    const auto pool = std::make_shared<ChunkPool>();
    std::mt19937 random(5);
    std::vector<Pair> pairs(4, Pair{ChunkArray<Number>(pool, many, 7), std::vector<Number>(many, 7)});
    std::size_t near = 0;
    for (Number step = 0; step < 20000; ++step) {
        Pair& pair = pairs[random() % pairs.size()];
        // Most often what was asked for last, or its neighbour.
        if (random() % 4 == 0) near = random() % pair.plain.size();
        const std::size_t index = (near + random() % 2) % pair.plain.size();
        put(pair, index, step, static_cast<Way>(random() % 4));
        if (random() % 50 == 0) pairs[random() % pairs.size()] = Pair(pair);
        if (random() % 500 == 0) pair = Pair(std::move(pair));
        if (random() % 1000 == 0) {
            pair.plain.resize(pair.plain.size() + 3, 7);
            pair.array.grow(pair.plain.size(), 7);
        }
        ASSERT_EQ(pair.array[index], pair.plain[index]);
        const Pair& other = pairs[random() % pairs.size()];
        ASSERT_EQ(other.array.beside(near % other.plain.size()), other.plain[near % other.plain.size()]);
        if (step % 500 == 0)
            for (const Pair& one : pairs) check(one);
    }
    for (const Pair& one : pairs) check(one);
}

/// The guess of the last entry is of no use once a copy shares it.
TEST(ChunkArray, ACopyMakesBothAskAgain) {
    ChunkArray<Number> array(std::make_shared<ChunkPool>(), many, 0);
    array.write(3) = 1;
    ASSERT_EQ(array.own_again(3), &array.write(3));
    ASSERT_EQ(array.own_again(3), &array.write(3));
    ChunkArray<Number> copy = array;
    EXPECT_EQ(array.own_again(3), nullptr);
    EXPECT_EQ(copy.own_again(3), nullptr);
    array.write(3) = 2;
    EXPECT_EQ(array.own_beside(4), &array.write(4));
    copy = array;
    EXPECT_EQ(array.own_beside(4), nullptr);
    EXPECT_EQ(copy[3], 2u);
}

}  // namespace
}  // namespace pageframe
