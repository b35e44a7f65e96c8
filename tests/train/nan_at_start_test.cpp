// Why the first steps are not finite: each reason planted, each told by its name.
#include "surefoot/train/safety/nan_at_start.h"

#include "surefoot/tensor/host_memory.h"
#include "surefoot/tensor/safetensors_io.h"
#include "surefoot/train/safety/divergence.h"
#include "surefoot/train/safety/layer_watch.h"
#include "train/small_training.h"

namespace surefoot::train {
namespace {

class NanAtStart : public testing::SmallTraining {
 protected:
  /// What is said about the session's first batch.
  static std::optional<Diagnosis> look(Session& s) {
    Trainee trainee = s.trainee();
    s.train_loader->seek(0, 0);
    return diagnose(trainee, s.train_loader->next());
  }
  static at::Tensor weight(Session& s, const std::string& name) {
    for (const auto& entry : s.model->named_parameters()) {
      if (entry.name == name) return entry.tensor.detach();
    }
    throw std::out_of_range(name);
  }
};

TEST_F(NanAtStart, NothingIsFoundWhereNothingIs) {
  const auto s = open("run");
  const std::string before = hash_of(*s);
  EXPECT_FALSE(look(*s));
  EXPECT_EQ(hash_of(*s), before);
  EXPECT_TRUE(s->batch_norm->empty());
  for (const at::Tensor& parameter : s->trainable) EXPECT_FALSE(parameter.grad().defined());
}

TEST_F(NanAtStart, PicturesOnAnotherScale) {
  const auto s = open("run");
  s->normalizer = std::make_unique<Normalizer>(config::Doubles{0.5, 0.5, 0.5}, config::Doubles{1e-5, 1e-5, 1e-5},
                                               s->device, at::kFloat, true);
  const auto cause = look(*s);
  ASSERT_TRUE(cause);
  EXPECT_NE(cause->what.find("scale"), std::string::npos) << cause->what;
  EXPECT_NE(cause->fix.find("data.std"), std::string::npos);
}

TEST_F(NanAtStart, AWeightsFileWithANanIsNamedWithTheTensor) {
  {
    const auto s = open("source");
    weight(*s, "layer2.0.conv1.weight").select(0, 0).select(0, 0).select(0, 2).select(0, 1).fill_(NAN);
    const auto file = real_files().create(folder_.path("bad.safetensors"));
    tensor::write_safetensors(*file, nn::state_dict(*s->model), {});
    file->close();
  }
  set("model.weights=" + folder_.path("bad.safetensors"));
  const Outcome outcome = train("run");
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->code(), ErrorCode::kNotFinite);
  EXPECT_NE(outcome.error->why().find("`layer2.0.conv1.weight` has 1 of"), std::string::npos) << outcome.error->why();
  EXPECT_NE(outcome.error->why().find("the first at 7"), std::string::npos) << outcome.error->why();
  EXPECT_NE(outcome.error->why().find("bad.safetensors"), std::string::npos);
}

TEST_F(NanAtStart, ARateOfAMillionIsNamed) {
  set("optim.lr=1e6");
  set("schedule.warmup_epochs=0");
  const Outcome outcome = train("run");
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->code(), ErrorCode::kNotFinite);
  EXPECT_NE(outcome.error->why().find("optim.lr is 1e+06"), std::string::npos) << outcome.error->why();
  EXPECT_LE(outcome.progress.step, 3) << "found within a step or two";
}

TEST_F(NanAtStart, TheFirstLayerThatOverflowsIsNamed) {
  const auto s = open("run");
  weight(*s, "layer2.0.conv1.weight").fill_(3e38);
  const auto cause = look(*s);
  ASSERT_TRUE(cause);
  EXPECT_NE(cause->why.find("`layer2.0.conv1` gives values that are not finite from finite ones"), std::string::npos)
      << cause->why;
}

TEST_F(NanAtStart, HalfPrecisionThatOverflowsIsToldFromFp32) {
  set("train.precision=fp16");
  const auto s = open("run");
  weight(*s, "conv1.weight").mul_(1e5);  // beyond 65504; batch norm divides it away in fp32
  const auto cause = look(*s);
  ASSERT_TRUE(cause);
  EXPECT_EQ(cause->what, "half precision overflows");
  EXPECT_NE(cause->why.find("`conv1`"), std::string::npos) << cause->why;
}

TEST_F(NanAtStart, ALayerWatchSeesOnlyItsOwnModule) {
  const auto s = open("run"), other = open("other");
  weight(*s, "fc.weight").fill_(INFINITY);
  const at::NoGradGuard no_grad;
  const at::Tensor images = at::ones({2, 3, 16, 16});
  {
    const LayerWatch watch(*s->model);
    s->model->forward(images, nn::Pass{});
    ASSERT_TRUE(watch.first_bad());
    EXPECT_EQ(watch.first_bad()->layer, "fc");
    EXPECT_TRUE(watch.first_bad()->input_was_finite);
  }
  const LayerWatch watch(*other->model);
  s->model->forward(images, nn::Pass{});
  EXPECT_FALSE(watch.first_bad());
}

TEST_F(NanAtStart, ALabelThatTheModelDoesNotHaveIsRefusedWithThePicture) {
  const auto s = open("run");
  Trainee trainee = s->trainee();
  Recovery recovery(*s);
  Divergence divergence(*s);
  data::Batch batch = s->train_loader->next();
  std::vector<int64_t> labels(batch.labels.begin(), batch.labels.end());
  labels[2] = kClasses;
  batch.labels = labels;
  const std::string path(s->manifest->path(batch.pictures[2]));
  try {
    divergence.step(recovery, trainee, std::move(batch));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kDataClasses);
    EXPECT_NE(error.why().find(path + " is of class number 3"), std::string::npos) << error.why();
  }
}

TEST_F(NanAtStart, TheRingIsBoundedUncountedAndFinite) {
  const auto s = open("run");
  const uint64_t counted = tensor::device_memory(at::kCPU).live_bytes, outside = tensor::host_memory_bytes();
  SnapshotRing ring(3);
  for (int64_t step = 0; step < 10; ++step) {
    s->progress.step = step;
    ring.take(*s);
  }
  EXPECT_EQ(tensor::device_memory(at::kCPU).live_bytes, counted);
  EXPECT_EQ(tensor::host_memory_bytes() - outside, ring.bytes());
  uint64_t state = 0;
  for (const auto& [name, value] : nn::state_dict(*s->model)) state += value.nbytes();
  EXPECT_EQ(ring.bytes(), 3 * state);
  EXPECT_EQ(ring.newest_until(8)->progress.step, 8);
  EXPECT_EQ(ring.newest_until(6), nullptr);

  const std::string before = hash_of(*s);
  weight(*s, "fc.weight").fill_(NAN);
  s->progress.step = 20;
  ring.take(*s);
  EXPECT_EQ(ring.newest_step(), 9) << "only finite states";
  s->restore(*ring.newest_until(20));
  EXPECT_EQ(hash_of(*s), before);
  ring.drop_after(7);
  EXPECT_EQ(ring.newest_step(), 7);
  EXPECT_EQ(ring.bytes(), 3 * state) << "kept to be written over";
}

}  // namespace
}  // namespace surefoot::train
