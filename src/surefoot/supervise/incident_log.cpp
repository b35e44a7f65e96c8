#include "surefoot/supervise/incident_log.h"

#include <algorithm>
#include <charconv>

#include "surefoot/base/error.h"
#include "surefoot/runs/event_log.h"
#include "surefoot/runs/run_folder.h"

namespace surefoot::supervise {
namespace {

using Fields = std::vector<std::pair<std::string, runs::FieldValue>>;

/// N of step-N.json; -1: another file.
int64_t step_of_record(const std::string& name) {
  constexpr std::string_view kBefore = "step-", kAfter = ".json";
  if (!name.starts_with(kBefore) || !name.ends_with(kAfter)) return -1;
  int64_t step = -1;
  const char* end = name.data() + name.size() - kAfter.size();
  const auto [rest, error] = std::from_chars(name.data() + kBefore.size(), end, step);
  return error == std::errc() && rest == end ? step : -1;
}

Fields crash_fields(const Incident& incident) {
  const Crash& crash = incident.crash;
  return {{"kind", crash.kind},
          {"what", crash.what},
          {"why", crash.why},
          {"fix", crash.fix},
          {"signal", static_cast<int64_t>(crash.signal)},
          {"exit_code", static_cast<int64_t>(crash.exit_code)},
          {"checkpoint", incident.checkpoint.step},
          {"lost_steps", std::max<int64_t>(0, incident.step - std::max<int64_t>(0, incident.checkpoint.step))},
          {"lost_seconds", incident.lost_seconds}};
}

Fields restart_fields(const Incident& incident) {
  return {{"reason", incident.crash.kind},
          {"attempt", incident.decision.attempt},
          {"wait_seconds", incident.decision.wait_seconds},
          {"from", incident.checkpoint.step}};
}

void append_to_logbook(Files& files, const Clock& clock, const std::string& run, const Incident& incident) {
  runs::Event line{.t = clock.wall(),
                   .step = std::max<int64_t>(0, incident.step),
                   .event = incident.decision.restart ? "restarted" : "stopped",
                   .fields = crash_fields(incident)};
  line.fields.emplace_back("attempt", incident.decision.attempt);
  line.fields.emplace_back("wait_seconds", incident.decision.wait_seconds);
  if (!incident.decision.restart) line.fields.emplace_back("stopped_because", incident.decision.why);
  const auto file = files.create(join_path(run, "incidents.jsonl"), /*append_to=*/true);
  file->append(runs::to_json(line) + "\n");
  file->sync();
}

}  // namespace

NewestCheckpoint newest_checkpoint(Files& files, const std::string& run) {
  const std::string folder = join_path(run, "checkpoints");
  NewestCheckpoint newest;
  if (!files.exists(folder)) return newest;
  std::string record;
  for (const FolderEntry& entry : files.list(folder)) {
    if (const int64_t step = step_of_record(entry.name); step > newest.step) newest.step = step, record = entry.name;
  }
  if (const auto status = record.empty() ? std::nullopt : files.status(join_path(folder, record)))
    newest.saved = static_cast<double>(status->mtime_ns) * 1e-9;
  return newest;
}

void write_incident(Files& files, const Clock& clock, const std::string& run, const Incident& incident) {
  if (!files.exists(run)) return;
  const runs::RunFolder folder(files, run);
  append_to_logbook(files, clock, run, incident);
  const int64_t step = std::max<int64_t>(0, incident.step);
  runs::EventLog log(files, folder.events_file(), clock);
  if (!incident.crash.is_wish()) log.write(step, "crashed", crash_fields(incident));
  if (incident.decision.restart) log.write(step, "restarted", restart_fields(incident));
  log.flush(/*sync=*/true);
}

}  // namespace surefoot::supervise
