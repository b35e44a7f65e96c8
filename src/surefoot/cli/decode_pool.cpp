#include "surefoot/cli/decode_pool.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <deque>
#include <thread>
#include <utility>
#include <vector>

#include "surefoot/base/clock.h"
#include "surefoot/base/error.h"
#include "surefoot/base/program_path.h"
#include "surefoot/cli/sandbox.h"
#include "surefoot/cli/worker_process.h"

namespace surefoot::cli {
namespace {
using clean::Measured;
using image::DecodeStatus;

struct Job {
  uint64_t id = 0;
  std::string bytes;
  bool tried = false;
};

struct Worker {
  std::unique_ptr<WorkerProcess> process;
  std::deque<Job> work;  // the first one is in its hands
  uint64_t asked = 0;    // requests sent to this process
  uint64_t answered = 0;
  bool ready = false;  // it has said that it is in the sandbox
  bool for_one_file = false;
  double began = 0, cpu_before = 0;  // of the first job
};

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

Measured failed(std::string_view bytes, DecodeStatus status, std::string detail) {
  Measured measured;
  measured.facts.status = status;
  measured.facts.detail = std::move(detail);
  measured.facts.format = image::sniff(bytes);
  measured.facts.lost_share = status == DecodeStatus::kCorrupt ? 1 : 0;
  return measured;
}

class DecodePool final : public clean::Measurer {
 public:
  explicit DecodePool(DecodePoolOptions options) : options_(std::move(options)) {
    if (options_.program.empty()) options_.program = program_path("SUREFOOT_DECODE", "surefoot-decode");
    if (options_.workers <= 0) options_.workers = std::max(1u, std::thread::hardware_concurrency());
  }

  void submit(uint64_t id, std::string bytes) override {
    if (bytes.size() > options_.memory_bytes / 4) {
      done_.emplace_back(
          id, failed(bytes, DecodeStatus::kTooLarge,
                     "a file of " + std::to_string(bytes.size()) + " bytes is too large to be decoded here"));
      return;
    }
    const bool large = bytes.size() > options_.slot_bytes;
    Worker* worker = nullptr;
    while ((worker = large ? worker_for_one() : free_worker()) == nullptr) pump();
    worker->work.push_back({id, std::move(bytes), false});
    if (large)
      restart(*worker);
    else
      hand_over(*worker, worker->work.back(), worker->work.size() == 1);
  }

  bool receive(bool wait, const std::function<void(uint64_t, Measured&&)>& answer) override {
    if (done_.empty() && working()) wait ? pump() : look();
    while (wait && done_.empty() && working()) pump();
    if (done_.empty()) return working();
    while (!done_.empty()) {
      auto [id, measured] = std::move(done_.front());
      done_.pop_front();
      answer(id, std::move(measured));
    }
    return true;
  }

  std::string level() const override { return level_; }

 private:
  bool working() const {
    return std::any_of(workers_.begin(), workers_.end(), [](const auto& worker) { return !worker->work.empty(); });
  }
  bool retiring(const Worker& worker) const {
    // RLIMIT_CPU counts over the life of a process and must never be what stops an honest one.
    return worker.for_one_file || worker.answered >= options_.files_a_worker ||
           worker.cpu_before > kFilesOfCpu / 2 * options_.cpu_seconds;
  }

  /// The least busy one that can take another file; a new one rather than a queue. Null where all are full.
  Worker* free_worker() {
    Worker* best = nullptr;
    int count = 0;
    for (const auto& worker : workers_) {
      count += !worker->for_one_file;
      if (retiring(*worker) || worker->work.size() >= channel::kSlots) continue;
      if (!best || worker->work.size() < best->work.size()) best = worker.get();
    }
    if (best && best->work.empty()) return best;
    if (count < options_.workers) {
      workers_.push_back(std::make_unique<Worker>());
      restart(*workers_.back());
      return workers_.back().get();
    }
    return best;
  }
  /// One large file at a time.
  Worker* worker_for_one() {
    for (const auto& worker : workers_) {
      if (worker->for_one_file) return nullptr;
    }
    workers_.push_back(std::make_unique<Worker>());
    workers_.back()->for_one_file = true;
    return workers_.back().get();
  }

