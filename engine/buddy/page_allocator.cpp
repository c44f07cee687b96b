// The decisions of page_decisions.h, compiled for an emitter that may have a recorder.
#include "engine/buddy/page_allocator.h"

#include "engine/buddy/give_back.h"
#include "engine/buddy/per_cpu.h"
#include "engine/buddy/take.h"
#include "engine/buddy/watermarks.h"

namespace pageframe {

template class PageDecisions<PageAllocator, BuddyEmitter>;

}  // namespace pageframe
