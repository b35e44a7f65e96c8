#pragma once
// Faults of a plan, put into a run (`surefoot train --chaos`). Each is an event `chaos` before it happens.
#include <memory>
#include <vector>

#include "surefoot/chaos/faulty_disk.h"
#include "surefoot/chaos/leak.h"
#include "surefoot/chaos/rehearsal.h"
#include "surefoot/train/session.h"

namespace surefoot::train {

/// Observes the session's steps and lets the plan's faults happen, those that an earlier process of the run did not do
/// yet. For the loop's thread.
class ChaosHooks final : public StepObserver {
 public:
  /// @param disk  in front of the session's files
  ChaosHooks(Session& session, std::vector<chaos::Fault> plan, chaos::FaultyDisk& disk);
  ~ChaosHooks() override;
  ChaosHooks(const ChaosHooks&) = delete;
  ChaosHooks& operator=(const ChaosHooks&) = delete;

  void entering(Phase phase) override;
  void gradients_ready(double& loss, std::vector<at::Tensor>& gradients) override;
  /// What a sensor reads because of the plan, Celsius; 0: nothing. Thread-safe.
  double heat() const;

 private:
  /// A change of the gradient, for so many tries of this step.
  struct Spoil {
    chaos::Fault fault;
    int64_t step = 0, tries = 0;
  };
  void begin_step(int64_t step);
  void record(int64_t entry, int64_t step);
  void happen(const chaos::Fault& fault, int64_t step);
  void run_out_of_memory(double allocation, Phase phase);

  Session& session_;
  chaos::Rehearsal rehearsal_;
  chaos::FaultyDisk& disk_;
  const double began_;
  int64_t step_begun_ = -1;
  std::vector<Spoil> spoils_;
  std::vector<chaos::Fault> waiting_;  // for their phase
  std::vector<std::unique_ptr<chaos::Leak>> leaks_;
  std::atomic<double> heat_{0}, heat_until_{0};
};

}  // namespace surefoot::train
