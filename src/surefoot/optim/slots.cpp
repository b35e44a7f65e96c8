#include "surefoot/optim/slots.h"

#include <ATen/ATen.h>

#include "surefoot/base/error.h"

namespace surefoot::optim {
namespace {

[[noreturn]] void damaged(const std::string& why) {
  throw Error(ErrorCode::kCheckpointDamaged, "the optimiser's state does not fit", why,
              "resume with the recipe and model of the run, or start from its weights with model.weights");
}

/// Whether the same element of both lies at the same distance from the first. The stride of a dimension of size 1 means
/// nothing: those of a pointwise convolution's gradient differ from its weight's.
bool same_order(const at::Tensor& a, const at::Tensor& b) {
  for (int64_t d = 0; d < a.dim(); ++d)
    if (a.size(d) > 1 && a.stride(d) != b.stride(d)) return false;
  return true;
}

}  // namespace

Slots::Slots(const std::vector<Group>& groups, std::string suffix) : suffix_(std::move(suffix)) {
  for (const Group& group : groups) tensors_.emplace_back(group.parameters.size());
}

at::Tensor& Slots::made(size_t group, size_t index, const nn::NamedTensor& parameter) {
  at::Tensor& slot = tensors_[group][index];
  if (!slot.defined()) slot = at::zeros_like(parameter.tensor.detach());
  return slot;
}

void Slots::append_to(tensor::NamedTensors& state, const std::vector<Group>& groups) const {
  for (size_t g = 0; g < groups.size(); ++g) {
    for (size_t i = 0; i < groups[g].parameters.size(); ++i) {
      if (tensors_[g][i].defined()) state.emplace_back(groups[g].parameters[i].name + "." + suffix_, tensors_[g][i]);
    }
  }
}

void Slots::take_from(std::map<std::string, at::Tensor>& state, const std::vector<Group>& groups) {
  for (size_t g = 0; g < groups.size(); ++g) {
    for (size_t i = 0; i < groups[g].parameters.size(); ++i) {
      const nn::NamedTensor& parameter = groups[g].parameters[i];
      tensors_[g][i] = at::Tensor();
      const auto found = state.find(parameter.name + "." + suffix_);
      if (found == state.end()) continue;
      if (found->second.sizes() != parameter.tensor.sizes())
        damaged(found->first + " has another shape than its parameter");
      made(g, i, parameter).copy_(found->second);
      state.erase(found);
    }
  }
}

std::map<std::string, at::Tensor> by_name(const tensor::NamedTensors& state) {
  std::map<std::string, at::Tensor> named;
  for (const auto& [name, tensor] : state) {
    if (!named.emplace(name, tensor).second) damaged(name + " comes twice");
  }
  return named;
}

void check_all_taken(const std::map<std::string, at::Tensor>& state) {
  if (!state.empty())
    damaged(std::to_string(state.size()) + " tensor(s) belong to no parameter, the first is " + state.begin()->first);
}

at::Tensor in_memory_order(const at::Tensor& dense) {
  SUREFOOT_CHECK(dense.is_non_overlapping_and_dense(), "parameters and what belongs to them are dense");
  return dense.detach().as_strided({dense.numel()}, {1});
}

Ready ready_parameters(const Group& group) {
  Ready ready;
  for (size_t i = 0; i < group.parameters.size(); ++i) {
    const at::Tensor& parameter = group.parameters[i].tensor;
    at::Tensor gradient = parameter.grad();
    if (!gradient.defined()) continue;
    if (!same_order(gradient, parameter)) gradient = at::empty_like(parameter.detach()).copy_(gradient);
    ready.indices.push_back(i);
    ready.parameters.push_back(in_memory_order(parameter));
    ready.gradients.push_back(in_memory_order(gradient));
  }
  return ready;
}

}  // namespace surefoot::optim
