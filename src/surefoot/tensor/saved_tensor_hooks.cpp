#include "surefoot/tensor/saved_tensor_hooks.h"

#include <utility>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/engine.h>
#include <torch/csrc/autograd/saved_variable_hooks.h>

#include "surefoot/base/error.h"

namespace surefoot::tensor {
namespace {

thread_local SavedTensorPolicy* t_policy = nullptr;

class HeldTensor final : public KeptTensor {
 public:
  explicit HeldTensor(const at::Tensor& tensor) : tensor_(tensor.detach()), version_(tensor_._version()) {}
  at::Tensor take() override {
    SUREFOOT_CHECK(tensor_._version() == version_, "a tensor was changed in place after it was saved for the backward");
    return std::move(tensor_);
  }

 private:
  at::Tensor tensor_;
  int64_t version_;
};

bool is_trained_leaf(const at::TensorBase& tensor) { return tensor.is_leaf() && tensor.requires_grad(); }

/// A parameter, or its transpose and other views.
bool is_parameter(const at::Tensor& tensor) {
  return is_trained_leaf(tensor) || (tensor.is_view() && is_trained_leaf(tensor._base()));
}

class Hooks final : public torch::autograd::SavedVariableHooks {
 public:
  explicit Hooks(SavedTensorPolicy& policy) : policy_(policy) {}
  void call_pack_hook(const at::Tensor& tensor) override {
    kept_ = policy_.keep(tensor.detach(), is_parameter(tensor));
  }
  at::Tensor call_unpack_hook() override { return kept_->take(); }

 private:
  SavedTensorPolicy& policy_;  // lives while packing, which comes right after the construction
  std::unique_ptr<KeptTensor> kept_;
};

class HookedEngine final : public torch::autograd::Engine {
  using variable_list = torch::autograd::variable_list;
  using edge_list = torch::autograd::edge_list;

 public:
  ~HookedEngine() override { stop(); }
  std::unique_ptr<torch::autograd::SavedVariableHooks> get_default_saved_variable_hooks() override {
    return t_policy == nullptr ? nullptr : std::make_unique<Hooks>(*t_policy);
  }

  /// libtorch leaves the tasks of a backward that threw in the thread's queue, and with them most of the graph and its
  /// tensors: where later tasks always come first, for ever. A new queue drops them.
  variable_list execute(const edge_list& roots,
                        const variable_list& inputs,
                        bool keep_graph,
                        bool create_graph,
                        bool accumulate_grad,
                        const edge_list& outputs) override {
    const Depth depth;
    try {
      return Engine::execute(roots, inputs, keep_graph, create_graph, accumulate_grad, outputs);
    } catch (...) {
      if (t_depth == 1) init_local_ready_queue(std::make_shared<torch::autograd::ReadyQueue>());
      throw;
    }
  }

 private:
  static thread_local int t_depth;  // backwards within backwards
  struct Depth {
    Depth() { ++t_depth; }
    ~Depth() { --t_depth; }
  };
};
thread_local int HookedEngine::t_depth = 0;

torch::autograd::Engine& hooked_engine() {
  static auto* engine = new HookedEngine;  // outlives every graph, also those in static storage
  return *engine;
}

// Before main, because an engine that has run a backward cannot be replaced any more.
const bool kInstalled = (torch::autograd::set_default_engine_stub(&hooked_engine), true);

}  // namespace

SavedTensorScope::SavedTensorScope(SavedTensorPolicy& policy) : outer_(std::exchange(t_policy, &policy)) {}

SavedTensorScope::~SavedTensorScope() { t_policy = outer_; }

SavedTensorPolicy* saved_tensor_policy() { return t_policy; }

std::unique_ptr<KeptTensor> hold_tensor(const at::Tensor& tensor) { return std::make_unique<HeldTensor>(tensor); }

std::unique_ptr<KeptTensor> keep_tensor(const at::Tensor& tensor, bool parameter, SavedTensorPolicy* policy) {
  return policy == nullptr ? hold_tensor(tensor) : policy->keep(tensor.detach(), parameter);
}

}  // namespace surefoot::tensor
