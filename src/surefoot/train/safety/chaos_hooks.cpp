#include "surefoot/train/safety/chaos_hooks.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <new>

#include "surefoot/tensor/memory.h"

namespace surefoot::train {
namespace {

using chaos::Fault;
using chaos::FaultKind;

/// The step is counted from 1 and is the one that is being done.
int64_t current_step(const Session& session) { return session.progress.step + 1; }

/// Whatever its strides are.
at::Tensor first_number(at::Tensor tensor) {
  while (tensor.dim() > 0) tensor = tensor.select(0, 0);
  return tensor;
}

void stand_still(const Clock& clock, double seconds) {
  constexpr double kSlice = 0.1;
  for (const double began = clock.now(); seconds <= 0 || clock.now() - began < seconds;) clock.sleep(kSlice);
}

}  // namespace

ChaosHooks::ChaosHooks(Session& session, std::vector<Fault> plan, chaos::FaultyDisk& disk)
    : session_(session), rehearsal_(std::move(plan)), disk_(disk), began_(session.clock.now()) {
  runs::read_events(session.files, session.folder.events_file(), [&](const runs::Event& event) {
    if (event.event == "chaos") rehearsal_.mark_done(static_cast<int64_t>(event.number("entry")), event.step);
  });
  session.observer = this;
  session.rehearse_vitals = [this](guards::Vitals& vitals) {
    constexpr double kCool = 40;
    const double celsius = heat();
    vitals.temperatures.push_back(
        {.sensor = "rehearsed sensor", .celsius = celsius > 0 ? celsius : kCool, .slowdown = 95});
  };
}

ChaosHooks::~ChaosHooks() {
  session_.observer = nullptr;
  session_.rehearse_vitals = {};
}

void ChaosHooks::entering(Phase phase) {
  if (phase == Phase::kLoading || phase == Phase::kForward) begin_step(current_step(session_));
  const auto its_phase = [&](const Fault& fault) { return fault.phase == phase_name(phase); };
  if (const auto found = std::ranges::find_if(waiting_, its_phase); found != waiting_.end()) {
    const double allocation = found->allocation;
    waiting_.erase(found);
    run_out_of_memory(allocation, phase);
  }
}

/// Once a step: a step that is tried again is the same step.
void ChaosHooks::begin_step(int64_t step) {
  if (step == step_begun_) return;
  step_begun_ = step;
  for (const int64_t entry : rehearsal_.due(step, session_.clock.now() - began_)) {
    record(entry, step);
    happen(rehearsal_.fault(entry), step);
  }
}

/// On the disk before the fault happens: one that ends the process must not happen again.
void ChaosHooks::record(int64_t entry, int64_t step) {
  const Fault& fault = rehearsal_.fault(entry);
  std::vector<std::pair<std::string, runs::FieldValue>> fields{
      {"fault", fault.name()},
      {"entry", entry},
      {"why", fault.describe() + " (line " + std::to_string(fault.line) + " of the plan)"}};
  if (!fault.phase.empty()) fields.emplace_back("phase", fault.phase);
  if (fault.seconds > 0) fields.emplace_back("seconds", fault.seconds);
  session_.log->write(step, "chaos", std::move(fields));
  session_.log->flush(/*sync=*/true);
}

void ChaosHooks::happen(const Fault& fault, int64_t step) {
  switch (fault.kind) {
    case FaultKind::out_of_memory:
      if (!fault.phase.empty()) {
        waiting_.push_back(fault);
      } else {
        run_out_of_memory(fault.allocation, Phase::kForward);
      }
      break;
    case FaultKind::nan_gradient:
    case FaultKind::loss_spike:
      spoils_.push_back({.fault = fault, .step = step, .tries = static_cast<int64_t>(fault.count)});
      break;
    case FaultKind::slow_disk:
      disk_.slow(fault.seconds);
      break;
    case FaultKind::unreadable_file:
      disk_.unreadable(static_cast<int64_t>(fault.count));
      break;
    case FaultKind::disk_full:
      disk_.full(fault.seconds);
      break;
    case FaultKind::kill:
      ::kill(::getpid(), SIGKILL);
      break;
    case FaultKind::segfault:
      ::raise(SIGSEGV);
      break;
    case FaultKind::hang:
      stand_still(session_.clock, fault.seconds);
      break;
    case FaultKind::heat:
      heat_until_ = session_.clock.now() + fault.seconds;
      heat_ = fault.celsius;
      break;
    case FaultKind::leak:
      leaks_.push_back(std::make_unique<chaos::Leak>(session_.clock, fault.bytes_per_second, fault.seconds));
      break;
  }
}

/// On the CPU the allocator fails, as far into the step as asked; elsewhere, and where no tensor is made (loading), the
/// phase itself.
void ChaosHooks::run_out_of_memory(double allocation, Phase phase) {
  if (!session_.device.is_cpu() || phase == Phase::kLoading) throw std::bad_alloc();
  tensor::install_cpu_allocator().fail_allocation(static_cast<uint64_t>(allocation));
}

void ChaosHooks::gradients_ready(double& loss, std::vector<at::Tensor>& gradients) {
  const int64_t step = current_step(session_);
  std::erase_if(spoils_, [&](const Spoil& spoil) { return spoil.tries == 0 || spoil.step < step; });
  for (Spoil& spoil : spoils_) {
    if (spoil.step != step) continue;
    --spoil.tries;
    if (spoil.fault.kind == FaultKind::nan_gradient) {
      if (!gradients.empty()) first_number(gradients.front()).fill_(std::numeric_limits<double>::quiet_NaN());
    } else {
      loss *= spoil.fault.factor;
      for (at::Tensor& gradient : gradients) gradient.mul_(spoil.fault.factor);
    }
  }
}

double ChaosHooks::heat() const { return session_.clock.now() < heat_until_ ? heat_.load() : 0; }

}  // namespace surefoot::train
