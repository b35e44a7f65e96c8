#include "surefoot/train/memory/recovery.h"

#include <algorithm>
#include <cstdlib>
#include <new>

#include "surefoot/base/error.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/tensor/translate_error.h"
#include "surefoot/train/memory/cannot_fit.h"
#include "surefoot/train/memory/learnt_footing.h"
#include "surefoot/train/memory/memory_events.h"
#include "surefoot/train/memory/predict_memory.h"

namespace surefoot::train {
namespace {

Shortage shortage_in(Phase phase, at::Device device, const std::string& message) {
  if (phase == Phase::kLoading) return Shortage::kBatches;
  if (phase == Phase::kOptimizer) return Shortage::kUpdate;
  const bool machine = device.is_cpu() && message.find("the system has no memory") != std::string::npos;
  return machine ? Shortage::kMachine : Shortage::kActivations;
}

constexpr const char *kOnTrial = ": taken back on trial",
                     *kRepeated = "as this step was cut before the run was interrupted";

/// Whether it has a share in how later steps are cut. What another process repeated stands in the log already.
bool decides_cuts(const runs::Event& event) {
  if (event.event == "out_of_memory") return event.text("phase") != "evaluation" && event.text("phase") != "saving";
  if (event.event != "memory_action" || event.text("why") == kRepeated) return false;
  const std::string action = event.text("action");
  return action != "free_caches" && action != "eval_batch" && action != "stream_checkpoint";
}

}  // namespace

bool Thrashing::after_step(uint64_t retries) {
  const bool now = retries > retries_;
  const bool thrashes = now && before_;
  before_ = now && !thrashes;
  retries_ = retries;
  return thrashes;
}

void Recovery::Phases::entering(Phase phase) {
  now = phase;
  if (next != nullptr) next->entering(phase);
}

void Recovery::Phases::gradients_ready(double& loss, std::vector<at::Tensor>& gradients) {
  if (next != nullptr) next->gradients_ready(loss, gradients);
}

Recovery::Recovery(Session& session)
    : session_(session),
      ladder_(session.recipe, session.model->block_names().size(), session.groups_matter),
      ceiling_(session.ceiling) {
  thrashing_.after_step(tensor::allocation_retries(session.device));
  // What is in the log beyond the checkpoint happened in a process that was killed: the same steps get the same cut,
  // and later ones grow back at the same moment.
  runs::read_events(session.files, session.folder.events_file(), [&](const runs::Event& event) {
    if (event.step >= session.progress.step && decides_cuts(event)) to_repeat_[event.step].push_back(event);
  });
}

template <class Part>
auto Recovery::insist(int64_t batch, Part&& part) {
  for (int tries = 1;; ++tries) {
    std::exception_ptr error;
    try {
      return part();
    } catch (...) {
      error = std::current_exception();
    }
    // Outside the handler: whatever the failed try held is gone.
    relieve(error, tries, batch);
  }
}

data::Batch Recovery::next_batch() {
  phases_.next = session_.observer;
  return insist(0, [&] {
    phases_.entering(Phase::kLoading);
    return session_.train_loader->next();
  });
}

StepResult Recovery::step(Trainee& trainee, const data::Batch& batch, const Judge& judge) {
  repeat_what_a_killed_run_did();
  phases_.next = session_.observer;
  trainee.observer = &phases_;
  const StepResult result = insist(batch.count, [&] {
    phases_.now = Phase::kForward;  // labels and the sum of the loss come before it is entered
    return train_step(trainee, batch, judge);
  });
  if (result.outcome != StepResult::Outcome::kRefused) after_quiet_step(batch.count);
  return result;
}

void Recovery::relieve(std::exception_ptr error, int tries, int64_t batch) {
  Session& s = session_;
  const std::string step = "step " + std::to_string(s.progress.step + 1);
  if (!s.recipe.memory.recovery || !tensor::is_out_of_memory(error)) tensor::rethrow_translated(error, step);
  const Phase phase = phases_.now;
  const std::string message = message_of(error);
  error = nullptr;
  say_out_of_memory(s, phase, message);
  const Shortage shortage = shortage_in(phase, s.device, message);
  FootingRecord& record = s.progress.memory;
  record.quiet_steps = 0;
  if (tries == 1) {
    free_caches(s);
  } else if (const auto action = ladder_.down(s.footing, shortage, batch)) {
    trial_failed(record);
    take(*action);
  } else if (tries > 3 || shortage == Shortage::kActivations || shortage == Shortage::kMachine) {
    throw cannot_fit(s, phase, message);
  } else {
    free_caches(s);
  }
  // What a decode thread threw stays until the loader is told where to go on.
  if (phase == Phase::kLoading) s.train_loader->seek(s.progress.epoch(), s.progress.step_in_epoch());
}

void Recovery::trial_failed(FootingRecord& record) const {
  if (record.on_trial)
    record.wait = 2 * std::max<int64_t>(1, record.wait > 0 ? record.wait : session_.recipe.memory.grow_after);
  record.on_trial = false;
}

void Recovery::take(const MemoryAction& action) {
  say_memory_action(session_, action);
  if (action.action == "prefetch") session_.train_loader->set_prefetch(static_cast<int>(session_.footing.prefetch));
  remember_footing(session_);
  forget_training_peak(session_);
}

void Recovery::after_quiet_step(int64_t batch) {
  Session& s = session_;
  FootingRecord& record = s.progress.memory;
  if (thrashing_.after_step(tensor::allocation_retries(s.device))) {
    record.quiet_steps = 0;
    if (auto action = ladder_.down(s.footing, Shortage::kActivations, batch)) {
      action->why = "the allocator had to give its caches back in two steps running; " + action->why;
      take(*action);
    }
    return;
  }
  ++record.quiet_steps;
  const int64_t wait = record.wait > 0 ? record.wait : s.recipe.memory.grow_after;
  if (s.recipe.memory.grow_after == 0 || record.quiet_steps < wait) return;
  record.quiet_steps = 0;
  record.on_trial = false;
  auto action = ladder_.up(s.footing, ceiling_);
  if (!action) return;
  action->why = std::to_string(wait) + " steps without a shortage" + kOnTrial;
  record.on_trial = true;
  try {
    take(*action);
  } catch (const std::bad_alloc&) {  // no memory for more batches yet
    s.footing.prefetch = std::atoll(action->before.c_str());
  }
}

void Recovery::repeat_what_a_killed_run_did() {
  const auto found = to_repeat_.find(session_.progress.step);
  if (found == to_repeat_.end()) return;
  FootingRecord& record = session_.progress.memory;
  const int64_t before = session_.footing.micro_batch;
  for (const runs::Event& event : found->second) {
    record.quiet_steps = 0;
    if (event.event == "out_of_memory") continue;
    const bool grew = event.text("why").ends_with(kOnTrial);
    if (!grew) trial_failed(record);
    record.on_trial = grew;
    if (event.text("action") == "micro_batch") session_.footing.micro_batch = std::atoll(event.text("after").c_str());
  }
  to_repeat_.erase(found);
  if (before == session_.footing.micro_batch) return;
  take({.action = "micro_batch",
        .kind = ChangeKind::kRounding,
        .before = std::to_string(before),
        .after = std::to_string(session_.footing.micro_batch),
        .why = kRepeated});
}

}  // namespace surefoot::train
