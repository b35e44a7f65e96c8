#include "surefoot/train/safety/watch.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <future>

#include "surefoot/base/error.h"
#include "surefoot/base/exit_codes.h"
#include "surefoot/base/units.h"
#include "surefoot/guards/machine_sensors.h"
#include "surefoot/guards/thread_states.h"
#include "surefoot/tensor/memory.h"

namespace surefoot::train {
namespace {

using Kind = guards::Advice::Kind;

constexpr double kRestSlice = 0.1;      // s between looks at what has changed
constexpr double kWorthTelling = 1;     // s of rest in an epoch
constexpr double kLongestPause = 1200;  // s; the thermal guard ends pauses earlier
constexpr std::chrono::seconds kLogPatience{5};

/// Does `work` on a thread of its own and waits for a few seconds at most: where the loop hangs, the disk may be the
/// cause.
template <typename Work>
void try_for_a_while(Work work) {
  std::packaged_task<void()> task(std::move(work));
  std::future<void> done = task.get_future();
  std::thread(std::move(task)).detach();
  done.wait_for(kLogPatience);
}

std::vector<std::pair<std::string, runs::FieldValue>> fields_of(const guards::Advice& advice) {
  std::vector<std::pair<std::string, runs::FieldValue>> fields = {
      {"guard", advice.guard},
      {"advice", std::string(guards::kind_name(advice.kind))},
      {"what", advice.what},
      {"why", advice.why},
      {"fix", advice.fix}};
  for (const auto& [name, value] : advice.figures) fields.emplace_back(name, value);
  return fields;
}

}  // namespace

Watch::Watch(Session& session, std::function<bool()> interrupted, double period_seconds)
    : session_(session),
      interrupted_(std::move(interrupted)),
      vital_signs_(session, period_seconds),
      guards_(session.recipe) {
  guards::prepare_main_thread_stack();
  vital_signs_.refresh();
  busy_since_ = session_.clock.now();
  waited_ns_ = session_.train_loader->counters().wait_ns;
  if (guards_.names().empty()) return;
  thread_ = std::thread([this, period_seconds] { run(period_seconds); });
}

Watch::~Watch() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Watch::run(double period_seconds) {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    lock.unlock();
    const std::vector<Advice> advice = guards_.on_second(vital_signs_.sample());
    for (const Advice& each : advice) {
      if (each.guard == "stall") act_alone(each);
    }
    lock.lock();
    for (const Advice& each : advice) {
      if (each.guard != "stall") pending_.push_back(each);
    }
    changed_.wait_for(lock, std::chrono::duration<double>(period_seconds), [&] { return stop_; });
  }
}

/// The loop hangs, maybe inside the event log: whatever is done here must not wait for it.
void Watch::act_alone(const Advice& advice) {
  try_for_a_while([this, advice, step = session_.step_seen.load(), log = session_.log.get()] {
    auto fields = fields_of(advice);
    fields.emplace_back("threads", guards::thread_states(real_files()));
    fields.emplace_back("stack", guards::main_thread_stack());
    log->write(step, "guard", std::move(fields));
    log->flush(true);
  });
  if (!advice.unreachable) return;
  std::fprintf(stderr, "%s (%s); run the same command again to go on\n", advice.what.c_str(), advice.why.c_str());
  ::_exit(kExitRestart);
}

std::vector<guards::Advice> Watch::take_pending() {
  const std::lock_guard lock(mutex_);
  return std::exchange(pending_, {});
}

