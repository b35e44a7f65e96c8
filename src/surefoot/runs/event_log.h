#pragma once
// RUN/events.jsonl: appended, one line an event; also hands each event to the sinks.
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "surefoot/base/clock.h"
#include "surefoot/base/files.h"
#include "surefoot/runs/sink.h"

namespace surefoot::runs {

/// Thread-safe.
class EventLog {
 public:
  /// Opens RUN/events.jsonl for appending; cuts off an unfinished last line left by a kill.
  EventLog(Files& files, const std::string& path, const Clock& clock = real_clock());
  ~EventLog();
  void add_sink(std::shared_ptr<Sink> sink);
  /// Writes to the file and the sinks. A full disk does not stop the run: the event is kept for the sinks, the failure
  /// is told once on stderr and counted.
  void write(int64_t step, const std::string& event, std::vector<std::pair<std::string, FieldValue>> fields = {});
  /// Events written since the run began (earlier processes included), by name.
  std::map<std::string, int64_t> counts() const;
  /// Events that this process could not write to the file.
  int64_t lost() const;
  void flush(bool sync = false);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// All whole events of a log, in order; calls `each` for one after the other. A line that is not an event is skipped
/// and counted.
/// @return lines skipped
int64_t read_events(Files& files, const std::string& path, const std::function<void(const Event&)>& each);

}  // namespace surefoot::runs
