// Shortages of memory in real runs over a folder of pictures: everywhere, at random points, and a budget that is too
// small.
#include "surefoot/train/memory/recovery.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include "surefoot/base/error.h"
#include "surefoot/base/units.h"
#include "surefoot/nn/weights.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/tensor/memory_budget.h"
#include "surefoot/train/epoch_end.h"
#include "surefoot/train/loop.h"
#include "testing/pictures.h"
#include "testing/temporary_folder.h"

namespace surefoot::train {
namespace {

/// Points of failure in MayComeAnywhere: SUREFOOT_SHORTAGES=1000 for the long version.
int64_t points() {
  const char* wanted = std::getenv("SUREFOOT_SHORTAGES");
  return wanted != nullptr ? std::atoll(wanted) : 12;
}

/// The device has no memory the next so many times that a phase is entered.
class FailingPhase final : public StepObserver {
 public:
  FailingPhase(Phase phase, int times) : phase_(phase), times_(times) {}
  void entering(Phase phase) override {
    TORCH_CHECK_WITH(OutOfMemoryError, phase != phase_ || times_-- <= 0, "the device is full");
  }

 private:
  Phase phase_;
  int times_;
};

class RecoveryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    tensor::install_cpu_allocator();
    ::setenv("XDG_CACHE_HOME", folder_.path("cache").c_str(), 1);
    testing::write_picture_folder(real_files(), folder_.path("data"), 2, 110, 16);
    set({"data.image_size=16", "train.batch=16", "train.batch_norm.group=8", "train.threads=1", "data.workers=1",
         "train.precision=fp32", "train.epochs=100", "log.tensorboard=false", "checkpoint.every_steps=0",
         "optim.momentum=0", "schedule.warmup_epochs=0", "memory.plan_ahead=false"});
    config::set(recipe_, "data.path", folder_.path("data"));
  }
  void TearDown() override {
    tensor::install_cpu_allocator().fail_allocation(0);
    tensor::set_memory_budget(at::kCPU, 0);
  }

  void set(std::initializer_list<const char*> assignments) {
    for (const char* assignment : assignments) config::set_assignment(recipe_, assignment);
  }
  std::unique_ptr<Session> open(const std::string& name) {
    TrainRequest request{.recipe = recipe_, .out = folder_.path(name)};
    std::string finished;
    auto session = open_session(request, real_files(), real_clock(), finished);
    session->train_loader->seek(session->progress.epoch(), session->progress.step_in_epoch());
    return session;
  }
  /// @param before  called before each step
  void train(Session& s, int64_t steps, const std::function<void(int64_t)>& before = {}) {
    Trainee trainee = s.trainee();
    Recovery recovery(s);
    for (int64_t i = 0; i < steps; ++i) {
      if (before) before(i);
      recovery.step(trainee, recovery.next_batch());
      tensor::install_cpu_allocator().fail_allocation(0);
    }
  }
  static tensor::NamedTensors weights(const Session& s) {
    tensor::NamedTensors copies;
    for (const auto& [name, value] : nn::state_dict(*s.model)) copies.emplace_back(name, value.detach().clone());
    return copies;
  }
  static void expect_same_bits(const tensor::NamedTensors& a, const tensor::NamedTensors& b) {
    ASSERT_EQ(a.size(), b.size());
    for (size_t i = 0; i < a.size(); ++i) ASSERT_TRUE(at::equal(a[i].second, b[i].second)) << a[i].first;
  }
  std::vector<runs::Event> events(const Session& s, const std::string& name) {
    std::vector<runs::Event> found;
    runs::read_events(s.files, s.folder.events_file(), [&](const runs::Event& event) {
      if (event.event == name) found.push_back(event);
    });
    return found;
  }
  std::string actions(const Session& s) {
    std::string text;
    for (const runs::Event& event : events(s, "memory_action"))
      text += event.text("action") + ":" + event.text("kind") + " ";
    return text;
  }

  testing::TemporaryFolder folder_;
  config::Recipe recipe_;
};

class EachModel : public RecoveryTest, public ::testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    RecoveryTest::SetUp();
    config::set(recipe_, "model.name", GetParam());
  }
};

TEST_P(EachModel, MayComeAnywhere) {
  set({"train.trajectory=exact", "model.stem=imagenet"});
  const auto quiet = open("quiet");
  const uint64_t before = tensor::install_cpu_allocator().allocations();
  train(*quiet, 1);
  const uint64_t allocations = tensor::install_cpu_allocator().allocations() - before;
  train(*quiet, points() - 1);
  const auto disturbed = open("disturbed");
  Philox random(7, Purpose::kSynthetic, 0, 0);
  const uint64_t live = tensor::device_memory(at::kCPU).live_bytes;
  train(*disturbed, points(),
        [&](int64_t) { tensor::install_cpu_allocator().fail_allocation(1 + random.below(allocations)); });
  EXPECT_GE(static_cast<int64_t>(events(*disturbed, "out_of_memory").size()), points() * 9 / 10);
  EXPECT_EQ(disturbed->footing, disturbed->ceiling) << "one more try was enough each time";
  EXPECT_EQ(tensor::device_memory(at::kCPU).live_bytes, live);
  expect_same_bits(weights(*quiet), weights(*disturbed));
}

