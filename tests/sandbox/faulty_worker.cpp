// A decoder with planted faults, started by the pool in place of surefoot-decode: what a file says is what happens.
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <string>
#include <vector>

#include "surefoot/cli/decode_channel.h"
#include "surefoot/cli/decode_worker.h"

namespace {
using namespace surefoot;
namespace channel = cli::channel;

[[noreturn]] void spin() {
  for (volatile unsigned i = 0;;) {
    const unsigned next = i + 1;
    i = next;
  }
}

int served = 0;

void act(std::string_view bytes,
         const index::MeasureOptions& options,
         index::PictureFacts& facts,
         index::PictureView& view) {
  ++served;
  if (bytes == "crash") ::raise(SIGSEGV);
  if (bytes == "abort") std::abort();
  if (bytes == "killed") ::kill(::getpid(), SIGKILL);  // not let through by the sandbox: SIGSYS
  if (bytes == "exit") ::_exit(0);
  if (bytes == "hang") spin();
  if (bytes == "network") ::socket(AF_INET, SOCK_STREAM, 0);
  if (bytes == "crash unless first" && served > 1) ::raise(SIGSEGV);
  if (bytes == "memory") {
    std::vector<std::string> all;
    for (;;) all.emplace_back().reserve(size_t{64} << 20);
  }
  if (bytes == "nonsense") {
    channel::Answer answer;
    std::memset(&answer, 0xFF, sizeof answer);
    if (::write(channel::kSocket, &answer, sizeof answer) < 0) ::_exit(3);
    spin();
  }
  if (bytes == "half a message") {
    if (::write(channel::kSocket, "abc", 3) < 0) ::_exit(3);
    spin();
  }
  if (bytes == "wrong facts") {
    // What pack() writes is always readable, so the answer is spoilt behind its back.
    channel::Answer answer{channel::Kind::kMeasured, 64, 64, 0, 0, static_cast<uint64_t>(served - 1), {}};
    if (::write(channel::kSocket, &answer, sizeof answer) < 0) ::_exit(3);
    spin();
  }
  index::measure(bytes, options, facts, view);
}
}  // namespace

int main(int count, char** values) {
  cli::WorkerOptions options;
  return cli::parse_worker_arguments(count, values, options) ? cli::run_decode_worker(options, act) : 2;
}