  /// A fresh process, which gets the work that is still there.
  void restart(Worker& worker) {
    const size_t slot =
        worker.for_one_file ? (worker.work.front().bytes.size() + 4095) / 4096 * 4096 : options_.slot_bytes;
    const auto cpu = static_cast<uint64_t>(kFilesOfCpu * options_.cpu_seconds);
    const std::vector<std::string> arguments = {"--worker",
                                                std::to_string(::getpid()),
                                                std::to_string(slot),
                                                std::to_string(options_.memory_bytes),
                                                std::to_string(std::max<uint64_t>(1, cpu)),
                                                std::to_string(options_.measure.max_pixels),
                                                options_.measure.exif_orientation ? "1" : "0"};
    worker.process.reset();  // the old one's descriptors first
    worker.process = std::make_unique<WorkerProcess>(options_.program, arguments, slot);
    worker.asked = worker.answered = 0;
    worker.ready = false;
    bool first = true;
    for (const Job& job : worker.work) hand_over(worker, job, std::exchange(first, false));
  }
  void hand_over(Worker& worker, const Job& job, bool first) {
    if (first) start_clock(worker);
    // A worker that is gone is noticed when it is read from.
    worker.process->send(worker.asked++, job.bytes);
  }
  void start_clock(Worker& worker) const {
    worker.began = real_clock().now();
    worker.cpu_before = std::max(0.0, worker.process->cpu_seconds());
  }

  /// Waits until something happened, at most as long as deadlines need looking at.
  void pump() {
    std::vector<pollfd> waits;
    for (const auto& worker : workers_) waits.push_back({worker->process ? worker->process->socket() : -1, POLLIN, 0});
    ::poll(waits.data(), waits.size(), kLookMilliseconds);
    look();
  }
  void look() {
    for (const auto& worker : workers_) {
      if (!worker->process) continue;
      read_all(*worker);
      if (!worker->work.empty()) check_limits(*worker);
    }
    std::erase_if(workers_, [&](const auto& worker) { return worker->work.empty() && retiring(*worker); });
  }
  void read_all(Worker& worker) {
    for (channel::Answer answer{};;) {
      switch (worker.process->read(answer)) {
        case WorkerProcess::Read::kNothing:
          return;
        case WorkerProcess::Read::kGone:
          lose(worker, "");
          return;
        case WorkerProcess::Read::kAnswer:
          if (!take(worker, answer)) return;
      }
    }
  }

