// Chunked copy-on-write storage: what makes a copy of a machine cheap enough to keep hundreds of them.
//
//     ChunkArray a            ChunkArray b (a copy of a)
//     +---+---+---+---+       +---+---+---+---+
//     | * | * | * | * |       | * | * | * | * |      one table of chunk pointers each
//     +-|-+-|-+-|-+-|-+       +-|-+-|-+-|-+-|-+
//       |   |   |   +---> chunk <---|---|---+        a chunk that neither has written since: shared
//       |   +-------> chunk <-------+   |
//       v                               v
//     chunk (a wrote)                 chunk (b wrote)
//
// A copy copies the table; the first write to a shared chunk clones that chunk only. The lowest bit of a
// table entry says "shared", so that a write to a chunk of one's own costs no look at its count. Both
// arrays mark their entries when a copy is made, which is why the table is `mutable`: sharing is a matter
// of representation, the value does not change.
//
// Invariant: a chunk's count is the number of tables that point to it.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "engine/core/chunk_pool.h"

namespace pageframe {

template <class T>
class ChunkArray {
    static_assert(std::is_trivially_copyable_v<T> && (sizeof(T) & (sizeof(T) - 1)) == 0);

public:
    static constexpr std::size_t entries_per_chunk = ChunkPool::chunk_bytes / sizeof(T);

    ChunkArray() = default;

    /// `count` entries, all equal to `value`; they share one chunk until they are written.
    ChunkArray(std::shared_ptr<ChunkPool> pool, std::size_t count, const T& value)
        : pool_(std::move(pool)), count_(count), chunks_((count + entries_per_chunk - 1) / entries_per_chunk) {
        if (chunks_ == 0) return;
        table_ = std::make_unique<Entry[]>(chunks_);
        ChunkPool::Chunk* first = pool_->allocate();
        T* entries = reinterpret_cast<T*>(first->bytes);
        for (std::size_t i = 0; i < entries_per_chunk; ++i) entries[i] = value;
        first->references = static_cast<std::uint32_t>(chunks_);
        for (std::size_t i = 0; i < chunks_; ++i) table_[i] = reinterpret_cast<Entry>(first) | shared_bit;
    }

    ChunkArray(const ChunkArray& other) : pool_(other.pool_), count_(other.count_), chunks_(other.chunks_) {
        if (chunks_ == 0) return;
        other.forget();
        table_ = std::make_unique_for_overwrite<Entry[]>(chunks_);
        for (std::size_t i = 0; i < chunks_; ++i) {
            other.table_[i] |= shared_bit;
            table_[i] = other.table_[i];
            ++chunk_of(table_[i])->references;
        }
    }

    ChunkArray(ChunkArray&& other) noexcept { swap(other); }
    ChunkArray& operator=(ChunkArray other) noexcept {
        swap(other);
        return *this;
    }
    ~ChunkArray() {
        for (std::size_t i = 0; i < chunks_; ++i) pool_->release(chunk_of(table_[i]));
    }

    void swap(ChunkArray& other) noexcept {
        std::swap(pool_, other.pool_);
        std::swap(table_, other.table_);
        std::swap(count_, other.count_);
        std::swap(chunks_, other.chunks_);
        forget();
        other.forget();
    }

    /// Room for `count` entries (never fewer than before); the new ones are equal to `value`, which must be
    /// what the array was filled with. Twice as many each time keeps the cost per entry constant.
    void grow(std::size_t count, const T& value) {
        if (count <= count_) return;
        ChunkArray larger(pool_, count, value);
        for (std::size_t i = 0; i < chunks_; ++i) std::swap(larger.table_[i], table_[i]);
        swap(larger);
    }

    std::size_t size() const { return count_; }
    std::size_t chunk_count() const { return chunks_; }

    const T& operator[](std::size_t index) const {
        assert(index < count_);
        return entries_of(table_[index / entries_per_chunk])[index % entries_per_chunk];
    }

    /// The same for who most often asks for an entry beside the one that it asked for last: that it is in the same chunk
    /// is guessed, and known afterwards, so that nothing waits for the table.
    [[gnu::always_inline]] const T& beside(std::size_t index) const {
        assert(index < count_);
        const std::size_t chunk = index / entries_per_chunk;
        if (chunk != seen_chunk_.place) [[unlikely]]
            seen_chunk_ = {chunk, entries_of(table_[chunk])};
        return seen_chunk_.entry[index % entries_per_chunk];
    }

