#include "surefoot/data/loader.h"

#include <algorithm>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

#include "surefoot/base/error.h"
#include "surefoot/data/picture_source.h"
#include "surefoot/data/slot_ring.h"
#include "surefoot/data/worker_tuner.h"

namespace surefoot::data {
namespace {

constexpr double kTuningInterval = 0.25;  // seconds

class PlainAllocator final : public BatchAllocator {
 public:
  uint8_t* allocate(size_t bytes) override { return static_cast<uint8_t*>(::operator new(bytes, kAlignment)); }
  void free(uint8_t* memory, size_t) override { ::operator delete(memory, kAlignment); }

 private:
  static constexpr std::align_val_t kAlignment{64};
};

/// Training: epochs without end. Evaluation: one epoch, then batches of count 0.
Planner make_planner(uint64_t pictures, int64_t steps, const LoaderOptions& options) {
  const auto batch = static_cast<uint64_t>(options.batch);
  const auto per_epoch = static_cast<uint64_t>(options.training ? steps : steps + 1);
  return [=](uint64_t sequence) {
    BatchPlan plan{static_cast<int64_t>(sequence / per_epoch), static_cast<int64_t>(sequence % per_epoch), 0, 0};
    plan.first_position = static_cast<uint64_t>(plan.step_in_epoch) * batch;
    plan.count =
        plan.step_in_epoch >= steps ? 0 : static_cast<int64_t>(std::min(batch, pictures - plan.first_position));
    return plan;
  };
}

class ThreadedLoader final : public Loader {
 public:
  ThreadedLoader(Files& files,
                 const Manifest& manifest,
                 Split split,
                 const Sampler& sampler,
                 const LoaderOptions& options,
                 BatchAllocator& allocator,
                 const Clock& clock)
      : options_(options),
        clock_(clock),
        manifest_(manifest),
        source_(files, manifest, split, sampler, options, clock),
        tuner_(static_cast<int>(std::thread::hardware_concurrency())) {
    const auto size = static_cast<int64_t>(source_.size());
    const int64_t whole = size / options.batch;
    steps_ = options.training && options.drop_last && whole > 0 ? whole : (size + options.batch - 1) / options.batch;
    const auto side = static_cast<size_t>(options.transform.image_size);
    // No slot is larger than the part, and one slot more than is held ready: the batch in the consumer's hands.
    const int64_t slot_pictures = std::min(options.batch, std::max<int64_t>(size, 1));
    ring_ = std::make_shared<SlotRing>(allocator, clock, make_planner(source_.size(), steps_, options),
                                       std::max(options.prefetch, 1) + 1, slot_pictures, side * side * 3);
    picture_bytes_ = side * side * 3;
    set_threads(options.workers > 0 ? options.workers : 1);
  }

  ~ThreadedLoader() override { end_threads(); }

  int64_t steps_per_epoch() const override { return steps_; }

  void seek(int64_t epoch, int64_t step_in_epoch) override {
    const auto per_epoch = static_cast<uint64_t>(options_.training ? steps_ : steps_ + 1);
    ring_->seek(static_cast<uint64_t>(epoch) * per_epoch + static_cast<uint64_t>(step_in_epoch));
  }

  Batch next() override {
    const double start = clock_.now();
    Batch batch = ring_->next();
    wait_ns_.fetch_add(static_cast<uint64_t>((clock_.now() - start) * 1e9), std::memory_order_relaxed);
    if (options_.workers == 0) tune();
    return batch;
  }

  LoaderCounters counters() const override {
    LoaderCounters counters = source_.counters();
    counters.wait_ns = wait_ns_.load(std::memory_order_relaxed);
    counters.blocked_ns = blocked_ns_.load(std::memory_order_relaxed);
    counters.threads = active_.load(std::memory_order_relaxed);
    counters.slot_bytes = ring_->bytes();
    return counters;
  }

  void set_prefetch(int batches) override { ring_->set_slots(std::max(batches, 1) + 1); }
  void renew_threads() override {
    const int threads = active_.load(std::memory_order_relaxed);
    end_threads();
    ring_->start();
    set_threads(threads);
  }

