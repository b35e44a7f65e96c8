#pragma once
// The pipeline: decode threads -> preallocated batches -> the trainer. The same batches, bit for bit, for any number of
// threads.
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "surefoot/base/clock.h"
#include "surefoot/base/files.h"
#include "surefoot/data/manifest.h"
#include "surefoot/data/sampler.h"
#include "surefoot/image/transform.h"

namespace surefoot::data {

/// Gives memory for batches: plain on the CPU, pinned on CUDA (implemented below the torch wall).
class BatchAllocator {
 public:
  virtual ~BatchAllocator() = default;
  virtual uint8_t* allocate(size_t bytes) = 0;
  virtual void free(uint8_t* memory, size_t bytes) = 0;
};
BatchAllocator& plain_batch_allocator();

/// A filled batch. Its memory returns to the loader when this is destroyed.
class Batch {
 public:
  int64_t epoch = 0, step_in_epoch = 0;
  int64_t count = 0;                   // pictures; the last batch of an evaluation is smaller
  uint8_t* pixels = nullptr;           // [count, size, size, 3]
  std::span<const int64_t> labels;     // [count]
  std::span<const uint32_t> pictures;  // manifest numbers of what is in it (after redraws)
  std::span<const uint8_t>
      bad;  // evaluation: 1 where the picture could not be read (its pixels are black and it counts as wrong)
  Batch() = default;
  Batch(Batch&&) noexcept;
  Batch& operator=(Batch&&) noexcept;
  ~Batch();
  std::shared_ptr<void> slot;  // what gives the memory back
};

/// Nanoseconds and counts per stage since the start; the difference of two reads is an interval. Lock-free reads.
struct LoaderCounters {
  uint64_t pictures = 0, bytes_read = 0, read_ns = 0, decode_ns = 0, augment_ns = 0;
  uint64_t wait_ns = 0;       // the consumer waited for a batch
  uint64_t blocked_ns = 0;    // decode threads waited for a free slot
  uint64_t bad_pictures = 0;  // distinct files
  int threads = 0;            // decode threads now
  uint64_t slot_bytes = 0;    // memory of all slots
};

struct LoaderOptions {
  image::TransformOptions transform;
  bool training = true;  // train_transform + shuffled, redraws; otherwise eval_transform in manifest order
  int64_t batch = 64;
  bool drop_last = true;  // training: only full batches, unless the part is smaller than one batch
  uint64_t seed = 0;
  int workers = 0;  // 0: tuned by itself between 1 and the number of cores
  int prefetch =
      4;  // batches held ready; one more slot is for the batch in use, so hold at most `prefetch` while calling next()
  double max_bad_fraction = 0.01;
  int read_retries = 2;
  int64_t first_picture = 0;  // unused in training
  /// Called once for each bad file, from a decode thread, never concurrently.
  std::function<void(const std::string& path, const std::string& reason)> on_bad;
};

/// Throws kDataTooManyBad from next() above the rate (at least 8 bad files, counted over the different pictures tried)
/// and where training finds a class without one readable picture. After a throw, next() throws the same again until
/// seek(). next() is for one consumer thread.
class Loader {
 public:
  virtual ~Loader() = default;
  /// Batches in an epoch.
  virtual int64_t steps_per_epoch() const = 0;
  /// The next call of next() returns batch `step_in_epoch` of `epoch`; O(1), drops what was prefetched.
  virtual void seek(int64_t epoch, int64_t step_in_epoch) = 0;
  /// Blocks until the batch is ready. In training goes on to the next epoch; in evaluation returns a batch with count 0
  /// at the end.
  virtual Batch next() = 0;
  virtual LoaderCounters counters() const = 0;
  /// Holds at most this many batches ready (>= 1; no more than the loader was made with): their memory is given back,
  /// or taken again. No batch changes. Throws what the allocator throws, with nothing lost. For the consumer's thread.
  virtual void set_prefetch(int batches) = 0;
  /// Ends the decode threads and starts as many new ones, which go on where those were: what a thread had gathered goes
  /// with it, no batch changes. For the consumer's thread.
  virtual void renew_threads() = 0;
};

/// A loader starts to fill at once, from batch 0 of epoch 0. It and its batches refer to `files`, `manifest` and
/// `clock` (the loader) and to `allocator` (also the batches); a batch may outlive the loader. Throws kDataEmpty for
/// training without pictures.
std::unique_ptr<Loader> make_loader(Files& files,
                                    const Manifest& manifest,
                                    Split split,
                                    const Sampler& sampler,
                                    const LoaderOptions& options,
                                    BatchAllocator& allocator = plain_batch_allocator(),
                                    const Clock& clock = real_clock());

}  // namespace surefoot::data
