// Finding a function in the tables, and the run as a function sees it.
#include "engine/scenario/calls.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/scenario/bounds.h"
#include "engine/scenario/program.h"

namespace pageframe::scenario {

namespace {

std::array<std::span<const KernelCall>, 7> tables() {
    return {buddy_calls(),   slab_calls(),   kmalloc_calls(), vmalloc_calls(),
            address_calls(), memory_calls(), remark_calls()};
}

// Take a name out when its row comes.
constexpr std::string_view unmodelled[] = {
    "kfree_sensitive",
    "kmem_cache_size",
    "memmove",
    "strcpy",
    "strncpy",
    "strscpy",
    "sprintf",
    "snprintf",
    "dma_alloc_coherent",
    "dma_free_coherent",
    "alloc_contig_pages",
    "free_contig_range",
    "get_page",
    "put_page",
    "folio_alloc",
    "folio_put",
};

}  // namespace

std::span<const std::string_view> unmodelled_calls() { return unmodelled; }

bool is_unmodelled(std::string_view name) {
    return std::find(std::begin(unmodelled), std::end(unmodelled), name) != std::end(unmodelled);
}

CallIndex find_call(std::string_view name) {
    CallIndex index = 0;
    for (std::span<const KernelCall> table : tables())
        for (const KernelCall& call : table) {
            if (name == call.name) return index;
            ++index;
        }
    return no_call;
}

const KernelCall& call_at(CallIndex index) {
    const auto all = tables();
    std::size_t table = 0;
    while (index >= all[table].size()) {
        index -= static_cast<CallIndex>(all[table].size());
        ++table;
    }
    const KernelCall* const first = all[table].data();
    return first[index];
}

CallIndex call_count() {
    std::size_t count = 0;
    for (std::span<const KernelCall> table : tables()) count += table.size();
    return static_cast<CallIndex>(count);
}

std::string call_signature(const KernelCall& call) {
    std::string text = std::string(call.name) + "(";
    for (const Parameter& parameter : call.parameters) {
        if (text.back() != '(') text += ", ";
        text += parameter.name;
    }
    if (call.more_arguments) text += ", ...";
    return text + ")";
}

Operation CallContext::operation(OperationKind kind) const {
    Operation operation;
    operation.kind = kind;
    operation.cpu = cpu;
    operation.context = context;
    operation.line = place.line;
    operation.column = static_cast<std::uint16_t>(std::min<std::uint32_t>(place.column, 0xffff));
    return operation;
}

OperationResult CallContext::execute(const Operation& operation) {
    if (operations >= most_operations)
        fail("stopped: a run has at most " + std::to_string(most_operations) + " operations");
    OperationResult result;
    result.status = OperationStatus::failed;
    if (failed_) return result;
    ++operations;
    if (constructing != nullptr) [[unlikely]]
        return execute_in_constructor(operation);
    last_operation_ = target_.next_operation();
    result = target_.execute(operation);
    const std::vector<MovedPage>& moved = target_.output().moves;
    if (!moved.empty()) [[unlikely]]
        moves.insert(moves.end(), moved.begin(), moved.end());
    return result;
}

// A constructor runs while its slab is being made: it may touch memory and say something.
OperationResult CallContext::execute_in_constructor(const Operation& operation) {
    switch (operation.kind) {
    case OperationKind::note: target_.use_string(operation.text, strings_.list()[operation.text]); [[fallthrough]];
    case OperationKind::load:
    case OperationKind::store:
    case OperationKind::fill_memory:
    case OperationKind::copy_memory:
    case OperationKind::compare_memory: return constructing->access(operation);
    default: break;
    }
    fail("a constructor runs while its slab is being made: here it may compute, read and write memory, and note(), "
         "nothing else");
    return {OperationStatus::failed, 0};
}

std::string_view CallContext::string(Value value) {
    const std::uint64_t offset = value.bits - string_start;
    const std::uint64_t index = offset / string_spacing;
    if (value.bits < string_start || offset % string_spacing != 0 || index >= literals_.size()) {
        fail(value.bits == 0 ? "expected a string, found NULL" : "expected a string, found another address");
        return {};
    }
    return literals_[index];
}

std::uint32_t CallContext::intern(std::string_view text) {
    const std::uint32_t index = strings_.intern(text);
    if (index != StringTable::full) return index;
    fail("stopped: the strings of a run are too long together");
    return 0;
}

std::string_view CallContext::function_name(std::uint64_t address) const {
    const std::uint64_t function = (address - function_start) / function_spacing;
    if (program == nullptr || address < function_start || function >= program->functions.size()) return "ctor";
    const NameId name = program->functions[function].name;
    return name == no_name ? std::string_view("ctor") : std::string_view(program->names[name]);
}

void CallContext::tell(std::string_view text) {
    Operation note = operation(OperationKind::note);
    note.text = intern(text);
    execute(note);
}

bool CallContext::node_argument(Value value, NodeId& node, MissingNode missing) {
    const auto number = static_cast<std::int32_t>(value.bits);
    const std::size_t nodes = std::max<std::size_t>(machine_.nodes.size(), 1);
    const auto end = missing == MissingNode::ignored ? std::int32_t{no_node} : static_cast<std::int32_t>(nodes);
    if (number >= -1 && number < end) {
        node = number < 0 ? no_node : static_cast<NodeId>(number);
        return true;
    }
    fail("there is no node " + std::to_string(number) + ": this machine has " + std::to_string(nodes));
    return false;
}

std::span<Value> CallContext::elements(Value array) {
    const std::uint32_t slot = array_slot(array.bits);
    const std::uint32_t count = array_elements(array.bits);
    if (std::uint64_t{slot} + count > memory->size()) return {};
    return {memory->data() + slot, count};
}

void CallContext::fail(std::string text) {
    if (failed_) return;
    failed_ = true;
    message = std::move(text);
}

void CallContext::warn(std::string text) {
    if (warnings.size() >= most_warnings) return;
    Diagnostic warning{place.line, place.column, place.length, std::move(text), {}};
    // In a loop the same is told once.
    if (std::find(warnings.begin(), warnings.end(), warning) == warnings.end()) warnings.push_back(std::move(warning));
}

}  // namespace pageframe::scenario
