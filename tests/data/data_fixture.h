#pragma once
// A data set in memory and the loader over it.
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "surefoot/base/error.h"
#include "surefoot/data/loader.h"
#include "surefoot/data/manifest.h"
#include "surefoot/data/sampler.h"
#include "testing/faulty_files.h"
#include "testing/pictures.h"

namespace surefoot::data {

inline std::unique_ptr<Manifest> scan_memory(Files& files,
                                             const std::string& path,
                                             ScanReport& report,
                                             ScanOptions options = {}) {
  options.cache_folder = "/cache";
  return scan(files, path, options, report);
}
inline std::unique_ptr<Manifest> scan_memory(Files& files, const std::string& path, ScanOptions options = {}) {
  ScanReport report;
  return scan_memory(files, path, report, std::move(options));
}

inline std::optional<ErrorCode> code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

inline bool mentions(const std::vector<std::string>& lines, const std::string& text) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

/// Time that moves only when somebody sleeps.
class StillClock final : public Clock {
 public:
  double now() const override { return slept; }
  double wall() const override { return 2'000'000'000 + slept; }
  void sleep(double seconds) const override {
    for (double before = slept; !slept.compare_exchange_weak(before, before + seconds);) {
    }
  }
  mutable std::atomic<double> slept{0};
};

/// Everything that a batch says, for comparisons bit for bit.
struct BatchCopy {
  int64_t epoch, step, count;
  std::vector<uint8_t> pixels, bad;
  std::vector<int64_t> labels;
  std::vector<uint32_t> pictures;
  bool operator==(const BatchCopy&) const = default;
};
inline BatchCopy copy_of(const Batch& batch, int side) {
  const auto bytes = static_cast<size_t>(batch.count) * static_cast<size_t>(side * side * 3);
  return {batch.epoch,
          batch.step_in_epoch,
          batch.count,
          {batch.pixels, batch.pixels + bytes},
          {batch.bad.begin(), batch.bad.end()},
          {batch.labels.begin(), batch.labels.end()},
          {batch.pictures.begin(), batch.pictures.end()}};
}

/// Three classes of eleven pictures of 20 px, split by scan.
class LoaderFixture : public ::testing::Test {
 protected:
  static constexpr int kSide = 16;
  LoaderFixture() {
    surefoot::testing::write_picture_folder(files, "/data", 3, 11, 20);
    manifest = scan_memory(files, "/data");
    options.transform.image_size = kSide;
    options.transform.eval_resize = kSide;
    options.batch = 4;
    options.seed = 7;
    options.workers = 2;
    options.prefetch = 2;
  }
  std::unique_ptr<Loader> make(Split split = Split::kTrain) {
    options.training = split == Split::kTrain;
    const Sampler sampler(manifest->indices(Split::kTrain), options.seed);
    return make_loader(files, *manifest, split, sampler, options, plain_batch_allocator(), clock);
  }
  std::vector<BatchCopy> take(Loader& loader, int batches) {
    std::vector<BatchCopy> copies;
    for (int i = 0; i < batches; ++i) copies.push_back(copy_of(loader.next(), kSide));
    return copies;
  }
  void spoil(uint32_t picture) { files.put(manifest->full_path(picture), "BM this is no picture"); }

  surefoot::testing::FaultyFiles files;
  StillClock clock;
  std::unique_ptr<Manifest> manifest;
  LoaderOptions options;
};

}  // namespace surefoot::data
