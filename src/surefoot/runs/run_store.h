#pragma once
// What a run's event log says, as series and lists: for the report, the dashboard and the doctor. A pure function of
// the log.
#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "surefoot/base/files.h"
#include "surefoot/runs/event.h"
#include "surefoot/runs/time_spent.h"

namespace surefoot::runs {

/// One step event. Figures that the event lacks are NaN.
struct StepPoint {
  int64_t step = 0;
  double epoch = 0, loss = 0, lr = 0, grad_norm = 0, images_per_second = 0, data_wait = 0, memory_bytes = 0,
         rss_bytes = 0;
};

/// One evaluation; top1 and top5 in 0..1.
struct EvalPoint {
  int64_t step = 0, epoch = 0, pictures = 0, bad = 0;
  double top1 = 0, top5 = 0, loss = 0, seconds = 0;
};

struct BadPicture {
  std::string path, why;
};

struct SavedFile {
  int64_t step = 0, bytes = 0;
  std::string file, kinds;
  double seconds = 0;
};

/// Something that a person should know of: a warning, a failed or damaged checkpoint, an interruption, a resume, a
/// change.
struct Incident {
  double t = 0;
  int64_t step = 0;
  std::string event, message;
};

struct RunRecord {
  Event started, finished;                  // the last of each; `event` is empty where there is none
  double first_t = 0, last_t = 0;           // seconds since the Unix epoch
  std::vector<StepPoint> steps;             // strictly rising steps
  std::vector<EvalPoint> evals, ema_evals;  // strictly rising steps
  std::vector<SavedFile> checkpoints;
  std::vector<BadPicture> bad_pictures;  // each path once
  std::vector<Incident> incidents;
  std::vector<Event> resolved;            // each key once, the last one
  TimeAccount account;                    // where the time went
  std::map<std::string, int64_t> counts;  // events by name, all of the log
  int64_t damaged_lines = 0;
  bool is_finished() const { return !finished.event.empty(); }
  /// The best raw or averaged evaluation by top-1, the earlier at a tie; null where there is none.
  const EvalPoint* best() const;
};

/// Takes events in order. After a resume the steps of a run overlap: an event at a step replaces what followed it.
class RunRecorder {
 public:
  void add(const Event& event);
  const RunRecord& record() const { return record_; }
  RunRecord take() { return std::move(record_); }

 private:
  RunRecord record_;
  std::unordered_set<std::string> bad_paths_;
};

/// Reads a whole log. Throws kFileRead.
RunRecord read_run(Files& files, const std::string& events_path);

}  // namespace surefoot::runs
