// RFC 1951's three kinds of blocks, RFC 1952's head and tail, and the check sum over what came out.
#include "engine/core/inflate.h"

#include <algorithm>
#include <cstring>

namespace pageframe {

namespace {

constexpr std::array<std::uint16_t, 29> length_base = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                                       31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
constexpr std::array<std::uint8_t, 29> length_extra = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                                       2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
constexpr std::array<std::uint16_t, 30> distance_base = {1,    2,    3,    4,    5,    7,    9,    13,    17,    25,
                                                         33,   49,   65,   97,   129,  193,  257,  385,   513,   769,
                                                         1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
constexpr std::array<std::uint8_t, 30> distance_extra = {0, 0, 0, 0, 1, 1, 2, 2,  3,  3,  4,  4,  5,  5,  6,
                                                         6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13};
constexpr std::array<std::uint8_t, 19> code_length_order = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                            11, 4,  12, 3, 13, 2, 14, 1, 15};
constexpr unsigned longest_code = 15;

std::uint32_t reversed(std::uint32_t code, unsigned length) {
    std::uint32_t result = 0;
    for (unsigned i = 0; i < length; ++i) result |= ((code >> i) & 1U) << (length - 1 - i);
    return result;
}

}  // namespace

GzipReader::GzipReader(Sink sink) : sink_(std::move(sink)), output_(window_bytes + output_bytes + 512) {
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ (value & 1U ? 0xedb88320U : 0U);
        checksum_table_[0][i] = value;
    }
    for (std::uint32_t i = 0; i < 256; ++i)
        for (std::size_t k = 1; k < 4; ++k) {
            const std::uint32_t below = checksum_table_[k - 1][i];
            checksum_table_[k][i] = (below >> 8) ^ checksum_table_[0][below & 0xff];
        }
}

bool GzipReader::fail(std::string message) {
    if (error_.empty()) error_ = std::move(message);
    return false;
}

/// Codes of one length are consecutive numbers, in the order of their symbols.
bool GzipReader::Code::build(std::span<const std::uint8_t> lengths) {
    count.fill(0);
    fast.fill(0);
    for (std::uint8_t length : lengths) ++count[length];
    count[0] = 0;
    int left = 1;
    for (unsigned length = 1; length <= longest_code; ++length) {
        left = 2 * left - count[length];
        if (left < 0) return false;
    }
    std::array<std::uint16_t, 16> offset{};
    std::array<std::uint32_t, 16> next{};
    for (unsigned length = 1; length < longest_code; ++length) {
        offset[length + 1] = static_cast<std::uint16_t>(offset[length] + count[length]);
        next[length + 1] = (next[length] + count[length]) << 1;
    }
    for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol) {
        const unsigned length = lengths[symbol];
        if (length == 0) continue;
        symbols[offset[length]++] = static_cast<std::uint16_t>(symbol);
        const std::uint32_t code = next[length]++;
        if (length > fast_bits) continue;
        for (std::uint32_t i = reversed(code, length); i < fast.size(); i += 1U << length)
            fast[i] = static_cast<std::uint16_t>(symbol << 4 | length);
    }
    return true;
}

// ---------------------------------------------------------------- bits

void GzipReader::refill() {
    if (place_ + 8 <= input_.size()) [[likely]] {
        // Eight bytes at once; bits above bit_count_ are what the next refill brings again.
        std::uint64_t word = 0;
        for (unsigned i = 0; i < 8; ++i) word |= std::uint64_t{input_[place_ + i]} << (8 * i);
        bit_buffer_ |= word << bit_count_;
        const unsigned bytes = (63 - bit_count_) / 8;
        place_ += bytes;
        bit_count_ += 8 * bytes;
        return;
    }
    while (bit_count_ <= 56 && place_ < input_.size()) {
        bit_buffer_ |= std::uint64_t{input_[place_++]} << bit_count_;
        bit_count_ += 8;
    }
}

std::uint32_t GzipReader::bits(unsigned count) {
    if (bit_count_ < count) refill();
    if (bit_count_ < count) {
        short_of_bits_ = true;
        return 0;
    }
    const auto value = static_cast<std::uint32_t>(bit_buffer_ & ((std::uint64_t{1} << count) - 1));
    drop(count);
    return value;
}