    /// The entry, to be written: clones its chunk if someone else can see it.
    T& write(std::size_t index) {
        assert(index < count_);
        Entry entry = table_[index / entries_per_chunk];
        if (entry & shared_bit) [[unlikely]]
            entry = make_own(table_[index / entries_per_chunk]);
        return reinterpret_cast<T*>(entry)[index % entries_per_chunk];
    }

    /// The same without a clone: nullptr if someone else can see the entry. For who goes another way then, and
    /// has no call in its own.
    T* own(std::size_t index) {
        assert(index < count_);
        const Entry entry = table_[index / entries_per_chunk];
        if (entry & shared_bit) [[unlikely]]
            return nullptr;
        T* const found = reinterpret_cast<T*>(entry) + index % entries_per_chunk;
        if (found == nullptr) __builtin_unreachable();
        return found;
    }

    /// The same for who most often asks for the entry that it asked for last: nothing waits for the index either.
    [[gnu::always_inline]] T* own_again(std::size_t index) {
        if (index != own_entry_.place) [[unlikely]] {
            T* const found = own(index);
            if (found == nullptr) return nullptr;
            own_entry_ = {index, found};
        }
        return own_entry_.entry;
    }

    /// As beside().
    [[gnu::always_inline]] T* own_beside(std::size_t index) {
        const std::size_t chunk = index / entries_per_chunk;
        if (chunk != own_chunk_.place) [[unlikely]] {
            T* const found = own(chunk * entries_per_chunk);
            if (found == nullptr) return nullptr;
            own_chunk_ = {chunk, found};
        }
        return own_chunk_.entry + index % entries_per_chunk;
    }

    /// The entries of one chunk, `entries_per_chunk` of them (the last chunk's surplus has the fill value).
    const T* chunk(std::size_t chunk_index) const { return entries_of(table_[chunk_index]); }

    /// Two arrays that share a chunk are equal there without a look at it: what changed between two states
    /// is found by comparing tables.
    bool shares_chunk(const ChunkArray& other, std::size_t chunk_index) const {
        return (table_[chunk_index] & ~shared_bit) == (other.table_[chunk_index] & ~shared_bit);
    }

    /// Bytes of the table itself, which every copy has for its own.
    std::size_t table_bytes() const { return chunks_ * sizeof(Entry); }

private:
    using Entry = std::uintptr_t;
    static constexpr Entry shared_bit = 1;

    // A chunk begins with its bytes: a table entry without the bit is the address of its first entry.
    static_assert(offsetof(ChunkPool::Chunk, bytes) == 0);
    static ChunkPool::Chunk* chunk_of(Entry entry) { return reinterpret_cast<ChunkPool::Chunk*>(entry & ~shared_bit); }
    static T* entries_of(Entry entry) { return reinterpret_cast<T*>(chunk_of(entry)->bytes); }

    [[gnu::noinline, gnu::cold]] Entry make_own(Entry& entry) {
        ChunkPool::Chunk* chunk = chunk_of(entry);
        if (chunk->references != 1) {
            ChunkPool::Chunk* copy = pool_->allocate();
            std::memcpy(copy->bytes, chunk->bytes, ChunkPool::chunk_bytes);
            --chunk->references;
            chunk = copy;
        }
        entry = reinterpret_cast<Entry>(chunk);
        seen_chunk_ = {};
        return entry;
    }

    std::shared_ptr<ChunkPool> pool_;
    mutable std::unique_ptr<Entry[]> table_;
    std::size_t count_ = 0;
    std::size_t chunks_ = 0;
    struct Found {
        std::size_t place = ~std::size_t{0};
        T* entry = nullptr;
    };
    void forget() const { own_entry_ = own_chunk_ = seen_chunk_ = {}; }
    // What was found last. By own_again(), by index, and by own_beside(), by chunk: until the array is copied.
    mutable Found own_entry_;
    mutable Found own_chunk_;
    mutable Found seen_chunk_;  // by beside(), until a chunk is cloned
};

}  // namespace pageframe
