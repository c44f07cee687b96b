// Where the chunks of copy-on-write arrays come from: one size, a free list, and a count, so that a
// timeline can hold its snapshots to a budget of bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace pageframe {

class ChunkPool {
public:
    static constexpr std::size_t chunk_bytes = 2048;

    struct Chunk {
        alignas(16) unsigned char bytes[chunk_bytes];
        std::uint32_t references;
        Chunk* next_free;
    };

    ChunkPool() = default;
    ChunkPool(const ChunkPool&) = delete;
    ChunkPool& operator=(const ChunkPool&) = delete;

    /// A chunk with unspecified bytes and one reference.
    Chunk* allocate() {
        if (free_ == nullptr) grow();
        Chunk* chunk = free_;
        free_ = chunk->next_free;
        chunk->references = 1;
        ++in_use_;
        return chunk;
    }

    void release(Chunk* chunk) {
        if (--chunk->references != 0) return;
        chunk->next_free = free_;
        free_ = chunk;
        --in_use_;
    }

    std::size_t bytes_in_use() const { return in_use_ * sizeof(Chunk); }

private:
    static constexpr std::size_t chunks_per_block = 256;

    void grow() {
        blocks_.push_back(std::make_unique_for_overwrite<Chunk[]>(chunks_per_block));
        Chunk* block = blocks_.back().get();
        for (std::size_t i = chunks_per_block; i-- > 0;) {
            block[i].next_free = free_;
            free_ = &block[i];
        }
    }

    std::vector<std::unique_ptr<Chunk[]>> blocks_;
    Chunk* free_ = nullptr;
    std::size_t in_use_ = 0;
};

}  // namespace pageframe