/// -1 when the bits are no code, or there are too few.
int GzipReader::symbol(const Code& code) {
    if (bit_count_ < longest_code) refill();
    const std::uint16_t entry = code.fast[bit_buffer_ & (code.fast.size() - 1)];
    if (entry != 0 && (entry & 15U) <= bit_count_) {
        drop(entry & 15U);
        return entry >> 4;
    }
    std::uint32_t value = 0, first = 0, index = 0;
    for (unsigned length = 1; length <= longest_code; ++length) {
        if (length > bit_count_) {
            short_of_bits_ = true;
            return -1;
        }
        value |= static_cast<std::uint32_t>(bit_buffer_ >> (length - 1)) & 1U;
        if (value < first + code.count[length]) {
            drop(length);
            return code.symbols[index + (value - first)];
        }
        index += code.count[length];
        first = (first + code.count[length]) << 1;
        value <<= 1;
    }
    return -1;
}

// ---------------------------------------------------------------- the stages

bool GzipReader::feed(std::span<const std::uint8_t> bytes) {
    if (!error_.empty()) return false;
    input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(place_));
    place_ = 0;
    input_.insert(input_.end(), bytes.begin(), bytes.end());
    return run(false);
}

bool GzipReader::finish() {
    if (!error_.empty() || !run(true)) return false;
    hand_over();
    if (stage_ != Stage::between) return fail("the compressed file ends in its middle");
    return true;
}

bool GzipReader::run(bool last) {
    while (bytes_left() >= (last ? 1 : margin)) {
        bool good = true;
        switch (stage_) {
        case Stage::between:
            // Another member may follow; zeros are padding.
            refill();
            if ((bit_buffer_ & 0xff) == 0)
                drop(8);
            else
                stage_ = Stage::head;
            break;
        case Stage::head: good = read_head(); break;
        case Stage::block: good = read_block(); break;
        case Stage::stored: good = read_stored(); break;
        case Stage::symbols: good = read_symbols(last); break;
        case Stage::tail: good = read_tail(); break;
        }
        if (short_of_bits_) return fail("the compressed file ends in its middle");
        if (!good) return fail("the compressed file is damaged");
    }
    return true;
}

bool GzipReader::skip_text() {
    while (!short_of_bits_ && bits(8) != 0) {
    }
    return true;
}

bool GzipReader::read_head() {
    constexpr std::uint32_t has_check = 2, has_extra = 4, has_name = 8, has_comment = 16, reserved = 0xe0;
    if (bits(8) != 0x1f || bits(8) != 0x8b || bits(8) != 8) return false;
    const std::uint32_t flags = bits(8);
    if (flags & reserved) return false;
    for (int i = 0; i < 6; ++i) bits(8);  // time, extra flags, system
    if (flags & has_extra)
        for (std::uint32_t left = bits(16); left > 0 && !short_of_bits_; --left) bits(8);
    if (flags & has_name) skip_text();
    if (flags & has_comment) skip_text();
    if (flags & has_check) bits(16);
    checksum_ = 0xffffffffU;
    length_ = 0;
    stage_ = Stage::block;
    return true;
}

bool GzipReader::read_block() {
    last_block_ = bits(1) != 0;
    switch (bits(2)) {
    case 0: {
        align();
        stored_left_ = bits(16);
        const std::uint32_t complement = bits(16);
        stage_ = Stage::stored;
        if (stored_left_ == 0) stage_ = last_block_ ? Stage::tail : Stage::block;
        return (stored_left_ ^ complement) == 0xffff || short_of_bits_;
    }
    case 1: make_fixed_codes(); break;
    case 2:
        if (!read_dynamic_codes()) return false;
        break;
    default: return false;
    }
    stage_ = Stage::symbols;
    return true;
}

void GzipReader::make_fixed_codes() {
    std::array<std::uint8_t, 288> lengths{};
    for (std::size_t i = 0; i < lengths.size(); ++i)
        lengths[i] = static_cast<std::uint8_t>(i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8);
    literals_.build(lengths);
    std::array<std::uint8_t, 30> same{};
    same.fill(5);
    distances_.build(same);
}

