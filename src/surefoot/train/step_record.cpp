#include "surefoot/train/step_record.h"

#include <unistd.h>

#include <cstdio>

#include "surefoot/tensor/memory.h"

namespace surefoot::train {

int64_t resident_bytes() {
  long long total = 0, resident = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%lld %lld", &total, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return resident * ::sysconf(_SC_PAGESIZE);
}

StepRecord::StepRecord(Session& session)
    : session_(session),
      counters_(session.train_loader->counters()),
      since_(session.clock.now()),
      pictures_seen_(session.progress.pictures_seen) {
  heartbeat_.beat(session.progress.step);
}

void StepRecord::add(const StepResult& result) {
  if (result.outcome != StepResult::Outcome::kRefused) last_ = result;
  ++steps_;
  Session& s = session_;
  s.step_seen = s.progress.step;
  heartbeat_.beat(s.progress.step);
  s.progress.train_seconds = s.train_seconds();
  if (s.scaler && s.progress.scaler_scale != s.scaler->scale()) {
    s.log->write(s.progress.step, "scaler",
                 {{"scale", s.scaler->scale()},
                  {"reason", std::string(result.outcome == StepResult::Outcome::kOverflow ? "overflow" : "grown")}});
    s.progress.scaler_scale = s.scaler->scale();
  }
  if (s.progress.step % s.recipe.log.every_steps == 0) write();
}

void StepRecord::write() {
  if (steps_ == 0) return;
  Session& s = session_;
  const data::LoaderCounters now = s.train_loader->counters();
  const double seconds = std::max(1e-9, s.clock.now() - since_);
  const double rate = static_cast<double>(s.progress.pictures_seen - pictures_seen_) / seconds;
  const double steps_left = static_cast<double>(s.total_steps - s.progress.step);
  const auto since = [&](uint64_t data::LoaderCounters::*field) {
    return static_cast<int64_t>(now.*field - counters_.*field);
  };
  s.log->write(s.progress.step, "step",
               {{"epoch", (s.progress.step - 1) / s.progress.steps_per_epoch + 1},
                {"total_steps", s.total_steps},
                {"loss", last_.loss},
                {"lr", last_.lr},
                {"grad_norm", last_.grad_norm},
                {"images_per_second", rate},
                {"data_wait", static_cast<double>(since(&data::LoaderCounters::wait_ns)) * 1e-9 / seconds},
                {"memory_bytes", static_cast<int64_t>(tensor::device_memory(s.device).live_bytes)},
                {"rss_bytes", resident_bytes()},
                {"eta_seconds", steps_left * seconds / static_cast<double>(steps_)},
                {"read_ns", since(&data::LoaderCounters::read_ns)},
                {"decode_ns", since(&data::LoaderCounters::decode_ns)},
                {"augment_ns", since(&data::LoaderCounters::augment_ns)},
                {"workers", static_cast<int64_t>(now.threads)}});
  counters_ = now;
  since_ = s.clock.now();
  pictures_seen_ = s.progress.pictures_seen;
  steps_ = 0;
}

}  // namespace surefoot::train
