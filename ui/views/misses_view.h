// Misses of the TLB over the run: for every stretch of it, how many of 1,000 translations the first level
// did not have, and how many had to be walked for.
//
//     MISSES PER 1,000                       1,204 accesses · 31 walks
//     1000 |        ____
//          |   /\__/    \      ___           the first level's, and of these the walks
//        0 |__/__________\____/___|____
//             run                 ^ here
//
// The counts are those of the timeline's landscape: nothing is run for it. A click goes to the place.
#pragma once

#include "engine/timeline/landscape.h"
#include "ui/view.h"

namespace pageframe::ui {

class MissesView : public View {
public:
    std::string_view name() const override { return "misses"; }
    void draw(const ViewContext& context) override;
};

/// One stretch of the run, all of its operations together.
struct MissBin {
    OperationNumber first = 0, end = 0;
    Landscape::Translations translations;  ///< in this stretch alone
};
/// The run in at most `most` stretches of equal length.
std::vector<MissBin> miss_bins(const Landscape& landscape, OperationNumber operations, std::size_t most);

}  // namespace pageframe::ui
