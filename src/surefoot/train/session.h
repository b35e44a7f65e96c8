#pragma once
// One training run: what is set up before the loop and what the loop works on.
#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "surefoot/base/clock.h"
#include "surefoot/base/files.h"
#include "surefoot/guards/guard.h"
#include "surefoot/runs/event_log.h"
#include "surefoot/runs/run_folder.h"
#include "surefoot/runs/sink.h"
#include "surefoot/train/checkpoints/checkpoint_store.h"
#include "surefoot/train/checkpoints/checkpoint_writer.h"
#include "surefoot/train/evaluate.h"
#include "surefoot/train/step.h"

namespace surefoot::train {

struct TrainRequest {
  config::Recipe recipe;       // as composed from preset, file and flags, before `auto` is resolved
  std::string out;             // the run folder
  bool allow_changes = false;  // at resume, take a changed recipe or changed data
  std::vector<std::shared_ptr<runs::Sink>> sinks;
  std::function<bool()> interrupted;  // asked after every step
};

/// When an epoch (or this process's part of it) began.
struct EpochMark {
  double seconds = 0;
  uint64_t wait_ns = 0;
  int64_t pictures = 0;
};

/// Live bytes of the device in this process.
struct MemoryPeaks {
  uint64_t predicted = 0,
           predicted_evaluation = 0;  // of a steady step on the footing in force, of evaluating a batch; 0: not known
  uint64_t training = 0,
           evaluation = 0;  // measured, up to the last evaluation; training's since the footing changed last
};

/// Owns everything of a run. Built by `open_session`; not thread-safe.
struct Session {
  Session(Files& files_, const Clock& clock_, const std::string& out)
      : files(files_), clock(clock_), folder(files_, out) {}
  Files& files;
  const Clock& clock;
  runs::RunFolder folder;  // holds the run's lock
  std::unique_ptr<runs::EventLog> log;
  config::Recipe asked;   // as in the request
  config::Recipe recipe;  // resolved
  double started = 0;     // clock.now() when this process began
  EpochMark epoch_began;
  double seconds_before = 0;  // training seconds of earlier processes

  std::unique_ptr<data::Manifest> manifest;
  std::unique_ptr<data::BatchAllocator> allocator;
  std::unique_ptr<data::Sampler> train_sampler, val_sampler;
  std::unique_ptr<data::Loader> train_loader, val_loader;

  at::Device device = at::kCPU;
  tensor::Precision precision = tensor::Precision::kFp32;
  std::unique_ptr<Normalizer> normalizer;
  std::unique_ptr<nn::Model> model;
  std::unique_ptr<nn::BatchNormSums> batch_norm;
  std::vector<at::Tensor> trainable;  // parameters with gradients
  std::unique_ptr<optim::Optimizer> optimizer;
  std::unique_ptr<optim::Ema> ema;
  std::unique_ptr<optim::LossScaler> scaler;
  std::unique_ptr<config::Schedule> schedule;
  int64_t total_steps = 0;
  MemoryPeaks memory_peaks;
  Progress progress;
  std::vector<int64_t> predicted;    // classes on top in the last evaluation
  bool groups_matter = true;         // a batch norm learns from the batch
  plan::Footing footing;             // how the run holds itself within memory now
  plan::Footing ceiling;             // what it would like, as the recipe has it
  StepObserver* observer = nullptr;  // of every step; may be null
  std::function<void(guards::Vitals&)>
      rehearse_vitals;                          // changes what the guards see, from the watch's thread; may be empty
  std::atomic<int64_t> step_seen{0};            // progress.step for events of other threads
  std::map<std::string, std::string> metadata;  // of weights files

  std::unique_ptr<CheckpointStore> store;
  std::unique_ptr<CheckpointWriter> writer;  // after store and log: it uses both until it is destroyed

  Trainee trainee();
  enum class Copies { kYes, kNo };
  /// Everything that a checkpoint holds: copies in host memory, or the live tensors themselves.
  Snapshot snapshot(Copies copies = Copies::kYes) const;
  /// Weights, averages, optimiser and scaler become those of the snapshot; `progress` stays.
  void restore(const Snapshot& snapshot);
  /// Hands a snapshot to the writer.
  void save_checkpoint(bool keep = false);
  double train_seconds() const { return seconds_before + clock.now() - started; }
};

/// Opens or resumes the run: lock, recipe, data, model, newest checkpoint. Empty where the run is already finished
/// (said through `finished_message`).
std::unique_ptr<Session> open_session(const TrainRequest& request,
                                      Files& files,
                                      const Clock& clock,
                                      std::string& finished_message);

}  // namespace surefoot::train