bool GzipReader::read_dynamic_codes() {
    const std::uint32_t literal_count = bits(5) + 257;
    const std::uint32_t distance_count = bits(5) + 1;
    const std::uint32_t length_count = bits(4) + 4;
    if (literal_count > 286 || distance_count > 30) return false;
    std::array<std::uint8_t, 320> lengths{};
    for (std::uint32_t i = 0; i < length_count; ++i) lengths[code_length_order[i]] = static_cast<std::uint8_t>(bits(3));
    Code code;
    if (!code.build(std::span(lengths).first(19))) return false;
    lengths.fill(0);
    const std::uint32_t total = literal_count + distance_count;
    for (std::uint32_t i = 0; i < total;) {
        const int found = symbol(code);
        if (found < 0) return false;
        if (found < 16) {
            lengths[i++] = static_cast<std::uint8_t>(found);
            continue;
        }
        if (found == 16 && i == 0) return false;
        const std::uint8_t value = found == 16 ? lengths[i - 1] : std::uint8_t{0};
        std::uint32_t repeat = found == 16 ? 3 + bits(2) : found == 17 ? 3 + bits(3) : 11 + bits(7);
        if (i + repeat > total) return false;
        for (; repeat > 0; --repeat) lengths[i++] = value;
    }
    const auto all = std::span<const std::uint8_t>(lengths);
    return lengths[256] != 0 && literals_.build(all.first(literal_count)) &&
           distances_.build(all.subspan(literal_count, distance_count));
}

bool GzipReader::read_stored() {
    while (stored_left_ > 0 && bytes_left() > 0) {
        put(static_cast<std::uint8_t>(bits(8)));
        --stored_left_;
        if (output_size_ >= window_bytes + output_bytes) hand_over();
    }
    if (stored_left_ == 0) stage_ = last_block_ ? Stage::tail : Stage::block;
    return true;
}

bool GzipReader::read_symbols(bool last) {
    const std::size_t least = last ? 1 : 16;
    while (last || bytes_left() >= least) {
        const int found = symbol(literals_);
        if (found < 0) return false;
        if (found < 256) {
            put(static_cast<std::uint8_t>(found));
        } else if (found == 256) {
            stage_ = last_block_ ? Stage::tail : Stage::block;
            return true;
        } else {
            const auto kind = static_cast<std::size_t>(found - 257);
            if (kind >= length_base.size()) return false;
            const std::size_t length = length_base[kind] + bits(length_extra[kind]);
            const int place = symbol(distances_);
            if (place < 0 || place >= 30) return false;
            const auto which = static_cast<std::size_t>(place);
            const std::size_t distance = distance_base[which] + bits(distance_extra[which]);
            if (short_of_bits_ || distance > output_size_) return false;
            std::uint8_t* to = output_.data() + output_size_;
            const std::uint8_t* from = to - distance;  // the two may overlap: byte by byte
            for (std::size_t i = 0; i < length; ++i) to[i] = from[i];
            output_size_ += length;
        }
        if (output_size_ >= window_bytes + output_bytes) hand_over();
    }
    return true;
}

bool GzipReader::read_tail() {
    align();
    hand_over();
    const std::uint32_t checksum = bits(32);
    const std::uint32_t length = bits(32);
    stage_ = Stage::between;
    return short_of_bits_ || (checksum == ~checksum_ && length == length_);
}

/// Gives the sink what is new, and keeps the last 32 KiB for references back.
void GzipReader::hand_over() {
    const std::size_t fresh = output_size_ - output_start_;
    if (fresh == 0) return;
    const std::uint8_t* bytes = output_.data() + output_start_;
    std::size_t i = 0;
    for (; i + 4 <= fresh; i += 4) {
        checksum_ ^= bytes[i] | std::uint32_t{bytes[i + 1]} << 8 | std::uint32_t{bytes[i + 2]} << 16 |
                     std::uint32_t{bytes[i + 3]} << 24;
        checksum_ = checksum_table_[3][checksum_ & 0xff] ^ checksum_table_[2][(checksum_ >> 8) & 0xff] ^
                    checksum_table_[1][(checksum_ >> 16) & 0xff] ^ checksum_table_[0][checksum_ >> 24];
    }
    for (; i < fresh; ++i) checksum_ = (checksum_ >> 8) ^ checksum_table_[0][(checksum_ ^ bytes[i]) & 0xff];
    length_ += static_cast<std::uint32_t>(fresh);
    sink_(std::string_view(reinterpret_cast<const char*>(bytes), fresh));
    if (output_size_ > window_bytes) {
        std::memmove(output_.data(), output_.data() + output_size_ - window_bytes, window_bytes);
        output_size_ = window_bytes;
    }
    output_start_ = output_size_;
}

}  // namespace pageframe
