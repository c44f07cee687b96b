// CACHES: the machine's caches as slabtop lists them, and how often each CPU could do without a lock.
//
//     CACHES · 9                                               as slabtop
//     name           size  /slab    objs  active   use    waste
//     dentry          192     21   3,402   3,391   99%   12 KiB
//     task_struct   1,040     31      93      70   75%  1.5 KiB      the cache that the slabs' picture shows
//
//     LOCKS TAKEN SO FAR   none        cmpxchg      list_lock
//     CPU 0                ##### 214   ## 37        # 9
//
// A click on a heading sorts by it, a second one the other way round; at first it is slabtop's own order, by
// the number of objects. `waste` is what nobody can use: the rest of a class behind what was asked for,
// padding and debugging bytes of objects in use, and what is left over at the end of slabs.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "ui/view.h"

namespace pageframe::ui {

enum class CacheColumn : std::uint8_t { name, size, per_slab, objects, active, use, waste };
inline constexpr unsigned cache_column_count = 7;

/// One cache's line.
struct CacheLine {
    CacheId cache = no_cache;
    std::string name;
    std::uint64_t size = 0, per_slab = 0, objects = 0, active = 0, waste = 0;

    /// In percent, as slabtop cuts it off.
    std::uint64_t use() const { return objects == 0 ? 0 : 100 * active / objects; }
};

enum class SortDirection : std::uint8_t { ascending, descending };

CacheLine cache_line(const SlabState& state, CacheId cache);
/// Equal lines keep the order of age that they come in.
void sort_cache_lines(std::vector<CacheLine>& lines, CacheColumn column, SortDirection direction);

class CachesView final : public View {
public:
    std::string_view name() const override { return "caches"; }
    void draw(const ViewContext& context) override;
    bool uses_wheel() const override { return overflow_ > 0; }
    void reset() override;

private:
    struct Columns {
        /// Right edges; below 0: no room.
        std::array<float, cache_column_count> right{};
        float name_width = 0;
    };

    void read_lines(const ViewContext& context);
    Columns columns_for(const ViewContext& context) const;
    void draw_headings(const ViewContext& context, const Columns& columns, float middle);
    void draw_lines(const ViewContext& context, const Columns& columns, const Rectangle& area);
    void draw_line(const ViewContext& context, const Columns& columns, const CacheLine& line,
                   const Rectangle& row) const;
    void draw_locks(const ViewContext& context, const Rectangle& area) const;

    std::vector<CacheLine> lines_;
    CacheLine before_;  ///< of the cache that the step is about
    std::uint32_t revision_ = 0;
    CacheColumn sorted_by_ = CacheColumn::objects;
    SortDirection direction_ = SortDirection::descending;
    float scrolled_ = 0;
    float overflow_ = 0;
};

}  // namespace pageframe::ui
