#pragma once
// One sample: read with retries, decode, augment; a broken picture is replaced (training) or left black (evaluation).
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "surefoot/base/clock.h"
#include "surefoot/base/files.h"
#include "surefoot/data/loader.h"
#include "surefoot/data/manifest.h"
#include "surefoot/data/sampler.h"

namespace surefoot::data {

/// What stands at one place of a batch.
struct Sample {
  uint32_t picture = 0;
  bool bad = false;  // evaluation only: black pixels
};

/// The result of sample() depends only on (seed, epoch, position) and on which files can be read. Thread-safe.
class PictureSource {
 public:
  PictureSource(Files& files,
                const Manifest& manifest,
                Split split,
                const Sampler& sampler,
                const LoaderOptions& options,
                const Clock& clock);
  /// Pictures in an epoch.
  uint64_t size() const { return size_; }
  /// Writes [image_size, image_size, 3] to `target`. Throws kDataTooManyBad.
  Sample sample(uint64_t epoch, uint64_t position, uint8_t* target);
  /// Reads of this struct are lock-free; threads, wait, blocked and slots are the loader's.
  LoaderCounters counters() const;

 private:
  enum State : uint8_t { kUntried, kGood, kBad };
  bool try_train(uint32_t picture, uint64_t epoch, uint64_t position, uint32_t attempt, uint8_t* target);
  Sample redraw(uint32_t picture, uint64_t epoch, uint64_t position, uint8_t* target);
  Sample evaluate(uint64_t position, uint8_t* target);
  bool read(uint32_t picture, std::string& bytes, std::string& reason);
  void add_times(const image::StageTimes& times);
  void note_good(uint32_t picture);
  void note_bad(uint32_t picture, const std::string& reason);
  void check_rate(uint64_t bad, const std::string& last);

  Files& files_;
  const Manifest& manifest_;
  const Sampler sampler_;
  const LoaderOptions options_;
  const Clock& clock_;
  uint64_t size_ = 0;
  std::vector<uint32_t> evaluation_order_;          // empty in training
  std::vector<uint32_t> members_, first_member_;    // training: picture numbers by class; [classes + 1] into members_
  std::unique_ptr<std::atomic<uint8_t>[]> states_;  // one a picture: a file is counted and reported once
  std::atomic<uint64_t> pictures_{0}, bytes_read_{0}, read_ns_{0}, decode_ns_{0}, augment_ns_{0}, tried_{0}, bad_{0};
  std::mutex report_mutex_;
};

}  // namespace surefoot::data
