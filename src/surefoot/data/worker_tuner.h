#pragma once
// How many decode threads the trainer needs: follows what it consumes.

namespace surefoot::data {

/// Adds threads while the consumer waits, takes one away while the threads mostly wait for the consumer. Numbers in,
/// advice out; not thread-safe.
class WorkerTuner {
 public:
  /// @param most number of cores
  explicit WorkerTuner(int most) : most_(most < 1 ? 1 : most) {}
  /// Threads for the next interval, in [1, most].
  /// @param wait_share    share of the last interval in which the consumer waited for a batch
  /// @param blocked_share share of the threads' time in which they waited for a free slot
  int advise(int threads, double wait_share, double blocked_share);

 private:
  int most_;
  int intervals_until_removal_ = 0;
  bool removed_last_ = false;
  int patience_ = 4;  // intervals between removals; doubles each time that a removal proved wrong
};

}  // namespace surefoot::data
