#include "surefoot/train/safety/vital_signs.h"

#include <malloc.h>
#include <time.h>

#include <cstdlib>

#include "surefoot/base/error.h"
#include "surefoot/guards/machine_sensors.h"
#include "surefoot/tensor/host_memory.h"
#include "surefoot/tensor/memory.h"

namespace surefoot::train {
namespace {
constexpr double kDiskSeconds = 10;

/// Processor seconds of all programs but this one.
double seconds_of_others() {
  timespec own{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
  return guards::read_busy_seconds(real_files()) -
         (static_cast<double>(own.tv_sec) + 1e-9 * static_cast<double>(own.tv_nsec));
}

/// What every checkpoint of this run takes at least: weights, and their average.
uint64_t bytes_of_weights(const Session& s) {
  uint64_t bytes = 0;
  for (const nn::NamedTensor& entry : s.model->named_tensors()) bytes += entry.tensor.nbytes();
  return s.recipe.train.ema > 0 ? 2 * bytes : bytes;
}
}  // namespace

/// Hears what the run says about epochs and checkpoints. Called from any thread.
class VitalSigns::Listener final : public runs::Sink {
 public:
  explicit Listener(uint64_t least_checkpoint_bytes) : checkpoint_bytes_(least_checkpoint_bytes) {}
  void write(const runs::Event& event) noexcept override {
    const std::lock_guard lock(mutex_);
    if (event.event == "checkpoint") {
      checkpoint_bytes_ = static_cast<uint64_t>(event.number("bytes"));
      epoch_.checkpoint_seconds += event.number("seconds");
    } else if (event.event == "eval") {
      epoch_.evaluation_seconds += event.number("seconds");
      epoch_.top1 = std::max(epoch_.top1, event.number("top1"));
    } else if (event.event == "epoch") {
      epoch_.epoch = static_cast<int64_t>(event.number("epoch"));
      epoch_.train_loss = event.number("train_loss");
      epoch_.seconds = event.number("seconds");
      epoch_.images_per_second = event.number("images_per_second");
      epoch_.data_wait = event.number("data_wait");
    }
  }
  uint64_t checkpoint_bytes() const {
    const std::lock_guard lock(mutex_);
    return checkpoint_bytes_;
  }
  guards::EpochFigures take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(epoch_, {});
  }

 private:
  mutable std::mutex mutex_;
  uint64_t checkpoint_bytes_;  // of the newest; before the first, what it takes at least
  guards::EpochFigures epoch_;
};

VitalSigns::VitalSigns(Session& session, double period_seconds)
    : session_(session),
      // On the CPU no card is ours, unless a simulated one is named.
      sensors_(real_files(), !session.device.is_cpu() || std::getenv("SUREFOOT_NVML") != nullptr, period_seconds),
      listener_(std::make_shared<Listener>(bytes_of_weights(session))),
      progress_t_(session.clock.now()),
      others_t_(session.clock.now()),
      others_seconds_(seconds_of_others()) {
  session.log->add_sink(listener_);
}

void VitalSigns::mark_progress() { progress_t_ = session_.clock.now(); }

void VitalSigns::refresh() {
  loader_bytes_ = session_.train_loader->counters().slot_bytes + session_.val_loader->counters().slot_bytes;
  const double now = session_.clock.now();
  if (now - disk_read_at_ < kDiskSeconds) return;
  disk_read_at_ = now;
  try {
    disk_free_ = session_.files.free_bytes(session_.folder.path());
  } catch (const Error&) {  // the writer will tell
    disk_free_ = UINT64_MAX;
  }
}

guards::EpochFigures VitalSigns::take_epoch() {
  guards::EpochFigures figures = listener_->take();
  figures.t = session_.clock.now();
  figures.step = session_.progress.step;
  figures.others_cores = cores_of_others();
  return figures;
}

double VitalSigns::cores_of_others() {
  const double now = session_.clock.now(), seconds = seconds_of_others();
  const double passed = now - std::exchange(others_t_, now), taken = seconds - std::exchange(others_seconds_, seconds);
  return passed > 0 ? std::max(0.0, taken / passed) : 0;
}

/// Whatever the loop does between steps (evaluation, snapshots, a long retry) makes tensors, or it waits for files that
/// are being read or written, however slowly. What sampling itself reads is less than `kWorthwhile`.
bool VitalSigns::moves_between_steps() {
  constexpr uint64_t kWorthwhile = 64 << 10;
  const uint64_t allocations = tensor::install_cpu_allocator().allocations(),
                 io = guards::read_process_io(real_files());
  const bool moves = allocations != allocations_ || io > io_ + kWorthwhile;
  allocations_ = allocations;
  io_ = io;
  return moves;
}

guards::Vitals VitalSigns::sample() {
  guards::Vitals v;
  v.t = session_.clock.now();
  v.step = session_.step_seen;
  if (moves_between_steps()) progress_t_ = v.t;
  v.last_progress_t = progress_t_;
  const guards::ProcessMemory memory = guards::read_process_memory(real_files());
  v.rss_anon_bytes = memory.rss_anon_bytes;
  v.swapped_in_bytes = memory.swapped_in_bytes;
  const tensor::MemoryCapacity capacity = tensor::memory_capacity(at::kCPU);
  v.memory_bytes = capacity.total_bytes;
  v.memory_free_bytes = capacity.free_bytes;
  v.components = {{"tensors on the CPU", tensor::device_memory(at::kCPU).live_bytes},
                  {"copies of tensors for checkpoints and snapshots", tensor::host_memory_bytes()},
                  {"batches of the loader", loader_bytes_},
                  {"memory that malloc holds for nobody", ::mallinfo2().fordblks}};
  sensors_.read(v);
  if (const uint64_t free = disk_free_; free != UINT64_MAX) v.disk_free_bytes = free;
  v.checkpoint_bytes = listener_->checkpoint_bytes();
  if (session_.rehearse_vitals) session_.rehearse_vitals(v);
  return v;
}

}  // namespace surefoot::train
