// The kernel's functions that a scenario can call: one table per subsystem, one row per function.
//
// To add a function: a row in its subsystem's calls_X.cpp with name, result, parameters and what it does,
// which is to build an Operation and execute it, or to compute a value. To add a subsystem: a file with
// its table, and its name in the list in calls.cpp. The checks (number and kinds of arguments, near names)
// and the documentation read the same rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/operation.h"
#include "engine/core/random.h"
#include "engine/machine/configuration.h"
#include "engine/scenario/diagnostics.h"
#include "engine/scenario/operation_target.h"
#include "engine/scenario/value_type.h"
#include "engine/scenario/values.h"
#include "engine/slab/constructors.h"

namespace pageframe::scenario {

struct Program;

enum class ParameterKind : std::uint8_t {
    number,
    gfp,      ///< a number; only here may a gfp_t go without a warning sign
    address,  ///< unsigned long or void *: virtual address of memory, not a struct page *
    page,     ///< struct page *
    cache,    ///< struct kmem_cache *
    pointer,  ///< any pointer
    zone,     ///< struct zone *: always NULL here
    string,
    view,      ///< a string that names a picture of the page
    pages,     ///< an array of struct page *
    objects,   ///< an array of pointers
    function,  ///< a function of the scenario, or what `any` may be
    any,       ///< a number or a pointer
};

struct Parameter {
    ParameterKind kind = ParameterKind::number;
    const char* name = "";
};

/// What a function sees of the run while it is called.
class CallContext {
public:
    CallContext(OperationTarget& target, const MachineConfiguration& machine, StringTable& strings,
                std::span<const std::string> literals, Random& random)
        : target_(target), machine_(machine), strings_(strings), literals_(literals), random_(random) {}

    /// An operation of this kind, by this CPU, at the place of the call.
    Operation operation(OperationKind kind) const;
    /// Executes it. After a bound was passed nothing is executed any more and the result is "failed".
    OperationResult execute(const Operation& operation);
    /// The number that the last executed operation had.
    OperationNumber last_operation() const { return last_operation_; }
    /// What the last operation, a bulk request, got.
    const std::vector<Pfn>& pages_of_last() const { return target_.output().pages; }

    const MachineConfiguration& machine() const { return machine_; }
    Random& random() { return random_; }
    /// The text of a string value; an error when the value is none.
    std::string_view string(Value value);
    /// Its index in the run's strings, for Operation::text.
    std::uint32_t intern(std::string_view text);
    /// The name of the function of the text that has this address.
    std::string_view function_name(std::uint64_t address) const;
    /// The machine will read this string in the next operation (Operation::text).
    void use_string(std::uint32_t index, std::string_view text) { target_.use_string(index, text); }
    /// A node of this machine, no_node for NUMA_NO_NODE; false after telling that there is none such. The slab
    /// allocators ignore a wish for a node that is not there.
    enum class MissingNode : std::uint8_t { refused, ignored };
    bool node_argument(Value value, NodeId& node, MissingNode missing = MissingNode::refused);
    /// A remark in the run's log, as note() makes one.
    void tell(std::string_view text);
    /// The elements of an array argument.
    std::span<Value> elements(Value array);

    /// The run stops here with this message.
    void fail(std::string message);
    void warn(std::string message);
    bool failed() const { return failed_; }

    // set by the interpreter before each call
    Place place;
    CpuId cpu = 0;
    std::uint8_t context = 0;
    std::vector<Value>* memory = nullptr;
    const Program* program = nullptr;
    /// Told which pages moved while an operation ran (compaction, CMA).
    std::vector<MovedPage> moves;
    /// What krealloc() left in place, with its own operation as origin.
    Value kept;
    /// What kmem_cache_create() was given as constructor, by cache.
    std::vector<std::uint64_t> constructors;
    /// While a constructor runs: does what it does to memory, within the operation that made the slab.
    ConstructorMemory* constructing = nullptr;

    // read by the interpreter
    std::uint64_t operations = 0;
    std::uint64_t most_operations = 0;
    std::string message;
    std::vector<Diagnostic> warnings;

private:
    OperationResult execute_in_constructor(const Operation& operation);

    OperationTarget& target_;
    const MachineConfiguration& machine_;
    StringTable& strings_;
    std::span<const std::string> literals_;
    Random& random_;
    OperationNumber last_operation_ = no_operation;
    bool failed_ = false;
};

using Evaluate = Value (*)(CallContext& context, std::span<const Value> arguments);

struct KernelCall {
    const char* name = "";
    Type result;
    std::span<const Parameter> parameters;
    Evaluate evaluate = nullptr;
    bool more_arguments = false;  ///< printk's "..."
};

using CallIndex = std::uint32_t;
inline constexpr CallIndex no_call = 0xffffffffU;

CallIndex find_call(std::string_view name);
/// Functions of the kernel that the model does not have yet: known, so that the error can say so.
std::span<const std::string_view> unmodelled_calls();
bool is_unmodelled(std::string_view name);
const KernelCall& call_at(CallIndex index);
CallIndex call_count();
/// "alloc_pages(gfp, order)"
std::string call_signature(const KernelCall& call);

// The tables, in calls_*.cpp.
std::span<const KernelCall> buddy_calls();    ///< the page allocator
std::span<const KernelCall> slab_calls();     ///< caches of objects
std::span<const KernelCall> kmalloc_calls();  ///< objects by size
std::span<const KernelCall> vmalloc_calls();  ///< virtually contiguous memory
std::span<const KernelCall> memory_calls();   ///< memset and its kin, flushes, address spaces
std::span<const KernelCall> address_calls();  ///< conversions between pfn, page and addresses
std::span<const KernelCall> remark_calls();   ///< note, show, predict, ..., rand

/// printf's formatting, as far as the kernel's messages need it.
std::string format_message(CallContext& context, std::string_view format, std::span<const Value> arguments);

}  // namespace pageframe::scenario
