#include "engine/machine/execute_slab.h"

#include <algorithm>
#include <charconv>

#include "engine/kmalloc/kmalloc.h"
#include "engine/machine/constructing_pages.h"
#include "engine/machine/object_bytes.h"
#include "engine/machine/silent_objects.h"
#include "engine/slab/classic_fast_path.h"

namespace pageframe {

namespace {

/// Far more than fits in a step that anybody looks at.
constexpr std::uint64_t most_bulk_objects = 65536;

class SlabOperations {
public:
    SlabOperations(State& state, const Operation& operation, Recorder* recorder, OperationOutput& output)
        : state_(state), operation_(operation), recorder_(recorder), output_(output),
          pages_(state, operation.cpu, recorder, output),
          page_allocator_(state.buddy, operation.cpu, recorder, &output.moves),
          slabs_(state.slab, operation.cpu, pages_, recorder), kmalloc_(slabs_, page_allocator_) {}

    OperationResult run() {
        if ((operation_.context & context_atomic) && may_sleep()) slabs_.check_atomic(operation_.gfp_flags);
        OperationResult result = dispatch();
        zero(result);
        if (slabs_.made_mistake() || page_allocator_.made_mistake() || pages_.constructor_erred())
            result.status = OperationStatus::mistake;
        return result;
    }

private:
    CacheId cache() const { return cache_of(operation_); }
    bool may_sleep() const {
        switch (operation_.kind) {
        case OperationKind::kmem_cache_alloc:
        case OperationKind::kmem_cache_alloc_bulk:
        case OperationKind::kmalloc:
        case OperationKind::krealloc: return true;
        default: return false;
        }
    }
    std::string_view text() const {
        const auto& strings = state_.slab.strings;
        return strings && operation_.text < strings->size() ? std::string_view((*strings)[operation_.text])
                                                            : std::string_view();
    }
    static OperationResult got(std::uint64_t address) {
        return {address == 0 ? OperationStatus::failed : OperationStatus::done, address};
    }

    /// __GFP_ZERO
    void zero(const OperationResult& result) {
        const bool takes =
            operation_.kind == OperationKind::kmem_cache_alloc || operation_.kind == OperationKind::kmalloc;
        if (takes && (operation_.gfp_flags & gfp::zero) && result.value > zero_size_pointer)
            zero_object(state_, result.value, object_bytes(result.value), recorder_);
    }
    /// What the object has room for; 0 for what is none.
    std::uint64_t object_bytes(std::uint64_t address) const {
        if (address < direct_map_start) return 0;
        const ObjectReference object = object_at(state_.slab, address);
        if (object.slab != no_slab)
            return state_.slab.caches[state_.slab.slabs[object.slab].cache].geometry.object_size;
        const std::uint64_t frame = (address - direct_map_start) >> page_shift;
        return frame < state_.buddy.frame_count() ? page_size << state_.buddy.frames[frame].order : 0;
    }

    OperationResult dispatch() {
        const std::uint64_t argument = operation_.argument;
        switch (operation_.kind) {
        case OperationKind::kmem_cache_create: return create();
        case OperationKind::kmem_cache_alloc:
            return got(slabs_.allocate(cache(), operation_.gfp_flags, operation_.node));
        case OperationKind::kmem_cache_free: slabs_.free(cache(), argument, operation_.text); return {};
        case OperationKind::kmem_cache_alloc_bulk: return allocate_bulk();
        case OperationKind::kmem_cache_free_bulk: free_bulk(); return {};
        case OperationKind::kmem_cache_shrink: {
            OperationResult result;
            if (operation_.order == 1) {
                slabs_.flush(cache(), operation_.cpu);
                return result;
            }
            result.value = slabs_.shrink(cache()) ? 0 : 1;
            return result;
        }
        case OperationKind::kmem_cache_destroy: slabs_.destroy(cache()); return {};
        case OperationKind::kmalloc: return got(kmalloc_.allocate(argument, operation_.gfp_flags, operation_.node));
        case OperationKind::kfree: kmalloc_.free(argument, operation_.text); return {};
        case OperationKind::krealloc:
            return got(kmalloc_.reallocate(argument, operation_.pfn, operation_.gfp_flags, operation_.text,
                                           [this](std::uint64_t to, std::uint64_t from) {
                                               const auto bytes = std::min(object_bytes(from), object_bytes(to));
                                               copy_object(state_, to, from, bytes, recorder_);
                                           }));
        case OperationKind::ksize: {
            OperationResult result;
            result.value = kmalloc_.usable_bytes(argument);
            return result;
        }
        default: return {};
        }
    }

    OperationResult create() {
        CacheRequest request;
        request.size = static_cast<std::uint32_t>(operation_.argument);
        request.align = operation_.pfn;
        request.flags = operation_.gfp_flags;
        request.constructor = operation_.order != 0;
        OperationResult result;
        result.value = slabs_.create(text(), request);
        if (result.value == no_cache) result.status = OperationStatus::failed;
        return result;
    }

    OperationResult allocate_bulk() {
        std::vector<ObjectReference> objects;
        const auto count = static_cast<std::uint32_t>(std::min(operation_.argument, most_bulk_objects));
        slabs_.allocate_bulk(cache(), operation_.gfp_flags, count, objects);
        for (ObjectReference object : objects) {
            const std::uint64_t physical = object_address(state_.slab, object) - direct_map_start;
            output_.pages.push_back(static_cast<Pfn>(physical >> page_shift));
            output_.pages.push_back(static_cast<Pfn>(physical % page_size));
        }
        OperationResult result;
        result.value = objects.size();
        if (objects.empty() && count != 0) result.status = OperationStatus::failed;
        return result;
    }

    void free_bulk() {
        std::vector<std::uint64_t> addresses;
        std::string_view rest = text();
        while (!rest.empty()) {
            const std::string_view word = rest.substr(0, rest.find(','));
            std::uint64_t address = 0;
            std::from_chars(word.data(), word.data() + word.size(), address, 16);
            addresses.push_back(address);
            rest.remove_prefix(std::min(word.size() + 1, rest.size()));
        }
        slabs_.free_bulk(cache(), addresses);
    }

    State& state_;
    const Operation& operation_;
    Recorder* recorder_;
    OperationOutput& output_;
    ConstructingPages pages_;
    PageAllocator page_allocator_;
    SlabAllocator slabs_;
    Kmalloc kmalloc_;
};

}  // namespace

OperationResult execute_slab(State& state, const Operation& operation, Recorder* recorder, OperationOutput& output) {
    return SlabOperations(state, operation, recorder, output).run();
}

std::uint64_t take_elsewhere_silently(SlabState& state, std::uint32_t cache, CpuId cpu, NodeId node,
                                      std::uint32_t requested) {
    const SilentEmitter emitter(state);
    if (state.allocator == SlabAllocatorKind::slub) return allocate_from_cpu(emitter, cache, cpu, node, requested);
    return allocate_from_array(emitter, cache, cpu, node, requested);
}

bool give_elsewhere_silently(SlabState& state, std::uint32_t cache, CpuId cpu, SlabId slab, std::uint64_t address,
                             OperationNumber taken_by) {
    const SilentEmitter emitter(state);
    if (state.allocator == SlabAllocatorKind::slub) return free_to_slab(emitter, cache, cpu, slab, address, taken_by);
    return free_to_array(emitter, cache, cpu, slab, address, taken_by);
}

}  // namespace pageframe