// The peak of a quiet step is three times what the second run may have.
TEST_P(EachModel, TrainsInAThirdOfItsMemory) {
  if (GetParam() == std::string("resnet18"))
    set({"data.image_size=32", "train.batch=64", "train.batch_norm.group=8", "train.micro_batch=64"});
  if (GetParam() != std::string("resnet18")) set({"train.batch=64", "train.batch_norm.group=0", "data.image_size=64"});
  uint64_t peak = 0;
  double quiet_loss = 0;
  {
    const auto quiet = open("quiet");
    const uint64_t other = tensor::device_memory(at::kCPU).live_bytes;
    tensor::reset_peak(at::kCPU);
    train(*quiet, 1);
    peak = tensor::device_memory(at::kCPU).peak_bytes;
    quiet_loss = quiet->progress.epoch_loss_sum;
    EXPECT_GT(peak, 3 * other);
  }
  config::set(recipe_, "memory.budget", std::to_string(peak / 3));
  const auto small = open("small");
  tensor::reset_peak(at::kCPU);
  train(*small, 1);
  EXPECT_EQ(small->progress.step, 1);
  EXPECT_LE(tensor::device_memory(at::kCPU).peak_bytes, peak / 3);
  EXPECT_NEAR(small->progress.epoch_loss_sum, quiet_loss, 1e-3 * quiet_loss);
  EXPECT_FALSE(events(*small, "out_of_memory").empty());
  EXPECT_NE(actions(*small).find("recompute:neutral"), std::string::npos) << actions(*small);
  std::printf("%s: %s in %s\n", GetParam(), actions(*small).c_str(), format_bytes(peak / 3).c_str());
}

TEST_P(EachModel, IsPlannedAheadToFit) {
  set({"data.image_size=64", "train.batch=32", "memory.remember=false"});
  config::set(recipe_, "model.name", std::string(GetParam()));
  uint64_t peak = 0;
  {
    const auto quiet = open("quiet");
    tensor::reset_peak(at::kCPU);
    train(*quiet, 1);
    peak = tensor::device_memory(at::kCPU).peak_bytes;
  }
  set({"memory.plan_ahead=true"});
  config::set(recipe_, "memory.budget", std::to_string(peak / 4 * 3));
  const auto small = open("small");
  EXPECT_NE(small->footing, small->ceiling);
  train(*small, 2);
  EXPECT_TRUE(events(*small, "out_of_memory").empty());
  const std::string recipe = real_files().read(small->folder.recipe_file());
  EXPECT_NE(recipe.find("# memory at the start: micro-batch "), std::string::npos) << recipe;
  EXPECT_NE(recipe.find("memory.plan_ahead"), std::string::npos) << recipe;
}

INSTANTIATE_TEST_SUITE_P(Models,
                         EachModel,
                         ::testing::Values("resnet18", "vit_tiny_patch16_224"),
                         [](const auto& info) { return std::string(info.param).substr(0, 6); });

class VitRecovery : public RecoveryTest {
 protected:
  void SetUp() override {
    RecoveryTest::SetUp();
    config::set(recipe_, "model.name", "vit_tiny_patch16_224");
  }
};

TEST_F(VitRecovery, LoadingHoldsFewerBatchesReady) {
  const auto quiet = open("quiet"), s = open("short");
  train(*quiet, 3);
  FailingPhase failing(Phase::kLoading, 3);
  s->observer = &failing;
  train(*s, 3);
  EXPECT_EQ(s->footing.prefetch, 1);  // of 4: tried again, then 2, then 1
  EXPECT_EQ(actions(*s), "free_caches:neutral prefetch:neutral prefetch:neutral ");
  expect_same_bits(weights(*quiet), weights(*s));
}

TEST_F(VitRecovery, EvaluationGoesThroughInSmallerParts) {
  config::set(recipe_, "data.image_size", "64");
  const auto s = open("run");
  const EvalFigures whole = evaluate_session(*s);
  const uint64_t live = tensor::device_memory(at::kCPU).live_bytes;
  const uint64_t needed = s->memory_peaks.evaluation - live;
  tensor::set_memory_budget(at::kCPU, live + needed / 2);
  const EvalFigures parts = evaluate_session(*s);
  tensor::set_memory_budget(at::kCPU, 0);
  EXPECT_EQ(parts.pictures, whole.pictures);
  EXPECT_EQ(parts.top1, whole.top1);
  EXPECT_NEAR(parts.loss, whole.loss, 1e-5);
  EXPECT_LT(s->footing.eval_batch, s->recipe.train.eval_batch);
  EXPECT_EQ(events(*s, "out_of_memory").back().text("phase"), "evaluation");
}

