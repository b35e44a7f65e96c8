#pragma once
// Optimisers, and the catalogue of those there are (catalog.def). Schedules are in config/schedule.h.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "surefoot/config/recipe.h"
#include "surefoot/nn/module.h"
#include "surefoot/tensor/safetensors_io.h"

namespace surefoot::optim {

/// Parameters that share a weight decay.
struct Group {
  std::vector<nn::NamedTensor> parameters;
  double weight_decay = 0;
};

/// Trainable parameters cut into those that decay and those that do not (norm weights, biases, embeddings), unless
/// `decay_norm_and_bias`.
std::vector<Group> parameter_groups(const std::vector<nn::NamedTensor>& parameters, const config::Recipe& recipe);

/// Updates parameters from their gradients. Parameters without a gradient are left alone. Not thread-safe.
class Optimizer {
 public:
  explicit Optimizer(std::vector<Group> groups) : groups_(std::move(groups)) {}
  virtual ~Optimizer() = default;
  /// Makes all that an update by the gradients that are there needs: state, temporaries. May run out of memory and has
  /// then changed nothing that `state` gives a different future. The update that it returns allocates no tensor, so it
  /// cannot stop half-way; it holds the gradients until it is destroyed.
  virtual std::function<void(double lr)> prepare() = 0;
  void step(double lr) { prepare()(lr); }
  /// Drops the gradients.
  void zero_grad();
  /// Everything that the next step depends on: "NAME.momentum_buffer", "NAME.exp_avg", ...; empty before the first
  /// step.
  virtual tensor::NamedTensors state() const = 0;
  /// Restores exactly what `state` gave. Throws kCheckpointDamaged where names or shapes do not fit.
  virtual void load(const tensor::NamedTensors& state) = 0;
  /// Bytes of state per parameter element once it is there (planning): 4 or 8 in fp32.
  virtual int64_t state_tensors_per_parameter() const = 0;
  const std::vector<Group>& groups() const { return groups_; }

 protected:
  std::vector<Group> groups_;
};

struct OptimizerSpec {
  std::string name, summary, source;
  std::unique_ptr<Optimizer> (*make)(std::vector<Group> groups, const config::Recipe& recipe);
};

const std::vector<OptimizerSpec>& all_optimizers();
/// Throws kUnknownName with the nearest name.
const OptimizerSpec& find_optimizer(const std::string& name);
/// The optimiser that the recipe names, over the parameters of `model` that take gradients.
std::unique_ptr<Optimizer> make_optimizer(const config::Recipe& recipe, const nn::Module& model);

}  // namespace surefoot::optim
