#include "surefoot/guards/divergence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "surefoot/base/philox.h"

namespace surefoot::guards {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN(), kInfinity = std::numeric_limits<double>::infinity();
const double kChance = std::log(10.0);

struct Figures {
  double loss, norm;
};

/// A network that learns: falling loss, noise of this relative size.
Figures healthy(int64_t step, Philox& random, double noise = 0.05) {
  return {(0.9 + 1.4 * std::exp(-static_cast<double>(step) / 500)) * (1 + noise * random.normal()),
          2 * std::exp(0.3 * random.normal())};
}

DivergenceState trained(int64_t steps, uint64_t seed = 1) {
  DivergenceState state;
  Philox random(seed, Purpose::kSynthetic, 5, 0);
  for (int64_t step = 0; step < steps; ++step) {
    const Figures f = healthy(step, random);
    accept(state, f.loss, f.norm);
  }
  return state;
}

TEST(Divergence, WhatIsNotFiniteIsFoundAtEveryStep) {
  for (const int64_t steps : {0, 1, 199, 200, 5000}) {
    const DivergenceState state = trained(steps);
    for (const Figures& f : {Figures{kNan, 1}, {kInfinity, 1}, {-kInfinity, 1}, {1, kNan}, {1, kInfinity}})
      EXPECT_EQ(judge(state, steps, f.loss, f.norm, kChance).kind, Verdict::Kind::kNotFinite);
    EXPECT_TRUE(judge(state, steps, 1.5, 2, kChance).fine());
  }
}

TEST(Divergence, ASpikeNeedsLossAndGradientTogether) {
  const DivergenceState state = trained(1000);
  EXPECT_EQ(judge(state, 1000, 4, 500, kChance).kind, Verdict::Kind::kSpike);
  EXPECT_TRUE(judge(state, 1000, 1.2, 500, kChance).fine()) << "clipping is for that";
  EXPECT_TRUE(judge(state, 1000, 4, 3, kChance).fine());
  EXPECT_TRUE(judge(trained(100), 100, 4, 500, kChance).fine()) << "still warming up";
  EXPECT_EQ(judge(trained(3), 3, 400, 500, kChance).kind, Verdict::Kind::kRocket)
      << "but a rocket is one from the first step";
}

TEST(Divergence, ALossThatStaysUpIsADriftAfterTwentySteps) {
  DivergenceState state = trained(1000);
  int64_t step = 1000;
  while (judge(state, step, 2.4, 3, kChance).fine()) {
    ASSERT_LT(step, 1040);
    accept(state, 2.4, 3);
    ++step;
  }
  EXPECT_EQ(step, 1000 + kDriftSteps - 1);
  const Verdict verdict = judge(state, step, 2.4, 3, kChance);
  EXPECT_EQ(verdict.kind, Verdict::Kind::kDrift);
  EXPECT_EQ(verdict.began, 1000);
}

TEST(Divergence, JudgingChangesNothing) {
  const DivergenceState state = trained(300);
  const Verdict once = judge(state, 300, 9, 900, kChance), twice = judge(state, 300, 9, 900, kChance);
  EXPECT_EQ(once.z_loss, twice.z_loss);
  EXPECT_EQ(state.loss.count, 300);
}

TEST(Divergence, SaysWhatItSawWithTheFigures) {
  const DivergenceState state = trained(1000);
  const Verdict verdict = judge(state, 1000, 4, 500, kChance);
  const std::string text = describe(verdict, state, 4, 500);
  EXPECT_NE(text.find("loss 4"), std::string::npos) << text;
  EXPECT_NE(text.find("gradient norm 500"), std::string::npos) << text;
  EXPECT_NE(describe({.kind = Verdict::Kind::kNotFinite}, state, kNan, 1).find("the loss is not finite"),
            std::string::npos);
}

TEST(Divergence, TheRemediesComeInTheirOrder) {
  DivergenceState state = trained(500);
  const auto bad = [&](int64_t step) { return escalate(state, step, judge(state, step, kNan, 1, kChance)); };
  EXPECT_EQ(bad(500), Remedy::kSkip);
  EXPECT_EQ(bad(505), Remedy::kRollBack);
  rolled_back(state, trained(400), 400);
  EXPECT_EQ(state.loss.count, 400) << "statistics as they were";
  EXPECT_FALSE(to_be_skipped(state, 489));
  EXPECT_TRUE(to_be_skipped(state, 490));
  EXPECT_TRUE(to_be_skipped(state, 505));
  EXPECT_FALSE(to_be_skipped(state, 506));
  EXPECT_EQ(bad(520), Remedy::kLowerRate) << "again in the same region";
  EXPECT_EQ(bad(450), Remedy::kStop);
}

TEST(Divergence, FarApartIsNotTheSameTrouble) {
  DivergenceState state = trained(500);
  for (int64_t step = 500; step < 2000; step += kAgainWithin + 1)
    EXPECT_EQ(escalate(state, step, judge(state, step, kNan, 1, kChance)), Remedy::kSkip);
  const int64_t later = 3000;
  escalate(state, later, {.began = later});
  EXPECT_EQ(escalate(state, later + 1, {.began = later + 1}), Remedy::kRollBack);
  EXPECT_EQ(escalate(state, later + 1 + kRegionSteps, {.began = later + 1 + kRegionSteps}), Remedy::kSkip)
      << "the region was left behind";
}

/// Loss curves of clean trainings; what they have in common is that nobody would want them stopped.
struct Curve {
  const char* name;
  std::function<Figures(int64_t step, Philox& random)> figures;
};

double falling(int64_t step, double to, double scale = 800) {
  return to + (kChance - to) * std::exp(-static_cast<double>(step) / scale);
}

const std::vector<Curve>& clean_curves() {
  static const std::vector<Curve> curves = {
      {"batch of 512, little noise",
       [](int64_t i, Philox& r) {
         return Figures{falling(i, 0.5) * (1 + 0.01 * r.normal()), std::exp(0.1 * r.normal())};
       }},
      {"batch of 4: the loss is noise",
       [](int64_t i, Philox& r) {
         double loss = 0;
         for (int k = 0; k < 4; ++k) loss += -std::log(r.uniform() + 1e-9) * falling(i, 0.3) / 4;
         return Figures{loss, 3 * std::exp(0.8 * r.normal()) * (0.2 + loss)};
       }},
      {"steps of the learning rate",
       [](int64_t i, Philox& r) {
         return Figures{falling(i % 8000, 0.8) * (i > 3000 ? 0.5 : 1) * (i > 6000 ? 0.5 : 1) * (1 + 0.05 * r.normal()),
                        (i > 3000 ? 3 : 1) * std::exp(0.2 * r.normal())};
       }},
      {"learning by heart, falling at every epoch",
       [](int64_t i, Philox& r) {
         const double loss = kChance * std::pow(0.6, static_cast<double>(i / 100));
         return Figures{loss * std::exp(0.5 * r.normal()), 5 * loss * std::exp(0.7 * r.normal())};
       }},
      {"one wrong label in a hundred batches of a network that knows the rest",
       [](int64_t i, Philox& r) {
         const bool wrong = r.uniform() < 0.01;
         const double loss = falling(i, 0.01, 200) * std::exp(0.3 * r.normal()) + (wrong ? 0.6 + 0.4 * r.uniform() : 0);
         return Figures{loss, wrong ? 6 * std::exp(0.3 * r.normal()) : (0.02 + loss) * std::exp(0.5 * r.normal())};
       }},
      {"a fifth of the labels wrong",
       [](int64_t i, Philox& r) {
         return Figures{falling(i, 1.4) * (1 + 0.15 * r.normal()), 4 * std::exp(0.4 * r.normal())};
       }},
      {"warm restarts",
       [](int64_t i, Philox& r) {
         const double phase = static_cast<double>(i % 1500) / 1500;
         return Figures{(0.3 + 0.9 * std::exp(-4 * phase) * (i < 1500 ? 1.8 : 1)) * (1 + 0.05 * r.normal()),
                        std::exp(0.3 * r.normal())};
       }},
      {"a rate so high that the start is rough",
       [](int64_t i, Philox& r) {
         const double rough = 6 * std::exp(-static_cast<double>(i) / 30) * std::abs(r.normal());
         return Figures{falling(i, 0.7) * (1 + 0.08 * r.normal()) + rough,
                        (1 + 20 * rough) * std::exp(0.5 * r.normal())};
       }},
      {"a long warm-up whose peak shakes it",
       [](int64_t i, Philox& r) {
         const double bump = 0.5 * std::exp(-std::pow(static_cast<double>(i - 2000) / 400, 2));
         return Figures{(falling(i, 0.8, 500) + bump) * (1 + 0.05 * r.normal()),
                        (1 + 3 * bump) * std::exp(0.25 * r.normal())};
       }},
      {"a thousand classes that take long to move",
       [](int64_t i, Philox& r) {
         return Figures{falling(i, 1.0, 6000) * 3 * (1 + 0.01 * r.normal()),
                        std::exp(0.15 * r.normal()) * (1 + static_cast<double>(i) / 500)};
       }},
  };
  return curves;
}

class CleanCurve : public ::testing::TestWithParam<size_t> {};

TEST_P(CleanCurve, RaisesNoAlarm) {
  const Curve& curve = clean_curves()[GetParam()];
  for (uint64_t seed = 0; seed < 20; ++seed) {
    DivergenceState state;
    Philox random(seed, Purpose::kSynthetic, 6, static_cast<uint32_t>(GetParam()));
    for (int64_t step = 0; step < 10000; ++step) {
      const Figures f = curve.figures(step, random);
      const Verdict verdict = judge(state, step, f.loss, f.norm, kChance);
      ASSERT_TRUE(verdict.fine()) << curve.name << ", seed " << seed << ", step " << step << ": "
                                  << describe(verdict, state, f.loss, f.norm);
      accept(state, f.loss, f.norm);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, CleanCurve, ::testing::Range(size_t{0}, clean_curves().size()));

/// Planted in every kind of curve, at many places: a divergence that comes back to the loss of the start and above.
TEST_P(CleanCurve, ASpikeInItIsFoundInOneStep) {
  const Curve& curve = clean_curves()[GetParam()];
  int found = 0, planted = 0;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    DivergenceState state;
    Philox random(seed, Purpose::kSynthetic, 6, static_cast<uint32_t>(GetParam()));
    for (int64_t step = 0; step < 2000; ++step) {
      const Figures f = curve.figures(step, random);
      if (step >= 300 && step % 100 == 0) {
        ++planted;
        found += !judge(state, step, 3 * state.start_loss, 3000 * f.norm, kChance).fine();
      }
      accept(state, f.loss, f.norm);
    }
  }
  EXPECT_GE(found, planted * 95 / 100) << curve.name << ": " << found << " of " << planted;
}

}  // namespace
}  // namespace surefoot::guards