 private:
  void end_threads() {
    ring_->stop();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  void set_threads(int count) {
    while (static_cast<int>(threads_.size()) < count) {
      try {
        threads_.emplace_back([this, number = static_cast<int>(threads_.size())] { work(number); });
      } catch (const std::system_error&) {  // a limit on processes: one thread is enough to go on
        if (threads_.empty()) throw;
        count = static_cast<int>(threads_.size());
      }
    }
    active_.store(count, std::memory_order_relaxed);
    ring_->set_threads(count);
  }

  void work(int number) {
    Claim claim;
    while ((claim = ring_->exchange(std::move(claim), number, blocked_ns_)).slot != nullptr) {
      try {
        fill(claim);
      } catch (...) {
        claim.error = std::current_exception();
      }
    }
  }

  void fill(const Claim& claim) {
    for (int64_t i = claim.first; i < claim.first + claim.count; ++i) {
      const auto place = static_cast<size_t>(i);
      const Sample sample = source_.sample(static_cast<uint64_t>(claim.plan.epoch), claim.plan.first_position + place,
                                           claim.slot->pixels + place * picture_bytes_);
      claim.slot->labels[place] = manifest_.label(sample.picture);
      claim.slot->pictures[place] = sample.picture;
      claim.slot->bad[place] = sample.bad ? 1 : 0;
    }
  }

  void tune() {
    const double now = clock_.now(), elapsed = now - tuned_at_;
    if (elapsed < kTuningInterval) return;
    const int threads = active_.load(std::memory_order_relaxed);
    const LoaderCounters counters = this->counters();
    if (tuned_at_ > 0) {
      const double wait = static_cast<double>(counters.wait_ns - tuned_.wait_ns) / (elapsed * 1e9);
      const double blocked = static_cast<double>(counters.blocked_ns - tuned_.blocked_ns) / (elapsed * 1e9 * threads);
      if (const int advised = tuner_.advise(threads, wait, blocked); advised != threads) set_threads(advised);
    }
    tuned_at_ = now;
    tuned_ = counters;
  }

  const LoaderOptions options_;
  const Clock& clock_;
  const Manifest& manifest_;
  PictureSource source_;
  int64_t steps_ = 0;
  size_t picture_bytes_ = 0;
  std::shared_ptr<SlotRing> ring_;
  std::vector<std::thread> threads_;
  std::atomic<int> active_{0};
  std::atomic<uint64_t> wait_ns_{0}, blocked_ns_{0};
  WorkerTuner tuner_;  // this and what follows belong to the consumer's thread
  double tuned_at_ = 0;
  LoaderCounters tuned_;
};

}  // namespace

BatchAllocator& plain_batch_allocator() {
  static PlainAllocator allocator;
  return allocator;
}

Batch::Batch(Batch&& other) noexcept { *this = std::move(other); }

Batch& Batch::operator=(Batch&& other) noexcept {
  if (this == &other) return *this;
  epoch = other.epoch, step_in_epoch = other.step_in_epoch;
  count = std::exchange(other.count, 0);
  pixels = std::exchange(other.pixels, nullptr);
  labels = std::exchange(other.labels, {});
  pictures = std::exchange(other.pictures, {});
  bad = std::exchange(other.bad, {});
  slot = std::move(other.slot);
  return *this;
}

Batch::~Batch() = default;

std::unique_ptr<Loader> make_loader(Files& files,
                                    const Manifest& manifest,
                                    Split split,
                                    const Sampler& sampler,
                                    const LoaderOptions& options,
                                    BatchAllocator& allocator,
                                    const Clock& clock) {
  SUREFOOT_CHECK(options.batch > 0 && options.transform.image_size > 0,
                 std::to_string(options.batch) + ", " + std::to_string(options.transform.image_size));
  if (options.training && sampler.size() == 0) {
    throw Error(ErrorCode::kDataEmpty, "there is nothing to train on in " + manifest.root(),
                "its training part has no pictures", "check the folder layout, or lower data.val_fraction");
  }
  return std::make_unique<ThreadedLoader>(files, manifest, split, sampler, options, allocator, clock);
}

}  // namespace surefoot::data
