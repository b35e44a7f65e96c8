#pragma once
// State that an optimiser keeps beside each parameter, made at its first gradient.
#include <string>
#include <vector>

#include "surefoot/optim/optimizer.h"

namespace surefoot::optim {

/// One state tensor a parameter, in the order of the groups.
class Slots {
 public:
  /// @param suffix of the names: "momentum_buffer"
  Slots(const std::vector<Group>& groups, std::string suffix);
  /// Undefined until made. @param group, index position of the parameter
  at::Tensor& at(size_t group, size_t index) { return tensors_[group][index]; }
  /// The tensor, made as zeros in the parameter's layout where it was undefined.
  at::Tensor& made(size_t group, size_t index, const nn::NamedTensor& parameter);
  void append_to(tensor::NamedTensors& state, const std::vector<Group>& groups) const;
  /// Takes what belongs here out of `state`; what is absent becomes undefined. Throws kCheckpointDamaged where a shape
  /// differs.
  void take_from(std::map<std::string, at::Tensor>& state, const std::vector<Group>& groups);

 private:
  std::string suffix_;
  std::vector<std::vector<at::Tensor>> tensors_;
};

/// Names to tensors; throws kCheckpointDamaged for a name that comes twice.
std::map<std::string, at::Tensor> by_name(const tensor::NamedTensors& state);
/// Throws kCheckpointDamaged where something is left over.
void check_all_taken(const std::map<std::string, at::Tensor>& state);

/// The elements of a dense tensor in the order of their addresses. The fused kernels get everything so: of a tensor in
/// another layout than the default they would copy the gradient, in the middle of the update.
at::Tensor in_memory_order(const at::Tensor& dense);

/// Parameters of one group that have a gradient, in memory order.
struct Ready {
  std::vector<size_t> indices;
  std::vector<at::Tensor> parameters, gradients;
};
/// A gradient in another layout than its parameter's is copied. (Autograd makes them alike; a hand-set one may differ.)
Ready ready_parameters(const Group& group);

}  // namespace surefoot::optim
