#include "surefoot/cli/engine_label_scorer.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <vector>

#include "surefoot/base/error.h"
#include "surefoot/cli/label_files.h"
#include "surefoot/cli/scratch_folder.h"
#include "surefoot/cli/start_engine.h"

namespace surefoot::cli {
namespace {

constexpr int kNotStarted = 127;  // exit code of a child that could not become the engine

/// The engine as a child. Destroying it ends it.
class Engine {
 public:
  Engine(std::vector<std::string> words, const std::string& errors);
  ~Engine() {
    if (child_ > 0) ::kill(child_, SIGKILL), wait();
    ::close(output_);
  }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Appends what the engine printed within a fifth of a second. False at its end.
  bool read(std::string& text) const {
    pollfd ready{output_, POLLIN, 0};
    if (::poll(&ready, 1, 200) <= 0) return true;
    char buffer[4096];
    const ssize_t n = ::read(output_, buffer, sizeof buffer);
    if (n > 0) text.append(buffer, static_cast<size_t>(n));
    return n > 0 || (n < 0 && errno == EINTR);
  }
  /// @return as waitpid's status
  int wait() {
    int status = 0;
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
    child_ = -1;
    return status;
  }

 private:
  pid_t child_ = -1;
  int output_ = -1;
};

Engine::Engine(std::vector<std::string> words, const std::string& errors) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  prepare_engine_environment();
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw Error(ErrorCode::kDevice, "cannot start " + words[0], std::strerror(errno),
                "raise the limit of open files (ulimit -n)");
  const pid_t parent = ::getpid();
  child_ = ::fork();
  if (child_ == 0) {  // only calls that are safe after a fork of a process with threads
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(kNotStarted);
    const int log = ::open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ::dup2(ends[1], STDOUT_FILENO);
    if (log >= 0) ::dup2(log, STDERR_FILENO);
    ::execv(argv[0], argv.data());
    ::_exit(kNotStarted);
  }
  const int error = errno;
  ::close(ends[1]);
  output_ = ends[0];
  if (child_ < 0) {
    ::close(output_);
    throw Error(ErrorCode::kDevice, "cannot start " + words[0], std::strerror(error),
                "free memory, or raise the limit of processes (ulimit -u)");
  }
}

/// Takes whole lines off `text`; the last "progress SHARE" wins.
void take_progress(std::string& text, double& share) {
  constexpr std::string_view kWord = "progress ";
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
    double value = 0;
    if (text.starts_with(kWord) &&
        std::from_chars(text.data() + kWord.size(), text.data() + end, value).ec == std::errc())
      share = value;
    text.erase(0, end + 1);
  }
}

[[noreturn]] void fail(const std::string& engine, int status, const std::string& said) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotStarted) {
    throw Error(
        ErrorCode::kEngineMissing, "cannot start " + engine,
        said.empty() ? "it is not there, or not a program for this machine" : said,
        "build it with scripts/build, or name it with the environment variable SUREFOOT_ENGINE; --checks without labels and without --weights needs no engine");
  }
  if (WIFSIGNALED(status)) {
    const bool killed = WTERMSIG(status) == SIGKILL;
    throw Error(killed ? ErrorCode::kOutOfMemory : ErrorCode::kInternal,
                "surefoot-engine died while it looked at the pictures",
                ::strsignal(WTERMSIG(status)) + std::string(killed ? ": most likely memory ran out" : ""),
                "free memory, or leave the labels out of --checks and --weights away");
  }
  throw Error(WIFEXITED(status) && WEXITSTATUS(status) == 3 ? ErrorCode::kWeightsFormat : ErrorCode::kInternal,
              "surefoot-engine could not judge the pictures", said.empty() ? "it ended without a word" : said,
              "leave the labels out of --checks, and --weights away");
}

}  // namespace

clean::LabelScores EngineLabelScorer::score(const clean::LabelTask& task,
                                            const std::function<void(double share)>& progress) {
  const ScratchFolder scratch("surefoot-labels");
  Files& files = real_files();
  const std::string in = join_path(scratch.path(), "task.safetensors"),
                    out = join_path(scratch.path(), "scores.safetensors");
  const std::string errors = join_path(scratch.path(), "errors.txt"), path = engine_path();
  if (!files.exists(path)) fail(path, kNotStarted << 8, "");  // before much is written
  write_label_task(files, in, task);
  std::vector<std::string> words{path, "label-scores", "--in", in, "--out", out};
  if (threads_ > 0) words.insert(words.end(), {"--threads", std::to_string(threads_)});
  Engine engine(words, errors);
  std::string text;
  double share = 0;
  while (engine.read(text)) {
    take_progress(text, share);
    progress(share);
  }
  const int status = engine.wait();
  if (status != 0) {
    std::string said = files.exists(errors) ? files.read(errors, uint64_t{1} << 20) : "";
    while (!said.empty() && said.back() == '\n') said.pop_back();
    fail(path, status, said);
  }
  return read_label_scores(files, out);
}

}  // namespace surefoot::cli
