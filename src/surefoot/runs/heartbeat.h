#pragma once
// Where an engine is, in memory that it shares with its supervisor: what no crash takes along.
#include <atomic>
#include <cstdint>

namespace surefoot::runs {

/// A few bytes of memory seen by two processes. Thread-safe; a beat costs one store.
class Heartbeat {
 public:
  /// The supervisor's side: new memory, empty. Where the kernel gives none, nothing is shared and `step` stays -1.
  static Heartbeat make();
  /// The engine's side: the supervisor's memory, taken from the environment (and out of it, so that no grandchild takes
  /// it for its own). Without a supervisor, memory that nobody reads.
  static Heartbeat of_supervisor();
  Heartbeat(Heartbeat&& other) noexcept;
  ~Heartbeat();

  /// Optimiser steps done.
  void beat(int64_t step) { shared_->store(step, std::memory_order_relaxed); }
  /// The last beat since `reset`; -1 where there was none.
  int64_t step() const { return shared_->load(std::memory_order_relaxed); }
  void reset() { beat(-1); }
  /// Lets a child take it with `of_supervisor`: between fork and exec, in the child. Async-signal-safe but for the
  /// environment.
  void hand_over() const;

 private:
  explicit Heartbeat(int fd);
  std::atomic<int64_t> own_{-1};  // where nothing is shared
  std::atomic<int64_t>* shared_ = &own_;
  int fd_ = -1;
};

}  // namespace surefoot::runs
