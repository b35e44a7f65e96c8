// Stochastic gradient descent with momentum in the form of Sutskever et al. 2013, as torch.optim.SGD:
//   g += decay * w;  v = momentum * v + g;  w -= lr * (nesterov ? g + momentum * v : v)
#include <ATen/ATen.h>

#include "surefoot/optim/slots.h"

namespace surefoot::optim {
namespace {

class Sgd final : public Optimizer {
 public:
  Sgd(std::vector<Group> groups, double momentum, bool nesterov)
      : Optimizer(std::move(groups)),
        momentum_(momentum),
        nesterov_(nesterov && momentum > 0),
        velocity_(groups_, "momentum_buffer") {}

  std::function<void(double lr)> prepare() override {
    std::vector<GroupUpdate> updates;
    for (size_t g = 0; g < groups_.size(); ++g) updates.push_back(prepare_group(g));
    return [this, updates = std::move(updates)](double lr) {
      const at::NoGradGuard no_grad;
      for (const GroupUpdate& update : updates) apply(update, lr);
    };
  }
  tensor::NamedTensors state() const override {
    tensor::NamedTensors named;
    velocity_.append_to(named, groups_);
    return named;
  }
  void load(const tensor::NamedTensors& state) override {
    auto named = by_name(state);
    velocity_.take_from(named, groups_);
    check_all_taken(named);
    if (momentum_ == 0)
      velocity_ =
          Slots(groups_, "momentum_buffer");  // of a recipe that had some: of no use, and as large as the weights
  }
  int64_t state_tensors_per_parameter() const override { return momentum_ > 0 ? 1 : 0; }

 private:
  struct GroupUpdate {
    Ready ready;
    std::vector<at::Tensor> velocity;
    double weight_decay;
  };

  GroupUpdate prepare_group(size_t g) {
    GroupUpdate update{.ready = ready_parameters(groups_[g]), .velocity = {}, .weight_decay = groups_[g].weight_decay};
    if (momentum_ > 0) {
      // Starting from zeros gives v = g in the first step, as PyTorch's copy does.
      for (const size_t i : update.ready.indices)
        update.velocity.push_back(in_memory_order(velocity_.made(g, i, groups_[g].parameters[i])));
    }
    return update;
  }

  void apply(const GroupUpdate& update, double lr) const {
    if (update.ready.indices.empty()) return;
    at::_fused_sgd_(update.ready.parameters, update.ready.gradients, update.velocity, update.weight_decay, momentum_,
                    lr,
                    /*dampening=*/0, nesterov_,
                    /*maximize=*/false, /*is_first_step=*/false);
  }

  double momentum_;
  bool nesterov_;
  Slots velocity_;
};

}  // namespace

OptimizerSpec sgd_optimizer() {
  return {.name = "sgd",
          .summary = "stochastic gradient descent with (Nesterov) momentum",
          .source = "Sutskever et al. 2013",
          .make = [](std::vector<Group> groups, const config::Recipe& recipe) -> std::unique_ptr<Optimizer> {
            return std::make_unique<Sgd>(std::move(groups), recipe.optim.momentum, recipe.optim.nesterov);
          }};
}

}  // namespace surefoot::optim
