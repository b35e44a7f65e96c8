#pragma once
// A training of seconds: twelve-step epochs of made-up pictures, a ResNet-18, everything on one thread.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "surefoot/base/error.h"
#include "surefoot/base/hash.h"
#include "surefoot/nn/weights.h"
#include "surefoot/runs/event_log.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/train/loop.h"
#include "testing/pictures.h"
#include "testing/temporary_folder.h"

namespace surefoot::testing {

/// Changes loss and gradients of chosen tries: `spoils(step, try of this step, 0-based)`.
class Spoiler final : public train::StepObserver {
 public:
  using Spoils = std::function<bool(int64_t step, int64_t attempt)>;
  Spoiler(const train::Session& session, Spoils spoils, double value)
      : session_(session), spoils_(std::move(spoils)), value_(value) {}
  void gradients_ready(double& loss, std::vector<at::Tensor>& gradients) override {
    const int64_t step = session_.progress.step;
    if (before_step) before_step(step);
    if (!spoils_(step, attempts_[step]++)) return;
    if (std::isfinite(value_)) {
      loss *= value_;
      for (at::Tensor& gradient : gradients) gradient.mul_(value_);
    } else {
      at::Tensor one = gradients[3];
      while (one.dim() > 0) one = one.select(0, 0);
      one.fill_(value_);
    }
  }
  std::function<void(int64_t)> before_step;

 private:
  const train::Session& session_;
  Spoils spoils_;
  double value_;
  std::map<int64_t, int64_t> attempts_;
};

class SmallTraining : public ::testing::Test {
 protected:
  static constexpr int kClasses = 3;
  void SetUp() override {
    tensor::install_cpu_allocator();
    write_picture_folder(real_files(), folder_.path("data"), kClasses, 18, 16);
    for (const char* assignment :
         {"data.image_size=16", "data.val_fraction=0.1", "train.batch=4", "train.batch_norm.group=4",
          "train.max_steps=24", "model.name=resnet18", "optim.lr=0.01", "train.threads=1", "data.workers=1",
          "log.tensorboard=false", "train.precision=fp32", "checkpoint.every_steps=0", "guards.snapshot_every=5"})
      set(assignment);
    set("data.path=" + folder_.path("data"));
  }
  void set(const std::string& assignment) { config::set_assignment(recipe_, assignment); }

  std::unique_ptr<train::Session> open(const std::string& out) {
    std::string finished;
    return train::open_session({.recipe = recipe_, .out = folder_.path(out)}, real_files(), real_clock(), finished);
  }

  struct Outcome {
    std::string weights;  // their hash
    train::Progress progress;
    std::map<std::string, int64_t> events;
    std::optional<Error> error;
  };
  using Prepare = std::function<void(train::Session&)>;

  /// Trains to the end, or until it stops. @param value what loss and gradients are multiplied by; not finite: put in
  Outcome train(
      const std::string& out,
      Spoiler::Spoils spoils = [](int64_t, int64_t) { return false; },
      double value = NAN,
      const Prepare& prepare = {},
      const std::function<void(train::Session&, int64_t step)>& before_step = {}) {
    const auto s = open(out);
    Spoiler spoiler(*s, std::move(spoils), value);
    if (before_step) spoiler.before_step = [&](int64_t step) { before_step(*s, step); };
    s->observer = &spoiler;
    if (prepare) prepare(*s);
    Outcome outcome;
    try {
      train::run_loop(*s, {});
    } catch (const Error& error) {
      outcome.error = error;
    }
    outcome.weights = hash_of(*s);
    outcome.progress = s->progress;
    outcome.events = s->log->counts();
    return outcome;
  }

  static std::string hash_of(const train::Session& s) {
    Hasher hasher;
    for (const auto& [name, value] : nn::state_dict(*s.model)) {
      const at::Tensor dense = value.detach().contiguous();
      hasher.add(std::string_view(static_cast<const char*>(dense.const_data_ptr()), dense.nbytes()));
    }
    return hasher.hex();
  }

  /// Every event of this name, in order.
  std::vector<runs::Event> events(const std::string& out, const std::string& name) {
    std::vector<runs::Event> found;
    runs::read_events(real_files(), join_path(folder_.path(out), "events.jsonl"), [&](const runs::Event& event) {
      if (event.event == name) found.push_back(event);
    });
    return found;
  }

  TemporaryFolder folder_;
  config::Recipe recipe_;
};

}  // namespace surefoot::testing