  /// False where the worker was replaced.
  bool take(Worker& worker, const channel::Answer& answer) {
    if (!worker.ready) return greet(worker, answer);
    const bool sane = !worker.work.empty() && answer.sequence == worker.answered &&
                      (answer.kind == channel::Kind::kMeasured || answer.kind == channel::Kind::kOutOfMemory);
    Measured measured;
    if (!sane || (answer.kind == channel::Kind::kMeasured && !read_output(worker, answer, measured))) {
      lose(worker, "the decoder answered nonsense");
      return false;
    }
    if (answer.kind == channel::Kind::kOutOfMemory && worker.answered > 0 && !worker.work.front().tried) {
      worker.work.front().tried = true;
      restart(worker);
      return false;
    }
    if (answer.kind == channel::Kind::kOutOfMemory)
      measured = failed(
          worker.work.front().bytes, DecodeStatus::kTooLarge,
          "needs more memory than " + short_number(static_cast<double>(options_.memory_bytes) / (1 << 30)) + " GiB");
    finish(worker, std::move(measured));
    if (answer.kind == channel::Kind::kOutOfMemory) {
      // What is left of its memory is in pieces.
      if (worker.for_one_file) return true;
      restart(worker);
      return false;
    }
    if (!worker.work.empty()) start_clock(worker);
    return true;
  }
  bool greet(Worker& worker, const channel::Answer& answer) {
    if (answer.kind == channel::Kind::kNoSandbox) {
      throw Error(ErrorCode::kSandbox, "the decoding sandbox cannot be set up",
                  std::string(answer.detail, ::strnlen(answer.detail, sizeof answer.detail)),
                  "use a kernel (or a container profile) that allows seccomp filters");
    }
    if (answer.kind != channel::Kind::kReady) return lose(worker, "the decoder answered nonsense"), false;
    worker.ready = true;
    if (!worker.work.empty()) start_clock(worker);
    if (level_.empty()) level_ = SandboxLevel{answer.seccomp != 0, answer.landlock != 0}.text();
    return true;
  }
  bool read_output(const Worker& worker, const channel::Answer& answer, Measured& measured) const {
    // Copied first: what was checked must be what is used.
    const std::string all = worker.process->output(answer.sequence, uint64_t{answer.facts_bytes} + answer.view_bytes);
    if (all.size() != uint64_t{answer.facts_bytes} + answer.view_bytes) return false;
    measured.view = all.substr(answer.facts_bytes);
    index::PictureView view;
    return unpack(std::string_view(all).substr(0, answer.facts_bytes), measured.facts) && unpack(measured.view, view);
  }
  void finish(Worker& worker, Measured&& measured) {
    done_.emplace_back(worker.work.front().id, std::move(measured));
    worker.work.pop_front();
    ++worker.answered;
  }

  void check_limits(Worker& worker) {
    const double wall = real_clock().now() - worker.began;
    if (wall <= options_.cpu_seconds) return;
    const bool late = wall > options_.wall_seconds;
    if (!late && worker.process->cpu_seconds() - worker.cpu_before <= options_.cpu_seconds) return;
    worker.work.front().tried = true;
    lose(worker, "took longer than " + short_number(late ? options_.wall_seconds : options_.cpu_seconds) + " s");
  }

  /// The worker is dead or as good as dead: its first file is to blame, unless an earlier one may have broken the
  /// process.
  void lose(Worker& worker, std::string why) {
    const bool was_ready = worker.ready, worn = worker.answered > 0;
    const int status = worker.process->end();
    if (!was_ready && why.empty()) {
      throw Error(ErrorCode::kDevice, "a decoder ends before it begins",
                  WIFSIGNALED(status) ? ::strsignal(WTERMSIG(status)) : "it says nothing",
                  "run " + options_.program + " --help to see why");
    }
    const bool killed = why.empty() && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (killed) {
      why = "its decoder was killed, most likely because the machine ran out of memory";
    } else if (why.empty()) {
      why = WIFSIGNALED(status) ? "the decoder crashed (signal " + std::to_string(WTERMSIG(status)) + ")"
                                : "the decoder ended without an answer";
    }
    if (!worker.work.empty() && worn && !worker.work.front().tried) {
      worker.work.front().tried = true;
    } else if (!worker.work.empty()) {
      finish(worker, failed(worker.work.front().bytes, killed ? DecodeStatus::kTooLarge : DecodeStatus::kCorrupt,
                            std::move(why)));
    }
    if (worker.for_one_file && worker.work.empty()) return;
    restart(worker);
  }

  static constexpr int kLookMilliseconds = 100;
  static constexpr double kFilesOfCpu = 100;  // CPU limit of a process, in limits of a file
  DecodePoolOptions options_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::deque<std::pair<uint64_t, Measured>> done_;
  std::string level_;
};

}  // namespace

std::unique_ptr<clean::Measurer> make_decode_pool(const DecodePoolOptions& options) {
  return std::make_unique<DecodePool>(options);
}

}  // namespace surefoot::cli
