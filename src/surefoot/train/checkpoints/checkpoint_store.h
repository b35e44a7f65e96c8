#pragma once
// RUN/checkpoints: atomic, checked when read, kept in a ring; only finite weights enter it. Format:
// docs/formats/checkpoint.md. The rule that surprises: `step-N.json` is written last and names the other files with
// their checksums; a checkpoint is there when it is.
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "surefoot/base/files.h"
#include "surefoot/tensor/safetensors_io.h"
#include "surefoot/train/progress.h"

namespace surefoot::train {

using tensor::NamedTensors;

/// Everything that a run needs to go on, on the CPU and owned by the snapshot.
struct Snapshot {
  Progress progress;
  NamedTensors weights;    // the model's state_dict
  NamedTensors ema;        // averaged state_dict; empty where EMA is off
  NamedTensors optimizer;  // optimiser state
  std::map<std::string, std::string>
      metadata;       // of the weights files; no time, host or path, so that equal weights are equal files
  bool keep = false;  // also linked as epoch-NNNN.safetensors, kept for good
};

struct SavedCheckpoint {
  std::string file;  // of the weights
  uint64_t bytes = 0;
};

/// Not thread-safe; one writer at a time (the run's lock sees to that between processes).
class CheckpointStore {
 public:
  /// @param keep newest checkpoints to keep, >= 1
  CheckpointStore(Files& files, std::string folder, int64_t keep);
  /// Writes the snapshot, links last/best/epoch-N, then drops what left the ring. Throws kDiskFull (checked before
  /// writing), kFileWrite, kNotFinite (a weight is NaN or infinite: nothing is written). After an exception every
  /// earlier checkpoint is still there.
  SavedCheckpoint save(const Snapshot& snapshot);
  /// The newest checkpoint that is whole; empty where the run has none. `on_damaged(file, why)` is called for each
  /// newer one that is not. Throws kCheckpointDamaged where checkpoints are there but none can be read,
  /// kCheckpointVersion for one of a newer format.
  std::optional<Snapshot> load_newest(
      const std::function<void(const std::string& file, const std::string& why)>& on_damaged);

 private:
  std::string path(const std::string& name) const { return join_path(folder_, name); }
  /// last, last_ema, best (where progress.best.step is this step) and epoch-N.
  void link_names(const Snapshot& snapshot);
  void link_as(const std::string& from, const std::string& to);
  void prune();
  std::vector<std::pair<int64_t, std::string>> records();  // (step, file name), newest first
  Snapshot load(const std::string& record);

  Files& files_;
  std::string folder_;
  int64_t keep_;
};

}  // namespace surefoot::train
