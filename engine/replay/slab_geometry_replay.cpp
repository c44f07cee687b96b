// Geometry files: every number of every cache, against kmem_cache_open() as the engine has it.
//
// Two kinds of file. One has caches that the recording's module made, with what it asked for; where a
// request was merged into a cache of the system, the numbers are that cache's. The other has the caches
// that the system made itself, read after the fact: there the "request" repeats the result.
//
// A cache that others were merged into has grown since it was laid out: object_size and inuse are the
// largest of them, while offset is still the first one's. Such a cache is equal when some first request
// that its alignment rounds up to the same size gives all its numbers.
//
// The second kind does not say how many CPUs there were, and calculate_order() only sees 4 * (fls(CPUs)
// + 1): the count is the smallest power of two that explains the most caches. Nor does it say what the kernel was
// started with: slub_min_order= and the others are in the first kind's head, or are given from outside.
//
// slub_debug= stands in neither. If nobody gives it, the debugging flags that every cache has count as the machine's:
// they are added to what each one asked for, as slub_debug=FZ adds them. Then it is not compared whether a cache
// got them, but all that follows from them is. A debugging flag that one cache has and another has not must
// have been asked for.
#include <algorithm>
#include <vector>

#include "engine/replay/slab_lines.h"

namespace pageframe {

namespace {

struct GeometryFile {
    std::vector<RecordedCache> caches;
    std::vector<std::pair<std::string, std::string>> merges;
    SlubOptions options;
    unsigned cpus = 0;  ///< 0: the file does not say

