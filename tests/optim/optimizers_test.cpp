// Every optimiser of the catalogue: against a plain double-precision reference, and saved and loaded exactly.
#include <gtest/gtest.h>

#include <cmath>

#include <ATen/ATen.h>

#include "surefoot/base/error.h"
#include "surefoot/optim/optimizer.h"
#include "surefoot/tensor/memory.h"

namespace surefoot::optim {
namespace {

config::Recipe recipe_of(const std::string& name) {
  config::Recipe recipe;
  recipe.optim.name = name;
  recipe.optim.weight_decay = 0.05;
  return recipe;
}

std::vector<nn::NamedTensor> parameters() {
  std::vector<nn::NamedTensor> made;
  for (const auto& [name, kind] : {std::pair{"conv.weight", nn::Kind::kWeight},
                                   {"bn.weight", nn::Kind::kNorm},
                                   {"pos_embed", nn::Kind::kEmbedding}}) {
    const double phase = static_cast<double>(made.size());
    made.push_back(
        {name, at::sin(at::arange(24, at::kDouble) + phase).reshape({2, 3, 2, 2}).requires_grad_(true), kind});
  }
  return made;
}

void set_gradients(std::vector<nn::NamedTensor>& parameters, int step) {
  for (auto& entry : parameters) entry.tensor.mutable_grad() = at::cos(entry.tensor.detach() * (step + 1));
}

std::unique_ptr<Optimizer> make(const std::string& name, const std::vector<nn::NamedTensor>& over) {
  const config::Recipe recipe = recipe_of(name);
  return find_optimizer(name).make(parameter_groups(over, recipe), recipe);
}

/// The update rules on one number.
struct Reference {
  double weight, first = 0, second = 0;
  void sgd(double g, double lr, double decay) {
    g += decay * weight;
    first = 0.9 * first + g;
    weight -= lr * (g + 0.9 * first);
  }
  void adamw(double g, double lr, double decay, int t) {
    weight *= 1 - lr * decay;
    first = 0.9 * first + 0.1 * g;
    second = 0.999 * second + 0.001 * g * g;
    weight -= lr * (first / (1 - std::pow(0.9, t))) / (std::sqrt(second / (1 - std::pow(0.999, t))) + 1e-8);
  }
};

class EachOptimizer : public testing::TestWithParam<std::string> {};

TEST_P(EachOptimizer, FollowsItsFormulaAndDecaysOnlyWeights) {
  auto over = parameters();
  std::vector<Reference> references;
  for (const auto& entry : over) references.push_back({entry.tensor.flatten()[5].item<double>()});
  const auto optimizer = make(GetParam(), over);
  for (int step = 0; step < 10; ++step) {
    set_gradients(over, step);
    const double lr = 0.1 / (step + 1);
    for (size_t i = 0; i < over.size(); ++i) {
      const double gradient = over[i].tensor.grad().flatten()[5].item<double>(), decay = i == 0 ? 0.05 : 0;
      if (GetParam() == "sgd")
        references[i].sgd(gradient, lr, decay);
      else
        references[i].adamw(gradient, lr, decay, step + 1);
    }
    optimizer->step(lr);
    for (size_t i = 0; i < over.size(); ++i)
      EXPECT_NEAR(over[i].tensor.flatten()[5].item<double>(), references[i].weight, 1e-12);
  }
}

TEST_P(EachOptimizer, ContinuesExactlyFromASavedState) {
  auto straight = parameters(), resumed = parameters();
  const auto one = make(GetParam(), straight);
  auto two = make(GetParam(), resumed);
  for (int step = 0; step < 6; ++step) {
    if (step == 3) {
      tensor::NamedTensors saved;
      for (const auto& [name, value] : two->state()) saved.emplace_back(name, value.clone());
      two = make(GetParam(), resumed);
      two->load(saved);
    }
    set_gradients(straight, step);
    set_gradients(resumed, step);
    one->step(0.1);
    two->step(0.1);
  }
  for (size_t i = 0; i < straight.size(); ++i) EXPECT_TRUE(straight[i].tensor.equal(resumed[i].tensor));
}

TEST_P(EachOptimizer, HandlesGradientsOfAnotherLayout) {
  auto plain = parameters(), strided = parameters();
  strided[0].tensor.set_data(strided[0].tensor.detach().contiguous(at::MemoryFormat::ChannelsLast));
  const auto one = make(GetParam(), plain), two = make(GetParam(), strided);
  for (int step = 0; step < 3; ++step) {
    set_gradients(plain, step);
    set_gradients(strided, step);
    strided[0].tensor.mutable_grad() = strided[0].tensor.grad().contiguous();
    one->step(0.1);
    two->step(0.1);
  }
  EXPECT_LE((plain[0].tensor - strided[0].tensor).abs().max().item<double>(), 1e-14);
}

TEST_P(EachOptimizer, LeavesParametersWithoutGradientAlone) {
  auto over = parameters();
  const auto optimizer = make(GetParam(), over);
  set_gradients(over, 0);
  over[1].tensor.mutable_grad() = at::Tensor();
  const at::Tensor before = over[1].tensor.detach().clone();
  optimizer->step(0.1);
  EXPECT_TRUE(before.equal(over[1].tensor));
}

// Whatever can run out of memory happens in `prepare`, and doing that in vain changes nothing.
TEST_P(EachOptimizer, AllocatesOnlyBeforeItUpdates) {
  const tensor::CountingAllocator& allocator = tensor::install_cpu_allocator();
  auto over = parameters(), prepared_twice = parameters();
  for (auto* list : {&over, &prepared_twice})  // as convolutions have them
    list->front().tensor.set_data(list->front().tensor.detach().contiguous(at::MemoryFormat::ChannelsLast));
  const auto optimizer = make(GetParam(), over), other = make(GetParam(), prepared_twice);
  for (int step = 0; step < 3; ++step) {
    set_gradients(over, step);
    set_gradients(prepared_twice, step);
    const auto update = optimizer->prepare();
    const uint64_t before = allocator.allocations();
    update(0.1);
    EXPECT_EQ(allocator.allocations(), before) << "an update that allocates can stop half-way";
    other->prepare();
    other->step(0.1);
  }
  for (size_t i = 0; i < over.size(); ++i) EXPECT_TRUE(over[i].tensor.equal(prepared_twice[i].tensor));
}

TEST_P(EachOptimizer, RefusesAStateOfAnotherModel) {
  auto over = parameters();
  const auto optimizer = make(GetParam(), over);
  EXPECT_THROW(optimizer->load({{"other.exp_avg", at::ones({3})}}), Error);
  EXPECT_THROW(
      optimizer->load({{"conv.weight.momentum_buffer", at::ones({3})}, {"conv.weight.exp_avg", at::ones({3})}}), Error);
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const OptimizerSpec& spec : all_optimizers()) all.push_back(spec.name);
  return all;
}
INSTANTIATE_TEST_SUITE_P(Catalogue, EachOptimizer, testing::ValuesIn(names()), [](const auto& is) { return is.param; });

TEST(Optimizers, VelocityIsDroppedWhereMomentumIsOff) {
  auto over = parameters();
  const auto with = make("sgd", over);
  set_gradients(over, 0);
  with->prepare()(0.1);
  ASSERT_FALSE(with->state().empty());
  config::Recipe recipe = recipe_of("sgd");
  recipe.optim.momentum = 0;
  const auto without = find_optimizer("sgd").make(parameter_groups(over, recipe), recipe);
  without->load(with->state());
  EXPECT_TRUE(without->state().empty());
}

TEST(Optimizers, AnUnknownNameIsRefusedWithTheNearest) {
  try {
    find_optimizer("adamW");
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_NE(error.why().find("adamw"), std::string::npos);
  }
}

}  // namespace
}  // namespace surefoot::optim