void Watch::after_step(const StepResult& result) {
  const double now = session_.clock.now(), seconds = now - busy_since_;
  const uint64_t waited = session_.train_loader->counters().wait_ns;
  vital_signs_.mark_progress();
  vital_signs_.refresh();
  apply(guards_.on_step({.t = now,
                         .step = session_.progress.step,
                         .loss = result.loss,
                         .grad_norm = result.grad_norm,
                         .lr = result.lr,
                         .updated = result.outcome == StepResult::Outcome::kUpdated,
                         .seconds = seconds,
                         .wait_seconds = waited > waited_ns_ ? static_cast<double>(waited - waited_ns_) * 1e-9 : 0}));
  apply(take_pending());
  if (duty_ < 1) rest(seconds * (1 / duty_ - 1));
  waited_ns_ = session_.train_loader->counters().wait_ns;
  busy_since_ = session_.clock.now();
}

void Watch::after_epoch() {
  guards::EpochFigures figures = vital_signs_.take_epoch();
  figures.predicted = session_.predicted;
  figures.rest_seconds = std::exchange(rested_, 0);
  if (rest_untold_ >= kWorthTelling) {
    tell({.guard = "thermal",
          .what = "it rested " + format_duration(rest_untold_) + " in this epoch",
          .why = "a guard asked for it",
          .fix = "cool the device better"});
  }
  apply(guards_.on_epoch(figures));
  vital_signs_.mark_progress();
  busy_since_ = session_.clock.now();
}

void Watch::apply(const std::vector<Advice>& advice) {
  for (const Advice& each : advice) apply_one(each);
}

void Watch::apply_one(const Advice& advice) {
  if (advice.kind == Kind::kTrim) {
    const uint64_t before = guards::read_process_memory(real_files()).rss_anon_bytes;
    tensor::free_caches(session_.device);
    const uint64_t after = guards::read_process_memory(real_files()).rss_anon_bytes;
    return tell(advice, {{"freed_bytes", static_cast<int64_t>(before > after ? before - after : 0)}});
  }
  if (!advice.quiet) tell(advice);
  switch (advice.kind) {
    case Kind::kTell:
    case Kind::kTrim:
      break;
    case Kind::kThrottle:
      duty_ = std::clamp(advice.duty, 0.01, 1.0);
      break;
    case Kind::kPause:
      pause();
      break;
    case Kind::kResume:
      duty_ = std::clamp(advice.duty, 0.01, 1.0);
      resumed_ = true;
      break;
    case Kind::kRecycleWorkers:
      session_.train_loader->renew_threads();
      session_.val_loader->renew_threads();
      break;
    case Kind::kRestart:
      wants_restart_ = true;
      break;
    case Kind::kStop:
      stop(advice);
  }
}

void Watch::pause() {
  session_.save_checkpoint();
  const double began = session_.clock.now();
  resumed_ = false;
  while (!resumed_ && !wants_restart_ && !(interrupted_ && interrupted_()) &&
         session_.clock.now() - began < kLongestPause) {
    nap(kRestSlice);
    vital_signs_.refresh();
  }
}

void Watch::rest(double seconds) {
  const double began = session_.clock.now();
  for (double left = seconds; left > 0 && duty_ < 1 && !(interrupted_ && interrupted_());
       left = seconds - (session_.clock.now() - began)) {
    nap(std::min(left, kRestSlice));
  }
}

/// A short sleep, and what was advised meanwhile.
void Watch::nap(double seconds) {
  session_.clock.sleep(seconds);
  rested_ += seconds;
  rest_untold_ += seconds;
  vital_signs_.mark_progress();
  apply(take_pending());
}

void Watch::tell(const Advice& advice, std::vector<std::pair<std::string, runs::FieldValue>> more) {
  auto fields = fields_of(advice);
  if (rest_untold_ > 0) fields.emplace_back("lost_seconds", std::exchange(rest_untold_, 0));
  std::move(more.begin(), more.end(), std::back_inserter(fields));
  session_.log->write(session_.progress.step, "guard", std::move(fields));
}

void Watch::stop(const Advice& advice) {
  session_.save_checkpoint();
  session_.writer->wait();  // a failure to save is told by the writer
  throw Error(ErrorCode::kGuardStop, advice.what, advice.why, advice.fix);
}

}  // namespace surefoot::train
