// Reads gzip (RFC 1952) with deflate (RFC 1951) inside, piece by piece and in bounded memory: the engine
// takes compressed files natively and in WebAssembly without a library of its own.
//
//     feed(bytes) -> sink(text) sink(text) ...       as often as there are bytes
//     finish()    -> sink(text) ...                  false when the file ends too early
//
// Work goes unit by unit (a block's head, a symbol), each of which fits in `margin` bytes: a unit is begun
// only when so many bytes are there, or no more will come. So nothing has to be resumed in its middle.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pageframe {

class GzipReader {
public:
    using Sink = std::function<void(std::string_view)>;

    explicit GzipReader(Sink sink);

    /// Takes the next bytes of the file. False after an error, which error() tells.
    bool feed(std::span<const std::uint8_t> bytes);
    /// No more bytes come. False when something is missing or wrong.
    bool finish();

    const std::string& error() const { return error_; }

    /// True when a file that begins so is gzip.
    static bool looks_like_gzip(std::span<const std::uint8_t> head) {
        return head.size() >= 2 && head[0] == 0x1f && head[1] == 0x8b;
    }

private:
    static constexpr std::size_t margin = 2048;
    static constexpr std::size_t window_bytes = 1U << 15;
    static constexpr std::size_t output_bytes = 1U << 17;  ///< handed to the sink at a time, window kept
    static constexpr unsigned fast_bits = 10;

    /// A canonical Huffman code: short codes by table, the rest by counting.
    struct Code {
        std::array<std::uint16_t, std::size_t{1} << fast_bits> fast{};  ///< symbol << 4 | length; 0: longer
        std::array<std::uint16_t, 16> count{};
        std::array<std::uint16_t, 288> symbols{};
        bool build(std::span<const std::uint8_t> lengths);
    };

    enum class Stage : std::uint8_t { head, block, stored, symbols, tail, between };

    bool fail(std::string message);
    bool run(bool last);
    bool read_head();
    bool read_block();
    bool read_dynamic_codes();
    void make_fixed_codes();
    bool read_stored();
    bool read_symbols(bool last);
    bool read_tail();
    bool skip_text();

    std::size_t bytes_left() const { return input_.size() - place_ + bit_count_ / 8; }
    void refill();
    std::uint32_t bits(unsigned count);
    int symbol(const Code& code);
    void align() { drop(bit_count_ % 8); }
    void drop(unsigned count) {
        bit_buffer_ >>= count;
        bit_count_ -= count;
    }
    void put(std::uint8_t byte) { output_[output_size_++] = byte; }
    void hand_over();

    Sink sink_;
    std::string error_;
    std::vector<std::uint8_t> input_;
    std::size_t place_ = 0;
    std::uint64_t bit_buffer_ = 0;
    unsigned bit_count_ = 0;
    bool short_of_bits_ = false;  ///< the input ended inside a unit

    Stage stage_ = Stage::head;
    bool last_block_ = false;
    std::uint32_t stored_left_ = 0;
    Code literals_;
    Code distances_;

    std::vector<std::uint8_t> output_;
    std::size_t output_size_ = 0;   ///< filled, the window included
    std::size_t output_start_ = 0;  ///< the first byte that the sink has not got
    std::uint32_t checksum_ = 0xffffffffU;
    std::uint32_t length_ = 0;
    std::array<std::array<std::uint32_t, 256>, 4> checksum_table_{};
};

}  // namespace pageframe