    /// What a cache asked for, and slub_debug with it.
    CacheRequest request_of(const RecordedCache& cache) const {
        CacheRequest request = cache.request;
        request.flags = with_slub_debug(options.debug, request.flags, cache.name);
        return request;
    }
    /// The name of the cache that serves this one.
    const std::string& own_name(const std::string& name) const {
        for (const auto& [newcomer, target] : merges)
            if (newcomer == name) return target;
        return name;
    }
};

/// The debugging flags that all have. kmemleak's caches are spared U, others all of them (with_slub_debug()).
SlabFlags flags_of_all(const std::vector<RecordedCache>& caches) {
    SlabFlags all = caches.empty() ? 0 : slab_flag::debug;
    for (const RecordedCache& cache : caches) {
        SlabFlags had = cache.geometry.flags;
        if (had & slab_flag::no_user_flags) continue;
        if (had & slab_flag::noleaktrace) had |= slab_flag::store_user;
        all &= had;
    }
    return all;
}

bool read_file(std::string_view text, GeometryFile& file, RecordingError& error) {
    bool whole = true;
    for_each_line(text, [&](const Line& line) {
        line.named_number("nr_cpu_ids", file.cpus);
        if (line[0] == "#") read_slub_options(line, file.options);
        if (line[0] == "MERGE") file.merges.emplace_back(line[1], line[3]);
        if (line[0] != "C") return true;
        RecordedCache cache;
        whole = read_cache(line, cache);
        if (whole)
            file.caches.push_back(std::move(cache));
        else
            error = {line.number(), "expected a cache with all its numbers"};
        return whole;
    });
    return whole;
}

CacheGeometry computed(const GeometryFile& file, const CacheRequest& request, unsigned cpus) {
    CacheGeometry geometry;
    if (!calculate_geometry(request, cpus, file.options, geometry)) geometry = {};
    return geometry;
}

/// The model's numbers for a cache; those of the nearest first request when it has been shared.
CacheGeometry explain(const GeometryFile& file, const RecordedCache& cache, unsigned cpus) {
    CacheRequest request = file.request_of(cache);
    CacheGeometry geometry = computed(file, request, cpus);
    if (geometry == cache.geometry || cache.refcount <= 1) return geometry;
    request.size = cache.geometry.object_size;
    request.flags =
        with_slub_debug(file.options.debug, cache.geometry.flags & (slab_flag::created | slab_flag::kmalloc),
                        file.own_name(cache.name));
    request.align = cache.geometry.align;
    const std::uint32_t most = std::max(request.align, pointer_bytes);
    for (std::uint32_t smaller = 0; smaller < most && smaller < request.size; ++smaller) {
        CacheRequest first = request;
        first.size -= smaller;
        CacheGeometry shared = computed(file, first, cpus);
        shared.object_size = std::max(shared.object_size, cache.geometry.object_size);
        shared.inuse = std::max(shared.inuse, align_to(cache.geometry.object_size, pointer_bytes));
        if (smaller == 0 || shared == cache.geometry) geometry = shared;
        if (shared == cache.geometry) break;
    }
    return geometry;
}

std::size_t explained(const GeometryFile& file, unsigned cpus) {
    return static_cast<std::size_t>(
        std::count_if(file.caches.begin(), file.caches.end(),
                      [&](const RecordedCache& cache) { return explain(file, cache, cpus) == cache.geometry; }));
}

unsigned likely_cpus(const GeometryFile& file) {
    unsigned best = 1;
    std::size_t most = 0;
    for (unsigned cpus = 1; cpus <= 4096; cpus *= 2)
        if (const std::size_t count = explained(file, cpus); count > most) {
            most = count;
            best = cpus;
        }
    return best;
}

/// MERGE lines among the file's own caches: one that stayed itself could share none of those before it that
/// did, unless the machine never merges (slab_nomerge); one merged elsewhere may share that cache.
std::string check_merge(const GeometryFile& file, const std::pair<std::string, std::string>& merge) {
    const auto find = [&](const std::string& name) {
        return std::find_if(file.caches.begin(), file.caches.end(),
                            [&](const RecordedCache& c) { return c.name == name; });
    };
    const auto made = find(merge.first);
    if (made == file.caches.end()) return {};
    const bool merged = merge.first != merge.second;
    if (merged && !can_merge(file.request_of(*made), made->geometry)) return "it can't share that cache";
    const bool merging =
        std::any_of(file.merges.begin(), file.merges.end(), [](const auto& m) { return m.first != m.second; });
    if (merged || !merging) return {};
    for (const auto& [name, target] : file.merges) {
        const auto other = find(name);
        if (name == merge.first) break;
        if (other != file.caches.end() && name == target && can_merge(file.request_of(*made), other->geometry))
            return "it would share " + name;
    }
    return {};
}

}  // namespace

std::optional<ReplayReport> replay_geometry(std::string_view text, RecordingError& error,
                                            const KnownSlubOptions& known) {
    GeometryFile file;
    if (!read_file(text, file, error)) return std::nullopt;
    file.options.debug.everywhere = flags_of_all(file.caches);
    add_known(known, file.options);
    // With O the kernel leaves a red_left_pad where it has taken the red zone away, and never looks at it again.
    if (file.options.debug.spare_higher_orders)
        for (RecordedCache& cache : file.caches)
            if (!cache.geometry.has(slab_flag::red_zone)) cache.geometry.red_left_pad = 0;
    const unsigned cpus = file.cpus != 0 ? file.cpus : likely_cpus(file);
    ReplayReport report;
    report.results_total = file.caches.size();
    report.dumps_total = file.merges.size();
    for (const RecordedCache& cache : file.caches) {
        const CacheGeometry model = explain(file, cache, cpus);
        if (model == cache.geometry)
            ++report.results_equal;
        else if (!report.difference)
            report.difference =
                Difference{cache.line,           "cache " + cache.name + " with " + std::to_string(cpus) + " CPUs",
                           "geometry",           geometry_text(cache.geometry),
                           geometry_text(model), {}};
    }
    for (const auto& merge : file.merges) {
        const std::string wrong = check_merge(file, merge);
        if (wrong.empty())
            ++report.dumps_equal;
        else if (!report.difference)
            report.difference = Difference{0, "MERGE " + merge.first, "cache it shares", merge.second, wrong, {}};
    }
    return report;
}

}  // namespace pageframe
