#include "surefoot/guards/not_learning.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "surefoot/base/philox.h"
#include "surefoot/guards/usual_rate.h"

namespace surefoot::guards {
namespace {

/// A training in numbers: what its loss and accuracy are at each step and epoch.
struct Story {
  int64_t epochs = 30, steps_per_epoch = 40, classes = 10;
  std::function<double(int64_t step)> loss;
  std::function<double(int64_t epoch)> top1 = [](int64_t) { return 0.1; };
  std::function<double(int64_t step)> rate = [](int64_t) { return 0.05; };
  std::function<double(int64_t epoch)> one_class = [](int64_t) { return 0.1; };  // share of the class predicted most
  double norm = 1;
};

std::vector<Advice> tell(const Story& story, const config::Recipe& recipe = {}, uint64_t seed = 1) {
  NotLearning guard(recipe);
  Philox random(seed, Purpose::kSynthetic, 8, 0);
  std::vector<Advice> advice;
  for (int64_t epoch = 0; epoch < story.epochs; ++epoch) {
    double sum = 0;
    for (int64_t i = 0; i < story.steps_per_epoch; ++i) {
      const int64_t step = epoch * story.steps_per_epoch + i;
      const double loss = story.loss(step) * (1 + 0.02 * random.normal());
      sum += loss;
      guard.on_step({.step = step,
                     .loss = loss,
                     .grad_norm = story.norm * std::exp(0.2 * random.normal()),
                     .lr = story.rate(step)},
                    advice);
    }
    EpochFigures figures{.epoch = epoch,
                         .step = (epoch + 1) * story.steps_per_epoch,
                         .train_loss = sum / static_cast<double>(story.steps_per_epoch),
                         .top1 = story.top1(epoch)};
    figures.predicted.assign(
        static_cast<size_t>(story.classes),
        static_cast<int64_t>(1000 * (1 - story.one_class(epoch)) / static_cast<double>(story.classes - 1)));
    figures.predicted[3] = static_cast<int64_t>(1000 * story.one_class(epoch));
    guard.on_epoch(figures, advice);
  }
  return advice;
}

double noise(int64_t epoch) { return 0.01 * std::sin(static_cast<double>(epoch) * 12.9); }

const double kChance = std::log(10.0);
double learns(int64_t step) { return 0.4 + (kChance - 0.4) * std::exp(-static_cast<double>(step) / 300); }
double improves(int64_t epoch) { return 0.85 - 0.75 * std::exp(-static_cast<double>(epoch) / 6) + noise(epoch); }

TEST(NotLearning, IsSilentWhileItLearns) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    for (const int64_t steps : {5, 40, 400})
      EXPECT_TRUE(tell({.steps_per_epoch = steps, .loss = learns, .top1 = improves}, {}, seed).empty()) << steps;
  }
}

TEST(NotLearning, IsSilentInTheWarmUpAndWhenTheRateHasRunOut) {
  const auto warming = [](int64_t step) { return 1e-5 * static_cast<double>(step); };
  EXPECT_TRUE(tell({.loss = [](int64_t) { return kChance; }, .rate = warming}).empty());
  const Story cooled{.epochs = 60,
                     .loss = learns,
                     .top1 = [](int64_t epoch) { return epoch < 30 ? improves(epoch) : 0.8; },
                     .rate = [](int64_t step) { return step < 1200 ? 0.05 : 0.001; }};
  EXPECT_TRUE(tell(cooled).empty());
}

TEST(NotLearning, ABadStartOfThreeEpochsIsNoAlarm) {
  EXPECT_TRUE(
      tell({.epochs = 3, .loss = [](int64_t) { return kChance; }, .one_class = [](int64_t) { return 1.0; }}).empty());
}

TEST(NotLearning, ALossAtThatOfGuessingIsToldOnceWithTheCause) {
  const auto advice = tell({.loss = [](int64_t) { return kChance; }});
  ASSERT_EQ(advice.size(), 1u);
  EXPECT_EQ(advice[0].kind, Advice::Kind::kTell);
  EXPECT_EQ(advice[0].what, "the loss does not fall");
  EXPECT_NE(advice[0].why.find("2.303"), std::string::npos) << advice[0].why;
  EXPECT_NE(advice[0].why.find("labels"), std::string::npos) << advice[0].why;
}

