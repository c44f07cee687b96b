// The loop over instructions, calls, and what can go wrong while running.
#include "engine/scenario/interpreter.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "engine/scenario/arithmetic.h"

namespace pageframe {

RunResult run(const Scenario& scenario, OperationTarget& target, const Bounds& bounds) {
    if (!scenario.valid()) return {};
    return scenario::Interpreter(scenario.program(), scenario.program().code.data(), scenario.machine(), target, bounds)
        .run();
}

}  // namespace pageframe

namespace pageframe::scenario {

namespace {

constexpr std::uint32_t not_interned = 0xffffffffU;

bool by_sign(const Instruction& instruction) { return instruction.global; }

}  // namespace

Interpreter::Interpreter(const Program& program, const Instruction* code, const MachineConfiguration& machine,
                         OperationTarget& target, const Bounds& bounds)
    : target_(target), program_(program), code_(code), machine_(machine), bounds_(bounds),
      strings_(bounds.string_bytes), random_(machine.seed),
      context_(target, machine, strings_, program.strings, random_),
      variable_strings_(program.variables.size(), not_interned) {
    context_.most_operations = bounds.operations;
    context_.memory = &memory_;
    context_.program = &program;
    result_.first_operation = target.next_operation();
}

RunResult Interpreter::run() {
    const ProgramFunction& top = program_.functions.back();
    if (top.slots > bounds_.array_elements) {
        result_.stop =
            Diagnostic{1,
                       1,
                       1,
                       "stopped: more than " + std::to_string(bounds_.array_elements) + " variables and array elements",
                       {}};
    } else {
        memory_.resize(top.slots);
        top_ = top.slots;
        stack_.resize(std::size_t{top.stack} + 2);
        target_.use_constructors(this);
        execute();
        target_.use_constructors(nullptr);
    }
    result_.finished = !result_.stop.has_value();
    result_.warnings = std::move(context_.warnings);
    result_.strings = strings_.take();
    result_.operations = context_.operations;
    result_.steps = std::min(steps_, bounds_.steps);
    return std::move(result_);
}

void Interpreter::fail(std::string message) {
    if (stopped_) return;
    stopped_ = true;
    const Place place = program_.places[at_ - 1];
    result_.stop = Diagnostic{place.line, place.column, place.length, std::move(message), {}};
}

void Interpreter::fail_arithmetic(ArithmeticError error) {
    if (error == ArithmeticError::division_by_zero)
        fail("division by 0");
    else
        fail("a shift by less than 0 or by more than 63 bits");
}

bool Interpreter::charge(std::uint64_t steps) {
    steps_ += steps;
    if (steps_ <= bounds_.steps) return true;
    fail("stopped: a run has at most " + std::to_string(bounds_.steps) + " steps (a loop that does not end?)");
    return false;
}

std::string Interpreter::name_of(const ProgramVariable& variable) const {
    return variable.name == no_name ? std::string("this parameter") : "'" + program_.names[variable.name] + "'";
}

std::uint32_t Interpreter::string_of_variable(std::uint32_t variable) {
    std::uint32_t& index = variable_strings_[variable];
    if (index == not_interned) {
        const NameId name = program_.variables[variable].name;
        index = context_.intern(name == no_name ? std::string_view() : program_.names[name]);
        if (context_.failed()) fail(context_.message);
    }
    return index;
}

// Notes which variable got what an operation allocated: the first, unless one further out follows.
void Interpreter::label(Value value, std::uint32_t name, std::uint32_t index) {
    if (context_.kept.bits != 0 && value.bits == context_.kept.bits) {
        value.origin = std::exchange(context_.kept, Value{}).origin;
        return label(value, name, index);
    }
    const std::uint64_t operation = std::uint64_t{value.origin} - result_.first_operation;
    if (value.bits == 0 || value.origin < result_.first_operation) return;
    if (operation >= result_.labels.size()) {
        if (operation >= bounds_.operations) return;
        result_.labels.resize(operation + 1);
        label_depth_.resize(operation + 1);
    }
    OperationLabel& label = result_.labels[operation];
    const auto depth = static_cast<std::uint8_t>(std::min<std::size_t>(frames_.size(), 255));
    if (label.name != OperationLabel::none && label_depth_[operation] <= depth) return;
    label = {name, index};
    label_depth_[operation] = depth;
}

Value* Interpreter::element(const ProgramVariable& variable, std::uint32_t base, std::uint64_t index,
                            std::uint32_t& name) {
    std::uint32_t elements = variable.elements;
    std::uint32_t slot = base + variable.slot;
    name = not_interned;
    if (elements == 0) {
        // A parameter: the array is the caller's.
        const Value& reference = memory_[slot];
        elements = array_elements(reference.bits);
        slot = array_slot(reference.bits);
        name = reference.origin;
    }
    if (index < elements) return &memory_[slot + index];
    fail(name_of(variable) + " has elements 0 to " + std::to_string(std::int64_t{elements} - 1) + ", found " +
         std::to_string(as_signed(index)));
    return nullptr;
}

bool Interpreter::offset_array(Value& array, std::uint64_t by) {
    const std::uint32_t elements = array_elements(array.bits);
    if (by > elements) {
        fail("element " + std::to_string(as_signed(by)) + " of an array of " + std::to_string(elements));
        return false;
    }
    const auto offset = static_cast<std::uint32_t>(by);
    array.bits = array_bits(array_slot(array.bits) + offset, elements - offset);
    return true;
}

bool Interpreter::enter_cpu(Value& cpu) {
    const std::int64_t wanted = as_signed(cpu.bits);
    if (wanted < 0 || wanted >= machine_.cpus) {
        fail("there is no CPU " + std::to_string(wanted) + ": this machine has " + std::to_string(machine_.cpus) +
             " (machine { cpus = ...; })");
        return false;
    }
    cpu.bits = std::exchange(cpu_, static_cast<CpuId>(wanted));
    return true;
}

bool Interpreter::enter(const Instruction& instruction) {
    const ProgramFunction& function = program_.functions[instruction.operand];
    if (frames_.size() >= bounds_.recursion) {
        fail("stopped: functions call each other at most " + std::to_string(bounds_.recursion) + " deep");
        return false;
    }
    if (std::uint64_t{top_} + function.slots > bounds_.array_elements) {
        fail("stopped: more than " + std::to_string(bounds_.array_elements) +
             " variables and array elements at a time");
        return false;
    }
    if (!charge(function.slots / 4)) return false;
    Frame frame;
    frame.return_to = at_;
    frame.base = base_;
    frame.stack = height_ - function.parameters;
    frame.atomic_depth = atomic_depth_;
    frame.function = instruction.operand;
    frame.cpu = cpu_;
    frame.value_used = instruction.global;
    frames_.push_back(frame);
    base_ = top_;
    top_ += function.slots;
    if (memory_.size() < top_) memory_.resize(top_);
    if (stack_.size() < std::size_t{frame.stack} + function.stack + 2)
        stack_.resize(2 * (std::size_t{frame.stack} + function.stack + 2));
    // The parameters are the first variables of the frame.
    for (std::uint32_t i = 0; i < function.parameters; ++i) memory_[base_ + i] = stack_[frame.stack + i];
    for (std::uint32_t i = base_ + function.parameters; i < top_; ++i) memory_[i] = {0, no_operation, 1};
    height_ = frame.stack;
    at_ = function.entry;
    return true;
}

void Interpreter::construct(CacheId cache, std::uint64_t object, ConstructorMemory& memory) {
    if (stopped_ || context_.failed() || cache >= context_.constructors.size()) return;
    const std::uint64_t offset = context_.constructors[cache] - function_start;
    const std::uint64_t function = offset / function_spacing;
    if (offset % function_spacing != 0 || function + 1 >= program_.functions.size()) return;
    // Who called is in the middle of an instruction, with its arguments on the stack: here is another one.
    std::vector<Value> stack(program_.functions[function].stack + 4);
    std::swap(stack, stack_);
    const Place place = context_.place;
    const std::uint32_t height = std::exchange(height_, 0);
    const std::uint32_t at = at_;
    const CpuId cpu = cpu_;
    context_.constructing = &memory;
    if (program_.functions[function].parameters != 0) stack_[height_++] = Value{object, no_operation, 0};
    Instruction call;
    call.operand = static_cast<std::uint32_t>(function);
    // It comes back to the end of the top level, where a run stops.
    if (enter(call)) {
        frames_.back().return_to = program_.functions.front().entry - 1;
        execute();
    }
    context_.constructing = nullptr;
    context_.place = place;
    context_.cpu = cpu_ = cpu;
    at_ = at;
    height_ = height;
    std::swap(stack, stack_);
}

void Interpreter::call_kernel(const Instruction& instruction) {
    const auto arguments = static_cast<std::uint32_t>(instruction.detail);
    const std::uint32_t first = height_ - arguments;
    context_.place = program_.places[at_ - 1];
    context_.cpu = cpu_;
    context_.context = atomic_depth_ != 0 ? context_atomic : 0;
    const KernelCall& row = *program_.kernel_calls[instruction.operand];
    const Value value = row.evaluate(context_, {stack_.data() + first, arguments});
    if (context_.failed()) [[unlikely]]
        fail(context_.message);
    stack_[first] = value;
    height_ = first + 1;
    if (!context_.moves.empty()) [[unlikely]]
        follow_moves();
    // An array that was filled gets the label of what filled it.
    if (row.parameters.size() == arguments && arguments != 0 &&
        row.parameters[arguments - 1].kind == ParameterKind::pages && !stopped_ && value.bits != 0) {
        Value filled;
        filled.bits = 1;
        filled.origin = context_.last_operation();
        label(filled, stack_[first + arguments - 1].origin, OperationLabel::none);
    }
}

// An access that faults gives 0, as the kernel goes on after an oops that killed somebody else.
void Interpreter::access_memory(const Instruction& instruction, bool store) {
    context_.place = program_.places[at_ - 1];
    context_.cpu = cpu_;
    context_.context = atomic_depth_ != 0 ? context_atomic : 0;
    Operation operation = context_.operation(store ? OperationKind::store : OperationKind::load);
    const Value written = stack_[height_ - 1];
    if (store) {
        --height_;
        set_second_argument(operation, written.bits);
    }
    operation.argument = stack_[height_ - 1].bits;
    operation.text = stack_[height_ - 1].origin + 1;
    operation.order = static_cast<Order>(instruction.operand);
    const OperationResult result = context_.execute(operation);
    if (context_.failed()) [[unlikely]]
        fail(context_.message);
    Value& value = stack_[height_ - 1];
    value = written;
    if (!store) value = {narrowed(result.value, static_cast<Base>(instruction.detail)), no_operation, 0};
}

// Compaction moves pages while their owner goes on using them: in the kernel the page tables are changed,
// here the variables that hold the page's address. Only those that know whose page it is follow.
void Interpreter::follow_moves() {
    std::unordered_map<Pfn, MovedPage> moved;  // by where the page was before the operation
    std::unordered_map<Pfn, Pfn> was;          // where a page that moved already was before
    for (const MovedPage& move : context_.moves) {
        const auto again = was.find(move.from);
        const Pfn from = again == was.end() ? move.from : again->second;
        if (again != was.end()) was.erase(again);
        moved[from] = {from, move.to, move.owner};
        was[move.to] = from;
    }
    context_.moves.clear();
    const auto follow = [&](Value& value) {
        if (value.origin == no_operation || value.bits == 0) return;
        const bool is_page = is_page_address(value.bits);
        if (!is_page && !is_direct_map_address(value.bits)) return;
        const Pfn pfn = is_page ? pfn_of_page(value.bits) : pfn_of_address(value.bits);
        const auto found = moved.find(pfn);
        if (found == moved.end() || found->second.owner != value.origin) return;
        value.bits = is_page ? page_address_of(found->second.to)
                             : direct_map_address(found->second.to) + (value.bits & (page_size - 1));
    };
    std::for_each(memory_.begin(), memory_.begin() + top_, follow);
    std::for_each(stack_.begin(), stack_.begin() + height_, follow);
    charge(top_ / 8);
}

void Interpreter::execute() {
    const Instruction* const code = code_;
    const ProgramVariable* const variables = program_.variables.data();
    while (!stopped_) {
        if (++steps_ > bounds_.steps) [[unlikely]] {
            ++at_;  // the place told is that of the instruction which would have been next
            charge(0);
            break;
        }
        const Instruction instruction = code[at_++];
        Value* const stack = stack_.data();
        const auto frame_base = [&] { return instruction.global ? 0 : base_; };
        // Two operands to one result, keeping the left one's origin.
        const auto combine = [&](std::uint64_t bits) {
            --height_;
            stack[height_ - 1].bits = bits;
        };
        // ... whose result points nowhere.
        const auto plain = [&](std::uint64_t bits) {
            --height_;
            stack[height_ - 1] = Value{bits, no_operation, 0};
        };
        const auto left = [&] { return stack[height_ - 2].bits; };
        const auto right = [&] { return stack[height_ - 1].bits; };
        switch (instruction.opcode) {
        case Opcode::push:
            stack[height_++] =
                Value{static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(instruction.operand)}),
                      no_operation, 0};
            break;
        case Opcode::push_wide:
            stack[height_++] = Value{program_.constants[instruction.operand], no_operation, 0};
            break;
        case Opcode::drop: --height_; break;
        case Opcode::tuck:
            stack[height_] = stack[height_ - 1];
            stack[height_ - 1] = stack[height_ - 2];
            stack[height_ - 2] = stack[height_];
            ++height_;
            break;
        case Opcode::duplicate:
            stack[height_] = stack[height_ - 1];
            ++height_;
            break;
        case Opcode::load: {
            const ProgramVariable& variable = variables[instruction.operand];
            const Value value = memory_[frame_base() + variable.slot];
            if (value.uninitialised != 0) [[unlikely]]
                fail(name_of(variable) + " has no value yet");
            stack[height_++] = value;
            break;
        }
        case Opcode::store: {
            const Value value = stack[height_ - 1];
            memory_[frame_base() + variables[instruction.operand].slot] = value;
            if (value.origin != no_operation)
                label(value, string_of_variable(instruction.operand), OperationLabel::none);
            break;
        }
        case Opcode::load_element: {
            const ProgramVariable& variable = variables[instruction.operand];
            std::uint32_t name = not_interned;
            const std::uint64_t index = right();
            const Value* found = element(variable, frame_base(), index, name);
            if (found == nullptr) break;
            if (found->uninitialised != 0) [[unlikely]]
                fail(name_of(variable) + "[" + std::to_string(index) + "] has no value yet");
            stack[height_ - 1] = *found;
            break;
        }
        case Opcode::store_element: {
            const Value value = stack[height_ - 1];
            const std::uint64_t index = left();
            std::uint32_t name = not_interned;
            Value* found = element(variables[instruction.operand], frame_base(), index, name);
            if (found == nullptr) break;
            *found = value;
            combine(value.bits);
            stack[height_ - 1] = value;
            if (value.origin != no_operation) {
                if (name == not_interned) name = string_of_variable(instruction.operand);
                label(value, name, static_cast<std::uint32_t>(index));
            }
            break;
        }
        case Opcode::array: {
            const ProgramVariable& variable = variables[instruction.operand];
            const std::uint32_t slot = frame_base() + variable.slot;
            if (variable.elements == 0)
                stack[height_++] = memory_[slot];
            else
                stack[height_++] =
                    Value{array_bits(slot, variable.elements), string_of_variable(instruction.operand), 0};
            break;
        }
        case Opcode::variable_as_array:
            stack[height_++] = Value{array_bits(frame_base() + variables[instruction.operand].slot, 1),
                                     string_of_variable(instruction.operand), 0};
            break;
        case Opcode::offset_array:
            --height_;
            offset_array(stack[height_ - 1], stack[height_].bits);
            break;
        case Opcode::step: {
            const ProgramVariable& variable = variables[instruction.operand];
            Value& value = memory_[frame_base() + variable.slot];
            if (value.uninitialised != 0) [[unlikely]]
                fail(name_of(variable) + " has no value yet");
            value.bits =
                narrowed(value.bits + static_cast<std::uint64_t>(std::int64_t{instruction.detail}), variable.base);
            break;
        }
        case Opcode::narrow: stack[height_ - 1].bits = narrowed(right(), static_cast<Base>(instruction.detail)); break;
        case Opcode::compute: {
            const auto operation = static_cast<Operator>(instruction.detail);
            std::uint64_t bits = 0;
            const ArithmeticError error = compute(operation, by_sign(instruction), left(), right(), bits);
            if (error != ArithmeticError::fine) [[unlikely]]
                fail_arithmetic(error);
            // A shifted address is still its page's: pfn << PAGE_SHIFT.
            if (operation == Operator::shift_left || operation == Operator::shift_right)
                combine(bits);
            else
                plain(bits);
            break;
        }
        case Opcode::add: {
            const Value a = stack[height_ - 2];
            const Value b = stack[height_ - 1];
            --height_;
            stack[height_ - 1] = {a.bits + b.bits, a.origin != no_operation ? a.origin : b.origin, 0};
            break;
        }
        case Opcode::subtract: combine(left() - right()); break;
        case Opcode::multiply: plain(left() * right()); break;
        case Opcode::less_signed: plain(as_signed(left()) < as_signed(right()) ? 1 : 0); break;
        case Opcode::less_unsigned: plain(left() < right() ? 1 : 0); break;
        case Opcode::equal: plain(left() == right() ? 1 : 0); break;
        case Opcode::not_equal: plain(left() != right() ? 1 : 0); break;
        case Opcode::bit_and: combine(left() & right()); break;
        case Opcode::bit_or: combine(left() | right()); break;
        case Opcode::negate: stack[height_ - 1] = Value{0 - right(), no_operation, 0}; break;
        case Opcode::complement: stack[height_ - 1] = Value{~right(), no_operation, 0}; break;
        case Opcode::logical_not: stack[height_ - 1] = Value{right() == 0 ? 1U : 0U, no_operation, 0}; break;
        case Opcode::truth: stack[height_ - 1] = Value{right() != 0 ? 1U : 0U, no_operation, 0}; break;
        case Opcode::add_scaled: combine(left() + right() * instruction.operand); break;
        case Opcode::subtract_scaled: combine(left() - right() * instruction.operand); break;
        case Opcode::difference:
            plain(static_cast<std::uint64_t>(as_signed(left() - right()) / std::int64_t{instruction.operand}));
            break;
        case Opcode::minimum_signed: plain(as_signed(left()) < as_signed(right()) ? left() : right()); break;
        case Opcode::minimum_unsigned: plain(std::min(left(), right())); break;
        case Opcode::maximum_signed: plain(as_signed(left()) < as_signed(right()) ? right() : left()); break;
        case Opcode::maximum_unsigned: plain(std::max(left(), right())); break;
        case Opcode::jump: at_ = instruction.operand; break;
        case Opcode::jump_if_zero:
            if (stack[--height_].bits == 0) at_ = instruction.operand;
            break;
        case Opcode::jump_if_not_zero:
            if (stack[--height_].bits != 0) at_ = instruction.operand;
            break;
        case Opcode::load_memory: access_memory(instruction, false); break;
        case Opcode::store_memory: access_memory(instruction, true); break;
        case Opcode::call: enter(instruction); break;
        case Opcode::call_kernel: call_kernel(instruction); break;
        case Opcode::return_value:
        case Opcode::return_nothing: {
            const Frame frame = frames_.back();
            const ProgramFunction& function = program_.functions[frame.function];
            Value value;
            if (instruction.opcode == Opcode::return_value)
                value = stack[height_ - 1];
            else if (function.gives_value && frame.value_used) [[unlikely]] {
                fail("'" + program_.names[function.name] + "' ends without the value that is used");
                break;
            }
            frames_.pop_back();
            top_ = base_;
            base_ = frame.base;
            at_ = frame.return_to;
            cpu_ = frame.cpu;
            atomic_depth_ = frame.atomic_depth;
            height_ = frame.stack;
            stack[height_++] = value;
            break;
        }
        case Opcode::declare:
        case Opcode::clear: {
            const ProgramVariable& variable = variables[instruction.operand];
            const std::uint32_t count = std::max<std::uint32_t>(variable.elements, 1);
            const std::uint32_t slot = frame_base() + variable.slot;
            if (count > 1 && !charge(count / 4)) break;
            const Value value{0, no_operation, instruction.opcode == Opcode::declare ? 1U : 0U};
            std::fill_n(memory_.begin() + slot, count, value);
            break;
        }
        case Opcode::enter_cpu: enter_cpu(stack[height_ - 1]); break;
        case Opcode::leave_cpu: cpu_ = static_cast<CpuId>(stack[--height_].bits); break;
        case Opcode::enter_atomic: ++atomic_depth_; break;
        case Opcode::leave_atomic: --atomic_depth_; break;
        case Opcode::stop: return;
        }
    }
}

}  // namespace pageframe::scenario
