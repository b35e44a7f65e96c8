#pragma once
// Files' bytes in, measurements out: the interface behind which sandboxed decoders sit.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "surefoot/index/picture_facts.h"

namespace surefoot::clean {

struct Measured {
  index::PictureFacts
      facts;         // a crash, a hang or a bomb of the decoder is kCorrupt or kTooLarge with a detail that says so
  std::string view;  // packed PictureView, checked
};

/// Measures many files at once. Used by one thread; works with several processes behind it.
class Measurer {
 public:
  virtual ~Measurer() = default;
  /// Hands in one file's bytes; blocks while all decoders are busy. `id` comes back with the answer.
  virtual void submit(uint64_t id, std::string bytes) = 0;
  /// Answers that are there, in any order; with `wait` blocks until there is one. False where nothing is in work.
  virtual bool receive(bool wait, const std::function<void(uint64_t id, Measured&& measured)>& answer) = 0;
  /// How decoders are confined: "seccomp+rlimits+landlock"; known after the first answer.
  virtual std::string level() const = 0;
};

/// In this process, without a sandbox: for tests and benchmarks.
std::unique_ptr<Measurer> make_plain_measurer(const index::MeasureOptions& options);

}  // namespace surefoot::clean
