// Adam with decoupled weight decay: Loshchilov & Hutter 2019, as torch.optim.AdamW.
#include <ATen/ATen.h>

#include "surefoot/optim/slots.h"

namespace surefoot::optim {
namespace {

class AdamW final : public Optimizer {
 public:
  AdamW(std::vector<Group> groups, double beta1, double beta2, double eps)
      : Optimizer(std::move(groups)),
        beta1_(beta1),
        beta2_(beta2),
        eps_(eps),
        mean_(groups_, "exp_avg"),
        square_(groups_, "exp_avg_sq") {}

  void step(double lr) override {
    const at::NoGradGuard no_grad;
    ++steps_;
    for (size_t g = 0; g < groups_.size(); ++g) step_group(g, lr);
  }
  tensor::NamedTensors state() const override {
    tensor::NamedTensors named;
    if (steps_ == 0) return named;
    named.emplace_back("step", at::scalar_tensor(steps_, at::kLong));
    mean_.append_to(named, groups_);
    square_.append_to(named, groups_);
    return named;
  }
  void load(const tensor::NamedTensors& state) override {
    auto named = by_name(state);
    const auto steps = named.find("step");
    steps_ = steps == named.end() ? 0 : steps->second.item<int64_t>();
    if (steps != named.end()) named.erase(steps);
    mean_.take_from(named, groups_);
    square_.take_from(named, groups_);
    check_all_taken(named);
  }
  int64_t state_tensors_per_parameter() const override { return 2; }

 private:
  void step_group(size_t g, double lr) {
    const Ready ready = ready_parameters(groups_[g]);
    if (ready.indices.empty()) return;
    std::vector<at::Tensor> mean, square;
    for (size_t k = 0; k < ready.indices.size(); ++k) {
      mean.push_back(mean_.made(g, ready.indices[k], ready.parameters[k]));
      square.push_back(square_.made(g, ready.indices[k], ready.parameters[k]));
    }
    // One count for all: a parameter takes part from the first step on or never.
    const at::Tensor count = at::full({}, static_cast<double>(steps_),
                                      at::TensorOptions().dtype(at::kFloat).device(ready.parameters[0].device()));
    const std::vector<at::Tensor> counts(ready.indices.size(), count);
    at::_fused_adamw_(ready.parameters, ready.gradients, mean, square, {}, counts, lr, beta1_, beta2_,
                      groups_[g].weight_decay, eps_,
                      /*amsgrad=*/false, /*maximize=*/false);
  }

  double beta1_, beta2_, eps_;
  int64_t steps_ = 0;
  Slots mean_, square_;
};

}  // namespace

OptimizerSpec adamw_optimizer() {
  return {.name = "adamw",
          .summary = "Adam with decoupled weight decay",
          .source = "Loshchilov & Hutter 2019, arXiv:1711.05101",
          .make = [](std::vector<Group> groups, const config::Recipe& recipe) -> std::unique_ptr<Optimizer> {
            return std::make_unique<AdamW>(std::move(groups), recipe.optim.beta1, recipe.optim.beta2, recipe.optim.eps);
          }};
}

}  // namespace surefoot::optim