TEST(NotLearning, NamesTheRateThatIsFarOff) {
  for (const auto& [rate, word] : {std::pair{3.0, "too high"}, {1e-5, "too low"}}) {
    const auto advice =
        tell({.loss = [](int64_t) { return kChance; }, .rate = [rate = rate](int64_t) { return rate; }});
    ASSERT_EQ(advice.size(), 1u);
    EXPECT_NE(advice[0].why.find(word), std::string::npos) << advice[0].why;
    EXPECT_EQ(advice[0].fix, "optim.lr=0.1");
  }
}

TEST(NotLearning, NamesAFrozenBackboneAndADeadNetwork) {
  config::Recipe frozen;
  frozen.model.freeze = "backbone";
  EXPECT_NE(tell({.loss = [](int64_t) { return kChance; }}, frozen).at(0).why.find("only the head learns"),
            std::string::npos);
  EXPECT_NE(tell({.loss = [](int64_t) { return kChance; }, .norm = 1e-6}).at(0).why.find("hardly any gradient"),
            std::string::npos);
}

TEST(NotLearning, AccuracyStuckAt45PercentIsToldAfterTenEpochs) {
  const auto stuck = [](int64_t epoch) {
    return epoch < 5 ? 0.1 * static_cast<double>(epoch) : 0.45 + 0.1 * noise(epoch);
  };
  const auto flat = tell({.loss = [](int64_t step) { return std::max(1.6, learns(step)); }, .top1 = stuck});
  ASSERT_EQ(flat.size(), 1u);
  EXPECT_EQ(flat[0].what.find("accuracy is stuck at 4"), 0u) << flat[0].what;
  const auto by_heart = tell({.loss = learns, .top1 = stuck});
  ASSERT_EQ(by_heart.size(), 1u);
  EXPECT_NE(by_heart[0].why.find("by heart"), std::string::npos) << by_heart[0].why;
}

TEST(NotLearning, OneClassForEverythingIsTold) {
  const auto advice = tell({.loss = [](int64_t step) { return std::max(1.2, learns(step)); },
                            .top1 = [](int64_t epoch) { return 0.1 + noise(epoch); },
                            .one_class = [](int64_t) { return 0.99; }});
  ASSERT_EQ(advice.size(), 1u);
  EXPECT_NE(advice[0].what.find("class number 3"), std::string::npos) << advice[0].what;
  EXPECT_NE(advice[0].why.find("running statistics"), std::string::npos) << advice[0].why;
  EXPECT_TRUE(tell({.loss = learns,
                    .top1 = [](int64_t epoch) { return 0.96 + 0.3 * noise(epoch); },
                    .one_class = [](int64_t) { return 0.96; }})
                  .empty())
      << "where nearly all pictures are of one class, that is right";
}

TEST(NotLearning, KnowsTheUsualRatesOfItsOptimisers) {
  config::Recipe recipe;
  EXPECT_EQ(usual_rate(recipe), 0.1);
  recipe.train.batch = 1024;
  EXPECT_EQ(usual_rate(recipe), 0.4);
  recipe.optim.name = "adamw";
  EXPECT_EQ(usual_rate(recipe), 0.002);
  recipe.optim.name = "something";
  EXPECT_FALSE(usual_rate(recipe));
}

TEST(Overflow, IsToldAboveFivePercentOfTwoHundredSteps) {
  config::Recipe recipe;
  EXPECT_EQ(find_guard("overflow").make(recipe), nullptr) << "only in fp16";
  recipe.train.precision = "fp16";
  for (const auto& [every, told] : {std::pair{25, false}, {15, true}}) {
    const auto guard = find_guard("overflow").make(recipe);
    std::vector<Advice> advice;
    for (int64_t step = 0; step < 1000; ++step) {
      const bool overflow = step % every == 3;
      guard->on_step({.step = step, .loss = 1, .grad_norm = overflow ? INFINITY : 1, .updated = !overflow}, advice);
    }
    EXPECT_EQ(advice.size(), told ? 1u : 0u) << every;
  }
}

}  // namespace
}  // namespace surefoot::guards
