#include "surefoot/runs/event_log.h"

#include <cstdio>

#include "surefoot/base/error.h"

namespace surefoot::runs {
namespace {

bool is_known(const std::string& name) {
#define SUREFOOT_EVENT(event, meaning) \
  if (name == #event) return true;
#include "surefoot/runs/event_catalog.def"
#undef SUREFOOT_EVENT
  return false;
}

}  // namespace

struct EventLog::State {
  State(Files& f, std::string p, const Clock& c) : files(f), path(std::move(p)), clock(c) {}
  Files& files;
  std::string path;
  const Clock& clock;
  mutable std::mutex mutex;
  std::unique_ptr<WritableFile> file;  // null after a failure, until the next try
  std::vector<std::shared_ptr<Sink>> sinks;
  std::map<std::string, int64_t> counts;
  bool failure_told = false;
  int64_t lost = 0;
  uint64_t size = 0;  // of the whole lines in the file

  void append(const std::string& line) {
    try {
      if (!file) {
        // A full disk may have taken half a line: what follows must not be glued to it.
        const auto status = files.status(path);
        if (!status) size = 0;  // somebody removed the file meanwhile
        if (status && status->size_bytes > size) files.truncate(path, size);
        file = files.create(path, /*append_to=*/true);
      }
      file->append(line);
      size += line.size();
    } catch (const Error& error) {
      file.reset();
      ++lost;
      if (!failure_told)
        std::fprintf(stderr, "%s\n  training goes on; events are missing from the log meanwhile\n", error.what());
      failure_told = true;
    }
  }
};

EventLog::EventLog(Files& files, const std::string& path, const Clock& clock) : state_(new State(files, path, clock)) {
  if (const auto status = files.status(path)) {
    const std::string text = files.read(path);
    const size_t whole = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
    if (whole != text.size()) files.truncate(path, whole);  // a kill in the middle of a line
    state_->size = whole;
    read_events(files, path, [&](const Event& event) { ++state_->counts[event.event]; });
  }
  state_->file = files.create(path, /*append_to=*/true);
}

EventLog::~EventLog() {
  for (const auto& sink : state_->sinks) sink->flush();
}

void EventLog::add_sink(std::shared_ptr<Sink> sink) {
  const std::lock_guard lock(state_->mutex);
  state_->sinks.push_back(std::move(sink));
}

void EventLog::write(int64_t step, const std::string& event, std::vector<std::pair<std::string, FieldValue>> fields) {
  SUREFOOT_CHECK(is_known(event), event);
  const std::lock_guard lock(state_->mutex);
  const Event made{.t = state_->clock.wall(), .step = step, .event = event, .fields = std::move(fields)};
  ++state_->counts[event];
  state_->append(to_json(made) + "\n");
  for (const auto& sink : state_->sinks) sink->write(made);
}

std::map<std::string, int64_t> EventLog::counts() const {
  const std::lock_guard lock(state_->mutex);
  return state_->counts;
}

int64_t EventLog::lost() const {
  const std::lock_guard lock(state_->mutex);
  return state_->lost;
}

void EventLog::flush(bool sync) {
  const std::lock_guard lock(state_->mutex);
  if (sync && state_->file) {
    try {
      state_->file->sync();
    } catch (const Error&) {
      state_->file.reset();  // told by the next append
    }
  }
  for (const auto& sink : state_->sinks) sink->flush();
}

int64_t read_events(Files& files, const std::string& path, const std::function<void(const Event&)>& each) {
  const std::string text = files.read(path);
  int64_t skipped = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    if (end == std::string::npos) break;  // unfinished
    try {
      each(parse_event(text.substr(begin, end - begin)));
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kDataManifest) throw;
      ++skipped;
    }
    begin = end + 1;
  }
  return skipped;
}

}  // namespace surefoot::runs
