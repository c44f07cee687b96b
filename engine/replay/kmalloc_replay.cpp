// kmalloc: class and usable size of every recorded range of sizes, alignment, roundup.
#include <algorithm>

#include "engine/kmalloc/kmalloc_classes.h"
#include "engine/replay/slab_lines.h"

namespace pageframe {

namespace {

constexpr SlabAllocatorKind slub = SlabAllocatorKind::slub;

/// "GFP_KERNEL_ACCOUNT", "GFP_DMA_RECLAIMABLE": GFP_KERNEL and more, as the recording names them.
bool read_gfp(std::string_view text, GfpFlags& flags) {
    if (!text.starts_with("GFP_")) return false;
    text.remove_prefix(4);
    flags = gfp::kernel;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('_'), text.size());
        const std::string_view word = text.substr(0, end);
        if (word == "DMA")
            flags |= gfp::dma;
        else if (word == "DMA32")
            flags |= gfp::dma32;
        else if (word == "RECLAIMABLE")
            flags |= gfp::reclaimable;
        else if (word == "ACCOUNT")
            flags |= gfp::account;
        else if (word != "KERNEL")
            return false;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return true;
}

/// What the engine gives for one size, written as a K line ends.
std::string answer_for(std::uint64_t bytes, GfpFlags flags) {
    const unsigned index = kmalloc_class(bytes, slub);
    if (index != no_kmalloc_class) {
        const KmallocType type = kmalloc_type(flags, SlabAllocatorKind::slub);
        CacheGeometry geometry;
        calculate_geometry(kmalloc_cache_request(type, index, slub), 1, {}, geometry);
        return "ksize=" + std::to_string(geometry.object_size) + " cache=" + kmalloc_cache_name(type, index, slub) +
               " slab_size=" + std::to_string(geometry.size) + " order=-1";
    }
    const Order order = order_of_bytes(bytes);
    if (order > largest_order) return "ksize=0 cache=NULL slab_size=0 order=0";
    return "ksize=" + std::to_string(page_size << order) + " cache=page slab_size=0 order=" + std::to_string(order);
}

struct KmallocReplay {
    ReplayReport report;
    RecordingError& error;

    bool take_line(const Line& line) {
        const std::string_view tag = line[0];
        if (tag == "K") return check_sizes(line);
        if (tag == "ROUNDUP") return check_roundup(line);
        if (tag == "ALIGN") return check_alignment(line);
        if (tag == "ZERO") return check(line, std::string(line.text()), "ZERO kmalloc(0)=10 ksize=0");
        if (tag.empty() || tag.starts_with('#')) return true;
        error = {line.number(), "expected K, ALIGN, ROUNDUP or ZERO"};
        return false;
    }

    bool check(const Line& line, const std::string& kernel, const std::string& model) {
        ++report.results_total;
        if (kernel == model)
            ++report.results_equal;
        else if (!report.difference)
            report.difference =
                Difference{line.number(), std::string(line.text().substr(0, 80)), "kmalloc", kernel, model, {}};
        return true;
    }

    bool read_range(const Line& line, std::size_t at, std::uint64_t& low, std::uint64_t& high) {
        if (parse_number(line[at], low) && parse_number(line[at + 1], high) && low <= high && high - low < (1U << 24))
            return true;
        error = {line.number(), "expected a range of sizes"};
        return false;
    }

    /// Every size of the range must give the same, or the first that does not is told.
    bool check_sizes(const Line& line) {
        std::uint64_t low = 0, high = 0;
        GfpFlags flags = 0;
        if (!read_range(line, 2, low, high)) return false;
        if (!read_gfp(line[1], flags)) {
            error = {line.number(), "expected GFP_KERNEL, GFP_DMA, ..."};
            return false;
        }
        std::string kernel;
        for (std::size_t i = 4; i < line.size(); ++i) kernel += (i == 4 ? "" : " ") + std::string(line[i]);
        std::string model = kernel;
        for (std::uint64_t bytes = low; bytes <= high && model == kernel; ++bytes) model = answer_for(bytes, flags);
        return check(line, kernel, model);
    }

    bool check_roundup(const Line& line) {
        std::uint64_t low = 0, high = 0;
        if (!read_range(line, 1, low, high)) return false;
        std::string model(line[3]);
        for (std::uint64_t bytes = low; bytes <= high && model == line[3]; ++bytes)
            model = std::to_string(kmalloc_size_roundup(bytes, slub));
        return check(line, std::string(line[3]), model);
    }

    bool check_alignment(const Line& line) {
        std::uint64_t bytes = 0;
        if (!parse_number(line[1], bytes)) {
            error = {line.number(), "expected a size"};
            return false;
        }
        std::uint64_t alignment = page_size << order_of_bytes(bytes);
        if (const unsigned index = kmalloc_class(bytes, slub); index != no_kmalloc_class)
            alignment = kmalloc_cache_request(KmallocType::normal, index, slub).align;
        return check(line, std::string(line.named("min_alignment")), std::to_string(alignment));
    }
};

}  // namespace

std::optional<ReplayReport> replay_kmalloc(std::string_view text, RecordingError& error) {
    KmallocReplay replay{{}, error};
    bool whole = true;
    for_each_line(text, [&](const Line& line) { return whole = replay.take_line(line); });
    if (!whole) return std::nullopt;
    return std::move(replay.report);
}

}  // namespace pageframe
