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

  std::function<void(double lr)> prepare() override {
    std::vector<GroupUpdate> updates;
    for (size_t g = 0; g < groups_.size(); ++g) updates.push_back(prepare_group(g));
    return [this, updates = std::move(updates)](double lr) {
      const at::NoGradGuard no_grad;
      ++steps_;
      for (const GroupUpdate& update : updates) apply(update, lr);
    };
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
  struct GroupUpdate {
    Ready ready;
    std::vector<at::Tensor> mean, square, counts;
    double weight_decay;
  };

  GroupUpdate prepare_group(size_t g) {
    GroupUpdate update{ready_parameters(groups_[g]), {}, {}, {}, groups_[g].weight_decay};
    const Ready& ready = update.ready;
    if (ready.indices.empty()) return update;
    for (const size_t i : ready.indices) {
      const nn::NamedTensor& parameter = groups_[g].parameters[i];
      update.mean.push_back(in_memory_order(mean_.made(g, i, parameter)));
      update.square.push_back(in_memory_order(square_.made(g, i, parameter)));
    }
    // One count for all: a parameter takes part from the first step on or never.
    const at::Tensor count = at::full({}, static_cast<double>(steps_ + 1),
                                      at::TensorOptions().dtype(at::kFloat).device(ready.parameters[0].device()));
    update.counts.assign(ready.indices.size(), count);
    return update;
  }

  void apply(const GroupUpdate& update, double lr) const {
    if (update.ready.indices.empty()) return;
    at::_fused_adamw_(update.ready.parameters, update.ready.gradients, update.mean, update.square, {}, update.counts,
                      lr, beta1_, beta2_, update.weight_decay, eps_,
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
