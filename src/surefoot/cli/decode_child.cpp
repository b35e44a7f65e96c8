#include "surefoot/cli/decode_child.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include "surefoot/base/clock.h"
#include "surefoot/base/error.h"
#include "surefoot/base/hash.h"
#include "surefoot/image/decode.h"

namespace surefoot::cli {
namespace {

/// What goes through the pipe: plain numbers, so that nothing needs parsing.
struct Message {
  int32_t kind;  // kDecoded, kOutOfMemory, kNoSandbox
  int32_t status, format, width, height, orientation;
  uint64_t pixels_xxh3;
  uint8_t seccomp, landlock;
  char detail[222];
};
constexpr int32_t kDecoded = 0x5f01, kOutOfMemory = 0x5f02, kNoSandbox = 0x5f03;
static_assert(sizeof(Message) < 4096, "one write to a pipe is atomic up to PIPE_BUF");

void set_detail(Message& message, std::string_view text) {
  const size_t n = std::min(text.size(), sizeof message.detail - 1);
  std::memcpy(message.detail, text.data(), n);
}

void decode_into(std::string_view bytes, uint64_t max_pixels, Message& message) {
  image::Header header;
  image::Outcome outcome = image::read_header(bytes, max_pixels, header);
  message.format = static_cast<int32_t>(header.format != image::Format::kUnknown ? header.format : image::sniff(bytes));
  message.orientation = header.orientation;
  message.width = header.oriented().width;
  message.height = header.oriented().height;
  if (outcome.ok()) {
    image::Pixels pixels;
    image::DecodeOptions options;
    options.max_pixels = max_pixels;
    outcome = image::decode(bytes, options, pixels);
    if (outcome.ok()) {
      message.width = pixels.width;
      message.height = pixels.height;
      message.pixels_xxh3 = hash64({reinterpret_cast<const char*>(pixels.rgb.data()), pixels.rgb.size()});
    }
  }
  message.kind = kDecoded;
  message.status = static_cast<int32_t>(outcome.status);
  set_detail(message, outcome.detail);
}

[[noreturn]] void run_child(int answer, std::string_view bytes, uint64_t max_pixels, const SandboxLimits& limits) {
  Message message{};
  // A library that writes to standard output would garble the results.
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  try {
    const SandboxLevel level = enter_sandbox(limits);
    message.seccomp = level.seccomp;
    message.landlock = level.landlock;
    decode_into(bytes, max_pixels, message);
  } catch (const std::bad_alloc&) {
    message.kind = kOutOfMemory;
  } catch (const Error& error) {
    message.kind = kNoSandbox;
    set_detail(message, error.why());
  }
  const bool told = ::write(answer, &message, sizeof message) == static_cast<ssize_t>(sizeof message);
  ::_exit(told ? 0 : 1);
}

/// True when a whole message arrived in time.
bool receive(int from, double seconds, Message& message, bool& late) {
  const double deadline = real_clock().now() + seconds;
  size_t used = 0;
  while (used < sizeof message) {
    const double left = deadline - real_clock().now();
    if (left <= 0) return late = true, false;
    pollfd wait{from, POLLIN, 0};
    const int ready = ::poll(&wait, 1, static_cast<int>(left * 1000) + 1);
    if (ready < 0 && errno != EINTR) return false;
    if (ready <= 0) continue;
    const ssize_t n = ::read(from, reinterpret_cast<char*>(&message) + used, sizeof message - used);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    used += static_cast<size_t>(n);
  }
  return true;
}

DecodeReport report_of(const Message& message) {
  DecodeReport report;
  report.sandbox = SandboxLevel{message.seccomp != 0, message.landlock != 0}.text();
  if (message.kind == kOutOfMemory) {
    report.status = "out-of-memory";
    report.detail = "the decoder needs more memory than the sandbox gives";
    return report;
  }
  // A decoder that was taken over may have written anything here.
  const bool sane = message.kind == kDecoded && message.status >= 0 &&
                    message.status <= static_cast<int>(image::DecodeStatus::kTooLarge) && message.format >= 0 &&
                    message.format <= static_cast<int>(image::Format::kAvif) && message.width >= 0 &&
                    message.height >= 0;
  if (!sane) {
    report.status = "crashed";
    report.detail = "the decoder answered nonsense";
    return report;
  }
  report.status = image::status_name(static_cast<image::DecodeStatus>(message.status));
  report.format = image::format_name(static_cast<image::Format>(message.format));
  report.detail.assign(message.detail, ::strnlen(message.detail, sizeof message.detail));
  report.width = message.width;
  report.height = message.height;
  report.orientation = message.orientation >= 1 && message.orientation <= 8 ? message.orientation : 1;
  report.pixels_xxh3 = message.pixels_xxh3;
  return report;
}

DecodeReport report_of_death(int status, bool late) {
  DecodeReport report;
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  if (late || signal == SIGXCPU) {
    report.status = "timeout";
    report.detail = "the decoder did not end in time";
  } else {
    report.status = "crashed";
    report.detail =
        signal != 0 ? std::string("the decoder died of ") + ::strsignal(signal) : "the decoder ended without an answer";
  }
  return report;
}

}  // namespace

DecodeReport decode_in_child(std::string_view bytes, uint64_t max_pixels, const SandboxLimits& limits) {
  int ends[2];
  if (::pipe(ends) != 0)
    throw Error(ErrorCode::kDevice, "cannot start a decoder", std::strerror(errno),
                "raise the limit of open files (ulimit -n)");
  const pid_t child = ::fork();
  if (child < 0) {
    const int error = errno;
    ::close(ends[0]), ::close(ends[1]);
    throw Error(ErrorCode::kDevice, "cannot start a decoder", std::strerror(error),
                "free memory, or raise the limit of processes (ulimit -u)");
  }
  if (child == 0) {
    ::close(ends[0]);
    run_child(ends[1], bytes, max_pixels, limits);
  }
  ::close(ends[1]);
  Message message{};
  bool late = false;
  const bool answered = receive(ends[0], 4.0 * limits.cpu_seconds, message, late);
  ::close(ends[0]);
  // Also after an answer: a child that goes on has nothing more to say.
  ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!answered) return report_of_death(status, late);
  if (message.kind == kNoSandbox) {
    message.detail[sizeof message.detail - 1] = '\0';
    throw Error(ErrorCode::kSandbox, "the decoding sandbox cannot be set up", message.detail,
                "use a kernel (or a container profile) that allows seccomp filters");
  }
  return report_of(message);
}

}  // namespace surefoot::cli
