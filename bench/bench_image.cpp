// CPU milliseconds an image of the train and the eval transform on one thread, files in memory:
//   bench_image FOLDER [--mode train|eval] [--size 224] [--resize 256] [--count 600] [--scale-min 0.35] [--dct]
// Prints one JSON line. bench/image_vs_pillow.py runs it beside Pillow.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "surefoot/base/files.h"
#include "surefoot/image/transform.h"

namespace {
using namespace surefoot;
using namespace surefoot::image;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

std::vector<std::string> read_pictures(const std::string& folder, size_t count) {
  std::vector<std::string> paths, files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  // Spread over the classes.
  for (size_t i = 0; i < std::min(count, paths.size()); ++i)
    files.push_back(real_files().read(paths[i * paths.size() / std::min(count, paths.size())]));
  return files;
}
}  // namespace

int main(int count, char** arguments) {
  TransformOptions options;
  bool train = true;
  size_t pictures = 600;
  for (int i = 2; i < count; ++i) {
    const std::string name = arguments[i];
    if (name == "--dct") options.dct_scaling = true;
    if (i + 1 == count) break;
    if (name == "--mode") train = std::strcmp(arguments[i + 1], "eval") != 0;
    if (name == "--size") options.image_size = std::stoi(arguments[i + 1]);
    if (name == "--resize") options.eval_resize = std::stoi(arguments[i + 1]);
    if (name == "--count") pictures = std::stoul(arguments[i + 1]);
    if (name == "--scale-min") options.scale_min = std::stod(arguments[i + 1]);
  }
  if (count < 2) return std::fprintf(stderr, "usage: bench_image FOLDER [options]\n"), 2;
  const auto files = read_pictures(arguments[1], pictures);
  std::vector<uint8_t> target(static_cast<size_t>(options.image_size) * static_cast<size_t>(options.image_size) * 3);
  StageTimes times;
  size_t broken = 0;
  const auto pass = [&](uint64_t epoch) {
    for (size_t i = 0; i < files.size(); ++i) {
      Philox random(0, Purpose::kAugment, epoch, i);
      const Outcome outcome = train ? train_transform(files[i], options, random, target.data(), &times)
                                    : eval_transform(files[i], options, target.data(), &times);
      broken += !outcome.ok();
    }
  };
  pass(0);
  times = {};
  const double begin = cpu_seconds();
  pass(1);
  const double images = static_cast<double>(files.size());
  std::printf(
      "{\"mode\": \"%s\", \"cpu_ms\": %.4f, \"decode_ms\": %.4f, \"resize_ms\": %.4f, \"images\": %zu, \"broken\": "
      "%zu}\n",
      train ? "train" : "eval", 1e3 * (cpu_seconds() - begin) / images,
      1e-6 * static_cast<double>(times.decode_ns) / images, 1e-6 * static_cast<double>(times.augment_ns) / images,
      files.size(), broken);
  return 0;
}
