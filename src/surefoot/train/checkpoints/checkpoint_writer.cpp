#include "surefoot/train/checkpoints/checkpoint_writer.h"

#include "surefoot/base/clock.h"

namespace surefoot::train {

CheckpointWriter::CheckpointWriter(CheckpointStore& store, std::function<void(const Outcome&)> on_done)
    : store_(store), on_done_(std::move(on_done)), thread_([this] { run(); }) {}

CheckpointWriter::~CheckpointWriter() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void CheckpointWriter::submit(Snapshot snapshot) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !next_; });
  next_ = std::move(snapshot);
  lock.unlock();
  changed_.notify_all();
}

std::exception_ptr CheckpointWriter::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !next_ && !busy_; });
  return last_error_;
}

void CheckpointWriter::save(Outcome& outcome) {
  const double start = real_clock().now();
  try {
    if (!outcome.error) outcome.saved = store_.save(outcome.snapshot);
  } catch (...) {
    outcome.error = std::current_exception();
  }
  outcome.seconds = real_clock().now() - start;
  outcome.snapshot.weights.clear(), outcome.snapshot.ema.clear(), outcome.snapshot.optimizer.clear();
  on_done_(outcome);
}

void CheckpointWriter::write_now(const Progress& progress, const std::function<Snapshot()>& make) {
  wait();
  Outcome outcome{.snapshot = {}, .saved = {}, .seconds = 0, .error = nullptr};
  outcome.snapshot.progress = progress;
  try {
    outcome.snapshot = make();
  } catch (...) {
    outcome.error = std::current_exception();
  }
  save(outcome);
  const std::lock_guard lock(mutex_);
  last_error_ = outcome.error;
}

void CheckpointWriter::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return next_ || stop_; });
    if (!next_) return;  // stopped and nothing left
    Outcome outcome{.snapshot = std::move(*next_), .saved = {}, .seconds = 0, .error = nullptr};
    next_.reset();
    busy_ = true;
    lock.unlock();
    changed_.notify_all();
    save(outcome);
    lock.lock();
    last_error_ = outcome.error;
    busy_ = false;
    changed_.notify_all();
  }
}

}  // namespace surefoot::train