TEST_F(VitRecovery, SavingDoesWithoutACopy) {
  const auto s = open("run");
  train(*s, 1);
  FailingPhase failing(Phase::kSaving, 2);
  s->observer = &failing;
  s->save_checkpoint();
  s->observer = nullptr;
  ASSERT_EQ(s->writer->wait(), nullptr);
  EXPECT_EQ(actions(*s), "free_caches:neutral free_caches:neutral stream_checkpoint:neutral ");
  EXPECT_EQ(events(*s, "checkpoint").size(), 1u);
  const auto saved = s->store->load_newest([](const std::string&, const std::string&) {});
  ASSERT_TRUE(saved);
  expect_same_bits(saved->weights, weights(*s));
  EXPECT_EQ(saved->progress.memory.footing, s->footing);
}

TEST_F(VitRecovery, StopsWithThePlanThatWouldFit) {
  set({"train.trajectory=exact", "memory.recompute=none", "optim.name=adamw", "data.image_size=32"});
  const auto s = open("run");
  train(*s, 1);
  const auto before = weights(*s);
  tensor::set_memory_budget(at::kCPU, tensor::device_memory(at::kCPU).live_bytes + 1000);
  try {
    train(*s, 1);
    FAIL() << "1000 bytes were enough";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kOutOfMemory);
    EXPECT_EQ(error.exit_code(), 4);
    for (const char* way : {"--set optim.name=sgd", "--allow-changes"})
      EXPECT_NE(error.fix().find(way), std::string::npos) << error.what();
  }
  tensor::set_memory_budget(at::kCPU, 0);
  EXPECT_EQ(s->progress.step, 1);
  expect_same_bits(before, weights(*s));
}

TEST_F(VitRecovery, AKilledRunCutsTheSameStepsAgain) {
  set({"memory.recompute=none", "memory.offload=never", "memory.remember=false"});
  tensor::NamedTensors cut;
  {
    const auto s = open("run");
    s->save_checkpoint();
    s->writer->wait();
    train(*s, 2);
    FailingPhase twice(Phase::kForward, 2);
    s->observer = &twice;
    train(*s, 2);
    s->observer = nullptr;
    EXPECT_EQ(s->footing.micro_batch, 4);
    cut = weights(*s);
  }  // killed: nothing was saved since the start
  const auto resumed = open("run");
  EXPECT_EQ(resumed->progress.step, 0);
  EXPECT_EQ(resumed->footing.micro_batch, 8);
  train(*resumed, 4);
  EXPECT_EQ(resumed->footing.micro_batch, 4);
  expect_same_bits(cut, weights(*resumed));
}

TEST_F(VitRecovery, GrowsBackAfterQuietStepsAndWaitsLongerAfterAFailure) {
  set({"memory.grow_after=2", "memory.offload=never"});
  const auto s = open("run");
  const auto shortage = [&](int times, int64_t steps) {
    FailingPhase failing(Phase::kForward, times);
    s->observer = &failing;
    train(*s, steps);
    s->observer = nullptr;
  };
  shortage(2, 1);
  EXPECT_EQ(actions(*s), "free_caches:neutral recompute:neutral ");
  EXPECT_NE(s->footing, s->ceiling);
  train(*s, 1);
  EXPECT_EQ(s->footing, s->ceiling) << "taken back on trial";
  shortage(2, 1);
  EXPECT_NE(s->footing, s->ceiling);
  EXPECT_EQ(s->progress.memory.wait, 4) << "it failed on trial";
}

TEST_F(VitRecovery, TheNextRunStartsWithWhatWasLearnt) {
  set({"memory.recompute=none", "memory.offload=never"});
  const auto first = open("first");
  FailingPhase failing(Phase::kForward, 2);
  first->observer = &failing;
  train(*first, 1);
  first->observer = nullptr;
  EXPECT_EQ(first->footing.micro_batch, 4);
  const auto second = open("second");
  EXPECT_EQ(second->footing.micro_batch, 4);
  EXPECT_EQ(second->ceiling.micro_batch, 8);
  bool said = false;
  for (const runs::Event& event : events(*second, "resolved"))
    said |= event.text("why").find("learnt") != std::string::npos;
  EXPECT_TRUE(said);
  EXPECT_NE(real_files().read(second->folder.recipe_file()).find("# memory at the start: micro-batch 4"),
            std::string::npos);
  config::set(recipe_, "train.micro_batch", "8");
  EXPECT_EQ(open("typed")->footing.micro_batch, 8) << "what is typed stays";
}

}  // namespace
}  // namespace surefoot::train
