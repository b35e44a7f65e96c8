#include "surefoot/cli/decode_worker.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <new>
#include <string>

#include "surefoot/base/error.h"
#include "surefoot/cli/decode_channel.h"

namespace surefoot::cli {
namespace {
using namespace channel;

/// Of the two mappings the input is read-only.
struct Memory {
  const char* input = nullptr;
  char* output = nullptr;
};

bool map_memory(size_t slot_bytes, Memory& memory) {
  void* input = ::mmap(nullptr, kSlots * slot_bytes, PROT_READ, MAP_SHARED, kInput, 0);
  void* output = ::mmap(nullptr, kSlots * kOutputBytes, PROT_READ | PROT_WRITE, MAP_SHARED, kOutput, 0);
  ::close(kInput);
  ::close(kOutput);
  if (input == MAP_FAILED || output == MAP_FAILED) return false;
  memory = {static_cast<const char*>(input), static_cast<char*>(output)};
  return true;
}

/// One message is one write: the socket keeps their borders.
bool send(const Answer& answer) {
  return ::write(kSocket, &answer, sizeof answer) == static_cast<ssize_t>(sizeof answer);
}

bool next(Request& request) {
  ssize_t n = 0;
  do {
    n = ::read(kSocket, &request, sizeof request);
  } while (n < 0 && errno == EINTR);
  return n == static_cast<ssize_t>(sizeof request);
}

bool confine(const SandboxLimits& limits) {
  Answer answer{};
  answer.kind = Kind::kReady;
  try {
    const SandboxLevel level = enter_sandbox(limits);
    answer.seccomp = level.seccomp;
    answer.landlock = level.landlock;
  } catch (const Error& error) {
    answer.kind = Kind::kNoSandbox;
    std::memcpy(answer.detail, error.why().data(), std::min(error.why().size(), sizeof answer.detail - 1));
  }
  return send(answer) && answer.kind == Kind::kReady;
}

void measure_one(std::string_view bytes,
                 const WorkerOptions& options,
                 const MeasureFunction& measure,
                 char* output,
                 Answer& answer) {
  answer.kind = Kind::kOutOfMemory;
  try {
    index::PictureFacts facts;
    index::PictureView view;
    measure(bytes, options.measure, facts, view);
    const std::string packed_facts = index::pack(facts), packed_view = index::pack(view);
    if (packed_facts.size() + packed_view.size() > kOutputBytes) return;
    std::memcpy(output, packed_facts.data(), packed_facts.size());
    std::memcpy(output + packed_facts.size(), packed_view.data(), packed_view.size());
    answer.facts_bytes = static_cast<uint32_t>(packed_facts.size());
    answer.view_bytes = static_cast<uint32_t>(packed_view.size());
    answer.kind = Kind::kMeasured;
  } catch (const std::bad_alloc&) {
  }
}

template <class Number>
bool read_number(const char* text, Number& number) {
  const char* end = text + std::strlen(text);
  const auto [at, error] = std::from_chars(text, end, number);
  return error == std::errc() && at == end;
}

}  // namespace

int run_decode_worker(const WorkerOptions& options, const MeasureFunction& measure) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != options.parent) return 0;  // it died before the line above
  Memory memory;
  if (!map_memory(options.slot_bytes, memory)) return 2;
  if (!confine(options.limits)) return 1;
  for (Request request{}; next(request);) {
    if (request.bytes > options.slot_bytes) return 2;
    const size_t slot = request.sequence % kSlots;
    Answer answer{};
    answer.sequence = request.sequence;
    measure_one({memory.input + slot * options.slot_bytes, request.bytes}, options, measure,
                memory.output + slot * kOutputBytes, answer);
    if (!send(answer)) return 0;
  }
  return 0;
}

bool parse_worker_arguments(int count, char** values, WorkerOptions& options) {
  uint64_t memory = 0, max_pixels = 0;
  unsigned exif = 0;
  if (count != 8 || std::strcmp(values[1], "--worker") != 0) return false;
  const bool read = read_number(values[2], options.parent) && read_number(values[3], options.slot_bytes) &&
                    read_number(values[4], memory) && read_number(values[5], options.limits.cpu_seconds) &&
                    read_number(values[6], max_pixels) && read_number(values[7], exif);
  options.limits.memory_bytes = memory;
  options.measure.max_pixels = max_pixels;
  options.measure.exif_orientation = exif != 0;
  return read;
}

}  // namespace surefoot::cli
