#include "surefoot/supervise/supervisor.h"

#include <algorithm>
#include <cstdio>

#include "surefoot/base/error.h"
#include "surefoot/base/exit_codes.h"
#include "surefoot/base/units.h"
#include "surefoot/runs/heartbeat.h"
#include "surefoot/supervise/crash.h"
#include "surefoot/supervise/engine_process.h"
#include "surefoot/supervise/incident_log.h"

namespace surefoot::supervise {
namespace {

class Supervisor {
 public:
  Supervisor(const SupervisorOptions& options, Files& files, const Clock& clock)
      : options_(options),
        files_(files),
        clock_(clock),
        policy_(options.restarts, newest_checkpoint(files, options.run).step) {}

  int run() {
    for (;;) {
      heartbeat_.reset();
      const OomCounters before = read_oom_counters(files_);
      const int64_t kernel_time = kernel_log_now();
      started_ = clock_.wall();
      const pid_t child = start_engine_process(options_.program, options_.arguments, gate_, heartbeat_);
      const int status = gate_.wait_for(child);

      KernelNews news = news_between(before, read_oom_counters(files_));
      read_kernel_log(kernel_log(), child, kernel_time, news);
      const auto crash = crash_of(status, news);
      if (!crash) return exit_code_of(status);
      const Incident incident = judge(*crash);
      tell(incident);
      write_down(incident);
      if (!incident.decision.restart) return gate_.stop_asked() ? exit_code_of(status) : give_up(incident);
      if (!wait(incident.decision.wait_seconds)) return stopped_meanwhile();
    }
  }

 private:
  Incident judge(const Crash& crash) {
    Incident incident{.crash = crash, .step = heartbeat_.step(), .checkpoint = newest_checkpoint(files_, options_.run)};
    incident.lost_seconds = std::max(0.0, clock_.wall() - std::max(started_, incident.checkpoint.saved));
    if (gate_.stop_asked()) {
      incident.decision.why = "it was asked to stop";
    } else {
      incident.decision =
          policy_.decide({.step = incident.step, .checkpoint = incident.checkpoint.step, .is_wish = crash.is_wish()});
    }
    return incident;
  }

  static std::string place(const Incident& incident) {
    if (incident.checkpoint.step < 0) return "from the start: there is no checkpoint yet";
    return "from the checkpoint of step " + std::to_string(incident.checkpoint.step);
  }

  void tell(const Incident& incident) const {
    const Crash& crash = incident.crash;
    std::string text = "surefoot: " + crash.what;
    if (incident.step >= 0) text += " (after step " + std::to_string(incident.step) + ")";
    text += "\n  why: " + crash.why + "\n  fix: " + crash.fix + "\n";
    if (incident.decision.restart) {
      text += "  starting again " + place(incident);
      if (incident.decision.wait_seconds > 0) text += ", in " + format_duration(incident.decision.wait_seconds);
      if (incident.decision.attempt > 0)
        text += "; restart " + std::to_string(incident.decision.attempt) + " of " + std::to_string(options_.restarts) +
                " without a new checkpoint";
      text += "\n";
    }
    options_.tell(text);
  }

  /// A logbook that cannot be written is no reason to let a run die, unless somebody else has the run.
  void write_down(const Incident& incident) const {
    try {
      write_incident(files_, clock_, options_.run, incident);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::kRunLocked) throw;
      options_.tell(std::string(error.what()) + "\n  the incident is missing from the run's logbook\n");
    }
  }

  int give_up(const Incident& incident) const {
    const std::string kept = incident.checkpoint.step < 0
                                 ? "there is no checkpoint yet"
                                 : "the checkpoint of step " + std::to_string(incident.checkpoint.step) + " is kept";
    const Error error(ErrorCode::kCrashLoop, "the run " + options_.run + " is not started again", incident.decision.why,
                      incident.crash.fix + "; then go on with: " + options_.resume_command + " (" + kept + ")");
    options_.tell(std::string(error.what()) + "\n");
    return error.exit_code();
  }

  int stopped_meanwhile() const {
    options_.tell("stopped before the restart; to go on: " + options_.resume_command + "\n");
    return kExitInterrupted;
  }

  /// False where somebody asked to stop meanwhile.
  bool wait(double seconds) {
    constexpr double kSlice = 0.1;  // how fast a request to stop is seen
    for (const double until = clock_.now() + seconds; !gate_.stop_asked();) {
      const double left = until - clock_.now();
      if (left <= 0) return true;
      clock_.sleep(std::min(kSlice, left));
    }
    return false;
  }

  const SupervisorOptions& options_;
  Files& files_;
  const Clock& clock_;
  SignalGate gate_;
  runs::Heartbeat heartbeat_ = runs::Heartbeat::make();
  RestartPolicy policy_;
  double started_ = 0;  // wall time of the living engine
};

}  // namespace

int supervise(const SupervisorOptions& options, Files& files, const Clock& clock) {
  return Supervisor(options, files, clock).run();
}

}  // namespace surefoot::supervise
