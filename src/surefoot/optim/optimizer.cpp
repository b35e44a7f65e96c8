#include "surefoot/optim/optimizer.h"

#include "surefoot/base/error.h"
#include "surefoot/base/nearest_name.h"

namespace surefoot::optim {

// One function an optimiser, defined in NAME.cpp.
#define SUREFOOT_ENTRY(name) OptimizerSpec name##_optimizer();
#include "surefoot/optim/catalog.def"
#undef SUREFOOT_ENTRY

std::vector<Group> parameter_groups(const std::vector<nn::NamedTensor>& parameters, const config::Recipe& recipe) {
  Group decay{.parameters = {}, .weight_decay = recipe.optim.weight_decay}, no_decay;
  for (const nn::NamedTensor& entry : parameters) {
    if (!entry.tensor.requires_grad()) continue;
    const bool decays = entry.kind == nn::Kind::kWeight || recipe.optim.decay_norm_and_bias;
    (decays ? decay : no_decay).parameters.push_back(entry);
  }
  return {std::move(decay), std::move(no_decay)};
}

void Optimizer::zero_grad() {
  for (Group& group : groups_) {
    for (nn::NamedTensor& entry : group.parameters) entry.tensor.mutable_grad() = at::Tensor();
  }
}

const std::vector<OptimizerSpec>& all_optimizers() {
  static const std::vector<OptimizerSpec> all = {
#define SUREFOOT_ENTRY(name) name##_optimizer(),
#include "surefoot/optim/catalog.def"
#undef SUREFOOT_ENTRY
  };
  return all;
}

const OptimizerSpec& find_optimizer(const std::string& name) {
  std::vector<std::string> names;
  for (const OptimizerSpec& spec : all_optimizers()) {
    if (spec.name == name) return spec;
    names.push_back(spec.name);
  }
  const std::string near = nearest_name(name, names);
  std::string known;
  for (const std::string& other : names) known += (known.empty() ? "" : ", ") + other;
  throw Error(ErrorCode::kUnknownName, "there is no optimiser '" + name + "'",
              near.empty() ? "no name is near it" : "did you mean '" + near + "'?", "optim.name is one of " + known);
}

std::unique_ptr<Optimizer> make_optimizer(const config::Recipe& recipe, const nn::Module& model) {
  return find_optimizer(recipe.optim.name).make(parameter_groups(model.named_parameters(), recipe), recipe);
}

}  // namespace surefoot::optim
